"""Lists and details: what they show, how they are filtered, searched, ordered and paged."""

from typing import Any

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient

LISTS = (
    "/api/v1/sites/",
    "/api/v1/planner/keywords/",
    "/api/v1/planner/clusters/",
    "/api/v1/planner/ideas/",
    "/api/v1/writer/tasks/",
    "/api/v1/writer/content/",
    "/api/v1/writer/images/",
    "/api/v1/socializer/posts/",
    "/api/v1/video/projects/",
    "/api/v1/publisher/records/",
)


def test_every_list_has_the_same_shape_and_leads_to_its_details(client: TestClient, ours: Tenant):
    for path in LISTS:
        body = client.get(path, headers=ours.as_role()).json()
        assert set(body) == {"count", "next", "previous", "results"}
        assert body["count"] == len(body["results"]) > 0
        row = body["results"][0]
        detail = client.get(f"{path}{row['key'] if 'sites' in path else row['id']}/", headers=ours.as_role()).json()
        assert detail["success"] is True
        assert detail["data"].items() >= row.items()


def test_keywords_are_filtered_searched_and_ordered(client: TestClient, ours: Tenant):
    def texts(**query: object) -> list[str]:
        answer = client.get("/api/v1/planner/keywords/", params=query, headers=ours.as_role())  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [row["text"] for row in answer.json()["results"]]

    assert texts() == ["espresso ratio", "espresso ratio calculator", "100% arabica espresso"]  # unknown volume last
    assert texts(ordering="volume") == ["espresso ratio calculator", "espresso ratio", "100% arabica espresso"]
    assert texts(intent="commercial") == ["espresso ratio"]
    assert texts(search="CALCulator") == ["espresso ratio calculator"]
    assert texts(search="100%") == ["100% arabica espresso"]  # a percent sign is a percent sign
    assert texts(clustered=False) == ["100% arabica espresso"]
    assert texts(cluster=ours.ids["cluster"], volume_max=200) == ["espresso ratio calculator"]
    assert texts(difficulty_min=21, difficulty_max=21.5) == ["espresso ratio calculator"]
    assert texts(site=ours.site_key, status="new", market="") == texts()
    assert texts(site="no-such-site") == []


def test_pages_lead_to_each_other_by_their_public_address(client: TestClient, ours: Tenant):
    first = client.get("/api/v1/planner/keywords/?page_size=2&search=espresso", headers=ours.as_role()).json()
    assert first["count"] == 3
    assert first["previous"] is None
    assert first["next"] == "http://127.0.0.1:8000/api/v1/planner/keywords/?page_size=2&search=espresso&page=2"
    second = client.get(first["next"], headers={**ours.as_role(), "Host": "evil.example"}).json()
    assert [row["text"] for row in second["results"]] == ["100% arabica espresso"]
    assert second["next"] is None
    assert second["previous"].startswith("http://127.0.0.1:8000/")
    beyond = client.get("/api/v1/planner/keywords/?page=3&page_size=2", headers=ours.as_role())
    assert (beyond.status_code, beyond.json()["error"]) == (404, "Page 3 lies beyond the end: the last page is 2.")


