"""What runs by itself on a site: one row of choices a site, one row a stage, and the rules that people made."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    Amount,
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

STAGES = ("planning", "writing", "publishing", "site", "social", "video", "video_publishing")


class AutomationConfig(OfSite, Table):
    """A site's choices: what is approved without a person when it passes every check, and what is made of articles."""

    __tablename__ = "automation_configs"
    __table_args__ = (UniqueConstraint("site_id"),)

    id: Mapped[Id]
    auto_approve: Mapped[bool] = mapped_column(default=False)
    auto_approve_scripts: Mapped[bool] = mapped_column(default=True)
    social_platforms: Mapped[list[Any]] = mapped_column(Json, default=list)
    video_type: Mapped[str] = mapped_column(String(20), default="short")
    video_preset: Mapped[str] = mapped_column(String(30), default="youtube_short")
    video_voice: Mapped[str] = mapped_column(String(160), default="")
    video_music: Mapped[str] = mapped_column(String(300), default="")
    in_article_images: Mapped[int] = mapped_column(default=2)
    updated_at: Mapped[Moment]


class AutomationStage(OfSite, Table):
    """One stage's switch and caps; ``daily_cap`` None means no cap."""

    __tablename__ = "automation_stages"
    __table_args__ = (UniqueConstraint("site_id", "stage"),)

    id: Mapped[Id]
    stage: Mapped[str] = mapped_column(String(20))
    enabled: Mapped[bool] = mapped_column(default=True)
    batch_size: Mapped[int] = mapped_column(default=10)
    daily_cap: Mapped[int | None]


class AutomationRule(OfSite, Table):
    """When something happens, or at a time, and conditions hold, then actions; within limits.

    ``trigger`` is the kind of an event, or ``schedule`` with the cron line of ``schedule`` in UTC. ``conditions`` are
    ``{field, operator, value}`` and hold all together; ``actions`` are ``{action, ...}`` and are asked for in order.
    """

    __tablename__ = "automation_rules"
    __table_args__ = (UniqueConstraint("site_id", "name"), Index("ix_automation_rules_trigger", "trigger", "is_active"))

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    trigger: Mapped[str] = mapped_column(String(60))
    schedule: Mapped[str] = mapped_column(String(120), default="")
    conditions: Mapped[list[Any]] = mapped_column(Json, default=list)
    actions: Mapped[list[Any]] = mapped_column(Json, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    max_executions_per_day: Mapped[int] = mapped_column(default=10)
    credit_limit_per_execution: Mapped[Decimal] = mapped_column(Amount, default=Decimal(100))
    last_execution_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class AutomationExecution(OfSite, Table):
    """One time that a rule's trigger was met; ``occasion`` (event or scheduled time) makes it one however often it is read.

    ``status``: started, done, failed, skipped; ``reason`` says why it was skipped or failed.
    """

    __tablename__ = "automation_executions"
    __table_args__ = (
        UniqueConstraint("rule_id", "occasion"),
        Index("ix_automation_executions_site", "site_id", "id"),
    )

    id: Mapped[Id]
    rule_id: Mapped[int] = mapped_column(BigId, ForeignKey("automation_rules.id", ondelete="CASCADE"))
    occasion: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[LongText] = mapped_column(default="")
    estimated_credits: Mapped[Decimal | None] = mapped_column(Amount)
    request_ids: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
