"""Opportunities and the positions that show them: looked up, saved, decided on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.opportunities import KeywordPosition, Opportunity
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, Keyword
from igny8_resources.warehouse.tables.publishing import LinkEdge

# A person decided on these; finding the same again changes nothing.
DECIDED = frozenset({"accepted", "dismissed"})


class UnknownOpportunity(LookupError):
    """There is no such opportunity."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no opportunity {number}; `igny8 opportunities list --site SITE` shows them")


def opportunities_of(
    session: Session, site_id: int, *, kind: str | None = None, statuses: Sequence[str] = ("open",)
) -> Sequence[Opportunity]:
    """A site's opportunities, the best first."""
    query = select(Opportunity).where(Opportunity.site_id == site_id, Opportunity.status.in_(statuses))
    if kind is not None:
        query = query.where(Opportunity.kind == kind)
    return session.scalars(query.order_by(Opportunity.score.desc(), Opportunity.kind, Opportunity.id)).all()


def opportunity_by_id(session: Session, site_id: int, number: int) -> Opportunity:
    """One opportunity of a site.

    Raises:
        UnknownOpportunity: the site has none of this number.
    """
    found = session.scalar(select(Opportunity).where(Opportunity.site_id == site_id, Opportunity.id == number))
    if found is None:
        raise UnknownOpportunity(number)
    return found


def save_opportunities(
    session: Session, account_id: int, site_id: int, kinds: Sequence[str], rows: Sequence[dict[str, Any]]
) -> dict[str, int]:
    """Bring a site's opportunities of some kinds up to what was found now.

    What a person accepted or dismissed stays as it is; an open one that is not found any more is closed.

    Returns:
        How many are new, still open, closed now, and decided on earlier.
    """
    known = {
        (row.kind, row.subject): row
        for row in session.scalars(
            select(Opportunity).where(Opportunity.site_id == site_id, Opportunity.kind.in_(kinds))
        )
    }
    counts = {"new": 0, "open": 0, "closed": 0, "decided": 0}
    for values in rows:
        row = known.pop((values["kind"], values["subject"]), None)
        if row is not None and row.status in DECIDED:
            counts["decided"] += 1
            continue
        counts["new" if row is None or row.status == "closed" else "open"] += 1
        if row is None:
            row = Opportunity(account_id=account_id, site_id=site_id)
            session.add(row)
        for name, value in {**values, "status": "open"}.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    for gone in known.values():
        if gone.status == "open":
            gone.status = "closed"
            counts["closed"] += 1
    session.flush()
    return counts


def positions_of(session: Session, site_id: int) -> Sequence[KeywordPosition]:
    """Where the site and its competitors rank, as far as files said so."""
    return session.scalars(
        select(KeywordPosition)
        .where(KeywordPosition.site_id == site_id, KeywordPosition.position.is_not(None))
        .order_by(KeywordPosition.normalized_text, KeywordPosition.market, KeywordPosition.domain)
    ).all()


def clusters_by_query(session: Session, site_id: int) -> dict[str, str]:
    """The name of the cluster that holds each of the site's keywords, by normalised text."""
    rows = session.execute(
        select(Keyword.normalized_text, Cluster.name)
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .join(Cluster, Cluster.id == ClusterKeyword.cluster_id)
        .where(Keyword.site_id == site_id, Cluster.status == "active")
    ).tuples()
    return dict(rows.all())


def linked_paths(session: Session, site_id: int) -> frozenset[str] | None:
    """Paths that another page of the site links to; None where its link graph was never computed."""
    edges = session.execute(
        select(LinkEdge.source_path, LinkEdge.target_path).where(LinkEdge.site_id == site_id)
    ).tuples()
    listed = edges.all()
    return frozenset(target for source, target in listed if source != target) if listed else None


def add_keyword(session: Session, position: KeywordPosition, *, source: str) -> bool:
    """Make a query that a position names a keyword of the site, in the position's market.

    Returns:
        Whether it is new.
    """
    known = session.scalar(
        select(Keyword).where(
            Keyword.site_id == position.site_id,
            Keyword.market == position.market,
            Keyword.normalized_text == position.normalized_text,
        )
    )
    if known is not None:
        return False
    session.add(
        Keyword(
            account_id=position.account_id,
            site_id=position.site_id,
            market=position.market,
            text=position.text,
            normalized_text=position.normalized_text,
            volume=position.volume,
            volume_kind=position.volume_kind,
            difficulty=position.difficulty,
            intents=position.intents,
            source=source,
        )
    )
    return True
