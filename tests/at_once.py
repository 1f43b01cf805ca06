"""Running things at the same time, for tests of what must hold when many do."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(works: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """Start every piece of work at the same instant, one thread each; what each returned or raised."""
    works = list(works)
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return work()
        except Exception as raised:  # noqa: BLE001
            return raised

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))
