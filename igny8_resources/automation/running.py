"""Rules set off: what has happened and which times have come, each occasion once for each rule.

Belongs here: the order of things and their limits, without Dagster. A sensor and the command line call ``work_rules``; the
API calls ``run_now``. An occasion is a row that is unique with its rule, written in the transaction of what the rule does:
a process that dies in between leaves neither, and whoever comes next does both.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from igny8_resources.automation.actions import JobOf, NothingToDo, Step, carry_out, step_of
from igny8_resources.automation.conditions import unmet
from igny8_resources.automation.contracts import ACTION_LIST, CONDITION_LIST, Action, Condition
from igny8_resources.automation.facts import facts_of_events, facts_of_site
from igny8_resources.automation.origins import NOTE, chain_of, why_not_again
from igny8_resources.automation.schedules import latest_time
from igny8_resources.automation.vocabulary import SCHEDULE, TRIGGER_OF_KIND, TRIGGERS
from igny8_resources.credits import PriceMissing
from igny8_resources.events import EventPosition, newest_position, position_of, read_events
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.approval import NotApprovable
from igny8_resources.warehouse.store.cursors import read_cursor, write_cursor
from igny8_resources.warehouse.store.sites import module_enabled
from igny8_resources.warehouse.tables.automation import AutomationExecution, AutomationRule
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event, Request
from igny8_resources.warehouse.tables.tenancy import Account, Site

log = logging.getLogger("igny8.automation")

READER = "automation"
EVENTS_A_TURN = 500
# An execution that did something, or tried to; those that were skipped use nothing up.
COUNTED = ("started", "done", "failed")
ENDS_OF_REQUESTS = ("request.done", "request.failed", "request.cancelled")
KINDS = (*TRIGGER_OF_KIND, *ENDS_OF_REQUESTS)
_AT = "at:"
_EVENT = "event:"


@dataclass(frozen=True)
class Occasion:
    """One time that a rule's trigger was met.

    ``key`` names it among the rule's occasions; ``said`` says more of it where there is more to say; ``unmet`` are the
    conditions that do not hold; ``chain`` are the rules that led to it; ``article`` is the partition that it is about;
    ``failure`` is why it cannot even be looked at.
    """

    key: str
    said: str = ""
    unmet: tuple[str, ...] = ()
    chain: tuple[int, ...] = ()
    article: str | None = None
    failure: str = ""


def conditions_of(rule: AutomationRule) -> list[Condition]:
    """A rule's conditions."""
    return CONDITION_LIST.validate_python(rule.conditions)


def actions_of(rule: AutomationRule) -> list[Action]:
    """A rule's actions."""
    return ACTION_LIST.validate_python(rule.actions)


def is_about_article(rule: AutomationRule) -> bool:
    """Whether what sets a rule off is an article each time."""
    return TRIGGERS[rule.trigger].about == "article"  # type: ignore[index]


def work_rules(warehouse: Warehouse, job_of: JobOf, *, now: datetime | None = None) -> list[str]:
    """Look once at what has happened and at the times that have come, and do what rules say.

    Returns:
        What was done and what was not, a sentence each; empty when no rule had an occasion.
    """
    now = now or utc_now()
    with warehouse.read() as session:
        after = read_cursor(session, READER)
        newest = newest_position(session)
        events = read_events(session, after, limit=EVENTS_A_TURN, kinds=KINDS)
        # Read after the events: a rule that was there before an event is seen with it.
        rules = _standing_rules(session)
        occasions = [*_met_by_events(session, rules, events, now), *_met_by_times(session, rules, now)]
        ended = [event.subject for event in events if event.kind in ENDS_OF_REQUESTS]
    said = [sentence for rule, occasion in occasions if (sentence := _worked(warehouse, rule, occasion, job_of, now))]
    if ended:
        with warehouse.write() as session:
            for request_id in ended:
                _settle(session, request_id)
    reached = position_of(events[-1]) if len(events) == EVENTS_A_TURN else max(after, newest, _last(events))
    if reached > after:
        with warehouse.write() as session:
            write_cursor(session, READER, reached)
    return said


def _last(events: Sequence[Event]) -> EventPosition:
    return position_of(events[-1]) if events else EventPosition()


