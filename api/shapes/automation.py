"""Rules, their history, and what rules can speak of, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.envelope import CreditAmount, Shape


class RuleItem(Shape):
    """One rule of a site."""

    id: int
    site_id: int
    name: str
    trigger: str
    schedule: str = Field(description="A cron line, UTC; empty unless the trigger is `schedule`.")
    conditions: list[dict[str, Any]] = Field(description="`{field, operator, value}` each; they hold all together.")
    actions: list[dict[str, Any]] = Field(description="What is asked for, in this order.")
    is_active: bool
    max_executions_per_day: int
    credit_limit_per_execution: CreditAmount
    last_execution_at: datetime | None
    created_at: datetime
    updated_at: datetime = Field(description="When a person changed it last.")


class ExecutionItem(Shape):
    """One time that a rule's trigger was met."""

    id: int
    site_id: int
    rule_id: int
    occasion: str = Field(
        description="`event:<id>`, `at:<time>` or `run:<name>`; `limit:<day>` tells of the limit once a day."
    )
    status: str = Field(description="started, done, failed or skipped.")
    reason: str = Field(description="What was done, or why nothing was.")
    estimated_credits: CreditAmount | None = Field(description="Null where it did not come to an estimate.")
    request_ids: list[str] = Field(description="The requests that were made; each can be followed as a task.")
    created_at: datetime
    finished_at: datetime | None


class WouldBeItem(Shape):
    """One occasion of a replay."""

    at: datetime
    occasion: str
    subject: str = Field(description="What it was about: an article's partition, an idea's id, the site's key.")
    outcome: str = Field(description="would_run, conditions_not_met, effect_of_rules, daily_limit or credit_limit.")
    reason: str = Field(description="Why it would not have run; empty where it would have.")
    estimated_credits: CreditAmount


class DryRunReport(Shape):
    """What a rule would have done; nothing was written."""

    since: datetime
    until: datetime
    counts: dict[str, int] = Field(description="All occasions by their outcome.")
    credits_per_execution: CreditAmount = Field(description="The estimate where its actions find as much as they may.")
    estimated_credits: CreditAmount = Field(description="Of all occasions on which it would have run.")
    is_cut: bool = Field(description="Whether there were more events than are replayed; the oldest are left out.")
    occasions: list[WouldBeItem] = Field(description="The newest first, at most 200.")


class FieldItem(Shape):
    """Something that a condition can compare."""

    name: str
    type: str = Field(description="number, text, boolean or list.")
    description: str
    operators: list[str]


class TriggerItem(Shape):
    """What can set a rule off."""

    name: str
    description: str
    about: str = Field(description="What each occasion is about; actions work on that article where it is an article.")
    event_kinds: list[str] = Field(description="The events behind it; none for a time.")
    fields: list[FieldItem]


class OperatorItem(Shape):
    """A way to compare."""

    name: str
    description: str


class ActionItem(Shape):
    """Something that a rule can do."""

    name: str
    description: str
    parameters: dict[str, Any] = Field(description="JSON Schema of the action with its parameters.")


class RuleVocabulary(Shape):
    """Everything that rules can speak of."""

    triggers: list[TriggerItem]
    operators: list[OperatorItem]
    actions: list[ActionItem]
    stages: list[str]
