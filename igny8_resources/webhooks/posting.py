"""One message to one address: a POST that goes to public addresses only, takes no longer than it may, and follows nobody.

The name is resolved here, judged, and connected to as an address (``public_addresses``); the certificate is asked for and
checked under the name. Environment variables that name a proxy are not heard: a proxy would resolve the name again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from igny8_resources.public_addresses import (
    IPAddress,
    MayReach,
    NotPublic,
    UnknownHost,
    chosen,
    is_any,
    is_public,
    judged,
)
from igny8_resources.settings import Settings

if TYPE_CHECKING:
    import ssl

    import httpx

MOST_SECONDS = 10.0
MOST_ANSWER_BYTES = 64 * 1024
LONGEST_URL = 2000
LONGEST_ERROR = 500
AGENT = "IGNY8-Webhooks/1"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class AddressRefused(Exception):
    """Nothing is sent to this address; the message says why."""


@dataclass(frozen=True)
class Reach:
    """Which receivers a deployment sends to."""

    may_reach: MayReach = is_public
    allow_http: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Reach":
        """As the settings say."""
        return cls(is_any if settings.webhooks_allow_private else is_public, settings.webhooks_allow_http)


@dataclass(frozen=True)
class Attempt:
    """How one POST went.

    ``status`` is the answer's, None when there was none. ``error`` is empty when the message was taken. ``retry_after``
    is how many seconds the receiver wants to be left alone, None when it does not say.
    """

    status: int | None
    error: str
    seconds: float
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took the message."""
        return not self.error


def check_address(url: str, reach: Reach) -> None:
    """Refuse an address before it is kept. What its name stands for is asked again at every sending.

    Raises:
        AddressRefused: it is malformed, not HTTPS, or its host is unknown or not public.
    """
    parsed = _parsed(url, reach)
    try:
        judged(parsed.host, _port(parsed), reach.may_reach)
    except (UnknownHost, NotPublic) as refused:
        raise AddressRefused(str(refused)) from refused


def host_of(url: str) -> str:
    """The host of an address that was checked; the rest of it may hold what only the receiver should know."""
    import httpx

    return httpx.URL(url).host


def _parsed(url: str, reach: Reach) -> "httpx.URL":
    import httpx

    expected = "expected an address such as https://example.com/hooks"
    try:
        parsed = httpx.URL(url.strip())
        host = parsed.host
    except (httpx.InvalidURL, ValueError) as malformed:
        raise AddressRefused(f"this is not an address: {malformed}; {expected}") from malformed
    if len(url) > LONGEST_URL:
        raise AddressRefused(f"an address has at most {LONGEST_URL} characters")
    if parsed.scheme not in _DEFAULT_PORTS or not host or not 0 < _port(parsed) < 2**16:
        raise AddressRefused(expected)
    if parsed.userinfo:
        raise AddressRefused("an address with a user name in it is not kept; messages are signed instead")
    if parsed.scheme == "http" and not reach.allow_http:
        raise AddressRefused("messages are sent by HTTPS alone; write https://")
    return parsed


def _port(parsed: "httpx.URL") -> int:
    return _DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port


async def _judged(host: str, port: int, may_reach: MayReach) -> IPAddress:
    import socket

    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise UnknownHost(f"there is no host {host!r}: {unknown}") from unknown
    return chosen(host, (str(entry[4][0]) for entry in found), may_reach)


class Poster:
    """Sends messages, many at once; made by ``posting``."""

    def __init__(self, client: "httpx.AsyncClient", reach: Reach) -> None:
        self._client = client
        self._reach = reach

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """Send one message; whatever goes wrong is told in the attempt."""
        import httpx

        began = time.monotonic()
        # What is known so far, for whatever ends the attempt.
        answer: httpx.Response | None = None
        error = ""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                request = await self._request(url, body, headers)
                answer = await self._client.send(request, stream=True)
                try:
                    await _read_a_little(answer)
                finally:
                    await answer.aclose()
        except (AddressRefused, UnknownHost, NotPublic) as refused:
            error = str(refused)
        except (TimeoutError, httpx.TimeoutException):
            error = f"the receiver did not answer within {MOST_SECONDS:.0f} seconds"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            error = f"the connection failed: {str(failure) or type(failure).__name__}"
        seconds = time.monotonic() - began
        if answer is None:
            return Attempt(None, error[:LONGEST_ERROR], seconds)
        # The status is the receiver's word; what became of the rest of its answer does not matter.
        return Attempt(answer.status_code, _complaint(answer.status_code), seconds, _retry_after(answer.headers))

    async def _request(self, url: str, body: bytes, headers: Mapping[str, str]) -> "httpx.Request":
        parsed = _parsed(url, self._reach)
        address = await _judged(parsed.host, _port(parsed), self._reach.may_reach)
        return self._client.build_request(
            "POST",
            parsed.copy_with(host=str(address), fragment=None),
            content=body,
            headers={
                **headers,
                "Host": parsed.netloc.decode("ascii"),
                "Content-Type": "application/json",
                # What is not compressed cannot be a bomb.
                "Accept-Encoding": "identity",
                "User-Agent": AGENT,
            },
            extensions={"sni_hostname": parsed.raw_host.decode("ascii")},
        )


@asynccontextmanager
async def posting(reach: Reach, verify: "ssl.SSLContext | bool" = True) -> AsyncIterator[Poster]:
    """A poster for as long as the block; ``verify`` says which certificates are believed."""
    import httpx

    # No connection is used twice: one that was opened for a name would serve another name at the same address.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    options: dict[str, Any] = {"trust_env": False, "follow_redirects": False, "timeout": MOST_SECONDS}
    async with httpx.AsyncClient(limits=limits, verify=verify, **options) as client:
        yield Poster(client, reach)


async def _read_a_little(answer: "httpx.Response") -> None:
    """Let a receiver finish a short answer; a long one is cut."""
    read = 0
    async for piece in answer.aiter_raw():
        read += len(piece)
        if read >= MOST_ANSWER_BYTES:
            return


def _complaint(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"the receiver answered {status}: redirects are not followed; name the address where it ends"
    return f"the receiver answered {status}"


def _retry_after(headers: "httpx.Headers") -> float | None:
    """How many seconds ``Retry-After`` asks for; None when it says nothing usable."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
