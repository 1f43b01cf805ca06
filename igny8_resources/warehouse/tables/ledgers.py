"""The five ledgers: events, requests, AI calls, credits and effects."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    Amount,
    BigId,
    Credits,
    Id,
    Json,
    LongText,
    Moment,
    OfAccount,
    Table,
    Usd,
    UtcDateTime,
    utc_now,
)


class Event(OfAccount, Table):
    """One state change, written in the transaction that made it.

    ``txid`` is PostgreSQL's transaction id (0 on SQLite, where one writer at a time makes ids commit in order): readers
    take only rows whose transaction is older than every open one, so that a late commit is never skipped.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_order", "txid", "id"), Index("ix_events_account", "account_id", "id"))

    id: Mapped[Id]
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    actor: Mapped[str] = mapped_column(String(120), default="system")
    created_at: Mapped[Moment]


class EventCursor(Table):
    """How far one reader outside Dagster has read the events."""

    __tablename__ = "event_cursors"

    reader: Mapped[str] = mapped_column(String(80), primary_key=True)
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    event_id: Mapped[int] = mapped_column(BigId, default=0)


class Request(OfAccount, Table):
    """Work that somebody asked for; ``id`` is the ``task_id`` that the API hands out.

    ``status``: queued, launched, running, done, failed, cancelled. ``done`` of ``total`` pieces of the present phase are
    finished, where the work counts them.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("account_id", "idempotency_key"),
        Index("ix_requests_status", "status", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    idempotency_key: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20), default="queued")
    phase: Mapped[str] = mapped_column(String(20), default="INIT")
    message: Mapped[LongText] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RequestItem(OfAccount, Table):
    """One piece of a request: a job for a site, article or video partition, and how far it is."""

    __tablename__ = "request_items"
    __table_args__ = (UniqueConstraint("request_id", "subject", "job"), Index("ix_request_items_subject", "subject"))

    id: Mapped[Id]
    request_id: Mapped[str] = mapped_column(String(40), ForeignKey("requests.id"))
    subject: Mapped[str] = mapped_column(String(120))
    job: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20), default="queued")
    phase: Mapped[str] = mapped_column(String(20), default="INIT")
    message: Mapped[LongText] = mapped_column(default="")
    run_id: Mapped[str] = mapped_column(String(60), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class AiCall(OfAccount, Table):
    """One call to a model and its answer; an identical call is answered from here.

    ``status``: pending (reserved and under way, held by ``owner``), done, failed. ``request_hash`` covers the function,
    provider, model, prompt version, inputs, schema and salt.
    """

    __tablename__ = "ai_calls"
    __table_args__ = (
        UniqueConstraint("account_id", "request_hash"),
        Index("ix_ai_calls_function", "function", "id"),
        Index("ix_ai_calls_subject", "account_id", "subject"),
    )

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    request_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    function: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), default="")
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    prompt_version: Mapped[str] = mapped_column(String(40), default="")
    prompt_digest: Mapped[str] = mapped_column(String(64), default="")
    schema_digest: Mapped[str] = mapped_column(String(64), default="")
    salt: Mapped[str] = mapped_column(String(200), default="")
    operation: Mapped[str] = mapped_column(String(60), default="")
    inputs: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    response: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    media_key: Mapped[str] = mapped_column(String(512), default="")
    status: Mapped[str] = mapped_column(String(20), default="pending")
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    replays: Mapped[int] = mapped_column(default=0)
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    tokens_estimated: Mapped[bool] = mapped_column(default=False)
    cost_usd: Mapped[Usd]
    credits: Mapped[Credits]
    list_credits: Mapped[Credits]
    reserved: Mapped[Credits]
    latency_seconds: Mapped[float | None]
    error: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CreditTransaction(OfAccount, Table):
    """One movement of credits; the sum of ``amount`` up to a row equals its ``balance_after``.

    ``kind``: purchase, subscription, refund, deduction, adjustment. A reservation is a deduction; settling it adds an
    adjustment for the difference, releasing it adds the amount back. ``actor`` is who moved it: system, or a person.
    """

    __tablename__ = "credit_transactions"
    __table_args__ = (
        CheckConstraint("balance_after >= 0", name="no_overdraft"),
        UniqueConstraint("account_id", "reference"),
        Index("ix_credit_transactions_account", "account_id", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Amount)
    balance_after: Mapped[Decimal] = mapped_column(Amount)
    reference: Mapped[str] = mapped_column(String(160))
    description: Mapped[str] = mapped_column(String(300), default="")
    actor: Mapped[str] = mapped_column(String(120), default="system")
    created_at: Mapped[Moment]


class CreditUsage(OfAccount, Table):
    """What one answered call cost: ``credits`` charged, ``list_credits`` what the price list says for a paid provider.

    ``cost_usd`` is what the provider takes for it, from the usage that it reported; None where its price is unknown.
    ``user_id`` is who asked for it, None for automation.
    """

    __tablename__ = "credit_usage"
    __table_args__ = (UniqueConstraint("ai_call_id"), Index("ix_credit_usage_site", "account_id", "site_id", "id"))

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    ai_call_id: Mapped[int] = mapped_column(BigId, ForeignKey("ai_calls.id"))
    operation: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), default="")
    units: Mapped[Decimal] = mapped_column(Amount, default=Decimal(1))
    credits: Mapped[Credits]
    list_credits: Mapped[Credits]
    cost_usd: Mapped[Usd]
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[Moment]


class CreditPrice(Table):
    """The price list: credits per unit of an operation; a row for a named provider outranks the row for ``*``."""

    __tablename__ = "credit_prices"
    __table_args__ = (UniqueConstraint("operation", "provider"),)

    id: Mapped[Id]
    operation: Mapped[str] = mapped_column(String(60))
    provider: Mapped[str] = mapped_column(String(40), default="*")
    unit: Mapped[str] = mapped_column(String(40))
    credits: Mapped[Decimal] = mapped_column(Amount)


class Effect(OfAccount, Table):
    """One irreversible outside act, written before the call.

    ``status``: planned, sent, confirmed, unknown, failed. The unique key makes a second act of the same content on the
    same target impossible.
    """

    __tablename__ = "effects"
    __table_args__ = (UniqueConstraint("target", "subject", "content_hash"), Index("ix_effects_status", "status", "id"))

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    kind: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default="planned")
    owner: Mapped[str] = mapped_column(String(120), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    external_id: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)
