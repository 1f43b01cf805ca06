"""A rendered video on its platforms: once, skipped where nobody is connected, continued where a platform made it wait."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from deployments import SITE, Deployment, failure_of, metadata_of
from PIL import Image
from sqlalchemy import delete

from igny8_assets.video import presets
from igny8_resources.requests import Item, cancel_request, submit_request
from igny8_resources.settings import load_settings
from igny8_resources.vault import open_vault
from igny8_resources.video_platforms.connections import save_connection
from igny8_resources.video_platforms.oauth import Tokens
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import set_module, set_stage, site_by_key
from igny8_resources.warehouse.store.video_publishing import ask_for_publication, connections_of, period_of
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection, PlatformQuota
from igny8_resources.warehouse.tables.ledgers import Effect, Event
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoListing
from jobs.names import CREATE_VIDEO_PROJECT, LIST_VIDEO, MEASURE_VIDEOS, PUBLISH_ARTICLE, PUBLISH_VIDEO, RENDER_VIDEO
from sensors.dispatch import work_for_events
from tests.integration.video_accounts import ACCOUNT_IDS
from tests.stand_ins.instagram_server import InstagramStandIn
from tests.stand_ins.platform_http import PlatformServer
from tests.stand_ins.tiktok_server import TikTokStandIn
from tests.stand_ins.youtube_server import YouTubeStandIn, quota_exceeded

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
def rendered_once(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = written.copied_to(tmp_path_factory.mktemp("to-publish") / "home")
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, ARTICLE)
        approve(session, content, task, site, by="user:1")
    assert deployment.run(PUBLISH_ARTICLE, ARTICLE).success
    assert deployment.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    done = deployment.run(RENDER_VIDEO, VIDEO)
    assert done.success, failure_of(done)
    return deployment


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn() as server:
        for name, value in {
            "GOOGLE_CLIENT_ID": "google-app",
            "GOOGLE_CLIENT_SECRET": "google-secret",
            "GOOGLE_TOKEN_URL": f"{server.address}/token",
            "YOUTUBE_URL": server.address,
            "YOUTUBE_ANALYTICS_URL": server.address,
        }.items():
            monkeypatch.setenv(f"IGNY8_{name}", value)
        yield server


@pytest.fixture
def tiktok(monkeypatch: pytest.MonkeyPatch) -> Iterator[TikTokStandIn]:
    with TikTokStandIn() as server:
        monkeypatch.setenv("IGNY8_TIKTOK_CLIENT_KEY", "tiktok-app")
        monkeypatch.setenv("IGNY8_TIKTOK_CLIENT_SECRET", "tiktok-secret")
        monkeypatch.setenv("IGNY8_TIKTOK_URL", server.base_url)
        monkeypatch.setenv("IGNY8_VIDEO_PROCESSING_MINUTES", "0.001")
        yield server


@pytest.fixture
def rendered(rendered_once: Deployment, tmp_path: Path) -> Deployment:
    return rendered_once.copied_to(tmp_path / "home")


def connect(deployment: Deployment, platform: Any, server: PlatformServer, **defaults: Any) -> None:
    access, refresh = server.new_tokens()
    vault = open_vault(load_settings(home=deployment.home))
    with deployment.parts.warehouse.write() as session:
        row = save_connection(
            session,
            vault,
            site_by_key(session, SITE),
            platform,
            Tokens(access, refresh, utc_now() + timedelta(hours=2)),
            external_id=ACCOUNT_IDS[platform],
            name="Crema Lane",
            by=None,
        )
        row.defaults = defaults


def due_now(deployment: Deployment) -> None:
    with deployment.parts.warehouse.write() as session:
        session.query(VideoPublication).update({"not_before": utc_now() - timedelta(seconds=1)})


def asked_by_the_sensor(deployment: Deployment) -> list[str | None]:
    sensor = deployment.video.get_repository_def().get_sensor_def("video_publications")
    ticked = sensor(dg.build_sensor_context(deployment.instance, resources={"platform": deployment.resource}))
    return [each.partition_key for each in ticked] if isinstance(ticked, list) else []


def test_without_an_account_nothing_is_published_and_the_message_says_how_to_connect(rendered: Deployment) -> None:
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert done.success
    assert metadata_of(done, "published_video") == {
        "skipped": "no account is connected on youtube: connect one with POST /api/v1/video/connections/ "
        "(docs/video-publishing.md), then publish again"
    }
    assert rendered.rows(VideoPublication) == rendered.rows(Effect, Effect.kind == "publish_video") == []


def test_a_rendered_video_is_published_once_with_what_belongs_to_it(
    rendered: Deployment, youtube: YouTubeStandIn
) -> None:
    connect(rendered, "youtube", youtube, privacy="unlisted", made_for_kids=False)
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert done.success, failure_of(done)
    [video] = youtube.videos.values()
    assert (video.thumbnails, len(video.captions)) == (1, 1)
    assert Image.open(BytesIO(video.picture)).size == (1080, 1920), "an upright video has an upright thumbnail"
    assert video.resource["status"]["privacyStatus"] == "unlisted"
    [row] = rendered.rows(VideoPublication)
    assert (row.status, row.external_id, row.error) == ("published", video.id, "")
    assert row.url == f"https://www.youtube.com/watch?v={video.id}"
    assert [project.status for project in rendered.rows(VideoProject)] == ["published"]
    assert sorted(each.kind for each in rendered.rows(Effect, Effect.subject == VIDEO)) == [
        "add_captions",
        "publish_video",
    ]
    [event] = rendered.rows(Event, Event.kind == "video.published")
    assert event.payload["url"] == row.url

    before, requests = rendered.counts(), len(youtube.asked)
    again = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert metadata_of(again, "published_video")["published_now"] == 0
    assert len(youtube.asked) == requests
    assert rendered.counts() == before


def test_the_listing_written_for_a_platform_is_what_is_sent(rendered: Deployment, youtube: YouTubeStandIn) -> None:
    connect(rendered, "youtube", youtube)
    with rendered.parts.warehouse.write() as session:
        [project] = session.query(VideoProject).all()
        session.add(
            VideoListing(
                account_id=project.account_id,
                site_id=project.site_id,
                project_id=project.id,
                platform="youtube",
                title="French press, by the gram",
                description="All about the ratio.",
                tags=["coffee"],
                hashtags=["FrenchPress", "Coffee"],
                chapters=[{"seconds": 0, "title": "Ratio"}, {"seconds": 75, "title": "Grind"}],
                link="https://cremalane.example/french-press-ratio/",
                written_by="offline",
            )
        )
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    [video] = youtube.videos.values()
    snippet = video.resource["snippet"]
    assert (snippet["title"], snippet["tags"]) == ("French press, by the gram", ["coffee"])
    assert snippet["description"] == (
        "All about the ratio.\n\n0:00 Ratio\n1:15 Grind\n\nhttps://cremalane.example/french-press-ratio/\n\n"
        "#FrenchPress #Coffee"
    )
    # Nobody chose who sees it, so nobody but the channel does.
    assert video.resource["status"]["privacyStatus"] == "private"


def test_a_used_up_day_is_waited_for_and_then_gone_on_with(rendered: Deployment, youtube: YouTubeStandIn) -> None:
    connect(rendered, "youtube", youtube)
    youtube.meet("POST /upload/youtube/v3/videos", quota_exceeded())
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert done.success
    [row] = rendered.rows(VideoPublication)
    assert row.status == "waiting"
    assert row.not_before is not None
    assert row.not_before > utc_now()
    assert "it goes on after midnight Pacific" in metadata_of(done, "published_video")["platforms"]
    assert asked_by_the_sensor(rendered) == []

    due_now(rendered)
    with rendered.parts.warehouse.write() as session:
        session.execute(delete(PlatformQuota))  # Midnight has passed in California.
    assert asked_by_the_sensor(rendered) == [VIDEO]
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    assert len(youtube.videos) == 1


def test_a_platform_that_is_still_working_is_asked_again_later(rendered: Deployment, tiktok: TikTokStandIn) -> None:
    connect(rendered, "tiktok", tiktok, privacy="SELF_ONLY")
    with rendered.parts.warehouse.write() as session:
        session.query(VideoProject).update({"target_platforms": ["tiktok"]})
    tiktok.looks_until_done = 6
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    [row] = rendered.rows(VideoPublication)
    assert row.status == "processing"
    due_now(rendered)
    assert asked_by_the_sensor(rendered) == [VIDEO]
    tiktok.looks_until_done = 1
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    [row] = rendered.rows(VideoPublication)
    assert (row.status, len(tiktok.posts)) == ("published", 1)


def test_what_a_platform_refuses_is_named_and_the_file_stays_rendered(
    rendered: Deployment, tiktok: TikTokStandIn
) -> None:
    connect(rendered, "tiktok", tiktok, privacy="FOLLOWER_OF_CREATOR")
    with rendered.parts.warehouse.write() as session:
        session.query(VideoProject).update({"target_platforms": ["tiktok"]})
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    said = failure_of(done).user_failure_data.description
    assert said.startswith("tiktok: privacy: the creator may choose PUBLIC_TO_EVERYONE")
    [row] = rendered.rows(VideoPublication)
    assert (row.status, tiktok.posts) == ("failed", {})
    assert rendered.rows(VideoProject)[0].status == "rendered"


def test_what_was_called_off_is_not_published_by_a_run_that_comes_later(
    rendered: Deployment, youtube: YouTubeStandIn
) -> None:
    connect(rendered, "youtube", youtube)

    def asked() -> str:
        with rendered.parts.warehouse.write() as session:
            site, project = site_by_key(session, SITE), session.query(VideoProject).one()
            ask_for_publication(session, project, connections_of(session, site.id)["youtube"])
            request, _ = submit_request(
                session,
                account_id=site.account_id,
                site_id=site.id,
                kind="video_publish",
                payload={"project_id": project.id, "platforms": ["youtube"]},
                items=[Item(PUBLISH_VIDEO, VIDEO)],
            )
            return request.id

    first = asked()
    with rendered.parts.warehouse.write() as session:
        assert cancel_request(session, first, actor="user:maya@cremalane.example")
    said = failure_of(rendered.run(PUBLISH_VIDEO, VIDEO)).user_failure_data.description
    assert said == "youtube: publishing on youtube was cancelled; ask for it again to have it done"
    assert youtube.asked == []

    asked()
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    assert len(youtube.videos) == 1


def test_a_video_that_is_not_rendered_is_not_published(written: Deployment, rendered: Deployment) -> None:
    with rendered.parts.warehouse.write() as session:
        session.query(VideoProject).update({"status": "rendering"})
    said = failure_of(rendered.run(PUBLISH_VIDEO, VIDEO)).user_failure_data.description
    assert said.endswith("is rendering; it is published once it is rendered")


def test_a_video_with_findings_is_not_published(rendered: Deployment, youtube: YouTubeStandIn) -> None:
    connect(rendered, "youtube", youtube)
    found = {"picture_keeps_moving": ["0:12.0 to 0:15.0, section 2: black for 3.0 s; replace the picture"]}
    with rendered.parts.warehouse.write() as session:
        session.query(VideoRender).update({"checks": found, "checks_passed": False})
    said = failure_of(rendered.run(PUBLISH_VIDEO, VIDEO)).user_failure_data.description
    assert "fails its check (0:12.0 to 0:15.0, section 2: black for 3.0 s; replace the picture)" in said
    assert youtube.asked == []


def test_a_video_whose_run_ended_before_its_review_is_reviewed_first(
    rendered: Deployment, youtube: YouTubeStandIn
) -> None:
    connect(rendered, "youtube", youtube)
    with rendered.parts.warehouse.write() as session:
        session.query(VideoRender).update({"checks": {}, "checks_passed": False})
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    [render] = rendered.rows(VideoRender)
    assert render.checks_passed


@pytest.mark.parametrize("module", ["video", "publisher"])
def test_a_disabled_module_publishes_nothing(rendered: Deployment, youtube: YouTubeStandIn, module: str) -> None:
    connect(rendered, "youtube", youtube)
    with rendered.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), module, enabled=False)
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert failure_of(done).user_failure_data.description.startswith(f"the {module} module is switched off for {SITE}")
    assert youtube.asked == []


def test_another_account_does_not_publish_what_the_first_one_may_have(
    rendered: Deployment, youtube: YouTubeStandIn
) -> None:
    connect(rendered, "youtube", youtube)
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    with rendered.parts.warehouse.write() as session:
        session.query(VideoPublication).update({"status": "waiting"})
        row = session.query(Effect).filter_by(kind="publish_video").one()
        row.target = "youtube:UC-of-somebody-else"
    done = rendered.run(PUBLISH_VIDEO, VIDEO)
    assert "was sent to another youtube account (UC-of-somebody-else)" in failure_of(done).user_failure_data.description
    assert len(youtube.videos) == 1


def test_metrics_are_history_one_row_a_half_day(rendered: Deployment, youtube: YouTubeStandIn) -> None:
    connect(rendered, "youtube", youtube)
    assert rendered.run(PUBLISH_VIDEO, VIDEO).success
    [video] = youtube.videos.values()
    video.statistics = {"viewCount": "120", "likeCount": "9", "commentCount": "2"}
    now = utc_now()
    job = rendered.video.resolve_job_def(MEASURE_VIDEOS)
    for _ in range(2):
        done = job.execute_in_process(instance=rendered.instance, partition_key=f"{now:%Y-%m-%d}")
        assert done.success
    rows = rendered.rows(VideoMetrics)
    assert {row.period for row in rows} <= {period_of(now), period_of(utc_now())}
    assert {(row.views, row.likes, row.comments, row.watch_seconds) for row in rows} == {(120, 9, 2, 3600.0)}


def test_tokens_that_would_run_out_are_renewed_before_they_do(
    rendered: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instagram's token lasts 60 days and renews itself only while it is good."""
    with InstagramStandIn() as server:
        monkeypatch.setenv("IGNY8_INSTAGRAM_APP_ID", "instagram-app")
        monkeypatch.setenv("IGNY8_INSTAGRAM_APP_SECRET", "instagram-secret")
        monkeypatch.setenv("IGNY8_INSTAGRAM_URL", server.graph)
        connect(rendered, "instagram", server)
        with rendered.parts.warehouse.write() as session:
            session.query(PlatformConnection).update({"refresh_expires_at": utc_now() + timedelta(days=5)})
        job = rendered.video.resolve_job_def(MEASURE_VIDEOS)
        for renewed in (1, 0):
            done = job.execute_in_process(instance=rendered.instance, partition_key=f"{utc_now():%Y-%m-%d}")
            assert metadata_of(done, "video_metrics")["tokens_renewed"] == renewed
    [row] = rendered.rows(PlatformConnection)
    assert (row.refreshes, row.status) == (1, "connected")


def test_automation_publishes_new_videos_where_somebody_wants_it(rendered: Deployment, youtube: YouTubeStandIn) -> None:
    def asked() -> list[str]:
        with rendered.parts.warehouse.read() as session:
            events = session.query(Event).filter(Event.kind.in_(("video.rendered", "video.listed"))).all()
            return [work.job for work in work_for_events(session, events)]

    assert PUBLISH_VIDEO not in asked()
    with rendered.parts.warehouse.write() as session:
        set_stage(session, site_by_key(session, SITE), "video_publishing", enabled=True)
    assert PUBLISH_VIDEO not in asked(), "nobody is connected"
    connect(rendered, "youtube", youtube)
    assert PUBLISH_VIDEO not in asked(), "what it is found by is written first"
    assert rendered.run(LIST_VIDEO, VIDEO).success
    assert PUBLISH_VIDEO in asked()
