"""Keyword files of any tool to keyword rows: recognised by content, every unusable row reported, the good ones kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.planner.keyword_columns import TableReader
from igny8_assets.planner.keyword_exports import (
    TOOL_NAMES,
    KeywordFileError,
    Tool,
    header_strength,
    map_columns,
    no_keyword_column,
)
from igny8_assets.planner.keyword_rows import KeywordRow, RowProblem, export_keywords, merge_rows
from igny8_assets.planner.keyword_tables import HEADER_SEARCH_ROWS, Table, read_tables

__all__ = [
    "FilePreview",
    "KeywordFile",
    "KeywordFileError",
    "KeywordRow",
    "RowProblem",
    "export_keywords",
    "merge_rows",
    "preview",
    "read_keywords",
]


@dataclass(frozen=True)
class KeywordFile:
    """A keyword file as read.

    ``columns`` says which of the file's headers was taken for which field, ``unmapped`` which ones mean nothing here.
    ``rows`` are the usable rows in the file's order, repeats included, because each may bring another URL or figure;
    ``duplicates`` counts the rows that repeat an earlier keyword of the same market. ``problems`` names every value
    that could not be used; those with ``refused`` cost their row.
    """

    name: str
    tool: Tool
    columns: dict[str, str]
    unmapped: tuple[str, ...]
    rows: list[KeywordRow]
    problems: list[RowProblem]
    duplicates: int
    encoding: str | None = None
    delimiter: str | None = None
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> int:
        """How many rows were left out."""
        return len({(problem.member, problem.row) for problem in self.problems if problem.refused})

    def keywords(self) -> list[KeywordRow]:
        """One row per keyword and market, by the precedence of ``merge_rows``."""
        return merge_rows(self.rows)


@dataclass(frozen=True)
class FilePreview:
    """What an import would do, before anything is stored."""

    name: str
    tool: Tool
    tool_name: str
    encoding: str | None
    delimiter: str | None
    members: tuple[str, ...]
    columns: dict[str, str]
    unmapped: tuple[str, ...]
    good: int
    duplicates: int
    refused: int
    problems: tuple[RowProblem, ...]
    sample: tuple[KeywordRow, ...]
    notes: tuple[str, ...]


def preview(
    source: str | Path | bytes, name: str | None = None, *, columns: Mapping[str, str] | None = None, limit: int = 20
) -> FilePreview:
    """Read a keyword file and say what an import would bring, with at most ``limit`` problems and 5 sample rows.

    Raises:
        KeywordFileError: as ``read_keywords``.
    """
    file = read_keywords(source, name, columns=columns)
    return FilePreview(
        name=file.name,
        tool=file.tool,
        tool_name=TOOL_NAMES[file.tool],
        encoding=file.encoding,
        delimiter=file.delimiter,
        members=file.members,
        columns=file.columns,
        unmapped=file.unmapped,
        good=len(file.rows),
        duplicates=file.duplicates,
        refused=file.refused,
        problems=tuple(file.problems[:limit]),
        sample=tuple(file.rows[:5]),
        notes=file.notes,
    )


def read_keywords(
    source: str | Path | bytes,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    market: str | None = None,
) -> KeywordFile:
    """Read a keyword export or a list made by hand: CSV, TSV, UTF-16, xlsx, or a zip of such text files.

    The tool, encoding, delimiter, preamble and columns are recognised from the content. Of a workbook the sheet whose
    header says most is read; of an archive every file with a keyword column.

    Args:
        source: A path, or the file's bytes.
        name: The file's name for messages; needed for bytes only.
        columns: The user's own mapping, header by field (``{"keyword": "Suchbegriff"}``); it wins over recognition.
        market: The market of rows that name none.

    Raises:
        KeywordFileError: nothing in the file can be used: missing, empty, not text, no keyword column, or two columns
            that could both be the volume.
    """
    data, name = _load(source, name)
    tables = read_tables(data, name, columns)
    usable = [(table, start) for table in tables if (start := _header_row(table, columns)) is not None]
    if not usable:
        seen = next((row for table in tables for row in table.rows if any(cell.strip() for cell in row)), [])
        map_columns(seen, name=name, chosen=columns)
        raise no_keyword_column(name, seen)
    if usable[0][0].encoding is None:
        # The sheets of a workbook repeat each other (all keywords, then parts of them): the fullest header is the list.
        usable = [max(usable, key=lambda found: header_strength(found[0].rows[found[1]], columns))]
    rows: list[KeywordRow] = []
    problems: list[RowProblem] = []
    notes: list[str] = []
    mappings = []
    for table, start in usable:
        mapping = map_columns(table.rows[start], name=name, delimiter=table.delimiter, chosen=columns)
        TableReader(table, start, mapping, market).read(rows, problems)
        notes += [*table.notes, *mapping.notes]
        mappings.append(mapping)
    if not rows and not problems:
        raise KeywordFileError(f"{name} has a header but no rows under it.")
    table = usable[0][0]
    return KeywordFile(
        name=name,
        tool=mappings[0].tool,
        columns=mappings[0].named(),
        unmapped=mappings[0].unmapped(),
        rows=rows,
        problems=problems,
        duplicates=len(rows) - len({(row.market, row.normalised) for row in rows}),
        encoding=table.encoding,
        delimiter=table.delimiter,
        members=tuple(table.member for table, _ in usable if table.member),
        notes=tuple(dict.fromkeys(notes)),
    )


def _load(source: str | Path | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or "the file"
    path = Path(source)
    try:
        return path.read_bytes(), name or path.name
    except OSError as error:
        raise KeywordFileError(f"cannot read {path}: {error.strerror}") from error


def _header_row(table: Table, chosen: Mapping[str, str] | None) -> int | None:
    strengths = [header_strength(row, chosen) for row in table.rows[:HEADER_SEARCH_ROWS]]
    strongest = max(strengths, default=0)
    return strengths.index(strongest) if strongest else None
