"""What a video's script said at different times, and the words that it is found by on each platform."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
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


class VideoScriptVersion(OfSite, Table):
    """What a script said at one time, who wrote it and who approved it. Versions are only ever added.

    ``status``: draft (a model's) or edited (a person's) until it is approved, then approved; past when another one followed,
    proposal while it waits beside a person's text, rejected when nobody wanted it. ``findings`` are what the check had to
    say of it; ``article_version`` is the text that it was written from.
    """

    __tablename__ = "video_script_versions"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[Id]
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_projects.id"))
    version: Mapped[int]
    script: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    written_by: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20), default="draft")
    findings: Mapped[list[Any]] = mapped_column(Json, default=list)
    article_version: Mapped[int] = mapped_column(default=0)
    ai_call_id: Mapped[int | None] = mapped_column(BigId)
    approved_by: Mapped[str] = mapped_column(String(120), default="")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]


class VideoListing(OfSite, Table):
    """How one video is listed on one platform: title, description, tags, hashtags and chapters, as they will be sent.

    ``description`` is without hashtags, chapters and link; code puts them together. ``chapters`` are ``{seconds, title}``.
    ``version`` counts changes; ``written_by`` says who made the last one, and what a person wrote is kept.
    """

    __tablename__ = "video_listings"
    __table_args__ = (UniqueConstraint("project_id", "platform"),)

    id: Mapped[Id]
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("video_projects.id"))
    platform: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[LongText] = mapped_column(default="")
    tags: Mapped[list[Any]] = mapped_column(Json, default=list)
    hashtags: Mapped[list[Any]] = mapped_column(Json, default=list)
    chapters: Mapped[list[Any]] = mapped_column(Json, default=list)
    link: Mapped[str] = mapped_column(String(700), default="")
    findings: Mapped[list[Any]] = mapped_column(Json, default=list)
    written_by: Mapped[str] = mapped_column(String(120))
    ai_call_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
