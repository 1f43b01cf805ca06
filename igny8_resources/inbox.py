"""The inbox: where people and programs drop keyword files for a site, in a folder or under an S3 prefix.

``<inbox>/<site key>/file.csv`` waits; after it was taken it lies under ``done/``, or under ``refused/`` beside a text file
that says why. Belongs here: finding, opening and moving files. Does not belong here: what is in them.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from igny8_resources.settings import Settings, SettingsError

# Half-written downloads and editors' drafts; hidden files are left alone too.
_DRAFTS = (".part", ".partial", ".tmp", ".crdownload", ".download", "~")


class InboxFileGone(Exception):
    """A file that was in the inbox is not there any more: another process has taken it."""


@dataclass(frozen=True)
class InboxFile:
    """A file that waits; ``stamp`` changes whenever its content may have changed, ``settled`` says that it cannot grow."""

    site_key: str
    name: str
    size: int
    stamp: str
    settled: bool = False


class Inbox(Protocol):
    """Files that wait for sites."""

    def waiting(self, site_key: str) -> list[InboxFile]:
        """A site's files by name, drafts and hidden ones left out."""
        ...

    def open_path(self, file: InboxFile) -> AbstractContextManager[Path]:
        """Yield a local path to read from; ``InboxFileGone`` when somebody has taken the file."""
        ...

    def take(self, file: InboxFile, when: datetime) -> None:
        """Move a file to ``done``; nothing happens when it is gone."""
        ...

    def refuse(self, file: InboxFile, when: datetime, reason: str) -> None:
        """Move a file to ``refused`` with its reason beside it; nothing happens when it is gone."""
        ...


def open_inbox(settings: Settings) -> Inbox:
    """The inbox that ``IGNY8_INBOX`` describes: a folder, or ``s3://bucket/prefix?endpoint=https://…&region=…``.

    Raises:
        SettingsError: the address cannot be used.
    """
    address = urlsplit(settings.inbox_address)
    if address.scheme != "s3":
        if "://" in settings.inbox_address:
            raise SettingsError(f"IGNY8_INBOX: expected a folder or s3://bucket/prefix, not {address.scheme}://")
        return FolderInbox(Path(settings.inbox_address).expanduser())
    options = dict(parse_qsl(address.query))
    if not address.netloc or "@" in address.netloc or options.keys() - {"endpoint", "region"}:
        raise SettingsError("IGNY8_INBOX: expected s3://bucket/prefix?endpoint=https://…&region=…, without credentials")
    return S3Inbox(address.netloc, unquote(address.path).strip("/"), options.get("endpoint"), options.get("region"))


def unchanged_files(files: Sequence[InboxFile], cursor: str | None) -> tuple[list[InboxFile], str]:
    """The files that are as they were when the cursor was written, and the cursor to write now.

    A file that is still being copied grows from one look to the next; it is taken once it has stopped.
    """
    seen: dict[str, str] = json.loads(cursor) if cursor else {}
    now = {f"{file.site_key}/{file.name}": f"{file.size} {file.stamp}" for file in files}
    ready = [
        file
        for file, (key, state) in zip(files, now.items(), strict=True)
        if file.settled or (file.size > 0 and seen.get(key) == state)
    ]
    return ready, json.dumps(now, sort_keys=True)


def _is_wanted(name: str) -> bool:
    return not name.startswith((".", "~")) and not name.casefold().endswith(_DRAFTS)


def _filed(when: datetime, name: str) -> str:
    return f"{when:%Y-%m-%d-%H%M%S}-{name}"


class FolderInbox:
    """A local folder with a folder a site."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def waiting(self, site_key: str) -> list[InboxFile]:
        """See ``Inbox``; links are not followed, for they may lead out of the folder."""
        folder = self.root / site_key
        if not folder.is_dir():
            return []
        found = []
        for path in sorted(folder.iterdir()):
            if _is_wanted(path.name) and path.is_file() and not path.is_symlink():
                stat = path.stat()
                found.append(InboxFile(site_key, path.name, stat.st_size, str(stat.st_mtime_ns)))
        return found

    @contextmanager
    def open_path(self, file: InboxFile) -> Iterator[Path]:
        """Yield the file's own path."""
        path = self.root / file.site_key / file.name
        if not path.is_file():
            raise InboxFileGone(str(path))
        yield path

    def take(self, file: InboxFile, when: datetime) -> None:
        """Move the file to ``done``."""
        self._move(file, "done", _filed(when, file.name))

    def refuse(self, file: InboxFile, when: datetime, reason: str) -> None:
        """Write the reason, then move the file beside it."""
        name = _filed(when, file.name)
        folder = self.root / file.site_key / "refused"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.txt").write_text(f"{reason}\n", encoding="utf-8")
        self._move(file, "refused", name)

    def _move(self, file: InboxFile, folder: str, name: str) -> None:
        target = self.root / file.site_key / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            (self.root / file.site_key / file.name).replace(target)
        except FileNotFoundError:
            return


class S3Inbox:
    """A prefix of a bucket with a prefix a site; an object is there whole or not at all."""

    def __init__(self, bucket: str, prefix: str, endpoint_url: str | None, region: str | None) -> None:
        from igny8_resources.media_s3 import S3Store

        self.bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._store = S3Store(bucket, "", endpoint_url, region, None)

    @property
    def _s3(self) -> Any:
        return self._store.client

    def waiting(self, site_key: str) -> list[InboxFile]:
        """See ``Inbox``."""
        base = f"{self._prefix}{site_key}/"
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=base, Delimiter="/")
        found = []
        for entry in (entry for page in pages for entry in page.get("Contents", ())):
            name = entry["Key"].removeprefix(base)
            if name and _is_wanted(name):
                found.append(InboxFile(site_key, name, entry["Size"], entry["ETag"], settled=True))
        return found

    @contextmanager
    def open_path(self, file: InboxFile) -> Iterator[Path]:
        """Download the object to a temporary file and yield that."""
        from igny8_resources.media import MediaMissingError

        try:
            with self._store.open_path(self._key(file)) as path:
                yield path
        except MediaMissingError as gone:
            raise InboxFileGone(self._key(file)) from gone

    def take(self, file: InboxFile, when: datetime) -> None:
        """Copy the object to ``done`` and delete it."""
        self._move(file, "done", _filed(when, file.name))

    def refuse(self, file: InboxFile, when: datetime, reason: str) -> None:
        """Write the reason, then move the object beside it."""
        name = _filed(when, file.name)
        self._s3.put_object(
            Bucket=self.bucket,
            Key=f"{self._prefix}{file.site_key}/refused/{name}.txt",
            Body=f"{reason}\n".encode(),
            ContentType="text/plain; charset=utf-8",
        )
        self._move(file, "refused", name)

    def _move(self, file: InboxFile, folder: str, name: str) -> None:
        if not self._store.exists(self._key(file)):
            return
        source = {"Bucket": self.bucket, "Key": self._key(file)}
        self._s3.copy_object(
            Bucket=self.bucket, Key=f"{self._prefix}{file.site_key}/{folder}/{name}", CopySource=source
        )
        self._s3.delete_object(**source)

    def _key(self, file: InboxFile) -> str:
        return f"{self._prefix}{file.site_key}/{file.name}"
