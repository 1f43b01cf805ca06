"""A video through the API: its script edited and approved, its steps asked for, its files deleted with it."""

from copy import deepcopy
from typing import Any

import pytest
from api_drafts import add_drafts
from api_tenants import SCRIPT, Tenant
from fastapi.testclient import TestClient
from sqlalchemy import select

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_publishing import VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoScriptVersion


@pytest.fixture
def video(ours: Tenant, warehouse: Warehouse) -> str:
    add_drafts(warehouse, ours)
    return f"/api/v1/video/projects/{ours.ids['project']}/"


def saying(narration: str, section: int = 1) -> dict[str, Any]:
    script = deepcopy(SCRIPT)
    script["sections"][section]["narration"] = narration
    return {"script": script}


def in_project(warehouse: Warehouse, ours: Tenant, **values: Any) -> VideoProject:
    with warehouse.write() as session:
        project = session.get_one(VideoProject, ours.ids["project"])
        for name, value in values.items():
            setattr(project, name, value)
        return project


def test_an_editor_changes_the_script_that_they_read_and_approves_it(
    client: TestClient, ours: Tenant, video: str, warehouse: Warehouse
):
    headers = ours.as_role("editor")
    assert client.get(video, headers=headers).json()["data"]["script_version"] == 1
    unseen = client.put(f"{video}script/", json=saying("Two numbers settle it."), headers=headers)
    assert unseen.status_code == 428
    saved = client.put(f"{video}script/", json=saying("Two settle it."), headers={**headers, "If-Match": '"1"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"3"')
    data = saved.json()["data"]
    assert (data["version"], data["status"], data["changed"]) == (3, "edited", True)
    assert data["seconds"] > 5
    # The sample's point cites nothing, and it is shorter than any video.
    assert {finding["check"] for finding in data["findings"]} == {"script_claims", "script_length"}
    refused = client.post(f"{video}approve-script/", headers=headers)
    assert refused.status_code == 409
    assert "the script has errors; mend them first" in refused.json()["error"]
    lost = client.put(f"{video}script/", json=saying("Never seen."), headers={**headers, "If-Match": '"1"'})
    assert (lost.status_code, lost.headers["ETag"]) == (409, '"3"')

    with warehouse.write() as session:
        for version in session.scalars(select(VideoScriptVersion)):
            version.findings = []
    stale = client.post(f"{video}approve-script/", headers={**headers, "If-Match": '"1"'})
    assert stale.status_code == 409
    keyed = {**headers, "If-Match": '"3"', "Idempotency-Key": "approve-once"}
    first, again = (client.post(f"{video}approve-script/", headers=keyed).json() for _ in range(2))
    assert first == again
    assert first["data"]["approved_by"] == "user:editor@crema.example"
    with warehouse.read() as session:
        [event] = session.scalars(select(Event).where(Event.kind == "video.script_approved"))
        assert (event.actor, event.payload["version"]) == ("user:editor@crema.example", 3)
    listed = client.get(f"{video}script/versions/", headers=headers).json()["data"]
    assert [(each["version"], each["status"]) for each in listed] == [(3, "approved"), (2, "proposal"), (1, "past")]


def test_steps_are_asked_for_once_and_only_of_an_approved_script(
    client: TestClient, ours: Tenant, video: str, warehouse: Warehouse
):
    headers = {**ours.as_role("editor"), "Idempotency-Key": "speak"}
    in_project(warehouse, ours, script_status="edited")
    for step in ("generate-voiceover", "generate-visuals", "compose", "render"):
        refused = client.post(f"{video}{step}/", headers=headers)
        assert refused.status_code == 409
        assert "script waits for approval" in refused.json()["error"]
    in_project(warehouse, ours, script_status="approved")
    asked = [
        client.post(f"{video}generate-voiceover/", json={"voice": "espeak-ng/en-gb"}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in asked] == [202, 202]
    [task_id] = {answer.json()["data"]["task_id"] for answer in asked}
    with warehouse.read() as session:
        request = session.get_one(Request, task_id)
        assert (request.kind, request.payload) == (
            "video_voiceover", {"project_id": ours.ids["project"], "voice": "espeak-ng/en-gb"},
        )  # fmt: skip
        [item] = session.scalars(select(RequestItem).where(RequestItem.request_id == task_id))
        assert (item.job, item.subject) == ("speak_video", "crema-lane-v1")
        assert session.get_one(VideoProject, ours.ids["project"]).voice == "espeak-ng/en-gb"
    in_project(warehouse, ours, status="rendering")
    busy = client.post(f"{video}generate-script/", headers=ours.as_role())
    assert (busy.status_code, "is being rendered" in busy.json()["error"]) == (409, True)


def test_a_type_that_its_preset_cannot_hold_is_refused(client: TestClient, ours: Tenant, video: str):
    wanted = {"content_id": ours.article("published"), "video_type": "long", "render_preset": "tiktok"}
    refused = client.post("/api/v1/video/projects/", json=wanted, headers=ours.as_role())
    assert refused.status_code == 400
    assert "does not fit the preset tiktok: choose youtube_long" in str(refused.json()["errors"])
    usual = client.post("/api/v1/video/projects/", json=wanted | {"render_preset": None}, headers=ours.as_role())
    assert usual.status_code == 202


def test_a_video_goes_with_its_own_files_and_what_is_under_way(
    client: TestClient, ours: Tenant, video: str, warehouse: Warehouse
):
    headers = ours.as_role("editor")
    media = client.app.state.service.media  # type: ignore[attr-defined]
    prefix = f"accounts/{ours.account_id}/crema-lane"
    voice, file, picture = f"{prefix}/voiceover/a.wav", f"{prefix}/video/1-tiktok.mp4", f"{prefix}/images/a.webp"
    for key in (voice, file, picture):
        media.put(key, b"data", "application/octet-stream")
    with warehouse.write() as session:
        owned = {"account_id": ours.account_id, "site_id": session.get_one(VideoProject, ours.ids["project"]).site_id}
        session.query(VideoAsset).update({"media_key": voice})
        session.add(
            VideoAsset(**owned, project_id=ours.ids["project"], asset_type="visual", section_index=0, media_key=picture)
        )
        session.query(VideoRender).update({"media_key": file})
    task_id = client.post(f"{video}compose/", headers=headers).json()["data"]["task_id"]
    with warehouse.write() as session:
        session.query(VideoPublication).update({"status": "published"})
    kept = client.delete(video, headers=headers)
    assert (kept.status_code, "is on youtube; its record says where and stays" in kept.json()["error"]) == (409, True)
    with warehouse.write() as session:
        session.query(VideoPublication).update({"status": "failed"})

    assert client.delete(video, headers=headers).json()["data"] == {"id": ours.ids["project"]}
    assert client.get(video, headers=headers).status_code == 404
    assert [media.exists(key) for key in (voice, file, picture)] == [False, False, True]
    with warehouse.read() as session:
        assert session.get_one(Request, task_id).status == "cancelled"
        [event] = session.scalars(select(Event).where(Event.kind == "video.project_deleted"))
        assert event.actor == "user:editor@crema.example"


def test_what_a_video_is_found_by_is_edited_and_checked(client: TestClient, ours: Tenant, video: str):
    headers = ours.as_role("editor")
    [listed] = client.get(f"{video}listings/", headers=headers).json()["data"]
    assert (listed["platform"], listed["version"]) == ("tiktok", 1)
    words = {"title": "Ratio", "description": "x" * 2500, "hashtags": ["#espresso"]}
    address = f"{video}listings/tiktok/"
    assert client.put(address, json=words, headers=headers).status_code == 428
    saved = client.put(address, json=words, headers={**headers, "If-Match": '"1"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    data = saved.json()["data"]
    assert (data["hashtags"], data["written_by"]) == (["espresso"], "user:editor@crema.example")
    assert [finding["message"] for finding in data["findings"]] == ["2511 UTF-16 units, at most 2,200"]
    late = client.put(address, json=words, headers={**headers, "If-Match": '"1"'})
    assert (late.status_code, late.headers["ETag"]) == (409, '"2"')
    nowhere = client.put(f"{video}listings/youtube/", json=words, headers={**headers, "If-Match": '"1"'})
    assert nowhere.status_code == 409
