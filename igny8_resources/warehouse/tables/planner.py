"""From a keyword file to ideas: imports, keywords, clusters and content ideas."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
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
    """One keyword file handed to a site: staged when it was read without a fatal problem, loaded when its rows are in."""

    __tablename__ = "keyword_imports"
    __table_args__ = (UniqueConstraint("site_id", "sha256"),)

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    file_name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    media_key: Mapped[str] = mapped_column(String(512))
    tool: Mapped[str] = mapped_column(String(80), default="")
    market: Mapped[str] = mapped_column(String(20), default="")
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(String(20), default="staged")
    rows_good: Mapped[int] = mapped_column(default=0)
    rows_duplicate: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[Moment]
    loaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Keyword(OfSite, Table):
    """One keyword of one site and market. None means unknown, never zero."""

    __tablename__ = "keywords"
    __table_args__ = (
        UniqueConstraint("site_id", "market", "normalized_text"),
        Index("ix_keywords_site_volume", "site_id", "volume"),
    )

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    import_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("keyword_imports.id"))
    market: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(String(200))
    normalized_text: Mapped[str] = mapped_column(String(200))
    volume: Mapped[int | None]
    volume_kind: Mapped[str] = mapped_column(String(20), default="unknown")
    difficulty: Mapped[float | None]
    intents: Mapped[list[Any]] = mapped_column(Json, default=list)
    cpc: Mapped[Decimal | None] = mapped_column(Amount)
    trend: Mapped[list[Any]] = mapped_column(Json, default=list)
    serp_features: Mapped[list[Any]] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(String(20), default="new")
    source: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class Cluster(OfSite, Table):
    """Keywords that one page can answer; ``stable_id`` outlives re-clustering."""

    __tablename__ = "clusters"
    __table_args__ = (UniqueConstraint("site_id", "stable_id"),)

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    stable_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    head_keyword: Mapped[str] = mapped_column(String(200))
    keyword_count: Mapped[int] = mapped_column(default=0)
    volume: Mapped[int] = mapped_column(default=0)
    difficulty: Mapped[float | None]
    intent_mix: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    opportunity: Mapped[float] = mapped_column(default=0.0)
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[Moment]


class ClusterKeyword(OfSite, Table):
    """Which cluster a keyword is in: exactly one."""

    __tablename__ = "cluster_keywords"
    __table_args__ = (UniqueConstraint("keyword_id"), Index("ix_cluster_keywords_cluster", "cluster_id"))

    id: Mapped[Id]
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    keyword_id: Mapped[int] = mapped_column(BigId, ForeignKey("keywords.id"))


class ContentIdea(OfSite, Table):
    """One page worth writing; ``status`` is planned (not worded yet), new, queued (has a task), or conflict with its reason."""

    __tablename__ = "content_ideas"
    __table_args__ = (UniqueConstraint("site_id", "cluster_id", "target_keyword"),)

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    title: Mapped[str] = mapped_column(String(300))
    angle: Mapped[LongText] = mapped_column(default="")
    content_type: Mapped[str] = mapped_column(String(30))
    content_structure: Mapped[str] = mapped_column(String(30))
    target_keyword: Mapped[str] = mapped_column(String(200))
    secondary_keywords: Mapped[list[Any]] = mapped_column(Json, default=list)
    questions: Mapped[list[Any]] = mapped_column(Json, default=list)
    outline: Mapped[list[Any]] = mapped_column(Json, default=list)
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)
    priority: Mapped[float] = mapped_column(default=0.0)
    idea_source: Mapped[str] = mapped_column(String(30), default="keyword_clustering")
    status: Mapped[str] = mapped_column(String(20), default="new")
    conflict: Mapped[str] = mapped_column(String(500), default="")
    provider: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Moment]