def test_a_long_list_is_counted_so_far_and_paged_to_its_end(
    client: TestClient, ours: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("api.listing.MOST_COUNTED", 1)

    def page(number: int) -> dict[str, Any]:
        path = f"/api/v1/planner/keywords/?page_size=2&search=espresso&page={number}"
        return client.get(path, headers=ours.as_role()).json()

    assert [page(1)["count"], page(2)["count"]] == [1, 1]
    assert page(1)["next"] is not None
    assert [len(page(number)["results"]) for number in (1, 2)] == [2, 1]
    assert page(2)["next"] is None
    assert page(3)["error"] == "Page 3 lies beyond the end."


def test_an_article_comes_whole(client: TestClient, ours: Tenant):
    content_id = ours.article("published")
    article = client.get(f"/api/v1/writer/content/{content_id}/", headers=ours.as_role()).json()["data"]
    assert article["html"] == "<h2>Dose</h2><script>alert(1)</script>"  # text is data; nothing is interpreted here
    assert article["partition_key"] == f"crema-lane-{ours.task('published')}"
    assert article["checks"]["no_invented_figures"]["passed"] is True
    assert [version["written_by"] for version in article["versions"]] == ["offline"]
    assert article["images"][0]["file_url"] == "/api/v1/media/a/b%20c.webp"
    assert [link["anchor"] for link in article["links_out"]] == ["dose"]
    assert article["links_in"] == []
    assert article["credits"] == [
        {"operation": "content", "calls": 1, "units": "1", "credits": "45.5", "list_credits": "45.5"}
    ]


def test_images_are_found_by_their_article_and_its_task(client: TestClient, ours: Tenant):
    def found(query: str) -> list[int]:
        return [
            row["id"] for row in client.get(f"/api/v1/writer/images/?{query}", headers=ours.as_role()).json()["results"]
        ]

    assert (
        found(f"task={ours.task('published')}") == found(f"content={ours.article('published')}") == [ours.ids["image"]]
    )
    assert found(f"task={ours.task('review')}") == []


def test_articles_are_ordered_by_status(client: TestClient, ours: Tenant):
    listed = client.get("/api/v1/writer/content/?ordering=-status", headers=ours.as_role()).json()["results"]
    assert [row["status"] for row in listed] == ["review", "published"]


def test_a_cluster_lists_its_keywords_by_volume(client: TestClient, ours: Tenant):
    cluster = client.get(f"/api/v1/planner/clusters/{ours.ids['cluster']}/", headers=ours.as_role()).json()["data"]
    assert [keyword["volume"] for keyword in cluster["keywords"]] == [720, 180]


def test_a_video_has_addresses_for_its_files_and_keeps_its_keys(client: TestClient, ours: Tenant):
    video = client.get(f"/api/v1/video/projects/{ours.ids['project']}/", headers=ours.as_role()).json()["data"]
    assert video["renders"][0]["video_url"] == "/api/v1/media/accounts/v.mp4"
    assert video["renders"][0]["captions_url"] is None
    assert "media_key" not in video["renders"][0]
    assert video["assets"][0]["file_url"] == "/api/v1/media/accounts/v.wav"


def test_a_site_shows_what_belongs_to_it(client: TestClient, ours: Tenant):
    site = client.get(f"/api/v1/sites/{ours.site_key}/", headers=ours.as_role()).json()["data"]
    assert [sector["slug"] for sector in site["sectors"]] == ["espresso", "filter-coffee-beans"]
    assert site["modules"]["video"] is True
    assert site["automation"]["auto_approve"] is False
    assert site["automation"]["stages"][0]["stage"] == "planning"
    assert site["counts"]["content"] == {"published": 1, "review": 1}
    assert site["preview_url"] is None


def test_credits_add_up(client: TestClient, ours: Tenant):
    balance = client.get("/api/v1/billing/balance/", headers=ours.as_role()).json()["data"]
    assert (balance["balance"], balance["monthly_credits"], balance["is_low"]) == ("954.5", "1000", False)
    assert [movement["amount"] for movement in balance["recent"]] == ["-45.5", "1000"]
    usage = client.get("/api/v1/billing/usage/?site=crema-lane", headers=ours.as_role()).json()["data"]
    assert (usage["calls"], usage["credits"]) == (2, "91")
    assert client.get("/api/v1/billing/usage/?date_to=2001-01-01", headers=ours.as_role()).json()["data"]["calls"] == 0
    backwards = client.get("/api/v1/billing/usage/?date_from=2026-02-02&date_to=2026-02-01", headers=ours.as_role())
    assert backwards.json()["errors"] == {"date_to": ["lies before date_from"]}
