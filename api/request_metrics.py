"""Counts how requests were answered, without any request waiting for it.

Counted in memory by minute, method, route pattern and status, and added to the warehouse every few seconds and when the
service stops. What cannot be written is kept and tried again.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from igny8_resources.warehouse.api_role import RoleRefused
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.request_metrics import Counted, add_counts

log = logging.getLogger("igny8.api")

SECONDS_BETWEEN_FLUSHES = 10.0
# A database that is away for hours must not fill the memory: some 20,000 routes and minutes, a few MB.
MOST_KEPT = 20_000
# Patterns only; an address that matches none may be anything.
NO_ROUTE = "(none)"
LONGEST_ROUTE = 160
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# The minute since 1970, the method, the route and the status.
_Key = tuple[int, str, str, int]


class RequestMetrics:
    """The counts that are not in the warehouse yet. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[_Key, tuple[int, float, float]] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (int(time.time()) // 60, method if method in METHODS else "other", route[:LONGEST_ROUTE], status)
        with self._lock:
            self._add(key, 1, seconds, seconds)

    def _add(self, key: _Key, count: int, seconds: float, slowest: float) -> None:
        before = self._counts.get(key, (0, 0.0, 0.0))
        self._counts[key] = (before[0] + count, before[1] + seconds, max(before[2], slowest))

    def flush(self, warehouse: Warehouse) -> None:
        """Add what was counted to the warehouse; when that fails, keep it for the next time and say so."""
        with self._lock:
            taken, self._counts = self._counts, {}
        if not taken:
            return
        try:
            with warehouse.write() as session:
                add_counts(session, [_counted(key, value) for key, value in taken.items()])
        except (SQLAlchemyError, RoleRefused) as failure:
            log.warning(
                "counts of %d routes and minutes could not be written and are kept: %s",
                len(taken),
                type(failure).__name__,
            )
            self._keep(taken)

    def _keep(self, taken: dict[_Key, tuple[int, float, float]]) -> None:
        with self._lock:
            for key, value in taken.items():
                self._add(key, *value)
            too_many = sorted(self._counts)[: max(0, len(self._counts) - MOST_KEPT)]
            dropped = sum(self._counts.pop(key)[0] for key in too_many)
        if dropped:
            log.error("the oldest counts were given up: %d requests will be missing in the metrics", dropped)

    @asynccontextmanager
    async def flushed(self, warehouse: Warehouse) -> AsyncIterator[None]:
        """Flush every few seconds while the block runs, and once more at its end."""

        async def keep_flushing() -> None:
            while True:
                await asyncio.sleep(SECONDS_BETWEEN_FLUSHES)
                await asyncio.to_thread(self.flush, warehouse)

        flushing = asyncio.create_task(keep_flushing())
        try:
            yield
        finally:
            flushing.cancel()
            with suppress(asyncio.CancelledError):
                await flushing
            await asyncio.to_thread(self.flush, warehouse)


def _counted(key: _Key, value: tuple[int, float, float]) -> Counted:
    minute, method, route, status = key
    return Counted(datetime.fromtimestamp(60 * minute, UTC), method, route, status, *value)


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"content-type":
            return value.startswith(b"text/event-stream")
    return False


class CountedRequests:
    """The layer around the whole service that counts; what is refused at the door is counted too."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics
        self._patterns: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0
        # Streams of progress are answered when they begin; how long somebody listens says nothing.
        streaming_since: float | None = None

        async def noted_send(message: Message) -> None:
            nonlocal status, streaming_since
            if message["type"] == "http.response.start":
                status = message["status"]
                if _is_stream(message.get("headers", ())):
                    streaming_since = time.perf_counter()
            await send(message)

        try:
            await self.app(scope, receive, noted_send)
        finally:
            seconds = (streaming_since or time.perf_counter()) - began
            self.metrics.note(scope["method"], self._pattern(scope), status, seconds)

    def _pattern(self, scope: Scope) -> str:
        """The whole path of the route that a request was given to; the route itself knows only its router's part."""
        if not self._patterns:
            routes = iter_route_contexts(scope["app"].routes)
            self._patterns = {id(route.original_route): route.path or "" for route in routes}
        return self._patterns.get(id(scope.get("route")), "") or NO_ROUTE
