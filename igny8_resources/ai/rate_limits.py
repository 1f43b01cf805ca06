"""What a provider's headers say about its rate limits, and the gate that keeps calls inside them.

Belongs here: reading ``retry-after*`` and ``x-ratelimit-*``, and waiting before a call. Does not belong here: retrying.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from igny8_resources.ai.errors import ProviderUnavailable

DIMENSIONS = ("requests", "tokens")

_LONGEST_BELIEVED = 24 * 3600.0  # beyond it the number is a point in time or a mistake, not a duration
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")


def seconds_of(text: str | None) -> float | None:
    """The seconds in a duration such as ``12ms``, ``6m0s`` or ``1.5`` (seconds); None when it says nothing usable.

    Some gateways send ``0``, ``-1`` or a Unix time for "unknown"; those are None as well.
    """
    if not text:
        return None
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        parts = _PART.findall(text)
        if "".join(number + unit for number, unit in parts) != text:
            return None
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return seconds if 0 < seconds <= _LONGEST_BELIEVED else None


def requested_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that ``retry-after-ms`` or ``retry-after`` (seconds or an HTTP date) ask for, None without either."""
    milliseconds = seconds_of(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    stated = headers.get("retry-after")
    seconds = seconds_of(stated)
    if seconds is not None or stated is None:
        return seconds
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return seconds_of(str((moment - (now or datetime.now(UTC))).total_seconds()))


def exhausted_wait(headers: Mapping[str, str], also: str | None = None) -> float | None:
    """The seconds until the used-up limits are free again; None when nothing is used up or no reset is stated.

    ``also`` names a dimension (``requests`` or ``tokens``) that the error says is used up, whatever its counter says: a
    call can ask for more tokens than remain.
    """
    waits = [
        seconds_of(headers.get(f"x-ratelimit-reset-{dimension}"))
        for dimension in DIMENSIONS
        if dimension == also or headers.get(f"x-ratelimit-remaining-{dimension}", "").strip() == "0"
    ]
    return max((wait for wait in waits if wait is not None), default=None)


class Gate(Protocol):
    """What a provider passes through for every attempt, and tells what came of it."""

    def slot(self, tokens: int = 0) -> AbstractContextManager[None]:
        """Hold one of the concurrent places, entered once the limits allow a request of about so many tokens.

        Raises:
            ProviderUnavailable: that lies too far in the future; ``retry_after`` says how far.
        """
        ...

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer's headers, a refused one's as well."""
        ...


class RateGate:
    """At most ``max_concurrency`` calls at once, and none before the time at which the provider's limits reset.

    One gate serves all threads that use one provider object. ``longest_wait`` is in seconds.
    """

    def __init__(
        self,
        max_concurrency: int,
        longest_wait: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = threading.BoundedSemaphore(max_concurrency)
        self._longest_wait = longest_wait
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._opens_at = 0.0

    @contextmanager
    def slot(self, tokens: int = 0) -> Iterator[None]:
        """Hold one of the concurrent places, entered only once the limits have reset.

        Raises:
            ProviderUnavailable: the reset lies further away than ``longest_wait``; ``retry_after`` says how far. Asking
                anyway would be refused, and refused calls count against the limit.
        """
        del tokens
        with self._slots:
            with self._lock:
                wait = self._opens_at - self._clock()
            if wait > self._longest_wait:
                message = f"The provider's rate limit is used up and resets in {wait:.0f} s. Run this again after that."
                raise ProviderUnavailable(message, retry_after=wait)
            if wait > 0:
                self._sleep(wait)
            yield

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer's headers: a used-up limit or a ``retry-after`` closes the gate for all threads."""
        wait = max(exhausted_wait(headers) or 0.0, requested_wait(headers) or 0.0)
        if wait:
            with self._lock:
                self._opens_at = max(self._opens_at, self._clock() + wait)
