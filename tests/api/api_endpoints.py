"""How an endpoint is described to the tests that walk all of them: where it is, what it needs, how it is asked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api_roles import About, Level
from api_rows import Rows

V1 = "/api/v1/"
Body = Callable[[Rows], Any]
_OPTIONS = {"body", "form", "file", "match", "other_account"}


@dataclass(frozen=True)
class Endpoint:
    """One method of one path.

    Args:
        method: GET, POST ...
        path: As the router has it.
        needs: What it asks of its caller.
        about: Whose rows it shows or changes.
        ok: What it answers to whoever may.
        names: What the path's parameters are filled with: names of rows, or plain values.
        body: The JSON that goes with it.
        form: The fields of a form instead.
        file: The file that goes with the form.
        match: The version that an edit was made to.
        other_account: What is answered where a row of another account is named beside one's own.
    """

    method: str
    path: str
    needs: Level
    about: About
    ok: int = 200
    names: Mapping[str, str | int] = field(default_factory=dict)
    body: Body | None = None
    form: Body | None = None
    file: tuple[str, str] | None = None
    match: str = "*"
    other_account: int = 404

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_desk(self) -> bool:
        """Whether people get a page, by a cookie."""
        return self.path.startswith("/desk")

    def address(self, rows: Rows) -> str:
        """The path with the parameters filled in."""
        path = self.path
        for name, value in self.names.items():
            path = re.sub(r"\{" + name + r"(:path)?\}", str(named(rows, value)), path)
        assert "{" not in path, f"{self}: fill in every parameter"
        return path

    def request(self, rows: Rows) -> dict[str, Any]:
        """What a client sends, without who is asking."""
        sent: dict[str, Any] = {"method": self.method, "url": self.address(rows), "headers": {"If-Match": self.match}}
        if self.body is not None:
            sent["json"] = self.body(rows)
        if self.form is not None:
            sent["data"] = self.form(rows)
        if self.file is not None:
            sent["files"] = {"file": (*self.file, "text/csv")}
        return sent


def named(rows: Rows, value: str | int) -> str | int:
    """The row of this name, or the plain value."""
    return rows[value] if isinstance(value, str) and value in rows else value


def api(line: str, needs: Level, about: About, ok: int = 200, **how: Any) -> Endpoint:
    """An endpoint under ``/api/v1/``; parameters of its path come by their own names."""
    return _endpoint(line, V1, needs, about, ok, how)


def at_root(line: str, needs: Level, about: About, ok: int = 200, **how: Any) -> Endpoint:
    """An endpoint anywhere else."""
    return _endpoint(line, "", needs, about, ok, how)


def _endpoint(line: str, prefix: str, needs: Level, about: About, ok: int, how: dict[str, Any]) -> Endpoint:
    method, _, path = line.partition(" ")
    own = {name: how.pop(name) for name in list(how) if name not in _OPTIONS}
    return Endpoint(method, prefix + path.strip(), needs, about, ok, names=own, **how)
