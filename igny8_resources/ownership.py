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
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from igny8_resources.warehouse.tables.columns import utc_now

LEASE = timedelta(minutes=15)
ZOMBIE = "Z"

log = logging.getLogger(__name__)
_claims = itertools.count(1)
# Counted on in a forked process, which may still leave a block that its parent entered.
_lease_numbers = itertools.count(1)


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


class _OpenLeases:
    """The leases of this process that are to be renewed, and the one thread that does it while there are any.

    A thread of its own for every lease would cost a call to a model more than the database does.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        # By a number of the lease: when it is due (monotonic seconds) and what renews it.
        self._open: dict[int, tuple[float, Callable[[], None]]] = {}
        self._being_renewed: int | None = None
        self._wakes_at: float | None = None

    def take(self, renew: Callable[[], None]) -> int:
        """Renew a lease from now on; returns its number."""
        due = time.monotonic() + _renewal_seconds()
        number = next(_lease_numbers)
        with self._changed:
            if self._wakes_at is None:
                threading.Thread(target=self._keep, name="leases", daemon=True).start()
                self._wakes_at = due
            elif due < self._wakes_at:
                self._changed.notify_all()
            self._open[number] = (due, renew)
        return number

    def drop(self, number: int) -> None:
        """Renew a lease no longer; a renewal that is under way has ended when this returns."""
        with self._changed:
            self._open.pop(number, None)
            while self._being_renewed == number:
                self._changed.wait()

    def _keep(self) -> None:
        while (turn := self._next()) is not None:
            number, renew = turn
            try:
                renew()
            except Exception:
                # Whatever it is, the other leases are still to be renewed.
                log.warning("a lease could not be renewed; it is tried again", exc_info=True)
            with self._changed:
                self._being_renewed = None
                if number in self._open:
                    self._open[number] = (time.monotonic() + _renewal_seconds(), renew)
                self._changed.notify_all()

    def _next(self) -> tuple[int, Callable[[], None]] | None:
        """Wait for the lease that is due next; None when there has been none for as long as one is left alone."""
        with self._changed:
            while True:
                was_empty, now = not self._open, time.monotonic()
                number = min(self._open, key=lambda each: self._open[each][0], default=None)
                due = now + _renewal_seconds() if number is None else self._open[number][0]
                if number is not None and due <= now:
                    self._being_renewed = number
                    return number, self._open[number][1]
                self._wakes_at = due
                if not self._changed.wait(due - now) and was_empty and not self._open:
                    self._wakes_at = None
                    return None


_leases = _OpenLeases()


def _begin_anew() -> None:
    """A forked process holds none of its parent's leases, and has none of its threads."""
    global _leases  # noqa: PLW0603 - one a process
    _leases = _OpenLeases()


os.register_at_fork(after_in_child=_begin_anew)


def _renewal_seconds() -> float:
    return LEASE.total_seconds() / 3


@contextmanager
def kept_alive(renew: Callable[[], None]) -> Iterator[None]:
    """Renew a lease three times in its length while the block runs, and not once after it."""
    number = _leases.take(renew)
    try:
        yield
    finally:
        _leases.drop(number)


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
