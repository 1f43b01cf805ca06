"""How the stock libraries' answers are read, whichever it is: what a status means, and what its limits say."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import AnswerInvalid, ProviderError, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.provider_failures import quoted
from igny8_resources.ai.rate_limits import requested_wait
from igny8_resources.ai.retries import Retrying
from igny8_resources.stock.stock_files import StockFile, checked_file

# A search is not worth more waiting: the video is made without it.
USUAL = Retrying(max_attempts=4, longest_wait=20.0, total_seconds=60.0)
_LONGEST_DURATION = 10**8  # a larger number of seconds is a point in time


def stock_names(library: str) -> ConnectionNames:
    """The settings of a library, for messages."""
    name = library.upper()
    return ConnectionNames(
        f"IGNY8_{name}_URL",
        f"IGNY8_{name}_API_KEY",
        f"IGNY8_{name}_API_KEY",
        timeout="IGNY8_STOCK_TIMEOUT_SECONDS",
        root=f"the address of {library.capitalize()}'s API",
    )


def limits_in_words(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> dict[str, str]:
    """``X-Ratelimit-*`` of both libraries as gates know them.

    Pexels states the moment of the reset (Unix time), Pixabay the seconds until it.
    """
    words = {name: headers[name] for name in ("retry-after",) if name in headers}
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining", "").strip() == "0" and reset.strip().isdigit():
        seconds = int(reset) - now() if int(reset) > _LONGEST_DURATION else int(reset)
        words |= {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": f"{max(seconds, 1):.0f}s"}
    return words


def answered(reply: Reply, server: str, secret: str, names: ConnectionNames) -> dict[str, Any]:
    """The answer's JSON object.

    Raises:
        ProviderUnavailable: 429 or 5xx, or the body breaks off.
        ProviderRejected: the key or the request is wrong.
        AnswerInvalid: a 200 that is not the object that was asked for.
    """
    if reply.status >= 400:
        raise _failure(reply, server, secret, names)
    data = reply.data
    if not isinstance(data, dict):
        raise AnswerInvalid(
            f"{server} answered with something other than results ({reply.start!r}). Check that {names.base_url} is "
            f"{names.root}."
        )
    return data


def fetched(connection: HttpConnection, file: StockFile, retrying: Retrying) -> bytes:
    """Download a file, again if it comes damaged.

    Raises:
        ProviderUnavailable: it cannot be had now.
        ProviderRejected: it is gone, or its address is not one that files are fetched from.
    """
    address = urlsplit(file.file_url)
    if address.scheme != "https" and address.netloc != connection.server:
        raise ProviderRejected(f"{file.library} keeps {file.page_url} at an address that is not https.")

    def attempt() -> bytes:
        reply = connection.download(file.file_url)
        if reply.status in {404, 410}:
            raise ProviderRejected(f"{file.library} no longer has {file.page_url} (status {reply.status}).")
        if reply.status >= 400:
            raise ProviderUnavailable(f"{file.library} answered {reply.status} instead of the file of {file.page_url}.")
        try:
            return checked_file(reply.content, file)
        except AnswerInvalid as damaged:
            raise ProviderUnavailable(str(damaged)) from damaged

    return retrying(attempt)


def _failure(reply: Reply, server: str, secret: str, names: ConnectionNames) -> ProviderError:
    said = f"{server} answered {reply.status}: {quoted(reply.start, secret)}"
    if reply.status in {408, 429} or reply.status >= 500:
        return ProviderUnavailable(said, retry_after=requested_wait(reply.headers))
    # Pixabay answers a wrong key with 400 and plain text.
    if reply.status in {401, 403} or "key" in reply.start.lower():
        return ProviderRejected(f"{said} Check {names.api_key}.")
    return ProviderRejected(f"{said} Check that {names.base_url} is {names.root}.")
