"""Whether the media store can be reached, and how much of it one account takes."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_resources.media import FolderStore, MediaStore, MediaUnavailableError

if TYPE_CHECKING:
    from igny8_resources.media_s3 import S3Store

# Files are counted for so long and no longer; what was not reached then is not in the figures, and they say so.
SECONDS_TO_COUNT = 2.0
_PROBE = "health/no-such-file"


@dataclass(frozen=True)
class MediaUsage:
    """``files`` and ``size`` in bytes of one account; ``is_whole`` is false where counting was broken off.

    ``free`` is what the disk of a folder has left, None for a bucket.
    """

    is_reachable: bool
    files: int = 0
    size: int = 0
    is_whole: bool = True
    free: int | None = None


def media_usage(store: MediaStore, account_id: int, *, seconds: float = SECONDS_TO_COUNT) -> MediaUsage:
    """Look at the store now.

    Args:
        store: Where media lives.
        account_id: Whose files are counted.
        seconds: How long files may be counted.
    """
    try:
        store.exists(_PROBE)
    except MediaUnavailableError:
        return MediaUsage(False)
    until = time.monotonic() + seconds
    prefix = f"accounts/{account_id}/"
    if isinstance(store, FolderStore):
        return _of_folder(store.root, prefix, until)
    from igny8_resources.media_s3 import S3Store

    return _of_bucket(store, prefix, until) if isinstance(store, S3Store) else MediaUsage(True, is_whole=False)


def _of_folder(root: Path, prefix: str, until: float) -> MediaUsage:
    # The folder is made with its first file; its disk is there before.
    disk = next(folder for folder in (root, *root.parents) if folder.exists())
    free, files, size = shutil.disk_usage(disk).free, 0, 0
    for folder, _, names in os.walk(root / prefix):
        if time.monotonic() > until:
            return MediaUsage(True, files, size, is_whole=False, free=free)
        for name in names:
            files += 1
            size += (Path(folder) / name).lstat().st_size
    return MediaUsage(True, files, size, free=free)


def _of_bucket(store: "S3Store", prefix: str, until: float) -> MediaUsage:
    files, size = 0, 0
    names = f"{store.prefix}/{prefix}" if store.prefix else prefix
    for page in store.client.get_paginator("list_objects_v2").paginate(Bucket=store.bucket, Prefix=names):
        found = page.get("Contents", [])
        files += len(found)
        size += sum(each["Size"] for each in found)
        if time.monotonic() > until:
            return MediaUsage(True, files, size, is_whole=False)
    return MediaUsage(True, files, size)
