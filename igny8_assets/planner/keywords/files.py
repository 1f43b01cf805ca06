"""Keyword files of any tool to keyword rows: recognised by content, every unusable row reported, the good ones kept."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from igny8_assets.planner.keywords.columns import KeywordChunk, TableReader
from igny8_assets.planner.keywords.exports import (
    TOOL_NAMES,
    ColumnMapping,
    KeywordFileError,
    Tool,
    header_strength,
    map_columns,
    no_keyword_column,
)
from igny8_assets.planner.keywords.garbage_collection import garbage_collection_paused
from igny8_assets.planner.keywords.markets import market_code
from igny8_assets.planner.keywords.rows import KeywordRow, RowProblem, merge_rows
from igny8_assets.planner.keywords.sources import file_source
from igny8_assets.planner.keywords.table_shape import Table
from igny8_assets.planner.keywords.tables import read_tables

__all__ = [
    "FilePreview",
    "KeywordChunk",
    "KeywordFile",
    "KeywordFileError",
    "KeywordReader",
    "KeywordRow",
    "RowProblem",
    "count_rows",
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
    has_positions: bool = False


class KeywordReader:
    """An open keyword file, recognised from its beginning and read in chunks, so that its length does not matter.

    To be used in a ``with`` block. ``columns`` says which of the file's headers was taken for which field, ``unmapped``
    which ones mean nothing here; ``notes`` are complete once the chunks are read.

    Args:
        source: A path, or the file's bytes.
        name: The file's name for messages; needed for bytes only.
        columns: The user's own mapping, header by field (``{"keyword": "Suchbegriff"}``); it wins over recognition.
        market: The market of rows that name none.

    Raises:
        KeywordFileError: nothing in the file can be used: missing, empty, not text, no keyword column, or two columns
            that could both be the volume.
    """

    def __init__(
        self,
        source: str | Path | bytes,
        name: str | None = None,
        *,
        columns: Mapping[str, str] | None = None,
        market: str | None = None,
    ) -> None:
        opened = file_source(source, name)
        self.name = opened.name
        self.market = market_code(market) if market else None
        with ExitStack() as held, damage_named(self.name):
            self._parts = _usable(read_tables(opened, columns, held), self.name, columns)
            self._held = held.pop_all()
        table, _, mapping = self._parts[0]
        self.tool: Tool = mapping.tool
        self.columns = mapping.named()
        self.unmapped = mapping.unmapped()
        self.encoding, self.delimiter = table.encoding, table.delimiter
        self.members = tuple(table.member for table, _, _ in self._parts if table.member)

    def __enter__(self) -> "KeywordReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the file was read."""
        return tuple(
            dict.fromkeys(note for table, _, mapping in self._parts for note in (*table.notes, *mapping.notes))
        )

    def chunks(self) -> Iterator[KeywordChunk]:
        """The file's rows from the beginning, some ten thousand at a time.

        Raises:
            KeywordFileError: the file turns out to be damaged.
        """
        with damage_named(self.name):
            for table, start, mapping in self._parts:
                reader = TableReader(table.member, mapping, self.market)
                width = len(mapping.headers)
                if mapping.tool == "google_keyword_planner":
                    # Only the whole file tells round figures from exact ones that happen to be round.
                    reader.only_buckets = all(map(reader.holds_only_buckets, table.blocks(start, width)))
                for block in table.blocks(start, width):
                    with garbage_collection_paused():
                        chunk = reader.read(block)
                    yield chunk


def _usable(tables: list[Table], name: str, chosen: Mapping[str, str] | None) -> list[tuple[Table, int, ColumnMapping]]:
    """The tables that have a keyword column, each with the index of its header and what its columns mean."""
    usable = [(table, start) for table in tables if (start := _header_row(table, chosen)) is not None]
    if not usable:
        seen = next((row for table in tables for row in table.head if any(cell.strip() for cell in row)), [])
        map_columns(seen, name=name, chosen=chosen)
        raise no_keyword_column(name, seen)
    if usable[0][0].encoding is None:
        # The sheets of a workbook repeat each other (all keywords, then parts of them): the fullest header is the list.
        usable = [max(usable, key=lambda found: header_strength(found[0].head[found[1]], chosen))]
    return [
        (table, start, map_columns(table.head[start], name=name, delimiter=table.delimiter, chosen=chosen))
        for table, start in usable
    ]


