"""A PostgreSQL server of a test's own, which may be killed as a crash would kill it.

It is made with the programs of an installed PostgreSQL. They refuse to run as root: root hands them to the user *postgres*.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

SECONDS_TO_START = 30
# What is committed has been handed to the system, which outlives the server; only a power cut would need the disk.
_SETTINGS = ("fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where there is none that this user may run."""
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return None
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda program: float(program.parent.parent.name), default=None)
    return newest.parent if newest else None


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OwnPostgres:
    """One running server with one empty database."""

    def __init__(self, bin_folder: Path, data: Path) -> None:
        self._bin, self._data, self._port = bin_folder, data, free_port()
        self._user = "postgres" if os.geteuid() == 0 else None
        subprocess.run(
            [bin_folder / "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--pgdata", data],
            user=self._user,
            cwd=data,
            check=True,
            capture_output=True,
        )
        self.start()

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, with whatever recovery its data needs, and wait until it answers."""
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        deadline = time.monotonic() + SECONDS_TO_START
        with (self._data / "server.log").open("ab") as log:
            while True:
                self._server = subprocess.Popen(
                    [self._bin / "postgres", "-D", self._data, "-p", str(self._port), *settings],
                    user=self._user,
                    cwd=self._data,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
                # It ends at once while processes of the server before it are still there.
                while self._server.poll() is None:
                    if self._answers():
                        return
                    assert time.monotonic() < deadline, self.last_words
                    time.sleep(0.05)
                assert time.monotonic() < deadline, self.last_words
                time.sleep(0.1)

    def kill(self) -> None:
        """End it and every process that serves a connection, in the middle of whatever they do."""
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        self._server.send_signal(signal.SIGKILL)
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._server.wait()

    def _answers(self) -> bool:
        try:
            psycopg2.connect(host="127.0.0.1", port=self._port, user="postgres", connect_timeout=3).close()
        except psycopg2.OperationalError:
            return False
        return True

    @property
    def last_words(self) -> str:
        """The end of what it logged."""
        return (self._data / "server.log").read_text(errors="replace")[-2000:]


@contextmanager
def own_postgres(bin_folder: Path) -> Iterator[OwnPostgres]:
    """A server that is there as long as the block."""
    # Not below the test's own folder, which only the user who runs the tests may enter.
    with tempfile.TemporaryDirectory(prefix="igny8-postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = OwnPostgres(bin_folder, Path(folder))
        try:
            yield server
        finally:
            server.kill()
