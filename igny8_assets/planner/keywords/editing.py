"""Keywords as people enter them, change them, set them aside and delete them.

Belongs here: a few keywords at a time. Does not belong here: files (``importing``), and which cluster a keyword is in
(``clusters.editing``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.editing import measure_clusters
from igny8_assets.planner.keywords.columns import MAX_MARKET_CHARACTERS, keyword_trouble
from igny8_assets.planner.keywords.markets import market_code
from igny8_assets.planner.keywords.sector_choice import SectorChooser
from igny8_assets.planner.keywords.sectors import Sector as SectorSeeds
from igny8_resources.contracts.vocabulary import PLANNED_KEYWORDS
from igny8_resources.events import append_event
from igny8_resources.warehouse.store.keyword_loading import lock_keywords
from igny8_resources.warehouse.store.sites import active_sectors
from igny8_resources.warehouse.tables.planner import ClusterKeyword, Keyword
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.word_stems import display_text, normalise

BY_HAND = "by_hand"


class KeywordsRefused(ValueError):
    """Keywords cannot be saved as asked; ``errors`` are messages by place, such as ``keywords.0.text``."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{place}: {', '.join(said)}" for place, said in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class EnteredKeyword:
    """A keyword as a person states it; None means unknown."""

    text: str
    market: str = ""
    sector_id: int | None = None
    volume: int | None = None
    difficulty: float | None = None
    intents: tuple[str, ...] = ()
    cpc: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Entered:
    """The keywords that are the site's now, and those of the texts that it had before."""

    added: list[Keyword]
    known: list[Keyword]


def enter_keywords(session: Session, site: Site, entered: Sequence[EnteredKeyword], *, by: str) -> Entered:
    """Add keywords to a site, all or none; one that the site has already stays as it is.

    Raises:
        KeywordsRefused: a text is no keyword, a market is not known, or a sector is not one of the site's.
    """
    sectors = {
        SectorSeeds(sector.name, tuple(sector.seed_terms)): sector.id for sector in active_sectors(session, site.id)
    }
    rows = _read(site, entered, SectorChooser(sectors), frozenset(sectors.values()))
    lock_keywords(session, site.id)
    known = {
        (keyword.market, keyword.normalized_text): keyword
        for keyword in session.scalars(
            select(Keyword).where(
                Keyword.site_id == site.id, tuple_(Keyword.market, Keyword.normalized_text).in_(list(rows))
            )
        )
    }
    added = [row for key, row in rows.items() if key not in known]
    session.add_all(added)
    session.flush()
    if added:
        append_event(
            session,
            "keywords.loaded",
            BY_HAND,
            account_id=site.account_id,
            site_id=site.id,
            payload={"keywords": len(rows), "new": len(added)},
            actor=by,
        )
    return Entered(added, list(known.values()))


def _read(
    site: Site, entered: Sequence[EnteredKeyword], chooser: SectorChooser, sector_ids: frozenset[int]
) -> dict[tuple[str, str], Keyword]:
    rows: dict[tuple[str, str], Keyword] = {}
    errors: dict[str, list[str]] = {}
    for number, each in enumerate(entered):
        text, normal = display_text(each.text), normalise(each.text)
        market = market_code(each.market)
        if expected := keyword_trouble(text, normal):
            errors[f"keywords.{number}.text"] = [f"expected {expected}"]
        if len(market) > MAX_MARKET_CHARACTERS:
            errors[f"keywords.{number}.market"] = ["expected a country, such as us or United States"]
        if each.sector_id is not None and each.sector_id not in sector_ids:
            errors[f"keywords.{number}.sector_id"] = [f"{site.key} has no such active sector"]
        if (market, normal) in rows:
            errors[f"keywords.{number}.text"] = ["stands in the list twice"]
        rows[market, normal] = Keyword(
            account_id=site.account_id,
            site_id=site.id,
            sector_id=each.sector_id or (chooser.choose(text, normal) if normal else None),
            market=market,
            text=text,
            normalized_text=normal,
            volume=each.volume,
            volume_kind="unknown" if each.volume is None else "exact",
            difficulty=each.difficulty,
            intents=list(dict.fromkeys(each.intents)),
            cpc=each.cpc,
            currency=each.currency.upper(),
            source=BY_HAND,
        )
    if errors:
        raise KeywordsRefused(errors)
    return rows


def change_keyword(session: Session, site: Site, keyword: Keyword, values: Mapping[str, Any], *, by: str) -> None:
    """Change what is known of a keyword, or whether it is planned with; its cluster is measured anew.

    Args:
        session: An open write transaction.
        site: The keyword's site.
        keyword: The row, locked.
        values: Columns to set; a volume that a person states is exact.
        by: Who decided.

    Raises:
        KeywordsRefused: the sector is not one of the site's.
    """
    sector_id = values.get("sector_id")
    if sector_id is not None and sector_id not in {sector.id for sector in active_sectors(session, site.id)}:
        raise KeywordsRefused({"sector_id": [f"{site.key} has no such active sector"]})
    for name, value in values.items():
        setattr(keyword, name, value)
    if "volume" in values:
        keyword.volume_kind = "unknown" if keyword.volume is None else "exact"
    session.flush()
    if keyword.status in PLANNED_KEYWORDS:
        measure_clusters(
            session, session.scalars(select(ClusterKeyword.cluster_id).where(ClusterKeyword.keyword_id == keyword.id))
        )
    else:
        _unlink(session, [keyword.id])
    _tell(session, site, "keywords.changed", by, {"keywords": 1, "changed": sorted(values)})


def set_status(session: Session, site: Site, keywords: Sequence[Keyword], status: str, *, by: str) -> int:
    """Set keywords of a site to one status; those that are not planned with any more leave their clusters.

    Returns:
        How many had another status before.
    """
    changing = [keyword for keyword in keywords if keyword.status != status]
    for keyword in changing:
        keyword.status = status
    session.flush()
    if status not in PLANNED_KEYWORDS:
        _unlink(session, [keyword.id for keyword in changing])
    if changing:
        _tell(session, site, "keywords.changed", by, {"keywords": len(changing), "status": status})
    return len(changing)


def delete_keywords(session: Session, site: Site, keywords: Sequence[Keyword], *, by: str) -> None:
    """Delete keywords of a site; their clusters are measured anew, and one that is left empty is retired."""
    ids = [keyword.id for keyword in keywords]
    _unlink(session, ids)
    session.execute(delete(Keyword).where(Keyword.site_id == site.id, Keyword.id.in_(ids)))
    _tell(session, site, "keywords.deleted", by, {"keywords": len(ids)})


def _unlink(session: Session, keyword_ids: Sequence[int]) -> None:
    links = session.scalars(select(ClusterKeyword).where(ClusterKeyword.keyword_id.in_(keyword_ids))).all()
    for link in links:
        session.delete(link)
    session.flush()
    measure_clusters(session, {link.cluster_id for link in links})


def _tell(session: Session, site: Site, kind: str, by: str, facts: dict[str, Any]) -> None:
    append_event(session, kind, site.key, account_id=site.account_id, site_id=site.id, payload=facts, actor=by)
