"""The desk's pages as a reviewer uses them: board, article, decisions, work, credits, automation."""

from datetime import timedelta
from decimal import Decimal

import pytest
from api_drafts import add_drafts
from api_tenants import Tenant
from desk_people import OWN, desk_of
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from igny8_resources.credits import move_credits
from igny8_resources.daemon_heartbeats import DaemonState
from igny8_resources.requests import finish_items, report_progress
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.automation import AutomationConfig, AutomationStage
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event, Request
from igny8_resources.warehouse.tables.writer import Content, Image, Task
from tests.unit.article_samples import HOW_TO


@pytest.fixture
def browser(ours: Tenant):
    with desk_of(ours) as browser:
        yield browser


def follow(browser: TestClient, answer) -> str:
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def test_the_board_shows_articles_by_stage_and_finds_them(browser: TestClient, ours: Tenant):
    overview = browser.get("/desk/").text
    assert "1 waits for review" in overview
    waiting = overview.split('id="waiting"')[1]
    assert f'<a href="/desk/articles/{ours.article("review")}/" data-open>Article 1</a>' in waiting
    assert "Article 2" not in waiting
    board = browser.get("/desk/sites/crema-lane/").text
    for stage, title in (("queued", "Article 0"), ("review", "Article 1"), ("published", "Article 2")):
        column = board.split(f'id="stage-{stage}"')[1].split("</section>")[0]
        assert title in column
    assert 'class="column stage-review current"' in board
    found = browser.get("/desk/sites/crema-lane/?q=article%202").text
    assert "Article 2" in found
    assert "Article 1" not in found
    assert "Nothing here matches." in browser.get("/desk/sites/crema-lane/?q=100%25").text
    assert "Article 2" in browser.get("/desk/sites/crema-lane/stages/published").text
    assert browser.get("/desk/sites/crema-lane/stages/nowhere").status_code == 404


