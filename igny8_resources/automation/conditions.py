"""Conditions held against what is known, and checked before they are saved. Plain values alone."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from igny8_resources.automation.contracts import Condition
from igny8_resources.automation.vocabulary import (
    OPERATORS_OF,
    TRIGGERS,
    WITH_VALUES,
    WITHOUT_VALUE,
    Field,
    TriggerName,
)

Facts = Mapping[str, Any]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "number": (int, float, Decimal),
    "text": (str,),
    "boolean": (bool,),
    "list": (str,),
}


def problems_of(trigger: TriggerName, conditions: Sequence[Condition]) -> dict[str, list[str]]:
    """What is wrong with a rule's conditions, by the place of the mistake; empty when nothing is."""
    fields = TRIGGERS[trigger].fields
    found: dict[str, list[str]] = {}
    for number, condition in enumerate(conditions):
        field = fields.get(condition.field)
        if field is None:
            found[f"conditions.{number}.field"] = [
                f"the trigger {trigger} has no field {condition.field!r}; it has {', '.join(fields)}"
            ]
            continue
        allowed = OPERATORS_OF[field.type]
        if condition.operator not in allowed:
            found[f"conditions.{number}.operator"] = [
                f"{condition.field} is a {field.type}, which takes {', '.join(allowed)}"
            ]
        elif problem := _value_problem(condition, field):
            found[f"conditions.{number}.value"] = [problem]
    return found


def _value_problem(condition: Condition, field: Field) -> str:
    value, operator = condition.value, condition.operator
    if operator in WITHOUT_VALUE:
        return "" if value is None else f"{operator} takes no value"
    if operator in WITH_VALUES:
        if not isinstance(value, list) or not value:
            return f"{operator} takes a list of values"
        values: Sequence[Any] = value
    else:
        if value is None or isinstance(value, list):
            return f"{operator} takes one value"
        values = [value]
    kind = "text" if field.type == "list" else field.type
    fitting = all(
        isinstance(each, _TYPES[field.type]) and (field.type == "boolean" or not isinstance(each, bool))
        for each in values
    )
    return "" if fitting else f"{condition.field} is compared with a {kind}"


def unmet(conditions: Sequence[Condition], facts: Facts) -> list[str]:
    """The conditions that do not hold, each as a sentence; empty when all do.

    A value that is not known meets no condition but ``is_empty``. Texts are compared without regard to case.
    """
    return [_sentence(condition, facts) for condition in conditions if not _holds(condition, facts)]


def _holds(condition: Condition, facts: Facts) -> bool:
    known, value = facts.get(condition.field), condition.value
    is_empty = known is None or known in ("", [])
    if condition.operator in WITHOUT_VALUE:
        return is_empty == (condition.operator == "is_empty")
    if known is None:
        return False
    return _compare(condition.operator, _plain(known), _plain(value))


def _compare(operator: str, known: Any, value: Any) -> bool:
    negated = operator in {"ne", "not_in", "not_contains"}
    match operator:
        case "eq" | "ne":
            holds = known == value
        case "in" | "not_in":
            holds = known in value
        case "contains" | "not_contains":
            holds = value in known
        case "starts_with":
            holds = known.startswith(value)
        case "gt":
            holds = known > value
        case "gte":
            holds = known >= value
        case "lt":
            holds = known < value
        case _:
            holds = known <= value
    return bool(holds) != negated


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _sentence(condition: Condition, facts: Facts) -> str:
    known = facts.get(condition.field)
    shown = "not known" if known is None else _shown(known)
    wanted = "" if condition.operator in WITHOUT_VALUE else f" {condition.value!r}"
    return f"{condition.field} is {shown}, expected {condition.operator}{wanted}"


def _shown(known: Any) -> str:
    return f"{known.normalize():f}" if isinstance(known, Decimal) else repr(known)
