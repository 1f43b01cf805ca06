"""The rows of a staged keyword file into a site: merged with what the site knows, in chunks that each commit.

A load that dies half-way is begun again from the file's first row. What is in already comes out of the merge as it is, and
is not written a second time.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from igny8_assets.planner.keywords.files import KeywordReader, KeywordRow, merge_rows
from igny8_assets.planner.keywords.rows import domain_of
from igny8_assets.planner.keywords.sector_choice import SectorChooser
from igny8_resources.warehouse.store.keyword_loading import (
    add_keywords,
    change_keywords,
    lock_keywords,
    save_positions,
    stored_keywords,
)
from igny8_resources.warehouse.tables.columns import CENTIMILLI, utc_now

Chunk = TypeVar("Chunk")


@dataclass(frozen=True)
class Target:
    """Where rows go: the site, the import that they come by, and the choice among the site's sectors.

    ``sector_id`` puts every keyword into one sector; ``own_domain`` is the site's own. ``import_id`` is 0 for a file that
    is only looked at.
    """

    account_id: int
    site_id: int
    import_id: int
    own_domain: str
    sectors: SectorChooser
    sector_id: int | None = None


@dataclass(frozen=True)
class Sorted:
    """Rows of one chunk by what the warehouse knows of them, as values to store; ``unchanged`` need nothing."""

    new: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    unchanged: int


def whole_keywords(reader: KeywordReader) -> Iterator[tuple[int, list[KeywordRow]]]:
    """The file's rows in chunks that do not part consecutive rows of one keyword, with how many records were read."""
    held: list[KeywordRow] = []
    records = 0
    for chunk in reader.chunks():
        records += chunk.records
        rows = held + chunk.rows
        cut = len(rows)
        while cut and rows[cut - 1].normalised == rows[-1].normalised and len(rows) - cut < 1_000:
            cut -= 1
        held = rows[cut:]
        if cut:
            yield records, rows[:cut]
    if held:
        yield records, held


def read_ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks, each read in a thread while the one before is stored: the database works meanwhile."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="keyword-reader") as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


@dataclass(frozen=True)
class Prepared:
    """One chunk as far as it can be made ready without the warehouse: its rows, merged, as they would be stored if new."""

    rows: list[KeywordRow]
    merged: list[KeywordRow]
    values: list[dict[str, Any]]


def prepare(rows: list[KeywordRow], target: Target) -> Prepared:
    """Make a chunk ready to store; done ahead, while the warehouse is busy with the chunk before."""
    merged, now = merge_rows(rows), utc_now()
    return Prepared(rows, merged, [_new_values(row, target, now) for row in merged])


class Known:
    """Which keywords a site may have already, so that only those are looked up.

    A site that had none when a load began has those that the load brought. That is told by 64-bit hashes: two keywords of
    one hash cost a look-up, no more.
    """

    def __init__(self, *, is_empty: bool) -> None:
        self._met: set[int] | None = set() if is_empty else None

    @property
    def is_sure(self) -> bool:
        """Whether a keyword can be told to be new without looking."""
        return self._met is not None

    def doubt(self) -> None:
        """Somebody else adds keywords too: look for each from now on."""
        self._met = None

    def candidates(self, rows: Sequence[KeywordRow]) -> list[tuple[str, str]]:
        """The keys of those rows that the site may have."""
        keys = [(row.market or "", row.normalised) for row in rows]
        met = self._met
        return keys if met is None else [key for key in keys if hash(key) in met]

    def add(self, rows: Sequence[KeywordRow]) -> None:
        """These rows are stored now."""
        if self._met is not None:
            self._met.update(hash((row.market or "", row.normalised)) for row in rows)


def sort_out(session: Session, chunk: Prepared, target: Target, known: Known) -> Sorted:
    """Merge rows with the site's keywords: exact volume before bucket before impressions; of equal claims the newer.

    Within one file the first of equal claims stands, also when it was stored with an earlier chunk.
    """
    stored = stored_keywords(session, target.site_id, known.candidates(chunk.merged))
    if not stored:
        return Sorted(chunk.values, [], 0)
    now = utc_now()
    new, changed, unchanged = [], [], 0
    for row, as_new in zip(chunk.merged, chunk.values, strict=True):
        there = stored.get((row.market or "", row.normalised))
        if there is None:
            new.append(as_new)
            continue
        values = _changed_values(row, there, target)
        if values is None:
            unchanged += 1
        else:
            changed.append({"id": there["id"], **values, "import_id": target.import_id, "updated_at": now})
    return Sorted(new, changed, unchanged)