def _standing_rules(session: Session) -> list[AutomationRule]:
    """Rules that may run: switched on, like their site, its automation module and its account."""
    rows = session.execute(
        select(AutomationRule, Site)
        .join(Site, Site.id == AutomationRule.site_id)
        .join(Account, Account.id == AutomationRule.account_id)
        .where(AutomationRule.is_active.is_(True), Site.status == "active", Account.status == "active")
        .order_by(AutomationRule.id)
    ).tuples()
    switched_on: dict[int, bool] = {}
    standing = []
    for rule, site in rows:
        if site.id not in switched_on:
            switched_on[site.id] = module_enabled(session, site.id, "automation")
        if switched_on[site.id]:
            standing.append(rule)
    return standing


def _met_by_events(
    session: Session, rules: Sequence[AutomationRule], events: Sequence[Event], now: datetime
) -> Iterator[tuple[AutomationRule, Occasion]]:
    by_place: dict[tuple[int, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.kind in TRIGGER_OF_KIND and event.site_id is not None:
            by_place[event.site_id, TRIGGER_OF_KIND[event.kind]].append(event)
    for rule in rules:
        # What happened before a rule was made is not its occasion, however late it is read.
        happened = [event for event in by_place[rule.site_id, rule.trigger] if event.created_at >= rule.created_at]
        if not happened:
            continue
        site = session.get_one(Site, rule.site_id)
        try:
            missed = unmet_by(session, site, rule, happened)
        except Exception as failure:
            log.exception("the conditions of rule %s cannot be evaluated", rule.id)
            yield rule, _unreadable(failure, now)
            continue
        for event in (event for event in happened if not missed[event.id]):
            yield rule, occasion_of(session, site, rule, event)


def unmet_by(session: Session, site: Site, rule: AutomationRule, events: Sequence[Event]) -> dict[int, list[str]]:
    """The conditions of a rule that do not hold for each event, by the event's id; nothing where all hold."""
    conditions = conditions_of(rule)
    named = {condition.field for condition in conditions}
    facts = facts_of_events(session, site, rule.trigger, events, named)  # type: ignore[arg-type]
    return {event.id: unmet(conditions, facts[event.id]) for event in events}


def _unreadable(failure: Exception, now: datetime) -> Occasion:
    # Once a day: the rule is as it is stored, and is told of until a person mends it.
    return Occasion(f"unreadable:{now.date().isoformat()}", failure=f"the rule cannot be evaluated: {failure}")


def occasion_of(session: Session, site: Site, rule: AutomationRule, event: Event) -> Occasion:
    """The occasion that an event is for a rule whose conditions hold."""
    return Occasion(
        f"{_EVENT}{event.id}",
        chain=chain_of(session, site, event),
        article=event.subject if is_about_article(rule) else None,
    )


def _met_by_times(
    session: Session, rules: Sequence[AutomationRule], now: datetime
) -> Iterator[tuple[AutomationRule, Occasion]]:
    for rule in rules:
        if rule.trigger != SCHEDULE:
            continue
        try:
            occasion = _due(session, rule, now)
        except Exception as failure:
            log.exception("rule %s cannot be evaluated", rule.id)
            occasion = _unreadable(failure, now)
        if occasion is not None:
            yield rule, occasion


def _due(session: Session, rule: AutomationRule, now: datetime) -> Occasion | None:
    """The newest time that has come since the last one that was seen; times that were missed before it are told, not made up."""
    last = session.scalar(
        select(func.max(AutomationExecution.occasion)).where(
            AutomationExecution.rule_id == rule.id, AutomationExecution.occasion.startswith(_AT)
        )
    )
    # A rule that was changed or switched on counts from then.
    since = max(rule.updated_at, datetime.fromisoformat(last.removeprefix(_AT)) if last else rule.updated_at)
    due = latest_time(rule.schedule, since, now)
    if due is None:
        return None
    moment, times = due
    said = (
        f"{times - 1} time{'s' if times > 2 else ''} before {'were' if times > 2 else 'was'} missed"
        if times > 1
        else ""
    )
    return _of_the_site(session, rule, f"{_AT}{moment.isoformat()}", said)


def _of_the_site(session: Session, rule: AutomationRule, key: str, said: str = "") -> Occasion:
    site = session.get_one(Site, rule.site_id)
    conditions = conditions_of(rule)
    facts = facts_of_site(session, site, {condition.field for condition in conditions})
    return Occasion(key, said, tuple(unmet(conditions, facts)))


def _worked(warehouse: Warehouse, rule: AutomationRule, occasion: Occasion, job_of: JobOf, now: datetime) -> str | None:
    """Execute a rule in a transaction of its own; what it cannot do becomes a failed execution, never a failed look."""
    try:
        with warehouse.write() as session:
            done = execute(session, rule.id, occasion, job_of, now=now)
            return None if done is None else f"rule {rule.id} ({rule.name}), {occasion.key}: {told(done)}"
    except OperationalError:
        # The database is away, not the rule at fault: nothing was written, and the next look finds the same.
        raise
    except Exception as failure:
        log.exception("rule %s failed at %s", rule.id, occasion.key)
        failed = replace(occasion, failure=f"{type(failure).__name__}: {failure}")
    with warehouse.write() as session:
        done = execute(session, rule.id, failed, job_of, now=now)
        return None if done is None else f"rule {rule.id} ({rule.name}), {occasion.key}: {told(done)}"


def told(execution: AutomationExecution) -> str:
    """An execution in a few words."""
    return f"{execution.status}, {execution.reason}" if execution.reason else execution.status


def _claimed(
    session: Session, rule_id: int, occasion: Occasion, now: datetime
) -> tuple[AutomationRule, AutomationExecution, bool] | None:
    """The rule under lock, a new execution for the occasion, and whether the day's executions are used up.

    None when the rule is gone, had the occasion already, or has said today that its limit is reached.
    """
    rule = session.scalar(select(AutomationRule).where(AutomationRule.id == rule_id).with_for_update())
    if rule is None or _is_known(session, rule_id, occasion.key):
        return None
    is_used_up = _counted_on(session, rule_id, now) >= rule.max_executions_per_day
    key = occasion.key
    if is_used_up and key.startswith(_EVENT):
        # Said once a day: ten thousand ideas are not ten thousand rows about the same limit.
        key = f"limit:{now.date().isoformat()}"
        if _is_known(session, rule_id, key):
            return None
    execution = AutomationExecution(
        account_id=rule.account_id,
        site_id=rule.site_id,
        rule_id=rule.id,
        occasion=key,
        status="started",
        reason=occasion.said,
        created_at=now,
    )
    session.add(execution)
    session.flush()
    return rule, execution, is_used_up


def _is_known(session: Session, rule_id: int, key: str) -> bool:
    known = select(AutomationExecution.id).where(
        AutomationExecution.rule_id == rule_id, AutomationExecution.occasion == key
    )
    return session.scalar(known) is not None


def _counted_on(session: Session, rule_id: int, now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = select(func.count(AutomationExecution.id)).where(
        AutomationExecution.rule_id == rule_id,
        AutomationExecution.status.in_(COUNTED),
        AutomationExecution.created_at >= midnight,
        AutomationExecution.created_at < midnight + timedelta(days=1),
    )
    return session.scalar(counted) or 0


def execute(
    session: Session, rule_id: int, occasion: Occasion, job_of: JobOf, *, now: datetime
) -> AutomationExecution | None:
    """Do what a rule says, within its limits, in the caller's transaction.

    Returns:
        The execution: *started* when requests are under way, *done* when there were none to make, *failed* or *skipped*
        with a reason. None when the rule is gone, had this occasion before, or has said today that its limit is reached.
    """
    claimed = _claimed(session, rule_id, occasion, now)
    if claimed is None:
        return None
    rule, execution, is_used_up = claimed
    if occasion.failure:
        return _ended(execution, "failed", occasion.failure, now)
    if why := _why_not(rule, occasion, is_used_up=is_used_up):
        return _ended(execution, "skipped", why, now)
    site = session.get_one(Site, rule.site_id)
    try:
        with session.begin_nested():
            return _done(session, site, rule, execution, occasion, job_of, now)
    except (NotApprovable, PriceMissing) as failure:
        execution.request_ids = []
        return _ended(execution, "failed", str(failure), now)


def _why_not(rule: AutomationRule, occasion: Occasion, *, is_used_up: bool) -> str:
    if is_used_up:
        limit = rule.max_executions_per_day
        return f"the limit of {limit} execution{'s' if limit > 1 else ''} a day is reached"
    if occasion.unmet:
        return f"conditions not met: {'; '.join(occasion.unmet)}"
    return why_not_again(rule.id, occasion.chain)


def _done(
    session: Session,
    site: Site,
    rule: AutomationRule,
    execution: AutomationExecution,
    occasion: Occasion,
    job_of: JobOf,
    now: datetime,
) -> AutomationExecution:
    steps: list[tuple[int, Step]] = []
    nothing = []
    for number, action in enumerate(actions_of(rule)):
        try:
            steps.append((number, step_of(session, site, action, occasion.article)))
        except NothingToDo as reason:
            nothing.append(str(reason))
    if not steps:
        return _ended(execution, "skipped", "; ".join(nothing), now)
    execution.estimated_credits = sum((step.credits for _, step in steps), Decimal(0))
    if execution.estimated_credits > rule.credit_limit_per_execution:
        why = too_dear(execution.estimated_credits, rule.credit_limit_per_execution)
        return _ended(execution, "skipped", why, now)
    asked = [
        carry_out(session, site, execution, number, step, chain=occasion.chain, job_of=job_of) for number, step in steps
    ]
    execution.request_ids = [request_id for request_id in asked if request_id is not None]
    # updated_at is when a person changed the rule, and stays.
    session.execute(
        update(AutomationRule)
        .where(AutomationRule.id == rule.id)
        .values(last_execution_at=now, updated_at=AutomationRule.updated_at)
    )
    said = "; ".join([*(step.said for _, step in steps), *nothing])
    if not execution.request_ids:
        return _ended(execution, "done", said, now)
    execution.reason = _joined(execution.reason, said)
    return execution


def too_dear(credits: Decimal, limit: Decimal) -> str:
    """Why an execution was skipped that would cost too much."""
    return (
        f"estimated at {credits.normalize():f} credits, above the limit of {limit.normalize():f} an execution; "
        "ask for less or raise credit_limit_per_execution"
    )


def _ended(execution: AutomationExecution, status: str, reason: str, now: datetime) -> AutomationExecution:
    execution.status, execution.reason, execution.finished_at = status, _joined(execution.reason, reason), now
    return execution


def _joined(*said: str) -> str:
    return "; ".join(filter(None, said))


def _settle(session: Session, request_id: str) -> None:
    """End the execution whose last request has ended."""
    request = session.get(Request, request_id)
    note = request.payload.get(NOTE) if request else None
    if request is None or not isinstance(note, dict):
        return
    execution = session.scalar(
        select(AutomationExecution)
        .where(AutomationExecution.id == note["execution"], AutomationExecution.account_id == request.account_id)
        .with_for_update()
    )
    if execution is None or execution.status != "started":
        return
    requests = session.scalars(select(Request).where(Request.id.in_(execution.request_ids))).all()
    if any(each.finished_at is None for each in requests):
        return
    failures = [each.message or each.status for each in requests if each.status != "done"]
    execution.status = "failed" if failures else "done"
    execution.finished_at = max(each.finished_at for each in requests if each.finished_at is not None)
    execution.reason = _joined(execution.reason, *failures)


def run_now(session: Session, rule: AutomationRule, job_of: JobOf) -> AutomationExecution:
    """Run a rule because a person says so, on whatever its actions find; its limits hold, its conditions on the site too.

    Conditions on the thing that a trigger is about are passed over: there is none.

    Raises:
        LookupError: the rule is gone.
    """
    site = session.get_one(Site, rule.site_id)
    of_site = [condition for condition in conditions_of(rule) if condition.field in TRIGGERS[SCHEDULE].fields]
    facts = facts_of_site(session, site, {condition.field for condition in of_site})
    occasion = Occasion(f"run:{uuid.uuid4().hex}", "run by hand", tuple(unmet(of_site, facts)))
    execution = execute(session, rule.id, occasion, job_of, now=utc_now())
    if execution is None:
        raise LookupError(f"rule {rule.id} is gone")
    return execution
