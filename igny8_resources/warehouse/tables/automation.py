"""What runs by itself on a site: one row of choices a site, one row a stage."""

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import Id, Json, Moment, OfSite, Table

STAGES = ("planning", "writing", "publishing", "site", "social", "video")


class AutomationConfig(OfSite, Table):
    """A site's choices: whether articles that pass every check are approved without a person, and what is made of them."""

    __tablename__ = "automation_configs"
    __table_args__ = (UniqueConstraint("site_id"),)

    id: Mapped[Id]
    auto_approve: Mapped[bool] = mapped_column(default=False)
    social_platforms: Mapped[list[Any]] = mapped_column(Json, default=list)
    video_type: Mapped[str] = mapped_column(String(20), default="short")
    video_preset: Mapped[str] = mapped_column(String(30), default="youtube_short")
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
