"""YouTube's own ways: pieces that are kept in part, sessions that end, daily allowances, captions, Analytics."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from igny8_resources.video_platforms.failures import LimitReached, Rejected
from igny8_resources.video_platforms.quotas import PACIFIC, next_allowance
from igny8_resources.video_platforms.video import Captions
from igny8_resources.video_platforms.youtube import YouTubeChannel
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformQuota
from tests.integration.video_accounts import SIZE, Desk, connect, make_file, online, outgoing
from tests.stand_ins.platform_http import DROP
from tests.stand_ins.youtube_server import GRAIN, YouTubeStandIn, quota_exceeded, upload_limit_exceeded


@pytest.fixture
def server() -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn() as running:
        yield running


@pytest.fixture
def desk(warehouse, tmp_path: Path, server: YouTubeStandIn) -> Desk:
    return connect(warehouse, tmp_path, "youtube", server)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path)


def quotas(desk: Desk) -> dict[str, int]:
    with desk.warehouse.read() as session:
        return {row.bucket: row.used for row in session.query(PlatformQuota)}


def test_what_was_kept_in_part_is_sent_on_from_there(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    server.keeps_at_most = 100_000
    desk.publish(outgoing(path, "youtube"))
    assert online(server) == [outgoing(path, "youtube").sha256]
    assert server.pieces == -(-SIZE // 100_000)


def test_nothing_that_decides_who_sees_a_video_is_left_to_youtube(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    desk.publish(outgoing(path, "youtube", flags={"made_for_kids": True, "notify_subscribers": False}))
    [video] = server.videos.values()
    assert video.resource["status"] == {
        "privacyStatus": "unlisted",
        "selfDeclaredMadeForKids": True,
        "containsSyntheticMedia": True,
        "embeddable": True,
    }
    [begun] = [each for each in server.asked if each.path.endswith("/videos") and each.method == "POST"]
    assert begun.query["notifySubscribers"] == "false"
    assert begun.headers["x-upload-content-length"] == str(SIZE)


def test_a_session_that_ends_in_the_middle_is_followed_by_another_one(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    server.ends_after = 2
    desk.publish(outgoing(path, "youtube"))
    assert len(server.sessions) == 2
    assert online(server) == [outgoing(path, "youtube").sha256]
    assert desk.steps == [
        f"an upload session of {SIZE} bytes was opened",
        "the upload session ended before the video was whole; another one is begun",
        f"an upload session of {SIZE} bytes was opened",
    ]


def test_a_video_whose_session_ended_with_the_lost_answer_is_found_in_the_channel(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    """The last answer is lost, and when YouTube is asked again the session is over: the channel's list knows."""
    ended = Fault404(server)
    server.meet("PUT /upload", DROP, after=3)
    ended.after_the_last_piece()
    done = desk.publish(outgoing(path, "youtube"))
    assert done.external_id in server.videos
    assert len(server.videos) == 1
    assert len(server.sessions) == 1
    assert server.count("GET /youtube/v3/playlistItems") == 1


class Fault404:
    """Sessions of the server are over once their video is whole."""

    def __init__(self, server: YouTubeStandIn) -> None:
        self.server = server

    def after_the_last_piece(self) -> None:
        finish = self.server._finish

        def finished(session):
            session.is_over = True
            return finish(session)

        self.server._finish = finished


