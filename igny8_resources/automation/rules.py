"""Rules made, changed and deleted: checked before they are saved, and told in the outbox."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.automation.conditions import problems_of
from igny8_resources.automation.contracts import RuleDefinition
from igny8_resources.automation.schedules import BadSchedule, check_schedule
from igny8_resources.automation.vocabulary import SCHEDULE
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.automation import AutomationRule
from igny8_resources.warehouse.tables.tenancy import Site

MOST_RULES = 100


class RuleRefused(ValueError):
    """The rule cannot be saved; ``errors`` says why, by field. Nothing was changed."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(lines)}" for field, lines in errors.items()))
        self.errors = errors


class UnknownRule(LookupError):
    """The site has no rule with this number."""

    def __init__(self, number: int, site_key: str) -> None:
        super().__init__(f"{site_key} has no rule {number}; `igny8 rules list --site {site_key}` shows them")


def rule_of(session: Session, site: Site, number: int) -> AutomationRule:
    """A site's rule by its id.

    Raises:
        UnknownRule: the site has none with this id.
    """
    rule = session.scalar(select(AutomationRule).where(AutomationRule.id == number, AutomationRule.site_id == site.id))
    if rule is None:
        raise UnknownRule(number, site.key)
    return rule


def definition_of(rule: AutomationRule) -> RuleDefinition:
    """A rule as its author wrote it."""
    return RuleDefinition.model_validate({name: getattr(rule, name) for name in RuleDefinition.model_fields})


def create_rule(session: Session, site: Site, definition: RuleDefinition, *, by: str) -> AutomationRule:
    """Add a rule to a site.

    Raises:
        RuleRefused: it cannot be saved.
    """
    rule = AutomationRule(account_id=site.account_id, site_id=site.id, **_checked(session, site, definition, None))
    session.add(rule)
    session.flush()
    _told(session, site, rule, "automation.rule_created", by)
    return rule


def change_rule(
    session: Session, site: Site, rule: AutomationRule, definition: RuleDefinition, *, by: str
) -> AutomationRule:
    """Put a definition in the place of a rule's; a schedule counts from then on.

    Raises:
        RuleRefused: it cannot be saved.
    """
    for name, value in _checked(session, site, definition, rule.id).items():
        setattr(rule, name, value)
    session.flush()
    _told(session, site, rule, "automation.rule_changed", by)
    return rule


def delete_rule(session: Session, site: Site, rule: AutomationRule, *, by: str) -> None:
    """Delete a rule with its history; what it asked for goes on."""
    _told(session, site, rule, "automation.rule_deleted", by)
    session.delete(rule)


def _checked(session: Session, site: Site, definition: RuleDefinition, rule_id: int | None) -> dict[str, object]:
    """The columns of a definition that can be saved."""
    errors = problems_of(definition.trigger, definition.conditions)
    if definition.trigger == SCHEDULE:
        try:
            check_schedule(definition.schedule)
        except BadSchedule as wrong:
            errors["schedule"] = [str(wrong)]
    elif definition.schedule:
        errors["schedule"] = [f"only the trigger {SCHEDULE} takes a cron line; leave it out or change the trigger"]
    others = session.execute(
        select(AutomationRule.id, AutomationRule.name).where(AutomationRule.site_id == site.id)
    ).tuples()
    names = {name: other for other, name in others if other != rule_id}
    if definition.name in names:
        errors["name"] = [f"rule {names[definition.name]} of {site.key} has this name already"]
    if rule_id is None and len(names) >= MOST_RULES:
        errors["site"] = [f"{site.key} has {MOST_RULES} rules, which is the most a site can have"]
    if errors:
        raise RuleRefused(errors)
    return {
        **definition.model_dump(exclude={"conditions", "actions"}),
        "conditions": [condition.model_dump(mode="json") for condition in definition.conditions],
        "actions": [action.model_dump(mode="json") for action in definition.actions],
    }


def _told(session: Session, site: Site, rule: AutomationRule, kind: str, by: str) -> None:
    append_event(
        session,
        kind,
        str(rule.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"name": rule.name, "is_active": rule.is_active},
        actor=by,
    )
