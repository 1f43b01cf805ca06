"""Videos published through the API, and the accounts that they are published by."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_people import COOKIE, OWN
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from igny8_resources.settings import Settings
from igny8_resources.vault import open_vault
from igny8_resources.video_platforms import connecting
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from tests.stand_ins.tiktok_server import OPEN_ID, TikTokStandIn
from tests.stand_ins.youtube_server import CHANNEL, YouTubeStandIn

VIDEO = "/api/v1/video"


@pytest.fixture
def client(client: TestClient, ours) -> TestClient:
    """The service as our account's owner uses it."""
    client.headers.update(ours.as_role())
    return client


@pytest.fixture
def project(warehouse, ours) -> int:
    """Our tenant's rendered video."""
    with warehouse.read() as session:
        query = select(VideoProject.id).where(VideoProject.account_id == ours.account_id)
        return int(session.scalars(query).first() or 0)


@pytest.fixture
def tiktok(settings: Settings) -> Iterator[TikTokStandIn]:
    with TikTokStandIn() as server:
        settings.tiktok_url = server.base_url
        yield server


@pytest.fixture
def youtube(settings: Settings) -> Iterator[YouTubeStandIn]:
    from pydantic import SecretStr

    with YouTubeStandIn() as server:
        settings.google_client_id, settings.google_client_secret = "google-app", SecretStr("google-secret")
        settings.google_token_url, settings.youtube_url = f"{server.address}/token", server.address
        yield server


def connected(client: TestClient, site: str, platform: str) -> dict:
    begun = client.post(f"{VIDEO}/connections/", json={"site": site, "platform": platform})
    assert begun.status_code == 200, begun.text
    sent = {"code": "a-code", "state": begun.json()["data"]["state"]}
    finished = client.post(f"{VIDEO}/connections/finish/", json=sent)
    assert finished.status_code == 200, finished.text
    return finished.json()["data"]


def test_an_account_is_connected_by_the_person_who_began(client, ours, warehouse, settings, youtube) -> None:
    begun = client.post(f"{VIDEO}/connections/", json={"site": ours.site_key, "platform": "youtube"}).json()["data"]
    asked = parse_qs(urlsplit(begun["authorize_url"]).query)
    assert asked["redirect_uri"] == [begun["redirect_url"]] == [f"{settings.public_url}/desk/connections/return"]
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == (
        ["offline"],
        ["consent"],
        ["S256"],
    )
    assert asked["state"] == [begun["state"]]

    shown = connected(client, ours.site_key, "youtube")
    assert (shown["platform"], shown["external_id"], shown["name"]) == ("youtube", CHANNEL, "Crema Lane")
    assert not {"access_token", "refresh_token"} & set(shown)
    with warehouse.read() as session:
        row = session.scalars(select(PlatformConnection).filter_by(platform="youtube", site_id=shown["site_id"])).one()
    assert open_vault(settings).decrypt(row.refresh_token) in youtube.refresh_tokens


def test_a_state_of_somebody_else_or_of_long_ago_connects_nothing(client, ours, settings, tiktok, monkeypatch) -> None:
    vault = open_vault(settings)
    theirs = connecting.begin(settings, vault, user_id=10**6, account_id=1, site_id=1, platform="tiktok")[1]
    own = client.post(f"{VIDEO}/connections/", json={"site": ours.site_key, "platform": "tiktok"}).json()["data"][
        "state"
    ]
    monkeypatch.setattr(connecting, "GOOD_FOR", timedelta(seconds=-1))
    for state, said in ((theirs, "Somebody else began"), (own, "Too much time has passed"), ("x", "was not made here")):
        refused = client.post(f"{VIDEO}/connections/finish/", json={"code": "c", "state": state})
        assert refused.status_code == 400
        assert said in refused.json()["error"]
    assert tiktok.asked == []


def test_without_an_application_connecting_says_what_to_set(client, ours) -> None:
    refused = client.post(f"{VIDEO}/connections/", json={"site": ours.site_key, "platform": "instagram"})
    assert refused.status_code == 409
    assert "IGNY8_INSTAGRAM_APP_ID and IGNY8_INSTAGRAM_APP_SECRET" in refused.json()["error"]


