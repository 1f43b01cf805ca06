"""What killed renders leave in the temporary folder goes after a day; nothing that is in use, and nothing of others."""

import os
import time
from pathlib import Path

from igny8_assets.video.scratch import PREFIXES, remove_scratch

HOUR = 3600


def folder(parent: Path, name: str, hours: float) -> Path:
    """A folder with a file of 1,000 bytes, last written so many hours ago."""
    made = parent / name
    made.mkdir(parents=True)
    (made / "frame.png").write_bytes(b"x" * 1000)
    for path in (made / "frame.png", made):
        os.utime(path, (time.time() - hours * HOUR,) * 2)
    return made


def test_old_folders_go_and_those_in_use_stay(tmp_path: Path) -> None:
    old = [folder(tmp_path / "tmp", f"{prefix}abc", 25) for prefix in PREFIXES]
    fresh = folder(tmp_path / "tmp", "igny8-render-fresh", 1)
    foreign = folder(tmp_path / "tmp", "somebody-elses", 1000)
    gone = remove_scratch(tmp_path / "segments", segment_days=7, temporary=tmp_path / "tmp")
    assert (gone.folders, gone.freed, gone.segments) == (len(old), 1000 * len(old), 0)
    assert [each.exists() for each in (*old, fresh, foreign)] == [False] * len(old) + [True, True]


def test_a_folder_whose_newest_file_is_fresh_is_in_use(tmp_path: Path) -> None:
    busy = folder(tmp_path / "tmp", "igny8-render-busy", 48)
    (busy / "now.png").write_bytes(b"x")
    os.utime(busy, (time.time() - 48 * HOUR,) * 2)
    assert remove_scratch(tmp_path / "segments", segment_days=7, temporary=tmp_path / "tmp").folders == 0
    assert busy.exists()


def test_segments_wait_longer_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    kept = folder(tmp_path / "elsewhere", "kept", 1000)
    (tmp_path / "tmp" / "igny8-render-link").symlink_to(kept)
    waiting, stale = (folder(tmp_path / "segments", name, days * 24) for name, days in (("v1", 6), ("v2", 8)))
    gone = remove_scratch(tmp_path / "segments", segment_days=7, temporary=tmp_path / "tmp")
    assert (gone.folders, gone.segments) == (0, 1)
    assert (kept.exists(), waiting.exists(), stale.exists()) == (True, True, False)
