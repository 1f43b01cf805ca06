"""A TikTok account: direct posts in pieces, followed by their ``publish_id``.

Before every post TikTok is asked what the creator allows. ``init`` gives a ``publish_id`` and an address for the bytes, good
for an hour; both are kept before the first byte. An upload that is not whole never becomes a post, so beginning anew is safe
until the last byte is there. From then on the post cannot be taken back: it is asked after, and never begun again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from igny8_resources.settings import Settings
from igny8_resources.video_platforms.connections import TokenKeeper
from igny8_resources.video_platforms.exchange import UPLOAD_SECONDS, Patience, Reply, send
from igny8_resources.video_platforms.failures import (
    LimitReached,
    PlatformError,
    ReconnectNeeded,
    Rejected,
    StillProcessing,
    TokenRefused,
    Unavailable,
    one_line,
)
from igny8_resources.video_platforms.texts import require_privacy, require_words, tiktok_problems
from igny8_resources.video_platforms.video import Measured, Notes, OnPlatform, OutgoingVideo
from igny8_resources.warehouse.tables.columns import utc_now

MEGABYTE = 1_000_000
# Up to here a file may go in one piece; above it, pieces of this size, of which the last one takes the remainder as well.
WHOLE_UP_TO = 64 * MEGABYTE
PIECE = 32 * MEGABYTE
MOST_BYTES = 4_000 * MEGABYTE
MOST_SECONDS = 600
VIDEOS_A_QUERY = 20
CAP_PAUSE = timedelta(hours=24)
_DAILY = {"spam_risk_too_many_posts", "spam_risk_too_many_pending_share", "reached_active_user_cap"}
# Reasons of a failed post that lie with TikTok: the same file may do the second time.
_PASSING = {"internal", "video_pull_failed"}


class UploadLost(PlatformError):
    """The upload cannot be finished any more, and no post came of it."""


class PostFailed(Rejected):
    """TikTok worked on the upload and made no post of it."""


@dataclass(frozen=True)
class Pieces:
    """How a file is cut: ``count`` pieces of ``size`` bytes, the last one with the remainder."""

    size: int
    count: int
    total: int

    def span(self, number: int) -> tuple[int, int]:
        """The first byte of a piece, and the one after its last."""
        first = number * self.size
        return first, self.total if number == self.count - 1 else first + self.size

    def begun_with(self, received: int) -> int:
        """The number of the piece to send next when so many bytes are there; a piece is taken whole or not at all."""
        return self.count if received >= self.total else received // self.size


def pieces_of(total: int, piece: int = PIECE, whole_up_to: int = WHOLE_UP_TO) -> Pieces:
    """How TikTok wants a file of so many bytes: whole up to 64 MB, else floor(total / piece) pieces."""
    if total <= whole_up_to:
        return Pieces(total, 1, total)
    return Pieces(piece, total // piece, total)


class TikTokAccount:
    """One connected account; see ``video.VideoAccount``."""

    def __init__(
        self,
        settings: Settings,
        tokens: TokenKeeper,
        patience: Patience,
        *,
        piece: int = PIECE,
        whole_up_to: int = WHOLE_UP_TO,
    ) -> None:
        self._root = settings.tiktok_url.rstrip("/")
        self._tokens, self._patience = tokens, patience
        self._piece, self._whole_up_to = piece, whole_up_to

    def creator(self) -> dict[str, Any]:
        """What the creator allows at this moment: privacy options, longest video, what is switched off."""
        return self._patience.again(lambda: self._call("/post/publish/creator_info/query/", {}))

    def upload(self, video: OutgoingVideo, notes: Notes) -> str:
        """Publish a video, or go on with what was begun; see ``video.VideoAccount``. The id is TikTok's ``publish_id``."""
        require_privacy("tiktok", video.privacy)
        require_words(tiktok_problems(video.description))
        for _ in range(self._patience.attempts):
            try:
                publish_id = notes.get("publish_id")
                # Once all bytes are there it is a post, whatever the file is by now.
                if not publish_id or not (notes.get("whole") or notes.get("file") == video.sha256):
                    publish_id = self._begin(video, notes)
                return self._finish(publish_id, video, notes)
            except UploadLost as lost:
                notes.keep(f"{lost}; another upload is begun", publish_id="", upload_url="", whole="")
            except PostFailed as refused:
                notes.keep(str(refused), publish_id="", upload_url="", whole="")
                raise
        raise Unavailable("TikTok gave every upload up before it was whole")

    def _begin(self, video: OutgoingVideo, notes: Notes) -> str:
        creator = self.creator()
        require_words(_creator_problems(video, creator))
        pieces = pieces_of(video.size, self._piece, self._whole_up_to)
        flags = video.flags
        post = {
            "title": video.description,
            "privacy_level": video.privacy,
            "disable_comment": bool(flags.get("disable_comment") or creator.get("comment_disabled")),
            "disable_duet": bool(flags.get("disable_duet") or creator.get("duet_disabled")),
            "disable_stitch": bool(flags.get("disable_stitch") or creator.get("stitch_disabled")),
            "brand_content_toggle": bool(flags.get("brand_content", False)),
            "brand_organic_toggle": bool(flags.get("brand_organic", False)),
            "is_aigc": bool(flags.get("synthetic_media", True)),
        }
        source = {
            "source": "FILE_UPLOAD",
            "video_size": video.size,
            "chunk_size": pieces.size,
            "total_chunk_count": pieces.count,
        }
        # An answer that is lost costs nothing: no byte was sent under its publish_id, so no post can come of it.
        body = {"post_info": post, "source_info": source}
        answer = self._patience.again(lambda: self._call("/post/publish/video/init/", body))
        publish_id = str(answer["publish_id"])
        notes.keep(
            f"an upload of {pieces.count} pieces was begun as {publish_id}",
            publish_id=publish_id,
            upload_url=str(answer["upload_url"]),
            file=video.sha256,
            whole="",
        )
        return publish_id

    def _finish(self, publish_id: str, video: OutgoingVideo, notes: Notes) -> str:
        status = self._kept_status(publish_id, notes)
        if status["status"] == "PROCESSING_UPLOAD" and not notes.get("whole"):
            self._send_pieces(publish_id, status, video, notes)
        for _ in self._patience.polls():
            status = self._status(publish_id)
            if status["status"] == "PUBLISH_COMPLETE":
                return publish_id
            if status["status"] == "FAILED":
                raise _failed(str(status.get("fail_reason", "")))
        raise StillProcessing("TikTok is still working on the video; it is looked at again later")

    def _kept_status(self, publish_id: str, notes: Notes) -> dict[str, Any]:
        try:
            return self._status(publish_id)
        except Rejected as unknown:
            if notes.get("whole"):
                raise Unavailable(f"TikTok does not say what became of {publish_id}: {unknown}") from unknown
            raise UploadLost(f"TikTok does not know {publish_id} any more, and it was not whole") from unknown

    def _send_pieces(self, publish_id: str, status: dict[str, Any], video: OutgoingVideo, notes: Notes) -> None:
        pieces = pieces_of(video.size, self._piece, self._whole_up_to)
        url, failures = notes.get("upload_url"), 0
        number = pieces.begun_with(_received(status))
        if number:
            notes.keep(f"the upload goes on at byte {_received(status)} of {video.size}")
        with video.path.open("rb") as file:
            while number < pieces.count:
                first, end = pieces.span(number)
                file.seek(first)
                try:
                    self._put(url, file.read(end - first), first, pieces.total)
                    number, failures = number + 1, 0
                except (Unavailable, UploadLost) as broken:
                    # The piece may have arrived, and been the last one, all the same.
                    status = self._status(publish_id)
                    if status["status"] != "PROCESSING_UPLOAD":
                        break
                    number, failures = pieces.begun_with(_received(status)), failures + 1
                    is_over = isinstance(broken, UploadLost) or failures >= self._patience.attempts
                    if number < pieces.count and is_over:
                        raise
                    self._patience.pause(failures)
        notes.keep(f"all {video.size} bytes are there", whole="yes")

    def _put(self, url: str, piece: bytes, first: int, total: int) -> None:
        """Send one piece; its address is the key to it, so that no token goes along."""
        reply = send(
            "PUT",
            url,
            headers={"content-type": "video/mp4", "content-range": f"bytes {first}-{first + len(piece) - 1}/{total}"},
            content=piece,
            timeout=UPLOAD_SECONDS,
        )
        if reply.status in {400, 403, 404, 410}:
            raise UploadLost("the upload's address has run out")
        if reply.status not in {200, 201, 206}:
            raise Unavailable(f"TikTok answered a piece with {reply.status}", reply.retry_after)

    def find(self, video: OutgoingVideo, notes: Notes) -> str | None:  # noqa: ARG002 - the publish_id says it
        """The ``publish_id`` of a video that is published; see ``video.VideoAccount``."""
        publish_id = notes.get("publish_id")
        if not publish_id:
            return None
        try:
            status = self._kept_status(publish_id, notes)
        except UploadLost:
            return None
        return publish_id if status["status"] == "PUBLISH_COMPLETE" else None

    def _status(self, publish_id: str) -> dict[str, Any]:
        return self._patience.again(lambda: self._call("/post/publish/status/fetch/", {"publish_id": publish_id}))

    def look_at(self, external_id: str, since: datetime | None) -> OnPlatform:  # noqa: ARG002 - the id says it
        """How a post stands; its own number comes when TikTok has moderated it, and never for a private one."""
        status = self._status(external_id)
        if status["status"] == "FAILED":
            return OnPlatform("failed", external_id, "", str(_failed(str(status.get("fail_reason", "")))))
        # Their spelling.
        ids = status.get("publicaly_available_post_id") or []
        if not ids:
            return OnPlatform("published" if status["status"] == "PUBLISH_COMPLETE" else "processing", external_id)
        username = self.creator().get("creator_username", "")
        return OnPlatform("published", external_id, f"https://www.tiktok.com/@{username}/video/{ids[0]}")

    def measure(self, external_ids: Mapping[str, str]) -> dict[str, Measured]:
        """Totals of posts; see ``video.VideoAccount``. A post without a number of its own, a private one, has none."""
        by_number = {url.rpartition("/")[2]: publish_id for publish_id, url in external_ids.items() if "/video/" in url}
        numbers, found = list(by_number), {}
        fields = "id,like_count,comment_count,share_count,view_count"
        for start in range(0, len(numbers), VIDEOS_A_QUERY):
            wanted = {"filters": {"video_ids": numbers[start : start + VIDEOS_A_QUERY]}}
            answer = self._patience.again(partial(self._call, f"/video/query/?fields={fields}", wanted))
            for item in answer.get("videos", []):
                found[by_number[str(item["id"])]] = Measured(
                    views=item.get("view_count"),
                    likes=item.get("like_count"),
                    comments=item.get("comment_count"),
                    shares=item.get("share_count"),
                    facts=item,
                )
        return found

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        token = self._tokens.access()
        reply = self._sent(path, body, token)
        if _is_refused(reply):
            reply = self._sent(path, body, self._tokens.renew(token))
            if _is_refused(reply):
                raise ReconnectNeeded("TikTok refuses a token that it has just handed out; connect the account again")
        error = reply.data.get("error")
        code = str(error.get("code", "")) if isinstance(error, dict) else ""
        # A good answer says so itself; an error may come with status 200.
        if code != "ok":
            said = error.get("message", "") if isinstance(error, dict) else ""
            raise failure_of(reply.status, code, said, reply.retry_after)
        data = reply.data.get("data")
        return data if isinstance(data, dict) else {}

    def _sent(self, path: str, body: dict[str, Any], token: str) -> Reply:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=UTF-8"}
        return send("POST", f"{self._root}{path}", headers=headers, body=body)


