"""Instagram's Graph API, its uploads and its token endpoints over HTTP for tests, with their faults.

A container goes from IN_PROGRESS to FINISHED as often as it is asked after, may end in ERROR or EXPIRED, and is published
once. Errors come with status 400 and a code, throttling too.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from tests.stand_ins.platform_http import Asked, Fault, Json, PlatformServer, Told

USER = "17841400000000001"


@dataclass
class Container:
    id: str
    caption: str
    resumable: bool
    looks: int
    sha256: str = ""
    state: str = "IN_PROGRESS"
    status: str = ""


@dataclass
class Reel:
    id: str
    caption: str
    sha256: str
    timestamp: str
    views: int = 0


def error(code: int, subcode: int = 0, message: str = "", status: int = 400) -> Told:
    told: Json = {"message": message or f"error {code}", "type": "OAuthException", "code": code}
    return Told(status, {"error": told | ({"error_subcode": subcode} if subcode else {})})


def throttled() -> Fault:
    return Fault(error(4, 0, "Application request limit reached"))


class InstagramStandIn(PlatformServer):
    """``with InstagramStandIn() as server:`` serves the API at ``server.graph`` and uploads at ``server.uploads``.

    ``looks_until_ready`` is how often a container is looked at before it is finished; ``ends_in`` lists how the next containers
    end instead: ``(state, status)``; ``lists_late`` hides the reels of the list for so many looks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.graph = f"{self.address}/v26.0"
        self.uploads = f"{self.address}/ig-api-upload/v26.0"
        self.containers: dict[str, Container] = {}
        self.reels: list[Reel] = []
        self.looks_until_ready = 1
        self.ends_in: list[tuple[str, str]] = []
        self.lists_late = 0
        self.quota_total = 50
        self.quota_usage: int | None = None
        self.missing_metric = ""

    def work(self, asked: Asked) -> Told:
        handing_out = {
            "/oauth/access_token": lambda _: Told(200, {"access_token": "short-lived", "user_id": USER}),
            "/access_token": self._exchange,
            "/refresh_access_token": self._refresh,
        }
        if asked.path in handing_out:
            return handing_out[asked.path](asked)
        if asked.bearer not in self.access_tokens:
            return error(190, 463, "Error validating access token: Session has expired", 401)
        if found := re.fullmatch(r"/ig-api-upload(?:/v26.0)?/(\w+)", asked.path):
            return self._take_file(self.containers[found[1]], asked)
        path = asked.path.removeprefix("/v26.0")
        calls = {
            f"POST /{USER}/media": self._make,
            f"GET /{USER}/media": self._list,
            f"POST /{USER}/media_publish": self._publish,
            f"GET /{USER}/content_publishing_limit": self._limit,
            "GET /me": lambda _: Told(200, {"user_id": USER, "username": "cremalane"}),
        }
        call = calls.get(f"{asked.method} {path}")
        return call(asked) if call else self._read(path.strip("/"), asked)

    def _exchange(self, asked: Asked) -> Told:
        assert asked.query["grant_type"] == "ig_exchange_token"
        access, _ = self.new_tokens()
        self.refresh_tokens.add(access)
        return Told(200, {"access_token": access, "token_type": "bearer", "expires_in": 5183944})

    def _refresh(self, asked: Asked) -> Told:
        """The token refreshes itself, also shortly after it ran out here; one that is revoked is gone."""
        given = asked.query["access_token"]
        if given not in self.refresh_tokens:
            return error(190, 0, "Error validating access token: the session was invalidated")
        self.refreshes += 1
        access, refresh = self.new_tokens()
        self.refresh_tokens -= {given, refresh}
        self.refresh_tokens.add(access)
        return Told(200, {"access_token": access, "token_type": "bearer", "expires_in": 5183944})

    def _make(self, asked: Asked) -> Told:
        form = asked.form
        assert form["media_type"] == "REELS"
        container = Container(f"c{len(self.containers) + 1}", form["caption"], "video_url" not in form, 0)
        if not container.resumable:
            # The real one fetches the address too.
            container.sha256 = hashlib.sha256(httpx.get(form["video_url"]).raise_for_status().content).hexdigest()
        self.containers[container.id] = container
        return Told(200, {"id": container.id})

    def _take_file(self, container: Container, asked: Asked) -> Told:
        assert asked.headers["authorization"].startswith("OAuth ")
        assert int(asked.headers["file_size"]) == len(asked.body)
        if container.state != "IN_PROGRESS":
            return Told(404, {"error": {"code": 100, "error_subcode": 33, "message": "no such upload"}})
        container.sha256 = hashlib.sha256(asked.body).hexdigest()
        return Told(200, {"success": True})

    def _limit(self, _asked: Asked) -> Told:
        used = len(self.reels) if self.quota_usage is None else self.quota_usage
        config = {"quota_total": self.quota_total, "quota_duration": 86400}
        return Told(200, {"data": [{"quota_usage": used, "config": config}]})

    def _publish(self, asked: Asked) -> Told:
        container = self.containers[asked.form["creation_id"]]
        if container.state == "PUBLISHED":
            return error(9007, 2207006, "The media was published already")
        if container.state == "EXPIRED":
            return error(100, 2207020, "The media you are trying to access has expired. Please try to upload again.")
        if container.state != "FINISHED":
            return error(9007, 2207027, "The media is not ready for publishing, please wait for a moment")
        container.state = "PUBLISHED"
        reel = Reel(
            f"18{len(self.reels) + 1:015}",
            container.caption,
            container.sha256,
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        )
        self.reels.append(reel)
        return Told(200, {"id": reel.id})

    def _list(self, _asked: Asked) -> Told:
        if self.lists_late:
            self.lists_late -= 1
            return Told(200, {"data": []})
        data = [
            {"id": reel.id, "caption": reel.caption, "timestamp": reel.timestamp, "media_product_type": "REELS"}
            for reel in reversed(self.reels)
        ]
        return Told(200, {"data": data})

    def _read(self, path: str, asked: Asked) -> Told:
        if path in self.containers:
            return self._look(self.containers[path])
        media, _, edge = path.partition("/")
        reel = next((each for each in self.reels if each.id == media), None)
        if reel is None:
            return error(100, 33, f"Object with ID '{media}' does not exist")
        if edge == "insights":
            return self._insights(reel, asked.query["metric"].split(","))
        return Told(200, {"id": reel.id, "permalink": f"https://www.instagram.com/reel/{reel.id}/"})

    def _look(self, container: Container) -> Told:
        if container.state == "IN_PROGRESS" and container.sha256:
            container.looks += 1
            if self.ends_in:
                container.state, container.status = self.ends_in.pop(0)
            elif container.looks >= self.looks_until_ready:
                container.state = "FINISHED"
        return Told(200, {"id": container.id, "status_code": container.state, "status": container.status})

    def _insights(self, reel: Reel, metrics: list[str]) -> Told:
        if self.missing_metric in metrics:
            return error(100, 0, f"(#100) metric[0] must be one of the following values: not {self.missing_metric}")
        values = {
            "views": reel.views,
            "reach": reel.views,
            "likes": reel.views // 10,
            "comments": 1,
            "saved": 2,
            "shares": 3,
            "ig_reels_avg_watch_time": 12500,
            "ig_reels_video_view_total_time": reel.views * 12500,
        }
        # What is not there yet is left out, and is not 0.
        wanted = metrics if reel.views else []
        return Told(200, {"data": [{"name": name, "values": [{"value": values[name]}]} for name in wanted]})