def test_publishing_is_asked_for_once_and_followed(client, ours, warehouse, project, tiktok) -> None:
    assert connected(client, ours.site_key, "tiktok")["external_id"] == OPEN_ID
    body = {"platforms": ["tiktok"], "privacy": {"tiktok": "SELF_ONLY"}, "synthetic_media": False}
    asked = [
        client.post(f"{VIDEO}/projects/{project}/publish/", json=body, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert [each.status_code for each in asked] == [202, 202]
    assert asked[0].json()["data"] == asked[1].json()["data"]
    with warehouse.read() as session:
        request = session.get_one(Request, asked[0].json()["data"]["task_id"])
        assert request.kind == "video_publish"
    status = client.get(f"{VIDEO}/projects/{project}/publish-status/").json()["data"]
    [waiting] = [each for each in status["publications"] if each["platform"] == "tiktok"]
    assert (waiting["status"], waiting["privacy"]) == ("waiting", "SELF_ONLY")


def test_publishing_without_an_account_says_how_to_connect_one(client, ours, warehouse, project) -> None:
    refused = client.post(f"{VIDEO}/projects/{project}/publish/", json={"platforms": ["youtube"]})
    assert refused.status_code == 409
    assert "No account on youtube is connected" in refused.json()["error"]
    assert refused.json()["errors"] == {"platforms": ["no youtube account is connected"]}


def test_a_word_on_privacy_that_the_platform_does_not_know_is_refused(client, project) -> None:
    refused = client.post(f"{VIDEO}/projects/{project}/publish/", json={"privacy": {"youtube": "hidden"}})
    assert refused.status_code == 400
    assert refused.json()["errors"] == {"privacy.youtube": ["youtube knows private, unlisted, public"]}


def test_a_video_that_is_not_rendered_is_not_published(client, warehouse, project) -> None:
    with warehouse.write() as session:
        session.execute(update(VideoProject).values(status="rendering"))
    refused = client.post(f"{VIDEO}/projects/{project}/publish/", json={"platforms": ["tiktok"]})
    assert (refused.status_code, refused.json()["error"]) == (
        409,
        "The video is rendering; it is published once it is rendered.",
    )


def test_defaults_are_changed_by_somebody_who_has_seen_them(client, ours, tiktok) -> None:
    address = f"{VIDEO}/connections/{connected(client, ours.site_key, 'tiktok')['id']}/"
    tag = client.get(address).headers["etag"]
    changed = client.patch(address, json={"privacy": "SELF_ONLY", "disable_duet": True}, headers={"If-Match": tag})
    assert changed.json()["data"]["defaults"] == {"privacy": "SELF_ONLY", "disable_duet": True}
    stale = client.patch(address, json={"privacy": None}, headers={"If-Match": tag})
    assert stale.status_code == 409
    wrong = client.patch(address, json={"privacy": "public"}, headers={"If-Match": "*"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["privacy"])
    forgotten = client.patch(address, json={"privacy": None}, headers={"If-Match": "*"})
    assert forgotten.json()["data"]["defaults"] == {"disable_duet": True}


def test_a_disconnected_account_keeps_no_token(client, ours, warehouse, tiktok) -> None:
    shown = connected(client, ours.site_key, "tiktok")
    assert client.delete(f"{VIDEO}/connections/{shown['id']}/").status_code == 200
    with warehouse.read() as session:
        row = session.get_one(PlatformConnection, shown["id"])
    assert (row.status, row.access_token, row.refresh_token) == ("disconnected", "", "")


def test_numbers_are_added_up_from_the_newest_measurements(client, ours, warehouse, project) -> None:
    now = utc_now().replace(microsecond=0)
    with warehouse.write() as session:
        row = session.get_one(VideoProject, project)
        owned = {"account_id": row.account_id, "site_id": row.site_id}
        session.query(VideoMetrics).delete()
        session.query(VideoPublication).delete()
        for platform, views in (("youtube", (100, 120)), ("tiktok", (None,))):
            publication = VideoPublication(
                **owned, project_id=project, platform=platform, privacy="public", status="published"
            )
            session.add(publication)
            session.flush()
            for number, count in enumerate(views):
                period = now + timedelta(hours=12 * number)
                session.add(
                    VideoMetrics(**owned, publication_id=publication.id, period=period, views=count, likes=number)
                )
    overview = client.get(f"{VIDEO}/analytics/overview/", params={"site": ours.site_key}).json()["data"]
    assert [(each["platform"], each["videos"], each["views"]) for each in overview["platforms"]] == [
        ("tiktok", 1, None),
        ("youtube", 1, 120),
    ]
    assert (overview["total"]["videos"], overview["total"]["views"], overview["total"]["watch_seconds"]) == (
        2,
        120,
        None,
    )
    history = client.get(f"{VIDEO}/analytics/project/{project}/").json()["data"]
    assert [(each["platform"], each["views"]) for each in history] == [
        ("youtube", 120),
        ("tiktok", None),
        ("youtube", 100),
    ]


def test_the_desk_finishes_what_the_platform_sends_back(app, ours, warehouse, tiktok) -> None:
    """The visit that the platform begins comes without a cookie; the page's own form has it."""
    with TestClient(app, base_url="http://127.0.0.1:8000") as browser:
        headers = ours.as_role()
        begun = browser.post(
            f"{VIDEO}/connections/", json={"site": ours.site_key, "platform": "tiktok"}, headers=headers
        )
        state = begun.json()["data"]["state"]
        back = browser.get(
            "/desk/connections/return", params={"code": "a-code", "state": state, "scopes": "video.publish"}
        )
        assert back.status_code == 200
        assert f'value="{state}"' in back.text
        browser.cookies.set(COOKIE, headers["Authorization"].removeprefix("Bearer "))
        form = {"code": "a-code", "state": state}
        assert browser.post("/desk/connections/finish", data=form).status_code == 403, "a form of another site"
        done = browser.post("/desk/connections/finish", data=form, headers=OWN)
        assert done.status_code == 200
        assert "cremalane (tiktok) is connected" in done.text
    with warehouse.read() as session:
        row = session.scalars(select(PlatformConnection).filter_by(external_id=OPEN_ID)).one()
    assert row.status == "connected"


def test_somebody_who_did_not_agree_is_told_to_begin_again(client) -> None:
    refused = client.get("/desk/connections/return", params={"error": "access_denied"})
    assert refused.status_code == 400
    assert "The platform did not give its permission." in refused.text
