"""Writes a site's files so that a reader sees the old site or the new one, never a mixture.

The new site is put together beside the old one and takes its place by renaming. Files that did not change are the old
files themselves (hard links), with their bytes and their time of change, so that a copy to a server sends only what is
new. A build that was killed leaves the old site; the next one clears up.
"""

import filecmp
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.sites.pages import SiteInputError


@dataclass(frozen=True)
class Written:
    """What differs from the site before, by path inside the site, and the size of the whole in bytes."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    bytes: int


def write_site(out: Path, files: Mapping[str, bytes | Path]) -> Written:
    """Make the folder ``out`` hold exactly ``files``. When nothing differs, nothing is touched.

    Raises:
        SiteInputError: a file that was to be copied does not exist; the old site stays as it is.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        staging, previous = _beside(out, "staging"), _beside(out, "previous")
        _clear_up(out, staging, previous)
        before = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        changed = tuple(sorted(name for name in files if not _same(out / name, files[name])))
        removed = tuple(sorted(before - files.keys()))
        if changed or removed or not out.is_dir():
            _fill(staging, out, files, frozenset(changed))
            _swap(out, staging, previous)
        return Written(changed, removed, sum((out / name).stat().st_size for name in files))


def _beside(out: Path, role: str) -> Path:
    return out.with_name(f".{out.name}.{role}")


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the site's lock: a second build of the same site waits. The system frees it when a process dies."""
    import fcntl

    with _beside(out, "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_up(out: Path, staging: Path, previous: Path) -> None:
    """Finish what a killed build left: an unfinished site goes, a site that was just being replaced comes back."""
    if previous.exists() and not out.exists():
        previous.rename(out)
    for leftover in (staging, previous):
        if leftover.exists():
            shutil.rmtree(leftover)


def _same(old: Path, new: bytes | Path) -> bool:
    if isinstance(new, Path) and not new.is_file():
        raise SiteInputError(f"the file {new.name} (for {old.name}) does not exist: make it again, then build the site")
    if not old.is_file():
        return False
    return old.read_bytes() == new if isinstance(new, bytes) else filecmp.cmp(old, new, shallow=False)


def _fill(staging: Path, out: Path, files: Mapping[str, bytes | Path], changed: frozenset[str]) -> None:
    staging.mkdir()
    for name, content in files.items():
        target = staging / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name not in changed:
            _keep(out / name, target)
        elif isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)


def _keep(old: Path, target: Path) -> None:
    try:
        os.link(old, target)
    except OSError:  # a file system without hard links
        shutil.copy2(old, target)


def _swap(out: Path, staging: Path, previous: Path) -> None:
    if out.exists():
        out.rename(previous)
    staging.rename(out)
    if previous.exists():
        shutil.rmtree(previous)
