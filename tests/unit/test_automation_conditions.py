"""Conditions, cron lines and rule shapes, as plain values."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from igny8_resources.automation.conditions import problems_of, unmet
from igny8_resources.automation.contracts import ACTION_LIST, Condition, RuleDefinition
from igny8_resources.automation.schedules import BadSchedule, check_schedule, latest_time, times_between

FACTS = {
    "title": "How to Descale an Espresso Machine",
    "word_count": 1200,
    "credit_balance": Decimal("99.5"),
    "checks_passed": True,
    "platforms": ["linkedin", "twitter"],
    "provider": "",
    "version": None,
}


def holds(field: str, operator: str, value: object = None) -> bool:
    condition = Condition.model_validate({"field": field, "operator": operator, "value": value})
    return not unmet([condition], FACTS)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("word_count", "eq", 1200),
        ("word_count", "ne", 1201),
        ("word_count", "gt", 1199.5),
        ("word_count", "gte", 1200),
        ("credit_balance", "lt", 100),
        ("credit_balance", "lte", 99.5),
        ("word_count", "in", [900, 1200]),
        ("word_count", "not_in", [900]),
        ("title", "contains", "espresso"),
        ("title", "not_contains", "tea"),
        ("title", "starts_with", "how to"),
        ("title", "in", ["how to descale an espresso machine"]),
        ("checks_passed", "eq", True),
        ("platforms", "contains", "LinkedIn"),
        ("provider", "is_empty", None),
        ("version", "is_empty", None),
        ("title", "is_not_empty", None),
    ],
)
def test_it_holds(field, operator, value):
    assert holds(field, operator, value)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("word_count", "gt", 1200),
        ("title", "eq", "espresso"),
        ("checks_passed", "ne", True),
        ("platforms", "contains", "tiktok"),
        ("version", "ne", 2),
        ("version", "lt", 2),
        ("version", "not_in", [2]),
        ("provider", "is_not_empty", None),
    ],
)
def test_it_does_not_hold_and_what_is_unknown_never_does(field, operator, value):
    assert not holds(field, operator, value)


def test_what_does_not_hold_is_said():
    condition = Condition(field="word_count", operator="gte", value=1500)
    assert unmet([condition], FACTS) == ["word_count is 1200, expected gte 1500"]


@pytest.mark.parametrize(
    ("trigger", "condition", "place", "says"),
    [
        (
            "idea_created",
            {"field": "word_count", "operator": "gt", "value": 1},
            "conditions.0.field",
            "the trigger idea_created has no field 'word_count'; it has title, content_type",
        ),
        (
            "content_ready",
            {"field": "title", "operator": "gt", "value": "a"},
            "conditions.0.operator",
            "title is a text, which takes eq, ne, in",
        ),
        (
            "content_ready",
            {"field": "word_count", "operator": "gt", "value": "many"},
            "conditions.0.value",
            "word_count is compared with a number",
        ),
        (
            "content_ready",
            {"field": "word_count", "operator": "gt", "value": True},
            "conditions.0.value",
            "word_count is compared with a number",
        ),
        ("content_ready", {"field": "title", "operator": "in", "value": "a"}, "conditions.0.value", "list of values"),
        ("content_ready", {"field": "title", "operator": "eq"}, "conditions.0.value", "eq takes one value"),
        ("content_ready", {"field": "title", "operator": "is_empty", "value": 1}, "conditions.0.value", "no value"),
    ],
)
def test_a_condition_that_cannot_count_is_refused_where_it_stands(trigger, condition, place, says):
    [(found, [message])] = problems_of(trigger, [Condition.model_validate(condition)]).items()
    assert found == place
    assert says in message


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": []},
        {"actions": [{"action": "send_flowers"}]},
        {"actions": [{"action": "plan_articles", "articles": 0}]},
        {"actions": [{"action": "plan_articles", "articles": 5, "colour": "red"}]},
        {"trigger": "full_moon"},
        {"max_executions_per_day": 0},
        {"credit_limit_per_execution": "-1"},
        {"name": "a\0b"},
    ],
)
def test_a_malformed_rule_is_refused(changes):
    rule = {"name": "Weekly", "trigger": "schedule", "actions": [{"action": "plan_articles", "articles": 5}]}
    RuleDefinition.model_validate(rule)
    with pytest.raises(ValidationError):
        RuleDefinition.model_validate(rule | changes)


def test_an_action_knows_its_parameters():
    [video] = ACTION_LIST.validate_python([{"action": "create_video", "video_type": "short"}])
    assert video.model_dump() == {
        "action": "create_video",
        "limit": 1,
        "video_type": "short",
        "render_preset": None,
    }


def at(*moment: int) -> datetime:
    return datetime(2026, 11, *moment, tzinfo=UTC)


@pytest.mark.parametrize("line", ["", "hourly", "* * * *", "0 0 0 * * *", "61 * * * *", "0 0 31 2 *"])
def test_what_is_no_cron_line_is_refused_with_an_example(line):
    with pytest.raises(BadSchedule, match="such as `0 9"):
        check_schedule(line)


def test_times_that_were_missed_collapse_into_the_last_one():
    assert latest_time("0 * * * *", at(21, 9, 0, 3), at(21, 13, 30)) == (at(21, 13), 4)
    assert latest_time("0 * * * *", at(21, 13), at(21, 13, 59)) is None
    assert latest_time("0 9 * * 1-5", at(20, 12), at(22, 12)) is None, "a weekend"


def test_a_time_counts_from_its_minute_on():
    assert latest_time("0 13 * * *", at(21, 12, 59), at(21, 13)) == (at(21, 13), 1)
    assert list(times_between("0 9 * * *", at(19, 9), at(21, 9))) == [at(20, 9), at(21, 9)]
