"""Instagram's own ways: containers that expire, end in an error or are not ready, a list that is late, a daily cap."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_resources.effects import EffectUnknown
from igny8_resources.video_platforms.failures import LimitReached, Rejected, StillProcessing
from tests.integration.video_accounts import SIZE, Desk, connect, make_file, online, outgoing
from tests.stand_ins.instagram_server import InstagramStandIn, throttled
from tests.stand_ins.platform_http import DROP


@pytest.fixture
def server() -> Iterator[InstagramStandIn]:
    with InstagramStandIn() as running:
        yield running


@pytest.fixture
def desk(warehouse, tmp_path: Path, server: InstagramStandIn) -> Desk:
    return connect(warehouse, tmp_path, "instagram", server)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path)


def test_an_expired_container_is_replaced(desk: Desk, server: InstagramStandIn, path: Path) -> None:
    server.ends_in = [("EXPIRED", "Expired: The container was not published within 24 hours")]
    desk.publish(outgoing(path, "instagram"))
    assert (len(server.containers), len(server.reels)) == (2, 1)
    assert desk.steps == [
        "a container was made",
        f"{SIZE} bytes were put into the container",
        "the container expired before it was published; another container is made",
        "a container was made",
        f"{SIZE} bytes were put into the container",
        "the container is sent to be published",
    ]


def test_a_container_that_expired_while_nobody_looked_is_replaced(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    server.looks_until_ready = 1000
    with pytest.raises(StillProcessing):
        desk.publish(outgoing(path, "instagram"))
    assert desk.effect.status == "unknown"
    [container] = server.containers.values()
    container.state, server.looks_until_ready = "EXPIRED", 1
    desk.publish(outgoing(path, "instagram"))
    assert (len(server.containers), len(server.reels)) == (2, 1)


def test_a_container_that_is_still_worked_on_is_published_later(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    server.looks_until_ready = 12
    with pytest.raises(StillProcessing, match="it is looked at again later"):
        desk.publish(outgoing(path, "instagram"))
    desk.publish(outgoing(path, "instagram"))
    assert (len(server.containers), len(server.reels)) == (1, 1)
    assert server.count("POST /ig-api-upload") == 1


@pytest.mark.parametrize("number", ["2207003", "2207032", "2207053"])
def test_trouble_with_one_container_is_worth_another_one(
    desk: Desk, server: InstagramStandIn, path: Path, number: str
) -> None:
    server.ends_in = [("ERROR", f"Error: Media upload has failed with error code {number}")]
    desk.publish(outgoing(path, "instagram"))
    assert (len(server.containers), len(server.reels)) == (2, 1)


def test_a_reel_that_is_refused_says_why_and_may_be_published_when_it_is_mended(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    server.ends_in = [("ERROR", "Error: 2207026 unsupported video format")]
    with pytest.raises(Rejected, match="Instagram refuses the reel: Error: 2207026 unsupported video format"):
        desk.publish(outgoing(path, "instagram"))
    assert desk.effect.status == "failed"
    desk.publish(outgoing(path, "instagram"))
    assert online(server) == [outgoing(path, "instagram").sha256]


def test_a_reel_that_is_published_and_not_listed_yet_is_waited_for(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    server.meet("media_publish", DROP)
    server.lists_late = 2
    done = desk.publish(outgoing(path, "instagram"))
    assert [reel.id for reel in server.reels] == [done.external_id]
    assert server.count("media_publish") == 1


def test_a_reel_that_stays_unlisted_is_never_published_a_second_time(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    server.meet("media_publish", DROP)
    server.lists_late = 100
    with pytest.raises(EffectUnknown, match="Instagram has published the reel and does not list it yet"):
        desk.publish(outgoing(path, "instagram"))
    assert desk.effect.status == "unknown"
    server.lists_late = 0
    assert desk.publish(outgoing(path, "instagram")).acted_now is False
    assert server.count("media_publish") == 1


def test_throttling_comes_with_status_400_and_is_waited_out(desk: Desk, server: InstagramStandIn, path: Path) -> None:
    server.meet("POST .*/media$", throttled(), throttled())
    desk.publish(outgoing(path, "instagram"))
    assert len(server.reels) == 1


def test_a_full_day_is_known_before_a_container_is_made(desk: Desk, server: InstagramStandIn, path: Path) -> None:
    server.quota_usage = 50
    with pytest.raises(
        LimitReached, match="the account has published 50 of the 50 posts that Instagram lets it in 24 hours"
    ):
        desk.publish(outgoing(path, "instagram"))
    assert server.containers == {}
    server.quota_usage = 49
    desk.publish(outgoing(path, "instagram"))
    assert len(server.reels) == 1


def test_instagram_fetches_a_public_file_itself(
    desk: Desk, server: InstagramStandIn, path: Path, tmp_path: Path
) -> None:
    import functools
    from http.server import SimpleHTTPRequestHandler

    from tests.stand_ins.local_http import LocalServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

    with LocalServer(functools.partial(Quiet, directory=str(tmp_path))) as files:  # type: ignore[arg-type]
        desk.publish(outgoing(path, "instagram", public_url=f"{files.address}/video.mp4"))
    assert online(server) == [outgoing(path, "instagram").sha256]
    assert server.count("POST /ig-api-upload") == 0


def test_a_file_that_is_too_short_is_refused_before_anything_is_sent(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    with pytest.raises(Rejected, match=r"file: 2.0 s, at least 3"):
        desk.publish(outgoing(path, "instagram", seconds=2.0, description="#tag " * 31))
    assert server.asked == []


def test_numbers_that_instagram_does_not_have_are_left_open(desk: Desk, server: InstagramStandIn, path: Path) -> None:
    media = desk.publish(outgoing(path, "instagram")).external_id
    assert desk.account.measure({media: ""})[media].views is None
    server.reels[0].views = 200
    measured = desk.account.measure({media: ""})[media]
    assert (measured.views, measured.saves, measured.average_view_seconds) == (200, 2, 12.5)
    assert measured.watch_seconds == 2500.0


def test_one_metric_that_an_account_does_not_have_costs_only_itself(
    desk: Desk, server: InstagramStandIn, path: Path
) -> None:
    media = desk.publish(outgoing(path, "instagram")).external_id
    server.reels[0].views, server.missing_metric = 200, "ig_reels_avg_watch_time"
    measured = desk.account.measure({media: ""})[media]
    assert (measured.views, measured.average_view_seconds) == (200, None)


def test_a_published_reel_has_an_address(desk: Desk, server: InstagramStandIn, path: Path) -> None:
    media = desk.publish(outgoing(path, "instagram")).external_id
    assert desk.account.look_at(media, None).url == f"https://www.instagram.com/reel/{media}/"
    server.reels.clear()
    assert desk.account.look_at(media, None).state == "failed"
