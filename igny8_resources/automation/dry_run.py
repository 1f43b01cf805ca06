"""What a rule would have done in the last days: its occasions replayed over stored events. Nothing is written.

The past is known as far as it is stored: what an event says of itself is as it was, the rows it is about and the site's own
fields are as they are now. What an action would have found to do is not known, so it is taken to find as much as it may.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.automation.actions import usual_credits
from igny8_resources.automation.conditions import unmet
from igny8_resources.automation.facts import facts_of_site
from igny8_resources.automation.origins import chain_of, why_not_again
from igny8_resources.automation.running import actions_of, conditions_of, is_about_article, too_dear, unmet_by
from igny8_resources.automation.schedules import times_between
from igny8_resources.automation.vocabulary import SCHEDULE, TRIGGERS
from igny8_resources.warehouse.tables.automation import AutomationRule
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import Site

DAYS = 7
MOST_EVENTS = 10_000
MOST_LISTED = 200

Outcome = Literal["would_run", "conditions_not_met", "effect_of_rules", "daily_limit", "credit_limit"]


@dataclass(frozen=True)
class WouldBe:
    """One occasion: when, about what, and what would have come of it; ``reason`` says why nothing would have."""

    at: datetime
    occasion: str
    subject: str
    outcome: Outcome = "would_run"
    reason: str = ""
    estimated_credits: Decimal = Decimal(0)


@dataclass(frozen=True)
class DryRun:
    """A replay. ``occasions`` are the newest of those whose conditions hold, ``counts`` count all by their outcome.

    ``is_cut`` says that there were more events than are replayed, and that the oldest were left out.
    """

    since: datetime
    until: datetime
    occasions: Sequence[WouldBe]
    counts: dict[Outcome, int]
    credits_per_execution: Decimal
    estimated_credits: Decimal
    is_cut: bool


def dry_run(session: Session, rule: AutomationRule, *, days: int = DAYS, now: datetime | None = None) -> DryRun:
    """Replay the last days for a rule as it is now, whether it is switched on or not.

    Raises:
        PriceMissing: an operation of its actions has no price.
    """
    until = now or utc_now()
    since = until - timedelta(days=days)
    site = session.get_one(Site, rule.site_id)
    met, is_cut = (
        (_times(session, site, rule, since, until), False)
        if rule.trigger == SCHEDULE
        else _events(session, site, rule, since, until)
    )
    about_article = is_about_article(rule)
    each = sum(
        (usual_credits(session, site, action, about_article=about_article) for action in actions_of(rule)), Decimal(0)
    )
    replayed = _limited(rule, met, each)
    counts = Counter(occasion.outcome for occasion in replayed)
    listed = [occasion for occasion in replayed if occasion.outcome != "conditions_not_met" or rule.trigger == SCHEDULE]
    return DryRun(
        since=since,
        until=until,
        occasions=listed[: -MOST_LISTED - 1 : -1],
        counts=dict(counts),
        credits_per_execution=each,
        estimated_credits=counts["would_run"] * each,
        is_cut=is_cut,
    )


def _times(session: Session, site: Site, rule: AutomationRule, since: datetime, until: datetime) -> list[WouldBe]:
    conditions = conditions_of(rule)
    missed = unmet(conditions, facts_of_site(session, site, {condition.field for condition in conditions}))
    return [
        WouldBe(
            moment, f"at:{moment.isoformat()}", site.key, *(("conditions_not_met", "; ".join(missed)) if missed else ())
        )
        for moment in times_between(rule.schedule, since, until)
    ]


def _events(
    session: Session, site: Site, rule: AutomationRule, since: datetime, until: datetime
) -> tuple[list[WouldBe], bool]:
    query = (
        select(Event)
        .where(
            Event.account_id == site.account_id,
            Event.site_id == site.id,
            Event.kind.in_(TRIGGERS[rule.trigger].kinds),  # type: ignore[index]
            Event.created_at > since,
            Event.created_at <= until,
        )
        .order_by(Event.id.desc())
        .limit(MOST_EVENTS + 1)
    )
    newest_first = session.scalars(query).all()
    events = newest_first[MOST_EVENTS - 1 :: -1] if len(newest_first) > MOST_EVENTS else newest_first[::-1]
    missed = unmet_by(session, site, rule, events)
    found = []
    for event in events:
        occasion = WouldBe(event.created_at, f"event:{event.id}", event.subject)
        if missed[event.id]:
            occasion = replace(occasion, outcome="conditions_not_met", reason="; ".join(missed[event.id]))
        elif why := why_not_again(rule.id, chain_of(session, site, event)):
            occasion = replace(occasion, outcome="effect_of_rules", reason=why)
        found.append(occasion)
    return found, len(newest_first) > MOST_EVENTS


def _limited(rule: AutomationRule, occasions: Sequence[WouldBe], each: Decimal) -> list[WouldBe]:
    """The occasions with the rule's limits applied, in their order."""
    used: Counter[date] = Counter()
    limited = []
    for occasion in occasions:
        if occasion.outcome != "would_run":
            limited.append(occasion)
        elif used[occasion.at.date()] >= rule.max_executions_per_day:
            reason = f"the limit of {rule.max_executions_per_day} a day is reached"
            limited.append(replace(occasion, outcome="daily_limit", reason=reason))
        elif each > rule.credit_limit_per_execution:
            reason = too_dear(each, rule.credit_limit_per_execution)
            limited.append(replace(occasion, outcome="credit_limit", reason=reason, estimated_credits=each))
        else:
            used[occasion.at.date()] += 1
            limited.append(replace(occasion, estimated_credits=each))
    return limited
