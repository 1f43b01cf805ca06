"""Clusters and their pillars: looked up, saved as a clustering leaves them, and the decisions of people on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.planner import (
    Cluster,
    ClusteringRun,
    ClusterKeyword,
    ClusterLink,
    Keyword,
    Pillar,
    PlannerSettings,
)
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.upsert import upsert

# A keyword's identity within a site: its market and its normalised text.
KeywordKey = tuple[str, str]


@dataclass(frozen=True)
class KnownClustering:
    """What the last clustering and people since then decided: cluster ids by keyword, and what must stay as it is."""

    cluster_of: dict[KeywordKey, str]
    pinned: dict[KeywordKey, str]
    locked: frozenset[str]
    pillar_of: dict[str, str]
    retired: frozenset[str]


@dataclass(frozen=True)
class ClusterRow:
    """A cluster to save. ``keywords`` are (keyword id, centrality) pairs; ``pillar`` is a pillar's stable id."""

    values: Mapping[str, Any]
    pillar: str | None
    keywords: Sequence[tuple[int, float]]


@dataclass(frozen=True)
class ClusteringRows:
    """A whole clustering to save: pillars by stable id, clusters, and pairs of clusters with their shared results."""

    pillars: Sequence[Mapping[str, Any]]
    clusters: Sequence[ClusterRow]
    links: Sequence[tuple[str, str, int]]
    run: Mapping[str, Any] = field(default_factory=dict)


def settings_of(session: Session, site: Site) -> PlannerSettings:
    """How the site wants its keywords clustered; a site that said nothing gets the defaults."""
    found = session.scalar(select(PlannerSettings).where(PlannerSettings.site_id == site.id))
    return found or PlannerSettings(
        account_id=site.account_id,
        site_id=site.id,
        resolution=None,
        similarity_floor=None,
        mix_intents=False,
        mix_markets=False,
    )


def known_clustering(session: Session, site_id: int) -> KnownClustering:
    """Everything that the next clustering has to respect."""
    members = session.execute(
        select(Keyword.market, Keyword.normalized_text, Cluster.stable_id, ClusterKeyword.pinned)
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .join(Cluster, Cluster.id == ClusterKeyword.cluster_id)
        .where(Keyword.site_id == site_id)
    ).tuples()
    cluster_of: dict[KeywordKey, str] = {}
    pinned: dict[KeywordKey, str] = {}
    for market, text, stable_id, is_pinned in members:
        cluster_of[market, text] = stable_id
        if is_pinned:
            pinned[market, text] = stable_id
    clusters = session.execute(
        select(Cluster.stable_id, Cluster.status, Cluster.locked, Pillar.stable_id)
        .outerjoin(Pillar, Pillar.id == Cluster.pillar_id)
        .where(Cluster.site_id == site_id)
    ).tuples()
    listed = clusters.all()
    return KnownClustering(
        cluster_of,
        pinned,
        frozenset(key for key, status, locked, _ in listed if locked and status == "active"),
        {key: pillar for key, status, _, pillar in listed if pillar is not None and status == "active"},
        frozenset(key for key, status, _, _ in listed if status != "active"),
    )


def cluster_names(session: Session, site_id: int) -> dict[str, str]:
    """The names of a site's clusters by stable id, retired ones included."""
    rows = session.execute(select(Cluster.stable_id, Cluster.name).where(Cluster.site_id == site_id)).tuples()
    return dict(rows.all())


def save_clustering(session: Session, site: Site, made: ClusteringRows) -> None:
    """Replace a site's clustering: rows keep their identity by stable id, each keyword moves to its one cluster.

    A cluster or pillar that is gone is retired, for its articles still refer to it. Names that a person gave stay.
    """
    pillar_ids = _save_pillars(session, site, made.pillars)
    known = {row.stable_id: row for row in session.scalars(select(Cluster).where(Cluster.site_id == site.id))}
    for cluster in made.clusters:
        row = known.pop(cluster.values["stable_id"], None)
        if row is None:
            row = Cluster(account_id=site.account_id, site_id=site.id, renamed=False)
            session.add(row)
        for name, value in cluster.values.items():
            if name != "name" or not row.renamed:
                setattr(row, name, value)
        row.pillar_id = pillar_ids.get(cluster.pillar or "")
        row.status = "active"
    for gone in known.values():
        gone.status, gone.keyword_count, gone.pillar_id = "retired", 0, None
    session.flush()
    ids = dict(session.execute(select(Cluster.stable_id, Cluster.id).where(Cluster.site_id == site.id)).tuples().all())
    upsert(
        session,
        ClusterKeyword,
        [
            {
                "account_id": site.account_id,
                "site_id": site.id,
                "cluster_id": ids[cluster.values["stable_id"]],
                "keyword_id": keyword_id,
                "centrality": centrality,
            }
            for cluster in made.clusters
            for keyword_id, centrality in cluster.keywords
        ],
        key=("keyword_id",),
        update=("cluster_id", "centrality"),
    )
    session.execute(delete(ClusterLink).where(ClusterLink.site_id == site.id))
    session.add_all(
        ClusterLink(
            account_id=site.account_id, site_id=site.id, cluster_id=ids[one], other_id=ids[other], shared_urls=shared
        )
        for one, other, shared in made.links
    )
    if _tells_something(latest_run(session, site.id), made.run):
        session.add(ClusteringRun(account_id=site.account_id, site_id=site.id, **made.run))


def _tells_something(before: ClusteringRun | None, run: Mapping[str, Any]) -> bool:
    """Whether a clustering differs from the one before it; repeating one leaves its report as it is."""
    changes = run.get("changes", {})
    if before is None or any(changes.get(name) for name in ("created", "retired", "merges", "splits", "moves")):
        return True
    return any(getattr(before, name) != value for name, value in run.items() if name != "changes")


def _save_pillars(session: Session, site: Site, pillars: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    known = {row.stable_id: row for row in session.scalars(select(Pillar).where(Pillar.site_id == site.id))}
    live = []
    for values in pillars:
        row = known.pop(values["stable_id"], None)
        if row is None:
            row = Pillar(account_id=site.account_id, site_id=site.id, renamed=False)
            session.add(row)
        for name, value in values.items():
            if name != "name" or not row.renamed:
                setattr(row, name, value)
        row.status = "active"
        live.append(row)
    for gone in known.values():
        gone.status, gone.cluster_count, gone.keyword_count = "retired", 0, 0
    session.flush()
    return {row.stable_id: row.id for row in live}


def active_clusters(session: Session, site_id: int) -> Sequence[Cluster]:
    """A site's clusters, the greatest opportunity first."""
    return session.scalars(
        select(Cluster)
        .where(Cluster.site_id == site_id, Cluster.status == "active")
        .order_by(Cluster.opportunity.desc(), Cluster.stable_id)
    ).all()


def pillars_of(session: Session, site_id: int) -> Sequence[Pillar]:
    """A site's pillars, the greatest opportunity first."""
    return session.scalars(
        select(Pillar)
        .where(Pillar.site_id == site_id, Pillar.status == "active")
        .order_by(Pillar.opportunity.desc(), Pillar.stable_id)
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


def latest_run(session: Session, site_id: int) -> ClusteringRun | None:
    """The newest clustering of a site."""
    return session.scalar(
        select(ClusteringRun).where(ClusteringRun.site_id == site_id).order_by(ClusteringRun.id.desc()).limit(1)
    )
