"""A site's automation choices as one thing: what runs by itself, how much of it, and in which form."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.automation.contracts import Part
from igny8_resources.contracts.vocabulary import RenderPreset, SocialPlatform, VideoType
from igny8_resources.events import append_event
from igny8_resources.warehouse.store.sites import automation_of, set_stage
from igny8_resources.warehouse.tables.automation import STAGES, AutomationStage
from igny8_resources.warehouse.tables.tenancy import Site

MOST_IMAGES = 6


class StageChoice(Part):
    """One stage: whether it runs by itself, and how much at most."""

    enabled: bool
    batch_size: int = Field(10, ge=1, le=500, description="Planning: how many articles are started each time.")
    daily_cap: int | None = Field(
        None,
        ge=0,
        le=10_000,
        description="Video: how many are begun a day (UTC) without being asked for; null: no cap.",
    )


class AutomationChoices(Part):
    """Everything that an owner chooses about a site's automation."""

    auto_approve: bool = Field(description="Whether articles that pass every check are approved without a person.")
    auto_approve_scripts: bool = Field(
        description="Whether scripts of videos that pass their check are approved without a person."
    )
    social_platforms: list[SocialPlatform] = Field(max_length=10, description="Empty: every platform.")
    video_type: VideoType
    video_preset: RenderPreset
    in_article_images: Annotated[int, Field(ge=0, le=MOST_IMAGES, description="Beside the featured image.")]
    stages: dict[str, StageChoice] = Field(description=f"All of {', '.join(STAGES)}.")

    @model_validator(mode="after")
    def _every_stage_once(self) -> Self:
        unknown, missing = set(self.stages) - set(STAGES), set(STAGES) - set(self.stages)
        if unknown:
            raise ValueError(f"there is no stage {', '.join(sorted(unknown))}; stages are {', '.join(STAGES)}")
        if missing:
            raise ValueError(f"name every stage; missing: {', '.join(sorted(missing))}")
        if len(set(self.social_platforms)) < len(self.social_platforms):
            raise ValueError("name each platform once")
        return self


def choices_of(session: Session, site: Site, *, lock: bool = False) -> AutomationChoices:
    """A site's choices; ``lock`` holds them until the transaction ends."""
    config = automation_of(session, site.id)
    if lock:
        session.refresh(config, with_for_update=True)
    stages = session.scalars(select(AutomationStage).where(AutomationStage.site_id == site.id)).all()
    by_name = {row.stage: row for row in stages}
    return AutomationChoices.model_construct(
        auto_approve=config.auto_approve,
        auto_approve_scripts=config.auto_approve_scripts,
        social_platforms=list(config.social_platforms),
        video_type=config.video_type,  # type: ignore[arg-type]
        video_preset=config.video_preset,  # type: ignore[arg-type]
        in_article_images=config.in_article_images,
        stages={
            name: StageChoice.model_construct(
                enabled=by_name[name].enabled,
                batch_size=by_name[name].batch_size,
                daily_cap=by_name[name].daily_cap,
            )
            for name in STAGES
            if name in by_name
        },
    )


def change_choices(session: Session, site: Site, asked: AutomationChoices, *, by: str) -> AutomationChoices:
    """Put choices in the place of the site's; each stage that is switched is told in the outbox, and so takes up its work."""
    config = automation_of(session, site.id)
    for name in set(AutomationChoices.model_fields) - {"stages"}:
        setattr(config, name, getattr(asked, name))
    rows = session.scalars(select(AutomationStage).where(AutomationStage.site_id == site.id).with_for_update())
    by_name = {row.stage: row for row in rows}
    for name, choice in asked.stages.items():
        row = by_name.get(name)
        if row is None:
            row = AutomationStage(account_id=site.account_id, site_id=site.id, stage=name, enabled=False)
            session.add(row)
            session.flush()
        row.batch_size, row.daily_cap = choice.batch_size, choice.daily_cap
        if row.enabled != choice.enabled:
            set_stage(session, site, name, enabled=choice.enabled)
    append_event(
        session,
        "automation.config_changed",
        site.key,
        account_id=site.account_id,
        site_id=site.id,
        payload=asked.model_dump(mode="json"),
        actor=by,
    )
    session.flush()
    return choices_of(session, site)
