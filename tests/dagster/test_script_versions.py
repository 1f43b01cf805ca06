"""A script's way through the chain: written, waiting, edited, approved, told anew; and who may replace whom."""

from pathlib import Path

import pytest
from deployments import SITE, Deployment, failure_of, metadata_of
from sqlalchemy.orm import Session

from igny8_assets.not_ready import NotReady
from igny8_assets.video import script_editing as editing
from igny8_assets.video.listing_writing import ListingConflict, edit_listing
from igny8_assets.video.script_pace import measured_pace
from igny8_assets.video.script_writing import write_script
from igny8_resources.contracts.video import VideoScript, VideoSeo
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store import video_scripts as scripts
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import automation_of, site_by_key
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage, Event, RequestItem
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_scripts import VideoListing, VideoScriptVersion
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import CREATE_VIDEO_PROJECT, LIST_VIDEO, PUBLISH_ARTICLE, RENDER_VIDEO, WRITE_VIDEO_SCRIPT
from sensors.dispatch import work_for_events

ARTICLE = f"{SITE}-1"
VIDEO = f"{SITE}-v1"
MAYA = "user:maya@crema.example"


@pytest.fixture(scope="module")
def opened_once(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = written.copied_to(tmp_path_factory.mktemp("for-scripts") / "home")
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, ARTICLE)
        approve(session, content, task, site, by=MAYA)
    assert deployment.run(PUBLISH_ARTICLE, ARTICLE).success
    assert deployment.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    return deployment


@pytest.fixture
def opened(opened_once: Deployment, tmp_path: Path) -> Deployment:
    return opened_once.copied_to(tmp_path / "home")


@pytest.fixture
def approving(opened: Deployment) -> Deployment:
    """A site on which a person approves scripts."""
    with opened.parts.warehouse.write() as session:
        automation_of(session, site_by_key(session, SITE).id).auto_approve_scripts = False
    return opened


def work_since(deployment: Deployment, kind: str) -> list[tuple[str, str]]:
    with deployment.parts.warehouse.read() as session:
        events = [event for event in deployment.rows(Event) if event.kind == kind]
        return [(work.job, work.partition) for work in work_for_events(session, events)]


def project_in(deployment: Deployment) -> VideoProject:
    [project] = deployment.rows(VideoProject)
    return project


def with_narration(project: VideoProject, index: int, narration: str) -> VideoScript:
    script = VideoScript.model_validate(project.script)
    changed = script.sections[index].model_copy(update={"narration": narration})
    return script.model_copy(update={"sections": (*script.sections[:index], changed, *script.sections[index + 1 :])})


def edited(deployment: Deployment, narration: str, base: int = 1, index: int = 1) -> editing.EditedScript:
    with deployment.parts.warehouse.write() as session:
        project, content, site = store.project_of(session, VIDEO, lock=True)
        script = with_narration(project, index, narration)
        return editing.edit_script(session, project, content, site, script, by=MAYA, base_version=base, usual_pace=165)


def statuses(deployment: Deployment) -> list[tuple[int, str, str]]:
    rows = sorted(deployment.rows(VideoScriptVersion), key=lambda row: row.version)
    return [(row.version, row.status, row.written_by) for row in rows]


def test_a_script_waits_for_a_person_where_the_site_says_so(approving: Deployment) -> None:
    assert work_since(approving, "video.project_created") == [(WRITE_VIDEO_SCRIPT, VIDEO)]
    done = approving.run(WRITE_VIDEO_SCRIPT, VIDEO)
    assert metadata_of(done, "video_script")["status"] == "draft"
    assert (project_in(approving).status, project_in(approving).script_status) == ("script_draft", "draft")

    refused = approving.run(RENDER_VIDEO, VIDEO)
    assert failure_of(refused).user_failure_data.description == (
        "version 1 of the script waits for approval: read it, then approve it with `igny8 video approve crema-lane-v1` or "
        "through the API, or let the site's automation approve scripts that pass their check"
    )
    assert approving.rows(VideoAsset) == []

    with approving.parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, VIDEO, lock=True)
        editing.approve_script(session, project, by=MAYA, base_version=1)
    assert project_in(approving).status == "script_approved"
    [version] = approving.rows(VideoScriptVersion)
    assert (version.status, version.approved_by) == ("approved", MAYA)
    assert work_since(approving, "video.script_approved") == [(RENDER_VIDEO, VIDEO)]