def failure_of(status: int, code: str, message: str, retry_after: float | None = None) -> PlatformError:
    """The failure that an error answer stands for."""
    said = one_line(message or code or f"status {status}")
    if status >= 500 or status == 429 or code in {"rate_limit_exceeded", "internal_error"} or not code:
        return Unavailable(f"TikTok answered {status}: {said}", retry_after)
    if code == "access_token_invalid":
        return TokenRefused(said)
    if code in {"scope_not_authorized", "scope_permission_missed"}:
        return ReconnectNeeded(
            f"TikTok misses a permission ({said}); connect the account again and agree to all of them"
        )
    if code in _DAILY:
        until = utc_now() + CAP_PAUSE
        return LimitReached(
            f"TikTok takes no more posts for a day ({code}: {said}); it goes on {until:%Y-%m-%d %H:%M} UTC", until
        )
    if code == "unaudited_client_can_only_post_to_private_accounts":
        return Rejected(
            "TikTok has not audited this deployment's application yet: until then it posts with privacy SELF_ONLY, to private "
            "accounts alone"
        )
    return Rejected(f"TikTok refuses it ({code}): {said}")


def _received(status: dict[str, Any]) -> int:
    return int(status.get("uploaded_bytes") or 0)


def _is_refused(reply: Reply) -> bool:
    error = reply.data.get("error")
    return reply.status == 401 or (isinstance(error, dict) and error.get("code") == "access_token_invalid")


def _failed(reason: str) -> PlatformError:
    if reason in _PASSING:
        return UploadLost(f"TikTok could not work on the upload ({reason})")
    if reason == "auth_removed":
        return ReconnectNeeded("the creator has taken the permission away; connect the account again")
    return PostFailed(f"TikTok refuses the video: {reason or 'it gives no reason'}")


def _creator_problems(video: OutgoingVideo, creator: dict[str, Any]) -> list[str]:
    options = [str(each) for each in creator.get("privacy_level_options", [])]
    longest = min(MOST_SECONDS, int(creator.get("max_video_post_duration_sec") or MOST_SECONDS))
    checks = (
        (video.privacy not in options, f"privacy: the creator may choose {', '.join(options)}, not {video.privacy}"),
        (video.seconds > longest, f"file: {video.seconds:.0f} s, the creator may post at most {longest}"),
        (video.size > MOST_BYTES, f"file: {video.size:,} bytes, at most {MOST_BYTES:,}"),
    )
    return [problem for wrong, problem in checks if wrong]
