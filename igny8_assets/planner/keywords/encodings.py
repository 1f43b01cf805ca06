"""Which encoding a text file has, told from its bytes alone and without holding the file in memory."""

import codecs
from dataclasses import dataclass

from igny8_assets.planner.keywords.exports import KeywordFileError
from igny8_assets.planner.keywords.sources import FileSource

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)
_WHITESPACE_CONTROLS = b"\t\n\r\x0c\x1a"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEAD_BYTES = 65536


@dataclass(frozen=True)
class TextEncoding:
    """An encoding as Python names it, and what had to be assumed to find it."""

    name: str
    notes: tuple[str, ...] = ()


def detect_encoding(source: FileSource) -> TextEncoding:
    """The encoding of a text file.

    Raises:
        KeywordFileError: the bytes are not text.
    """
    head = source.head(_HEAD_BYTES)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise KeywordFileError(
                f"{source.name} is {kind}, not a keyword list: export the keywords as .csv or .xlsx."
            )
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None) or _utf16_by_zeros(head)
    if marked is not None:
        return TextEncoding(marked)
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in _WHITESPACE_CONTROLS)
    if controls > 16 and controls * 50 > len(head):
        raise KeywordFileError(
            f"{source.name} is not text: {controls} of its first {len(head)} bytes are control codes. "
            "Export the keywords as .csv or .xlsx."
        )
    return TextEncoding("utf-8") if _is_utf8(source) else _without_mark(source)


def _utf16_by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of mostly Latin text is zero."""
    head = head[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 5 > len(head) and even * 20 < odd:
        return "utf-16-le"
    if even * 5 > len(head) and odd * 20 < even:
        return "utf-16-be"
    return None


def _is_utf8(source: FileSource) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in source.pieces():
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(source: FileSource) -> TextEncoding:
    """UTF-8 with damage, or the Western code page: whichever explains most of what is beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    damaged = beyond_ascii = 0
    for piece in source.pieces():
        text = decoder.decode(piece)
        damaged += text.count("\ufffd")
        beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
    if damaged * 4 < beyond_ascii:
        return TextEncoding(
            "utf-8", (f"{damaged} characters are damaged UTF-8; rows that hold them in the keyword are left out",)
        )
    return TextEncoding(
        "cp1252", ("the file is not UTF-8 and was read as Windows-1252 (Western Europe): check accented letters",)
    )
