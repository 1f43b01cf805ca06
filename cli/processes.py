"""Several long-running programs as one: started together, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS_TO_END = 15


@dataclass(frozen=True)
class Command:
    """A program and the name to call it by."""

    name: str
    arguments: list[str]


def run_together(commands: Sequence[Command]) -> int:
    """Run programs until one ends or a person interrupts; then end the others.

    Returns:
        The exit status of the first that ended by itself, 0 when a person ended them.
    """
    # A session of its own each: an interrupt reaches us alone, and ending one ends its children too.
    running = {each.name: subprocess.Popen(each.arguments, start_new_session=True) for each in commands}
    ended = {"interrupted": False}

    def on_signal(*_: object) -> None:
        ended["interrupted"] = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    try:
        while not ended["interrupted"]:
            for process in running.values():
                if process.poll() is not None:
                    return process.returncode
            time.sleep(0.2)
        return 0
    finally:
        for process in running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
        deadline = time.monotonic() + SECONDS_TO_END
        for process in running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
