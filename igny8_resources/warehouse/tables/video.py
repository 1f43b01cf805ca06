"""Video projects with their script, assets and renders."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    BigId,
    Credits,
    Id,
    Json,
    LongText,
    Moment,
    OfSite,
    Table,
    UtcDateTime,
)


class VideoProject(OfSite, Table):
    """One video made from one article; ``partition_key`` is its Dagster partition.

    ``status``: script_draft, script_approved, rendering, rendered, published, failed. ``script`` is that of
    ``script_version``; ``script_status`` is draft, edited or approved, empty while there is none. ``voice``
    (``PROVIDER/VOICE``) and ``music`` were chosen for this video; empty is the site's choice. ``voice_provider`` and
    ``voice_id`` are who spoke.
    """

    __tablename__ = "video_projects"
    __table_args__ = (
        UniqueConstraint("content_id", "video_type", "render_preset"),
        Index("ix_video_projects_site_status", "site_id", "status"),
    )

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    request_id: Mapped[str | None] = mapped_column(String(40), index=True)
    partition_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(500), default="")
    video_type: Mapped[str] = mapped_column(String(20))
    render_preset: Mapped[str] = mapped_column(String(30))
    target_platforms: Mapped[list[Any]] = mapped_column(Json, default=list)
    script: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    script_version: Mapped[int] = mapped_column(default=0)
    script_status: Mapped[str] = mapped_column(String(20), default="")
    voice: Mapped[str] = mapped_column(String(160), default="")
    music: Mapped[str] = mapped_column(String(300), default="")
    voice_provider: Mapped[str] = mapped_column(String(40), default="")
    voice_id: Mapped[str] = mapped_column(String(100), default="")
    status: Mapped[str] = mapped_column(String(20), default="script_draft")
    error: Mapped[LongText] = mapped_column(default="")
    provider: Mapped[str] = mapped_column(String(40), default="")
    credits_used: Mapped[Credits]
    created_at: Mapped[Moment]


class VideoAsset(OfSite, Table):
    """One file of a project: the voiceover or the pictures of a section, the contact sheet, a thumbnail (0 wide, 1 tall)."""

    __tablename__ = "video_assets"
    __table_args__ = (UniqueConstraint("project_id", "asset_type", "section_index"),)

    id: Mapped[Id]
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_projects.id"))
    asset_type: Mapped[str] = mapped_column(String(20))
    section_index: Mapped[int]
    media_key: Mapped[str] = mapped_column(String(512))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    duration_seconds: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[Moment]


class VideoRender(OfSite, Table):
    """One rendered file of a project for one preset.

    ``checks`` holds what the review found by the name of the check; ``checks_passed`` is the gate before publication.
    """

    __tablename__ = "video_renders"
    __table_args__ = (UniqueConstraint("project_id", "render_preset"),)

    id: Mapped[Id]
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_projects.id"))
    render_preset: Mapped[str] = mapped_column(String(30))
    media_key: Mapped[str] = mapped_column(String(512))
    subtitle_key: Mapped[str] = mapped_column(String(512), default="")
    captions_key: Mapped[str] = mapped_column(String(512), default="")
    poster_key: Mapped[str] = mapped_column(String(512), default="")
    width: Mapped[int]
    height: Mapped[int]
    duration_seconds: Mapped[float]
    size_bytes: Mapped[int] = mapped_column(BigId)
    loudness_lufs: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    input_digest: Mapped[str] = mapped_column(String(64), default="")
    checks: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    checks_passed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(20), default="complete")
    rendered_at: Mapped[Moment]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
