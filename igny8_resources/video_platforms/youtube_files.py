"""What goes to YouTube beside the video: its thumbnail, which may be set again, and its captions, which may not be added twice.

Sent over plain HTTP: Google's library repeats a call by itself when a connection breaks, and would send captions twice.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from igny8_resources.video_platforms.exchange import UPLOAD_SECONDS, Patience, Reply, send
from igny8_resources.video_platforms.quotas import UNITS, DailyQuota
from igny8_resources.video_platforms.video import Captions
from igny8_resources.video_platforms.youtube_api import CAPTION_UNITS, WRITE_UNITS, YouTubeApi
from igny8_resources.video_platforms.youtube_failures import failure_of, reason_of


class YouTubeFiles:
    """The files of one channel's videos; ``token`` hands out access tokens, ``renew`` another for one that was refused."""

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        renew: Callable[[str], str],
        api: YouTubeApi,
        quota: DailyQuota,
        patience: Patience,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/upload/youtube/v3"
        self._token, self._renew = token, renew
        self._api, self._quota, self._patience = api, quota, patience

    def set_thumbnail(self, video_id: str, picture: Path) -> None:
        """Give a video its picture; again changes nothing.

        Raises:
            PlatformError: YouTube refuses it or cannot be reached.
        """
        self._quota.take(UNITS, WRITE_UNITS)
        query = {"videoId": video_id, "uploadType": "media"}
        kind = "image/png" if picture.suffix == ".png" else "image/jpeg"
        self._patience.again(lambda: self._checked(self._sent("/thumbnails/set", query, kind, picture.read_bytes())))

    def add_captions(self, video_id: str, captions: Captions) -> str:
        """Add a caption track and return its id, which is that of the present one where the video has it already.

        Raises:
            Unavailable: whether it was added is unknown; ``find_captions`` tells.
            PlatformError: YouTube refuses it.
        """
        self._quota.take(UNITS, CAPTION_UNITS)
        words = captions.path.read_bytes()
        snippet = {"videoId": video_id, "language": captions.language, "name": captions.name, "isDraft": False}
        boundary = f"igny8-{hashlib.sha256(words).hexdigest()[:32]}"
        body = b"".join(
            (
                f"--{boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n".encode(),
                json.dumps({"snippet": snippet}).encode(),
                f"\r\n--{boundary}\r\ncontent-type: application/octet-stream\r\n\r\n".encode(),
                words,
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
        query = {"uploadType": "multipart", "part": "snippet"}
        reply = self._sent("/captions", query, f"multipart/related; boundary={boundary}", body)
        if reply.status == 409 and reason_of(reply.data) == "captionExists":
            return self.find_captions(video_id, captions) or ""
        return str(self._checked(reply).data.get("id", ""))

    def find_captions(self, video_id: str, captions: Captions) -> str | None:
        """The track of the same language and name, if the video has one."""
        for track in self._api.captions(video_id):
            snippet = track["snippet"]
            if (snippet["language"], snippet.get("name", "")) == (captions.language, captions.name):
                return str(track["id"])
        return None

    def _sent(self, path: str, query: Mapping[str, str], kind: str, content: bytes) -> Reply:
        token = self._token()
        reply = self._posted(path, query, kind, content, token)
        return self._posted(path, query, kind, content, self._renew(token)) if reply.status == 401 else reply

    def _posted(self, path: str, query: Mapping[str, str], kind: str, content: bytes, token: str) -> Reply:
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        return send(
            "POST", f"{self._root}{path}", headers=headers, params=query, content=content, timeout=UPLOAD_SECONDS
        )

    def _checked(self, reply: Reply) -> Reply:
        if reply.status >= 400:
            raise failure_of(reply.status, reply.data, self._quota, UNITS, reply.retry_after)
        return reply
