"""How often one client address may try something within one process: a bucket an address, refilled evenly."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_CLIENTS = 10_000


class ClientLimit:
    """``per_minute`` attempts at once, and then as many a minute; the addresses seen longest ago are forgotten first."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, client: str) -> float:
        """0 and one attempt less for this address, or how long until there is one."""
        key = _network(client)
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(key, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - since) * self._per_minute / 60)
            waits = 0.0 if left >= 1 else (1 - left) * 60 / self._per_minute
            self._left[key] = (left if waits else left - 1, now)
            if len(self._left) > MOST_CLIENTS:
                self._left.popitem(last=False)
        return waits


def _network(client: str) -> str:
    """One household of IPv6 has 2^64 addresses; they count as one."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return client if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
