"""A keyword file to tables of text cells: text files, workbooks and archives, read in blocks.

Belongs here: what a spreadsheet would show. Does not belong here: what the columns mean.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import PurePosixPath

from igny8_assets.planner.keywords.encodings import detect_encoding
from igny8_assets.planner.keywords.exports import KeywordFileError, header_strength
from igny8_assets.planner.keywords.records import Block, RecordReader, text_blocks
from igny8_assets.planner.keywords.sources import FileSource
from igny8_assets.planner.keywords.table_shape import HEADER_SEARCH_ROWS, MAX_EXPANSION, Table

MAX_BYTES = 512 * 1024 * 1024
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_TEXT_ENDINGS = {".csv", ".tsv", ".txt"}
_ARCHIVE_ENDINGS = {".zip", ".gz", ".7z", ".rar", ".xlsx", ".xlsm"}
_EMPTY_BYTES = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"


class TextTable:
    """A delimited text: its encoding and delimiter are told from the content.

    Raises:
        KeywordFileError: the bytes are not text.
    """

    def __init__(self, source: FileSource, chosen: Mapping[str, str] | None = None, member: str = "") -> None:
        self.member = member
        self._source = source
        found = detect_encoding(source)
        self.encoding: str | None = found.name
        self._assumed = found.notes
        self._nuls = 0
        beginning = next(self._texts(), "")
        self._delimiter, self._width = _shape(beginning, chosen)
        self.delimiter: str | None = DELIMITERS[self._delimiter]
        self.head = self._reader().first(HEADER_SEARCH_ROWS)
        if self.head and self.head[0] and _declared_delimiter(self.head[0][0] + self._delimiter):
            self.head[0] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, and what was removed so far."""
        return (*self._assumed, f"{self._nuls} NUL characters were removed") if self._nuls else self._assumed

    def blocks(self, header: int, columns: int, *, with_pandas: bool = True) -> Iterator[Block]:
        """See ``Table``; without pandas every record is read one by one, to the same result."""
        reader = self._reader()
        reader.first(header + 1)
        yield from reader.blocks(header + 2, columns, with_pandas=with_pandas)

    def _reader(self) -> RecordReader:
        return RecordReader(self._texts(), self._delimiter, self._width)

    def _texts(self) -> Iterator[str]:
        self._nuls = 0
        encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        with self._source.open() as file:
            stream = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
            for number, piece in enumerate(text_blocks(stream)):
                text = piece if number else piece.removeprefix("\ufeff")
                if "\x00" in text:
                    self._nuls += text.count("\x00")
                    text = text.replace("\x00", "")
                if text:
                    yield text


def read_tables(source: FileSource, chosen: Mapping[str, str] | None, held: ExitStack) -> list[Table]:
    """All tables in a file, by its content: the name's ending decides nothing.

    What stays open while the tables are read is entered into ``held``.

    Raises:
        KeywordFileError: empty, too large, not a table, protected or broken.
    """
    name = source.name
    if not any(piece.strip(_EMPTY_BYTES) for piece in source.pieces()):
        raise KeywordFileError(f"{name} is empty: expected a header row with a 'keyword' column and one keyword a row.")
    if source.size > MAX_BYTES:
        raise KeywordFileError(f"{name} is larger than {MAX_BYTES >> 20} MiB: split it into several files.")
    if source.head(4) == b"PK\x03\x04":
        return _read_archive(source, chosen, held)
    return [TextTable(source, chosen)]


def _read_archive(source: FileSource, chosen: Mapping[str, str] | None, held: ExitStack) -> list[Table]:
    name = source.name
    archive = held.enter_context(zipfile.ZipFile(held.enter_context(source.open())))
    members = [member for member in archive.infolist() if not member.is_dir()]
    if "xl/workbook.xml" in archive.namelist():
        from igny8_assets.planner.keywords.workbooks import read_workbook

        return read_workbook(source, archive, held)
    # zipfile reads no more of a member than the archive states, so that the stated sizes are limits that hold.
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES or total > MAX_EXPANSION * max(source.size, 1 << 20):
        raise KeywordFileError(
            f"{name} unpacks to {total >> 20} MiB, more than a keyword file holds: unpack it and import the file you want."
        )
    texts = [member for member in members if _is_text(member.filename)]
    nested = [
        member.filename for member in members if PurePosixPath(member.filename).suffix.casefold() in _ARCHIVE_ENDINGS
    ]
    if not texts and nested:
        raise KeywordFileError(
            f"{name} holds {nested[0]}, an archive or workbook inside the archive: unpack it and import that file itself."
        )
    tables: list[Table] = [
        TextTable(_member_source(archive, member, name), chosen, member.filename)
        for member in texts
        if member.file_size
    ]
    if not texts:
        raise KeywordFileError(f"{name} is an archive without a .csv, .tsv or .txt file: expected a keyword export.")
    return tables


def _is_text(filename: str) -> bool:
    path = PurePosixPath(filename)
    return path.suffix.casefold() in _TEXT_ENDINGS and not path.name.startswith(".") and "__MACOSX" not in filename


def _member_source(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> FileSource:
    if member.flag_bits & 0x1:
        raise KeywordFileError(f"{name}: {member.filename} is protected by a password: unpack it and import the file.")
    return FileSource(f"{name} › {member.filename}", member.file_size, lambda: archive.open(member))


def _shape(text: str, chosen: Mapping[str, str] | None) -> tuple[str, int]:
    """The delimiter, and how many of them a row has: those under which the header makes most sense."""
    lines = io.StringIO(text, newline="")
    sample = [line for line, _ in zip(lines, range(HEADER_SEARCH_ROWS + 5), strict=False)]
    declared = _declared_delimiter(sample[0]) if sample else None
    best, best_score, best_width = ",", (-1, -1), 0
    limit = csv.field_size_limit(max(len(text), 131072))
    try:
        for delimiter in [declared] if declared else DELIMITERS:
            rows = [row for row in csv.reader(sample, delimiter=delimiter) if row]
            header = max(rows, key=lambda row: header_strength(row, chosen), default=[])
            strength = header_strength(header, chosen)
            typical = sorted(len(row) for row in rows)[len(rows) // 2] if rows else 1
            width = (len(header) if strength else typical) - 1
            if (strength, typical) > best_score:
                best, best_score, best_width = delimiter, (strength, typical), width
    finally:
        csv.field_size_limit(limit)
    return best, best_width


def _declared_delimiter(line: str) -> str | None:
    """The delimiter that a first line such as ``sep=;`` declares to Excel."""
    plain = line.strip('\r\n "').casefold()
    return plain[4] if plain.startswith("sep=") and plain[4:5] in DELIMITERS and plain[4:5] else None
