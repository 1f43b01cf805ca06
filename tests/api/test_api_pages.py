"""The pages and files: landing page, API reference, previews of built sites, media."""

import json
import re
from pathlib import Path

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from markupsafe import escape

from igny8_resources.settings import Settings


@pytest.fixture
def built(settings: Settings) -> Path:
    """A small built site, a secret beside it, and a link that leads out."""
    folder = settings.sites_folder / "crema-lane"
    (folder / "dial-in").mkdir(parents=True)
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<h1>Crema Lane</h1>")
    (folder / "dial-in" / "index.html").write_text("<h1>Dial in</h1>")
    (folder / "404.html").write_text("<h1>Not here</h1>")
    (folder / "assets" / "site.css").write_text("h1 { color: red }")
    (folder / "assets" / "clip.mp4").write_bytes(bytes(range(256)) * 4)
    (folder / "assets" / "leak.txt").symlink_to(settings.home_path / "secret.txt")
    (settings.home_path / "secret.txt").write_text("secret")
    (settings.sites_folder / ".crema-lane.lock").write_text("secret")
    (settings.sites_folder / "secret.txt").write_text("secret")
    return folder


def test_a_built_site_is_served_as_a_web_server_would(client: TestClient, built: Path):
    home = client.get("/sites/crema-lane/")
    assert (home.status_code, home.text) == (200, "<h1>Crema Lane</h1>")
    assert home.headers["content-type"].startswith("text/html")
    assert home.headers["cache-control"] == "no-cache"
    assert home.headers["x-robots-tag"] == "noindex"
    assert "script-src 'none'" in home.headers["content-security-policy"]
    assert client.get("/sites/crema-lane/dial-in/").text == "<h1>Dial in</h1>"
    assert client.get("/sites/crema-lane/dial-in/index.html").text == "<h1>Dial in</h1>"
    assert client.get("/sites/crema-lane/assets/site.css").headers["content-type"].startswith("text/css")
    for short in ("/sites/crema-lane", "/sites/crema-lane/dial-in"):
        assert client.get(short, follow_redirects=False).status_code == 307
        assert client.get(short).url.path == f"{short}/"
    for lost in ("/sites/crema-lane/nowhere/", "/sites/crema-lane/assets/", "/sites/crema-lane/index.html/"):
        assert (client.get(lost).status_code, client.get(lost).text) == (404, "<h1>Not here</h1>")
    assert client.head("/sites/crema-lane/").headers["content-length"] == "19"


def test_a_preview_is_fetched_again_only_when_it_changed(client: TestClient, built: Path):
    etag = client.get("/sites/crema-lane/").headers["etag"]
    assert client.get("/sites/crema-lane/", headers={"If-None-Match": etag}).status_code == 304
    (built / "index.html").write_text("<h1>Crema Lane, anew</h1>")
    assert client.get("/sites/crema-lane/", headers={"If-None-Match": etag}).status_code == 200


def test_videos_can_be_sought_in(client: TestClient, built: Path):
    clip = client.get("/sites/crema-lane/assets/clip.mp4", headers={"Range": "bytes=256-259"})
    assert (clip.status_code, clip.content) == (206, bytes([0, 1, 2, 3]))
    assert clip.headers["content-range"] == "bytes 256-259/1024"
    assert clip.headers["content-type"] == "video/mp4"
    beyond = client.get("/sites/crema-lane/assets/clip.mp4", headers={"Range": "bytes=5000-"})
    assert beyond.status_code == 416


def test_no_path_leads_out_of_a_site(client: TestClient, built: Path):
    tricks = (
        "/sites/crema-lane/../secret.txt",
        "/sites/crema-lane/%2e%2e/secret.txt",
        "/sites/crema-lane/..%2fsecret.txt",
        "/sites/crema-lane/..%2f..%2fsecret.txt",
        "/sites/crema-lane/assets/..%5c..%5csecret.txt",
        "/sites/crema-lane/%2fetc/passwd",
        "/sites/crema-lane//etc/passwd",
        "/sites/crema-lane/assets/leak.txt",
        "/sites/crema-lane/.%00/secret.txt",
        "/sites/%2e%2e/secret.txt",
        "/sites/..%2fsecret.txt/",
        "/sites/.crema-lane.lock",
        "/sites/secret.txt",
        "/sites/%2e/crema-lane/",
        f"/sites/crema-lane/{'a' * 5000}",
        f"/sites/crema-lane/{'a/' * 3000}",
    )
    for trick in tricks:
        answer = client.get(trick)
        assert answer.status_code in {400, 404}, trick
        assert "secret" not in answer.text, trick
        assert "root:" not in answer.text, trick


