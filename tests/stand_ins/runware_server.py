"""Runware's API over HTTP for tests, with its faults.

``RunwareStandIn`` takes arrays of tasks, remembers what it made by task id as the real one does for ``getResponse``, and
counts what it charged. Faults are queued with ``script``; ``TaskErrors`` are errors in the body of a 200, ``Later`` finishes
a picture only when it has been asked after some times.
"""

import base64
from dataclasses import dataclass, field
from decimal import Decimal

from tests.stand_ins.pictures import drawn
from tests.stand_ins.scripted_http import (
    Altered,
    Failure,
    Json,
    Recorded,
    Refusal,
    Reply,
    ScriptedServer,
    json_reply,
)

API_KEY = "rw-stand-in-0123456789"
MODEL = "runware:97@1"
COST = Decimal("0.0038")


@dataclass(frozen=True)
class TaskError(Altered):
    """A 200 whose ``errors`` name our task; ``beside`` adds the picture of another task, as in a mixed answer."""

    code: str = "invalidParameter"
    message: str = "Something is wrong"
    parameter: str | None = None
    beside: bool = False


@dataclass(frozen=True)
class Part(Altered):
    """A 200 whose picture differs: ``result`` replaces fields of it, None takes them out."""

    result: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Later(Altered):
    """The picture is being made; it is there when it was asked after ``polls`` times."""

    polls: int = 2


def rate_limit(**headers: str) -> Failure:
    """429: too many requests; ``headers`` with underscores for hyphens."""
    error = {"code": "rateLimitExceeded", "message": "Too many requests"}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


def out_of_credits() -> Failure:
    return Failure(402, {"code": "insufficientCredits", "message": "Insufficient credits. Please top up your balance."})


class RunwareStandIn(ScriptedServer):
    """``with RunwareStandIn() as server:`` serves the API at ``server.base_url``.

    ``charged`` is what all pictures cost together; ``as_links`` answers with addresses whatever was asked for;
    ``forgets`` makes every task unknown afterwards.
    """

    def __init__(self, *, as_links: bool = False, forgets: bool = False) -> None:
        super().__init__()
        self.base_url = f"{self.address}/v1"
        self.as_links = as_links
        self.forgets = forgets
        self.charged = Decimal(0)
        self._made: dict[str, Json] = {}
        self._waiting: dict[str, int] = {}
        self._files: dict[str, bytes] = {}

    def worded(self, failure: Failure) -> Json:
        return {
            "errors": [{"taskType": "imageInference", **(failure.error if isinstance(failure.error, dict) else {})}]
        }

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.method == "GET":
            if "authorization" in request.headers:
                raise Refusal(Failure(400, {"code": "invalid", "message": "a file is fetched without the key"}))
            return Reply(self._files[request.path], "image/png")
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != API_KEY:
            error = {"code": "invalidApiKey", "message": f"Invalid API key {given}.", "parameter": "apiKey"}
            raise Refusal(Failure(401, error))
        assert isinstance(request.body, list), "a body is an array of tasks"
        (task,) = request.body
        if task["taskType"] == "getResponse":
            return json_reply(self._asked_after(task["taskUUID"]))
        return json_reply(self._painted(task, altered))

    def _painted(self, task: Json, altered: Altered) -> Json:
        if isinstance(altered, TaskError):
            error = {"code": altered.code, "message": altered.message, "parameter": altered.parameter}
            answer: Json = {"errors": [{**error, "taskType": task["taskType"], "taskUUID": task["taskUUID"]}]}
            if altered.beside:
                other = {**self._result(task), "taskUUID": "11111111-1111-4111-8111-111111111111"}
                answer["data"] = [other]
            return answer
        if task["model"] != MODEL:
            error = {"code": "invalidModel", "message": "No such model", "parameter": "model"}
            raise Refusal(Failure(400, {**error, "taskUUID": task["taskUUID"]}))
        if task["width"] % 64 or task["height"] % 64 or not min(task["width"], task["height"]) >= 128:
            error = {"code": "unsupportedDimensions", "message": "Not a multiple of 64", "parameter": "width"}
            raise Refusal(Failure(400, {**error, "taskUUID": task["taskUUID"]}))
        result = self._result(task)
        self.charged += COST
        if not self.forgets:
            self._made[task["taskUUID"]] = result
        if isinstance(altered, Later):
            self._waiting[task["taskUUID"]] = altered.polls
            return {"data": [{"taskType": task["taskType"], "taskUUID": task["taskUUID"]}]}
        if isinstance(altered, Part):
            changed = {**result, **altered.result}
            result = {name: value for name, value in changed.items() if value is not None}
        return {"data": [result] if altered.content is None else []}

    def _asked_after(self, task_id: str) -> Json:
        left = self._waiting.get(task_id, 0)
        if left:
            self._waiting[task_id] = left - 1
            return {"data": [{"taskUUID": task_id, "status": "processing", "progress": 50}]}
        if task_id in self._made:
            return {"data": [{**self._made[task_id], "status": "success"}]}
        return {"errors": [{"code": "taskFailedOrNotFound", "message": "Task not found", "taskUUID": task_id}]}

    def _result(self, task: Json) -> Json:
        picture = drawn(task["width"], task["height"], task["positivePrompt"])
        result: Json = {
            "taskType": task["taskType"],
            "taskUUID": task["taskUUID"],
            "imageUUID": f"image-{len(self._made)}",
            "seed": task["seed"],
            "NSFWContent": False,
            "cost": float(COST),
        }
        if self.as_links:
            path = f"/files/{len(self._files)}.png"
            self._files[path] = picture
            return result | {"imageURL": f"{self.address}{path}"}
        assert task["outputType"] == "base64Data"
        return result | {"imageBase64Data": base64.b64encode(picture).decode()}
