"""The bytes of a keyword file to rows of text cells: encodings, delimiters, workbooks, archives.

Belongs here: what a spreadsheet would show. Does not belong here: what the columns mean.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from igny8_assets.planner.keyword_exports import KeywordFileError, header_strength

MAX_BYTES = 512 * 1024 * 1024
MAX_EXPANSION = 200
HEADER_SEARCH_ROWS = 15
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
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


@dataclass(frozen=True)
class Table:
    """The cells of one text file, sheet or archive member; ``rows[n]`` is row ``n + 1`` of a spreadsheet.

    ``member`` is the sheet or archive member, empty for a plain text file; ``encoding`` and ``delimiter`` are None for
    a sheet.
    """

    rows: list[list[str]]
    member: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


def read_tables(data: bytes, name: str, chosen: Mapping[str, str] | None = None) -> list[Table]:
    """All tables in a file, by its content: the name's ending decides nothing.

    Raises:
        KeywordFileError: empty, too large, not a table, protected or broken.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise KeywordFileError(f"{name} is empty: expected a header row with a 'keyword' column and one keyword a row.")
    if len(data) > MAX_BYTES:
        raise KeywordFileError(f"{name} is larger than {MAX_BYTES >> 20} MiB: split it into several files.")
    if data.startswith(b"PK\x03\x04"):
        return _read_archive(data, name, chosen)
    return [_read_text(data, name, chosen)]


def _read_archive(data: bytes, name: str, chosen: Mapping[str, str] | None) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            if total > MAX_BYTES or total > MAX_EXPANSION * max(len(data), 1 << 20):
                raise KeywordFileError(
                    f"{name} unpacks to {total >> 20} MiB, more than a keyword file holds: unpack it and import the "
                    "file you want."
                )
            if "xl/workbook.xml" in archive.namelist():
                return _read_workbook(data, name)
            tables = [
                _read_member(archive, member, name, chosen)
                for member in members
                if PurePosixPath(member.filename).suffix.casefold() in {".csv", ".tsv", ".txt"}
                and not PurePosixPath(member.filename).name.startswith(".")
                and "__MACOSX" not in member.filename
            ]
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as broken:
        raise KeywordFileError(f"{name} is a damaged archive ({broken}): export it again.") from broken
    if not tables:
        raise KeywordFileError(f"{name} is an archive without a .csv, .tsv or .txt file: expected a keyword export.")
    return tables


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, chosen: Mapping[str, str] | None
) -> Table:
    if member.flag_bits & 0x1:
        raise KeywordFileError(f"{name}: {member.filename} is protected by a password: unpack it and import the file.")
    with archive.open(member) as packed:
        # The size that the archive states is not trusted.
        data = packed.read(member.file_size + 1)
    if len(data) > member.file_size:
        raise KeywordFileError(f"{name}: {member.filename} is larger than the archive says: export it again.")
    table = _read_text(data, f"{name} › {member.filename}", chosen) if data.strip() else Table([])
    return Table(table.rows, member.filename, table.encoding, table.delimiter, table.notes)


