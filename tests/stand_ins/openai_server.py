"""An OpenAI-compatible API over HTTP for tests, with the faults of the real ones.

``StandIn`` checks the key, the body and the strictness of the JSON schema as OpenAI does, records every request, and
answers a brief with what ``answer(function name, brief)`` returns: by default the offline provider's text. Faults are
queued with ``script`` and used up one a request. ``flavour`` makes it answer in the shapes of ``vllm`` or ``llama_cpp``.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from tests.stand_ins.pictures import drawn
from tests.stand_ins.scripted_http import (
    Altered,
    Drop,
    Failure,
    Fault,
    Json,
    Raw,
    Recorded,
    Refusal,
    Reply,
    ScriptedServer,
    json_reply,
)

__all__ = ["Altered", "Drop", "Failure", "Fault", "Raw", "StandIn", "insufficient_quota", "rate_limit"]

Answer = Callable[[str, Json], Json]

API_KEY = "sk-stand-in-0123456789"
MODEL = "stand-in-1"
IMAGE_MODEL = "gpt-image-2.5-flare"
OLD_IMAGE_MODEL = "gpt-image-1.5"  # takes three sizes
FIXED_SIZES = ("1024x1024", "1536x1024", "1024x1536")
DIMENSIONS = 8
MOST_INPUTS = 2048
MOST_CHARACTERS = 300_000  # of one embeddings request; a token each, which is the least that fits


def rate_limit(**headers: str) -> Failure:
    """429: too many requests; ``headers`` with underscores for hyphens."""
    error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


def insufficient_quota() -> Failure:
    """429: no money."""
    error = {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}
    return Failure(429, error)


def moderation_blocked() -> Failure:
    """400: the picture's prompt, or the picture, is not allowed."""
    message = "Your request was rejected by the safety system. safety_violations=[violence]."
    return Failure(400, {"message": message, "type": "image_generation_user_error", "code": "moderation_blocked"})


def offline_answer(function: str, brief: Json) -> Json:
    """What the offline provider writes for the brief."""
    from igny8_resources.ai.offline.text import OfflineTextProvider
    from igny8_resources.ai.providers import TextCall
    from igny8_resources.contracts import long_articles, planner, social, video, writer

    shapes: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
        "generate_ideas": (planner.ClusterBrief, planner.IdeaDraft),
        "generate_content": (writer.ArticleBrief, writer.ArticleDraft),
        "outline_article": (writer.ArticleBrief, long_articles.ArticleOutline),
        "write_section": (long_articles.SectionBrief, long_articles.SectionDraft),
        "revise_article": (long_articles.RevisionBrief, long_articles.ArticleRevision),
        "generate_image_prompts": (writer.ImagePlanBrief, writer.ImagePlan),
        "adapt_for_social": (social.SocialBrief, social.SocialDraft),
        "generate_video_script": (video.VideoBrief, video.VideoScript),
        "rewrite_script_section": (video.ScriptSectionBrief, video.ScriptSection),
        "generate_video_seo": (video.VideoSeoBrief, video.VideoSeo),
    }
    inputs, schema = shapes[function]
    call = TextCall(function, "", inputs.model_validate(brief), schema)
    return OfflineTextProvider().complete(call).payload


