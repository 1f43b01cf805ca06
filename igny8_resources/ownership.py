"""Which process holds a piece of work, and whether that process is still there.

A ledger row under way names its owner. When a process is killed its rows stay behind; the next process on the same host
sees at once that the owner is gone, a process on another host waits until the lease has run out.
"""

import os
import socket
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from igny8_resources.warehouse.tables.columns import utc_now

LEASE = timedelta(minutes=15)


def _started(pid: int) -> str:
    """The kernel's start time of a process, which tells a reused process id from the old one; empty where unknown."""
    try:
        # Field 22 of stat, counted after the command name, which may itself contain spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


@cache
def _identity(pid: int) -> str:
    return f"{socket.gethostname()}/{pid}/{_started(pid)}"


def this_process() -> str:
    """The owner token of the running process."""
    return _identity(os.getpid())


def is_gone(owner: str, lease_until: datetime | None) -> bool:
    """Whether an owner can no longer finish what it holds: it died on this host, or its lease has run out."""
    if lease_until is not None and lease_until <= utc_now():
        return True
    host, _, rest = owner.partition("/")
    pid_text, _, started = rest.partition("/")
    if host != socket.gethostname() or not pid_text.isdigit():
        return not owner
    pid = int(pid_text)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(pid) != started