def store_chunk(
    session: Session, chunk: Prepared, target: Target, known: Known, *, only_positions: bool = False
) -> int:
    """Store rows in the session's transaction; repeating it changes nothing.

    Returns:
        How many keywords the site did not have.

    Raises:
        IntegrityError: a keyword that was thought new is there; ``known`` should doubt and the chunk be stored again.
    """
    lock_keywords(session, target.site_id)
    save_positions(session, list(_positions(chunk.rows, target)))
    if only_positions:
        return 0
    found = sort_out(session, chunk, target, known)
    add_keywords(session, found.new)
    change_keywords(session, found.changed)
    return len(found.new)


def _claims(row: KeywordRow) -> dict[str, Any]:
    return {
        "text": row.text,
        "volume": row.volume,
        "volume_kind": row.volume_kind,
        "difficulty": row.difficulty,
        "intents": list(row.intents),
        "cpc": None if row.cpc is None else row.cpc.quantize(CENTIMILLI),
        "currency": row.currency or "",
        "competition": row.competition,
        "trend": list(row.trend),
        "serp_features": list(row.serp_features),
        "serp_urls": list(row.serp_urls),
        "topic": row.topic or "",
        "page": row.page or "",
        "source": row.source,
    }


def _new_values(row: KeywordRow, target: Target, now: datetime) -> dict[str, Any]:
    return {
        "account_id": target.account_id,
        "site_id": target.site_id,
        "import_id": target.import_id or None,
        "market": row.market or "",
        "normalized_text": row.normalised,
        "sector_id": _sector_of(row, target),
        **_claims(row),
        "status": "new",
        "created_at": now,
        "updated_at": now,
    }


def _changed_values(row: KeywordRow, known: RowMapping, target: Target) -> dict[str, Any] | None:
    """What a keyword's row becomes; None when it is as the file would have it."""
    same_file = known["import_id"] == target.import_id
    need_not_be_marked = same_file or target.import_id == 0
    sector_id = target.sector_id or known["sector_id"] or _sector_of(row, target)
    values = {**_claims(row), "sector_id": sector_id}
    if need_not_be_marked and all(known[name] == value for name, value in values.items()):
        return None
    stored = row_of(known)
    merged = merge_rows([stored, row] if same_file else [row, stored])[0]
    values = {**_claims(merged), "sector_id": sector_id}
    if need_not_be_marked and all(known[name] == value for name, value in values.items()):
        return None
    return values


def _sector_of(row: KeywordRow, target: Target) -> int | None:
    return target.sector_id or target.sectors.choose(row.text, row.normalised)


def row_of(known: RowMapping) -> KeywordRow:
    """A stored keyword as a file would state it."""
    return KeywordRow(
        text=known["text"],
        normalised=known["normalized_text"],
        volume=known["volume"],
        volume_kind=known["volume_kind"],
        difficulty=known["difficulty"],
        intents=tuple(known["intents"]),
        cpc=known["cpc"],
        currency=known["currency"] or None,
        competition=known["competition"],
        trend=tuple(known["trend"]),
        serp_features=tuple(known["serp_features"]),
        serp_urls=tuple(known["serp_urls"]),
        topic=known["topic"] or None,
        page=known["page"] or None,
        market=known["market"] or None,
        source=known["source"],
    )


def _positions(rows: Iterable[KeywordRow], target: Target) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for row in rows:
        if row.position is None or not row.url or not (domain := domain_of(row.url)):
            continue
        yield {
            "account_id": target.account_id,
            "site_id": target.site_id,
            "import_id": target.import_id,
            "market": row.market or "",
            "text": row.text,
            "normalized_text": row.normalised,
            "domain": domain,
            "is_own": domain == target.own_domain,
            "url": row.url,
            "position": row.position,
            "traffic": row.traffic,
            "clicks": row.clicks,
            "volume": row.volume,
            "volume_kind": row.volume_kind,
            "difficulty": row.difficulty,
            "intents": list(row.intents),
            "updated_at": now,
        }
