"""TikTok's posting API and token endpoint over HTTP for tests, with their faults.

Errors come with status 200 as well, under ``error.code``. Refresh tokens rotate: the old one ends when the new one is handed
out. A post is one when all its bytes are there; its own number comes later, and never for a private one.
"""

import hashlib
import re
from dataclasses import dataclass, field

from tests.stand_ins.platform_http import Asked, Fault, Json, PlatformServer, Told

OPEN_ID = "open-id-crema-lane"
USERNAME = "cremalane"


@dataclass
class Post:
    publish_id: str
    size: int
    chunk: int
    count: int
    info: Json
    received: bytearray = field(default_factory=bytearray)
    looks: int = 0
    status: str = "PROCESSING_UPLOAD"
    fail_reason: str = ""
    number: str = ""
    address_is_over: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(bytes(self.received)).hexdigest()


def failed(code: str, message: str = "", status: int = 200) -> Told:
    return Told(status, {"data": {}, "error": {"code": code, "message": message or code, "log_id": "stand-in"}})


def good(data: Json) -> Told:
    return Told(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "stand-in"}})


def refusing(code: str, status: int = 200) -> Fault:
    return Fault(failed(code, status=status))


class TikTokStandIn(PlatformServer):
    """``with TikTokStandIn() as server:`` serves the API at ``server.base_url``.

    ``looks_until_done`` is how often a post is looked at before it is complete; ``fails_with`` lists the reasons for which the
    next posts fail; ``expires_after`` the number of pieces after which an upload's address is over, ``unaudited`` whether only
    private posts are taken.
    """

    def __init__(self) -> None:
        super().__init__()
        self.base_url = f"{self.address}/v2"
        self.posts: dict[str, Post] = {}
        self.looks_until_done = 1
        self.fails_with: list[str] = []
        self.ends_after: int | None = None
        self.pieces = 0
        self.unaudited = False
        self.privacy = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
        self.longest = 600
        self.counts: dict[str, Json] = {}

    @property
    def published(self) -> list[Post]:
        return [post for post in self.posts.values() if post.status == "PUBLISH_COMPLETE"]

    def work(self, asked: Asked) -> Told:
        if asked.path == "/v2/oauth/token/":
            assert asked.form["client_key"]
            if asked.form["grant_type"] == "authorization_code":
                access, refresh = self.new_tokens()
                told = {"access_token": access, "refresh_token": refresh, "expires_in": 7200, "open_id": OPEN_ID}
                return Told(200, told | {"refresh_expires_in": 15552000, "scope": "user.info.basic,video.publish"})
            told = self.refreshed(asked.form["refresh_token"], refresh_expires_in=15552000, open_id=OPEN_ID)
            # OAuth failures come with status 200.
            return Told(200, told.data)
        if found := re.fullmatch(r"/upload/(\w+)", asked.path):
            assert "authorization" not in asked.headers
            return self._take(self.posts[found[1]], asked)
        if asked.bearer not in self.access_tokens:
            return failed("access_token_invalid", "The access token is invalid or not found in the request.", 401)
        calls = {
            "/v2/post/publish/creator_info/query/": self._creator,
            "/v2/post/publish/video/init/": self._init,
            "/v2/post/publish/status/fetch/": self._status,
            "/v2/video/query/": self._query,
            "/v2/user/info/": self._user,
        }
        return calls[asked.path](asked)

    def _creator(self, _asked: Asked) -> Told:
        return good(
            {
                "creator_username": USERNAME,
                "creator_nickname": "Crema Lane",
                "privacy_level_options": self.privacy,
                "comment_disabled": True,
                "duet_disabled": False,
                "stitch_disabled": False,
                "max_video_post_duration_sec": self.longest,
            }
        )

    def _user(self, _asked: Asked) -> Told:
        return good({"user": {"open_id": OPEN_ID, "display_name": "Crema Lane", "username": USERNAME}})

    def _init(self, asked: Asked) -> Told:
        source, info = asked.json["source_info"], asked.json["post_info"]
        if self.unaudited and info["privacy_level"] != "SELF_ONLY":
            return failed("unaudited_client_can_only_post_to_private_accounts", status=403)
        if info["privacy_level"] not in self.privacy:
            return failed("privacy_level_option_mismatch")
        size, chunk, count = source["video_size"], source["chunk_size"], source["total_chunk_count"]
        if count != max(1, size // chunk):
            return failed("invalid_params", "total_chunk_count is floor(video_size / chunk_size)")
        post = Post(f"p{len(self.posts) + 1}", size, chunk, count, info)
        self.posts[post.publish_id] = post
        return good({"publish_id": post.publish_id, "upload_url": f"{self.address}/upload/{post.publish_id}"})

    def _take(self, post: Post, asked: Asked) -> Told:
        self.pieces += 1
        if self.ends_after is not None and self.pieces > self.ends_after:
            self.ends_after, post.address_is_over = None, True
        if post.address_is_over or post.status != "PROCESSING_UPLOAD":
            return Told(403, None)
        span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", asked.headers["content-range"])
        assert span is not None
        first, last, total = (int(number) for number in span.groups())
        number = first // post.chunk
        is_last = number == post.count - 1
        assert total == post.size
        assert last - first + 1 == len(asked.body)
        assert last + 1 == (post.size if is_last else first + post.chunk), "the last piece takes the remainder"
        if first != len(post.received):
            return Told(416, None)
        post.received += asked.body
        if is_last:
            post.status = "PROCESSING"
        return Told(201 if is_last else 206, None)

    def _status(self, asked: Asked) -> Told:
        post = self.posts.get(asked.json["publish_id"])
        if post is None:
            return failed("invalid_publish_id")
        if post.status == "PROCESSING":
            post.looks += 1
            if self.fails_with:
                post.status, post.fail_reason = "FAILED", self.fails_with.pop(0)
            elif post.looks >= self.looks_until_done:
                post.status = "PUBLISH_COMPLETE"
        said = {"PROCESSING": "PROCESSING_UPLOAD"}.get(post.status, post.status)
        ids = [int(post.number)] if post.number else []
        told = {"status": said, "uploaded_bytes": len(post.received), "publicaly_available_post_id": ids}
        return good(told | ({"fail_reason": post.fail_reason} if post.fail_reason else {}))

    def _query(self, asked: Asked) -> Told:
        wanted = asked.json["filters"]["video_ids"]
        assert len(wanted) <= 20
        return good({"videos": [{"id": each, **self.counts[each]} for each in wanted if each in self.counts]})
