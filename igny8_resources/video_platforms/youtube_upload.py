"""YouTube's resumable upload: a session's address is kept before the first byte, and everything goes on from there.

Google's client library has this protocol too, but opens the session and sends the first piece in one call, so that a
process killed in between leaves a session nobody knows; and httplib2 below it sends a call again by itself when a
connection breaks. Both are wrong for what cannot be undone, so this protocol is spoken here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from igny8_resources.video_platforms.exchange import UPLOAD_SECONDS, Patience, Reply, send
from igny8_resources.video_platforms.failures import PlatformError, TokenRefused, Unavailable, one_line
from igny8_resources.video_platforms.quotas import UPLOADS, DailyQuota
from igny8_resources.video_platforms.video import OutgoingVideo
from igny8_resources.video_platforms.youtube_failures import failure_of

# Every piece but the last one must be a multiple of this many bytes.
GRAIN = 256 * 1024
PIECE = 32 * GRAIN
RESUME = 308
# A session that is over: unknown, gone, or refused for good by the server that held it.
_OVER = {404, 410}


class SessionOver(PlatformError):
    """The upload session is no more; whether its video exists is told by the channel's list alone."""


@dataclass(frozen=True)
class Progress:
    """How far an upload is: bytes that YouTube has, or the finished video's id."""

    received: int = 0
    video_id: str = ""


class ResumableUpload:
    """Uploads one file. ``token`` hands out access tokens, ``renew`` another one for one that was refused."""

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        renew: Callable[[str], str],
        quota: DailyQuota,
        patience: Patience,
        *,
        piece: int = PIECE,
    ) -> None:
        if piece % GRAIN:
            raise ValueError(f"a piece of {piece} bytes is no multiple of {GRAIN}")
        self._url = f"{base_url.rstrip('/')}/upload/youtube/v3/videos"
        self._token, self._renew = token, renew
        self._quota, self._patience, self._piece = quota, patience, piece

    def begin(self, video: OutgoingVideo, resource: dict[str, Any]) -> str:
        """Open a session and return its address. It is safe to repeat: without bytes a session is nothing.

        Raises:
            LimitReached: today's uploads are used up.
            PlatformError: the words or the account are refused.
        """
        self._quota.take(UPLOADS)
        notify = "true" if video.flags.get("notify_subscribers", True) else "false"
        reply = self._patience.again(
            lambda: self._checked(
                self._sent(
                    "POST",
                    self._url,
                    params={"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": notify},
                    headers={
                        "content-type": "application/json; charset=UTF-8",
                        "x-upload-content-length": str(video.size),
                        "x-upload-content-type": "video/mp4",
                    },
                    content=json.dumps(resource).encode(),
                )
            )
        )
        address = reply.headers.get("location", "")
        if not urlsplit(address).netloc:
            raise Unavailable("YouTube opened an upload without saying where")
        return address

    def progress(self, session: str, size: int) -> Progress:
        """Ask a session how far it is.

        Raises:
            SessionOver: it is no more.
            Unavailable: it cannot be asked now.
        """
        ask = {"content-range": f"bytes */{size}", "content-length": "0"}
        return self._patience.again(lambda: self._read(self._sent("PUT", session, headers=ask)))

    def send_rest(self, session: str, video: OutgoingVideo, start: Progress) -> str:
        """Send what YouTube does not have yet and return the finished video's id.

        Raises:
            SessionOver: the session ended meanwhile.
            Unavailable: no piece got through for as many attempts as there is patience for.
            PlatformError: the file is refused.
        """
        at, failures = start, 0
        with video.path.open("rb") as file:
            while not at.video_id:
                file.seek(at.received)
                piece = file.read(self._piece)
                try:
                    after = self._read(self._sent_piece(session, piece, at.received, video.size))
                except Unavailable as broken:
                    failures += 1
                    if failures >= self._patience.attempts:
                        raise
                    self._patience.pause(failures, broken.retry_after)
                    # The piece may have arrived whole, in part or not at all.
                    after = self.progress(session, video.size)
                # YouTube may keep less than it was sent; what it did not keep is sent again.
                failures = 0 if after.received > at.received else failures + 1
                if failures >= self._patience.attempts and not after.video_id:
                    raise Unavailable(f"YouTube keeps nothing of what it is sent after byte {at.received}")
                at = after
        return at.video_id

    def _sent_piece(self, session: str, piece: bytes, first: int, size: int) -> Reply:
        last = first + len(piece) - 1
        span = f"bytes {first}-{last}/{size}" if piece else f"bytes */{size}"
        return self._sent(
            "PUT",
            session,
            headers={"content-type": "video/mp4", "content-range": span},
            content=piece,
            timeout=UPLOAD_SECONDS,
        )

    def _sent(self, method: str, url: str, *, headers: dict[str, str], **how: Any) -> Reply:
        """An exchange with a good token; one that was refused is changed once."""
        token = self._token()
        reply = send(method, url, headers={**headers, "authorization": f"Bearer {token}"}, **how)
        if reply.status != 401:
            return reply
        token = self._renew(token)
        reply = send(method, url, headers={**headers, "authorization": f"Bearer {token}"}, **how)
        if reply.status == 401:
            raise TokenRefused(f"YouTube refuses a token that it has just handed out: {one_line(reply.content[:200])}")
        return reply

    def _read(self, reply: Reply) -> Progress:
        if reply.status == RESUME:
            said = reply.headers.get("range", "")
            # "bytes=0-1023": the last byte that it has; without the header it has none.
            return Progress(int(said.rpartition("-")[2]) + 1 if said else 0)
        if reply.status in _OVER:
            raise SessionOver("the upload session is over")
        self._checked(reply)
        video_id = str(reply.data.get("id") or "")
        if not video_id:
            raise Unavailable("YouTube finished an upload without naming the video")
        return Progress(video_id=video_id)

    def _checked(self, reply: Reply) -> Reply:
        if reply.status >= 400:
            raise failure_of(reply.status, reply.data, self._quota, UPLOADS, reply.retry_after)
        return reply
