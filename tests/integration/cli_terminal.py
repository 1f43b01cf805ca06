"""The ``igny8`` command as a person at a terminal uses it, in a home of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import Result
from sqlalchemy import func, select
from typer.testing import CliRunner

from cli.main import app
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.tables.columns import Table

ROOT = Path(__file__).resolve().parents[2]

KEYWORDS = """\
Keyword,Volume,Keyword Difficulty
french press ratio,6600,34
french press coffee ratio,5400,33
french press coffee to water ratio,2900,29
how much coffee for french press,3600,27
french press ratio grams,880,21
what is the best french press ratio,390,18
how to make pour over coffee,8100,44
pour over ratio,3600,35
pour over water temperature,590,18
pour over vs french press,1900,30
how to use a moka pot,9900,41
moka pot vs espresso,2900,29
moka pot ratio,1300,20
"""


@dataclass
class Terminal:
    """Commands in one ``IGNY8_HOME`` with the settings that are given."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """This machine's environment without any setting of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("IGNY8_", "DAGSTER_"))}
        return {**inherited, "IGNY8_HOME": str(self.home), "COLUMNS": "200", **self.settings}

    def run(self, *arguments: str) -> Result:
        """Run a command in this process."""
        with patch.dict(os.environ, self.environment, clear=True):
            return CliRunner().invoke(app, list(arguments))

    def process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )

    def refused(self, *arguments: str) -> str:
        """Run a command that must end with one sentence on stderr, and give that sentence."""
        done = self.run(*arguments)
        assert done.exit_code == 1, done.output
        assert isinstance(done.exception, SystemExit), "a traceback reached the terminal"
        assert "Traceback" not in done.output
        return done.stderr.strip()

    def ready(self) -> "Terminal":
        """Prepare the home and add a site."""
        self.done("init")
        self.done("site", "add", "crema-lane", "--name", "Crema Lane", "--url", "https://cremalane.example")
        return self

    def done(self, *arguments: str) -> str:
        """Run a command that must succeed, and give what it printed."""
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    @cached_property
    def parts(self) -> Platform:
        """The platform on the same home."""
        with patch.dict(os.environ, self.environment, clear=True):
            return Platform(load_settings())

    def rows(self, model: type[Table], *where: Any) -> list[Any]:
        """Rows in the order in which they were made."""
        with self.parts.warehouse.read() as session:
            query = select(model).where(*where).order_by(*model.__table__.primary_key.columns)
            return list(session.scalars(query))

    def count(self, model: type[Table]) -> int:
        """How many rows there are."""
        with self.parts.warehouse.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0
