"""Where a keyword file's bytes come from: a path, bytes in memory or a member of an archive, opened as often as needed."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from igny8_assets.planner.keywords.exports import KeywordFileError

PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class FileSource:
    """Bytes that can be read from their beginning again and again; ``name`` is for messages."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def head(self, count: int) -> bytes:
        """The first bytes."""
        with self.open() as file:
            return file.read(count)

    def pieces(self) -> Iterator[bytes]:
        """All bytes, a mebibyte at a time."""
        with self.open() as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


def file_source(source: str | Path | bytes, name: str | None = None) -> FileSource:
    """The bytes of a path, or bytes that are in memory already.

    Raises:
        KeywordFileError: there is no such file, or it cannot be read.
    """
    if isinstance(source, bytes):
        return FileSource(name or "the file", len(source), lambda: io.BytesIO(source))
    path = Path(source)
    try:
        with path.open("rb"):
            return FileSource(name or path.name, path.stat().st_size, lambda: path.open("rb"))
    except OSError as error:
        raise KeywordFileError(f"cannot read {path}: {error.strerror}") from error
