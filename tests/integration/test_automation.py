"""Rules over the outbox and the clock: each occasion once, within limits, never a broken look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update

from igny8_resources.automation import running
from igny8_resources.automation.contracts import RuleDefinition
from igny8_resources.automation.dry_run import dry_run
from igny8_resources.automation.rules import RuleRefused, change_rule, create_rule, definition_of, delete_rule
from igny8_resources.automation.running import run_now, work_rules
from igny8_resources.events import append_event
from igny8_resources.requests import finish_items
from igny8_resources.warehouse.store.sites import set_module, set_stage
from igny8_resources.warehouse.tables.automation import AutomationExecution, AutomationRule
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event, EventCursor, Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs.names import DRAFT_SOCIAL_POSTS, JOB_OF_REQUEST, PLAN_SITE, PUBLISH_ARTICLE, WRITE_ARTICLE
from tests.warehouse_samples import Place, add_article, make_place, site_of

POSTS = [{"action": "draft_social_posts"}]
PLAN = [{"action": "plan_articles", "articles": 1}]


@pytest.fixture
def place(warehouse) -> Place:
    place = make_place(warehouse)
    with warehouse.write() as session:
        # Rules do here what stages would do by themselves.
        for stage in ("writing", "publishing", "social", "video"):
            set_stage(session, site_of(session, place), stage, enabled=False)
    return place


def make_rule(warehouse, place: Place, trigger: str = "content_published", actions=POSTS, **values) -> int:
    with warehouse.write() as session:
        named = {"name": f"{trigger} {values}", "trigger": trigger, "actions": actions}
        values = {**named, "credit_limit_per_execution": 500, **values}
        rule = create_rule(session, site_of(session, place), RuleDefinition.model_validate(values), by="user:1")
        return rule.id


def happened(warehouse, place: Place, kind: str, subject: str, **payload) -> int:
    with warehouse.write() as session:
        event = append_event(
            session, kind, subject, account_id=place.account_id, site_id=place.site_id, payload=payload
        )
        session.flush()
        return event.id


def published(warehouse, place: Place, keyword: str = "espresso ratio") -> str:
    """A published article and the event that says so."""
    with warehouse.write() as session:
        partition, _ = add_article(session, place, "published", keyword=keyword)
    happened(warehouse, place, "article.published", partition)
    return partition


def look(warehouse, now: datetime | None = None) -> list[str]:
    return work_rules(warehouse, JOB_OF_REQUEST, now=now)


def executions(warehouse) -> list[AutomationExecution]:
    with warehouse.read() as session:
        return list(session.scalars(select(AutomationExecution).order_by(AutomationExecution.id)))


def asked(warehouse) -> list[tuple[str, str, str]]:
    with warehouse.read() as session:
        rows = session.execute(
            select(Request.kind, RequestItem.job, RequestItem.subject)
            .join(RequestItem, RequestItem.request_id == Request.id)
            .order_by(RequestItem.id)
        )
        return [tuple(row) for row in rows]


def test_an_event_sets_a_rule_off_and_its_request_ends_the_execution(warehouse, place):
    rule = make_rule(warehouse, place)
    partition = published(warehouse, place)
    [said] = look(warehouse)
    assert said.endswith("started, draft posts from 1 article")
    assert asked(warehouse) == [("social", DRAFT_SOCIAL_POSTS, partition)]
    [execution] = executions(warehouse)
    assert (execution.rule_id, execution.status, execution.occasion[:6]) == (rule, "started", "event:")
    # Five platforms, each a post for 1 credit and a picture for 3.
    assert execution.estimated_credits == 20
    with warehouse.write() as session:
        finish_items(session, partition, DRAFT_SOCIAL_POSTS)
    assert look(warehouse) == []
    [execution] = executions(warehouse)
    assert execution.status == "done"
    assert execution.finished_at is not None


def test_an_execution_whose_request_fails_says_why(warehouse, place):
    make_rule(warehouse, place)
    partition = published(warehouse, place)
    look(warehouse)
    with warehouse.write() as session:
        finish_items(session, partition, DRAFT_SOCIAL_POSTS, failure="the provider is away")
    look(warehouse)
    [execution] = executions(warehouse)
    assert (execution.status, execution.reason) == ("failed", "draft posts from 1 article; the provider is away")


def test_the_same_events_read_again_do_nothing_twice(warehouse, place):
    make_rule(warehouse, place)
    published(warehouse, place)
    look(warehouse)
    with warehouse.write() as session:
        session.execute(delete(EventCursor))
    assert look(warehouse) == []
    assert len(executions(warehouse)) == len(asked(warehouse)) == 1


def test_conditions_decide_and_leave_no_trace_where_they_do_not_hold(warehouse, place):
    conditions = [{"field": "target_words", "operator": "gte", "value": 1000}]
    make_rule(warehouse, place, conditions=conditions)
    make_rule(warehouse, place, conditions=[{"field": "word_count", "operator": "gt", "value": 5000}])
    published(warehouse, place)
    look(warehouse)
    assert len(executions(warehouse)) == 1


def test_the_sites_own_fields_can_be_asked_for_by_every_rule(warehouse, place):
    make_rule(warehouse, place, conditions=[{"field": "articles_published", "operator": "gte", "value": 2}])
    published(warehouse, place, "one")
    assert look(warehouse) == []
    published(warehouse, place, "two")
    assert len(look(warehouse)) == 1


def test_what_happened_before_a_rule_was_made_is_not_its_occasion(warehouse, place):
    published(warehouse, place)
    make_rule(warehouse, place)
    assert look(warehouse) == []
    assert executions(warehouse) == []


@pytest.mark.parametrize("what", ["rule", "module", "site", "account"])
def test_what_is_switched_off_sets_nothing_off_then_or_later(warehouse, place, what):
    rule = make_rule(warehouse, place)

    def switch(*, on: bool) -> None:
        with warehouse.write() as session:
            site = site_of(session, place)
            if what == "rule":
                session.get_one(AutomationRule, rule).is_active = on
            elif what == "module":
                set_module(session, site, "automation", enabled=on)
            elif what == "site":
                site.status = "active" if on else "paused"
            else:
                session.get_one(Account, place.account_id).status = "active" if on else "suspended"

    switch(on=False)
    published(warehouse, place)
    assert look(warehouse) == []
    switch(on=True)
    assert look(warehouse) == []


def test_a_day_has_its_limit_and_says_so_once(warehouse, place):
    make_rule(warehouse, place, max_executions_per_day=2)
    for keyword in ("one", "two", "three", "four"):
        published(warehouse, place, keyword)
    now = utc_now()
    look(warehouse, now)
    found = executions(warehouse)
    assert [execution.status for execution in found] == ["started", "started", "skipped"]
    assert found[-1].occasion == f"limit:{now.date().isoformat()}"
    assert found[-1].reason == "the limit of 2 executions a day is reached"
    published(warehouse, place, "five")
    look(warehouse, now + timedelta(days=1))
    assert executions(warehouse)[-1].status == "started"


def test_what_would_cost_too_much_is_not_begun(warehouse, place):
    make_rule(warehouse, place, credit_limit_per_execution=Decimal("19.5"))
    published(warehouse, place)
    look(warehouse)
    [execution] = executions(warehouse)
    assert execution.status == "skipped"
    assert execution.estimated_credits == 20
    assert execution.reason.startswith("estimated at 20 credits, above the limit of 19.5 an execution")
    assert asked(warehouse) == []


def test_a_stage_that_does_it_already_is_left_to_it(warehouse, place):
    make_rule(warehouse, place)
    with warehouse.write() as session:
        set_stage(session, site_of(session, place), "social", enabled=True)
    published(warehouse, place)
    look(warehouse)
    [execution] = executions(warehouse)
    assert (execution.status, execution.reason) == (
        "skipped",
        "the social stage is on and drafts posts of every new page by itself",
    )


def test_approving_is_done_at_once_and_only_what_passed(warehouse, place):
    rule = make_rule(warehouse, place, "content_ready", [{"action": "approve_content"}])
    with warehouse.write() as session:
        failing, failing_id = add_article(session, place, "review", keyword="one")
        passing, passing_id = add_article(session, place, "review", keyword="two")
        session.get_one(Content, passing_id).checks_passed = True
    for partition in (failing, passing):
        happened(warehouse, place, "article.ready", partition)
    look(warehouse)
    assert [execution.status for execution in executions(warehouse)] == ["skipped", "done"]
    with warehouse.read() as session:
        assert session.get_one(Content, failing_id).status == "review"
        approved = session.get_one(Content, passing_id)
        assert (approved.status, approved.approved_by) == ("approved", f"automation:rule:{rule}")
        event = session.scalars(select(Event).where(Event.kind == "article.approved")).one()
        assert event.actor == f"automation:rule:{rule}"


def test_a_rule_that_fails_is_an_execution_and_the_next_rule_goes_on(warehouse, place, monkeypatch):
    make_rule(warehouse, place, name="broken")
    make_rule(warehouse, place, name="sound")
    published(warehouse, place)
    real, broken = running.carry_out, []

    def breaking_once(*args, **kwargs):
        if not broken:
            broken.append(True)
            raise RuntimeError("no such table")
        return real(*args, **kwargs)

    monkeypatch.setattr(running, "carry_out", breaking_once)
    look(warehouse)
    found = executions(warehouse)
    assert [(execution.status, execution.reason) for execution in found] == [
        ("failed", "RuntimeError: no such table"),
        ("started", "draft posts from 1 article"),
    ]


def test_a_stored_rule_that_cannot_be_read_is_told_of_once_a_day(warehouse, place):
    rule = make_rule(warehouse, place, "schedule", PLAN, schedule="0 * * * *")
    with warehouse.write() as session:
        session.execute(update(AutomationRule).where(AutomationRule.id == rule).values(schedule="never"))
    now = utc_now()
    look(warehouse, now)
    look(warehouse, now)
    [execution] = executions(warehouse)
    assert execution.status == "failed"
    assert "the rule cannot be evaluated" in execution.reason


class TestSchedules:
    START = datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)

    @pytest.fixture
    def hourly(self, warehouse, place):
        rule = make_rule(warehouse, place, "schedule", PLAN, schedule="0 * * * *")
        self.made_at(warehouse, rule, self.START)
        return rule

    def made_at(self, warehouse, rule: int, moment: datetime) -> None:
        with warehouse.write() as session:
            values = {"created_at": moment, "updated_at": moment}
            session.execute(update(AutomationRule).where(AutomationRule.id == rule).values(**values))

    @pytest.mark.usefixtures("hourly")
    def test_each_time_comes_once(self, warehouse, place):
        assert look(warehouse, self.START + timedelta(minutes=59)) == []
        for _ in range(3):
            look(warehouse, self.START + timedelta(hours=1))
        assert asked(warehouse) == [("plan", PLAN_SITE, place.key)]
        [execution] = executions(warehouse)
        assert execution.occasion == "at:2026-11-21T10:00:00+00:00"

    @pytest.mark.usefixtures("hourly")
    def test_missed_times_are_one_execution_that_says_so(self, warehouse):
        look(warehouse, self.START + timedelta(hours=4, minutes=10))
        [execution] = executions(warehouse)
        assert execution.occasion == "at:2026-11-21T13:00:00+00:00"
        assert execution.reason == "3 times before were missed; plan and write 1 article"

    def test_a_time_at_which_conditions_do_not_hold_is_over(self, warehouse, place):
        conditions = [{"field": "queued_tasks", "operator": "lt", "value": 1}]
        rule = make_rule(warehouse, place, "schedule", PLAN, schedule="0 * * * *", conditions=conditions)
        self.made_at(warehouse, rule, self.START)
        with warehouse.write() as session:
            add_article(session, place, "queued")
        look(warehouse, self.START + timedelta(hours=1))
        [execution] = executions(warehouse)
        assert execution.reason == "conditions not met: queued_tasks is 1, expected lt 1"
        assert look(warehouse, self.START + timedelta(hours=1, minutes=5)) == []

    def test_a_rule_that_is_switched_on_again_counts_from_then(self, warehouse, place, hourly):
        with warehouse.write() as session:
            rule = session.get_one(AutomationRule, hourly)
            change_rule(session, site_of(session, place), rule, definition_of(rule), by="user:1")
            session.flush()
            session.execute(update(AutomationRule).values(updated_at=self.START + timedelta(days=3)))
        assert look(warehouse, self.START + timedelta(days=3, minutes=10)) == []

    def test_an_execution_does_not_count_as_a_change(self, warehouse, hourly):
        look(warehouse, self.START + timedelta(hours=1))
        with warehouse.read() as session:
            rule = session.get_one(AutomationRule, hourly)
            assert rule.updated_at == self.START
            assert rule.last_execution_at == self.START + timedelta(hours=1)


class TestLoops:
    def test_a_rule_does_not_set_itself_off_through_its_own_request(self, warehouse, place):
        rule = make_rule(warehouse, place, "task_created", PLAN)
        with warehouse.write() as session:
            execution = run_now(session, session.get_one(AutomationRule, rule), JOB_OF_REQUEST)
            [request] = execution.request_ids
        with warehouse.write() as session:
            partition, _ = add_article(session, place, "queued")
            session.execute(update(Task).values(request_id=request))
        happened(warehouse, place, "task.created", partition)
        look(warehouse)
        assert executions(warehouse)[-1].reason == (
            "this is an effect of the rule itself, which does not set itself off"
        )
        assert len(asked(warehouse)) == 1

    def test_nor_through_what_it_approved(self, warehouse, place):
        make_rule(warehouse, place, "content_approved", [{"action": "approve_content"}, *PLAN])
        with warehouse.write() as session:
            ids = [add_article(session, place, "review", keyword=word) for word in ("one", "two")]
            for _, content_id in ids:
                session.get_one(Content, content_id).checks_passed = True
        happened(warehouse, place, "article.approved", ids[0][0])
        for _ in range(3):
            look(warehouse)
        assert [execution.status for execution in executions(warehouse)] == ["started", "skipped"]

    def test_rules_that_set_each_other_off_come_to_an_end(self, warehouse, place):
        first = make_rule(warehouse, place, "task_created", [{"action": "write_tasks"}])
        make_rule(warehouse, place, "content_generated", PLAN)
        with warehouse.write() as session:
            partition, _ = add_article(session, place, "queued")
        happened(warehouse, place, "task.created", partition)
        look(warehouse)
        assert asked(warehouse) == [("content", WRITE_ARTICLE, partition)]
        happened(warehouse, place, "article.drafted", partition)
        look(warehouse)
        with warehouse.read() as session:
            [_, plan] = session.scalars(select(Request).order_by(Request.created_at))
            assert plan.payload["automation"]["chain"] == [first, first + 1]

    def test_five_in_a_row_are_the_end_and_a_dry_run_knows_it(self, warehouse, place):
        first = make_rule(warehouse, place, "task_created", [{"action": "write_tasks"}])
        sixth = make_rule(warehouse, place, "content_generated", PLAN)
        with warehouse.write() as session:
            partition, _ = add_article(session, place, "queued")
        happened(warehouse, place, "task.created", partition)
        look(warehouse)
        with warehouse.write() as session:
            [writing] = session.scalars(select(Request))
            four_more = [first + 100 + number for number in range(4)]
            writing.payload = {"automation": {**writing.payload["automation"], "chain": [first, *four_more]}}
        happened(warehouse, place, "article.drafted", partition)
        look(warehouse)
        last = executions(warehouse)[-1]
        assert (last.rule_id, last.status) == (sixth, "skipped")
        assert last.reason.startswith("5 rules have set each other off already")
        with warehouse.read() as session:
            report = dry_run(session, session.get_one(AutomationRule, sixth), now=utc_now() + timedelta(seconds=1))
        assert [(occasion.outcome, occasion.reason) for occasion in report.occasions] == [
            ("effect_of_rules", last.reason)
        ]
        assert report.estimated_credits == 0


class TestActions:
    def test_writing_takes_tasks_that_wait_and_leaves_those_under_way(self, warehouse, place):
        rule = make_rule(
            warehouse,
            place,
            "schedule",
            [{"action": "write_tasks", "limit": 2}],
            schedule="0 9 * * *",
            credit_limit_per_execution=1000,
        )
        with warehouse.write() as session:
            partitions = [add_article(session, place, "queued", keyword=word)[0] for word in ("one", "two", "three")]
        for _ in range(2):
            with warehouse.write() as session:
                run_now(session, session.get_one(AutomationRule, rule), JOB_OF_REQUEST)
        assert asked(warehouse) == [("content", WRITE_ARTICLE, partition) for partition in partitions]

    def test_publishing_asks_for_what_is_approved(self, warehouse, place):
        rule = make_rule(warehouse, place, "schedule", [{"action": "publish_content"}], schedule="0 10 * * *")
        with warehouse.write() as session:
            partition, _ = add_article(session, place, "approved")
        with warehouse.write() as session:
            run_now(session, session.get_one(AutomationRule, rule), JOB_OF_REQUEST)
        assert asked(warehouse) == [("publish", PUBLISH_ARTICLE, partition)]

    def test_one_action_without_anything_to_do_does_not_stop_the_others(self, warehouse, place):
        make_rule(warehouse, place, actions=[{"action": "write_tasks"}, *POSTS])
        published(warehouse, place)
        look(warehouse)
        [execution] = executions(warehouse)
        assert (execution.status, execution.reason) == (
            "started",
            "draft posts from 1 article; no task waits to be written",
        )

    def test_a_module_that_is_off_does_nothing(self, warehouse, place):
        make_rule(warehouse, place)
        with warehouse.write() as session:
            set_module(session, site_of(session, place), "socializer", enabled=False)
        published(warehouse, place)
        look(warehouse)
        assert executions(warehouse)[0].reason == "the socializer module is switched off for crema-lane"


class TestDryRun:
    def test_it_lists_what_would_have_been_done_and_writes_nothing(self, warehouse, place):
        for keyword in ("one", "two", "three"):
            published(warehouse, place, keyword)
        rule = make_rule(warehouse, place, max_executions_per_day=2)
        before = counts(warehouse)
        with warehouse.read() as session:
            report = dry_run(session, session.get_one(AutomationRule, rule), now=utc_now() + timedelta(seconds=1))
        assert report.counts == {"would_run": 2, "daily_limit": 1}
        assert [occasion.outcome for occasion in report.occasions] == ["daily_limit", "would_run", "would_run"]
        assert (report.credits_per_execution, report.estimated_credits) == (20, 40)
        assert counts(warehouse) == before

    def test_conditions_and_credits_are_applied(self, warehouse, place):
        published(warehouse, place)
        conditions = [{"field": "target_words", "operator": "gt", "value": 9000}]
        strict = make_rule(warehouse, place, conditions=conditions)
        dear = make_rule(warehouse, place, credit_limit_per_execution=1)
        with warehouse.read() as session:
            soon = utc_now() + timedelta(seconds=1)
            assert dry_run(session, session.get_one(AutomationRule, strict), now=soon).counts == {
                "conditions_not_met": 1
            }
            report = dry_run(session, session.get_one(AutomationRule, dear), now=soon)
        assert report.counts == {"credit_limit": 1}
        assert report.estimated_credits == 0

    def test_a_schedule_is_replayed_over_its_times(self, warehouse, place):
        rule = make_rule(warehouse, place, "schedule", PLAN, schedule="0 9 * * *")
        with warehouse.read() as session:
            report = dry_run(session, session.get_one(AutomationRule, rule), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
        assert report.counts == {"would_run": 7}
        assert report.occasions[0].at == datetime(2026, 11, 21, 9, tzinfo=UTC)

    def test_what_is_older_is_left_out(self, warehouse, place):
        published(warehouse, place)
        rule = make_rule(warehouse, place)
        with warehouse.read() as session:
            assert (
                dry_run(session, session.get_one(AutomationRule, rule), now=utc_now() + timedelta(days=8)).counts == {}
            )


def counts(warehouse) -> list[int]:
    with warehouse.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Event, Request, AutomationExecution)
        ]


class TestSaving:
    def refused(self, warehouse, place, **values) -> dict:
        with pytest.raises(RuleRefused) as refused:
            make_rule(warehouse, place, **values)
        return dict(refused.value.errors)

    def test_an_unknown_field_is_named_with_those_that_are_known(self, warehouse, place):
        conditions = [{"field": "colour", "operator": "eq", "value": "red"}]
        [message] = self.refused(warehouse, place, conditions=conditions)["conditions.0.field"]
        assert message.startswith("the trigger content_published has no field 'colour'; it has title,")
        assert "credit_balance" in message

    def test_a_cron_line_belongs_to_a_schedule(self, warehouse, place):
        assert "schedule" in self.refused(warehouse, place, schedule="0 9 * * *")
        assert "schedule" in self.refused(warehouse, place, trigger="schedule", schedule="daily")

    def test_a_site_has_each_name_once(self, warehouse, place):
        make_rule(warehouse, place, name="Posts")
        assert self.refused(warehouse, place, name="Posts")["name"][0].endswith("has this name already")

    def test_a_deleted_rule_takes_its_history_along(self, warehouse, place):
        rule = make_rule(warehouse, place)
        published(warehouse, place)
        look(warehouse)
        with warehouse.write() as session:
            delete_rule(session, site_of(session, place), session.get_one(AutomationRule, rule), by="user:1")
        assert executions(warehouse) == []
        assert len(asked(warehouse)) == 1