def test_a_large_board_takes_as_many_queries_as_a_small_one(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    engine = ours.app.state.service.warehouse.engine
    statements: list[str] = []

    def count(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    def queries() -> int:
        statements.clear()
        assert browser.get("/desk/sites/crema-lane/").status_code == 200
        return len(statements)

    event.listen(engine, "before_cursor_execute", count)
    try:
        before = queries()
        with warehouse.write() as session:
            model = session.get_one(Task, ours.task("published"))
            for number in range(40):
                session.add(_idea_and_task(session, model, number))
        assert queries() == before
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert "16 more" in browser.get("/desk/sites/crema-lane/").text


def _idea_and_task(session, model: Task, number: int) -> Task:
    from igny8_resources.warehouse.tables.planner import ContentIdea

    owned = {"account_id": model.account_id, "site_id": model.site_id, "cluster_id": model.cluster_id}
    kinds = {"content_type": "post", "content_structure": "how_to"}
    idea = ContentIdea(**owned, **kinds, title=f"More {number}", target_keyword=f"more {number}")
    session.add(idea)
    session.flush()
    return Task(
        **owned, **kinds, idea_id=idea.id, title=f"More {number}", primary_keyword="espresso", status="published"
    )


def test_an_article_is_approved_as_it_was_looked_at(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    address = f"/desk/articles/{ours.article('review')}/"
    stale = browser.post(f"{address}approve", data={"version": "7"}, headers=OWN)
    assert stale.status_code == 409
    assert "The text changed while you looked: it is version 1 now, and you saw 7." in stale.text
    told = follow(browser, browser.post(f"{address}approve", data={"version": "1"}, headers=OWN))
    assert "Approved. Publication starts by itself." in told
    assert ">Approved</span>" in told
    again = browser.post(f"{address}approve", data={"version": "1"}, headers=OWN)
    assert again.status_code == 409
    assert "only an article in review can be approved" in again.text
    with warehouse.read() as session:
        content = session.get_one(Content, ours.article("review"))
        assert (content.status, content.approved_by) == ("approved", "user:owner@crema.example")
        assert session.scalars(select(Event.kind).where(Event.kind == "article.approved")).all() == ["article.approved"]


def test_an_article_is_sent_back_with_a_reason(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    address = f"/desk/articles/{ours.article('review')}/"
    assert browser.post(f"{address}reject", data={"version": "1", "reason": ""}, headers=OWN).status_code == 400
    reason = {"version": "1", "reason": "<b>The dose</b> is wrong"}
    told = follow(browser, browser.post(f"{address}reject", data=reason, headers=OWN))
    assert "Sent back to draft with your reason." in told
    assert "Sent back by owner@crema.example: &lt;b&gt;The dose&lt;/b&gt; is wrong" in told
    with warehouse.read() as session:
        [rejected] = session.scalars(select(Event).where(Event.kind == "article.rejected"))
        assert rejected.payload["reason"] == "<b>The dose</b> is wrong"
        assert session.get_one(Task, ours.task("review")).status == "draft"


def test_one_article_leads_to_the_next_that_waits(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    following = f'href="/desk/articles/{ours.article("review")}/" data-next'
    assert following in browser.get(f"/desk/articles/{ours.article('published')}/").text
    # Nothing else waits beside this one.
    assert "data-next" not in browser.get(f"/desk/articles/{ours.article('review')}/").text
    with warehouse.write() as session:
        session.get_one(Task, ours.task("published")).status = "review"
    shown = browser.get(f"/desk/articles/{ours.article('review')}/").text
    assert f'href="/desk/articles/{ours.article("published")}/" data-next' in shown


def test_remarks_of_checks_quote_the_passage_that_they_mean(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    add_drafts(warehouse, ours)
    with warehouse.write() as session:
        content = session.get_one(Content, ours.article("review"))
        content.checks_passed = False
        content.checks = {
            "text": {
                "passed": False,
                "errors": ["section:1/paragraph:0: a figure stands here without a source"],
                "warnings": ["meta_title: it is long"],
            }
        }
    shown = browser.get(f"/desk/articles/{ours.article('review')}/").text
    assert f"Section 2, “{HOW_TO.sections[1].heading}”, paragraph 1:" in shown
    assert "a figure stands here without a source" in shown
    assert "1 to mend" in shown
    assert "/approve" not in shown


def test_proposals_are_compared_word_by_word_and_decided_on(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    add_drafts(warehouse, ours)
    address = f"/desk/articles/{ours.article('review')}/"
    assert "2 proposals wait" in browser.get(address).text
    whole = browser.get(f"{address}versions/2/")
    assert "<ins>" in whole.text
    assert "Proposal" in whole.text
    part = browser.get(f"{address}versions/2/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert '<div class="difference">' in part
    assert browser.get(f"{address}versions/99/").status_code == 404

    turned_down = follow(browser, browser.post(f"{address}versions/3/reject", headers=OWN))
    assert "The proposal was turned down; it stays on record." in turned_down
    late = browser.post(f"{address}versions/2/accept", data={"version": "9"}, headers=OWN)
    assert late.status_code == 409
    accepted = follow(browser, browser.post(f"{address}versions/2/accept", data={"version": "1"}, headers=OWN))
    assert "The proposal is the article’s text now." in accepted
    assert ">Draft</span>" in accepted


def test_one_section_is_written_anew(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    add_drafts(warehouse, ours)
    address = f"/desk/articles/{ours.article('review')}/"
    told = follow(browser, browser.post(f"{address}sections/2/rewrite", data={"wish": "shorter"}, headers=OWN))
    assert "The section was written anew. The checks follow by themselves." in told
    assert browser.post(f"{address}sections/50/rewrite", data={"wish": ""}, headers=OWN).status_code == 409


def test_nothing_that_was_written_becomes_markup(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        content = session.get_one(Content, ours.article("review"))
        content.title = content.meta_title = content.meta_description = '"><script>alert(1)</script>'
        content.schema_data = {"x": "</script><script>alert(2)</script>"}
        content.url = "javascript:alert(3)"
        content.approved_by, content.approved_at = "user:x", content.created_at
        task = session.get_one(Task, content.task_id)
        task.error = task.title = "<img src=x onerror=alert(4)>"
    for path in (f"/desk/articles/{ours.article('review')}/", "/desk/sites/crema-lane/", "/desk/requests/"):
        shown = browser.get(path).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript:' not in shown


def test_pictures_come_with_their_alt_text(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        image = session.get_one(Image, ours.ids["image"])
        image.media_key, image.alt_text = ours.media_key, "A cup"
    shown = browser.get(f"/desk/articles/{ours.article('published')}/").text
    assert f'src="/desk/media/{ours.media_key}" alt="A cup"' in shown
    picture = browser.get(f"/desk/media/{ours.media_key}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


def test_work_is_asked_for_followed_and_stopped(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    form = {"articles": "2", "nonce": "one-click"}
    asked = browser.post("/desk/sites/crema-lane/articles", data=form, headers=OWN)
    twice = browser.post("/desk/sites/crema-lane/articles", data=form, headers=OWN)
    assert asked.headers["location"] == twice.headers["location"]
    address = asked.headers["location"].split("?")[0]
    assert "0 of 1 done" in follow(browser, asked)
    with warehouse.write() as session:
        report_progress(session, "crema-lane", "plan_site", "AI_CALL", "asking for ideas")
    running = browser.get("/desk/requests/running", headers={"HX-Request": "true"}).text
    assert "asking the model: asking for ideas" in running
    assert 'hx-trigger="every 2s"' in running
    part = browser.get(address, headers={"HX-Request": "true"}).text
    assert "Asking the model: asking for ideas" in part
    assert "1<span" in browser.get("/desk/").text
    stopped = follow(browser, browser.post(f"{address}cancel", headers=OWN))
    assert "Stopped." in stopped
    assert 'hx-trigger="every' not in stopped
    assert browser.post(f"{address}cancel", headers=OWN).status_code == 409
    with warehouse.read() as session:
        assert session.scalars(select(Request.status)).all() == ["cancelled"]


def test_a_daemon_that_is_silent_is_named(browser: TestClient, ours: Tenant, warehouse: Warehouse, monkeypatch):
    form = {"articles": "1", "nonce": "one-click"}
    address = browser.post("/desk/sites/crema-lane/articles", data=form, headers=OWN).headers["location"].split("?")[0]
    silent = DaemonState({"SENSOR": utc_now() - timedelta(minutes=5), "QUEUED_RUN_COORDINATOR": utc_now()})
    monkeypatch.setattr("api.desk.views.work.daemon_state", lambda _settings: silent)
    note = "daemon has not been heard of for a while"
    assert note not in browser.get(address).text
    with warehouse.write() as session:
        session.scalars(select(Request)).one().created_at -= timedelta(minutes=1)
    for page in (address, "/desk/requests/", "/desk/requests/running"):
        assert note in browser.get(page).text
    beating = DaemonState(dict.fromkeys(silent.heartbeats, utc_now()))
    monkeypatch.setattr("api.desk.views.work.daemon_state", lambda _settings: beating)
    assert note not in browser.get(address).text


def test_work_that_ended_stands_in_the_history(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    form = {"articles": "1", "nonce": "x"}
    browser.post("/desk/sites/crema-lane/articles", data=form, headers=OWN)
    with warehouse.write() as session:
        finish_items(session, "crema-lane", "plan_site", failure="the planner module is off")
    shown = browser.get("/desk/requests/?site=crema-lane").text
    assert "Nothing is under way." in shown
    assert "0 of 1 done, 1 failed" in shown
    assert "the planner module is off" in shown


def test_credits_are_drawn_and_told_as_tables(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    shown = browser.get("/desk/credits/?days=7").text
    assert '<title id="spend-chart-title">Spent by day</title>' in shown
    assert "Spent by day as a table" in shown
    assert "91 credits in 7 days." in shown
    assert "954.5" in shown
    assert "Credits are low" not in shown
    with warehouse.write() as session:
        move_credits(
            session, ours.account_id, Decimal(-900), kind="deduction", reference="all", description="a long day"
        )
    assert "Credits are low: 54.5 left." in browser.get("/desk/").text
    assert "a long day" in browser.get("/desk/credits/").text
    with desk_of(ours, "viewer") as viewer:
        granted = viewer.get("/desk/credits/").text
        # Movements name other sites' work; whoever sees single sites does not see them.
        assert "a long day" not in granted
        assert "balance-chart" not in granted


def test_automation_says_what_would_change_and_then_changes_it(browser: TestClient, ours: Tenant, warehouse: Warehouse):
    address = "/desk/sites/crema-lane/automation"
    with warehouse.read() as session:
        stages = {row.stage: row for row in session.scalars(select(AutomationStage))}
    form = {"auto_approve": "on", "planning_batch_size": "3", "video_daily_cap": "2"}
    form |= {f"{stage}_enabled": "on" for stage, row in stages.items() if row.enabled and stage != "writing"}
    asked = browser.post(address, data=form, headers=OWN)
    assert asked.status_code == 200
    assert "Writing: switch off" in asked.text
    assert "Planning: at most 3 articles started each time instead of 10" in asked.text
    assert "Video: at most 2 videos a day instead of any number of" in asked.text
    assert "Approve without a person whatever passes every check" in asked.text
    with warehouse.read() as session:
        assert session.scalars(select(AutomationConfig.auto_approve)).one() is False
    told = follow(browser, browser.post(address, data={**form, "confirmed": "yes"}, headers=OWN))
    assert "Saved." in told
    assert "Nothing was different." in follow(browser, browser.post(address, data=form, headers=OWN))
    with warehouse.read() as session:
        assert session.scalars(select(AutomationConfig.auto_approve)).one() is True
        rows = {row.stage: row for row in session.scalars(select(AutomationStage))}
        assert (rows["writing"].enabled, rows["planning"].batch_size, rows["video"].daily_cap) == (False, 3, 2)
        [changed] = session.scalars(select(Event).where(Event.kind == "automation.config_changed"))
        assert changed.actor == "user:owner@crema.example"
    wrong = browser.post(address, data={**form, "planning_batch_size": "0"}, headers=OWN)
    assert wrong.status_code == 400
    assert "stages.planning.batch size: Input should be greater than or equal to 1" in wrong.text
    with desk_of(ours, "editor") as editor:
        # As through the API: what runs by itself is for who sees the whole account.
        assert "See what would change" not in editor.get(address).text
        assert editor.post(address, data=form, headers=OWN).status_code == 403


def test_refusals_are_pages_with_a_sentence(browser: TestClient, ours: Tenant):
    for path, status in (
        ("/desk/nowhere", 404),
        ("/desk/articles/x/", 404),
        ("/desk/articles/99999999999999999999/", 404),
        ("/desk/requests/nothing/", 404),
        ("/desk/credits/?days=x", 400),
        ("/desk/static/../app.py", 404),
    ):
        answer = browser.get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"].startswith("text/html"), path
        assert "<h1>" in answer.text
    assert browser.get("/desk").headers["location"] == "/desk/"
