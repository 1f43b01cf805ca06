"""The media store: pictures, voice, captions and videos, as files with keys, in a folder or in S3-compatible storage.

Belongs here: keys, the protocol, the folder store. Does not belong here: S3 (``media_s3``), choosing a store by its
address (``media_address``), and who may see what: a caller asks for a URL only after it has checked the tenant. Keys in use begin
with ``accounts/<account id>/``, so that a tenant's files are one prefix.
"""

import hashlib
import os
import shutil
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

MAX_KEY_BYTES = 512
MAX_SEGMENT_BYTES = 255  # the longest file name that common file systems take
URL_LIFETIME = timedelta(hours=1)

_INCOMING = ".incoming"  # no key can begin with a dot, so a half-written file is never visible under a key


class MediaError(Exception):
    """The media store could not do what was asked; the message says why and what to do."""


class MediaKeyError(MediaError):
    """A key that cannot be stored: outside the store, not portable, or too long."""


class MediaMissingError(MediaError):
    """No file is stored under the key."""


class MediaUnavailableError(MediaError):
    """The store could not be reached, has no room, or refused the credentials."""


class MediaAddressError(MediaError):
    """``IGNY8_MEDIA_URL`` does not describe a store."""


@dataclass(frozen=True)
class MediaFile:
    """A stored file: its key, the sha256 of its content in hex, its size in bytes and its media type."""

    key: str
    sha256: str
    size: int
    media_type: str


class MediaStore(Protocol):
    """Keeps files by key.

    Every method raises ``MediaKeyError`` for a bad key and ``MediaUnavailableError`` when the store has trouble.
    """

    def put(self, key: str, data: bytes | Path, media_type: str) -> MediaFile:
        """Store the bytes, or the content of a local file. What is already stored identically is not written again."""
        ...

    def get(self, key: str) -> bytes:
        """Read the whole file; ``MediaMissingError`` when there is none."""
        ...

    def exists(self, key: str) -> bool:
        """Whether a file is stored under the key."""
        ...

    def delete(self, key: str) -> None:
        """Remove the file; nothing happens when there is none."""
        ...

    def open_path(self, key: str) -> AbstractContextManager[Path]:
        """Yield a local path to read from (for ffmpeg), valid inside the ``with``; else ``MediaMissingError``."""
        ...

    def url(self, key: str, expires: timedelta = URL_LIFETIME) -> str:
        """Where a browser can fetch the file, for as long as ``expires`` where the store can limit that."""
        ...


def checked_key(key: str) -> str:
    """The key itself, if it can be stored.

    Raises:
        MediaKeyError: empty, absolute, longer than 512 bytes, or with an empty or dotted segment, a backslash, or a
            control or invisible character.
    """
    problem = _key_problem(key)
    if problem:
        raise MediaKeyError(f"media key {key[:120]!r}: {problem}; expected something like accounts/7/images/cover.webp")
    return key


def _key_problem(key: str) -> str | None:
    segments = key.split("/")
    checks = (
        (not key, "is empty"),
        (key.startswith("/"), "is absolute"),
        ("\\" in key, "holds a backslash"),
        (any(unicodedata.category(character).startswith("C") for character in key), "holds a control character"),
        (any(not segment for segment in segments), "holds an empty segment"),
        (any(segment.startswith(".") for segment in segments), "holds a segment that begins with a dot"),
        (any(_bytes_in(segment) > MAX_SEGMENT_BYTES for segment in segments), "holds a segment over 255 bytes"),
        (_bytes_in(key) > MAX_KEY_BYTES, f"is {_bytes_in(key)} bytes long, the limit is {MAX_KEY_BYTES}"),
    )
    return next((problem for wrong, problem in checks if wrong), None)


def _bytes_in(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def content_key(prefix: str, data: bytes, extension: str) -> str:
    """``<prefix>/<first two hex digits>/<sha256><.extension>``: the same content always has the same key.

    ``extension`` may come with or without its dot. Raises MediaKeyError like ``checked_key``.
    """
    return digest_key(prefix, hashlib.sha256(data).hexdigest(), extension)


def digest_key(prefix: str, digest: str, extension: str) -> str:
    """The key of ``content_key`` for content whose sha256 in hex is known, as ``measure`` tells it of a file."""
    return checked_key(f"{prefix.rstrip('/')}/{digest[:2]}/{digest}.{extension.lstrip('.')}")


def measure(data: bytes | Path) -> tuple[str, int]:
    """The sha256 in hex and the size in bytes; a file is read in pieces."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest(), len(data)
    with data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


class FolderStore:
    """Media in a local folder, served by whatever serves that folder under ``public_base_url``.

    A file appears under its key whole or not at all. Media types are not kept: servers tell them by the extension.
    """

    def __init__(self, root: Path, public_base_url: str) -> None:
        self.root = root.expanduser().resolve()
        self._public_base_url = public_base_url.rstrip("/")

    def put(self, key: str, data: bytes | Path, media_type: str) -> MediaFile:
        """Store the file; see ``MediaStore.put``."""
        target = self._path(key)
        try:
            digest, size = measure(data)
            if not self._holds(target, digest, size):
                self._write(target, data)
        except OSError as trouble:
            raise MediaUnavailableError(f"media {key!r} could not be stored in {self.root}: {trouble}") from trouble
        return MediaFile(key, digest, size, media_type)

    def get(self, key: str) -> bytes:
        """Read the file; see ``MediaStore.get``."""
        try:
            return self._existing(key).read_bytes()
        except OSError as trouble:
            raise MediaUnavailableError(f"media {key!r} could not be read from {self.root}: {trouble}") from trouble

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file if it is there."""
        try:
            self._path(key).unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as trouble:
            raise MediaUnavailableError(f"media {key!r} could not be deleted in {self.root}: {trouble}") from trouble

    @contextmanager
    def open_path(self, key: str) -> Iterator[Path]:
        """Yield the stored file's own path: read from it, never write to it."""
        yield self._existing(key)

    def url(self, key: str, expires: timedelta = URL_LIFETIME) -> str:  # noqa: ARG002 - a folder cannot limit its URLs
        """The address under ``public_base_url``; it does not expire."""
        return f"{self._public_base_url}/{quote(checked_key(key))}"

    def _path(self, key: str) -> Path:
        return self.root / checked_key(key)

    def _existing(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise MediaMissingError(f"no media is stored under {key!r} in {self.root}")
        return path

    @staticmethod
    def _holds(target: Path, digest: str, size: int) -> bool:
        return target.is_file() and target.stat().st_size == size and measure(target)[0] == digest

    def _write(self, target: Path, data: bytes | Path) -> None:
        draft = self.root / _INCOMING / uuid.uuid4().hex
        draft.parent.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("xb") as file:
                if isinstance(data, bytes):
                    file.write(data)
                else:
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, file, 1024 * 1024)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # without it the new name, not the content, can be lost with the power
        finally:
            os.close(folder)
