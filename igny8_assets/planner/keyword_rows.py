"""One keyword as a file states it, how statements about the same keyword become one, and how they are exported."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from igny8_resources.contracts.vocabulary import Intent

VolumeKind = Literal["exact", "bucket", "impressions", "unknown"]

_TRUST: dict[VolumeKind, int] = {"exact": 3, "bucket": 2, "impressions": 1, "unknown": 0}
EXPORT_HEADER = (
    "Keyword", "Country", "Volume", "Volume kind", "Difficulty", "Intent", "CPC", "Currency", "Topic", "Page", "URL",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class KeywordRow(NamedTuple):
    """One usable row of a keyword file. None, an empty text and an empty tuple mean unknown, never zero.

    ``volume`` is monthly searches when ``volume_kind`` is *exact*, the middle of Google's range when *bucket*, and
    Search Console's impressions of the exported period when *impressions*: a sign of demand, not a volume.
    ``difficulty`` is 0 to 100, ``competition`` the competition among advertisers from 0 to 1, ``trend`` up to 12 months
    from 0 to 1, oldest first. ``market`` is the country or database as the file names it, ``topic`` and ``page`` a
    grouping that the file brings, ``row`` the row number in the file as a spreadsheet shows it.
    """

    text: str
    normalised: str
    volume: int | None = None
    volume_kind: VolumeKind = "unknown"
    difficulty: float | None = None
    intents: tuple[Intent, ...] = ()
    cpc: Decimal | None = None
    currency: str | None = None
    competition: float | None = None
    trend: tuple[float, ...] = ()
    serp_features: tuple[str, ...] = ()
    market: str | None = None
    url: str | None = None
    position: float | None = None
    clicks: int | None = None
    topic: str | None = None
    page: str | None = None
    source: str = "by_hand"
    row: int = 0


@dataclass(frozen=True)
class RowProblem:
    """A cell that could not be used. ``refused`` says whether the whole row was left out or only this value.

    ``member`` is the sheet or the file inside an archive, empty for a plain file.
    """

    row: int
    column: str
    value: str
    expected: str
    refused: bool = True
    member: str = ""

    def __str__(self) -> str:
        place = f"{self.member}, row {self.row}" if self.member else f"row {self.row}"
        outcome = "row left out" if self.refused else "value ignored"
        return f"{place}, column {self.column}: {self.value!r} – expected {self.expected} ({outcome})"


def merge_rows(rows: Iterable[KeywordRow]) -> list[KeywordRow]:
    """One row per market and normalised text, in order of first appearance.

    An exact volume beats a bucket, which beats impressions, which beats nothing; equal claims: the first one stands.
    Volumes are never added up. What the winner does not know is filled from the others, in their order; of several
    ranking URLs the best position stays, with its own clicks.
    """
    groups: dict[tuple[str | None, str], list[KeywordRow]] = {}
    for row in rows:
        groups.setdefault((row.market, row.normalised), []).append(row)
    return [group[0] if len(group) == 1 else _merge(group) for group in groups.values()]


def _merge(group: Sequence[KeywordRow]) -> KeywordRow:
    winner = max(group, key=lambda row: (_TRUST[row.volume_kind], -group.index(row)))
    ranked = [row for row in group if row.position is not None]
    best = min(ranked, key=lambda row: row.position or 0.0, default=winner)
    gaps: dict[str, object] = {}
    for field in ("difficulty", "intents", "competition", "trend", "serp_features", "topic", "page"):
        if getattr(winner, field) in (None, ()):
            gaps[field] = next((getattr(row, field) for row in group if getattr(row, field) not in (None, ())), None)
    if winner.cpc is None:
        priced = next((row for row in group if row.cpc is not None), winner)
        gaps |= {"cpc": priced.cpc, "currency": priced.currency}
    filled = {field: value for field, value in gaps.items() if value is not None}
    merged = winner._replace(url=best.url, position=best.position, clicks=best.clicks)
    return merged._replace(text=group[0].text, **filled)  # type: ignore[arg-type]


def export_keywords(rows: Iterable[KeywordRow]) -> str:
    """The rows as CSV text that a spreadsheet can open without running anything.

    A cell that begins like a formula (``=``, ``+``, ``-``, ``@``, tab) gets a leading apostrophe; ``read_keywords``
    takes it off again.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(
        [
            "Keyword",
            "Country",
            "Volume",
            "Volume kind",
            "Difficulty",
            "Intent",
            "CPC",
            "Currency",
            "Topic",
            "Page",
            "URL",
        ]
    )
    for row in rows:
        cells = (
            row.text,
            row.market or "",
            "" if row.volume is None else str(row.volume),
            row.volume_kind,
            "" if row.difficulty is None else f"{row.difficulty:g}",
            ", ".join(row.intents),
            "" if row.cpc is None else str(row.cpc),
            row.currency or "",
            row.topic or "",
            row.page or "",
            row.url or "",
        )
        writer.writerow([spreadsheet_safe(cell) for cell in cells])
    return sheet.getvalue()


def spreadsheet_safe(cell: str) -> str:
    """The cell as text that no spreadsheet runs: a leading apostrophe where it begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
