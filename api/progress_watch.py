"""Requests that somebody listens to: looked at together, told to each listener.

However many connections are open, this process reads the warehouse once an interval for each person that listens, by the
keys of their requests, as that person (``Access``); it counts items only where a row has changed. No thread waits for a
listener.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from api.access import Access
from api.shapes.requests import ProgressEvent
from api.tenancy import Principal
from igny8_resources.requests import OPEN_REQUEST, progress_of
from igny8_resources.warehouse.api_role import RoleRefused
from igny8_resources.warehouse.tables.ledgers import Request

log = logging.getLogger("igny8.api")

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_HEARTBEATS = 15.0
MOST_A_USER = 8


@dataclass(frozen=True)
class Followed:
    """How a request stands; ``version`` names this state of it and is the event's id."""

    version: str
    event: ProgressEvent

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.event.status not in OPEN_REQUEST


def followed(access: Access, known: Mapping[str, str]) -> dict[str, Followed | None]:
    """How requests stand that are not as they were; blocking, one read by their keys where nothing has changed.

    Args:
        access: Whose requests.
        known: By request the version that is known, empty for none.

    Returns:
        By request what is new, None where nothing is; without requests that this person does not see (any more).
    """
    found: dict[str, Followed | None] = {}
    with access.read() as session:
        for request in session.scalars(select(Request).where(Request.id.in_(known))):
            version = str(int(request.updated_at.timestamp() * 1_000_000))
            if version == known[request.id]:
                found[request.id] = None
                continue
            progress = progress_of(session, request)
            event = ProgressEvent(
                task_id=request.id,
                kind=request.kind,
                status=progress.status,
                phase=progress.phase,
                message=progress.message,
                percentage=progress.percent,
                total=progress.total,
                done=progress.done,
                failed=progress.failed,
                phase_done=request.done,
                phase_total=request.total,
                cancelled_by=request.payload.get("cancelled_by"),
                updated_at=request.updated_at,
                finished_at=request.finished_at,
            )
            found[request.id] = Followed(version, event)
    return found


@dataclass(eq=False)
class Listener:
    """One connection. ``newest`` is what it is to be told next; None: its person does not see the request any more."""

    access: Access
    task_id: str
    newest: Followed | None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, newest: Followed | None) -> None:
        """Something is new; whatever was not heard yet is out of date."""
        self.newest = newest
        self._changed.set()

    async def next(self, seconds: float) -> bool:
        """Wait until there is something new, at most so long; whether there is."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True


class ProgressWatch:
    """All listeners of one process, on its event loop.

    Args:
        interval: Seconds between two looks.
        heartbeat: Seconds after which a listener with no news is told so, and its access token is looked at again.
        most_a_user: How many connections one person may have open here.
    """

    def __init__(
        self,
        interval: float = SECONDS_BETWEEN_LOOKS,
        heartbeat: float = SECONDS_BETWEEN_HEARTBEATS,
        most_a_user: int = MOST_A_USER,
    ) -> None:
        self.interval = interval
        self.heartbeat = heartbeat
        self.most_a_user = most_a_user
        self.looks = 0
        self._listeners: set[Listener] = set()
        self._a_user: Counter[int] = Counter()
        self._watching: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self, access: Access, task_id: str, newest: Followed) -> Listener | None:
        """A place for one more connection; None when its person has as many as they may have."""
        user_id = access.principal.user_id
        if self._a_user[user_id] >= self.most_a_user:
            return None
        listener = Listener(access, task_id, newest)
        self._a_user[user_id] += 1
        self._listeners.add(listener)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="progress watch")
        return listener

    def leave(self, listener: Listener) -> None:
        """Give a place back; harmless to repeat."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            self._a_user[listener.access.principal.user_id] -= 1

    async def _watch(self) -> None:
        while self._listeners:
            await asyncio.sleep(self.interval)
            people: dict[Principal, list[Listener]] = defaultdict(list)
            for listener in self._listeners:
                people[listener.access.principal].append(listener)
            for listeners in people.values():
                await self._look(listeners)

    async def _look(self, listeners: list[Listener]) -> None:
        known = {each.task_id: each.newest.version for each in listeners if each.newest is not None}
        self.looks += 1
        try:
            found = await run_in_threadpool(followed, listeners[0].access, known)
        except (DBAPIError, RoleRefused) as failure:
            # The database is away for a moment; listeners hear of it by hearing nothing.
            log.warning("requests could not be followed: %s", type(failure).__name__)
            return
        for listener in listeners:
            if listener.task_id not in found:
                listener.tell(None)
            elif (newest := found[listener.task_id]) is not None:
                listener.tell(newest)
