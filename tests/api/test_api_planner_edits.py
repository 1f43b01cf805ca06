"""Keywords, clusters, ideas, terms and opportunities as people change them through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event, func, select

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.opportunities import Opportunity
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from igny8_resources.warehouse.tables.writer import Task

PLANNER = "/api/v1/planner"
Call = Callable[..., Response]


@pytest.fixture
def call(client: TestClient, ours: Tenant) -> Call:
    """A request of our editor to the planner; ``match`` edits what the address shows now."""

    def send(method: str, path: str, body: Any = None, *, match: str | None = None, key: str | None = None) -> Response:
        headers = ours.as_role("editor")
        if match is not None:
            headers["If-Match"] = match or client.get(f"{PLANNER}/{path}", headers=headers).headers["ETag"]
        if key:
            headers["Idempotency-Key"] = key
        return client.request(method, f"{PLANNER}/{path}", json=body, headers=headers)

    return send


def texts(call: Call, query: str = "") -> list[str]:
    return [row["text"] for row in call("GET", f"keywords/?ordering=text&{query}").json()["results"]]


def test_keywords_are_entered_by_hand_and_a_repeat_makes_nothing(call: Call, warehouse: Warehouse):
    body = {
        "site": "crema-lane",
        "keywords": [
            {"text": "  Espresso   Puck screen ", "market": "United States", "volume": 90, "intents": ["commercial"]},
            {"text": "filter coffee bloom"},
            {"text": "espresso ratio"},
        ],
    }
    entered = call("POST", "keywords/", body, key="batch-1")
    assert entered.status_code == 201, entered.text
    first, second = entered.json()["data"]["added"]
    assert (first["text"], first["market"], first["volume_kind"], first["source"]) == (
        "Espresso Puck screen", "us", "exact", "by_hand",
    )  # fmt: skip
    assert (second["volume"], second["status"]) == (None, "new")
    assert second["sector_id"] is not None
    assert entered.json()["data"]["known"] == ["espresso ratio"]
    assert call("POST", "keywords/", body, key="batch-1").json() == entered.json()
    assert call("POST", "keywords/", body).status_code == 409
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Keyword)) == 5


def test_keywords_that_cannot_be_saved_are_named_and_none_is(call: Call):
    before = texts(call)
    refused = call(
        "POST",
        "keywords/",
        {
            "site": "crema-lane",
            "keywords": [
                {"text": "a new keyword"},
                {"text": "=HYPERLINK(A1)"},
                {"text": "twice", "sector_id": 999_999},
                {"text": "Twice"},
                {"text": "far", "market": "the whole of the outer solar system"},
            ],
        },
    )
    assert (refused.status_code, set(refused.json()["errors"])) == (
        400,
        {"keywords.1.text", "keywords.2.sector_id", "keywords.3.text", "keywords.4.market"},
    )
    many = {"site": "crema-lane", "keywords": [{"text": f"keyword {number}"} for number in range(51)]}
    assert list(call("POST", "keywords/", many).json()["errors"]) == ["keywords"]
    assert texts(call) == before


def test_a_keyword_is_changed_by_who_saw_it_last(call: Call, ours: Tenant, warehouse: Warehouse):
    with warehouse.read() as session:
        number = session.scalars(select(Keyword.id).where(Keyword.text == "espresso ratio")).one()
    path = f"keywords/{number}/"
    seen = call("GET", path).headers["ETag"]
    changed = call("PATCH", path, {"volume": 1000, "difficulty": None}, match=seen)
    assert (changed.status_code, changed.json()["data"]["volume"]) == (200, 1000)
    assert call("GET", f"clusters/{ours.ids['cluster']}/").json()["data"]["volume"] == 1180, "its cluster counts anew"
    lost = call("PATCH", path, {"volume": 5}, match=seen)
    assert (lost.status_code, lost.headers["ETag"]) == (409, changed.headers["ETag"])
    assert call("PATCH", path, {"volume": 5}).status_code == 428
    assert call("PATCH", path, {"text": "other"}, match="*").status_code == 400
    assert call("PATCH", path, {"sector_id": 999_999}, match="*").json()["errors"] == {
        "sector_id": ["crema-lane has no such active sector"]
    }


def test_keywords_that_are_set_aside_leave_their_cluster(call: Call, ours: Tenant, warehouse: Warehouse):
    members = call("GET", f"clusters/{ours.ids['cluster']}/").json()["data"]["keywords"]
    ids = [member["id"] for member in members]
    assert call("POST", "keywords/bulk-status/", {"ids": [*ids, 987654321], "status": "archived"}).json()["errors"] == {
        "ids": ["there is no keyword 987654321"]
    }
    done = call("POST", "keywords/bulk-status/", {"ids": ids[:1], "status": "archived"})
    assert done.json()["data"] == {"changed": 1}
    assert texts(call, "status=archived") == [members[0]["text"]]
    assert call("GET", f"clusters/{ours.ids['cluster']}/").json()["data"]["keyword_count"] == 1
    assert call("POST", "keywords/bulk-delete/", {"ids": ids[1:]}).status_code == 200
    assert call("GET", f"clusters/{ours.ids['cluster']}/").json()["data"]["status"] == "retired"
    assert call("DELETE", f"keywords/{ids[0]}/").json()["data"] == {"ids": ids[:1]}
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(ClusterKeyword)) == 0


def test_clusters_are_made_split_merged_renamed_locked_and_deleted(call: Call, ours: Tenant):
    old = ours.ids["cluster"]
    first, second = (each["id"] for each in call("GET", f"clusters/{old}/").json()["data"]["keywords"])
    made = call("POST", "clusters/", {"site": "crema-lane", "keyword_ids": [ours.ids["keyword"]], "name": "Arabica"})
    assert (made.status_code, made.json()["data"]["name"], made.json()["data"]["keyword_count"]) == (201, "Arabica", 1)
    arabica = made.json()["data"]["id"]

    split = call("POST", f"clusters/{old}/split/", {"keyword_ids": [second]}).json()["data"]
    assert (split["name"], split["keyword_count"]) == ("Espresso Ratio Calculator", 1)
    nothing_left = call("POST", f"clusters/{old}/split/", {"keyword_ids": [first]})
    assert (nothing_left.status_code, "nothing would be left" in nothing_left.json()["error"]) == (409, True)
    merged = call("POST", f"clusters/{split['id']}/merge/", {"into": old}).json()["data"]
    assert [each["id"] for each in merged["keywords"]] == [first, second]
    assert call("POST", f"clusters/{split['id']}/merge/", {"into": old}).status_code == 409, "it is retired"

    seen = call("GET", f"clusters/{old}/").headers["ETag"]
    named = call("PATCH", f"clusters/{old}/", {"name": "Ratios", "locked": True}, match=seen)
    assert (named.json()["data"]["name"], named.json()["data"]["locked"]) == ("Ratios", True)
    assert call("PATCH", f"clusters/{old}/", {"name": "Lost"}, match=seen).status_code == 409
    assert call("DELETE", f"clusters/{old}/").json()["error"] == "Ratios is locked; unlock it first."

    moved = call("POST", f"clusters/{old}/add-keywords/", {"keyword_ids": [ours.ids["keyword"]]}).json()["data"]
    assert moved["keyword_count"] == 3
    assert call("GET", f"clusters/{arabica}/").json()["data"]["status"] == "retired"
    released = call("POST", f"clusters/{old}/remove-keywords/", {"keyword_ids": [second]}).json()["data"]
    assert released["keyword_count"] == 2
    call("PATCH", f"clusters/{old}/", {"locked": False}, match="")
    assert call("DELETE", f"clusters/{old}/").status_code == 200
    assert texts(call, "clustered=true") == []
    assert {row["status"] for row in call("GET", f"ideas/?cluster={old}").json()["results"]} == {"rejected"}


def test_planning_is_asked_for_once(call: Call, warehouse: Warehouse):
    asked = call("POST", "clusters/auto_cluster/", {"site": "crema-lane"}, key="plan-1")
    assert asked.status_code == 202
    assert (
        call("POST", "clusters/auto_cluster/", {"site": "crema-lane"}, key="plan-1").json()["data"]
        == (asked.json()["data"])
    )
    with warehouse.read() as session:
        (item,) = session.execute(select(RequestItem.job, RequestItem.subject)).tuples()
    assert item == ("plan_site", "crema-lane")


def test_an_idea_is_entered_changed_decided_on_and_queued(call: Call, ours: Tenant, warehouse: Warehouse):
    wanted = {
        "cluster_id": ours.ids["cluster"],
        "title": "Ratios for Milk Drinks",
        "target_keyword": "milk drink ratio",
        "content_type": "post",
        "content_structure": "how_to",
        "outline": ["Flat white", "Cortado"],
    }
    added = call("POST", "ideas/", wanted, key="idea-1")
    assert (added.status_code, added.json()["data"]["status"]) == (201, "new"), added.text
    idea = added.json()["data"]["id"]
    assert call("POST", "ideas/", wanted).status_code == 409, "the cluster has an idea for this search"
    unsuitable = call("PATCH", f"ideas/{idea}/", {"content_structure": "product_single"}, match="")
    assert list(unsuitable.json()["errors"]) == ["content_structure"]
    assert call("PATCH", f"ideas/{idea}/", {"title": "Milk Drinks"}, match="").json()["data"]["title"] == "Milk Drinks"

    rejected = call("POST", f"ideas/{idea}/reject/", {"reason": "not our topic"}).json()["data"]
    assert (rejected["status"], rejected["conflict"]) == ("rejected", "not our topic")
    held_up = call("POST", "ideas/bulk-queue/", {"ids": [idea]})
    assert (held_up.status_code, held_up.json()["errors"]) == (409, {"ids": [f"idea {idea} is rejected"]})
    assert call("POST", f"ideas/{idea}/approve/").json()["data"]["conflict"] == ""

    queued = call("POST", "ideas/bulk-queue/", {"ids": [idea]}, key="queue-1")
    assert queued.status_code == 201, queued.text
    (task,) = queued.json()["data"]
    assert (task["status"], task["primary_keyword"], task["idea_id"]) == ("queued", "milk drink ratio", idea)
    assert task["partition_key"] == f"crema-lane-{task['id']}"
    assert call("POST", "ideas/bulk-queue/", {"ids": [idea]}, key="queue-1").json() == queued.json()
    assert "has a task" in call("POST", f"ideas/{idea}/reject/", {}).json()["error"]
    assert call("DELETE", f"ideas/{idea}/").status_code == 409


def test_many_ideas_are_decided_on_all_or_none(call: Call, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        ids = list(session.scalars(select(ContentIdea.id).where(ContentIdea.site_id == 1).order_by(ContentIdea.id)))
        ids = ids or list(session.scalars(select(ContentIdea.id).order_by(ContentIdea.id)))
        session.get_one(ContentIdea, ids[-1]).status = "queued"
    refused = call("POST", "ideas/bulk-decide/", {"ids": ids, "decision": "reject"})
    assert refused.status_code == 409
    assert {row["status"] for row in call("GET", "ideas/").json()["results"]} == {"new", "queued"}
    done = call("POST", "ideas/bulk-decide/", {"ids": ids[:-1], "decision": "reject", "reason": "later"})
    assert done.json()["data"] == {"changed": len(ids) - 1}


@pytest.fixture
def term(ours: Tenant, warehouse: Warehouse) -> int:
    with warehouse.write() as session:
        site = site_by_key(session, ours.site_key)
        row = TaxonomyTerm(
            account_id=site.account_id,
            site_id=site.id,
            external_taxonomy="category",
            external_term_id="7",
            name="Brew ratios",
            post_count=4,
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_term_is_mapped_and_its_page_is_written(call: Call, ours: Tenant, term: int, warehouse: Warehouse):
    (taxonomy,) = call("GET", "taxonomies/").json()["results"]
    assert (taxonomy["id"], taxonomy["terms"], taxonomy["mapped"]) == ("crema-lane:category", 1, 0)
    unmapped = call("POST", f"taxonomies/terms/{term}/generate/")
    assert (unmapped.status_code, unmapped.json()["errors"]["ids"]) == (
        409, [f"term {term} stands for no cluster yet; map it first"],
    )  # fmt: skip
    mapped = call("POST", f"taxonomies/terms/{term}/map/", {"cluster_id": ours.ids["cluster"]}).json()["data"]
    assert (mapped["mapping_method"], mapped["mapping_confidence"]) == ("person", 1.0)
    (listed,) = call("GET", "taxonomies/crema-lane:category/terms/").json()["results"]
    assert listed == mapped
    assert call("GET", "taxonomies/crema-lane:colour/terms/").status_code == 404

    asked = call("POST", f"taxonomies/terms/{term}/generate/", key="term-1")
    assert asked.status_code == 202, asked.text
    assert call("POST", f"taxonomies/terms/{term}/generate/", key="term-1").json()["data"] == asked.json()["data"]
    with warehouse.read() as session:
        task = session.scalars(select(Task).where(Task.content_type == "taxonomy_landing")).one()
        items = session.execute(select(RequestItem.job, RequestItem.subject)).tuples().all()
        assert items == [("write_article", task.partition_key)]
        assert task.content_structure == "category_archive"
    again = call("POST", "taxonomies/bulk-generate/", {"ids": [term]})
    assert again.status_code == 202, "a queued page may be asked for again"
    with warehouse.read() as session:
        assert (
            session.scalar(select(func.count()).select_from(Task).where(Task.content_type == "taxonomy_landing")) == 1
        )
        assert session.scalar(select(func.count()).select_from(Request)) == 2


def test_opportunities_are_taken_up_and_put_aside(call: Call, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        site = site_by_key(session, ours.site_key)
        owned = {"account_id": site.account_id, "site_id": site.id}
        for number, score in enumerate((70.0, 90.0)):
            row = Opportunity(**owned, kind="orphan", subject=f"/p{number}/", title=f"Page {number}", reason="no link")
            row.score, row.advice = score, "link to it"
            session.add(row)
    best, other = call("GET", "opportunities/?kind=orphan&status=open").json()["results"]
    assert (best["score"], other["score"]) == (90.0, 70.0)
    accepted = call("POST", f"opportunities/{best['id']}/accept/").json()
    assert (accepted["data"]["status"], accepted["message"]) == ("accepted", "link to it")
    assert call("POST", f"opportunities/{best['id']}/accept/").status_code == 409
    assert call("POST", f"opportunities/{other['id']}/dismiss/").json()["data"]["status"] == "dismissed"
    assert call("GET", f"opportunities/{other['id']}/").json()["data"]["status"] == "dismissed"


def test_nothing_changes_where_the_planner_is_off_or_the_role_reads(
    call: Call, client: TestClient, ours: Tenant, warehouse: Warehouse
):
    viewer = client.delete(f"{PLANNER}/keywords/{ours.ids['keyword']}/", headers=ours.as_role("viewer"))
    assert viewer.status_code == 403
    with warehouse.write() as session:
        set_module(session, site_by_key(session, ours.site_key), "planner", enabled=False)
    off = call("DELETE", f"keywords/{ours.ids['keyword']}/")
    assert (off.status_code, off.json()["errors"]) == (403, {"module": ["planner"]})


def test_lists_and_details_send_as_many_statements_for_many_rows_as_for_few(
    client: TestClient, ours: Tenant, term: int, warehouse: Warehouse, app: Any
):
    """No list asks for each of its rows, and no detail for each of its parts."""
    paths = [
        "planner/keywords/", "planner/clusters/", "planner/ideas/", "planner/taxonomies/", "planner/opportunities/",
        "planner/taxonomies/crema-lane:category/terms/", "planner/keywords/imports/", "planner/keywords/export/",
        "writer/tasks/", "writer/content/", "writer/images/",
        f"planner/clusters/{ours.ids['cluster']}/", f"planner/keywords/{ours.ids['keyword']}/",
        f"planner/ideas/{ours.ids['idea']}/", f"writer/tasks/{ours.task('review')}/",
        f"writer/content/{ours.article('review')}/",
    ]  # fmt: skip
    sent: list[str] = []
    engine = app.state.service.warehouse.engine
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))

    def statements(path: str) -> int:
        sent.clear()
        answer = client.get(f"/api/v1/{path}", headers=ours.as_role())
        assert answer.status_code == 200, answer.text
        return len(sent)

    few = {path: statements(path) for path in paths}
    with warehouse.write() as session:
        site = site_by_key(session, ours.site_key)
        owned = {"account_id": site.account_id, "site_id": site.id}
        for number in range(30):
            keyword = Keyword(**owned, text=f"k {number}", normalized_text=f"k {number}")
            cluster = Cluster(**owned, stable_id=f"x{number}", name=f"x{number}", head_keyword=f"k {number}")
            session.add_all([keyword, cluster])
            session.flush()
            session.add(ClusterKeyword(**owned, cluster_id=ours.ids["cluster"], keyword_id=keyword.id))
            kinds = {"content_type": "post", "content_structure": "how_to"}
            idea = ContentIdea(**owned, **kinds, cluster_id=cluster.id, title="t", target_keyword=f"k {number}")
            session.add(idea)
            session.flush()
            session.add(Task(**owned, **kinds, idea_id=idea.id, cluster_id=cluster.id, title="t", primary_keyword="k"))
            session.add(
                TaxonomyTerm(**owned, external_taxonomy="category", external_term_id=f"t{number}", name=f"t{number}")
            )
            session.add(Opportunity(**owned, kind="orphan", subject=f"/{number}/", title="t", reason="r"))
    assert {path: statements(path) for path in paths} == few
    assert max(few.values()) <= 12
