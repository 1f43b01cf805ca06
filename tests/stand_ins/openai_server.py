"""An OpenAI-compatible API over HTTP for tests, with the faults of the real ones.

``StandIn`` checks the key, the body and the strictness of the JSON schema as OpenAI does, records every request, and
answers a brief with what ``answer(function name, brief)`` returns: by default the offline provider's text. Faults are
queued with ``script`` and used up one a request.
"""

import base64
import hashlib
import json
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel

Json = dict[str, Any]
Answer = Callable[[str, Json], Json]

API_KEY = "sk-stand-in-0123456789"
MODEL = "stand-in-1"
DIMENSIONS = 8
MOST_INPUTS = 2048
MOST_CHARACTERS = 300_000  # of one embeddings request; a token each, which is the least that fits


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: Json


@dataclass(frozen=True)
class Failure:
    """An error status; a ``str`` body is sent as HTML, as gateways do."""

    status: int
    error: Json | str = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    flat: bool = False  # older vLLM does not nest the error


def rate_limit(**headers: str) -> Failure:
    """429: too many requests; ``headers`` with underscores for hyphens."""
    error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


def insufficient_quota() -> Failure:
    """429: no money."""
    error = {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}
    return Failure(429, error)


@dataclass(frozen=True)
class Altered:
    """A 200 whose parts differ from a good answer; None keeps the good part."""

    content: str | None = None
    refusal: str | None = None
    finish_reason: str | None = None
    without_usage: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Raw:
    """A 200 with this body, whatever it is."""

    body: bytes
    media_type: str = "application/json"


@dataclass(frozen=True)
class Drop:
    """The request is received and worked on, then the connection breaks, before or in the middle of the answer."""

    midway: bool = False


Fault = Failure | Altered | Raw | Drop


def offline_answer(function: str, brief: Json) -> Json:
    """What the offline provider writes for the brief."""
    from igny8_resources.ai.offline.text import OfflineTextProvider
    from igny8_resources.ai.providers import TextCall
    from igny8_resources.contracts import planner, social, video, writer

    shapes: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
        "generate_ideas": (planner.ClusterBrief, planner.IdeaDraft),
        "generate_content": (writer.ArticleBrief, writer.ArticleDraft),
        "generate_image_prompts": (writer.ImagePlanBrief, writer.ImagePlan),
        "adapt_for_social": (social.SocialBrief, social.SocialDraft),
        "generate_video_script": (video.VideoBrief, video.VideoScript),
    }
    inputs, schema = shapes[function]
    call = TextCall(function, "", inputs.model_validate(brief), schema)
    return OfflineTextProvider().complete(call).payload