def test_the_upload_of_an_earlier_file_is_not_continued_with_a_new_one(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    server.meet("PUT /upload", *[quota_exceeded()], after=1)
    with pytest.raises(LimitReached):
        desk.publish(outgoing(path, "youtube"))
    reset(desk)
    path.write_bytes(b"another cut" * 40_000)
    again = outgoing(path, "youtube")
    desk.publish(again)
    assert online(server) == [again.sha256]


def reset(desk: Desk) -> None:
    """Midnight has passed in California."""
    with desk.warehouse.write() as session:
        session.query(PlatformQuota).delete()


def test_uploads_have_an_allowance_of_their_own(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    desk.publish(outgoing(path, "youtube"))
    assert quotas(desk) == {"videos.insert": 1}
    desk.account.look_at(desk.effect.external_id, None)
    assert quotas(desk) == {"videos.insert": 1, "units": 1}


def test_a_used_up_day_is_known_before_youtube_is_asked(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    desk.settings.youtube_uploads_per_day = 1
    desk.account._quota.take("videos.insert")
    with pytest.raises(
        LimitReached, match="1 of 1 are used: today's uploads of this deployment's Google project"
    ) as full:
        desk.publish(outgoing(path, "youtube"))
    assert server.asked == []
    assert full.value.until == next_allowance(utc_now())
    assert desk.effect.status == "failed"
    reset(desk)
    desk.publish(outgoing(path, "youtube"))
    assert len(server.videos) == 1


def test_a_day_that_youtube_calls_used_up_is_not_asked_for_again(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    server.meet("POST /upload/youtube/v3/videos", quota_exceeded())
    for _ in range(2):
        with pytest.raises(LimitReached, match="it goes on after midnight Pacific"):
            desk.publish(outgoing(path, "youtube"))
    assert server.count("POST /upload/youtube/v3/videos") == 1


def test_a_channel_that_is_full_waits_for_a_day(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    server.meet("POST /upload/youtube/v3/videos", upload_limit_exceeded())
    with pytest.raises(
        LimitReached, match="the channel has uploaded as many videos as YouTube lets it in a day"
    ) as full:
        desk.publish(outgoing(path, "youtube"))
    assert timedelta(hours=23) < full.value.until - utc_now() <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 21, 7, 59, tzinfo=UTC), datetime(2026, 11, 21, 8, 5, tzinfo=UTC)),
        (datetime(2026, 11, 21, 8, 0, tzinfo=UTC), datetime(2026, 11, 22, 8, 5, tzinfo=UTC)),
        # Summer time ends on 1 November, in the night.
        (datetime(2026, 10, 31, 12, 0, tzinfo=UTC), datetime(2026, 11, 1, 7, 5, tzinfo=UTC)),
        (datetime(2026, 11, 1, 12, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, 5, tzinfo=UTC)),
    ],
)
def test_allowances_are_full_again_after_midnight_in_california(moment: datetime, expected: datetime) -> None:
    assert next_allowance(moment) == expected
    assert expected.astimezone(PACIFIC).hour == 0


def test_words_that_youtube_would_refuse_are_all_named_at_once(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    video = outgoing(path, "youtube", title="t" * 101, description="é" * 2501, tags=("long tag",) * 60)
    with pytest.raises(Rejected) as refused:
        desk.publish(video)
    assert str(refused.value) == (
        "title: 101 characters, at most 100; description: 5002 bytes, at most 5,000; tags: 659 characters together, at most "
        "500. Shorten it for this platform and publish again."
    )
    assert server.asked == []


def test_a_thumbnail_is_set_and_captions_are_added_once(
    desk: Desk, server: YouTubeStandIn, tmp_path: Path, path: Path
) -> None:
    picture, srt = tmp_path / "thumbnail.jpg", tmp_path / "captions.srt"
    picture.write_bytes(b"\xff\xd8\xff a picture")
    srt.write_text("1\n00:00:00,000 --> 00:00:02,000\nHow much coffee?\n")
    captions = Captions(srt, "en", "English")
    channel = desk.account
    assert isinstance(channel, YouTubeChannel)
    video_id = desk.publish(outgoing(path, "youtube")).external_id
    channel.files.set_thumbnail(video_id, picture)
    server.meet("GET /youtube/v3/captions", DROP)
    first = channel.files.add_captions(video_id, captions)
    again = channel.files.add_captions(video_id, captions)
    video = server.videos[video_id]
    assert (video.thumbnails, first, again) == (1, "cap1", "cap1")
    assert [track["snippet"]["language"] for track in video.captions] == ["en"]
    assert quotas(desk)["units"] >= 50 + 2 * 400


@pytest.mark.parametrize(
    ("upload_status", "state", "said"),
    [
        ("uploaded", "processing", ""),
        ("processed", "published", ""),
        ("rejected", "failed", "YouTube rejected the video: duplicate"),
    ],
)
def test_how_a_video_stands(desk: Desk, server: YouTubeStandIn, path: Path, upload_status, state, said) -> None:
    video_id = desk.publish(outgoing(path, "youtube")).external_id
    server.videos[video_id].upload_status, server.videos[video_id].failure = upload_status, "duplicate"
    stands = desk.account.look_at(video_id, None)
    assert (stands.state, stands.reason) == (state, said)
    assert stands.url == f"https://www.youtube.com/watch?v={video_id}"


def test_a_deleted_video_is_said_to_be_gone(desk: Desk, server: YouTubeStandIn, path: Path) -> None:
    video_id = desk.publish(outgoing(path, "youtube")).external_id
    server.videos.clear()
    assert desk.account.look_at(video_id, None).reason == "YouTube does not have the video any more"
    assert desk.account.measure({video_id: ""}) == {}


def test_counts_come_from_the_video_and_watch_time_from_analytics(
    desk: Desk, server: YouTubeStandIn, path: Path
) -> None:
    video_id = desk.publish(outgoing(path, "youtube")).external_id
    fresh = desk.account.measure({video_id: ""})[video_id]
    assert (fresh.views, fresh.watch_seconds, fresh.shares) == (0, None, None)
    server.videos[video_id].statistics = {"viewCount": "120", "likeCount": "9"}
    later = desk.account.measure({video_id: ""})[video_id]
    assert (later.views, later.likes, later.comments) == (120, 9, None)
    assert (later.watch_seconds, later.average_view_seconds, later.shares) == (3600.0, 30.0, 12)


def test_a_piece_is_a_multiple_of_256_kib(desk: Desk) -> None:
    with pytest.raises(ValueError, match="no multiple of 262144"):
        YouTubeChannel(desk.settings, desk.warehouse, desk.tokens, desk.patience, piece=GRAIN + 1)