def test_automation_approves_by_itself_and_asks_for_no_second_run(opened: Deployment) -> None:
    assert work_since(opened, "video.project_created") == [(RENDER_VIDEO, VIDEO)]
    assert opened.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    [version] = opened.rows(VideoScriptVersion)
    assert (version.status, version.approved_by) == ("approved", "automation:auto_approve_scripts")
    assert project_in(opened).script_status == "approved"
    assert work_since(opened, "video.script_approved") == []


def test_a_repeat_keeps_the_script_and_calls_nobody(opened: Deployment) -> None:
    assert opened.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    calls = len(opened.rows(AiCall))
    again = metadata_of(opened.run(WRITE_VIDEO_SCRIPT, VIDEO), "video_script")
    assert (again["version"], again["status"]) == (1, "approved")
    assert len(opened.rows(AiCall)) == calls


def test_an_edit_is_a_version_and_a_model_only_proposes_beside_it(approving: Deployment) -> None:
    assert approving.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    changed = edited(approving, "One thing decides it, and it costs nothing.")
    assert (changed.changed, changed.project.script_status) == (True, "edited")
    assert [finding for finding in changed.findings if finding.severity == "error"] == []
    assert statuses(approving) == [(1, "past", "offline:offline-1"), (2, "edited", MAYA)]
    with pytest.raises(scripts.ScriptConflict, match="is at version 2 by now"):
        edited(approving, "Too late.", base=1)
    assert edited(approving, "One thing decides it, and it costs nothing.", base=2).changed is False

    # Another article text is another script; the person's stays.
    with approving.parts.warehouse.write() as session:
        content, _, _ = content_of(session, ARTICLE)
        draft = dict(content.draft)
        draft["faq"] = draft["faq"][::-1]
        content.draft, content.version = draft, content.version + 1
    written = write_script(approving.parts, VIDEO, again=True)
    assert (written.version, written.status) == (3, "proposal")
    assert statuses(approving)[1:] == [(2, "edited", MAYA), (3, "proposal", "offline:offline-1")]
    assert "costs nothing" in project_in(approving).script["sections"][1]["narration"]

    with approving.parts.warehouse.write() as session:
        project, content, _ = store.project_of(session, VIDEO, lock=True)
        editing.accept_proposal(session, project, content, 3, by=MAYA)
        with pytest.raises(scripts.NotAScriptProposal):
            editing.reject_proposal(session, project, 2, by=MAYA)
    assert [row[:2] for row in statuses(approving)] == [(1, "past"), (2, "past"), (3, "draft")]


def test_a_figure_that_the_article_does_not_have_keeps_a_script_from_approval(approving: Deployment) -> None:
    assert approving.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    changed = edited(approving, "It takes 417 seconds. Grind finer.", index=2)
    assert "'417 seconds' stands in none of the passages that it cites" in changed.findings[0].message
    with approving.parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, VIDEO, lock=True)
        with pytest.raises(scripts.ScriptNotApprovable, match="mend them first. section 3: '417 seconds'"):
            editing.approve_script(session, project, by=MAYA)
    failed = approving.run(RENDER_VIDEO, VIDEO)
    assert not failed.success
    assert approving.rows(VideoAsset) == []


def assets_by_section(session: Session) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for asset in session.query(VideoAsset).order_by(VideoAsset.section_index):
        found.setdefault(asset.asset_type, []).append(asset.section_index)
    return found


def add_assets(deployment: Deployment) -> int:
    """Stand-ins for what voice and pictures leave behind."""
    with deployment.parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, VIDEO)
        for index in range(len(project.script["sections"])):
            for kind in ("voiceover", "visual"):
                store.save_asset(session, project, kind, index, media_key=f"{kind}/{index}", facts={})
        return len(project.script["sections"])


def test_one_section_is_told_anew_for_its_own_credits_and_takes_nothing_else_along(opened: Deployment) -> None:
    assert opened.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    before = VideoScript.model_validate(project_in(opened).script)
    count = add_assets(opened)
    done = editing.rewrite_section(opened.parts, VIDEO, 3, wish="shorter")
    after = VideoScript.model_validate(project_in(opened).script)
    assert (done.stands, done.version) == (True, 2)
    assert [old == new for old, new in zip(before.sections, after.sections, strict=True)] == [
        index != 2 for index in range(count)
    ]
    with opened.parts.warehouse.read() as session:
        left = [index for index in range(count) if index != 2]
        assert assets_by_section(session) == {"voiceover": left, "visual": left}
    [usage] = opened.rows(CreditUsage, CreditUsage.operation == "video_script_section")
    assert (usage.list_credits, usage.credits) == (1, 0)
    # The site approves what passes its check by itself.
    assert project_in(opened).script_status == "approved"
    with pytest.raises(NotReady, match=f"has sections 1 to {count}, and no section {count + 1}"):
        editing.rewrite_section(opened.parts, VIDEO, count + 1)


