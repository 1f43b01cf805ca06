"""A YouTube channel: videos uploaded once, found again, looked at and measured.

The upload session's address is the handle by which a video is known before it has an id. It is kept first; after a crash
the session says whether the video is there or how much of it. Only when the session is over is the channel's list read, for
a video of the same title and description that came after the upload began.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from igny8_resources.settings import Settings
from igny8_resources.video_platforms.applications import application_on
from igny8_resources.video_platforms.connections import TokenKeeper
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.failures import Rejected, Unavailable
from igny8_resources.video_platforms.quotas import UNITS, UPLOADS, DailyQuota
from igny8_resources.video_platforms.texts import require_privacy, require_words, youtube_problems
from igny8_resources.video_platforms.video import Measured, Notes, OnPlatform, OutgoingVideo
from igny8_resources.video_platforms.youtube_api import YouTubeApi
from igny8_resources.video_platforms.youtube_files import YouTubeFiles
from igny8_resources.video_platforms.youtube_upload import PIECE, Progress, ResumableUpload, SessionOver
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now

# "People & Blogs" exists in every region; how-to is the likelier one for an article's video.
HOWTO_AND_STYLE = "26"
# Clocks differ: an upload that the list dates a little earlier than we began may be ours.
CLOCK_SKEW = timedelta(minutes=5)
AT_ONCE = 50


class YouTubeChannel:
    """One connected channel; see ``video.VideoAccount``."""

    def __init__(
        self,
        settings: Settings,
        warehouse: Warehouse,
        tokens: TokenKeeper,
        patience: Patience,
        *,
        piece: int = PIECE,
    ) -> None:
        limits = {UPLOADS: settings.youtube_uploads_per_day, UNITS: settings.youtube_units_per_day}
        self._patience = patience
        self._quota = DailyQuota(warehouse, application_on(settings, "youtube").fingerprint, limits)
        self.api = YouTubeApi(
            settings.youtube_url, settings.youtube_analytics_url, tokens.access, tokens.renew, self._quota, patience
        )
        self.files = YouTubeFiles(settings.youtube_url, tokens.access, tokens.renew, self.api, self._quota, patience)
        self._uploads = ResumableUpload(
            settings.youtube_url, tokens.access, tokens.renew, self._quota, patience, piece=piece
        )

    def upload(self, video: OutgoingVideo, notes: Notes) -> str:
        """Publish a video, or go on with what was begun; see ``video.VideoAccount``."""
        require_privacy("youtube", video.privacy)
        require_words(youtube_problems(video))
        for _ in range(self._patience.attempts):
            session, start = self._open_session(video, notes)
            if start.video_id:
                return start.video_id
            try:
                return self._uploads.send_rest(session, video, start)
            except SessionOver:
                if found := self._listed(video, notes):
                    return found
                notes.keep("the upload session ended before the video was whole; another one is begun", session="")
        raise Unavailable("YouTube ended every upload session before the video was whole")

    def _open_session(self, video: OutgoingVideo, notes: Notes) -> tuple[str, Progress]:
        """The kept session, if it is still one of this very file, or a new one."""
        session = notes.get("session")
        if session:
            try:
                progress = self._uploads.progress(session, int(notes.get("size")))
            except SessionOver:
                if found := self._listed(video, notes):
                    return session, Progress(video_id=found)
                notes.keep("the kept upload session is over and the channel does not list the video", session="")
            else:
                if progress.video_id or notes.get("file") == video.sha256:
                    notes.keep(f"the upload goes on at byte {progress.received} of {video.size}")
                    return session, progress
        session = self._uploads.begin(video, resource_of(video))
        notes.keep(
            f"an upload session of {video.size} bytes was opened",
            session=session,
            file=video.sha256,
            size=str(video.size),
            title=video.title,
            description=video.description,
            begun=notes.get("begun") or utc_now().isoformat(),
        )
        return session, Progress()

    def find(self, video: OutgoingVideo, notes: Notes) -> str | None:
        """The id of the video, if it is there; see ``video.VideoAccount``."""
        session = notes.get("session")
        if not session:
            # No session was kept, so no byte was sent, or the channel was looked through when the session ended.
            return None
        try:
            return self._uploads.progress(session, int(notes.get("size"))).video_id or None
        except SessionOver:
            return self._listed(video, notes)

    def _listed(self, video: OutgoingVideo, notes: Notes) -> str | None:
        playlist = self.api.channel().get("contentDetails", {}).get("relatedPlaylists", {}).get("uploads", "")
        begun = datetime.fromisoformat(notes.get("begun")) - CLOCK_SKEW
        # As they were when the upload began; somebody may have changed the words since.
        title, description = notes.get("title") or video.title, notes.get("description") or video.description
        wanted = (_words(title), _words(description))
        for item in self.api.uploads(playlist) if playlist else []:
            snippet = item["snippet"]
            came = datetime.fromisoformat(snippet["publishedAt"])
            if came >= begun and (_words(snippet["title"]), _words(snippet["description"])) == wanted:
                return str(snippet["resourceId"]["videoId"])
        return None

    def look_at(self, external_id: str, since: datetime | None) -> OnPlatform:  # noqa: ARG002 - the video says it itself
        """How a video stands; see ``video.VideoAccount``."""
        url = f"https://www.youtube.com/watch?v={external_id}"
        item = self.api.videos([external_id]).get(external_id)
        if item is None:
            return OnPlatform("failed", external_id, url, "YouTube does not have the video any more")
        status = item.get("status", {})
        uploaded = status.get("uploadStatus", "")
        if uploaded in {"failed", "rejected", "deleted"}:
            reason = status.get("failureReason") or status.get("rejectionReason") or uploaded
            return OnPlatform("failed", external_id, url, f"YouTube {uploaded} the video: {reason}")
        return OnPlatform("published" if uploaded == "processed" else "processing", external_id, url)

    def measure(self, external_ids: Mapping[str, str]) -> dict[str, Measured]:
        """Totals of videos; see ``video.VideoAccount``. Watch time comes from YouTube Analytics, some days late."""
        ids = list(external_ids)
        found: dict[str, Measured] = {}
        for start in range(0, len(ids), AT_ONCE):
            for video_id, item in self.api.videos(ids[start : start + AT_ONCE]).items():
                found[video_id] = self._measured(video_id, item)
        return found

    def _measured(self, video_id: str, item: dict[str, Any]) -> Measured:
        counts = item.get("statistics", {})
        first_day = str(item.get("snippet", {}).get("publishedAt", ""))[:10]
        try:
            report = self.api.report(video_id, first_day, utc_now().date().isoformat()) if first_day else {}
        except Rejected:
            # An account without Analytics still has its counts.
            report = {}
        return Measured(
            views=_count(counts.get("viewCount")),
            likes=_count(counts.get("likeCount")),
            comments=_count(counts.get("commentCount")),
            shares=_count(report.get("shares")),
            watch_seconds=report["estimatedMinutesWatched"] * 60.0 if "estimatedMinutesWatched" in report else None,
            average_view_seconds=report.get("averageViewDuration"),
            facts={"statistics": counts, "analytics": report},
        )


def resource_of(video: OutgoingVideo) -> dict[str, Any]:
    """The video resource that an upload begins with; privacy and both declarations are always said."""
    return {
        "snippet": {
            "title": video.title,
            "description": video.description,
            "tags": list(video.tags),
            "categoryId": str(video.flags.get("category_id") or HOWTO_AND_STYLE),
            "defaultLanguage": video.language,
            "defaultAudioLanguage": video.language,
        },
        "status": {
            "privacyStatus": video.privacy,
            "selfDeclaredMadeForKids": bool(video.flags.get("made_for_kids", False)),
            "containsSyntheticMedia": bool(video.flags.get("synthetic_media", True)),
            "embeddable": True,
        },
    }


def _words(text: str) -> str:
    """A text without its white space: YouTube trims lines and ends."""
    return "".join(text.split())


def _count(said: object) -> int | None:
    """Counts come as strings, and not at all where the owner hides them."""
    return None if said is None else int(float(str(said)))
