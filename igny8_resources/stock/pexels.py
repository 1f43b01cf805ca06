"""Photos and clips from Pexels (https://www.pexels.com/api/documentation/).

Its terms: 200 requests an hour and 20,000 a month unless raised, a link to Pexels, the author named where possible.
"""

import re
from typing import Any

from igny8_resources.ai.http_connection import HttpConnection
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import Retrying
from igny8_resources.stock.stock_connection import USUAL, answered, fetched, limits_in_words, stock_names
from igny8_resources.stock.stock_files import StockFile, StockSearch, closest_size

_MOST_PER_PAGE = 80
# The one locale of each language that the API takes, by its documentation; others search as English does.
_LOCALES = """
    en-US pt-BR es-ES ca-ES de-DE it-IT fr-FR sv-SE id-ID pl-PL ja-JP zh-CN ko-KR th-TH nl-NL hu-HU vi-VN cs-CZ da-DK fi-FI
    uk-UA el-GR ro-RO nb-NO sk-SK tr-TR ru-RU
"""
_LOCALE_OF = {locale.split("-")[0]: locale for locale in _LOCALES.split()}
# The words of a clip's page address are all that Pexels says about it: ".../video/person-pouring-coffee-854128/".
_SLUG = re.compile(r"/(?:video|photo)/([a-z0-9-]*?)-?\d+/?$", re.IGNORECASE)


class PexelsClient:
    """A ``StockClient``; safe to share between threads.

    Args:
        base_url: the API's address, such as ``https://api.pexels.com``.
        api_key: sent in ``Authorization`` as it is, without ``Bearer``.
        timeout: seconds to wait for an answer.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    library = "pexels"

    def __init__(
        self, base_url: str, api_key: str, timeout: float, *, gate: Gate | None = None, retrying: Retrying = USUAL
    ) -> None:
        self._key, self._retrying, self._names = api_key, retrying, stock_names(self.library)
        self._connection = HttpConnection(
            base_url,
            {"authorization": api_key},
            timeout,
            self._names,
            gate or retrying.gate(4),
            limits=limits_in_words,
        )

    def search(self, wanted: StockSearch) -> list[StockFile]:
        """Photos or clips that fit, the library's best first.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the hour's requests are used up.
            ProviderRejected: the key or the address is wrong; the message names the setting.
            AnswerInvalid: what came is not the API's answer.
        """
        query = {
            "query": wanted.words,
            "orientation": "portrait" if wanted.upright else "landscape",
            "per_page": str(min(wanted.most, _MOST_PER_PAGE)),
            "locale": _LOCALE_OF.get(wanted.language.split("-")[0].lower(), "en-US"),
        }
        path, key = ("/v1/search", "photos") if wanted.kind == "photo" else ("/videos/search", "videos")

        def attempt() -> list[dict[str, Any]]:
            with self._connection.gate.slot():
                reply = self._connection.send("GET", path, query=query)
            found = answered(reply, self._connection.server, self._key, self._names).get(key)
            return [item for item in found or [] if isinstance(item, dict)]

        items = self._retrying(attempt)
        files = [_photo(item, wanted) if wanted.kind == "photo" else _clip(item, wanted) for item in items]
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


def _photo(item: dict[str, Any], wanted: StockSearch) -> StockFile | None:
    source = item.get("src") or {}
    # "original" is often 20 megapixels and more; "large2x" is at most 1880 x 1300, too small for an upright frame.
    original, large = str(source.get("original") or ""), str(source.get("large2x") or source.get("large") or "")
    address = (
        f"{original}?auto=compress&cs=tinysrgb&fit=max&w={_sharp(wanted)}&h={_sharp(wanted)}" if original else large
    )
    width, height = int(item.get("width") or 0), int(item.get("height") or 0)
    if not address or not width or not height:
        return None
    return StockFile(
        library="pexels",
        id=str(item.get("id")),
        kind="photo",
        shows=str(item.get("alt") or "").strip() or _words_of(str(item.get("url") or "")),
        author=str(item.get("photographer") or ""),
        author_url=str(item.get("photographer_url") or ""),
        page_url=str(item.get("url") or "https://www.pexels.com"),
        file_url=address,
        width=width,
        height=height,
    )


def _sharp(wanted: StockSearch) -> int:
    """The longer side that still covers the frame after cropping to its shape, with room to move."""
    return round(max(wanted.frame) * 1.25)


def _clip(item: dict[str, Any], wanted: StockSearch) -> StockFile | None:
    sizes = [
        (int(file.get("width") or 0), int(file.get("height") or 0), str(file.get("link") or ""))
        for file in item.get("video_files") or []
        if isinstance(file, dict) and file.get("file_type") in {None, "video/mp4"}
    ]
    best = closest_size(sizes, wanted.frame)
    seconds = float(item.get("duration") or 0)
    if best is None or seconds < wanted.least_seconds:
        return None
    author = item.get("user") or {}
    return StockFile(
        library="pexels",
        id=str(item.get("id")),
        kind="clip",
        shows=_words_of(str(item.get("url") or "")),
        author=str(author.get("name") or ""),
        author_url=str(author.get("url") or ""),
        page_url=str(item.get("url") or "https://www.pexels.com"),
        file_url=best[2],
        width=best[0],
        height=best[1],
        seconds=seconds,
    )


def _words_of(page_url: str) -> str:
    found = _SLUG.search(page_url)
    return found[1].replace("-", " ").strip() if found else ""
