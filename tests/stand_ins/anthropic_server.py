"""Anthropic's Messages API over HTTP for tests, with its faults.

``AnthropicStandIn`` checks the key, the version and the schema's dialect, records every request, and answers a brief with
what ``answer(function name, brief)`` returns. ``knows_output_config=False`` stands for models that refuse structured output.
"""

import json
from typing import Any

from tests.stand_ins.openai_server import Answer, offline_answer
from tests.stand_ins.scripted_http import Altered, Failure, Json, Recorded, Refusal, Reply, ScriptedServer, json_reply

API_KEY = "sk-ant-stand-in-0123456789"
MODEL = "claude-stand-in-5"
_REFUSED_KEYWORDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "maxItems", "minItems"}
_STOPS = {"length": "max_tokens", "content_filter": "refusal"}
_KINDS = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
_KINDS |= {402: "billing_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error"}


def rate_limit(**headers: str) -> Failure:
    """429: too many requests; ``headers`` with underscores for hyphens."""
    error = {"message": "This request would exceed your organization's rate limit of 50 requests per minute."}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


def out_of_credit() -> Failure:
    """400: no money, which this API words as an invalid request."""
    return _bad_request(
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    ).failure


def spending_limit() -> Failure:
    """429: the organisation's own limit for the month."""
    return Failure(
        429, {"message": "You have reached your specified API usage limits. You will regain access on 2026-12-01."}
    )


def overloaded() -> Failure:
    return Failure(529, {"message": "Overloaded"})


class AnthropicStandIn(ScriptedServer):
    """``with AnthropicStandIn() as server:`` serves the API at ``server.base_url``."""

    request_id = "request-id"

    def __init__(self, answer: Answer = offline_answer, *, knows_output_config: bool = True) -> None:
        super().__init__()
        self.answer = answer
        self.knows_output_config = knows_output_config
        self.base_url = self.address

    def worded(self, failure: Failure) -> Json:
        error = failure.error if isinstance(failure.error, dict) else {}
        kind = _KINDS.get(failure.status, "api_error")
        return {"type": "error", "error": {"type": kind, **error}, "request_id": "req-stand-in"}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.headers.get("x-api-key") != API_KEY:
            raise Refusal(Failure(401, {"message": f"invalid x-api-key {request.headers.get('x-api-key')}"}))
        if request.headers.get("anthropic-version") != "2023-06-01":
            raise _bad_request("anthropic-version: header is required")
        if request.path != "/v1/messages":
            raise Refusal(Failure(404, {"message": "Not found"}))
        body = request.body
        if body.get("model") != MODEL:
            raise Refusal(Failure(404, {"message": f"model: {body.get('model')}"}))
        if "max_tokens" not in body or any(message["role"] == "system" for message in body["messages"]):
            raise _bad_request("max_tokens: Field required; system is top level")
        name = self._checked_format(body)
        return json_reply(self._message(body, name, altered))

    def _checked_format(self, body: Json) -> str:
        if "output_config" in body:
            if not self.knows_output_config:
                raise _bad_request("output_config.format: Extra inputs are not permitted")
            wanted = body["output_config"]["format"]
            if wanted["type"] != "json_schema":
                raise _bad_request("output_config.format.type: Input should be 'json_schema'")
            _check_dialect(wanted["schema"])
            return ""
        tool = body["tools"][0]
        if body["tool_choice"] != {"type": "tool", "name": tool["name"]}:
            raise _bad_request("tool_choice: expected the only tool")
        return str(tool["name"])

    def _message(self, body: Json, name: str, altered: Altered) -> Json:
        brief = json.loads(body["messages"][0]["content"])
        text = altered.content if altered.content is not None else altered.refusal
        content: list[Json] = [{"type": "text", "text": text}] if text else []
        stop = _STOPS.get(altered.finish_reason or "", altered.finish_reason or "end_turn")
        if altered.refusal:
            stop = "refusal"
        written = "{}"
        if text is None and "tools" in body:
            given = self.answer(name, brief)
            content, stop, written = [_tool_use(name, given)], "tool_use", json.dumps(given)
        elif text is None:
            written = json.dumps(self.answer(name, brief))
            content = [{"type": "text", "text": written}]
        message: Json = {
            "id": f"msg_{len(self.requests)}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": stop,
        }
        if not altered.without_usage:
            read = len(body["messages"][0]["content"]) // 4
            cached = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": read // 2}
            message["usage"] = {"input_tokens": read - read // 2, "output_tokens": len(written) // 4, **cached}
        return message


def _tool_use(name: str, given: Json) -> Json:
    return {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}


def _bad_request(message: str) -> Refusal:
    return Refusal(Failure(400, {"message": message}))


def _check_dialect(node: Any) -> None:
    if isinstance(node, list):
        for child in node:
            _check_dialect(child)
    if not isinstance(node, dict):
        return
    refused = sorted(_REFUSED_KEYWORDS & node.keys())
    if refused:
        raise _bad_request(f"output_config.format.schema: property '{refused[0]}' is not supported")
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        raise _bad_request("output_config.format.schema: 'additionalProperties' must be false")
    for name, child in node.items():
        if name in {"properties", "$defs"}:
            for each in child.values():
                _check_dialect(each)
        elif name in {"items", "anyOf"}:
            _check_dialect(child)