def test_media_is_for_its_account(client: TestClient, ours: Tenant, theirs: Tenant, settings: Settings):
    path = f"/api/v1/media/{ours.media_key}"
    picture = client.get(path, headers=ours.as_role())
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.headers["cache-control"] == "private, no-cache"
    part = client.get(path, headers=ours.as_role() | {"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"\x89PNG")
    for given, status in {"bytes=9000-": 416, "bytes=z": 400}.items():
        refused = client.get(path, headers=ours.as_role() | {"Range": given})
        assert (refused.status_code, refused.json()["success"]) == (status, False)
    assert client.get(path).status_code == 401
    (settings.home_path / "media" / "loose.txt").write_text("secret")
    keys = (
        theirs.media_key,
        f"accounts/{ours.account_id}/../{theirs.account_id}/{theirs.site_key}/images/cover.png",
        f"accounts/{ours.account_id}%2f..%2f{theirs.account_id}/{theirs.site_key}/images/cover.png",
        f"accounts/{ours.account_id}/%2e%2e/%2e%2e/loose.txt",
        f"accounts/{ours.account_id}//x.png",
        f"accounts/{ours.account_id}/{ours.site_key}",
        f"accounts/{ours.account_id}/",
        "loose.txt",
        "%2fetc%2fpasswd",
    )
    for key in keys:
        answer = client.get(f"/api/v1/media/{key}", headers=ours.as_role())
        assert (answer.status_code, answer.json()["success"]) == (404, False), key


def test_media_that_a_browser_could_run_is_saved_instead(client: TestClient, ours: Tenant, settings: Settings):
    key = f"accounts/{ours.account_id}/{ours.site_key}/imports/keywords.html"
    path = settings.home_path / "media" / key
    path.parent.mkdir(parents=True)
    path.write_text("<script>alert(1)</script>")
    answer = client.get(f"/api/v1/media/{key}", headers=ours.as_role())
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="keywords.html"'


def test_the_landing_page_lists_built_sites(client: TestClient, ours: Tenant, built: Path):
    page = client.get("/")
    assert page.status_code == 200
    assert '<a href="/sites/crema-lane/">Crema Lane</a>' in page.text
    assert "1 article published" in page.text
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="https?://(?!127\.0\.0\.1)', page.text)  # works without a network


def test_a_shared_deployment_names_nobodys_sites(client: TestClient, ours: Tenant, theirs: Tenant, built: Path):
    page = client.get("/").text
    assert "Crema Lane" not in page
    assert "Trail Notes" not in page
    assert "Several accounts share this service" in page


def test_the_reference_names_every_operation_and_needs_no_network(client: TestClient):
    document = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path, operations in document["paths"].items():
        assert f"<code>{path}</code>" in page.text
        for operation in operations.values():
            assert str(escape(operation["summary"])) in page.text
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= anchors
    assert "<script" not in page.text
    for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        assert client.get(asset).status_code == 200
    assert client.get("/static/fonts/display.ttf").headers["content-type"] == "font/ttf"
    assert client.get("/static/fonts/..%2fsecret.ttf").status_code == 404


# What goes on after the answer: requests for work, and the letter of a password reset.
ANSWERED_LATER = {
    "/api/v1/auth/password-reset/",
    "/api/v1/planner/clusters/auto_cluster/",
    "/api/v1/planner/keywords/bulk_add_from_seed/",
    "/api/v1/planner/keywords/imports/",
    "/api/v1/planner/taxonomies/bulk-generate/",
    "/api/v1/planner/taxonomies/terms/{id}/generate/",
    "/api/v1/socializer/posts/generate/",
    "/api/v1/video/projects/",
    "/api/v1/video/projects/create/",
    "/api/v1/video/projects/{id}/compose/",
    "/api/v1/video/projects/{id}/generate-listings/",
    "/api/v1/video/projects/{id}/generate-script/",
    "/api/v1/video/projects/{id}/generate-visuals/",
    "/api/v1/video/projects/{id}/generate-voiceover/",
    "/api/v1/video/projects/{id}/publish/",
    "/api/v1/video/projects/{id}/render/",
    "/api/v1/writer/content/generate/",
}
# What people use who cannot sign in, or not yet.
OPEN = {
    "/api/v1/auth/invitations/accept/",
    "/api/v1/auth/invitations/preview/",
    "/api/v1/auth/login/",
    "/api/v1/auth/password-reset/",
    "/api/v1/auth/password-reset/confirm/",
    "/api/v1/auth/refresh/",
    "/api/v1/system/health/",
}


def test_the_document_tells_the_truth(client: TestClient):
    """Every operation is described, says how it refuses, and every field of every shape has a type."""
    document = client.get("/api/v1/openapi.json").json()
    identifiers = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            identifiers.append(operation["operationId"])
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["tags"], path
            assert {"500", "503"} <= set(operation["responses"]), path
            assert "422" not in operation["responses"]
            assert ("202" in operation["responses"]) == (method == "post" and path in ANSWERED_LATER), path
            assert ("security" in operation) == (path not in OPEN), path
            assert "401" in operation["responses"] or path in OPEN, path
    assert len(identifiers) == len(set(identifiers))
    assert "ValidationError" not in json.dumps(document)
