"""From a published article to its video: the project, the script, the voice, the pictures, the file."""

import dataclasses
from io import BytesIO
from pathlib import Path

import pytest
from deployments import SITE, Deployment, checks_of, failure_of, metadata_of
from PIL import Image

from igny8_assets.video import presets
from igny8_assets.video.review import CHECKS
from igny8_resources.contracts.video import VideoScript
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import automation_of, set_module, site_by_key
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.automation import AutomationStage
from igny8_resources.warehouse.tables.ledgers import AiCall, Event
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from jobs.names import CREATE_VIDEO_PROJECT, PUBLISH_ARTICLE, RENDER_VIDEO

ARTICLE = f"{SITE}-1"
VIDEO = f"{SITE}-v1"


@pytest.fixture(scope="module", autouse=True)
def small_frames() -> object:
    """The same layout in a quarter of the size and a third of the frames, so that a render takes seconds."""
    short = dataclasses.replace(presets.PRESETS["youtube_short"].resized(270, 480), fps=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(presets.PRESETS, "youtube_short", short)
        yield


@pytest.fixture(scope="module")
def published_once(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = written.copied_to(tmp_path_factory.mktemp("for-video") / "home")
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, ARTICLE)
        approve(session, content, task, site, by="user:1")
    assert deployment.run(PUBLISH_ARTICLE, ARTICLE).success
    return deployment


@pytest.fixture
def published(published_once: Deployment, tmp_path: Path) -> Deployment:
    return published_once.copied_to(tmp_path / "home")


def test_a_project_is_opened_once_and_gets_its_partition(published: Deployment) -> None:
    first = metadata_of(published.run(CREATE_VIDEO_PROJECT, ARTICLE), "video_projects")
    assert first == {"video_partition": VIDEO, "preset": "youtube_short", "opened_now": True}
    again = metadata_of(published.run(CREATE_VIDEO_PROJECT, ARTICLE), "video_projects")
    assert again["opened_now"] is False
    [project] = published.rows(VideoProject)
    assert (project.partition_key, project.status) == (VIDEO, "script_draft")
    assert list(published.instance.get_dynamic_partitions("videos")) == [VIDEO]
    assert len(published.rows(Event, Event.kind == "video.project_created")) == 1


def test_the_daily_cap_holds_automation_back_and_says_how_to_go_on(published: Deployment) -> None:
    with published.parts.warehouse.write() as session:
        session.query(AutomationStage).filter_by(stage="video").update({"daily_cap": 0})
    done = published.run(CREATE_VIDEO_PROJECT, ARTICLE)
    assert done.success
    assert metadata_of(done, "video_projects") == {
        "skipped": "the site's daily cap of videos is reached; ask for this one to make it all the same"
    }
    assert published.rows(VideoProject) == []


def test_a_project_that_is_open_is_not_capped(published: Deployment) -> None:
    with published.parts.warehouse.write() as session:
        session.query(AutomationStage).filter_by(stage="video").update({"daily_cap": 1})
    for opened_now in (True, False):
        shown = metadata_of(published.run(CREATE_VIDEO_PROJECT, ARTICLE), "video_projects")
        assert shown["opened_now"] is opened_now


def test_an_article_becomes_a_video_that_fits_its_preset_and_is_rendered_once(published: Deployment) -> None:
    assert published.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    done = published.run(RENDER_VIDEO, VIDEO)
    assert done.success, failure_of(done)
    assert checks_of(done) == dict.fromkeys(("script_keeps_to_its_article", *CHECKS), True)

    [project] = published.rows(VideoProject)
    script = VideoScript.model_validate(project.script)
    assert (project.status, project.error, project.voice_provider) == ("rendered", "", "espeak-ng")
    assert (script.sections[0].type, script.sections[-1].type) == ("hook", "cta")
    assets = published.rows(VideoAsset)
    for kind in ("voiceover", "visual"):
        assert [each.section_index for each in assets if each.asset_type == kind] == list(range(len(script.sections)))
    [render] = published.rows(VideoRender)
    assert (render.width, render.height, render.facts["fps"]) == (270, 480, 10.0)
    assert 30 <= render.duration_seconds <= 60
    assert -15 <= (render.loudness_lufs or 0) <= -13
    assert (render.checks, render.checks_passed) == ({check: [] for check in CHECKS}, True)
    [sheet] = [each for each in assets if each.asset_type == "contact_sheet"]
    assert published.parts.media.get(sheet.media_key).startswith(b"\x89PNG")
    for key in (render.media_key, render.subtitle_key, render.captions_key, render.poster_key):
        assert published.parts.media.exists(key)
    assert not list((published.parts.settings.home_path / "render-segments").iterdir())

    shown = metadata_of(done, "rendered_video")
    assert (shown["rendered_now"], shown["resolution"]) == (True, "270x480")
    assert shown["video"].endswith(f"/api/v1/media/{render.media_key}")
    assert sheet.media_key in shown["contact_sheet"]
    wide, tall = [each for each in assets if each.asset_type == "thumbnail"]
    for thumbnail, size in ((wide, (1280, 720)), (tall, (1080, 1920))):
        with Image.open(BytesIO(published.parts.media.get(thumbnail.media_key))) as picture:
            assert (picture.format, picture.size) == ("JPEG", size)
        assert thumbnail.facts["contrast"] >= 4.5
    assert wide.media_key in metadata_of(done, "video_thumbnail")["preview"]
    assert metadata_of(done, "video_script")["preview"].startswith("| type | narration |")
    assert metadata_of(done, "voiceover")["seconds"] > 20

    before, calls = published.counts(), len(published.rows(AiCall))
    again = published.run(RENDER_VIDEO, VIDEO)
    assert metadata_of(again, "rendered_video")["rendered_now"] is False
    assert metadata_of(again, "voiceover")["answered_from_journal"] == len(script.sections)
    assert len(published.rows(AiCall)) == calls
    assert published.counts() == before

    # Without the file it is made once more, from the same voice and pictures.
    published.parts.media.delete(render.media_key)
    lost = published.run(RENDER_VIDEO, VIDEO, assets=["rendered_video"])
    assert metadata_of(lost, "rendered_video")["rendered_now"] is True
    assert checks_of(lost) == dict.fromkeys(CHECKS, True)
    assert published.counts() == before


def test_a_voice_is_chosen_for_the_video_before_its_site_and_speaks_its_language(published: Deployment) -> None:
    assert published.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    assert published.run(RENDER_VIDEO, VIDEO, assets=["video_script"]).success
    with published.parts.warehouse.write() as session:
        automation_of(session, site_by_key(session, SITE).id).video_voice = "espeak-ng/de"
    done = published.run(RENDER_VIDEO, VIDEO, assets=["voiceover"])
    assert "the voice 'de' of espeak-ng speaks de and the text is in en" in str(
        failure_of(done).user_failure_data.description
    )
    assert published.rows(AiCall, AiCall.kind == "speech") == []

    with published.parts.warehouse.write() as session:
        session.query(VideoProject).update({"voice": "espeak-ng/en-gb+f3"})
    spoken = published.run(RENDER_VIDEO, VIDEO, assets=["voiceover"])
    assert metadata_of(spoken, "voiceover")["voice"] == "espeak-ng/en-gb+f3"
    assert metadata_of(spoken, "voiceover")["word_times"] == "measured"
    sections = len(published.rows(AiCall, AiCall.kind == "speech"))

    # One section is edited: it alone is spoken.
    with published.parts.warehouse.write() as session:
        project = session.query(VideoProject).one()
        script = VideoScript.model_validate(project.script)
        edited = script.sections[1].model_copy(update={"narration": "This is said in another way now."})
        changed = script.model_copy(update={"sections": (script.sections[0], edited, *script.sections[2:])})
        project.script = changed.model_dump(mode="json")
    again = published.run(RENDER_VIDEO, VIDEO, assets=["voiceover"])
    assert metadata_of(again, "voiceover")["answered_from_journal"] == sections - 1
    assert len(published.rows(AiCall, AiCall.kind == "speech")) == sections + 1


def test_a_video_is_made_of_published_articles_alone(written: Deployment, tmp_path: Path) -> None:
    unpublished = written.copied_to(tmp_path / "home")
    done = unpublished.run(CREATE_VIDEO_PROJECT, ARTICLE)
    assert failure_of(done).user_failure_data.description.endswith("is review; a video is made once it is published")
    assert unpublished.rows(VideoProject) == []


@pytest.mark.parametrize("asset", ["video_script", "voiceover", "visuals", "rendered_video"])
def test_a_disabled_module_does_nothing(published: Deployment, asset: str) -> None:
    assert published.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    with published.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "video", enabled=False)
    before = published.counts()
    done = published.run(RENDER_VIDEO, VIDEO, assets=[asset])
    assert failure_of(done).user_failure_data.description.startswith(f"the video module is switched off for {SITE}")
    assert published.counts() == before
    assert published.rows(VideoProject)[0].status == "script_draft"


