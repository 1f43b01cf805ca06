"""The gate that all processes share: a provider's limits and health live in the warehouse, one row a provider and key.

Requests are spaced evenly at the rate that the provider's own headers state (virtual scheduling, ITU-T I.371: each request
takes the next free moment), so that many processes together stay inside a limit that none of them sees whole. A provider
that fails several times in a row is left alone for a while (a circuit breaker).
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from igny8_resources.ai.errors import CircuitOpen, ProviderUnavailable
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait, seconds_of
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.models import ProviderState
from igny8_resources.warehouse.upsert import upsert

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# A hair below the stated rate: clocks differ, and a refused request counts against the limit.
SHARE_OF_LIMIT = 0.98
# Failures in a row after which a provider is left alone, and for how long (seconds), doubling up to the longest.
FAILURES_TO_OPEN, FIRST_PAUSE, LONGEST_PAUSE = 3, 30.0, 600.0
_SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True)
class StatedLimits:
    """What headers say of a provider's limits, per minute; None where they say nothing."""

    requests: float | None
    tokens: float | None


def stated_limits(headers: Mapping[str, str]) -> StatedLimits:
    """Requests and tokens a minute from ``x-ratelimit-limit-*``.

    The window is not stated. The limit is taken as one of a minute, unless what is used up takes much longer to come back
    (``(limit - remaining) / reset``): then it is the limit of an hour or a day.
    """

    def rate(dimension: str) -> float | None:
        limit = _number(headers.get(f"x-ratelimit-limit-{dimension}"))
        if limit is None or limit <= 0:
            return None
        remaining = _number(headers.get(f"x-ratelimit-remaining-{dimension}"))
        reset = seconds_of(headers.get(f"x-ratelimit-reset-{dimension}"))
        if remaining is not None and reset and limit > remaining:
            refilled = (limit - remaining) / reset * _SECONDS_A_MINUTE
            if refilled < limit / 2:
                return refilled
        return limit

    return StatedLimits(rate("requests"), rate("tokens"))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def endpoint_of(provider: str, base_url: str, secret: str) -> str:
    """The name of a provider's limits: two keys have limits of their own, and no key can be read from it."""
    address = urlsplit(base_url)
    server = f"{address.hostname}:{address.port}" if address.port else str(address.hostname)
    return f"{provider}/{server[:80]}/{hashlib.sha256(secret.encode()).hexdigest()[:12]}"


