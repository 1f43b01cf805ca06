"""Pictures from Runware, over plain HTTP: a body is an array of tasks, an answer mixes results and errors.

Belongs here: one picture, waiting for it, reading answers. Does not belong here: the prompt's words, cropping, what an
error code means (``runware_failures.py``).
"""

import json
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerEmpty, AnswerInvalid, ProviderRejected, ProviderUnavailable, Refused
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.picture_answers import decoded, fitted, picture_in
from igny8_resources.ai.provider_failures import broken_off, charged
from igny8_resources.ai.providers import ImageAnswer, ImageCall
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.runware_failures import NotTaken, UnknownTask, failure_of_status, failure_of_task

POLL_SECONDS = 1.0
MOST_SILENT = 5  # answers in a row that say nothing of a task, after which it counts as unknown
LONGEST_PROMPT = 3000  # characters; models refuse more

_PLACES = ("imageBase64Data", "imageDataURI", "imageURL")

Task = dict[str, Any]


class RunwareImageProvider:
    """An ``ImageProvider`` over Runware's API and one model; safe to share between threads.

    Sizes are multiples of 64 between 128 and 2048, the smallest that cover what was asked for: the caller crops. A request
    whose fate is unknown (timeout, broken connection, 5xx) is looked up by its task id before it is sent again, so that
    a picture that was made is fetched and not paid twice; a process that dies in between loses that id. Failures are
    treated as by ``OpenAITextProvider``.

    Args:
        base_url: the API's address, such as ``https://api.runware.ai/v1``.
        api_key: the bearer token.
        model: the model's AIR id, such as ``runware:97@1``.
        timeout: seconds to wait for a picture.
        name: the connection; messages name its settings.
        gate: what every picture passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "runware",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._api_key = api_key
        self._timeout = timeout
        self._retrying = retrying
        self._connection = HttpConnection(
            base_url,
            {"authorization": f"Bearer {api_key}"},
            timeout,
            names_of(name),
            gate or retrying.gate(8),
        )

    def __repr__(self) -> str:
        return f"RunwareImageProvider({self._connection.server}, {self.model})"

    def paint(self, call: ImageCall) -> ImageAnswer:
        """Make one picture; ``cost_usd`` is what Runware says that it cost.

        Raises:
            ProviderUnavailable: no picture after all attempts, or the API asks for a pause that is too long.
            QuotaExhausted: the account has no credit left.
            ProviderRejected: the key, the model or the request is wrong; the message names the setting.
            Refused: the prompt or the picture was found unsafe.
            AnswerEmpty: the answer holds neither picture nor error.
            AnswerInvalid: what came is no picture.
        """
        width, height = fitted(call.width, call.height, step=64, least=128, most=2048)
        task = {
            "taskType": "imageInference",
            "taskUUID": str(uuid.uuid4()),
            "model": self.model,
            "positivePrompt": call.prompt[:LONGEST_PROMPT],
            "width": width,
            "height": height,
            "seed": call.seed % 2**31 or 1,
            "numberResults": 1,
            "outputType": "base64Data",
            "outputFormat": "PNG",
            "checkNSFW": True,
            "includeCost": True,
            "deliveryMethod": "sync",
        }
        painting = _Painting(self._connection, task, self._api_key, self._timeout, self._retrying)
        return self._retrying(painting.attempt)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()


class _Painting:
    """One picture on its way: what is known of its task between attempts."""

    def __init__(self, connection: HttpConnection, task: Task, secret: str, timeout: float, retrying: Retrying) -> None:
        self._connection = connection
        self._task = task
        self._secret = secret
        self._timeout = timeout
        self._retrying = retrying
        self._may_be_made = False
        self._heard_of = False

    def attempt(self) -> ImageAnswer:
        with self._connection.gate.slot():
            result = self._looked_up() if self._may_be_made else None
            return self._picture(result or self._made())

    def _made(self) -> Task:
        self._may_be_made = True
        try:
            return self._result(self._task) or self._awaited()
        except NotTaken:
            self._may_be_made = False
            raise
        except UnknownTask as unknown:
            raise AnswerEmpty(f"{unknown} It answered with neither a picture nor an error. Run it again.") from None

    def _looked_up(self) -> Task | None:
        """What became of a task whose answer never came; None when it is not known there."""
        try:
            return self._awaited()
        except UnknownTask:
            return None

    def _awaited(self) -> Task:
        """Ask for the task's result until it is there."""
        question = {"taskType": "getResponse", "taskUUID": self._task["taskUUID"]}
        until = self._retrying.clock() + self._timeout
        silent = 0
        while self._retrying.clock() < until:
            self._retrying.sleep(POLL_SECONDS)
            result = self._result(question)
            if result is not None:
                return result
            silent = 0 if self._heard_of else silent + 1
            if silent == MOST_SILENT:
                raise UnknownTask(f"{self._connection.server} says nothing about the task.")
        raise ProviderUnavailable(
            f"{self._connection.server} has not finished the picture within {self._timeout:g} s. Run it again "
            f"later, or raise {self._connection.names.timeout}.",
            # Longer than is slept through here: the caller decides when.
            retry_after=2 * self._retrying.longest_wait,
        )

    def _result(self, task: Task) -> Task | None:
        """Send one task and find its result; None while there is none."""
        connection = self._connection
        reply = connection.send("POST", "", body=[task])
        body = _body(reply, connection, self._secret)
        errors = [error for error in body.get("errors") or [] if isinstance(error, dict)]
        mine = [error for error in errors if error.get("taskUUID") in {None, task["taskUUID"]}]
        results = [item for item in body.get("data") or [] if isinstance(item, dict)]
        result = next((item for item in results if item.get("taskUUID") == task["taskUUID"]), None)
        self._heard_of = result is not None
        if result is not None and result.get("status") == "error":
            detail = result.get("error")
            mine, result = [detail if isinstance(detail, dict) else result], None
        blamed = mine or (errors if reply.status >= 400 else [])
        if result is None and blamed:
            model = str(self._task["model"])
            raise failure_of_task(blamed[0], reply, connection.server, model, self._secret, connection.names)
        if reply.status >= 400:
            raise failure_of_status(reply, connection.server, self._secret, connection.names)
        if result is None or not any(result.get(place) for place in _PLACES):
            return None
        if result.get("NSFWContent"):
            refused = Refused(f"{connection.server} found the picture unsafe (NSFW). Change its prompt.")
            raise charged(refused, cost_usd=_cost(result))
        return result

    def _picture(self, result: Task) -> ImageAnswer:
        server = self._connection.server
        coded = result.get("imageBase64Data") or result.get("imageDataURI")
        try:
            data = decoded(str(coded), server) if coded else self._fetched(str(result["imageURL"]))
            return replace(picture_in(data, server), cost_usd=_cost(result))
        except AnswerInvalid as unusable:
            raise charged(unusable, cost_usd=_cost(result)) from unusable.__cause__

    def _fetched(self, url: str) -> bytes:
        address = urlsplit(url)
        if address.scheme != "https" and address.netloc != self._connection.server:
            raise AnswerInvalid(f"{self._connection.server} keeps the picture at an address that is not https.")
        reply = self._connection.download(url)
        if reply.status >= 400:
            raise ProviderUnavailable(f"{address.hostname} answered {reply.status} instead of the picture.")
        return reply.content


def _cost(result: Task) -> Decimal | None:
    """US dollars; None where Runware does not say."""
    cost = result.get("cost")
    return Decimal(cost) if isinstance(cost, Decimal | int) else None


def _body(reply: Reply, connection: HttpConnection, secret: str) -> dict[str, Any]:
    try:
        body: Any = json.loads(reply.content, parse_float=Decimal)  # costs are exact
    except ValueError:
        body = None
    if isinstance(body, dict):
        # An error before any task is answered with one object instead of a list.
        return body if "error" not in body or "errors" in body else {**body, "errors": [body["error"]]}
    if reply.status >= 400:
        raise failure_of_status(reply, connection.server, secret, connection.names)
    if reply.content.lstrip().startswith(b"{"):
        raise broken_off(connection.server)
    raise ProviderRejected(
        f"{connection.server} answered with something other than results ({reply.start!r}). Check that "
        f"{connection.names.base_url} is {connection.names.root}."
    )
