"""Which process holds a piece of work, and whether that process is still there.

A ledger row under way names its owner. When a process is killed its rows stay behind; the next process on the same host
sees at once that the owner is gone, a process on another host waits until the lease has run out. Who is still at work
renews the lease, however long the work takes.
"""

import itertools
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from igny8_resources.warehouse.tables.columns import utc_now

LEASE = timedelta(minutes=15)
ZOMBIE = "Z"

log = logging.getLogger(__name__)
_claims = itertools.count(1)


def _state_and_start(pid: int) -> tuple[str, str]:
    """A process's state letter and the kernel's start time, which tells a reused id from the old one; empty where unknown."""
    try:
        # Fields 3 and 22 of stat, counted after the command name, which may itself contain spaces and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""


@cache
def _identity(pid: int) -> str:
    return f"{socket.gethostname()}/{pid}/{_state_and_start(pid)[1]}"


def this_process() -> str:
    """The owner token of the running process."""
    return _identity(os.getpid())


def new_claim() -> str:
    """An owner token of this process for one claim: whoever lost the claim can tell, even to a thread beside it."""
    return f"{this_process()}/{next(_claims)}"


def lease_end() -> datetime:
    """When a lease that is taken or renewed now runs out."""
    return utc_now() + LEASE


@contextmanager
def kept_alive(renew: Callable[[], None]) -> Iterator[None]:
    """Renew a lease three times in its length while the block runs."""
    finished = threading.Event()

    def keep() -> None:
        while not finished.wait(LEASE.total_seconds() / 3):
            try:
                renew()
            except SQLAlchemyError:
                log.warning("a lease could not be renewed; it is tried again", exc_info=True)

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        finished.set()
        keeper.join()


def is_gone(owner: str, lease_until: datetime | None) -> bool:
    """Whether an owner can no longer finish what it holds: it died on this host, or its lease has run out."""
    if lease_until is not None and lease_until <= utc_now():
        return True
    host, _, rest = owner.partition("/")
    pid_text, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    if host != socket.gethostname() or not pid_text.isdigit():
        return not owner
    pid = int(pid_text)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    state, start = _state_and_start(pid)
    # A killed process stays listed until its parent asks for its exit status.
    return state == ZOMBIE or start != started
