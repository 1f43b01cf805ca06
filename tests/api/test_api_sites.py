"""Sites made and changed through the API: sectors, switches, grants, archiving."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient

SITES = "/api/v1/sites/"
ANY = {"If-Match": "*"}
NEW = {
    "key": "filter-notes",
    "name": "Filter Notes",
    "base_url": "https://filter.example/",
    "niche": "pour-over coffee",
    "sectors": [{"name": "Grinders", "seed_terms": ["grinder"]}, {"name": "Kettles"}],
    "author_name": "Ines Okafor",
}


def test_a_site_is_made_with_its_sectors_and_voice(client: TestClient, ours: Tenant):
    made = client.post(SITES, json=NEW, headers=ours.as_role())
    assert made.status_code == 201, made.text
    assert made.json()["data"]["base_url"] == "https://filter.example"
    site = client.get(f"{SITES}filter-notes/", headers=ours.as_role()).json()["data"]
    assert [sector["slug"] for sector in site["sectors"]] == ["grinders", "kettles"]
    assert [author["name"] for author in site["authors"]] == ["Ines Okafor"]
    taken = client.post(SITES, json=NEW, headers=ours.as_role())
    assert (taken.status_code, "taken" in taken.json()["error"]) == (409, True)
    assert client.post(SITES, json=NEW | {"key": "other"}, headers=ours.as_role("editor")).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Filter Notes"},
        {"key": "../etc"},
        {"base_url": "filter.example"},
        {"base_url": "javascript:alert(1)"},
        {"name": ""},
        {"language": "english please"},
        {"accent": "red"},
        {"sectors": [{"name": f"S{number}"} for number in range(6)]},
        {"sectors": [{"name": "Kettles"}, {"name": "kettles"}]},
        {"owner": "me"},
        {"niche": "x" * 201},
    ],
)
def test_what_cannot_be_a_site_is_refused(client: TestClient, ours: Tenant, wrong: dict):
    refused = client.post(SITES, json=NEW | wrong, headers=ours.as_role())
    assert refused.status_code == 400, refused.text
    assert refused.json()["success"] is False


def test_a_site_changes_in_what_is_sent_and_for_who_saw_it(client: TestClient, ours: Tenant):
    address = f"{SITES}{ours.site_key}/"
    seen = client.get(address, headers=ours.as_role()).headers["etag"]
    assert client.patch(address, json={"niche": "tea"}, headers=ours.as_role()).status_code == 428
    changed = client.patch(address, json={"niche": "tea"}, headers={"If-Match": seen} | ours.as_role())
    assert (changed.json()["data"]["niche"], changed.json()["data"]["name"]) == ("tea", "Crema Lane")
    assert client.get(address, headers=ours.as_role()).headers["etag"] == changed.headers["etag"]
    late = client.patch(address, json={"niche": "cocoa"}, headers={"If-Match": seen} | ours.as_role())
    assert late.status_code == 409
    for wrong in ({"key": "another"}, {"base_url": "ftp://x.example"}, {"name": ""}, {"language": ""}):
        assert client.patch(address, json=wrong, headers=ANY | ours.as_role()).status_code == 400, wrong


def test_nothing_is_started_for_an_archived_site(client: TestClient, ours: Tenant):
    address = f"{SITES}{ours.site_key}/"
    work = {"task_ids": [ours.task("queued")]}
    archived = client.post(f"{address}archive/", headers=ours.as_role())
    assert archived.json()["data"]["status"] == "archived"
    assert client.post("/api/v1/writer/content/generate/", json=work, headers=ours.as_role()).status_code == 409
    assert client.post(f"{address}restore/", headers=ours.as_role()).json()["data"]["status"] == "active"
    assert client.post("/api/v1/writer/content/generate/", json=work, headers=ours.as_role()).status_code == 202


def test_a_site_has_one_to_five_active_sectors(client: TestClient, ours: Tenant):
    address = f"{SITES}{ours.site_key}/sectors/"
    owner = ours.as_role()
    with ThreadPoolExecutor(5) as pool:  # there are two: three more find room
        names = [{"name": f"Sector {number}"} for number in range(5)]
        answers = list(pool.map(lambda one: client.post(address, json=one, headers=owner), names))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409]
    rows = client.get(address, headers=owner).json()["data"]
    assert sum(row["is_active"] for row in rows) == 5
    off = [
        client.patch(f"{address}{row['id']}/", json={"is_active": False}, headers=ANY | owner).status_code
        for row in rows
    ]
    assert off == [200, 200, 200, 200, 409]
    first = f"{address}{rows[0]['id']}/"
    tag = client.get(first, headers=owner).headers["etag"]
    renamed = client.patch(first, json={"name": "Beans", "seed_terms": ["bean"]}, headers={"If-Match": tag} | owner)
    assert (renamed.json()["data"]["name"], renamed.json()["data"]["slug"]) == ("Beans", rows[0]["slug"])
    assert client.delete(first, headers=owner).status_code == 200
    assert client.get(first, headers=owner).status_code == 404
    assert client.delete(f"{address}{rows[-1]['id']}/", headers=owner).status_code == 409
    assert client.post(address, json={"name": "Café"}, headers=owner).json()["data"]["slug"] == "cafe"
    assert client.post(address, json={"name": "cafe"}, headers=owner).status_code == 409


def test_modules_are_switched_by_name(client: TestClient, ours: Tenant):
    address = f"{SITES}{ours.site_key}/modules/"
    before = client.get(address, headers=ours.as_role("viewer"))
    assert all(before.json()["data"]["modules"].values())
    off = client.put(
        address, json={"modules": {"writer": False}}, headers={"If-Match": before.headers["etag"]} | ours.as_role()
    )
    assert off.json()["data"]["modules"]["writer"] is False
    asked = client.post(
        "/api/v1/writer/content/generate/", json={"task_ids": [ours.task("queued")]}, headers=ours.as_role()
    )
    assert (asked.status_code, list(asked.json()["errors"])) == (403, ["module"])
    late = client.put(
        address, json={"modules": {"video": False}}, headers={"If-Match": before.headers["etag"]} | ours.as_role()
    )
    assert late.status_code == 409
    unknown = client.put(address, json={"modules": {"teleport": True}}, headers=ANY | ours.as_role())
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["modules.teleport"])
    assert client.put(address, json={"modules": {}}, headers=ANY | ours.as_role("editor")).status_code == 403


def test_a_grant_opens_a_site_and_its_withdrawal_shuts_it(client: TestClient, ours: Tenant, theirs: Tenant):
    client.post(SITES, json=NEW, headers=ours.as_role())
    address, editor = f"{SITES}filter-notes/", ours.as_role("editor")
    grant = {"user_id": ours.users["editor"]}
    assert client.get(address, headers=editor).status_code == 404
    for _ in range(2):
        assert client.post(f"{address}access/", json=grant, headers=ours.as_role()).status_code == 201
    assert client.get(address, headers=editor).status_code == 200
    listed = client.get(f"{address}access/", headers=ours.as_role()).json()["data"]
    assert [row["email"] for row in listed] == ["editor@crema.example"]
    assert client.delete(f"{address}access/{ours.users['editor']}/", headers=ours.as_role()).status_code == 200
    assert client.get(address, headers=editor).status_code == 404
    for stranger in (theirs.users["editor"], 10**12):
        refused = client.post(f"{address}access/", json={"user_id": stranger}, headers=ours.as_role())
        assert (refused.status_code, refused.json()["error"]) == (404, "There is no person with this id.")
    whole = client.post(f"{address}access/", json={"user_id": ours.users["owner"]}, headers=ours.as_role())
    assert whole.status_code == 409
