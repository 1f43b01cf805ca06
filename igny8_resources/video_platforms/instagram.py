"""A professional Instagram account: a reel goes into a container, and the container is published once.

Making a container and filling it is safe to repeat; publishing it is not. A container says itself whether it was published
(``status_code`` PUBLISHED), and the account's list then has the reel. A container that nobody publishes is gone after 24 hours.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from igny8_resources.settings import Settings
from igny8_resources.video_platforms.connections import TokenKeeper
from igny8_resources.video_platforms.exchange import UPLOAD_SECONDS, Patience, Reply, send
from igny8_resources.video_platforms.failures import (
    LimitReached,
    ReconnectNeeded,
    Rejected,
    StillProcessing,
    TokenRefused,
    Unavailable,
)
from igny8_resources.video_platforms.instagram_failures import CAP_PAUSE, ContainerLost, NotReady, failure_of
from igny8_resources.video_platforms.texts import instagram_problems, require_privacy, require_words
from igny8_resources.video_platforms.video import Measured, Notes, OnPlatform, OutgoingVideo
from igny8_resources.warehouse.tables.columns import utc_now

MOST_SECONDS = 15 * 60
LEAST_SECONDS = 3
MOST_BYTES = 300 * 1000 * 1000
# A container lives 24 hours; one that is nearly over is not begun with again.
CONTAINER_LIFE = timedelta(hours=23)
CLOCK_SKEW = timedelta(minutes=5)
_METRICS = "views,reach,likes,comments,saved,shares,ig_reels_avg_watch_time,ig_reels_video_view_total_time"
_ALWAYS_THERE = "views,reach,likes,comments,saved,shares"


class ReelRefused(Rejected):
    """Instagram worked on the container and will not publish it."""


class InstagramAccount:
    """One connected account; see ``video.VideoAccount``. ``user_id`` is the account's own."""

    def __init__(self, settings: Settings, tokens: TokenKeeper, user_id: str, patience: Patience) -> None:
        self._root = settings.instagram_url.rstrip("/")
        self._uploads = settings.instagram_upload_url.rstrip("/")
        self._tokens, self._user, self._patience = tokens, user_id, patience

    def upload(self, video: OutgoingVideo, notes: Notes) -> str:
        """Publish a reel, or go on with its container; see ``video.VideoAccount``."""
        require_privacy("instagram", video.privacy)
        require_words(instagram_problems(video.description) + _file_problems(video))
        for _ in range(self._patience.attempts):
            try:
                container = self._filled_container(video, notes)
                if container.startswith("media:"):
                    return container.removeprefix("media:")
                self._wait_until_ready(container)
                return self._published(container, notes)
            except ContainerLost as lost:
                notes.keep(f"{lost}; another container is made", container="", filled="", sent="")
            except ReelRefused as refused:
                notes.keep(str(refused), container="", filled="", sent="")
                raise
        raise Rejected("Instagram gave every container up; look at the file, then publish again")

    def _filled_container(self, video: OutgoingVideo, notes: Notes) -> str:
        """A container that has the file: the kept one or a new one; ``media:<id>`` when the kept one is published."""
        if media := self.find(video, notes):
            return f"media:{media}"
        container = notes.get("container")
        if container and notes.get("file") == video.sha256 and not self._is_old(notes):
            if self._status(container)[0] == "EXPIRED":
                raise ContainerLost("the kept container has expired")
        else:
            self._require_room()
            container = self._new_container(video)
            notes.keep(
                "a container was made",
                container=container,
                filled="" if video.public_url is None else "yes",
                file=video.sha256,
                caption=video.description,
                made=utc_now().isoformat(),
                sent="",
            )
        if not notes.get("filled"):
            self._fill(container, video)
            notes.keep(f"{video.size} bytes were put into the container", filled="yes")
        return container

    def _new_container(self, video: OutgoingVideo) -> str:
        fields = {
            "media_type": "REELS",
            "caption": video.description,
            "share_to_feed": "true" if video.flags.get("share_to_feed", True) else "false",
        }
        if video.flags.get("synthetic_media", True):
            fields["is_ai_generated"] = "true"
        # Instagram fetches a public address by itself; without one the file is sent there.
        fields |= {"video_url": video.public_url} if video.public_url else {"upload_type": "resumable"}
        return str(self._patience.again(lambda: self._call("POST", f"/{self._user}/media", form=fields))["id"])

    def _fill(self, container: str, video: OutgoingVideo) -> None:
        """Send the whole file; again from its beginning where that breaks off, which changes nothing."""

        def put() -> None:
            reply = self._sent(
                "POST",
                f"{self._uploads}/{container}",
                scheme="OAuth",
                headers={"offset": "0", "file_size": str(video.size), "content-type": "application/octet-stream"},
                content=video.path,
                timeout=UPLOAD_SECONDS,
            )
            if reply.status in {404, 410}:
                raise ContainerLost("the container takes no file any more")
            if reply.status >= 400:
                raise failure_of(reply.status, reply.data, reply.retry_after)

        self._patience.again(put)

    def _wait_until_ready(self, container: str) -> None:
        for _ in self._patience.polls():
            code, said = self._status(container)
            if code in {"FINISHED", "PUBLISHED"}:
                return
            if code == "EXPIRED":
                raise ContainerLost("the container expired before it was published")
            if code == "ERROR":
                raise _error_in(said)
        raise StillProcessing("Instagram is still working on the reel; it is looked at again later")

    def _published(self, container: str, notes: Notes) -> str:
        notes.keep("the container is sent to be published", sent=utc_now().isoformat())
        for _ in self._patience.polls():
            try:
                return str(self._call("POST", f"/{self._user}/media_publish", form={"creation_id": container})["id"])
            except NotReady:
                continue
        raise StillProcessing("Instagram says that the reel is not ready yet; it is looked at again later")

    def find(self, video: OutgoingVideo, notes: Notes) -> str | None:
        """The reel's id, if it is there; see ``video.VideoAccount``."""
        container, sent = notes.get("container"), notes.get("sent")
        if not container or not sent:
            # Nothing was sent to be published.
            return None
        listed = self._listed(notes.get("caption") or video.description, datetime.fromisoformat(sent) - CLOCK_SKEW)
        if listed is None and self._status(container)[0] == "PUBLISHED":
            raise Unavailable("Instagram has published the reel and does not list it yet")
        return listed

    def _listed(self, caption: str, since: datetime) -> str | None:
        query = {"fields": "id,caption,timestamp,media_product_type", "limit": "25"}
        answer = self._patience.again(lambda: self._call("GET", f"/{self._user}/media", query=query))
        for media in answer.get("data", []):
            came = datetime.fromisoformat(media["timestamp"])
            is_ours = media.get("media_product_type") == "REELS" and media.get("caption", "") == caption
            if is_ours and came >= since.replace(microsecond=0):
                return str(media["id"])
        return None

    def _status(self, container: str) -> tuple[str, str]:
        """A container's state and what Instagram says of it; one that it does not know has expired."""
        query = {"fields": "status_code,status"}
        try:
            answer = self._patience.again(lambda: self._call("GET", f"/{container}", query=query))
        except Rejected:
            return "EXPIRED", ""
        return str(answer.get("status_code", "")), str(answer.get("status", ""))

    @staticmethod
    def _is_old(notes: Notes) -> bool:
        made = notes.get("made")
        return bool(made) and utc_now() - datetime.fromisoformat(made) > CONTAINER_LIFE

    def _require_room(self) -> None:
        query = {"fields": "quota_usage,config"}
        answer = self._patience.again(lambda: self._call("GET", f"/{self._user}/content_publishing_limit", query=query))
        for each in answer.get("data", []):
            used, total = each.get("quota_usage", 0), each.get("config", {}).get("quota_total")
            if total is not None and used >= total:
                until = utc_now() + CAP_PAUSE
                raise LimitReached(
                    f"the account has published {used} of the {total} posts that Instagram lets it in 24 hours; it is tried "
                    f"again at {until:%H:%M} UTC",
                    until,
                )

    def look_at(self, external_id: str, since: datetime | None) -> OnPlatform:  # noqa: ARG002 - the reel is there at once
        """How a reel stands; see ``video.VideoAccount``."""
        query = {"fields": "permalink,media_product_type"}
        try:
            answer = self._patience.again(lambda: self._call("GET", f"/{external_id}", query=query))
        except Rejected:
            return OnPlatform("failed", external_id, "", "Instagram does not have the reel any more")
        return OnPlatform("published", external_id, str(answer.get("permalink", "")))

    def measure(self, external_ids: Mapping[str, str]) -> dict[str, Measured]:
        """Totals of reels; see ``video.VideoAccount``. A number that Instagram does not have yet is left open."""
        found = {}
        for media in external_ids:
            try:
                found[media] = self._measured(media, _METRICS)
            except Rejected:
                # One metric that an account does not have fails the whole call.
                try:
                    found[media] = self._measured(media, _ALWAYS_THERE)
                except Rejected:
                    continue
        return found

    def _measured(self, media: str, metrics: str) -> Measured:
        answer = self._patience.again(lambda: self._call("GET", f"/{media}/insights", query={"metric": metrics}))
        values: dict[str, Any] = {}
        for metric in answer.get("data", []):
            given = metric.get("values") or []
            values[metric["name"]] = given[0].get("value") if given else metric.get("total_value", {}).get("value")
        return Measured(
            views=values.get("views"),
            likes=values.get("likes"),
            comments=values.get("comments"),
            shares=values.get("shares"),
            saves=values.get("saved"),
            reach=values.get("reach"),
            watch_seconds=_seconds(values.get("ig_reels_video_view_total_time")),
            average_view_seconds=_seconds(values.get("ig_reels_avg_watch_time")),
            facts=values,
        )

    def _call(
        self, method: str, path: str, *, query: dict[str, str] | None = None, form: dict[str, str] | None = None
    ) -> dict[str, Any]:
        reply = self._sent(method, f"{self._root}{path}", params=query, form=form)
        if reply.status >= 400:
            raise failure_of(reply.status, reply.data, reply.retry_after)
        return reply.data

    def _sent(
        self, method: str, url: str, *, scheme: str = "Bearer", headers: dict[str, str] | None = None, **how: Any
    ) -> Reply:
        """An exchange with a good token; one that was refused is changed once."""
        token = self._tokens.access()
        given = headers or {}
        reply = send(method, url, headers={**given, "authorization": f"{scheme} {token}"}, **how)
        if reply.status not in {400, 401} or not _is_refused(reply):
            return reply
        reply = send(method, url, headers={**given, "authorization": f"{scheme} {self._tokens.renew(token)}"}, **how)
        if _is_refused(reply):
            raise ReconnectNeeded("Instagram refuses a token that it has just handed out; connect the account again")
        return reply


def _is_refused(reply: Reply) -> bool:
    return reply.status in {400, 401} and isinstance(failure_of(reply.status, reply.data), TokenRefused)


def _error_in(said: str) -> ContainerLost | Rejected:
    """What an ERROR container's words stand for: they name the error's number."""
    is_passing = any(number in said for number in ("2207003", "2207032", "2207053", "2207001"))
    if is_passing:
        return ContainerLost(f"Instagram could not work on the container ({said})")
    return ReelRefused(f"Instagram refuses the reel: {said or 'it gives no reason'}")


def _file_problems(video: OutgoingVideo) -> list[str]:
    checks = (
        (video.seconds < LEAST_SECONDS, f"file: {video.seconds:.1f} s, at least {LEAST_SECONDS}"),
        (video.seconds > MOST_SECONDS, f"file: {video.seconds:.0f} s, at most {MOST_SECONDS}"),
        (video.size > MOST_BYTES, f"file: {video.size:,} bytes, at most {MOST_BYTES:,}"),
    )
    return [problem for wrong, problem in checks if wrong]


def _seconds(milliseconds: object) -> float | None:
    return float(milliseconds) / 1000.0 if isinstance(milliseconds, int | float) else None
