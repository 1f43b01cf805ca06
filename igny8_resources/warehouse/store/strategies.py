"""Strategies: how a site writes about one sector, or about all of them.

At most one strategy of a sector, and one of the whole site, is active. Belongs here: keeping them, and what they do to a
brief. Which prompt a call gets is decided in ``ai.prompting``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.ai.prompt_check import PromptInvalid, check_prompt
from igny8_resources.ai.prompting import active_strategies
from igny8_resources.contracts.strategies import SectionLogicInvalid, SectionRules, read_section_logic
from igny8_resources.contracts.writer import ArticleBrief
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.models import Strategy
from igny8_resources.warehouse.tables.tenancy import Sector, Site

CHANGEABLE = ("name", "description", "sector_id", "prompts", "section_logic")
MOST_DESCRIPTION = 5_000


class StrategyRefused(ValueError):
    """A strategy cannot be as asked; ``errors`` has the messages by field."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        lines = "; ".join(f"{field}: {message}" for field, messages in errors.items() for message in messages)
        super().__init__(f"the strategy cannot be saved: {lines}")
        self.errors = {field: list(messages) for field, messages in errors.items()}


def create_strategy(
    session: Session, site: Site, values: Mapping[str, Any], *, by: str, active: bool = True
) -> Strategy:
    """Add a strategy; an active one takes the place of the one that was.

    Args:
        session: In the caller's transaction.
        site: Whose it is.
        values: ``name``, and of ``description``, ``sector_id``, ``prompts`` and ``section_logic`` what there is.
        by: Who asks.
        active: Whether it applies from now on.

    Raises:
        StrategyRefused: a value cannot be used, or the site has a strategy of this name.
    """
    strategy = Strategy(account_id=site.account_id, site_id=site.id, name="", prompts={}, section_logic={})
    strategy.description, strategy.sector_id, strategy.is_active = "", None, False
    _set(session, site, strategy, {"name": "", **values})
    _save(session, strategy)
    _tell(session, "strategy.created", strategy, by)
    if active:
        activate_strategy(session, site, strategy, by=by)
    return strategy


def change_strategy(
    session: Session, site: Site, strategy: Strategy, values: Mapping[str, Any], *, by: str
) -> Strategy:
    """Change some of a strategy's values; calls made with its earlier prompts keep their texts.

    Raises:
        StrategyRefused: a value cannot be used, or the site has another strategy of this name.
    """
    _lock(session, site)
    _set(session, site, strategy, values)
    _save(session, strategy)
    _tell(session, "strategy.changed", strategy, by)
    if strategy.is_active:
        _put_others_aside(session, strategy)
    return strategy


def activate_strategy(session: Session, site: Site, strategy: Strategy, *, by: str) -> None:
    """Let a strategy apply, in the place of the active one of the same sector (or of the whole site).

    Raises:
        StrategyRefused: one of its prompts cannot be used any more, because the function's inputs have changed.
    """
    _lock(session, site)
    # It was read before the lock, and whoever held that may have put it aside.
    session.refresh(strategy)
    _set(session, site, strategy, {"prompts": strategy.prompts, "section_logic": strategy.section_logic})
    _put_others_aside(session, strategy)
    if not strategy.is_active:
        strategy.is_active = True
        _tell(session, "strategy.activated", strategy, by)
    session.flush()


def deactivate_strategy(session: Session, strategy: Strategy, *, by: str) -> None:
    """Let a strategy apply no more."""
    if strategy.is_active:
        strategy.is_active = False
        _tell(session, "strategy.deactivated", strategy, by)
        session.flush()


def delete_strategy(session: Session, strategy: Strategy, *, by: str) -> None:
    """Remove a strategy; what was written with it keeps its prompts' texts."""
    _tell(session, "strategy.deleted", strategy, by)
    session.delete(strategy)
    session.flush()


def with_strategy(session: Session, site_id: int, sector_id: int | None, brief: ArticleBrief) -> ArticleBrief:
    """A brief with the section logic that applies to it: the sector's strategy's before the site's, structure before type."""
    for strategy in active_strategies(session, site_id, sector_id):
        for key in (f"{brief.content_type}/{brief.content_structure}", brief.content_type):
            if key in strategy.section_logic:
                return SectionRules.model_validate(strategy.section_logic[key]).applied_to(brief)
    return brief


def _set(session: Session, site: Site, strategy: Strategy, values: Mapping[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    if "name" in values and not 0 < len(values["name"].strip()) <= 200:
        errors["name"] = ["a strategy needs a name of at most 200 characters"]
    if len(values.get("description") or "") > MOST_DESCRIPTION:
        errors["description"] = [f"at most {MOST_DESCRIPTION:,} characters"]
    sector_id = values.get("sector_id")
    if sector_id is not None:
        own = select(Sector.id).where(Sector.id == sector_id, Sector.site_id == site.id)
        if session.scalar(own) is None:
            errors["sector_id"] = [f"{site.key} has no sector with this id"]
    for name, text in (values.get("prompts") or {}).items():
        function, _, variant = name.partition("/")
        try:
            check_prompt(function, variant, text)
        except PromptInvalid as invalid:
            errors[f"prompts.{name}"] = [str(finding) for finding in invalid.findings]
    try:
        logic = read_section_logic(values.get("section_logic") or {})
    except SectionLogicInvalid as invalid:
        errors |= {f"section_logic.{place}": messages for place, messages in invalid.errors.items()}
    if errors:
        raise StrategyRefused(errors)
    for field in CHANGEABLE:
        if field in values:
            setattr(strategy, field, values[field])
    strategy.name = strategy.name.strip()
    if "section_logic" in values:
        strategy.section_logic = {
            key: rules.model_dump(mode="json", exclude_defaults=True) for key, rules in logic.items()
        }


def _save(session: Session, strategy: Strategy) -> None:
    # Nothing can be read of a row that failed to be written.
    name = strategy.name
    try:
        with session.begin_nested():
            session.add(strategy)
    except IntegrityError as taken:
        raise StrategyRefused({"name": [f"the site has a strategy {name!r} already"]}) from taken


def _put_others_aside(session: Session, strategy: Strategy) -> None:
    others = select(Strategy).where(
        Strategy.site_id == strategy.site_id,
        Strategy.sector_id.is_not_distinct_from(strategy.sector_id),
        Strategy.id != strategy.id,
        Strategy.is_active.is_(True),
    )
    for other in session.scalars(others.execution_options(populate_existing=True)):
        other.is_active = False


def _lock(session: Session, site: Site) -> None:
    # Which one is active is decided from what is there: two people who activate at once go one after the other.
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update(key_share=True))


def _tell(session: Session, kind: str, strategy: Strategy, by: str) -> None:
    append_event(
        session,
        kind,
        f"strategy-{strategy.id}",
        account_id=strategy.account_id,
        site_id=strategy.site_id,
        payload={"name": strategy.name, "sector_id": strategy.sector_id},
        actor=by,
    )
