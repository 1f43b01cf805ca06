"""Fetches pages of the public web that people name: bounded in time and size, and never from inside the deployment's network.

Whoever may name an address could otherwise have the platform read what only the platform can reach. Every name is resolved
here, every address that it resolves to must be public, and the connection goes to the very address that was judged, so that
a name cannot point elsewhere a moment later. Redirects are followed one by one under the same rule.
"""

import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from igny8_resources.public_addresses import IPAddress, MayReach, NotPublic, UnknownHost, is_public, judged

MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 30.0
MOST_REDIRECTS = 5
AGENT = "IGNY8 (reads sources that an editor named)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The client's own words for what it could not do are of no help to an editor.
_REFUSED = {401: "asks for a password", 403: "refuses to be read", 404: "does not exist", 410: "is gone"}


class PageUnreadable(Exception):
    """An address cannot be read; the message says why and what to do. ``passing`` says whether it may work later."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True)
class FetchedPage:
    """What stood at an address: the address after redirects, the bytes, and their type and charset as the server says."""

    url: str
    data: bytes
    media_type: str
    charset: str


def fetch_page(
    url: str,
    *,
    may_reach: MayReach = is_public,
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> FetchedPage:
    """Read the page at an ``http`` or ``https`` address.

    Raises:
        PageUnreadable: the address is malformed or not public, the server does not answer in time, refuses, or sends more
            than ``most_bytes``.
    """
    deadline = time.monotonic() + most_seconds
    here = url
    for _ in range(MOST_REDIRECTS + 1):
        found = _get(here, may_reach, most_bytes, deadline, most_seconds)
        if isinstance(found, FetchedPage):
            return found
        here = urljoin(here, found)
    raise PageUnreadable(f"{url} redirects more than {MOST_REDIRECTS} times; name the address where it ends")


def checked_address(url: str) -> str:
    """The address itself, if it can be one of a page.

    Raises:
        PageUnreadable: it is not an absolute ``http`` or ``https`` address, or carries a user and password.
    """
    try:
        split = urlsplit(url)
        port_is_sound = split.port is None or split.port > 0
    except ValueError as malformed:
        raise PageUnreadable(f"{url[:200]!r} is not an address: {malformed}") from malformed
    if split.scheme not in {"http", "https"} or not split.hostname or not port_is_sound:
        raise PageUnreadable(f"{url[:200]!r}: expected an address such as https://example.com/report")
    if split.username or split.password:
        raise PageUnreadable("an address with a user name in it is not read: it would be kept with the password")
    return url


def _get(url: str, may_reach: MayReach, most_bytes: int, deadline: float, most_seconds: float) -> "FetchedPage | str":
    """The page, or the address that it redirects to."""
    import httpx

    split = urlsplit(checked_address(url))
    host = split.hostname or ""
    address = _resolved(host, split.port or (443 if split.scheme == "https" else 80), may_reach)
    literal = f"[{address}]" if address.version == 6 else str(address)
    netloc = f"{literal}:{split.port}" if split.port else literal
    target = urlunsplit((split.scheme, netloc, split.path or "/", split.query, ""))
    try:
        with (
            httpx.Client(trust_env=False, timeout=max(0.1, deadline - time.monotonic())) as client,
            client.stream(
                "GET",
                target,
                headers={"Host": split.netloc, "User-Agent": AGENT, "Accept": "text/html, text/*;q=0.8, */*;q=0.1"},
                # The certificate is asked for, and checked, under the name that the editor wrote.
                extensions={"sni_hostname": host},
            ) as response,
        ):
            if response.status_code in _REDIRECTS and response.headers.get("location"):
                return response.headers["location"]
            if response.status_code != 200:
                why = _REFUSED.get(response.status_code, f"answers with status {response.status_code}")
                raise PageUnreadable(f"{url} {why}", passing=response.status_code in {429, 502, 503, 504})
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > most_bytes:
                    raise PageUnreadable(
                        f"{url} is larger than {most_bytes // (1024 * 1024)} MB; save the part that matters as a file"
                    )
                if time.monotonic() > deadline:
                    raise PageUnreadable(f"{url} took longer than {most_seconds:.0f} seconds", passing=True)
            kind, charset = response.headers.get("content-type", ""), response.charset_encoding or ""
            return FetchedPage(url, bytes(data), kind.partition(";")[0].strip().lower(), charset)
    except httpx.TimeoutException as slow:
        raise PageUnreadable(f"{url} did not answer within {most_seconds:.0f} seconds", passing=True) from slow
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        raise PageUnreadable(f"{url} cannot be read: {failure}", passing=True) from failure


def _resolved(host: str, port: int, may_reach: MayReach) -> IPAddress:
    try:
        return judged(host, port, may_reach)
    except UnknownHost as unknown:
        raise PageUnreadable(str(unknown), passing=True) from unknown
    except NotPublic as inside:
        raise PageUnreadable(f"{inside} and is not read; save the document and add it as a file instead") from inside
