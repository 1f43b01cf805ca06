"""Tasks made, changed and taken back; what an article is found by; articles sent back; words about pictures."""

from collections.abc import Callable
from typing import Any

import pytest
from api_drafts import add_drafts
from api_tenants import Tenant
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from igny8_resources.contracts.writer import ImagePlan, ImagePrompt
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.writer import save_image_plan
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.planner import ContentIdea
from igny8_resources.warehouse.tables.writer import Content, Image, Task
from tests.unit.article_samples import HOW_TO

WRITER = "/api/v1/writer"
Call = Callable[..., Response]


@pytest.fixture
def call(client: TestClient, ours: Tenant) -> Call:
    """A request of our editor to the writer; ``match`` edits what the address shows now."""

    def send(method: str, path: str, body: Any = None, *, match: str | None = None) -> Response:
        headers = ours.as_role("editor")
        if match is not None:
            headers["If-Match"] = match or client.get(f"{WRITER}/{path}", headers=headers).headers["ETag"]
        return client.request(method, f"{WRITER}/{path}", json=body, headers=headers)

    return send


def test_a_task_is_made_of_an_idea_or_of_what_a_person_says(call: Call, ours: Tenant, warehouse: Warehouse):
    by_hand = {
        "cluster_id": ours.ids["cluster"],
        "title": "How to Weigh a Dose",
        "primary_keyword": "weigh coffee dose",
        "content_structure": "how_to",
        "target_words": 900,
    }
    made = call("POST", "tasks/", by_hand)
    assert made.status_code == 201, made.text
    task = made.json()["data"]
    assert (task["status"], task["target_words"], task["partition_key"]) == ("queued", 900, f"crema-lane-{task['id']}")
    with warehouse.write() as session:
        idea = session.get_one(ContentIdea, task["idea_id"])
        assert (idea.idea_source, idea.status) == ("by_hand", "queued")
        free = ContentIdea(
            account_id=idea.account_id,
            site_id=idea.site_id,
            cluster_id=idea.cluster_id,
            title="Tamping",
            target_keyword="tamping",
            content_type="post",
            content_structure="how_to",
        )
        session.add(free)
        session.flush()
        free_id = free.id
    assert call("POST", "tasks/", {"idea_id": free_id}).json()["data"]["title"] == "Tamping"
    assert call("POST", "tasks/", {"idea_id": free_id}).status_code == 409
    assert call("POST", "tasks/", by_hand).status_code == 409
    for body in ({}, {"idea_id": free_id, "title": "Two ways"}, {"cluster_id": ours.ids["cluster"]}):
        assert call("POST", "tasks/", body).status_code == 400
    unsuitable = call("POST", "tasks/", by_hand | {"content_structure": "about_page", "primary_keyword": "about us"})
    assert list(unsuitable.json()["errors"]) == ["content_structure"]


def test_a_queued_task_is_changed_and_one_with_a_text_is_not(call: Call, ours: Tenant):
    path = f"tasks/{ours.task('queued')}/"
    seen = call("GET", path).headers["ETag"]
    changed = call("PATCH", path, {"title": "Dialling In", "outline": ["Dose"], "target_words": 1500}, match=seen)
    assert (changed.json()["data"]["title"], changed.json()["data"]["outline"]) == ("Dialling In", ["Dose"])
    assert call("PATCH", path, {"title": "Lost"}, match=seen).status_code == 409
    assert call("PATCH", path, {"title": "Unseen"}).status_code == 428
    assert call("PATCH", path, {"author_id": 999_999}, match="").status_code == 409
    written = call("PATCH", f"tasks/{ours.task('review')}/", {"title": "x"}, match="")
    assert (written.status_code, "is review" in written.json()["error"]) == (409, True)


def test_a_task_that_was_taken_back_keeps_its_partition_for_its_own_article(
    call: Call, client: TestClient, ours: Tenant, warehouse: Warehouse
):
    number = ours.task("queued")
    assert call("POST", "tasks/bulk-delete/", {"ids": [number, ours.task("published")]}).status_code == 409
    assert call("DELETE", f"tasks/{number}/").json()["data"] == {"ids": [number]}
    assert number not in [row["id"] for row in call("GET", "tasks/").json()["results"]]
    (shown,) = call("GET", "tasks/?status=cancelled").json()["results"]
    assert call("POST", "content/generate/", {"task_ids": [number]}).status_code == 409
    headers = ours.as_role()
    client.post(f"/api/v1/planner/ideas/{shown['idea_id']}/approve/", headers=headers)
    again = client.post("/api/v1/planner/ideas/bulk-queue/", json={"ids": [shown["idea_id"]]}, headers=headers)
    (task,) = again.json()["data"]
    assert (task["id"], task["status"], task["partition_key"]) == (number, "queued", shown["partition_key"])
    with warehouse.write() as session:
        row = session.get_one(Task, number)
        submit_request(
            session,
            account_id=row.account_id,
            site_id=row.site_id,
            kind="content",
            payload={},
            items=[Item("write_article", row.partition_key or "")],
        )
    busy = call("DELETE", f"tasks/{number}/")
    assert (busy.status_code, "is being worked on" in busy.json()["error"]) == (409, True)


