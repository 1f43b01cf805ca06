"""Models and their prices, which function uses which, what is known of each provider, prompts, strategies, batches."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    Amount,
    BigId,
    Id,
    Json,
    LongText,
    Moment,
    OfAccount,
    OfSite,
    Table,
    Usd,
    UtcDateTime,
    utc_now,
)


class AiModel(Table):
    """One row of the model catalogue; an administrator changes it, for every account.

    ``provider`` is a connection's name (``openai``, ``anthropic``, ``self_hosted``, ``runware`` …), ``kind`` one of text,
    image, speech, embedding. ``input_usd`` and ``output_usd`` are US dollars per million tokens, ``unit_usd`` per picture
    or minute; None is unknown, never free. After ``sunset_on`` the model is not used any more.
    """

    __tablename__ = "ai_models"
    __table_args__ = (UniqueConstraint("provider", "kind", "name"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    provider: Mapped[str] = mapped_column(String(40))
    input_usd: Mapped[Usd]
    output_usd: Mapped[Usd]
    unit_usd: Mapped[Usd]
    batch_discount: Mapped[Decimal] = mapped_column(Amount, default=Decimal(0))
    context_tokens: Mapped[int | None]
    sunset_on: Mapped[date | None] = mapped_column(Date)
    successor: Mapped[str] = mapped_column(String(120), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class ModelChoice(OfAccount, Table):
    """Which model answers a function: of one site, or of a whole account where ``site_id`` is None.

    ``function`` is an AI function, or a kind of model for every function of that kind. ``rank`` orders the chain: the
    first model that can answer does.
    """

    __tablename__ = "model_choices"
    __table_args__ = (Index("ix_model_choices_account", "account_id", "site_id", "function"),)

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sites.id"))
    function: Mapped[str] = mapped_column(String(60))
    ai_model_id: Mapped[int] = mapped_column(BigId, ForeignKey("ai_models.id"))
    rank: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class ProviderState(Table):
    """What all processes share about one provider and key: its learnt limits, when it may be asked next, its health.

    ``endpoint`` names provider, server and key (a digest of it). Moments are seconds since 1970 (UTC) as numbers, because
    the limiter calculates with them. ``open_until`` is the circuit breaker: until then nothing is asked.
    """

    __tablename__ = "provider_states"

    endpoint: Mapped[str] = mapped_column(String(160), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    requests_per_minute: Mapped[float | None] = mapped_column(Float(53))
    tokens_per_minute: Mapped[float | None] = mapped_column(Float(53))
    next_request_at: Mapped[float] = mapped_column(Float(53), default=0.0)
    next_token_at: Mapped[float] = mapped_column(Float(53), default=0.0)
    closed_until: Mapped[float] = mapped_column(Float(53), default=0.0)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[float] = mapped_column(Float(53), default=0.0)
    last_error: Mapped[LongText] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class PromptVersion(OfAccount, Table):
    """One version of an account's own instructions for an AI function; versions are only ever added.

    ``variant`` narrows it (a content type of ``generate_content``); empty is every variant. At most one version of a
    function and variant is active; with none the platform's own prompt is used.
    """

    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("account_id", "function", "variant", "version"),)

    id: Mapped[Id]
    function: Mapped[str] = mapped_column(String(60))
    variant: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int]
    text: Mapped[LongText]
    note: Mapped[str] = mapped_column(String(300), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[Moment]


class PromptText(OfAccount, Table):
    """The instructions that went with a call, as the model saw them: kept once per account, found by their digest."""

    __tablename__ = "prompt_texts"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64))
    function: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    text: Mapped[LongText]
    created_at: Mapped[Moment]


class Strategy(OfSite, Table):
    """How a site writes about one sector (None: about all of them).

    ``prompts`` maps a function, or ``function/variant``, to instructions that replace the account's; ``section_logic`` maps
    a content type, or ``type/structure``, to sections that are added, left out or moved to the front.
    """

    __tablename__ = "strategies"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[LongText] = mapped_column(default="")
    prompts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    section_logic: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class AiBatch(OfAccount, Table):
    """One batch of calls at a provider that answers within a day at a discount.

    ``status``: planned, sent, unknown, completed, failed, expired, cancelled, collected (its answers are in the journal).
    """

    __tablename__ = "ai_batches"
    __table_args__ = (Index("ix_ai_batches_status", "status", "id"),)

    id: Mapped[Id]
    request_id: Mapped[str | None] = mapped_column(String(40), ForeignKey("requests.id"))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20), default="planned")
    input_file_id: Mapped[str] = mapped_column(String(120), default="")
    external_id: Mapped[str] = mapped_column(String(120), default="")
    output_file_id: Mapped[str] = mapped_column(String(120), default="")
    error_file_id: Mapped[str] = mapped_column(String(120), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    error: Mapped[LongText] = mapped_column(default="")
    created_at: Mapped[Moment]
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AiBatchItem(OfAccount, Table):
    """One call inside a batch; ``custom_id`` is what the provider gives back with the answer, in any order.

    ``status``: waiting, answered (``answer`` is the provider's, not yet in the journal), settled (it is there), failed (no
    usable answer; the call may be made again), refused (no use in making it again as it is). Settled rows keep no texts.
    """

    __tablename__ = "ai_batch_items"
    __table_args__ = (
        UniqueConstraint("custom_id"),
        Index("ix_ai_batch_items_batch", "batch_id", "id"),
        Index("ix_ai_batch_items_call", "ai_call_id", "id"),
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigId, ForeignKey("ai_batches.id"))
    ai_call_id: Mapped[int] = mapped_column(BigId, ForeignKey("ai_calls.id"))
    custom_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    answer: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    error: Mapped[LongText] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(20), default="waiting")
