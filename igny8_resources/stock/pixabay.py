"""Photos and clips from Pixabay (https://pixabay.com/api/docs/).

Its terms: 100 requests in 60 seconds, answers are cached for 24 hours, images are downloaded and not linked to for good, and
where its results are shown, people see that they come from Pixabay.
"""

from typing import Any

from igny8_resources.ai.http_connection import HttpConnection
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import Retrying
from igny8_resources.stock.stock_connection import USUAL, answered, fetched, limits_in_words, stock_names
from igny8_resources.stock.stock_files import StockFile, StockSearch, closest_size

_LONGEST_QUERY = 100  # characters; more is an error
_FEWEST, _MOST_PER_PAGE = 3, 200
_KNOWN = """
    cs da de en es fr id it hu nl no pl pt ro sk fi sv tr vi th bg ru el ja ko zh
"""
_LANGUAGES = frozenset(_KNOWN.split())


class PixabayClient:
    """A ``StockClient``; safe to share between threads. The key travels in the query, so no message shows an address.

    Args:
        base_url: the API's address, such as ``https://pixabay.com/api``.
        api_key: sent as ``key``.
        timeout: seconds to wait for an answer.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    library = "pixabay"

    def __init__(
        self, base_url: str, api_key: str, timeout: float, *, gate: Gate | None = None, retrying: Retrying = USUAL
    ) -> None:
        self._key, self._retrying, self._names = api_key.strip(), retrying, stock_names(self.library)
        self._connection = HttpConnection(
            base_url, {}, timeout, self._names, gate or retrying.gate(4), limits=limits_in_words
        )

    def search(self, wanted: StockSearch) -> list[StockFile]:
        """Photos or clips that fit, the most popular first.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the minute's requests are used up.
            ProviderRejected: the key or the address is wrong; the message names the setting.
            AnswerInvalid: what came is not the API's answer.
        """
        query = {
            "key": self._key,
            "q": _shortened(wanted.words),
            "lang": _language(wanted.language),
            "safesearch": "true",
            "per_page": str(max(_FEWEST, min(wanted.most, _MOST_PER_PAGE))),
        }
        if wanted.kind == "photo":
            query |= {"image_type": "photo", "orientation": "vertical" if wanted.upright else "horizontal"}
        path = "/" if wanted.kind == "photo" else "/videos/"

        def attempt() -> list[dict[str, Any]]:
            with self._connection.gate.slot():
                reply = self._connection.send("GET", path, query=query)
            found = answered(reply, self._connection.server, self._key, self._names).get("hits")
            return [item for item in found or [] if isinstance(item, dict)]

        items = self._retrying(attempt)
        files = [_photo(item) if wanted.kind == "photo" else _clip(item, wanted) for item in items]
        return [file for file in files if file is not None]

    def download(self, file: StockFile) -> bytes:
        """The file, whole; addresses of files need no key.

        Raises:
            ProviderUnavailable: it cannot be had now.
            ProviderRejected: it is gone.
        """
        return fetched(self._connection, file, self._retrying)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()


def _language(tag: str) -> str:
    """The API's code of a language; English where it has none, because it refuses others."""
    code = tag.split("-", maxsplit=1)[0].lower().replace("nb", "no")
    return code if code in _LANGUAGES else "en"


def _shortened(words: str) -> str:
    while len(words) > _LONGEST_QUERY:
        words = words.rpartition(" ")[0] or words[:_LONGEST_QUERY]
    return words


def _photo(item: dict[str, Any]) -> StockFile | None:
    address = str(item.get("largeImageURL") or item.get("webformatURL") or "")
    width, height = int(item.get("imageWidth") or 0), int(item.get("imageHeight") or 0)
    return _file(item, "photo", address, width, height, 0.0) if address and width and height else None


def _clip(item: dict[str, Any], wanted: StockSearch) -> StockFile | None:
    sizes = [
        (int(size.get("width") or 0), int(size.get("height") or 0), str(size.get("url") or ""))
        for size in (item.get("videos") or {}).values()
        if isinstance(size, dict)
    ]
    best, seconds = closest_size(sizes, wanted.frame), float(item.get("duration") or 0)
    if best is None or seconds < wanted.least_seconds:
        return None
    # Clips cannot be searched by orientation: what is wide would lose most of itself in an upright frame.
    if (best[1] > best[0]) != wanted.upright:
        return None
    return _file(item, "clip", best[2], best[0], best[1], seconds)


def _file(item: dict[str, Any], kind: Any, address: str, width: int, height: int, seconds: float) -> StockFile:
    author, number = str(item.get("user") or ""), item.get("user_id")
    return StockFile(
        library="pixabay",
        id=str(item.get("id")),
        kind=kind,
        shows=str(item.get("tags") or ""),
        author=author,
        author_url=f"https://pixabay.com/users/{author}-{number}/" if author and number else "",
        page_url=str(item.get("pageURL") or "https://pixabay.com"),
        file_url=address,
        width=width,
        height=height,
        seconds=seconds,
    )
