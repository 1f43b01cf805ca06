"""Publishing on YouTube, Instagram and TikTok: once, whatever the platform or the network does meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from igny8_resources.effects import EffectUnknown
from igny8_resources.video_platforms.failures import (
    ReconnectNeeded,
    Rejected,
    Unavailable,
)
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from tests.at_once import at_once
from tests.integration.video_accounts import STAND_INS, Desk, connect, make_file, online, outgoing
from tests.stand_ins import instagram_server, tiktok_server
from tests.stand_ins.instagram_server import InstagramStandIn
from tests.stand_ins.platform_http import DROP, Fault, PlatformServer, broken
from tests.stand_ins.youtube_server import YouTubeStandIn

UPLOADS = {"youtube": r"PUT /upload", "instagram": r"POST /ig-api-upload", "tiktok": r"PUT /upload"}
CREATES = {"youtube": r"POST /upload/youtube/v3/videos", "instagram": r"POST .*/media$", "tiktok": r"POST .*/init/"}
# The call after which the video is there, answer or no answer.
PIECES = {"youtube": 4, "instagram": 1, "tiktok": 3}
LAST = {"youtube": r"PUT /upload", "instagram": r"POST .*/media_publish", "tiktok": r"PUT /upload"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path)


@pytest.fixture(params=["youtube", "instagram", "tiktok"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(platform: str) -> Iterator[PlatformServer]:
    with STAND_INS[platform]() as running:
        yield running


@pytest.fixture
def desk(warehouse: Any, tmp_path: Path, platform: str, server: PlatformServer) -> Desk:
    return connect(warehouse, tmp_path, platform, server)


def is_there_once(desk: Desk, server: PlatformServer, path: Path) -> None:
    video = outgoing(path, desk.platform)
    assert online(server) == [video.sha256]
    assert desk.effect.status == "confirmed"
    again = desk.publish(video)
    assert (again.acted_now, again.external_id) == (False, desk.effect.external_id)
    assert online(server) == [video.sha256]
    assert server.faults_left == 0


def test_a_video_is_published_once(desk: Desk, server: PlatformServer, path: Path) -> None:
    done = desk.publish(outgoing(path, desk.platform))
    assert done.acted_now
    is_there_once(desk, server, path)
    assert desk.account.look_at(done.external_id, None).state == "published"


def test_what_is_kept_for_going_on_is_encrypted(desk: Desk, server: PlatformServer, path: Path) -> None:
    desk.publish(outgoing(path, desk.platform))
    kept = desk.effect.detail["kept"]
    assert kept
    assert server.address not in str(desk.effect.detail)
    assert all(value.startswith("gAAAA") for value in kept.values())


def test_a_token_that_runs_out_in_the_middle_is_changed_and_the_upload_goes_on(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    if isinstance(server, YouTubeStandIn):
        server.expires_after = 1
    elif isinstance(server, InstagramStandIn):
        server.meet(r"POST /ig-api-upload", Fault(instagram_server.error(190, 463, "Session has expired", 401)))
    else:
        # TikTok's pieces need no token; it runs out between the upload and the questions after it.
        server.meet(r"POST .*/status/fetch/", tiktok_server.refusing("access_token_invalid", 401), after=1)
    desk.publish(outgoing(path, desk.platform))
    assert (server.refreshes, desk.connection.refreshes) == (1, 1)
    is_there_once(desk, server, path)


def test_servers_in_trouble_are_asked_again(desk: Desk, server: PlatformServer, path: Path) -> None:
    server.meet(CREATES[desk.platform], broken(503), broken(500))
    server.meet(UPLOADS[desk.platform], broken(502), broken(503))
    desk.publish(outgoing(path, desk.platform))
    is_there_once(desk, server, path)


def test_a_server_that_stays_in_trouble_is_left_and_the_next_attempt_goes_on(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    server.meet(r"PUT|POST|GET", *[broken(503)] * 200, after=3)
    with pytest.raises((Unavailable, EffectUnknown)):
        desk.publish(outgoing(path, desk.platform))
    assert online(server) == []
    assert desk.effect.status == "unknown"
    server.forget_faults()
    desk.publish(outgoing(path, desk.platform))
    is_there_once(desk, server, path)


def test_an_answer_lost_after_the_video_came_into_being_is_found_out_and_nothing_is_sent_twice(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    server.meet(LAST[desk.platform], DROP, after=PIECES[desk.platform] - 1)
    desk.publish(outgoing(path, desk.platform))
    is_there_once(desk, server, path)


def test_every_answer_may_be_lost(desk: Desk, server: PlatformServer, path: Path) -> None:
    """One publication for each request that it takes, whose answer is lost."""
    desk.publish(outgoing(path, desk.platform))
    requests = len(server.asked)
    for number in range(requests):
        fresh = replace(desk, plan=replace(desk.plan, subject=f"crema-lane-v{number + 2}"))
        video = outgoing(path, desk.platform, description=f"Video {number + 2}")
        server.meet("", DROP, after=number)
        fresh.publish(video)
        server.forget_faults()
        assert len(online(server)) == number + 2, f"the answer to request {number} was lost"
        assert fresh.effect.status == "confirmed"


def test_a_revoked_grant_names_what_to_do_and_nothing_is_published(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    server.expire_access()
    server.refresh_tokens.clear()
    with pytest.raises(ReconnectNeeded, match="connect Crema Lane again: the platform ended the connection"):
        desk.publish(outgoing(path, desk.platform))
    assert online(server) == []
    assert (desk.connection.status, desk.effect.status) == ("reconnect", "failed")


def test_a_privacy_that_nobody_chose_is_refused_before_anything_is_sent(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    with pytest.raises(Rejected, match=f"privacy: {desk.platform} knows"):
        desk.publish(outgoing(path, desk.platform, privacy=""))
    assert server.asked == []


def test_refreshing_at_once_refreshes_once_and_loses_no_token(desk: Desk, server: PlatformServer) -> None:
    server.expire_access()
    with desk.warehouse.write() as session:
        session.execute(update(PlatformConnection).values(access_expires_at=utc_now() - timedelta(seconds=1)))
    handed_out: list[str] = []
    assert at_once([lambda: handed_out.append(desk.tokens.access()) for _ in range(5)]) == [None] * 5
    assert server.refreshes == 1
    assert len(set(handed_out)) == 1
    kept = desk.vault.decrypt(desk.connection.refresh_token)
    assert kept in server.refresh_tokens, "the newest refresh token is the kept one"


def test_the_new_refresh_token_is_kept_before_the_access_token_is_used(
    desk: Desk, server: PlatformServer, path: Path
) -> None:
    server.expire_access()
    server.meet(CREATES[desk.platform], *[broken(503)] * 50)
    with pytest.raises((Unavailable, EffectUnknown)):
        desk.publish(outgoing(path, desk.platform))
    assert desk.vault.decrypt(desk.connection.refresh_token) in server.refresh_tokens
    server.forget_faults()
    server.expire_access()
    desk.publish(outgoing(path, desk.platform))
    is_there_once(desk, server, path)


def test_a_token_that_platforms_echo_is_in_no_message(desk: Desk, server: PlatformServer, path: Path) -> None:
    token = desk.tokens.access()
    server.expire_access()
    server.refresh_tokens.clear()
    with pytest.raises(ReconnectNeeded) as caught:
        desk.publish(outgoing(path, desk.platform))
    assert token not in str(caught.value) + str(desk.effect.detail) + desk.connection.error
