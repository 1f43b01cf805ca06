"""Versions, edits, proposals, section rewrites and sources through the API, as an editor's tool uses them."""

import pytest
from api_drafts import SOURCE, add_drafts, ended
from api_tenants import Tenant
from fastapi.testclient import TestClient

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.writer import Content
from tests.unit.article_samples import HOW_TO


@pytest.fixture
def article(ours: Tenant, warehouse: Warehouse) -> str:
    add_drafts(warehouse, ours)
    return f"/api/v1/writer/content/{ours.article('review')}/"


def body(conclusion: str) -> dict[str, object]:
    return {"draft": ended(conclusion).model_dump(mode="json")}


def test_an_editor_changes_the_text_that_they_read(
    client: TestClient, ours: Tenant, article: str, warehouse: Warehouse
):
    headers = ours.as_role("editor")
    read = client.get(article, headers=headers)
    assert read.headers["ETag"] == '"1"'
    assert [(each["version"], each["status"]) for each in read.json()["data"]["versions"]] == [
        (3, "proposal"), (2, "proposal"), (1, "standing"),
    ]  # fmt: skip
    with warehouse.write() as session:
        content = session.get_one(Content, ours.article("review"))
        content.status, content.approved_by = "approved", "user:somebody"

    saved = client.put(f"{article}draft/", json=body("Rinse, and be done."), headers={**headers, "If-Match": '"1"'})
    assert saved.status_code == 200
    assert saved.headers["ETag"] == '"4"'
    data = saved.json()["data"]
    assert (data["version"], data["status"], data["changed"]) == (4, "draft", True)
    now = client.get(article, headers=headers).json()["data"]
    assert (now["approved_by"], now["checks_passed"]) == ("", False)
    assert "Rinse, and be done." in now["html"]
    assert now["versions"][0]["written_by"] == "user:editor@crema.example"

    lost = client.put(f"{article}draft/", json=body("Never seen."), headers={**headers, "If-Match": '"1"'})
    assert (lost.status_code, lost.headers["ETag"]) == (409, '"4"')
    assert "is at version 4 by now, and this change was made to version 1" in lost.json()["error"]
    same = client.put(f"{article}draft/", json=body("Rinse, and be done."), headers={**headers, "If-Match": "4"})
    assert same.json()["data"]["changed"] is False


def test_an_edit_that_cannot_be_used_names_what_is_wrong(client: TestClient, ours: Tenant, article: str):
    headers = {**ours.as_role(), "If-Match": '"1"'}
    broken = body("x")
    broken["draft"]["sections"][0]["heading"] = None  # type: ignore[index]
    refused = client.put(f"{article}draft/", json=broken, headers=headers)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["draft.sections.0.heading"]
    assert client.put(f"{article}draft/", json=body("x"), headers=ours.as_role()).status_code == 428
    assert client.put(f"{article}draft/", json=body("x"), headers={**headers, "If-Match": "*"}).status_code == 400
    assert (
        client.put(f"{article}draft/", json=body("x"), headers={**headers, **ours.as_role("viewer")}).status_code == 403
    )


