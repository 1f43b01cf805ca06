"""From a keyword file to ideas: imports, keywords, clusters under their pillars, and content ideas."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    Amount,
    BigId,
    Id,
    Json,
    LongText,
    Moment,
    OfSite,
    Table,
    UtcDateTime,
    utc_now,
)


class KeywordImport(OfSite, Table):
    """One keyword file handed to a site: staged when it was read without a fatal problem, loaded when its rows are in.

    ``purpose``: *keywords* makes every row a keyword of the site; *competitor* keeps only where the other domain ranks.
    ``origin`` is the door it came by: cli, api, inbox or seed_library.
    """

    __tablename__ = "keyword_imports"
    __table_args__ = (UniqueConstraint("site_id", "sha256"),)

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    media_key: Mapped[str] = mapped_column(String(512))
    tool: Mapped[str] = mapped_column(String(80), default="")
    market: Mapped[str] = mapped_column(String(20), default="")
    purpose: Mapped[str] = mapped_column(String(20), default="keywords")
    origin: Mapped[str] = mapped_column(String(20), default="cli")
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(String(20), default="staged")
    rows_good: Mapped[int] = mapped_column(default=0)
    rows_duplicate: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[Moment]
    loaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Keyword(OfSite, Table):
    """One keyword of one site and market. None means unknown, never zero.

    ``serp_urls`` are the top results as far as a file named them, best first; ``topic`` and ``page`` a grouping that a
    file brought along; ``competition`` is that of advertisers, 0 to 1. ``import_id`` is the file that said so last.

    Each reference is looked up for every row of a million that a file may bring, and costs as much as storing it does: one
    reference says that the site is there and the account is the site's, and imports are never deleted.
    """

    __tablename__ = "keywords"
    __table_args__ = (
        UniqueConstraint("site_id", "market", "normalized_text"),
        # As lists show them unless asked otherwise: the largest first, unknown ones last. SQLite has that order by itself.
        Index("ix_keywords_site_volume", "site_id", "volume", info={"only": "sqlite"}).ddl_if(dialect="sqlite"),
        Index(
            "ix_keywords_site_volume_desc",
            "site_id",
            text("volume DESC NULLS LAST"),
            "id",
            info={"only": "postgresql"},
        ).ddl_if(dialect="postgresql"),
        ForeignKeyConstraint(["site_id", "account_id"], ["sites.id", "sites.account_id"]),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, index=True)
    site_id: Mapped[int] = mapped_column(BigId)
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    import_id: Mapped[int | None] = mapped_column(BigId)
    market: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(String(200))
    normalized_text: Mapped[str] = mapped_column(String(200))
    volume: Mapped[int | None] = mapped_column(BigId)
    volume_kind: Mapped[str] = mapped_column(String(20), default="unknown")
    difficulty: Mapped[float | None]
    intents: Mapped[list[Any]] = mapped_column(Json, default=list)
    cpc: Mapped[Decimal | None] = mapped_column(Amount)
    currency: Mapped[str] = mapped_column(String(3), default="")
    competition: Mapped[float | None]
    trend: Mapped[list[Any]] = mapped_column(Json, default=list)
    serp_features: Mapped[list[Any]] = mapped_column(Json, default=list)
    serp_urls: Mapped[list[Any]] = mapped_column(Json, default=list)
    topic: Mapped[str] = mapped_column(String(200), default="")
    page: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default="new")
    source: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class Pillar(OfSite, Table):
    """A subject that several clusters share, in the words of its largest; ``renamed`` keeps a name that a person gave."""

    __tablename__ = "pillars"
    __table_args__ = (UniqueConstraint("site_id", "stable_id"),)

    id: Mapped[Id]
    stable_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    head_keyword: Mapped[str] = mapped_column(String(200))
    cluster_count: Mapped[int] = mapped_column(default=0)
    keyword_count: Mapped[int] = mapped_column(default=0)
    volume: Mapped[int] = mapped_column(BigId, default=0)
    difficulty: Mapped[float | None]
    opportunity: Mapped[float] = mapped_column(default=0.0)
    renamed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[Moment]


class Cluster(OfSite, Table):
    """Keywords that one page can answer; ``stable_id`` outlives re-clustering.

    ``opportunity_terms`` are the terms of the score by name; ``locked`` and ``renamed`` are decisions of a person that
    re-clustering keeps: a locked cluster neither gains nor loses keywords.
    """

    __tablename__ = "clusters"
    __table_args__ = (
        UniqueConstraint("site_id", "stable_id"),
        Index("ix_clusters_site_opportunity", "site_id", "opportunity"),
    )

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    pillar_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("pillars.id"))
    market: Mapped[str] = mapped_column(String(20), default="")
    stable_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    head_keyword: Mapped[str] = mapped_column(String(200))
    keyword_count: Mapped[int] = mapped_column(default=0)
    volume: Mapped[int] = mapped_column(BigId, default=0)
    difficulty: Mapped[float | None]
    intent_mix: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    cohesion: Mapped[float] = mapped_column(default=0.0)
    opportunity: Mapped[float] = mapped_column(default=0.0)
    opportunity_terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    locked: Mapped[bool] = mapped_column(default=False)
    renamed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[Moment]


class ClusterKeyword(OfSite, Table):
    """Which cluster a keyword is in: exactly one. ``pinned`` says that a person put it there, and there it stays."""

    __tablename__ = "cluster_keywords"
    __table_args__ = (UniqueConstraint("keyword_id"), Index("ix_cluster_keywords_cluster", "cluster_id"))

    id: Mapped[Id]
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    keyword_id: Mapped[int] = mapped_column(BigId, ForeignKey("keywords.id"))
    centrality: Mapped[float] = mapped_column(default=1.0)
    pinned: Mapped[bool] = mapped_column(default=False)


class ClusterLink(OfSite, Table):
    """Two clusters whose searchers see 2 or 3 of the same results: pages of their own that should link to each other."""

    __tablename__ = "cluster_links"
    __table_args__ = (UniqueConstraint("cluster_id", "other_id"), Index("ix_cluster_links_site", "site_id"))

    id: Mapped[Id]
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    shared_urls: Mapped[int]


class ClusteringRun(OfSite, Table):
    """One clustering of a site: with what it was made, and what it changed.

    ``changes`` holds the ids kept, created and retired, and the merges, splits and moves.
    """

    __tablename__ = "clustering_runs"
    __table_args__ = (Index("ix_clustering_runs_site", "site_id", "id"),)

    id: Mapped[Id]
    keywords: Mapped[int]
    clusters: Mapped[int]
    singletons: Mapped[int]
    embeddings: Mapped[str] = mapped_column(String(160))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[Moment]


class PlannerSettings(OfSite, Table):
    """How a site's keywords are clustered; a site without a row takes the defaults, and so does a column that is None."""

    __tablename__ = "planner_settings"
    __table_args__ = (UniqueConstraint("site_id"),)

    id: Mapped[Id]
    resolution: Mapped[float | None]
    similarity_floor: Mapped[float | None]
    mix_intents: Mapped[bool] = mapped_column(default=False)
    mix_markets: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class ContentIdea(OfSite, Table):
    """One page worth writing.

    ``status``: planned (not worded yet), new, queued (has a task), conflict (another idea has it, ``conflict`` says
    which), refresh (a page of the site should be made better instead: ``refresh_ref`` names it, ``conflict`` says why),
    rejected (a person turned it down).
    ``link_targets`` are the pages and ideas that it should link to, each with ``ref``, ``title`` and ``why``.
    """

    __tablename__ = "content_ideas"
    __table_args__ = (
        UniqueConstraint("site_id", "cluster_id", "target_keyword"),
        Index("ix_content_ideas_site_priority", "site_id", "priority"),
    )

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    taxonomy_term_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("taxonomy_terms.id"))
    title: Mapped[str] = mapped_column(String(300))
    angle: Mapped[LongText] = mapped_column(default="")
    content_type: Mapped[str] = mapped_column(String(30))
    content_structure: Mapped[str] = mapped_column(String(30))
    target_keyword: Mapped[str] = mapped_column(String(200))
    secondary_keywords: Mapped[list[Any]] = mapped_column(Json, default=list)
    questions: Mapped[list[Any]] = mapped_column(Json, default=list)
    outline: Mapped[list[Any]] = mapped_column(Json, default=list)
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)
    link_targets: Mapped[list[Any]] = mapped_column(Json, default=list)
    priority: Mapped[float] = mapped_column(default=0.0)
    idea_source: Mapped[str] = mapped_column(String(30), default="keyword_clustering")
    status: Mapped[str] = mapped_column(String(20), default="new")
    conflict: Mapped[str] = mapped_column(String(500), default="")
    refresh_ref: Mapped[str] = mapped_column(String(500), default="")
    provider: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Moment]
