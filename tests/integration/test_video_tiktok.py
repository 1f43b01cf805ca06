"""TikTok's own ways: what the creator allows, pieces with a remainder, rotating tokens, posts that take their time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_resources.video_platforms.failures import LimitReached, ReconnectNeeded, Rejected, StillProcessing
from igny8_resources.video_platforms.tiktok import MEGABYTE, Pieces, pieces_of
from tests.integration.video_accounts import SIZE, Desk, connect, make_file, online, outgoing
from tests.stand_ins.tiktok_server import TikTokStandIn, refusing


@pytest.fixture
def server() -> Iterator[TikTokStandIn]:
    with TikTokStandIn() as running:
        yield running


@pytest.fixture
def desk(warehouse, tmp_path: Path, server: TikTokStandIn) -> Desk:
    return connect(warehouse, tmp_path, "tiktok", server)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_file(tmp_path)


@pytest.mark.parametrize(
    ("total", "pieces", "last"),
    [
        (3 * MEGABYTE, Pieces(3 * MEGABYTE, 1, 3 * MEGABYTE), 3 * MEGABYTE),
        (64 * MEGABYTE, Pieces(64 * MEGABYTE, 1, 64 * MEGABYTE), 64 * MEGABYTE),
        (64 * MEGABYTE + 1, Pieces(32 * MEGABYTE, 2, 64 * MEGABYTE + 1), 32 * MEGABYTE + 1),
        (127 * MEGABYTE, Pieces(32 * MEGABYTE, 3, 127 * MEGABYTE), 63 * MEGABYTE),
    ],
)
def test_the_last_piece_takes_the_remainder(total: int, pieces: Pieces, last: int) -> None:
    assert pieces_of(total) == pieces
    spans = [pieces.span(number) for number in range(pieces.count)]
    assert [end for _, end in spans[:-1]] == [first for first, _ in spans[1:]]
    assert (spans[0][0], spans[-1][1]) == (0, total)
    assert spans[-1][1] - spans[-1][0] == last <= 128 * MEGABYTE


def test_tiktoks_own_example_of_pieces() -> None:
    assert pieces_of(50_000_123, piece=10_000_000, whole_up_to=MEGABYTE).count == 5


def test_the_creators_wishes_come_before_ours(desk: Desk, server: TikTokStandIn, path: Path) -> None:
    desk.publish(outgoing(path, "tiktok", flags={"disable_duet": True}))
    [post] = server.published
    assert post.info["privacy_level"] == "PUBLIC_TO_EVERYONE"
    assert (post.info["disable_comment"], post.info["disable_duet"], post.info["disable_stitch"]) == (True, True, False)
    assert post.info["is_aigc"] is True


def test_a_privacy_that_the_creator_does_not_offer_is_refused_with_those_offered(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.privacy = ["FOLLOWER_OF_CREATOR", "SELF_ONLY"]
    said = "privacy: the creator may choose FOLLOWER_OF_CREATOR, SELF_ONLY, not PUBLIC_TO_EVERYONE"
    with pytest.raises(Rejected, match=said):
        desk.publish(outgoing(path, "tiktok"))
    assert server.posts == {}


def test_a_video_longer_than_the_creator_may_post_is_refused(desk: Desk, server: TikTokStandIn, path: Path) -> None:
    server.longest = 30
    with pytest.raises(Rejected, match="file: 42 s, the creator may post at most 30"):
        desk.publish(outgoing(path, "tiktok"))
    assert server.posts == {}


def test_an_application_that_is_not_audited_says_so(desk: Desk, server: TikTokStandIn, path: Path) -> None:
    server.unaudited = True
    with pytest.raises(Rejected, match="TikTok has not audited this deployment's application yet"):
        desk.publish(outgoing(path, "tiktok"))
    desk.publish(outgoing(path, "tiktok", privacy="SELF_ONLY"))
    assert len(server.published) == 1


def test_an_address_that_runs_out_in_the_middle_is_followed_by_another_upload(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.ends_after = 2
    desk.publish(outgoing(path, "tiktok"))
    assert online(server) == [outgoing(path, "tiktok").sha256]
    assert [post.status for post in server.posts.values()] == ["PROCESSING_UPLOAD", "PUBLISH_COMPLETE"]
    assert desk.steps == [
        "an upload of 3 pieces was begun as p1",
        "the upload's address has run out; another upload is begun",
        "an upload of 3 pieces was begun as p2",
        f"all {SIZE} bytes are there",
    ]


def test_a_post_that_takes_its_time_is_asked_after_and_never_begun_again(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.looks_until_done = 26
    with pytest.raises(StillProcessing, match="TikTok is still working on the video"):
        desk.publish(outgoing(path, "tiktok"))
    assert desk.effect.status == "unknown"
    with pytest.raises(StillProcessing):
        desk.publish(outgoing(path, "tiktok"))
    desk.publish(outgoing(path, "tiktok"))
    assert len(server.posts) == len(server.published) == 1
    assert server.count("POST .*/init/") == 1


def test_trouble_on_tiktoks_side_is_worth_another_upload(desk: Desk, server: TikTokStandIn, path: Path) -> None:
    server.fails_with = ["internal"]
    desk.publish(outgoing(path, "tiktok"))
    assert [post.status for post in server.posts.values()] == ["FAILED", "PUBLISH_COMPLETE"]


def test_a_refused_file_says_why_and_may_be_published_when_it_is_mended(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.fails_with = ["frame_rate_check_failed"]
    with pytest.raises(Rejected, match="TikTok refuses the video: frame_rate_check_failed"):
        desk.publish(outgoing(path, "tiktok"))
    assert desk.effect.status == "failed"
    desk.publish(outgoing(path, "tiktok"))
    assert len(server.published) == 1


def test_permission_taken_away_while_tiktok_works_asks_for_a_connection(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.fails_with = ["auth_removed"]
    with pytest.raises(ReconnectNeeded, match="the creator has taken the permission away"):
        desk.publish(outgoing(path, "tiktok"))


@pytest.mark.parametrize("code", ["spam_risk_too_many_posts", "reached_active_user_cap"])
def test_a_days_posts_are_used_up(desk: Desk, server: TikTokStandIn, path: Path, code: str) -> None:
    server.meet("POST .*/init/", refusing(code))
    with pytest.raises(LimitReached, match="TikTok takes no more posts for a day"):
        desk.publish(outgoing(path, "tiktok"))
    desk.publish(outgoing(path, "tiktok"))
    assert len(server.published) == 1


def test_a_rate_limit_is_waited_out_though_it_comes_with_status_200(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    server.meet("POST .*/init/", refusing("rate_limit_exceeded"), refusing("rate_limit_exceeded", 429))
    desk.publish(outgoing(path, "tiktok"))
    assert len(server.published) == 1


def test_tokens_rotate_and_the_newest_is_the_one_that_is_kept(desk: Desk, server: TikTokStandIn, path: Path) -> None:
    first = desk.vault.decrypt(desk.connection.refresh_token)
    for number in (1, 2, 3):
        server.expire_access()
        desk.account.creator()
        assert desk.connection.refreshes == number
    kept = desk.vault.decrypt(desk.connection.refresh_token)
    assert kept in server.refresh_tokens
    assert first not in server.refresh_tokens


def test_the_number_of_a_post_comes_later_and_never_for_a_private_one(
    desk: Desk, server: TikTokStandIn, path: Path
) -> None:
    publish_id = desk.publish(outgoing(path, "tiktok")).external_id
    stands = desk.account.look_at(publish_id, None)
    assert (stands.state, stands.url) == ("published", "")
    assert desk.account.measure({publish_id: stands.url}) == {}
    server.posts[publish_id].number = "7400000000000000001"
    stands = desk.account.look_at(publish_id, None)
    assert stands.url == "https://www.tiktok.com/@cremalane/video/7400000000000000001"
    server.counts["7400000000000000001"] = {"view_count": 900, "like_count": 31, "comment_count": 4, "share_count": 2}
    measured = desk.account.measure({publish_id: stands.url})[publish_id]
    assert (measured.views, measured.likes, measured.comments, measured.shares) == (900, 31, 4, 2)
    assert (measured.watch_seconds, measured.saves) == (None, None)
