"""One step in a process of its own, which ends with whoever started it.

``python -m jobs.step_process FOLDER`` reads what to execute from the environment, as ``dagster api execute_step`` does.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster._grpc.types import ExecuteStepArgs

# Rendering stops between two frames; what needs longer than this is killed together with ffmpeg.
SECONDS_TO_END = 20.0
_SECONDS_BETWEEN_LOOKS = 1.0


class StepProcess:
    """A step that began in a new process, with a folder of its own for temporary files.

    It gives its memory and its GPU back when it ends, may have child processes, and can be ended.
    """

    def __init__(self, args: "ExecuteStepArgs") -> None:
        described = {str(entry["name"]): str(entry["value"]) for entry in args.get_command_env()}
        self._scratch = tempfile.mkdtemp(prefix="igny8-step-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self._scratch],
            env={**os.environ, **described, "TMPDIR": self._scratch},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """How it ended, a signal as a negative number; None while it runs."""
        return self._process.poll()

    def end(self) -> None:
        """Interrupt it, so that it can clean up; kill it with its children when it does not end. Leaves nothing behind."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_END)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _end_with(parent: int, scratch: str) -> None:
    """Vanish with a parent that was killed.

    Not by an interrupt: Dagster would record the step as failed, while it is being handed to another worker.
    """
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Execute the step that the environment describes; the folder named as the argument goes with it."""
    [scratch] = sys.argv[1:]
    threading.Thread(target=_end_with, args=(os.getppid(), scratch), daemon=True).start()
    from dagster._cli.api import execute_step_command

    try:
        execute_step_command([])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
