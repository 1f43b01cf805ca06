"""The sheets of an .xlsx or .xlsm workbook, row by row: the values that it shows, nothing of it is run."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import islice
from typing import Any

from igny8_assets.planner.keywords.exports import KeywordFileError
from igny8_assets.planner.keywords.records import Block, block_of
from igny8_assets.planner.keywords.sources import FileSource
from igny8_assets.planner.keywords.table_shape import HEADER_SEARCH_ROWS, MAX_EXPANSION, Table

MOST_ROWS_OF_A_SHEET = 1_048_576  # Excel's own limit
ROWS_A_BLOCK = 20_000
MAX_WORKBOOK_BYTES = 1 << 30
# The texts that cells share are the one part of a workbook that has to be in memory as a whole.
MAX_SHARED_TEXT_BYTES = 256 << 20
_SHARED_TEXTS = "xl/sharedStrings.xml"


class SheetTable:
    """One sheet of a workbook."""

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, sheet: Any, name: str, notes: tuple[str, ...]) -> None:
        self.member = str(sheet.title)
        self.notes = notes
        self._sheet = sheet
        self._name = name
        self.head = list(islice(self._records(), HEADER_SEARCH_ROWS))

    def blocks(self, header: int, columns: int) -> Iterator[Block]:
        """See ``keyword_tables.Table``."""
        records = islice(self._records(), header + 1, None)
        first = header + 2
        while block := list(islice(records, ROWS_A_BLOCK)):
            yield block_of(block, first, columns)
            first += len(block)

    def _records(self) -> Iterator[list[str]]:
        with damage_named(self._name):
            for number, row in enumerate(self._sheet.iter_rows(values_only=True)):
                if number >= MOST_ROWS_OF_A_SHEET:
                    raise KeywordFileError(f"{self._name}: sheet {self.member} has more rows than a workbook can hold.")
                yield [_cell_text(value) for value in row]


def read_workbook(source: FileSource, archive: zipfile.ZipFile, held: ExitStack) -> list[Table]:
    """Every sheet of a workbook that holds cells.

    Raises:
        KeywordFileError: damaged, or larger when unpacked than a keyword list can be.
    """
    import openpyxl

    sizes = {member.filename: member.file_size for member in archive.infolist()}
    total = sum(sizes.values())
    too_dense = total > MAX_EXPANSION * max(source.size, 1 << 20)
    if total > MAX_WORKBOOK_BYTES or too_dense or sizes.get(_SHARED_TEXTS, 0) > MAX_SHARED_TEXT_BYTES:
        raise KeywordFileError(
            f"{source.name} unpacks to {total >> 20} MiB, more than a keyword file holds: save the keywords' sheet as .csv."
        )
    notes = []
    if "xl/vbaProject.bin" in sizes:
        notes.append("the workbook has macros; they were not run, only the cells' values were read")
    if any(name.startswith("xl/externalLinks/") for name in sizes):
        notes.append("the workbook refers to other files; they were not opened, the values saved with it were read")
    with damage_named(source.name):
        # Values only: formulas are not calculated, macros and links to other files are not opened.
        workbook = openpyxl.load_workbook(
            held.enter_context(source.open()), read_only=True, data_only=True, keep_links=False
        )
        held.callback(workbook.close)
        tables: list[Table] = []
        for sheet in workbook.worksheets:
            # A sheet's own statement of its size is not trusted.
            sheet.reset_dimensions()
            tables.append(SheetTable(sheet, source.name, tuple(notes)))
    return tables


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Name a damaged workbook as what it is.

    Raises:
        KeywordFileError: in place of whatever the workbook library and its XML parser raise.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except (InvalidFileException, KeyError, ValueError, AttributeError, SyntaxError, TypeError) as broken:
        # SyntaxError is what the XML parser raises.
        raise KeywordFileError(f"{name} is a damaged workbook ({broken}): save it again as .xlsx or .csv.") from broken


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
