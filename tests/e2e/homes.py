"""Runs the product as a person does: the ``igny8`` command in a home of its own, as a process that can be killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine, select, text

from igny8_resources.warehouse.tables.registry import METADATA

ROOT = Path(__file__).resolve().parents[2]
# What may differ between two runs of the same work: when, where and in how many attempts it happened.
CIRCUMSTANCES = {
    "created_at",
    "updated_at",
    "finished_at",
    "loaded_at",
    "approved_at",
    "published_at",
    "built_at",
    "rendered_at",
    "latency_seconds",
    "lease_until",
    "owner",
    "attempts",
    "replays",
    "run_id",
    "request_id",
    "password_hash",
    "txid",
    # Digests over pages that carry their date of publication.
    "digest",
}
# Read positions and requests' ids are of the run, not of the work.
NOT_WORK = {"event_cursors", "events", "requests", "request_items"}


@dataclass
class Home:
    """One ``IGNY8_HOME`` with the environment that its commands see."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The process environment without any setting of the machine's own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("IGNY8_", "DAGSTER_"))}
        return {**inherited, "IGNY8_HOME": str(self.folder), "COLUMNS": "200", **self.settings}

    @property
    def warehouse_url(self) -> str:
        """The warehouse that the commands use."""
        return self.settings.get("IGNY8_WAREHOUSE_URL", f"sqlite:///{self.folder / 'warehouse.db'}")

    def engine(self) -> Engine:
        """A plain connection for the test itself."""
        return self._plain

    def command(self, *arguments: str) -> list[str]:
        """The command line of ``igny8``."""
        return [sys.executable, "-m", "cli.main", *arguments]

    def run(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def run_and_kill(self, more_rows: int, delay: float, *arguments: str, patience: float = 25.0) -> bool:
        """Start a command, wait until it has written some ledger rows and a moment longer, then kill it with its children.

        A stretch of work that writes nothing (a render) is killed when patience ends.

        Returns:
            Whether it was still running.
        """
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        enough = self.ledger_rows() + more_rows
        deadline = time.monotonic() + patience
        while process.poll() is None and self.ledger_rows() < enough and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(delay)
        if process.poll() is not None:
            return False
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True

    def ledger_rows(self) -> int:
        """How many rows the ledgers hold: the measure of how far the work is."""
        with self._plain.connect() as connection:
            counts = [
                connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar() or 0  # noqa: S608
                for table in ("events", "ai_calls", "credit_transactions", "effects", "images")
            ]
        return sum(counts)

    @cached_property
    def _output(self) -> IO[bytes]:
        return (self.folder / "killed.log").open("ab")

    @cached_property
    def _plain(self) -> Engine:
        return create_engine(self.warehouse_url)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of work by table, without its circumstances, in the order it was made."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self.engine().connect() as connection:
            for table in METADATA.sorted_tables:
                if table.name in NOT_WORK:
                    continue
                columns = [column for column in table.columns if column.name not in CIRCUMSTANCES]
                query = select(*columns).order_by(*table.primary_key.columns)
                found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
        return found
