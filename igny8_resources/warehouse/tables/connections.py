"""Accounts on outside platforms that a site may act for, and what the platforms let one application do in a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
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


class PlatformConnection(OfSite, Table):
    """A site's account on one platform; both tokens are kept encrypted (``vault.py``).

    ``status``: connected, reconnect (the platform takes the tokens no longer; ``error`` says why) or disconnected.
    ``defaults`` is how its videos are published unless somebody says otherwise: privacy and flags.
    ``owner`` refreshes the tokens at this moment, until ``lease_until``.
    """

    __tablename__ = "platform_connections"
    __table_args__ = (UniqueConstraint("site_id", "platform"),)

    id: Mapped[Id]
    platform: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(200), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    scopes: Mapped[list[Any]] = mapped_column(Json, default=list)
    access_token: Mapped[LongText] = mapped_column(default="")
    refresh_token: Mapped[LongText] = mapped_column(default="")
    access_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refresh_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refreshes: Mapped[int] = mapped_column(default=0)
    defaults: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    status: Mapped[str] = mapped_column(String(20), default="connected")
    error: Mapped[LongText] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    connected_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class PlatformQuota(Table):
    """What one application used of one daily allowance of a platform; ``day`` is the platform's own, not UTC's."""

    __tablename__ = "platform_quotas"

    application: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    used: Mapped[int] = mapped_column(default=0)
    refused: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
