"""Progress for whoever watches in the same process: a terminal follows work here, everybody else through the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watcher = Callable[[str, str], None]
_watchers: list[Watcher] = []


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Call ``watcher(partition, message)`` for everything that is told inside the block."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def tell(partition: str, message: str) -> None:
    """Say how far the work on a partition is."""
    for watcher in tuple(_watchers):
        watcher(partition, message)