@pytest.fixture
def article(ours: Tenant, warehouse: Warehouse) -> str:
    add_drafts(warehouse, ours)
    return f"content/{ours.article('review')}/"


def test_what_an_article_is_found_by_is_a_version_of_its_own(
    call: Call, article: str, ours: Tenant, warehouse: Warehouse
):
    before = call("GET", article).json()["data"]
    changed = call(
        "PATCH",
        article,
        {
            "meta_title": "Descale it",
            "slug": "descale-it",
            "primary_keyword": "descaling",
            "secondary_keywords": ["lime"],
        },
        match='"1"',
    )
    assert changed.status_code == 200, changed.text
    now = changed.json()["data"]
    assert (now["version"], now["status"], now["checks_passed"]) == (4, "draft", False)
    assert (now["meta_title"], now["slug"], now["primary_keyword"]) == ("Descale it", "descale-it", "descaling")
    assert (now["title"], now["versions"][0]["written_by"]) == (before["title"], "user:editor@crema.example")
    with warehouse.read() as session:
        assert session.get_one(Task, now["task_id"]).primary_keyword == "descaling", "checks and briefs read the task"
    assert call("PATCH", article, {"title": "Lost"}, match='"1"').status_code == 409
    assert call("PATCH", article, {"title": "Unseen"}).status_code == 428
    same = call("PATCH", article, {"slug": "descale-it", "primary_keyword": "descaling"}, match='"4"')
    assert (same.json()["message"], same.headers["ETag"]) == ("Nothing was different.", '"4"')
    keywords_only = call("PATCH", article, {"primary_keyword": "espresso descaling"}, match='"4"')
    assert keywords_only.headers["ETag"] == '"5"', "a change of keywords alone is not lost either"
    taken = call("PATCH", article, {"slug": "queued-before"}, match='"5"')
    assert (taken.status_code, list(taken.json()["errors"])) == (409, ["slug"])
    assert list(call("PATCH", article, {"slug": "Not A Slug"}, match='"5"').json()["errors"]) == ["slug"]


def test_the_address_of_a_public_page_stays(call: Call, article: str, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        content = session.get_one(Content, ours.article("review"))
        content.published_at = content.created_at
    refused = call("PATCH", article, {"slug": "elsewhere"}, match="")
    assert (refused.status_code, "links lead there" in refused.json()["error"]) == (409, True)


def test_an_article_is_sent_back_with_a_reason(call: Call, article: str, ours: Tenant, warehouse: Warehouse):
    assert call("POST", f"{article}reject/", {}).status_code == 400
    back = call("POST", f"{article}reject/", {"reason": "The figures have no source."})
    assert (back.status_code, back.json()["data"]["status"]) == (200, "draft")
    assert call("POST", f"{article}reject/", {"reason": "again"}).status_code == 409
    with warehouse.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "article.rejected")).one()
        assert (event.payload["reason"], event.actor) == ("The figures have no source.", "user:editor@crema.example")
        assert session.get_one(Task, ours.task("review")).status == "draft"


def test_an_article_is_a_file(call: Call, article: str):
    html = call("GET", f"{article}export/")
    assert html.headers["content-type"].startswith("text/html")
    assert html.headers["content-disposition"] == 'attachment; filename="article-1.html"'
    blocks = call("GET", f"{article}export/?as=json")
    assert blocks.json()["title"] == HOW_TO.title
    assert call("GET", f"{article}export/?as=pdf").status_code == 400


def test_words_about_a_picture_stay_with_the_picture(call: Call, ours: Tenant, warehouse: Warehouse):
    plan = ImagePrompt(
        role="featured",
        section_index=None,
        prompt="a cup",
        alt_text="A cup",
        caption="",
        headline="Dose",
        lines=("18 g",),
    )
    with warehouse.write() as session:
        image = session.get_one(Image, ours.ids["image"])
        image.prompt, image.headline, image.lines, image.alt_text = "a cup", "Dose", ["18 g"], "A cup"
    path = f"images/{ours.ids['image']}/"
    seen = call("GET", path).headers["ETag"]
    changed = call("PATCH", path, {"alt_text": "A cup on a scale that shows 18 g"}, match=seen)
    assert changed.json()["data"]["alt_text"] == "A cup on a scale that shows 18 g"
    assert call("PATCH", path, {"caption": "Lost"}, match=seen).status_code == 409
    with warehouse.write() as session:
        content = session.get_one(Content, ours.article("published"))
        save_image_plan(session, content, ImagePlan(images=(plan,)))
        image = session.get_one(Image, ours.ids["image"])
        assert (image.alt_text, image.status) == ("A cup on a scale that shows 18 g", "ready")
        save_image_plan(session, content, ImagePlan(images=(plan.model_copy(update={"prompt": "a mug"}),)))
        assert (image.alt_text, image.status) == ("A cup", "prompted"), "another picture has its own words"
