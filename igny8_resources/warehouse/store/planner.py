"""Keywords, clusters, ideas and tasks: looked up and saved."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword, KeywordImport
from igny8_resources.warehouse.tables.writer import Task
from igny8_resources.warehouse.upsert import upsert

# Below SQLite's limit of bound values in one statement.
LOOKUP_SLICE = 10_000

KEYWORD_COLUMNS = (
    "sector_id",
    "import_id",
    "text",
    "volume",
    "volume_kind",
    "difficulty",
    "intents",
    "cpc",
    "trend",
    "serp_features",
    "source",
    "updated_at",
)


def staged_imports(session: Session, site_id: int) -> Sequence[KeywordImport]:
    """Files that wait to be loaded, oldest first."""
    return session.scalars(
        select(KeywordImport)
        .where(KeywordImport.site_id == site_id, KeywordImport.status == "staged")
        .order_by(KeywordImport.id)
    ).all()


def known_keywords(session: Session, site_id: int, normalized: Sequence[str]) -> dict[tuple[str, str], Keyword]:
    """Keywords that the site has already, by market and normalised text."""
    known: dict[tuple[str, str], Keyword] = {}
    for start in range(0, len(normalized), LOOKUP_SLICE):
        found = session.scalars(
            select(Keyword).where(
                Keyword.site_id == site_id, Keyword.normalized_text.in_(normalized[start : start + LOOKUP_SLICE])
            )
        )
        known |= {(row.market, row.normalized_text): row for row in found}
    return known


def save_keywords(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert keywords or bring known ones up to date."""
    upsert(session, Keyword, rows, key=("site_id", "market", "normalized_text"), update=KEYWORD_COLUMNS)


def keywords_of(session: Session, site_id: int) -> Sequence[Keyword]:
    """All keywords of a site in an order that does not depend on the database's collation."""
    keywords = session.scalars(select(Keyword).where(Keyword.site_id == site_id))
    return sorted(keywords, key=lambda keyword: (keyword.normalized_text, keyword.market))


def keyword_count(session: Session, site_id: int) -> int:
    """How many keywords a site has."""
    return session.scalar(select(func.count()).select_from(Keyword).where(Keyword.site_id == site_id)) or 0


def most_searched(session: Session, site_id: int, limit: int = 20) -> Sequence[Keyword]:
    """A site's keywords with the largest known volume."""
    return session.scalars(
        select(Keyword)
        .where(Keyword.site_id == site_id, Keyword.volume.is_not(None))
        .order_by(Keyword.volume.desc(), Keyword.normalized_text)
        .limit(limit)
    ).all()


def cluster_ids_by_keyword(session: Session, site_id: int) -> dict[str, str]:
    """The stable cluster id of each normalised keyword, as the last clustering left it."""
    rows = session.execute(
        select(Keyword.normalized_text, Cluster.stable_id)
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .join(Cluster, Cluster.id == ClusterKeyword.cluster_id)
        .where(Keyword.site_id == site_id)
    ).tuples()
    return dict(rows.all())


def save_clusters(
    session: Session, account_id: int, site_id: int, clusters: Sequence[dict[str, Any]], members: dict[str, list[int]]
) -> None:
    """Replace a site's clustering: rows keep their identity by stable id, each keyword moves to its one cluster.

    ``members`` maps stable ids to keyword ids. A cluster that is gone is retired, for its articles still refer to it.
    """
    known = {row.stable_id: row for row in session.scalars(select(Cluster).where(Cluster.site_id == site_id))}
    for values in clusters:
        row = known.pop(values["stable_id"], None)
        if row is None:
            row = Cluster(account_id=account_id, site_id=site_id)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.status = "active"
    for gone in known.values():
        gone.status, gone.keyword_count = "retired", 0
    session.flush()
    ids = dict(session.execute(select(Cluster.stable_id, Cluster.id).where(Cluster.site_id == site_id)).tuples().all())
    upsert(
        session,
        ClusterKeyword,
        [
            {"account_id": account_id, "site_id": site_id, "cluster_id": ids[stable], "keyword_id": keyword_id}
            for stable, keyword_ids in members.items()
            for keyword_id in keyword_ids
        ],
        key=("keyword_id",),
        update=("cluster_id",),
    )


def active_clusters(session: Session, site_id: int) -> Sequence[Cluster]:
    """A site's clusters, the greatest opportunity first."""
    return session.scalars(
        select(Cluster)
        .where(Cluster.site_id == site_id, Cluster.status == "active")
        .order_by(Cluster.opportunity.desc(), Cluster.stable_id)
    ).all()


def members_of(session: Session, site_id: int) -> dict[int, list[Keyword]]:
    """Keywords by cluster id, the most searched first."""
    rows = session.execute(
        select(ClusterKeyword.cluster_id, Keyword)
        .join(Keyword, Keyword.id == ClusterKeyword.keyword_id)
        .where(Keyword.site_id == site_id)
    ).tuples()
    members: dict[int, list[Keyword]] = {}
    for cluster_id, keyword in rows:
        members.setdefault(cluster_id, []).append(keyword)
    for keywords in members.values():
        keywords.sort(key=lambda row: (-(row.volume or 0), row.normalized_text))
    return members


def ideas_of(session: Session, site_id: int) -> Sequence[ContentIdea]:
    """A site's ideas, the most promising first."""
    return session.scalars(
        select(ContentIdea).where(ContentIdea.site_id == site_id).order_by(ContentIdea.priority.desc(), ContentIdea.id)
    ).all()


def tasks_of_request(session: Session, request_id: str) -> Sequence[Task]:
    """The tasks that a request brought about."""
    return session.scalars(select(Task).where(Task.request_id == request_id).order_by(Task.id)).all()
