"""YouTube's Data API, its uploads, Analytics and Google's token endpoint over HTTP for tests, with their faults.

``YouTubeStandIn`` holds upload sessions and videos as the real one does: a session keeps what it was sent, a piece at a time
in multiples of 256 KiB; asked with ``bytes */N`` it says how far it is, or gives the finished video. Nothing is private
unless it is said to be.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.stand_ins.platform_http import Asked, Fault, Json, PlatformServer, Told

GRAIN = 256 * 1024
CHANNEL = "UCcremalane0000000000000"
UPLOADS = "UUcremalane0000000000000"
SESSION = re.compile(r"^/upload/youtube/v3/sessions/(\w+)$")


@dataclass
class Session:
    size: int
    resource: Json
    received: bytearray = field(default_factory=bytearray)
    video_id: str = ""
    is_over: bool = False


@dataclass
class Video:
    id: str
    resource: Json
    sha256: str
    published_at: str
    upload_status: str = "processed"
    failure: str = ""
    thumbnails: int = 0
    picture: bytes = b""
    captions: list[Json] = field(default_factory=list)
    statistics: Json = field(default_factory=lambda: {"viewCount": "0", "likeCount": "0", "commentCount": "0"})


def error(status: int, reason: str, message: str = "", domain: str = "youtube.quota") -> Told:
    listed = [{"domain": domain, "reason": reason, "message": message}]
    return Told(status, {"error": {"code": status, "message": message or reason, "errors": listed}})


def quota_exceeded() -> Fault:
    return Fault(error(403, "quotaExceeded", "The request cannot be completed because you have exceeded your quota."))


def upload_limit_exceeded() -> Fault:
    message = "The user has exceeded the number of videos they may upload."
    return Fault(error(400, "uploadLimitExceeded", message, "youtube.video"))


class YouTubeStandIn(PlatformServer):
    """``with YouTubeStandIn() as server:`` serves everything at ``server.address``.

    ``keeps_at_most`` is how much of one piece it takes, ``expires_after`` the number of pieces after which the access token
    runs out, ``ends_after`` the number after which the session is over.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rotates = False
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, Video] = {}
        self.keeps_at_most: int | None = None
        self.expires_after: int | None = None
        self.ends_after: int | None = None
        self.pieces = 0
        self.has_channel = True

    def work(self, asked: Asked) -> Told:
        if asked.path == "/token":
            if asked.form["grant_type"] == "authorization_code":
                access, refresh = self.new_tokens()
                scopes = (
                    "https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube.force-ssl"
                )
                return Told(
                    200, {"access_token": access, "refresh_token": refresh, "expires_in": 3599, "scope": scopes}
                )
            return self.refreshed(asked.form["refresh_token"])
        if asked.bearer not in self.access_tokens:
            return error(401, "authError", "Invalid Credentials", "global")
        if asked.path == "/upload/youtube/v3/videos":
            return self._begin(asked)
        if found := SESSION.match(asked.path):
            return self._upload(asked, found[1])
        return self._call(asked)

    def _begin(self, asked: Asked) -> Told:
        assert asked.query["uploadType"] == "resumable"
        resource = asked.json
        if not resource["snippet"]["title"]:
            return error(400, "invalidTitle", "The request metadata specifies an invalid video title.", "youtube.video")
        key = f"s{len(self.sessions) + 1}"
        self.sessions[key] = Session(int(asked.headers["x-upload-content-length"]), resource)
        return Told(200, None, {"location": f"{self.address}/upload/youtube/v3/sessions/{key}"})

    def _upload(self, asked: Asked, key: str) -> Told:
        session = self.sessions.get(key)
        if session is None or session.is_over:
            return Told(404, None)
        span = asked.headers["content-range"].removeprefix("bytes ")
        if not span.startswith("*"):
            self.pieces += 1
            if self.ends_after is not None and self.pieces > self.ends_after:
                self.ends_after, session.is_over = None, True
                return Told(404, None)
            if self.expires_after is not None and self.pieces > self.expires_after:
                self.expires_after = None
                self.expire_access()
                return error(401, "authError", "Invalid Credentials", "global")
            first, last = (int(number) for number in span.partition("/")[0].split("-"))
            assert int(span.rpartition("/")[2]) == session.size
            assert last - first + 1 == len(asked.body)
            is_last = last + 1 == session.size
            assert is_last or len(asked.body) % GRAIN == 0, "pieces are multiples of 256 KiB"
            if first != len(session.received):
                return Told(400, {"error": {"code": 400, "message": "a piece does not follow the one before it"}})
            keep = len(asked.body) if self.keeps_at_most is None else min(self.keeps_at_most, len(asked.body))
            session.received += asked.body[:keep]
        if len(session.received) == session.size and not session.video_id:
            session.video_id = self._finish(session)
        if session.video_id:
            return Told(200, {"kind": "youtube#video", "id": session.video_id, **session.resource})
        has = {"range": f"bytes=0-{len(session.received) - 1}"} if session.received else {}
        return Told(308, None, has)

    def _finish(self, session: Session) -> str:
        video_id = f"vid{len(self.videos) + 1:08}"
        digest = hashlib.sha256(bytes(session.received)).hexdigest()
        self.videos[video_id] = Video(video_id, session.resource, digest, datetime.now(UTC).isoformat())
        return video_id

    def _call(self, asked: Asked) -> Told:
        calls = {
            "GET /youtube/v3/channels": self._channels,
            "GET /youtube/v3/playlistItems": self._playlist,
            "GET /youtube/v3/videos": self._videos,
            "GET /youtube/v3/captions": self._captions,
            "POST /upload/youtube/v3/captions": self._add_captions,
            "POST /upload/youtube/v3/thumbnails/set": self._thumbnail,
            "GET /v2/reports": self._report,
        }
        call = calls.get(f"{asked.method} {asked.path}")
        return call(asked) if call else Told(404, {"error": {"code": 404, "message": f"no {asked.path}"}})

    def _channels(self, asked: Asked) -> Told:
        assert asked.query["mine"] == "true"
        channel = {
            "id": CHANNEL,
            "snippet": {"title": "Crema Lane"},
            "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}},
        }
        return Told(200, {"items": [channel] if self.has_channel else []})

    def _playlist(self, asked: Asked) -> Told:
        assert asked.query["playlistId"] == UPLOADS
        newest_first = reversed(self.videos.values())
        items = [
            {
                "snippet": {
                    "title": video.resource["snippet"]["title"],
                    "description": video.resource["snippet"]["description"],
                    "publishedAt": video.published_at,
                    "resourceId": {"videoId": video.id},
                }
            }
            for video in newest_first
        ]
        return Told(200, {"items": items})

    def _videos(self, asked: Asked) -> Told:
        wanted = [self.videos[each] for each in asked.query["id"].split(",") if each in self.videos]
        items = [
            {
                "id": video.id,
                "snippet": {**video.resource["snippet"], "publishedAt": video.published_at},
                "status": {
                    **video.resource["status"],
                    "uploadStatus": video.upload_status,
                    **({"rejectionReason": video.failure} if video.upload_status == "rejected" else {}),
                },
                "statistics": video.statistics,
            }
            for video in wanted
        ]
        return Told(200, {"items": items})

    def _captions(self, asked: Asked) -> Told:
        return Told(200, {"items": self.videos[asked.query["videoId"]].captions})

    def _add_captions(self, asked: Asked) -> Told:
        described = re.search(rb"\r\n\r\n(\{.*?\})\r\n--", asked.body, re.S)
        assert described is not None
        snippet = json.loads(described[1])["snippet"]
        tracks = self.videos[snippet["videoId"]].captions
        if any(track["snippet"]["language"] == snippet["language"] for track in tracks):
            return error(409, "captionExists", "A track of that language and name exists.", "youtube.caption")
        tracks.append({"id": f"cap{len(tracks) + 1}", "snippet": snippet})
        return Told(200, tracks[-1])

    def _thumbnail(self, asked: Asked) -> Told:
        assert asked.body
        video = self.videos[asked.query["videoId"]]
        video.thumbnails, video.picture = video.thumbnails + 1, asked.body
        return Told(200, {"items": [{}]})

    def _report(self, asked: Asked) -> Told:
        video_id = asked.query["filters"].removeprefix("video==")
        views = int(self.videos[video_id].statistics.get("viewCount", 0))
        names = asked.query["metrics"].split(",")
        by_name = {"estimatedMinutesWatched": views * 0.5, "averageViewDuration": 30.0, "shares": views // 10}
        rows = [[by_name[name] for name in names]] if views else []
        return Told(200, {"columnHeaders": [{"name": name} for name in names], "rows": rows})