def test_a_video_that_nobody_opened_is_named(published: Deployment) -> None:
    done = published.run(RENDER_VIDEO, f"{SITE}-v9")
    assert failure_of(done).user_failure_data.description == (
        f"there is no video '{SITE}-v9'; its project may have been deleted"
    )


@pytest.mark.parametrize(
    ("assets", "said"),
    [
        (["voiceover"], "the video has no script yet; materialise `video_script` for this partition first"),
        (["visuals"], "the video has no script yet; materialise `video_script` for this partition first"),
        (["rendered_video"], "the video has no script yet; materialise `video_script` for this partition first"),
        (
            ["video_script", "rendered_video"],
            "the video has no voiceover yet; materialise `voiceover` for this partition first",
        ),
        (
            ["video_script", "voiceover", "rendered_video"],
            "the video has no complete set of pictures yet; materialise `visuals` for this partition first",
        ),
    ],
)
def test_steps_out_of_order_say_what_comes_first(published: Deployment, assets: list[str], said: str) -> None:
    assert published.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    for asset in assets[:-1]:
        assert published.run(RENDER_VIDEO, VIDEO, assets=[asset]).success
    done = published.run(RENDER_VIDEO, VIDEO, assets=assets[-1:])
    assert failure_of(done).user_failure_data.description == said
    assert published.rows(VideoRender) == []
