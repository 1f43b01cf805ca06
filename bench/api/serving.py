"""Programs that a measurement starts, waits for and ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.home import ROOT, Home
from bench.results import MeasurementFailed

SECONDS_TO_WAIT = 180
SECONDS_TO_END = 30


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(home: Home, name: str, environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own, its output in ``<name>.log``; ended after the block with all its children."""
    with (home.folder / f"{name}.log").open("wb") as log:
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
            try:
                running.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()


@contextmanager
def answering(running: subprocess.Popen[bytes], port: int, log: Path, path: str) -> Iterator[httpx.Client]:
    """A client for a server that has just been started; waits until ``path`` is answered well.

    Raises:
        MeasurementFailed: it ended, or does not answer in time.
    """
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not _answers(client, path):
            if running.poll() is not None or time.monotonic() > deadline:
                raise MeasurementFailed(f"the server does not answer: {last_words(log)}")
            time.sleep(0.2)
        yield client


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == 200
    except httpx.TransportError:
        return False


def last_words(log: Path) -> str:
    """The end of what a program wrote."""
    return log.read_text(errors="replace")[-800:]
