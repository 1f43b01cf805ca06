"""What a stock library offers: photos and clips with their authors, and whether a downloaded file is whole.

Belongs here: values and the protocol. Does not belong here: either library's API (one file each), keeping files
(``stock_library.py``).
"""

import io
from dataclasses import dataclass
from typing import Literal, Protocol

from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.picture_files import PictureUnreadable, open_picture

StockKind = Literal["photo", "clip"]


@dataclass(frozen=True)
class StockFile:
    """One photo or clip: what it shows in words, who made it, its page, and the file that fits best.

    ``width`` and ``height`` are the file's pixels, ``seconds`` its length (0 for a photo).
    """

    library: str
    id: str
    kind: StockKind
    shows: str
    author: str
    author_url: str
    page_url: str
    file_url: str
    width: int
    height: int
    seconds: float = 0.0

    @property
    def credit(self) -> str:
        """The line that names author and library, as both libraries ask for it."""
        what = "Photo" if self.kind == "photo" else "Video"
        return f"{what} by {self.author or 'unknown'} on {self.library.capitalize()}: {self.page_url}"


@dataclass(frozen=True)
class StockSearch:
    """What is looked for: ``upright`` pictures for vertical frames; clips last at least ``least_seconds``.

    ``language`` (BCP 47) is that of the words.
    """

    words: str
    kind: StockKind
    upright: bool
    frame: tuple[int, int]
    least_seconds: float = 0.0
    most: int = 15
    language: str = "en"


class StockClient(Protocol):
    """One stock library's API. Raises the errors of ``igny8_resources.ai.errors``."""

    library: str

    def search(self, wanted: StockSearch) -> list[StockFile]:
        """Files that fit, the library's best first; none is an empty list."""
        ...

    def download(self, file: StockFile) -> bytes:
        """The file, whole."""
        ...


def closest_size(sizes: list[tuple[int, int, str]], frame: tuple[int, int]) -> tuple[int, int, str] | None:
    """Of files of several sizes (width, height, address) the smallest that covers the frame, else the largest.

    Files without a size or an address are left out.
    """
    usable = [size for size in sizes if size[0] > 0 and size[1] > 0 and size[2]]
    covering = [size for size in usable if size[0] >= frame[0] and size[1] >= frame[1]]
    if covering:
        return min(covering, key=lambda size: size[0] * size[1])
    return max(usable, key=lambda size: size[0] * size[1], default=None)


def checked_file(data: bytes, file: StockFile) -> bytes:
    """The file itself, if it is a whole picture or a whole MP4.

    Raises:
        AnswerInvalid: it is not; downloading it again may help.
    """
    if file.kind == "photo":
        try:
            open_picture(data)
        except PictureUnreadable as error:
            raise AnswerInvalid(
                f"{file.library} sent a file that is no picture for {file.page_url}: {error}"
            ) from error
        return data
    if not _is_whole_mp4(data):
        raise AnswerInvalid(f"{file.library} sent a video that is damaged or cut short for {file.page_url}.")
    return data


def _is_whole_mp4(data: bytes) -> bool:
    """Whether the file is a row of boxes that end where it ends, with an index among them (ISO 14496-12)."""
    reader, kinds, end = io.BytesIO(data), set(), len(data)
    while reader.tell() < end:
        start = reader.tell()
        head = reader.read(8)
        if len(head) < 8:
            return False
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if size == 1:
            size = int.from_bytes(reader.read(8), "big")
        elif size == 0:
            size = end - start
        if size < 8 or start + size > end:
            return False
        kinds.add(kind)
        reader.seek(start + size)
    return {b"ftyp", b"moov", b"mdat"} <= kinds