class SharedGate:
    """A ``Gate`` over one row of ``provider_states``; safe to share between threads.

    Args:
        warehouse: where the row is.
        endpoint: its key, from ``endpoint_of``.
        provider: the connection's name, for people who read the table.
        max_concurrency: calls of this process that may be under way at once.
        longest_wait: seconds; a longer wait is not slept through but raised.
        sleep: pauses the thread; tests pass their own.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        endpoint: str,
        provider: str,
        *,
        max_concurrency: int = 8,
        longest_wait: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.endpoint, self.provider = endpoint, provider
        self._warehouse = warehouse
        self._slots = threading.BoundedSemaphore(max_concurrency)
        self._longest_wait = longest_wait
        self._sleep, self._clock = sleep, clock
        self._first = threading.Lock()
        self._is_known = False
        self._is_troubled = False
        # The limits as the row had them when this process last looked, which it does before every request; None: no row.
        self._limits: StatedLimits | None = None

    @contextmanager
    def slot(self, tokens: int = 0) -> Iterator[None]:
        """Hold one of the concurrent places, entered at the next moment that the limits have free.

        Until the provider has answered once nothing is known of its limits: the first request goes alone.

        Args:
            tokens: about how many tokens the request will use, for a provider that limits them.

        Raises:
            CircuitOpen: the provider failed several times in a row and is left alone for now.
            ProviderUnavailable: the next free moment lies further away than ``longest_wait``.
        """
        with self._slots:
            if self._is_known:
                self._wait(tokens)
                yield
                return
            with self._first:
                self._wait(tokens)
                yield

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer's headers; writes only what is news."""
        stated = stated_limits(headers)
        wait = max(exhausted_wait(headers) or 0.0, requested_wait(headers) or 0.0)
        closed_until = self._clock() + wait if wait else 0.0
        known = self._limits
        is_news = known is None or known != StatedLimits(
            stated.requests or known.requests, stated.tokens or known.tokens
        )
        if is_news or closed_until:
            with self._warehouse.write() as session:
                row = self._row(session)
                row.requests_per_minute = stated.requests or row.requests_per_minute
                row.tokens_per_minute = stated.tokens or row.tokens_per_minute
                row.closed_until = max(row.closed_until, closed_until)
                self._seen(row)
        self._is_known = True

    def succeeded(self) -> None:
        """The provider answered: earlier failures no longer count."""
        if not self._is_troubled:
            return
        with self._warehouse.write() as session:
            row = self._row(session)
            row.failures, row.open_until, row.last_error = 0, 0.0, ""
        self._is_troubled = False

    def failed(self, message: str) -> None:
        """The provider gave no answer; after several in a row it is left alone, longer each time."""
        with self._warehouse.write() as session:
            row = self._row(session)
            row.failures += 1
            row.last_error = message[:2000]
            if row.failures >= FAILURES_TO_OPEN:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (row.failures - FAILURES_TO_OPEN))
                row.open_until = self._clock() + pause
        self._is_troubled = True

    def open_for(self) -> float:
        """Seconds for which the provider is still left alone; 0 when it may be asked."""
        with self._warehouse.read() as session:
            row = session.get(ProviderState, self.endpoint)
        if row is None:
            return 0.0
        self._is_troubled = self._is_troubled or row.failures > 0
        return max(0.0, row.open_until - self._clock())

    def _row(self, session: "Session") -> ProviderState:
        """The row, locked; made where it is missing."""
        if (row := session.get(ProviderState, self.endpoint, with_for_update=True)) is not None:
            return row
        upsert(session, ProviderState, [{"endpoint": self.endpoint, "provider": self.provider}], key=("endpoint",))
        return session.get_one(ProviderState, self.endpoint, with_for_update=True)

    def _seen(self, row: ProviderState) -> None:
        self._limits = StatedLimits(row.requests_per_minute, row.tokens_per_minute)
        self._is_troubled = self._is_troubled or row.failures > 0

    def _wait(self, tokens: int) -> None:
        wait = self._next_moment(tokens)
        if wait > 0:
            self._sleep(wait)

    def _next_moment(self, tokens: int) -> float:
        """Take the next free moment; seconds until then."""
        if not self._is_paced:
            with self._warehouse.read() as session:
                row = session.get(ProviderState, self.endpoint)
            if row is None:
                return 0.0
            self._seen(row)
            if not self._is_paced:
                return self._allowed(row, max(0.0, row.closed_until - self._clock()))
        with self._warehouse.write() as session:
            row = self._row(session)
            self._seen(row)
            now = self._clock()
            at = max(now, row.closed_until, row.next_request_at)
            if row.tokens_per_minute and tokens:
                at = max(at, row.next_token_at)
            wait = self._allowed(row, at - now)
            if row.requests_per_minute:
                row.next_request_at = at + _SECONDS_A_MINUTE / (row.requests_per_minute * SHARE_OF_LIMIT)
            if row.tokens_per_minute and tokens:
                row.next_token_at = at + _SECONDS_A_MINUTE * tokens / (row.tokens_per_minute * SHARE_OF_LIMIT)
            return wait

    @property
    def _is_paced(self) -> bool:
        return self._limits is not None and bool(self._limits.requests or self._limits.tokens)

    def _allowed(self, row: ProviderState, wait: float) -> float:
        pause = row.open_until - self._clock()
        if pause > 0:
            raise CircuitOpen(
                f"{self.provider} failed {row.failures} times in a row ({row.last_error}); it is asked again in "
                f"{pause:.0f} s.",
                retry_after=pause,
            )
        if wait > self._longest_wait:
            raise ProviderUnavailable(
                f"The rate limit of {self.provider} is used up for {wait:.0f} s. Run this again after that.",
                retry_after=wait,
            )
        return wait
