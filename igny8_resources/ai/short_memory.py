"""What hardly ever changes and is asked for with every call, remembered for a moment."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

# Long enough to spare a busy process most of its looks, short enough that nobody waits for a change to take effect.
SECONDS = 1.0


class ShortMemory(Generic[T]):
    """Answers by key, each looked up anew when it is older than ``seconds``; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, seconds: float | None = None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._known: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, look: Callable[[], T]) -> T:
        """The answer that is remembered, or the one that ``look`` gives now."""
        now = self._clock()
        with self._lock:
            known = self._known.get(key)
        if known is not None and now - known[0] < (SECONDS if self._seconds is None else self._seconds):
            return known[1]
        found = look()
        with self._lock:
            if len(self._known) > 1_000:
                self._known.clear()
            self._known[key] = now, found
        return found
