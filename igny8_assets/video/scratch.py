"""Temporary files of renders: found by their names and age, and removed. A killed process leaves them behind."""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.video.segment_store import remove_old_segments

# What the video modules call their temporary folders.
PREFIXES = ("igny8-render-", "igny8-sound-", "igny8-music-", "igny8-card-", "igny8-cards-", "igny8-media-")
# No render works for a day without writing a file.
HOURS_IN_USE = 24.0


@dataclass(frozen=True)
class Removed:
    """How many temporary folders and stores of segments went, and the bytes that the former held."""

    folders: int
    segments: int
    freed: int


def remove_scratch(segments: Path, *, segment_days: float, temporary: Path | None = None) -> Removed:
    """Remove temporary folders of this user that nothing was written to for a day, and segments that nobody fetched.

    Args:
        segments: Where renders keep their finished segments.
        segment_days: How long those wait for another try.
        temporary: Where temporary folders are made; the system's own place unless it is given.
    """
    folders = freed = 0
    limit = time.time() - HOURS_IN_USE * 3600
    for folder in (temporary or Path(tempfile.gettempdir())).iterdir():
        if not folder.name.startswith(PREFIXES) or folder.is_symlink() or not folder.is_dir():
            continue
        try:
            # Another user's render is theirs to clean up.
            if folder.stat().st_uid != os.getuid():
                continue
            files = [each for each in folder.rglob("*") if each.is_file()]
            newest = max(each.stat().st_mtime for each in (folder, *files))
            size = sum(each.stat().st_size for each in files)
        except FileNotFoundError:
            # Its process is just removing it.
            continue
        if newest < limit:
            shutil.rmtree(folder, ignore_errors=True)
            folders, freed = folders + 1, freed + size
    return Removed(folders, remove_old_segments(segments, older_than_days=segment_days), freed)