class StandIn:
    """``with StandIn() as server:`` serves the API at ``server.base_url``.

    ``knows_completion_tokens=False`` refuses ``max_completion_tokens`` as older servers do; ``headers`` go with every
    answer; ``max_in_flight`` is the largest number of requests that were being answered at the same time.
    """

    def __init__(self, answer: Answer = offline_answer, *, knows_completion_tokens: bool = True) -> None:
        self.answer = answer
        self.knows_completion_tokens = knows_completion_tokens
        self.headers: dict[str, str] = {}
        self.requests: list[Recorded] = []
        self.max_in_flight = 0
        self._in_flight = 0
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def script(self, *faults: Fault) -> None:
        """Queue what the next requests meet."""
        self._faults.extend(faults)

    def arrived(self, request: Recorded) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
            return self._faults.popleft() if self._faults else None

    def left(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class Refusal(Exception):
    """The request is answered with an error."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def _bad_request(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    return Refusal(Failure(400, {"message": message, "type": "invalid_request_error", "param": param, "code": code}))


def strictness_problem(schema: Json) -> str | None:
    """Why OpenAI would refuse a schema in strict mode; None when it would not."""
    if schema.get("type") != "object" or "anyOf" in schema:
        return "the root must be an object"
    return _problem(schema, "root", schema.get("$defs", {}))


_KEYWORDS = {"type", "description", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const"}
_KEYWORDS |= {"$ref", "$defs", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_KEYWORDS |= {"multipleOf", "minItems", "maxItems"}


def _problem(node: Any, where: str, definitions: Json) -> str | None:
    if not isinstance(node, dict) or not node.keys() & {"type", "anyOf", "$ref", "enum", "const"}:
        return f"In {where}, schema must have a 'type' key"
    closed = node.get("additionalProperties") is False
    complete = sorted(node.get("required", [])) == sorted(node.get("properties", {}))
    rules = (
        (not node.keys() - _KEYWORDS, f"{sorted(node.keys() - _KEYWORDS)} is not permitted"),
        ("$ref" not in node or len(node) == 1, "$ref cannot have other keywords"),
        ("$ref" not in node or node["$ref"].removeprefix("#/$defs/") in definitions, "$ref is dangling"),
        (node.get("type") != "object" or closed, "'additionalProperties' is required to be supplied and to be false"),
        (node.get("type") != "object" or complete, "'required' must include every key in properties"),
        (node.get("type") != "array" or "items" in node, "array schema is missing items"),
    )
    broken = next((rule for kept, rule in rules if not kept), None)
    if broken:
        return f"In {where}, {broken}"
    children = [*node.get("properties", {}).items(), *enumerate(node.get("anyOf", [])), *node.get("$defs", {}).items()]
    children += [("items", node["items"])] if "items" in node else []
    found = (_problem(child, f"{where}.{name}", definitions) for name, child in children)
    return next((problem for problem in found if problem), None)


def _written(server: StandIn, name: str, brief: Json) -> str:
    try:
        return json.dumps(server.answer(name, brief))
    except Exception as failed:
        # Told to the test through the provider instead of being lost in this thread.
        raise _bad_request(f"the stand-in's answer to {name!r} failed: {type(failed).__name__}: {failed}") from failed


def _chat(server: StandIn, body: Json, altered: Altered) -> Json:
    if not server.knows_completion_tokens and "max_completion_tokens" in body:
        raise _bad_request(
            "Unsupported parameter: 'max_completion_tokens' is not supported here. Use 'max_tokens' instead.",
            "max_completion_tokens",
            "unsupported_parameter",
        )
    wanted = body.get("response_format", {})
    if wanted.get("type") != "json_schema" or not wanted.get("json_schema", {}).get("strict"):
        raise _bad_request("expected response_format json_schema with strict: true", "response_format")
    name = wanted["json_schema"]["name"]
    problem = strictness_problem(wanted["json_schema"]["schema"])
    if problem:
        raise _bad_request(f"Invalid schema for response_format {name!r}: {problem}", "response_format")
    messages = {message["role"]: message["content"] for message in body["messages"]}
    content: str | None = altered.content
    if content is None and not altered.refusal:
        content = _written(server, name, json.loads(messages["user"]))
    reply: Json = {
        "id": f"chatcmpl-{len(server.requests)}",
        "object": "chat.completion",
        "created": 1_780_000_000,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": altered.refusal},
                "finish_reason": altered.finish_reason or "stop",
            }
        ],
    }
    if not altered.without_usage:
        read, written = len(body["messages"][1]["content"]) // 4, len(content or "") // 4
        reply["usage"] = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return reply


def _embeddings(body: Json) -> Json:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    if not texts or not all(texts):
        raise _bad_request("'$.input' is invalid: an input may not be empty.", "input")
    if len(texts) > MOST_INPUTS or sum(len(text) for text in texts) > MOST_CHARACTERS:
        raise _bad_request("'$.input' is too long: too many inputs or tokens.", "input")
    rows = []
    for position, text in enumerate(texts):
        digest = hashlib.sha256(text.encode()).digest()
        vector = [byte / 255 for byte in digest[: body.get("dimensions", DIMENSIONS)]]
        packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        embedding = packed if body.get("encoding_format") == "base64" else vector
        rows.append({"object": "embedding", "index": position, "embedding": embedding})
    tokens = sum(len(text) for text in texts) // 4
    return {
        "object": "list",
        "model": body["model"],
        "data": rows,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _handler(server: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def do_GET(self) -> None:
            if self.path != "/v1/models":
                self._fail(Failure(404, "<h1>Not found</h1>"))
                return
            model = {"id": MODEL, "object": "model", "created": 1_780_000_000, "owned_by": "tests"}
            self._send(200, json.dumps({"object": "list", "data": [model]}).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fault = server.arrived(Recorded(self.path, headers, body))
            try:
                self._answer(body, fault)
            except Refusal as refusal:
                self._fail(refusal.failure)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has given up waiting
            finally:
                server.left()

        def _answer(self, body: Json, fault: Fault | None) -> None:
            if isinstance(fault, Failure):
                raise Refusal(fault)
            if isinstance(fault, Raw):
                self._send(200, fault.body, media_type=fault.media_type)
                return
            altered = fault if isinstance(fault, Altered) else Altered()
            reply = json.dumps(self._work(body, altered)).encode()
            if isinstance(fault, Drop):
                self._drop(reply, midway=fault.midway)
                return
            time.sleep(altered.seconds)
            self._send(200, reply, altered.headers)

        def _work(self, body: Json, altered: Altered) -> Json:
            if self.headers.get("authorization") != f"Bearer {API_KEY}":
                given = self.headers.get("authorization", "").removeprefix("Bearer ")
                error = {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}
                raise Refusal(Failure(401, error))
            if self.path not in {"/v1/chat/completions", "/v1/embeddings"}:
                raise Refusal(Failure(404, "<h1>Not found</h1>"))
            if body.get("model") != MODEL:
                error = {"message": f"The model `{body.get('model')}` does not exist", "code": "model_not_found"}
                raise Refusal(Failure(404, error))
            return _embeddings(body) if self.path == "/v1/embeddings" else _chat(server, body, altered)

        def _drop(self, reply: bytes, *, midway: bool) -> None:
            self.close_connection = True
            if midway:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply[: len(reply) // 2])

        def _fail(self, failure: Failure) -> None:
            if isinstance(failure.error, str):
                self._send(failure.status, failure.error.encode(), failure.headers, "text/html")
                return
            body = failure.error if failure.flat else {"error": failure.error}
            self._send(failure.status, json.dumps(body).encode(), failure.headers)

        def _send(
            self, status: int, body: bytes, headers: dict[str, str] | None = None, media_type: str = "application/json"
        ) -> None:
            self.send_response(status)
            always = {"content-type": media_type, "content-length": str(len(body)), "x-request-id": "req-stand-in"}
            for name, value in {**always, **server.headers, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