def _header_row(table: Table, chosen: Mapping[str, str] | None) -> int | None:
    strengths = [header_strength(row, chosen) for row in table.head]
    strongest = max(strengths, default=0)
    return strengths.index(strongest) if strongest else None


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Name a damaged archive as what it is.

    Raises:
        KeywordFileError: in place of what the archive's reader raises.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as broken:
        raise KeywordFileError(f"{name} is a damaged archive ({broken}): export it again.") from broken


def preview(
    source: str | Path | bytes,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    market: str | None = None,
    limit: int = 20,
) -> FilePreview:
    """Read a keyword file and say what an import would bring, with at most ``limit`` problems and 5 sample rows.

    Raises:
        KeywordFileError: as ``KeywordReader``, or there is no row under the header.
    """
    import numpy as np

    good = refused = 0
    keys: list[np.ndarray] = []
    problems: list[RowProblem] = []
    sample: list[KeywordRow] = []
    has_positions = False
    with KeywordReader(source, name, columns=columns, market=market) as reader:
        for chunk in reader.chunks():
            good += len(chunk.rows)
            refused += chunk.refused
            # 64 bits of each key tell repeats apart: eight bytes a row instead of its texts.
            keys.append(np.array([hash((row.market, row.normalised)) for row in chunk.rows], dtype=np.int64))
            problems += chunk.problems[: limit - len(problems)]
            sample += chunk.rows[: 5 - len(sample)]
            has_positions = has_positions or any(row.position is not None and row.url for row in chunk.rows)
        if not good and not refused:
            raise KeywordFileError(f"{reader.name} has a header but no rows under it.")
        return FilePreview(
            name=reader.name,
            tool=reader.tool,
            tool_name=TOOL_NAMES[reader.tool],
            encoding=reader.encoding,
            delimiter=reader.delimiter,
            members=reader.members,
            columns=reader.columns,
            unmapped=reader.unmapped,
            good=good,
            duplicates=good - len(np.unique(np.concatenate(keys))),
            refused=refused,
            problems=tuple(problems),
            sample=tuple(sample),
            notes=reader.notes,
            has_positions=has_positions,
        )


def count_rows(source: str | Path | bytes, name: str | None = None) -> int:
    """How many usable rows a file has: the whole of the parsing and nothing else, for measuring it."""
    with KeywordReader(source, name) as reader:
        return sum(len(chunk.rows) for chunk in reader.chunks())


def read_keywords(
    source: str | Path | bytes,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    market: str | None = None,
) -> KeywordFile:
    """Read a keyword export or a list made by hand as a whole: CSV, TSV, UTF-16, xlsx, or a zip of such text files.

    The tool, encoding, delimiter, preamble and columns are recognised from the content. Of a workbook the sheet whose
    header says most is read; of an archive every file with a keyword column. For the arguments see ``KeywordReader``,
    which reads files of any length.

    Raises:
        KeywordFileError: as ``KeywordReader``, or there is no row under the header.
    """
    rows: list[KeywordRow] = []
    problems: list[RowProblem] = []
    with KeywordReader(source, name, columns=columns, market=market) as reader:
        for chunk in reader.chunks():
            rows += chunk.rows
            problems += chunk.problems
        if not rows and not problems:
            raise KeywordFileError(f"{reader.name} has a header but no rows under it.")
        return KeywordFile(
            name=reader.name,
            tool=reader.tool,
            columns=reader.columns,
            unmapped=reader.unmapped,
            rows=rows,
            problems=problems,
            duplicates=len(rows) - len({(row.market, row.normalised) for row in rows}),
            encoding=reader.encoding,
            delimiter=reader.delimiter,
            members=reader.members,
            notes=reader.notes,
        )
