"""Where videos were published, and how they are watched there."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
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


class VideoPublication(OfSite, Table):
    """One video on one platform; the effect says what happened, this row what is to be and what came of it.

    ``status``: waiting (also until ``not_before``), uploading, processing (the platform works on it), published, failed.
    """

    __tablename__ = "video_publications"
    __table_args__ = (
        UniqueConstraint("project_id", "platform"),
        Index("ix_video_publications_site_status", "site_id", "status"),
        Index("ix_video_publications_due", "status", "not_before"),
    )

    id: Mapped[Id]
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_projects.id"))
    platform: Mapped[str] = mapped_column(String(20))
    connection_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("platform_connections.id"))
    request_id: Mapped[str | None] = mapped_column(String(40), index=True)
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    privacy: Mapped[str] = mapped_column(String(40))
    flags: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    title: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[LongText] = mapped_column(default="")
    tags: Mapped[list[Any]] = mapped_column(Json, default=list)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    effect_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("effects.id"))
    external_id: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[LongText] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class VideoMetrics(OfSite, Table):
    """What a platform said about one published video at one time; counts are totals since it was published.

    ``period`` is the beginning of the half day that was measured, so that measuring twice leaves one row.
    """

    __tablename__ = "video_metrics"
    __table_args__ = (
        UniqueConstraint("publication_id", "period"),
        Index("ix_video_metrics_site_period", "site_id", "period"),
    )

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_publications.id"))
    period: Mapped[datetime] = mapped_column(UtcDateTime)
    measured_at: Mapped[Moment]
    views: Mapped[int | None] = mapped_column(BigId)
    likes: Mapped[int | None] = mapped_column(BigId)
    comments: Mapped[int | None] = mapped_column(BigId)
    shares: Mapped[int | None] = mapped_column(BigId)
    saves: Mapped[int | None] = mapped_column(BigId)
    reach: Mapped[int | None] = mapped_column(BigId)
    watch_seconds: Mapped[float | None]
    average_view_seconds: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