def test_markup_in_an_edit_is_escaped(client: TestClient, ours: Tenant, article: str):
    headers = {**ours.as_role(), "If-Match": '"1"'}
    saved = client.put(f"{article}draft/", json=body("<script>alert(1)</script> and <b>more</b>"), headers=headers)
    assert saved.status_code == 200
    html = client.get(article, headers=headers).json()["data"]["html"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert any(finding["passage"] == "conclusion:0" for finding in saved.json()["data"]["findings"])


def test_a_proposal_is_compared_accepted_or_rejected(client: TestClient, ours: Tenant, article: str):
    headers = ours.as_role("editor")
    compared = client.get(f"{article}diff/?newer=2", headers=headers).json()["data"]
    assert (compared["older"], compared["newer"]) == (1, 2)
    assert [(each["kind"], each["where"].partition(":")[0]) for each in compared["changes"]] in (
        [("changed", "conclusion")],
        [("removed", "conclusion"), ("added", "conclusion")],
    )
    assert client.get(f"{article}diff/?newer=9", headers=headers).status_code == 404

    rejected = client.post(f"{article}versions/3/reject/", headers=headers)
    assert rejected.json()["data"]["status"] == "rejected"
    late = client.post(f"{article}versions/2/accept/", headers={**headers, "If-Match": '"7"'})
    assert late.status_code == 409
    accepted = client.post(f"{article}versions/2/accept/", headers={**headers, "If-Match": '"1"'})
    assert (accepted.json()["data"]["version"], accepted.headers["ETag"]) == (2, '"2"')
    assert "Proposal 2 ends here." in client.get(article, headers=headers).json()["data"]["html"]
    again = client.post(f"{article}versions/2/accept/", headers=headers)
    assert again.status_code == 409
    assert again.json()["error"].endswith("is no proposal: it is standing.")
    listed = client.get(f"{article}versions/", headers=headers).json()["data"]
    assert [(each["version"], each["status"]) for each in listed] == [(3, "rejected"), (2, "standing"), (1, "past")]
    assert client.get(f"{article}versions/1/", headers=headers).json()["data"]["draft"]["slug"] == HOW_TO.slug


def test_one_section_is_written_anew_and_once_for_one_key(client: TestClient, ours: Tenant, article: str):
    headers = {"Idempotency-Key": "section 2"} | ours.as_role("editor")
    done = client.post(f"{article}sections/2/rewrite/", json={"wish": "shorter"}, headers=headers)
    assert done.status_code == 200, done.text
    again = client.post(f"{article}sections/2/rewrite/", json={"wish": "shorter"}, headers=headers)
    assert (again.status_code, again.json()["data"]) == (200, done.json()["data"])
    other = client.post(f"{article}sections/3/rewrite/", json={"wish": "shorter"}, headers=headers)
    assert (other.status_code, "different request" in other.json()["error"]) == (409, True)
    listed = client.get(f"{article}versions/", headers=headers).json()["data"]
    assert [each["version"] for each in listed] == [4, 3, 2, 1]
    data = done.json()["data"]
    assert (data["version"], data["stands"], data["provider"], data["credits"]) == (4, True, "offline", "0")
    assert data["section"]["heading"] == HOW_TO.sections[2].heading
    compared = client.get(f"{article}diff/?older=1&newer=4", headers=ours.as_role()).json()["data"]["changes"]
    assert {each["heading"] for each in compared if each["heading"]} == {HOW_TO.sections[2].heading}
    missing = client.post(f"{article}sections/50/rewrite/", json={}, headers=ours.as_role())
    assert (missing.status_code, "and no section 50" in missing.json()["error"]) == (409, True)


def test_sources_are_added_listed_and_removed(client: TestClient, ours: Tenant, article: str, warehouse: Warehouse):
    headers = ours.as_role("editor")
    sources = f"/api/v1/writer/tasks/{ours.task('review')}/sources/"
    added = client.post(sources, json={"name": "notes.md", "text": f"# Notes\n\n{SOURCE}"}, headers=headers)
    assert added.status_code == 201
    assert (added.json()["data"]["key"], added.json()["data"]["title"], added.json()["data"]["status"]) == (
        "s2",
        "Notes",
        "ready",
    )
    keyed = {"Idempotency-Key": "a page"} | headers
    pages = [client.post(sources, json={"name": "more.md", "text": SOURCE}, headers=keyed).json() for _ in range(2)]
    assert pages[0]["data"] == pages[1]["data"]
    inside = client.post(sources, json={"url": "http://169.254.169.254/latest/meta-data/"}, headers=headers)
    assert (inside.status_code, inside.json()["data"]["status"]) == (201, "failed")
    assert "is not a public address" in inside.json()["data"]["error"]
    for asked, field in (
        ({"url": "file:///etc/passwd"}, "url"),
        ({"name": "x.pdf", "text": "%PDF-1.7"}, "text"),
        ({"name": "x.md"}, "body"),
        ({"url": "https://a.example/", "text": "x"}, "body"),
    ):
        refused = client.post(sources, json=asked, headers=headers)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    left = client.delete(f"{sources}s3/", headers=headers).json()["data"]
    assert [(each["key"], each["characters_in_brief"]) for each in left] == [("s1", 0), ("s2", 0), ("s4", 0)]
    assert client.delete(f"{sources}s3/", headers=headers).status_code == 404
    with warehouse.write() as session:
        set_module(session, site_by_key(session, ours.site_key), "writer", enabled=False)
    assert client.post(sources, json={"url": "https://a.example/"}, headers=headers).status_code == 403
