"""What the stand-ins for video platforms have in common: any method and body over real HTTP, faults queued by path, OAuth.

A stand-in overrides ``work``. A fault waits for the next request whose ``METHOD path`` matches it.
"""

import json
import os
import re
import secrets
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.stand_ins.local_http import LocalServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; ``path`` without its query."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return dict(json.loads(self.body or b"{}"))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[2]


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What a request meets: ``instead`` is answered without any work; else the work is done and the connection breaks."""

    instead: Told | None = None


DROP = Fault()
"""The work is done and the answer is lost."""


@dataclass
class Kill:
    """The client's process is killed at its ``number``-th request from now, before or after the work is done."""

    pid: int
    number: int
    after_work: bool


def broken(status: int = 503, **headers: str) -> Fault:
    """The server's own trouble; nothing was done."""
    return Fault(Told(status, {"error": {"code": status, "message": "Backend Error"}}, headers))


class PlatformServer(LocalServer):
    """``with`` it: serves at ``address``. ``asked`` is every request that arrived."""

    def __init__(self) -> None:
        super().__init__(_handler(self))
        self.asked: list[Asked] = []
        self.lock = threading.RLock()
        self._faults: list[tuple[re.Pattern[str], Fault | None]] = []
        self.access_tokens: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.refreshes = 0
        self.rotates = True
        self.kill: Kill | None = None

    def kills(self, *, after_work: bool) -> bool:
        """Whether the client is killed at this point of the present request; done by the caller of this question."""
        with self.lock:
            if self.kill is None or self.kill.after_work is not after_work:
                return False
            self.kill.number -= 1
            if self.kill.number:
                return False
            os.kill(self.kill.pid, signal.SIGKILL)
            self.kill = None
            return True

    def meet(self, pattern: str, *faults: Fault, after: int = 0) -> None:
        """Queue faults for requests whose ``METHOD path`` a pattern finds, once ``after`` of them went well."""
        self._faults += [(re.compile(pattern), None)] * after + [(re.compile(pattern), fault) for fault in faults]

    def forget_faults(self) -> None:
        """Nothing that is queued is met any more."""
        with self.lock:
            self._faults.clear()

    @property
    def faults_left(self) -> int:
        return len(self._faults)

    def fault_for(self, asked: Asked) -> Fault | None:
        with self.lock:
            self.asked.append(asked)
            for position, (pattern, fault) in enumerate(self._faults):
                if pattern.search(f"{asked.method} {asked.path}"):
                    del self._faults[position]
                    return fault
        return None

    def work(self, asked: Asked) -> Told:
        raise NotImplementedError

    def count(self, pattern: str) -> int:
        """How many requests had a matching ``METHOD path``."""
        return sum(bool(re.search(pattern, f"{each.method} {each.path}")) for each in self.asked)

    # OAuth, which is nearly alike everywhere.

    def new_tokens(self) -> tuple[str, str]:
        """A good access token and refresh token, as somebody who agreed has them."""
        access, refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self.access_tokens.add(access)
        self.refresh_tokens.add(refresh)
        return access, refresh

    def expire_access(self) -> None:
        """Every access token that was handed out is no good any more."""
        self.access_tokens.clear()

    def refreshed(self, given: str, **more: Any) -> Told:
        """New tokens for an old one; where tokens rotate, the old one ends here."""
        with self.lock:
            if given not in self.refresh_tokens:
                said = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                return Told(400, said)
            self.refreshes += 1
            access, refresh = self.new_tokens()
            if self.rotates:
                self.refresh_tokens.discard(given)
                return Told(200, {"access_token": access, "refresh_token": refresh, "expires_in": 7200, **more})
            self.refresh_tokens.discard(refresh)
            return Told(200, {"access_token": access, "expires_in": 3599, **more})


def _handler(server: PlatformServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, address.path, dict(parse_qsl(address.query)), headers, body)
            if server.kills(after_work=False):
                self.close_connection = True
                return
            fault = server.fault_for(asked)
            if fault is not None and fault.instead is not None:
                self._send(fault.instead)
                return
            with server.lock:
                told = server.work(asked)
            if fault is not None or server.kills(after_work=True):
                self.close_connection = True
                return
            self._send(told)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def _send(self, told: Told) -> None:
            body = b"" if told.data is None else json.dumps(told.data).encode()
            try:
                self.send_response(told.status)
                for name, value in {"content-type": "application/json", **told.headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    return Handler
