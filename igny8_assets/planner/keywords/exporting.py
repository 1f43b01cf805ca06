"""Keywords as a table that a spreadsheet can open without running anything, and that the importer reads back."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from igny8_assets.planner.keywords.exports import KeywordFileError
from igny8_assets.planner.keywords.rows import KeywordRow, spreadsheet_safe

# No header here gives away a tool that it does not come from.
EXPORT_HEADER = (
    "Keyword", "Country", "Volume", "Volume kind", "Difficulty", "Intents", "CPC", "Currency", "Competition", "Trends",
    "SERP features", "Topic", "Page", "SERP URLs", "Position", "URL",
)  # fmt: skip


def export_records(rows: Iterable[KeywordRow]) -> Iterator[list[str]]:
    """The header, then a record a row; cells that begin like a formula have a leading apostrophe."""
    yield list(EXPORT_HEADER)
    for row in rows:
        cells = (
            row.text,
            row.market or "",
            _number(row.volume),
            row.volume_kind,
            _number(row.difficulty),
            ", ".join(row.intents),
            _number(row.cpc),
            row.currency or "",
            _number(row.competition),
            ",".join(map(repr, row.trend)),
            ", ".join(row.serp_features),
            row.topic or "",
            row.page or "",
            "\n".join(row.serp_urls),
            _number(row.position),
            row.url or "",
        )
        yield [spreadsheet_safe(cell) for cell in cells]


def export_keywords(rows: Iterable[KeywordRow]) -> str:
    """The rows as CSV text; ``read_keywords`` takes the apostrophes off again."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerows(export_records(rows))
    return sheet.getvalue()


def write_keywords(rows: Iterable[KeywordRow], out: Path) -> int:
    """Write the rows to a .csv or .xlsx file, one by one; the file appears whole or not at all.

    Returns:
        How many rows were written.

    Raises:
        KeywordFileError: the file is named otherwise, or cannot be written.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_workbook}
    write = writers.get(out.suffix.casefold())
    if write is None:
        raise KeywordFileError(f"cannot write {out}: name a .csv or an .xlsx file")
    draft = out.with_name(f".{out.name}.partial")
    try:
        count = write(export_records(rows), draft)
        draft.replace(out)
    except OSError as error:
        raise KeywordFileError(f"cannot write {out}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return count - 1


def _write_csv(records: Iterable[list[str]], out: Path) -> int:
    # With a byte order mark, because Excel reads UTF-8 by it alone.
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        return sum(1 for record in records if writer.writerow(record))


def _write_workbook(records: Iterable[list[str]], out: Path) -> int:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Keywords")
    count = 0
    for record in records:
        cells = [WriteOnlyCell(sheet, cell) for cell in record]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
        count += 1
    workbook.save(out)
    return count


def _number(value: object) -> str:
    return "" if value is None else str(value)
