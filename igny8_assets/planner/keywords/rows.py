"""One keyword as a file states it, and how statements about the same keyword become one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from igny8_resources.contracts.vocabulary import Intent

VolumeKind = Literal["exact", "bucket", "impressions", "unknown"]

_TRUST: dict[VolumeKind, int] = {"exact": 3, "bucket": 2, "impressions": 1, "unknown": 0}
# A domain and its subdomain often rank together; three domains for one keyword are a results page.
FEWEST_DOMAINS_OF_A_RESULTS_PAGE = 3
# What one results page shows, and what overlap is counted in.
MOST_RESULTS = 10
LONGEST_DOMAIN = 253
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class KeywordRow(NamedTuple):
    """One usable row of a keyword file. None, an empty text and an empty tuple mean unknown, never zero.

    ``volume`` is monthly searches when ``volume_kind`` is *exact*, the middle of Google's range when *bucket*, and
    Search Console's impressions of the exported period when *impressions*: a sign of demand, not a volume.
    ``difficulty`` is 0 to 100, ``competition`` the competition among advertisers from 0 to 1, ``trend`` up to 12 months
    from 0 to 1, oldest first. ``market`` is the country or database as the file names it, ``topic`` and ``page`` a
    grouping that the file brings, ``traffic`` the visits a month that a tool estimates for ``url``, ``serp_urls`` the top
    results as far as the file names them, best first, ``row`` the row number in the file as a spreadsheet shows it.
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
    traffic: float | None = None
    serp_urls: tuple[str, ...] = ()
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
    for field in ("difficulty", "intents", "competition", "trend", "serp_features", "serp_urls", "topic", "page"):
        if getattr(winner, field) in (None, ()):
            gaps[field] = next((getattr(row, field) for row in group if getattr(row, field) not in (None, ())), None)
    if winner.cpc is None:
        priced = next((row for row in group if row.cpc is not None), winner)
        gaps |= {"cpc": priced.cpc, "currency": priced.currency}
    if not winner.serp_urls and gaps.get("serp_urls") is None:
        gaps["serp_urls"] = _results_page(ranked) or None
    filled = {field: value for field, value in gaps.items() if value is not None}
    merged = winner._replace(url=best.url, position=best.position, clicks=best.clicks, traffic=best.traffic)
    return merged._replace(text=group[0].text, **filled)  # type: ignore[arg-type]


def _results_page(ranked: Sequence[KeywordRow]) -> tuple[str, ...]:
    """The URLs of one results page, best first, from rows that each name one; nothing when the rows are one domain's."""
    places = sorted((row for row in ranked if row.url), key=lambda row: row.position or 0.0)
    if len({domain_of(row.url or "") for row in places}) < FEWEST_DOMAINS_OF_A_RESULTS_PAGE:
        return ()
    return tuple(dict.fromkeys(row.url or "" for row in places))[:MOST_RESULTS]


@lru_cache(maxsize=65_536)
def domain_of(url: str) -> str:
    """The host of a URL without *www*, in lower case; empty when it has none."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host and len(host) <= LONGEST_DOMAIN else ""


def spreadsheet_safe(cell: str) -> str:
    """The cell as text that no spreadsheet runs: a leading apostrophe where it begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