def test_another_heading_on_screen_keeps_the_voice(approving: Deployment) -> None:
    assert approving.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    count = add_assets(approving)
    with approving.parts.warehouse.write() as session:
        project, content, site = store.project_of(session, VIDEO, lock=True)
        script = VideoScript.model_validate(project.script)
        first = script.sections[0].model_copy(update={"text_overlay": "Start here"})
        script = script.model_copy(update={"sections": (first, *script.sections[1:])})
        editing.edit_script(session, project, content, site, script, by=MAYA, base_version=1, usual_pace=165)
    with approving.parts.warehouse.read() as session:
        kept = {"voiceover": list(range(count)), "visual": list(range(1, count))}
        assert assets_by_section(session) == kept


def test_who_asked_for_the_video_hears_that_its_script_waits(approving: Deployment) -> None:
    with approving.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        submit_request(
            session,
            account_id=site.account_id,
            site_id=site.id,
            kind="video",
            payload={},
            items=[Item(RENDER_VIDEO, VIDEO)],
        )
    assert approving.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    [item] = approving.rows(RequestItem, RequestItem.job == RENDER_VIDEO)
    assert (item.status, item.message) == ("running", "version 1 of the script waits for approval")


def test_the_pace_is_that_of_the_voice_once_it_has_been_heard(opened: Deployment) -> None:
    assert opened.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    with opened.parts.warehouse.write() as session:
        project, _, site = store.project_of(session, VIDEO)
        project.voice_id = "maya"
        assert measured_pace(session, site.id, "maya", "en", otherwise=165) == 165
        words = [{"text": "word", "start": 0, "end": 0}] * 80 + [{"text": "92\u00a0°C", "start": 0, "end": 0}] * 5
        for index in range(2):
            store.save_asset(
                session, project, "voiceover", index, media_key="v", duration_seconds=40.0, facts={"words": words}
            )
        session.flush()
        # "92 °C" is three words to the voice: 190 words in 80 seconds.
        assert measured_pace(session, site.id, "maya", "en", otherwise=165) == 142
        assert measured_pace(session, site.id, "another", "en", otherwise=165) == 165


def test_a_rendered_video_is_listed_where_it_goes_and_a_persons_words_stay(opened: Deployment) -> None:
    assert opened.run(WRITE_VIDEO_SCRIPT, VIDEO).success
    early = opened.run(LIST_VIDEO, VIDEO)
    assert failure_of(early).user_failure_data.description == (
        "the video has no file yet; materialise `rendered_video` for this partition first"
    )
    with opened.parts.warehouse.write() as session:
        project, content, _ = store.project_of(session, VIDEO)
        project.status = "rendered"
        content.url = "https://cremalane.example/guide/"
        session.add(
            VideoRender(
                account_id=project.account_id, site_id=project.site_id, project_id=project.id,
                render_preset=project.render_preset, media_key="a.mp4", width=1080, height=1920,
                duration_seconds=45.0, size_bytes=1,
            )
        )  # fmt: skip
    shown = metadata_of(opened.run(LIST_VIDEO, VIDEO), "video_listings")
    assert (shown["platforms"], shown["credits_at_list_price"]) == (1, 1.0)
    [listing] = opened.rows(VideoListing)
    assert (listing.platform, listing.version, listing.chapters) == ("youtube", 1, [])
    assert listing.link.endswith("?utm_source=youtube&utm_medium=video&utm_campaign=" + opened.rows(Content)[0].slug)
    assert [finding for finding in listing.findings if finding["severity"] == "error"] == []

    words = VideoSeo(title="Mine", description="My words.", tags=("coffee",), hashtags=("coffee",))
    with opened.parts.warehouse.write() as session:
        project, content, _ = store.project_of(session, VIDEO, lock=True)
        edit_listing(session, project, content, "youtube", words, by=MAYA, base=1)
        with pytest.raises(ListingConflict, match="at version 2 by now"):
            edit_listing(session, project, content, "youtube", words, by=MAYA, base=1)
    calls = len(opened.rows(AiCall))
    assert metadata_of(opened.run(LIST_VIDEO, VIDEO), "video_listings")["credits"] == 0
    [listing] = opened.rows(VideoListing)
    assert (listing.title, listing.version, listing.written_by) == ("Mine", 2, MAYA)
    assert len(opened.rows(AiCall)) == calls
    assert project_in(opened).status == "rendered"
