"""What a program and all its children use, read from ``/proc``.

A run's process is a child of a code server, itself a child of the daemon: only the sum over the tree says what a run costs.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Process:
    parent: int
    session: int
    cpu_ticks: int


def _processes() -> dict[int, _Process]:
    found = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # After the command name, which may itself contain spaces and brackets: parent, session, and from the twelfth
            # field on user and system time, its own and that of the children it has waited for.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(folder.name)] = _Process(int(fields[1]), int(fields[3]), sum(map(int, fields[11:15])))
    return found


def _members(root: int, processes: dict[int, _Process]) -> set[int]:
    children = defaultdict(list)
    for pid, process in processes.items():
        children[process.parent].append(pid)
    # A program started in a session of its own keeps orphaned grandchildren in it.
    waiting = [root, *(pid for pid, process in processes.items() if process.session == root)]
    members: set[int] = set()
    while waiting:
        pid = waiting.pop()
        if pid in processes and pid not in members:
            members.add(pid)
            waiting += children[pid]
    return members


def cpu_seconds(root: int) -> float:
    """User and system seconds of a process, its living descendants, and every descendant that has been waited for."""
    processes = _processes()
    return sum(processes[pid].cpu_ticks for pid in _members(root, processes)) / TICKS_A_SECOND


def memory_bytes(root: int) -> int:
    """Memory of a process and its descendants now, pages that several share counted once (PSS)."""
    return sum(_proportional_set(pid) for pid in _members(root, _processes()))


def _proportional_set(pid: int) -> int:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        # It ended between the listing and now.
        return 0
    return 0


class PeakMemory:
    """The most memory that a process tree had at once, looked at several times a second."""

    SECONDS_BETWEEN_LOOKS = 0.1

    def __init__(self, root: int) -> None:
        self.root = root
        self.peak = 0
        self._ended = threading.Event()

    @contextmanager
    def watched(self) -> Iterator["PeakMemory"]:
        """Look at the tree while the block runs."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            yield self
        finally:
            self._ended.set()
            watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.SECONDS_BETWEEN_LOOKS):
            self.peak = max(self.peak, memory_bytes(self.root))
