"""Work asked for through the API: its gates, its rows, and its progress."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select, update

from igny8_resources.requests import finish_items, report_progress
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task

GENERATE = "/api/v1/writer/content/generate/"
POSTS = "/api/v1/socializer/posts/generate/"
VIDEOS = "/api/v1/video/projects/"
Post = Callable[..., Response]


@pytest.fixture
def post(client: TestClient, ours: Tenant) -> Post:
    def send(path: str, body: object, *, key: str | None = None, role: str = "owner") -> Response:
        headers = ours.as_role(role) | ({"Idempotency-Key": key} if key else {})
        return client.post(path, json=body, headers=headers)

    return send


def recorded(warehouse: Warehouse, task_id: str) -> tuple[Request, list[tuple[str, str]]]:
    with warehouse.read() as session:
        items = session.execute(select(RequestItem.job, RequestItem.subject).where(RequestItem.request_id == task_id))
        return session.get_one(Request, task_id), [(item.job, item.subject) for item in items]


def test_articles_for_a_site(post: Post, ours: Tenant, warehouse: Warehouse):
    answer = post(GENERATE, {"site": "crema-lane", "articles": 6}, role="editor")
    assert answer.status_code == 202
    accepted = answer.json()["data"]
    assert accepted["progress_url"] == f"/api/v1/system/settings/task_progress/{accepted['task_id']}/"
    request, items = recorded(warehouse, accepted["task_id"])
    assert (request.kind, request.payload, request.user_id) == (
        "plan",
        {"site_key": "crema-lane", "articles": 6},
        ours.users["editor"],
    )
    assert items == [("plan_site", "crema-lane")]


def test_articles_for_tasks(post: Post, ours: Tenant, warehouse: Warehouse):
    ids = [ours.task("review"), ours.task("queued"), ours.task("queued")]
    request, items = recorded(warehouse, post(GENERATE, {"task_ids": ids}).json()["data"]["task_id"])
    assert request.kind == "content"
    assert items == [("write_article", f"crema-lane-{task_id}") for task_id in sorted(set(ids))]


def test_tasks_that_are_done_or_not_there(post: Post, ours: Tenant, theirs: Tenant, warehouse: Warehouse):
    published = post(GENERATE, {"task_ids": [ours.task("queued"), ours.task("published")]})
    assert published.status_code == 409
    assert published.json()["errors"] == {"task_ids": [f"task {ours.task('published')} is published"]}
    foreign = post(GENERATE, {"task_ids": [ours.task("queued"), theirs.task("queued")]})
    nowhere = post(GENERATE, {"task_ids": [ours.task("queued"), 987654321]})
    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.json()["errors"] == {"task_ids": [f"there is no task {theirs.task('queued')}"]}
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 0


def test_social_posts_and_videos_need_a_published_article(post: Post, ours: Tenant, warehouse: Warehouse):
    for path in (POSTS, VIDEOS):
        early = post(path, {"content_id": ours.article("review")})
        assert (early.status_code, early.json()["errors"]) == (409, {"content_id": ["is review"]})
    partition = f"crema-lane-{ours.task('published')}"
    social = post(POSTS, {"content_id": ours.article("published")}).json()["data"]["task_id"]
    assert recorded(warehouse, social)[1] == [("draft_social_posts", partition)]
    wanted = {"content_id": ours.article("published"), "video_type": "short", "render_preset": "instagram_reel"}
    video, items = recorded(warehouse, post(f"{VIDEOS}create/", wanted).json()["data"]["task_id"])
    assert (video.kind, video.payload, items) == ("video", wanted, [("create_video_project", partition)])
    again = post(VIDEOS, wanted | {"render_preset": "tiktok"})
    assert again.status_code == 409
    assert f"/api/v1/video/projects/{ours.ids['project']}/" in again.json()["error"]


def test_a_module_that_is_off_and_a_site_that_rests(post: Post, ours: Tenant, warehouse: Warehouse):
    bodies = {
        "video": (VIDEOS, {"content_id": ours.article("published")}),
        "socializer": (POSTS, {"content_id": ours.article("published")}),
        "writer": (GENERATE, {"task_ids": [ours.task("queued")]}),
        "planner": (GENERATE, {"site": "crema-lane", "articles": 1}),
    }
    for module, (path, body) in bodies.items():
        with warehouse.write() as session:
            set_module(session, site_by_key(session, "crema-lane"), module, enabled=False)
        refused = post(path, body)
        assert refused.status_code == 403
        assert refused.json()["error"].startswith(f"The {module} module is switched off for crema-lane")
        with warehouse.write() as session:
            set_module(session, site_by_key(session, "crema-lane"), module, enabled=True)
    with warehouse.write() as session:
        session.execute(update(Site).where(Site.key == "crema-lane").values(status="paused"))
    assert post(*bodies["writer"]).json()["error"] == "The site crema-lane is paused; no work is started for it."


def test_the_same_key_is_the_same_request(post: Post, ours: Tenant, warehouse: Warehouse):
    body = {"task_ids": [ours.task("queued")]}
    first = post(GENERATE, body, key="k-1").json()["data"]["task_id"]
    with warehouse.write() as session:  # meanwhile the work went on: repeating the request is no new request
        session.execute(update(Task).where(Task.id == ours.task("queued")).values(status="published"))
    repeated = post(GENERATE, body, key="k-1")
    assert (repeated.status_code, repeated.json()["data"]["task_id"]) == (202, first)
    other_body = post(GENERATE, {"task_ids": [ours.task("review")]}, key="k-1")
    other_kind = post(POSTS, {"content_id": ours.article("published")}, key="k-1")
    assert other_body.status_code == other_kind.status_code == 409
    assert post(GENERATE, body, key="k-2").status_code == 409


def test_accounts_do_not_share_keys(client: TestClient, ours: Tenant, theirs: Tenant):
    answers = [
        client.post(
            GENERATE,
            json={"site": tenant.site_key, "articles": 1},
            headers=tenant.as_role() | {"Idempotency-Key": "same"},
        )
        for tenant in (ours, theirs)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["data"]["task_id"] for answer in answers}) == 2


def test_the_same_key_at_the_same_moment_is_one_request(post: Post, warehouse: Warehouse):
    body = {"site": "crema-lane", "articles": 3}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(GENERATE, body, key="burst"), range(16)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["data"]["task_id"] for answer in answers}) == 1
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 1
        assert session.scalar(select(func.count()).select_from(Event).where(Event.kind == "request.created")) == 1


def test_approval_is_recorded_once_with_its_event(client: TestClient, post: Post, ours: Tenant, warehouse: Warehouse):
    path = f"/api/v1/writer/content/{ours.article('review')}/approve/"
    approved = post(path, None, role="editor")
    assert approved.status_code == 200
    assert approved.json()["data"]["status"] == "approved"
    assert approved.json()["data"]["approved_by"] == "user:editor@crema.example"
    again = post(path, None)
    assert (again.status_code, again.json()["error"]) == (
        409,
        "“Article 1” is approved; only an article in review can be approved.",
    )
    with warehouse.read() as session:
        assert session.get_one(Task, ours.task("review")).status == "approved"
        events = session.scalars(select(Event).where(Event.kind == "article.approved")).all()
        assert [(event.subject, event.payload, event.actor) for event in events] == [
            (f"crema-lane-{ours.task('review')}", {"content_id": ours.article("review")}, "user:editor@crema.example")
        ]


def test_the_version_that_was_read_is_approved_and_a_repeat_is_answered_as_before(
    client: TestClient, ours: Tenant, warehouse: Warehouse
):
    address = f"/api/v1/writer/content/{ours.article('review')}/"
    headers = ours.as_role("editor")
    tag = client.get(address, headers=headers).headers["ETag"]
    with warehouse.write() as session:
        session.execute(update(Content).where(Content.id == ours.article("review")).values(version=2))
    stale = client.post(f"{address}approve/", headers=headers | {"If-Match": tag, "Idempotency-Key": "approve-1"})
    assert (stale.status_code, stale.headers["ETag"]) == (409, '"2"')
    headers |= {"If-Match": stale.headers["ETag"], "Idempotency-Key": "approve-1"}
    first, repeat = (client.post(f"{address}approve/", headers=headers) for _ in range(2))
    assert (first.status_code, repeat.status_code) == (200, 200)
    assert repeat.json() == first.json()
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Event).where(Event.kind == "article.approved")) == 1


def test_failing_checks_stand_against_approval(post: Post, ours: Tenant, warehouse: Warehouse):
    checks = {
        "text": {"passed": False, "errors": ["“73 %” has no source."], "warnings": ["the title is long"]},
        "images": {"passed": True, "errors": [], "warnings": ["a picture is small"]},
    }
    with warehouse.write() as session:
        values = {"checks": checks, "checks_passed": False}
        session.execute(update(Content).where(Content.id == ours.article("review")).values(**values))
    refused = post(f"/api/v1/writer/content/{ours.article('review')}/approve/", None)
    assert refused.status_code == 409
    assert refused.json()["errors"] == {"text": ["“73 %” has no source."]}


def test_progress_from_the_first_row_to_the_result(client: TestClient, post: Post, ours: Tenant, warehouse: Warehouse):
    task_id = post(GENERATE, {"task_ids": [ours.task("queued"), ours.task("review")]}).json()["data"]["task_id"]

    def progress() -> dict[str, object]:
        answer = client.get(f"/api/v1/system/settings/task_progress/{task_id}/", headers=ours.as_role("viewer"))
        return answer.json()["data"]  # type: ignore[no-any-return]

    assert (progress()["status"], progress()["phase"], progress()["percentage"]) == ("queued", "INIT", 0)
    reviewed, queued = f"crema-lane-{ours.task('review')}", f"crema-lane-{ours.task('queued')}"
    with warehouse.write() as session:
        report_progress(session, reviewed, "write_article", "AI_CALL", "writing", "run-1")
    under_way = progress()
    assert (under_way["status"], under_way["phase"], under_way["message"]) == ("running", "AI_CALL", "writing")
    with warehouse.write() as session:
        finish_items(session, reviewed, "write_article")
    assert progress()["percentage"] == 50
    assert progress()["result_urls"] == []
    with warehouse.write() as session:
        finish_items(session, queued, "write_article", failure="out of credits; add credits and ask again")
    ended = progress()
    assert (ended["status"], ended["done"], ended["failed"]) == ("failed", 1, 1)
    article = f"/api/v1/writer/content/{ours.article('review')}/"
    assert ended["result_urls"] == [article]
    assert {item["subject"]: (item["status"], item["result_url"]) for item in ended["items"]} == {  # type: ignore[attr-defined]
        reviewed: ("done", article),
        queued: ("failed", None),
    }


def test_a_finished_video_request_leads_to_its_project(
    client: TestClient, post: Post, ours: Tenant, warehouse: Warehouse
):
    wanted = {"content_id": ours.article("published"), "video_type": "short", "render_preset": "youtube_short"}
    task_id = post(VIDEOS, wanted).json()["data"]["task_id"]
    with warehouse.write() as session:
        project = VideoProject(**wanted, account_id=ours.account_id, site_id=session.scalars(
            select(Site.id).where(Site.key == "crema-lane")).one(), partition_key="crema-lane-v9")  # fmt: skip
        session.add(project)
        session.flush()
        finish_items(session, f"crema-lane-{ours.task('published')}", "create_video_project")
        expected = f"/api/v1/video/projects/{project.id}/"
    answer = client.get(f"/api/v1/system/settings/task_progress/{task_id}/", headers=ours.as_role())
    assert answer.json()["data"]["result_urls"] == [expected]


def test_a_request_may_ask_for_the_batch_mode(post: Post, warehouse: Warehouse):
    accepted = post(GENERATE, {"site": "crema-lane", "articles": 40, "mode": "batch"}).json()["data"]
    request, _ = recorded(warehouse, accepted["task_id"])
    assert request.payload == {"site_key": "crema-lane", "articles": 40, "mode": "batch"}
    refused = post(GENERATE, {"site": "crema-lane", "articles": 40, "mode": "overnight"})
    assert refused.status_code == 400
    assert "mode" in refused.json()["errors"]


def test_a_request_is_stopped_once(post: Post, warehouse: Warehouse):
    task_id = post(GENERATE, {"site": "crema-lane", "articles": 2}).json()["data"]["task_id"]
    address = f"/api/v1/system/settings/task_progress/{task_id}/cancel/"
    assert post(address, None, role="viewer").status_code == 403
    stopped = post(address, None, role="editor")
    assert (stopped.status_code, stopped.json()["data"]["status"]) == (200, "cancelled")
    _, items = recorded(warehouse, task_id)
    assert items == [("plan_site", "crema-lane")]
    again = post(address, None)
    assert (again.status_code, again.json()["error"]) == (409, "The request is cancelled; there is nothing to stop.")
