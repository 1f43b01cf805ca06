"""All configured stock libraries as one: searches are remembered for a day, files are kept in our own media store.

Belongs here: what is kept where, and going on when one library is down. Does not belong here: the APIs (one file each).
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from igny8_resources.ai.errors import ProviderError
from igny8_resources.media import MediaMissingError, MediaStore, content_key
from igny8_resources.settings import Settings
from igny8_resources.stock.stock_files import StockClient, StockFile, StockSearch
from igny8_resources.tenant import Tenant

LOG = logging.getLogger(__name__)
# Pixabay requires it, and Pexels' 200 requests an hour make it wise.
REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True)
class Found:
    """What a search found, and what went wrong with libraries that could not be asked, in words for people."""

    files: tuple[StockFile, ...]
    troubles: tuple[str, ...] = ()


def configured_clients(settings: Settings) -> list[StockClient]:
    """The libraries that have a key, in the order in which they are asked."""
    from igny8_resources.stock.pexels import PexelsClient
    from igny8_resources.stock.pixabay import PixabayClient

    clients: list[StockClient] = []
    wait = settings.stock_timeout_seconds
    if settings.pexels_api_key is not None:
        clients.append(PexelsClient(settings.pexels_url, settings.pexels_api_key.get_secret_value(), wait))
    if settings.pixabay_api_key is not None:
        clients.append(PixabayClient(settings.pixabay_url, settings.pixabay_api_key.get_secret_value(), wait))
    return clients


class StockLibrary:
    """Searches and files of one tenant."""

    def __init__(
        self,
        clients: list[StockClient],
        media: MediaStore,
        tenant: Tenant,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clients = {client.library: client for client in clients}
        self._media, self._now = media, now
        self._prefix = f"{tenant.media_prefix}/stock"

    @property
    def is_configured(self) -> bool:
        """Whether there is any library to ask."""
        return bool(self._clients)

    def search(self, wanted: StockSearch) -> Found:
        """What every library has; one that fails is named in ``troubles`` and does not hold the others back."""
        files: list[StockFile] = []
        troubles: list[str] = []
        for client in self._clients.values():
            try:
                files.extend(self._remembered(client, wanted))
            except ProviderError as failure:
                LOG.warning("stock search in %s: %s", client.library, failure)
                troubles.append(f"{client.library}: {failure}")
        return Found(tuple(files), tuple(troubles))

    def fetch(self, file: StockFile) -> str:
        """The media key of a file's own copy; downloaded once.

        Raises:
            ProviderError: it cannot be downloaded.
        """
        note = self._note_key("files", f"{file.library}-{file.kind}-{file.id}-{file.width}x{file.height}")
        known = self._read(note)
        if known is not None and self._media.exists(known["media_key"]):
            return str(known["media_key"])
        data = self._clients[file.library].download(file)
        kind = ("mp4", "video/mp4") if file.kind == "clip" else _picture_type(data)
        key = content_key(f"{self._prefix}/{file.kind}s", data, kind[0])
        self._media.put(key, data, kind[1])
        self._write(note, {"media_key": key, **asdict(file)})
        return key

    def _remembered(self, client: StockClient, wanted: StockSearch) -> list[StockFile]:
        key = self._note_key("searches", json.dumps([client.library, asdict(wanted)], sort_keys=True))
        known = self._read(key)
        if known is not None and self._now() - datetime.fromisoformat(known["at"]) < REMEMBERED:
            return [StockFile(**file) for file in known["files"]]
        found = client.search(wanted)
        self._write(key, {"at": self._now().isoformat(), "files": [asdict(file) for file in found]})
        return found

    def _note_key(self, folder: str, what: str) -> str:
        return f"{self._prefix}/{folder}/{hashlib.sha256(what.encode()).hexdigest()[:32]}.json"

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            note: dict[str, Any] = json.loads(self._media.get(key))
        except (MediaMissingError, ValueError):
            return None
        return note

    def _write(self, key: str, note: dict[str, Any]) -> None:
        self._media.put(key, json.dumps(note).encode(), "application/json")


def _picture_type(data: bytes) -> tuple[str, str]:
    if data.startswith(b"\x89PNG"):
        return "png", "image/png"
    return ("webp", "image/webp") if data[8:12] == b"WEBP" else ("jpg", "image/jpeg")
