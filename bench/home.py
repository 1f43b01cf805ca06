"""A home of its own for each measurement: nothing of the user's is read or written."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OF_THE_MACHINE = ("IGNY8_", "DAGSTER_")


@dataclass(frozen=True)
class Home:
    """One empty ``IGNY8_HOME``, and the bytecode cache that every program of the benchmark shares."""

    folder: Path
    bytecode: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment for programs of this home: no setting of the machine's own, compiled modules kept.

        An installation keeps compiled modules beside the sources. Some environments forbid that
        (``PYTHONDONTWRITEBYTECODE``), and every new process would compile thousands of modules again.
        """
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(OF_THE_MACHINE) and name != "PYTHONDONTWRITEBYTECODE"
        }
        return {
            **inherited,
            "IGNY8_HOME": str(self.folder),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "PYTHONPYCACHEPREFIX": str(self.bytecode),
            "COLUMNS": "160",
        }

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make this the home of the running process while the block runs."""
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a Python module with arguments in a session of its own, its output in a file."""
        with log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


@contextmanager
def temporary_home(bytecode: Path) -> Iterator[Home]:
    """A home that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="igny8-bench-", ignore_cleanup_errors=True) as folder:
        yield Home(Path(folder), bytecode)
