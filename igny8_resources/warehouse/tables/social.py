"""Social posts drafted from published articles."""

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


class SocialPost(OfSite, Table):
    """One post for one platform; ``characters`` is its length as the platform counts it."""

    __tablename__ = "social_posts"
    __table_args__ = (
        UniqueConstraint("content_id", "platform"),
        Index("ix_social_posts_site_status", "site_id", "status"),
    )

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    platform: Mapped[str] = mapped_column(String(20))
    post_type: Mapped[str] = mapped_column(String(30))
    text_content: Mapped[LongText]
    hashtags: Mapped[list[Any]] = mapped_column(Json, default=list)
    call_to_action: Mapped[str] = mapped_column(String(255), default="")
    thread: Mapped[list[Any]] = mapped_column(Json, default=list)
    link_url: Mapped[str] = mapped_column(String(500), default="")
    image_key: Mapped[str] = mapped_column(String(512), default="")
    characters: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(20), default="draft")
    scheduled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider: Mapped[str] = mapped_column(String(40), default="")
    ai_call_id: Mapped[int | None] = mapped_column(BigId)
    credits_used: Mapped[Credits]
    created_at: Mapped[Moment]
