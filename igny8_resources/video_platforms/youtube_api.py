"""YouTube's reading calls, through Google's client library.

Each of them is safe to repeat, which httplib2 does by itself when a connection breaks; what is sent, the video, its
thumbnail and captions, does not go through it (``youtube_upload.py``, ``youtube_files.py``). The library brings the API's
description along, so that nothing is fetched to make a client.
"""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from igny8_resources.video_platforms.exchange import ANSWER_SECONDS, Patience
from igny8_resources.video_platforms.failures import Unavailable
from igny8_resources.video_platforms.quotas import UNITS, DailyQuota
from igny8_resources.video_platforms.youtube_failures import failure_of

# Units of a call (quota calculator, June 2026).
LIST_UNITS = 1
WRITE_UNITS = 50
CAPTION_UNITS = 400


class YouTubeApi:
    """The calls of one channel; ``token`` hands out access tokens, ``renew`` another one for one that was refused."""

    def __init__(
        self,
        base_url: str,
        analytics_url: str,
        token: Callable[[], str],
        renew: Callable[[str], str],
        quota: DailyQuota,
        patience: Patience,
    ) -> None:
        self._base_url, self._analytics_url = base_url.rstrip("/"), analytics_url.rstrip("/")
        self._token, self._renew = token, renew
        self._quota, self._patience = quota, patience

    @cached_property
    def _youtube(self) -> Any:
        return _service("youtube", "v3", self._base_url)

    @cached_property
    def _analytics(self) -> Any:
        return _service("youtubeAnalytics", "v2", self._analytics_url)

    def channel(self) -> dict[str, Any]:
        """The channel of the connected account: its id, title and the playlist of its uploads; empty without one."""
        found = self._asked(
            lambda: self._youtube.channels().list(part="snippet,contentDetails", mine=True), LIST_UNITS
        ).get("items", [])
        return dict(found[0]) if found else {}

    def uploads(self, playlist: str, most: int = 50) -> list[dict[str, Any]]:
        """The channel's newest uploads, private ones too."""
        answer = self._asked(
            lambda: self._youtube.playlistItems().list(part="snippet", playlistId=playlist, maxResults=most), LIST_UNITS
        )
        return list(answer.get("items", []))

    def videos(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        """How videos stand, by id, at most 50; one that was deleted is not among them."""
        answer = self._asked(
            lambda: self._youtube.videos().list(part="snippet,status,processingDetails,statistics", id=",".join(ids)),
            LIST_UNITS,
        )
        return {item["id"]: item for item in answer.get("items", [])}

    def captions(self, video_id: str) -> list[dict[str, Any]]:
        """The caption tracks of a video."""
        answer = self._asked(lambda: self._youtube.captions().list(part="snippet", videoId=video_id), WRITE_UNITS)
        return list(answer.get("items", []))

    def report(self, video_id: str, first_day: str, last_day: str) -> dict[str, float]:
        """What YouTube Analytics adds up for one video between two days; empty while it has nothing, two or three days."""
        answer = self._asked(
            lambda: self._analytics.reports().query(
                ids="channel==MINE",
                startDate=first_day,
                endDate=last_day,
                metrics="estimatedMinutesWatched,averageViewDuration,shares",
                filters=f"video=={video_id}",
            ),
            0,
        )
        names = [header["name"] for header in answer.get("columnHeaders", [])]
        rows = answer.get("rows") or []
        return dict(zip(names, rows[0], strict=True)) if rows else {}

    def _asked(self, build: Callable[[], Any], units: int) -> dict[str, Any]:
        if units:
            self._quota.take(UNITS, units)
        return self._patience.again(lambda: self._executed(build()))

    def _executed(self, request: Any) -> dict[str, Any]:
        token = self._token()
        status, data, retry_after = _execute(request, token)
        if status == 401:
            status, data, retry_after = _execute(request, self._renew(token))
        if status >= 400:
            raise failure_of(status, data, self._quota, UNITS, retry_after)
        return data


def _service(name: str, version: str, root: str) -> Any:
    import httplib2
    from googleapiclient.discovery import build

    return build(
        name,
        version,
        http=httplib2.Http(timeout=ANSWER_SECONDS),
        client_options={"api_endpoint": f"{root}/"},
        static_discovery=True,
    )


def _execute(request: Any, token: str) -> tuple[int, dict[str, Any], float | None]:
    """A call's status, body and the pause that was asked for."""
    import httplib2
    from googleapiclient.errors import HttpError

    request.headers["authorization"] = f"Bearer {token}"
    try:
        # Repeating is ours to decide: with patience, and never without counting it.
        answer = request.execute(num_retries=0)
    except HttpError as refused:
        said = refused.resp.get("retry-after", "")
        try:
            data = json.loads(refused.content)
        except ValueError:
            data = {}
        return refused.resp.status, data if isinstance(data, dict) else {}, float(said) if said.isdigit() else None
    except (OSError, httplib2.HttpLib2Error) as broken:
        raise Unavailable(f"YouTube could not be reached or dropped the connection ({type(broken).__name__})") from None
    except ValueError:
        raise Unavailable("YouTube sent an answer that breaks off in the middle") from None
    return 200, answer if isinstance(answer, dict) else {}, None