def _read_workbook(data: bytes, name: str) -> list[Table]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # Values only: formulas are not calculated, macros and links to other files are not opened.
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        tables = []
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()
            rows = [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            tables.append(Table(rows, sheet.title))
        workbook.close()
    except (InvalidFileException, KeyError, ValueError, AttributeError, SyntaxError, TypeError) as broken:
        # SyntaxError is what the XML parser raises.
        raise KeywordFileError(f"{name} is a damaged workbook ({broken}): save it again as .xlsx or .csv.") from broken
    return tables


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _read_text(data: bytes, name: str, chosen: Mapping[str, str] | None) -> Table:
    text, encoding, notes = decode(data, name)
    delimiter, width = _shape(text, chosen)
    rows = list(_records(text, delimiter, width))
    if rows and rows[0] and _declared_delimiter(rows[0][0] + delimiter):
        rows[0] = []
    return Table(rows, "", encoding, _DELIMITERS[delimiter], notes)


def decode(data: bytes, name: str) -> tuple[str, str, tuple[str, ...]]:
    """The text of a file, its encoding, and what had to be assumed.

    Raises:
        KeywordFileError: the bytes are not text.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise KeywordFileError(f"{name} is {kind}, not a keyword list: export the keywords as .csv or .xlsx.")
    encoding = _marked_encoding(data) or _utf16_by_zeros(data)
    notes: list[str] = []
    if encoding is None:
        head = data[:65536]
        controls = sum(head.count(bytes([code])) for code in range(32) if code not in _WHITESPACE_CONTROLS)
        if controls > 16 and controls * 50 > len(head):
            raise KeywordFileError(
                f"{name} is not text: {controls} of its first {len(head)} bytes are control codes. "
                "Export the keywords as .csv or .xlsx."
            )
        text, encoding = _decode_unmarked(data, notes)
    else:
        text = data.decode(encoding, errors="replace")
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        notes.append(f"{text.count(chr(0))} NUL characters were removed")
        text = text.replace("\x00", "")
    return text, encoding, tuple(notes)


def _marked_encoding(data: bytes) -> str | None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return encoding
    return None


def _utf16_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of mostly Latin text is zero."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 5 > len(head) and even * 20 < odd:
        return "utf-16-le"
    if even * 5 > len(head) and odd * 20 < even:
        return "utf-16-be"
    return None


def _decode_unmarked(data: bytes, notes: list[str]) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    beyond_ascii = sum(not character.isascii() for character in text)
    if damaged * 4 < beyond_ascii:
        notes.append(f"{damaged} characters are damaged UTF-8; rows that hold them in the keyword are left out")
        return text, "utf-8"
    notes.append("the file is not UTF-8 and was read as Windows-1252 (Western Europe): check accented letters")
    return data.decode("cp1252", errors="replace"), "cp1252"


def _shape(text: str, chosen: Mapping[str, str] | None) -> tuple[str, int]:
    """The delimiter, and how many of them a row has: those under which the header makes most sense."""
    lines = io.StringIO(text, newline="")
    sample = [line for line, _ in zip(lines, range(HEADER_SEARCH_ROWS + 5), strict=False)]
    declared = _declared_delimiter(sample[0]) if sample else None
    best, best_score, best_width = ",", (-1, -1), 0
    for delimiter in [declared] if declared else _DELIMITERS:
        rows = [row for row in csv.reader(sample, delimiter=delimiter) if row]
        header = max(rows, key=lambda row: header_strength(row, chosen), default=[])
        strength = header_strength(header, chosen)
        typical = sorted(len(row) for row in rows)[len(rows) // 2] if rows else 1
        width = (len(header) if strength else typical) - 1
        if (strength, typical) > best_score:
            best, best_score, best_width = delimiter, (strength, typical), width
    return best, best_width


def _declared_delimiter(line: str) -> str | None:
    """The delimiter that a first line such as ``sep=;`` declares to Excel."""
    plain = line.strip('\r\n "').casefold()
    return plain[4] if plain.startswith("sep=") and plain[4:5] in _DELIMITERS and plain[4:5] else None


def _records(text: str, delimiter: str, width: int) -> Iterator[list[str]]:
    """The records of a delimited text; a quote that is never closed costs its own line, not the rest of the file."""
    lines = list(io.StringIO(text, newline=""))
    limit = csv.field_size_limit(max(len(text), 131072))
    try:
        start = 0
        while start < len(lines):
            reader = csv.reader(lines[start:] if start else lines, delimiter=delimiter)
            read = 0
            for record in reader:
                first, last = start + read, start + reader.line_num
                if last - first > 1 and _swallowed_rows(lines[first + 1 : last], delimiter, width):
                    break
                yield record
                read = reader.line_num
            else:
                return
            yield next(csv.reader([lines[first]], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            start = first + 1
    finally:
        csv.field_size_limit(limit)


def _swallowed_rows(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether the further lines of one record hold a line that is a row of its own: full width, quotes closed."""
    return any(line.count(delimiter) >= width and line.count('"') % 2 == 0 and line.strip() for line in lines)