class StandIn(ScriptedServer):
    """``with StandIn() as server:`` serves the API at ``server.base_url``.

    ``knows_completion_tokens=False`` refuses ``max_completion_tokens`` as older servers do; ``formats`` are the
    ``response_format`` types that are taken.
    """

    def __init__(
        self,
        answer: Answer = offline_answer,
        *,
        knows_completion_tokens: bool = True,
        formats: tuple[str, ...] = ("json_schema", "json_object"),
        flavour: str = "openai",
    ) -> None:
        super().__init__()
        self.answer = answer
        self.knows_completion_tokens = knows_completion_tokens
        self.formats = formats
        self.flavour = flavour
        self.base_url = f"{self.address}/v1"

    def worded(self, failure: Failure) -> Json:
        error = failure.error if isinstance(failure.error, dict) else {}
        if self.flavour == "llama_cpp":  # the status stands in for a code
            return {"error": {"type": "invalid_request_error", **error, "code": failure.status}}
        if self.flavour == "vllm":
            return {"error": {"type": "BadRequestError", "param": None, **error, "code": failure.status}}
        return {"error": error}

    def meets_faults(self, request: Recorded) -> bool:
        return request.method == "POST"

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.method == "GET":
            if request.path != "/v1/models":
                raise Refusal(Failure(404, "<h1>Not found</h1>"))
            model = {"id": MODEL, "object": "model", "created": 1_780_000_000, "owned_by": "tests"}
            return json_reply({"object": "list", "data": [model]})
        self._check_key(request)
        works = {
            "/v1/chat/completions": self._chat,
            "/v1/embeddings": lambda body, _altered: _embeddings(body),
            "/v1/images/generations": _images,
        }
        if request.path not in works:
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        models = {IMAGE_MODEL, OLD_IMAGE_MODEL} if request.path == "/v1/images/generations" else {MODEL}
        if (
            request.body.get("model") not in models and self.flavour != "llama_cpp"
        ):  # which has one model, whatever it is
            error = {"message": f"The model `{request.body.get('model')}` does not exist", "code": "model_not_found"}
            raise Refusal(Failure(404, error))
        return json_reply(works[request.path](request.body, altered))

    def _check_key(self, request: Recorded) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given == API_KEY:
            return
        if self.flavour == "vllm":
            raise Refusal(Failure(401, {"error": "Unauthorized"}, flat=True))
        error = {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}
        raise Refusal(Failure(401, error))

    def _chat(self, body: Json, altered: Altered) -> Json:
        if not self.knows_completion_tokens and "max_completion_tokens" in body:
            raise _bad_request(
                "Unsupported parameter: 'max_completion_tokens' is not supported here. Use 'max_tokens' instead.",
                "max_completion_tokens",
                "unsupported_parameter",
            )
        name = self._checked_format(body)
        brief = next(message["content"] for message in body["messages"] if message["role"] == "user")
        content: str | None = altered.content
        if content is None and not altered.refusal:
            content = _written(self, name, json.loads(brief))
        message: Json = {"role": "assistant", "content": content}
        if self.flavour == "openai":
            message["refusal"] = altered.refusal
        elif altered.refusal:  # no such field: the model declines in words
            message["content"] = altered.refusal
        if self.flavour == "vllm":
            message |= {"reasoning_content": None, "tool_calls": []}
        reply: Json = {
            "id": f"chatcmpl-{len(self.requests)}",
            "object": "chat.completion",
            "created": 1_780_000_000,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": altered.finish_reason or "stop"}],
        }
        if self.flavour == "llama_cpp":
            reply["timings"] = {"prompt_n": 12, "predicted_n": 90, "predicted_per_second": 41.5}
        if not altered.without_usage:
            read, written = len(body["messages"][1]["content"]) // 4, len(content or "") // 4
            reply["usage"] = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        return reply

    def _checked_format(self, body: Json) -> str:
        """The function's name, where the request says it."""
        wanted = body.get("response_format", {"type": "text"})
        if wanted["type"] not in {*self.formats, "text"}:
            taken = " or ".join(f"'{kind}'" for kind in (*self.formats, "text"))
            raise _bad_request(f"'response_format.type' must be {taken}", "response_format")
        if wanted["type"] == "json_schema":
            if not wanted["json_schema"].get("strict"):
                raise _bad_request("expected response_format json_schema with strict: true", "response_format")
            name = str(wanted["json_schema"]["name"])
            problem = strictness_problem(wanted["json_schema"]["schema"], with_lengths=self.flavour != "openai")
            if problem:
                raise _bad_request(f"Invalid schema for response_format {name!r}: {problem}", "response_format")
            return name
        if wanted["type"] == "json_object" and "json" not in str(body["messages"]).lower():
            raise _bad_request(
                "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."
            )
        return ""


def _bad_request(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    return Refusal(Failure(400, {"message": message, "type": "invalid_request_error", "param": param, "code": code}))


def strictness_problem(schema: Json, *, with_lengths: bool = False) -> str | None:
    """Why OpenAI would refuse a schema in strict mode; None when it would not. Other servers also take lengths of texts."""
    if schema.get("type") != "object" or "anyOf" in schema:
        return "the root must be an object"
    return _problem(schema, "root", schema.get("$defs", {}), _KEYWORDS | _LENGTHS if with_lengths else _KEYWORDS)


_KEYWORDS = {"type", "description", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const"}
_KEYWORDS |= {"$ref", "$defs", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_KEYWORDS |= {"multipleOf", "minItems", "maxItems"}
_LENGTHS = {"minLength", "maxLength"}


def _problem(node: Any, where: str, definitions: Json, keywords: set[str]) -> str | None:
    if not isinstance(node, dict) or not node.keys() & {"type", "anyOf", "$ref", "enum", "const"}:
        return f"In {where}, schema must have a 'type' key"
    closed = node.get("additionalProperties") is False
    complete = sorted(node.get("required", [])) == sorted(node.get("properties", {}))
    rules = (
        (not node.keys() - keywords, f"{sorted(node.keys() - keywords)} is not permitted"),
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
    found = (_problem(child, f"{where}.{name}", definitions, keywords) for name, child in children)
    return next((problem for problem in found if problem), None)


def _written(server: StandIn, name: str, brief: Json) -> str:
    try:
        return json.dumps(server.answer(name, brief))
    except Exception as failed:
        # Told to the test through the provider instead of being lost in this thread.
        raise _bad_request(f"the stand-in's answer to {name!r} failed: {type(failed).__name__}: {failed}") from failed


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


def _images(body: Json, altered: Altered) -> Json:
    if "response_format" in body:
        raise _bad_request("Unknown parameter: 'response_format'.", "response_format", "unknown_parameter")
    width, height = (int(side) for side in body.get("size", "1024x1024").split("x"))
    fixed = body["model"] == OLD_IMAGE_MODEL
    whole = width % 16 == 0 and height % 16 == 0 and width <= 3840 and height <= 2160
    if (fixed and body.get("size") not in FIXED_SIZES) or not whole or not 1 / 3 <= width / height <= 3:
        raise _bad_request(f"Invalid size '{body.get('size')}'.", "size", "invalid_value")
    coded = base64.b64encode(drawn(width, height, body["prompt"])).decode()
    return {
        "created": 1_780_000_000,
        "data": [{"b64_json": altered.content if altered.content is not None else coded}],
        "usage": {"input_tokens": len(body["prompt"]) // 4, "output_tokens": width * height // 1000, "total_tokens": 0},
    }
