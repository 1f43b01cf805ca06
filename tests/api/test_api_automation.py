"""Automation through the API: choices of a site, rules and their history."""

from typing import Any

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import select

from igny8_resources.automation.running import work_rules
from igny8_resources.events import append_event
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import Event, Request
from jobs.names import JOB_OF_REQUEST

RULES = "/api/v1/automation/rules/"


def new_rule(of: Tenant, **changes: Any) -> dict[str, Any]:
    return {
        "site": of.site_key,
        "name": "Plan on Mondays",
        "trigger": "schedule",
        "schedule": "0 9 * * 1",
        "conditions": [{"field": "queued_tasks", "operator": "lt", "value": 10}],
        "actions": [{"action": "plan_articles", "articles": 2}],
        "credit_limit_per_execution": "500",
        **changes,
    }


def added(client: TestClient, of: Tenant, **changes: Any) -> dict[str, Any]:
    answer = client.post(RULES, json=new_rule(of, **changes), headers=of.as_role())
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


class TestRules:
    def test_a_rule_is_added_read_changed_and_deleted(self, client: TestClient, ours: Tenant):
        rule = added(client, ours)
        address = f"{RULES}{rule['id']}/"
        read = client.get(address, headers=ours.as_role())
        assert read.json()["data"] == rule
        changed = {**new_rule(ours), "is_active": False}
        changed.pop("site")
        headers = {**ours.as_role(), "If-Match": read.headers["ETag"]}
        answer = client.put(address, json=changed, headers=headers)
        assert answer.json()["data"]["is_active"] is False
        assert answer.headers["ETag"] == client.get(address, headers=ours.as_role()).headers["ETag"]
        assert client.get(f"{RULES}?is_active=true", headers=ours.as_role()).json()["count"] == 0
        assert client.get(f"{RULES}?trigger=schedule&search=mondays", headers=ours.as_role()).json()["count"] == 1
        assert client.delete(address, headers=ours.as_role()).status_code == 200
        assert client.get(address, headers=ours.as_role()).status_code == 404

    def test_an_edit_of_something_older_is_refused(self, client: TestClient, ours: Tenant):
        rule = added(client, ours)
        address, changed = f"{RULES}{rule['id']}/", new_rule(ours, name="Other")
        changed.pop("site")
        tag = client.get(address, headers=ours.as_role()).headers["ETag"]
        assert client.put(address, json=changed, headers=ours.as_role()).status_code == 428
        assert client.put(address, json=changed, headers={**ours.as_role(), "If-Match": tag}).status_code == 200
        lost = client.put(address, json=changed, headers={**ours.as_role(), "If-Match": tag})
        assert lost.status_code == 409

    def test_an_execution_does_not_make_an_edit_old(self, client: TestClient, ours: Tenant):
        address = f"{RULES}{added(client, ours)['id']}/"
        tag = client.get(address, headers=ours.as_role()).headers["ETag"]
        client.post(f"{address}run/", headers=ours.as_role())
        assert client.get(address, headers=ours.as_role()).headers["ETag"] == tag

    def test_the_same_key_adds_one_rule(self, client: TestClient, ours: Tenant):
        headers = {**ours.as_role(), "Idempotency-Key": "monday"}
        first, again = (client.post(RULES, json=new_rule(ours), headers=headers) for _ in range(2))
        assert first.json() == again.json()
        assert first.headers["ETag"] == again.headers["ETag"]
        assert client.get(RULES, headers=ours.as_role()).json()["count"] == 1

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            (
                {"conditions": [{"field": "colour", "operator": "eq", "value": "red"}]},
                "conditions.0.field",
                "the trigger schedule has no field 'colour'; it has credit_balance",
            ),
            ({"schedule": "on Mondays"}, "schedule", "not a cron line"),
            ({"trigger": "keyword_added"}, "schedule", "only the trigger schedule"),
            ({"actions": [{"action": "dance"}]}, "actions.0", "dance"),
            ({"actions": [{"action": "plan_articles", "articles": 51}]}, "actions.0.plan_articles.articles", "50"),
            ({"conditions": [{"field": "queued_tasks", "operator": "~"}]}, "conditions.0.operator", "eq"),
            ({"colour": "red"}, "colour", "not permitted"),
            ({"name": "a\0b"}, "name", "NUL"),
            ({"credit_limit_per_execution": "NaN"}, "credit_limit_per_execution", "finite"),
        ],
    )
    def test_what_cannot_be_saved_is_named(self, client: TestClient, ours: Tenant, changes, field, says):
        answer = client.post(RULES, json=new_rule(ours, **changes), headers=ours.as_role())
        assert answer.status_code == 400, answer.text
        assert says in answer.json()["errors"][field][0]

    def test_editors_and_viewers_read_and_owners_manage(self, client: TestClient, ours: Tenant):
        rule = added(client, ours)
        for role in ("editor", "viewer"):
            headers = ours.as_role(role)
            assert client.get(RULES, headers=headers).json()["count"] == 1
            assert client.post(f"{RULES}{rule['id']}/dry-run/", headers=headers).status_code == 200
            assert client.post(RULES, json=new_rule(ours, name="B"), headers=headers).status_code == 403
            assert client.post(f"{RULES}{rule['id']}/run/", headers=headers).status_code == 403
            assert client.delete(f"{RULES}{rule['id']}/", headers=headers).status_code == 403

    def test_a_module_that_is_off_is_refused_by_name(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        with warehouse.write() as session:
            set_module(session, site_by_key(session, ours.site_key), "automation", enabled=False)
        answer = client.post(RULES, json=new_rule(ours), headers=ours.as_role())
        assert (answer.status_code, list(answer.json()["errors"].values())) == (403, [["automation"]])


class TestRunning:
    def test_a_run_by_hand_says_what_came_of_it(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        rule = added(client, ours)
        headers = {**ours.as_role(), "Idempotency-Key": "now"}
        first, again = (client.post(f"{RULES}{rule['id']}/run/", headers=headers) for _ in range(2))
        execution = first.json()["data"]
        assert again.json() == first.json()
        assert execution["status"] == "started"
        assert execution["reason"] == "run by hand; plan and write 2 articles"
        [task_id] = execution["request_ids"]
        progress = client.get(f"/api/v1/system/settings/task_progress/{task_id}/", headers=ours.as_role())
        assert progress.json()["data"]["kind"] == "plan"
        listed = client.get(f"/api/v1/automation/executions/?rule={rule['id']}", headers=ours.as_role()).json()
        assert listed["results"] == [execution]
        one = client.get(f"/api/v1/automation/executions/{execution['id']}/", headers=ours.as_role())
        assert one.json()["data"] == execution
        none = client.get("/api/v1/automation/executions/?status=failed", headers=ours.as_role())
        assert none.json()["count"] == 0
        with warehouse.read() as session:
            assert len(session.scalars(select(Request)).all()) == 1

    def test_conditions_on_the_site_hold_for_a_run_by_hand_too(self, client: TestClient, ours: Tenant):
        rule = added(client, ours, conditions=[{"field": "credit_balance", "operator": "lt", "value": 1}])
        execution = client.post(f"{RULES}{rule['id']}/run/", headers=ours.as_role()).json()["data"]
        assert execution["status"] == "skipped"
        assert "conditions not met: credit_balance is 954.5, expected lt 1" in execution["reason"]

    def test_a_dry_run_lists_occasions_and_writes_nothing(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        rule = added(client, ours, trigger="task_created", schedule="", conditions=[])
        with warehouse.write() as session:
            site = site_by_key(session, ours.site_key)
            append_event(session, "task.created", f"{site.key}-1", account_id=site.account_id, site_id=site.id)
        with warehouse.read() as session:
            before = len(session.scalars(select(Event)).all())
        report = client.post(f"{RULES}{rule['id']}/dry-run/?days=3", headers=ours.as_role()).json()["data"]
        assert report["counts"] == {"would_run": 1}
        [occasion] = report["occasions"]
        assert (occasion["subject"], occasion["outcome"]) == (f"{ours.site_key}-1", "would_run")
        assert report["estimated_credits"] == occasion["estimated_credits"]
        with warehouse.read() as session:
            assert len(session.scalars(select(Event)).all()) == before
            assert session.scalars(select(Request)).all() == []
        assert client.post(f"{RULES}{rule['id']}/dry-run/?days=0", headers=ours.as_role()).status_code == 400

    def test_a_rule_of_the_api_is_set_off_by_what_happens(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        rule = added(client, ours, trigger="keyword_added", schedule="", conditions=[])
        with warehouse.write() as session:
            site = site_by_key(session, ours.site_key)
            append_event(session, "keywords.loaded", "1", account_id=site.account_id, site_id=site.id)
        work_rules(warehouse, JOB_OF_REQUEST)
        [execution] = client.get("/api/v1/automation/executions/", headers=ours.as_role()).json()["results"]
        assert (execution["rule_id"], execution["status"]) == (rule["id"], "started")


class TestChoices:
    def test_a_sites_automation_is_read_and_replaced(self, client: TestClient, ours: Tenant):
        address = f"/api/v1/automation/config/{ours.site_key}/"
        read = client.get(address, headers=ours.as_role("viewer"))
        choices = read.json()["data"]
        assert choices["stages"]["social"]["enabled"] is False
        choices["stages"]["social"] = {"enabled": True, "batch_size": 5, "daily_cap": 3}
        choices |= {"auto_approve": True, "social_platforms": ["linkedin"], "in_article_images": 1}
        headers = {**ours.as_role(), "If-Match": read.headers["ETag"]}
        answer = client.put(address, json=choices, headers=headers)
        assert answer.json()["data"] == choices
        again = client.get(address, headers=ours.as_role())
        assert (again.json()["data"], again.headers["ETag"]) == (choices, answer.headers["ETag"])
        assert client.put(address, json=choices, headers=headers).status_code == 409

    def test_a_stage_that_is_switched_on_is_told_so_that_it_takes_up_what_waits(
        self, client: TestClient, ours: Tenant, warehouse: Warehouse
    ):
        address = f"/api/v1/automation/config/{ours.site_key}/"
        choices = client.get(address, headers=ours.as_role()).json()["data"]
        choices["stages"]["video"]["enabled"] = True
        assert client.put(address, json=choices, headers={**ours.as_role(), "If-Match": "*"}).status_code == 200
        with warehouse.read() as session:
            [switched] = session.scalars(select(Event).where(Event.kind == "site.stage_switched"))
        assert switched.payload == {"stage": "video", "enabled": True}

    @pytest.mark.parametrize("stages", [{}, {"dreaming": {"enabled": True}}])
    def test_stages_are_named_all_and_no_other(self, client: TestClient, ours: Tenant, stages):
        address = f"/api/v1/automation/config/{ours.site_key}/"
        choices = {**client.get(address, headers=ours.as_role()).json()["data"], "stages": stages}
        answer = client.put(address, json=choices, headers={**ours.as_role(), "If-Match": "*"})
        assert answer.status_code == 400
        assert "stage" in str(answer.json()["errors"])

    def test_editors_do_not_change_it(self, client: TestClient, ours: Tenant):
        address = f"/api/v1/automation/config/{ours.site_key}/"
        choices = client.get(address, headers=ours.as_role("editor")).json()["data"]
        assert client.put(address, json=choices, headers={**ours.as_role("editor"), "If-Match": "*"}).status_code == 403


def test_the_vocabulary_is_what_rules_are_checked_against(client: TestClient, ours: Tenant):
    known = client.get("/api/v1/automation/vocabulary/", headers=ours.as_role("viewer")).json()["data"]
    [ready] = [trigger for trigger in known["triggers"] if trigger["name"] == "content_ready"]
    assert ready["event_kinds"] == ["article.ready"]
    [words] = [field for field in ready["fields"] if field["name"] == "word_count"]
    assert (words["type"], words["operators"][:3]) == ("number", ["eq", "ne", "gt"])
    actions = {action["name"] for action in known["actions"]}
    assert actions == {
        "plan_articles",
        "write_tasks",
        "approve_content",
        "publish_content",
        "draft_social_posts",
        "create_video",
    }
