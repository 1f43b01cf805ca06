"""Tasks, articles with their versions, and images."""

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
    utc_now,
)


class Task(OfSite, Table):
    """One article to write; ``partition_key`` is its Dagster partition, minted once and never reused.

    ``status``: queued, draft, review, approved, published, failed, cancelled (a person took it back before there was a
    text). ``error`` says what went wrong and what to do.
    """

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("site_id", "idea_id"), Index("ix_tasks_site_status", "site_id", "status"))

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    idea_id: Mapped[int] = mapped_column(BigId, ForeignKey("content_ideas.id"))
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    request_id: Mapped[str | None] = mapped_column(String(40), index=True)
    partition_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    content_type: Mapped[str] = mapped_column(String(30))
    content_structure: Mapped[str] = mapped_column(String(30))
    primary_keyword: Mapped[str] = mapped_column(String(200))
    secondary_keywords: Mapped[list[Any]] = mapped_column(Json, default=list)
    questions: Mapped[list[Any]] = mapped_column(Json, default=list)
    outline: Mapped[list[Any]] = mapped_column(Json, default=list)
    target_words: Mapped[int] = mapped_column(default=1200)
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("author_profiles.id"))
    status: Mapped[str] = mapped_column(String(20), default="queued")
    error: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]


class TaskSource(OfSite, Table):
    """One document that an article may cite, by its ``key`` (``s1``, ``s2`` …) and no other way.

    ``status``: waiting (named, not read yet), ready, failed (``error`` says why). ``text`` is what was read of it, of
    ``characters`` length and loaded only when it is asked for; ``passages`` are those that the brief carries, chosen for
    what ``chosen_for`` is a digest of.
    """

    __tablename__ = "task_sources"
    __table_args__ = (UniqueConstraint("task_id", "key"),)

    id: Mapped[Id]
    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("tasks.id"))
    key: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(2000), default="")
    media_key: Mapped[str] = mapped_column(String(512), default="")
    text: Mapped[LongText] = mapped_column(default="", deferred=True)
    characters: Mapped[int] = mapped_column(default=0)
    passages: Mapped[list[Any]] = mapped_column(Json, default=list)
    chosen_for: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    error: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]


class Content(OfSite, Table):
    """One article as it stands. ``draft`` holds the typed blocks, ``html`` what they render to with links in place.

    ``checks`` holds the newest verdict of every check by name; ``checks_passed`` is the gate before publication.
    """

    __tablename__ = "content"
    __table_args__ = (
        UniqueConstraint("task_id"),
        UniqueConstraint("site_id", "slug"),
        Index("ix_content_site_status", "site_id", "status"),
    )

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("tasks.id"))
    cluster_id: Mapped[int] = mapped_column(BigId, ForeignKey("clusters.id"))
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("author_profiles.id"))
    title: Mapped[str] = mapped_column(String(300))
    slug: Mapped[str] = mapped_column(String(200))
    meta_title: Mapped[str] = mapped_column(String(300), default="")
    meta_description: Mapped[LongText] = mapped_column(default="")
    content_type: Mapped[str] = mapped_column(String(30))
    content_structure: Mapped[str] = mapped_column(String(30))
    primary_keyword: Mapped[str] = mapped_column(String(200), default="")
    secondary_keywords: Mapped[list[Any]] = mapped_column(Json, default=list)
    draft: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    html: Mapped[LongText] = mapped_column(default="")
    word_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(20), default="draft")
    source: Mapped[str] = mapped_column(String(20), default="igny8")
    sync_status: Mapped[str] = mapped_column(String(20), default="native")
    schema_data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    serp_elements: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    checks: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    checks_passed: Mapped[bool] = mapped_column(default=False)
    provider: Mapped[str] = mapped_column(String(40), default="")
    model: Mapped[str] = mapped_column(String(120), default="")
    ai_call_id: Mapped[int | None] = mapped_column(BigId)
    credits_used: Mapped[Credits]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str] = mapped_column(String(120), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class ContentVersion(OfSite, Table):
    """What an article said at one time and who wrote it: a provider or a person. Versions are only ever added.

    ``status``: standing or past for texts that were the article's, proposal for one that waits beside a person's text,
    rejected for a proposal that nobody wanted.
    """

    __tablename__ = "content_versions"
    __table_args__ = (UniqueConstraint("content_id", "version"),)

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    draft: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    written_by: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20), default="standing")
    ai_call_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[Moment]


class Image(OfSite, Table):
    """One picture of an article: first its prompt (status prompted), then its files (status ready)."""

    __tablename__ = "images"
    __table_args__ = (UniqueConstraint("content_id", "position"),)

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))
    section_index: Mapped[int | None]
    prompt: Mapped[LongText] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(String(200), default="")
    lines: Mapped[list[Any]] = mapped_column(Json, default=list)
    alt_text: Mapped[str] = mapped_column(String(300), default="")
    caption: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(20), default="prompted")
    media_key: Mapped[str] = mapped_column(String(512), default="")
    media_type: Mapped[str] = mapped_column(String(40), default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    variants: Mapped[list[Any]] = mapped_column(Json, default=list)
    provider: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Moment]
