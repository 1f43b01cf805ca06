"""Where finished segments wait until the whole video is there, so that a render that was killed goes on where it stopped."""

import contextlib
import errno
import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from igny8_assets.video.failures import DiskFull, RenderCancelled, RenderUnderWay

_LOCK = "lock"
_SUFFIX = ".mp4"


class SegmentStore:
    """A folder of finished segments under the digests of what they are made from; one process at a time works in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[Path, str] = {}

    @contextlib.contextmanager
    def opened(self, *, owned: bool = False) -> Iterator[None]:
        """Hold the folder while the block renders; what a killed process had begun to write is removed first.

        After an error the finished segments stay. After a cancellation (also Ctrl-C) nothing stays, and an ``owned`` folder is
        gone after success, too.

        Raises:
            RenderUnderWay: another process holds it.
            DiskFull: the disk filled in the block, or before it.
        """
        import fcntl

        with _naming_a_full_disk(), contextlib.ExitStack() as held:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((self.folder / _LOCK).open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise RenderUnderWay(
                    f"Another process renders this video (it holds {self.folder}): wait for it, or stop it."
                ) from error
            for begun in self.folder.glob(".*.part.*"):
                begun.unlink(missing_ok=True)
            try:
                yield
            except BaseException as error:
                cancelled = isinstance(error, RenderCancelled) or not isinstance(error, Exception)
                if cancelled or not any(self.folder.glob(f"*{_SUFFIX}")):
                    self.discard()
                raise
            if owned:
                self.discard()

    def place(self, digest: str) -> Path:
        """Where the segment with this digest stands or will stand."""
        return self.folder / f"{digest}{_SUFFIX}"

    def has(self, digest: str) -> bool:
        """Whether it is finished."""
        return self.place(digest).is_file()

    def discard(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def picture_digest(self, picture: Path) -> str:
        """sha256 of a picture's content; read once."""
        if picture not in self._digests:
            try:
                self._digests[picture] = hashlib.sha256(picture.read_bytes()).hexdigest()
            except OSError:
                self._digests[picture] = f"unreadable {picture}"  # drawing it will say why
        return self._digests[picture]


def remove_old_segments(folder: Path, *, older_than_days: float) -> int:
    """Remove the stores below ``folder`` that nothing has been written to for so long; returns how many."""
    removed, limit = 0, time.time() - older_than_days * 86_400
    for store in folder.iterdir() if folder.is_dir() else ():
        newest = max((entry.stat().st_mtime for entry in (store, *store.glob("*")) if entry.exists()), default=0.0)
        if store.is_dir() and newest < limit:
            shutil.rmtree(store, ignore_errors=True)
            removed += 1
    return removed


@contextlib.contextmanager
def _naming_a_full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull("The disk is full. Free some space and render again.") from error
        raise
