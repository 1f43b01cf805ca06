"""Webhooks: who wants to hear of which events, and how each telling went."""

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
    OfAccount,
    Table,
    UtcDateTime,
    utc_now,
)


class WebhookSubscription(OfAccount, Table):
    """An address that hears of events; ``secret`` signs them and is kept encrypted. No kinds means every kind."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(String(200), default="")
    secret: Mapped[LongText]
    kinds: Mapped[list[Any]] = mapped_column(Json, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    disabled_because: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class WebhookDelivery(OfAccount, Table):
    """One event for one address.

    ``status``: waiting (also between attempts), sending (held by ``owner`` until ``lease_until``), delivered, dead.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        Index("ix_webhook_deliveries_due", "status", "next_attempt_at"),
        Index("ix_webhook_deliveries_account", "account_id", "id"),
    )

    id: Mapped[Id]
    subscription_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("webhook_subscriptions.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"))
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[Moment]
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_status: Mapped[int | None]
    error: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
