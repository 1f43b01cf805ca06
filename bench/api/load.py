"""Sends GET requests over connections that stay open, as quickly as they are answered or at a set pace.

A client of its own, because one that does more than needed would be what is measured: on two cores the server, the database
and this have to share.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.results import MeasurementFailed

SECONDS_TO_ANSWER = 30


@dataclass(frozen=True)
class Load:
    """What came of it: answers a second, and how long each took in milliseconds."""

    rate: float
    latencies: tuple[float, ...]

    def percentile(self, percent: int) -> float:
        """The latency that so many percent of the answers do not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def at_once(port: int, token: str, paths: Sequence[str], *, connections: int, seconds: float) -> Load:
    """Each connection sends its next request when the last one is answered."""
    return asyncio.run(_loaded(_requests(token, paths), port, connections, seconds, None))


def at_pace(port: int, token: str, paths: Sequence[str], *, connections: int, seconds: float, rate: float) -> Load:
    """So many requests a second, evenly; a latency counts from the moment that the request was due."""
    return asyncio.run(_loaded(_requests(token, paths), port, connections, seconds, rate))


def _requests(token: str, paths: Sequence[str]) -> list[bytes]:
    return [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: */*\r\n\r\n".encode()
        for path in paths
    ]


async def _loaded(requests: list[bytes], port: int, connections: int, seconds: float, rate: float | None) -> Load:
    latencies: list[float] = []
    sent = 0
    began = time.perf_counter()

    async def keep_asking() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                number, sent = sent, sent + 1
                due = time.perf_counter() if rate is None else began + number / rate
                if due - began >= seconds:
                    return
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                writer.write(requests[number % len(requests)])
                await asyncio.wait_for(_answer(reader), SECONDS_TO_ANSWER)
                latencies.append(1000 * (time.perf_counter() - due))
        finally:
            writer.close()

    await asyncio.gather(*(keep_asking() for _ in range(connections)))
    return Load(len(latencies) / (time.perf_counter() - began), tuple(latencies))


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise MeasurementFailed(f"a request was answered with {head[:40].decode(errors='replace')}")
    length = head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
