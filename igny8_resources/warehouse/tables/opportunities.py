"""Where domains rank, and the opportunities that this shows."""

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


class KeywordPosition(OfSite, Table):
    """Where one domain ranks for one query in one market: its best URL of the newest file that named it.

    ``is_own`` says that the domain is the site's. A competitor's row needs no keyword of the site: that is the gap.
    """

    __tablename__ = "keyword_positions"
    __table_args__ = (
        UniqueConstraint("site_id", "market", "normalized_text", "domain"),
        Index("ix_keyword_positions_site_own", "site_id", "is_own"),
    )

    id: Mapped[Id]
    import_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("keyword_imports.id"))
    market: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(String(200))
    normalized_text: Mapped[str] = mapped_column(String(200))
    domain: Mapped[str] = mapped_column(String(253))
    is_own: Mapped[bool] = mapped_column(default=False)
    url: Mapped[str] = mapped_column(String(2000), default="")
    position: Mapped[float | None]
    traffic: Mapped[float | None]
    clicks: Mapped[int | None]
    volume: Mapped[int | None] = mapped_column(BigId)
    volume_kind: Mapped[str] = mapped_column(String(20), default="unknown")
    difficulty: Mapped[float | None]
    intents: Mapped[list[Any]] = mapped_column(Json, default=list)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class Opportunity(OfSite, Table):
    """One thing worth doing and why: its ``kind`` is gap, quick_win, cannibalisation, decay or orphan.

    ``subject`` is the query, page or cluster that it is about, unique within a kind; ``score`` is 0 to 100 and
    ``terms`` are what it was made of. ``status``: open, accepted, dismissed; a decision of a person is kept.
    """

    __tablename__ = "opportunities"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "subject"),
        Index("ix_opportunities_site_status", "site_id", "status"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(500))
    reason: Mapped[LongText]
    advice: Mapped[LongText] = mapped_column(default="")
    score: Mapped[float] = mapped_column(default=0.0)
    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(String(20), default="open")
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
