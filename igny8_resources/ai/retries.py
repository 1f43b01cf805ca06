"""When a call to a provider is made again: transient failures only, and never sooner than the provider asks."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from igny8_resources.ai.errors import ProviderUnavailable
from igny8_resources.ai.rate_limits import RateGate

if TYPE_CHECKING:
    import tenacity

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Retrying:
    """Calls a function until it answers: exponential back-off with jitter, or as long as the provider asks.

    At most ``max_attempts`` calls; ``longest_wait`` is the longest single pause and ``total_seconds`` the time after which
    no further attempt starts. ``sleep`` pauses the thread and ``clock`` tells seconds, on which waiting is measured; tests
    pass their own.
    """

    max_attempts: int = 5
    longest_wait: float = 60.0
    total_seconds: float = 600.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __call__(self, ask: Callable[..., Answer], *given: object) -> Answer:
        """What ``ask(*given)`` answers in the end.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            BaseException: whatever else ``ask`` raises, at once.
        """
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(ProviderUnavailable),
            wait=self._pause,
            stop=self._enough,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(ask, *given)

    def gate(self, max_concurrency: int) -> RateGate:
        """A gate of one provider's own that waits as long and on the same clock."""
        return RateGate(max_concurrency, self.longest_wait, self.sleep, self.clock)

    def _pause(self, state: "tenacity.RetryCallState") -> float:
        doubled = min(0.5 * 2.0 ** (state.attempt_number - 1), self.longest_wait)
        # The jitter comes on top: callers that were refused together must not come back together.
        return max(doubled, _wait_asked_for(state)) + random.uniform(0, 0.25 * doubled)

    def _enough(self, state: "tenacity.RetryCallState") -> bool:
        spent = max(state.seconds_since_start or 0.0, state.idle_for)
        return (
            state.attempt_number >= self.max_attempts
            or _wait_asked_for(state) > self.longest_wait
            or spent + state.upcoming_sleep > self.total_seconds
        )


# How a provider is asked unless somebody says otherwise.
USUAL = Retrying()


def _wait_asked_for(state: "tenacity.RetryCallState") -> float:
    error = state.outcome.exception() if state.outcome else None
    return (error.retry_after or 0.0) if isinstance(error, ProviderUnavailable) else 0.0
