"""The shapes of Anthropic's Messages API: its dialect of JSON schema, its requests, what its answers and errors mean.

Belongs here: translation between a ``TextCall`` and the API. Does not belong here: sending (``anthropic_text.py``).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import (
    AnswerCut,
    AnswerEmpty,
    AnswerInvalid,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
    Refused,
)
from igny8_resources.ai.http_connection import Reply
from igny8_resources.ai.provider_failures import broken_off, charged, out_of_money, quoted
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait
from igny8_resources.ai.strict_schema import LIMITS
from igny8_resources.ai.text_exchange import function_name, json_object, tokens_in, turns_of, with_schema_in_words

_MONEY = re.compile(r"credit balance|usage limits?\b|spend(ing)? limit|billing", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"prompt is too long|context window|too many (input )?tokens|exceed.{0,20}context", re.IGNORECASE
)
_FORMAT = re.compile(r"output_config|output_format|structured output|json_schema|\bschema\b|grammar", re.IGNORECASE)
# The model can do schemas, but not this one.
_ONE_SCHEMA = re.compile(
    r"schema (is )?too|too (many|complex)|compile|grammar|recursi|unsupported .*schema", re.IGNORECASE
)


def common_limits(headers: Mapping[str, str], now: datetime | None = None) -> dict[str, str]:
    """The ``anthropic-ratelimit-*`` headers as ``x-ratelimit-*``, which gates understand; others are passed on.

    Resets are moments (RFC 3339) there and durations here. Of the limits on tokens (all, input, output) the one with the
    least left counts.
    """
    common = {name: value for name, value in headers.items() if name.lower().startswith("retry-after")}
    tokens = [
        kind
        for kind in ("tokens", "input-tokens", "output-tokens")
        if headers.get(f"anthropic-ratelimit-{kind}-remaining", "").isdigit()
    ]
    tightest = min(tokens, key=lambda kind: int(headers[f"anthropic-ratelimit-{kind}-remaining"]), default="tokens")
    for dimension, kind in (("requests", "requests"), ("tokens", tightest)):
        for part in ("limit", "remaining"):
            value = headers.get(f"anthropic-ratelimit-{kind}-{part}")
            if value is not None:
                common[f"x-ratelimit-{part}-{dimension}"] = value
        seconds = _seconds_until(headers.get(f"anthropic-ratelimit-{kind}-reset"), now or datetime.now(UTC))
        if seconds is not None:
            common[f"x-ratelimit-reset-{dimension}"] = f"{seconds:.3f}s"
    return common


def _seconds_until(moment: str | None, now: datetime) -> float | None:
    try:
        reset = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    if reset is None:
        return None
    return max(0.0, ((reset if reset.tzinfo else reset.replace(tzinfo=UTC)) - now).total_seconds())


def in_dialect(schema: dict[str, Any]) -> dict[str, Any]:
    """A strict schema without limits, which the API refuses; its descriptions say them instead."""
    said = [f"{word}: {schema[word]}" for word in LIMITS if word in schema]
    kept: dict[str, Any] = {name: value for name, value in schema.items() if name not in LIMITS}
    if said:
        kept["description"] = " ".join(filter(None, [schema.get("description", ""), f"({', '.join(said)})"]))
    for group in ("properties", "$defs"):
        if group in kept:
            kept[group] = {name: in_dialect(child) for name, child in kept[group].items()}
    if "anyOf" in kept:
        kept["anyOf"] = [in_dialect(child) for child in kept["anyOf"]]
    if isinstance(kept.get("items"), dict):
        kept["items"] = in_dialect(kept["items"])
    return kept


def request_for(call: TextCall, model: str, schema: dict[str, Any], *, as_tool: bool) -> dict[str, Any]:
    """The body of one request; ``as_tool`` has the answer given as a tool's input instead of as text."""
    repairing = call.repair is not None
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": call.max_output_tokens,
        "system": with_schema_in_words(call.instructions, schema) if repairing and not as_tool else call.instructions,
        "messages": turns_of(call),
    }
    if as_tool:
        name = function_name(call.function)
        given = {"name": name, "description": "Give the answer, whole.", "input_schema": schema}
        return {**request, "tools": [given], "tool_choice": {"type": "tool", "name": name}}
    return {**request, "output_config": {"format": {"type": "json_schema", "schema": schema}}}


def refuses_format(reply: Reply) -> bool:
    """Whether a request was refused because of its structured output."""
    message = _error(reply).get("message", "")
    return reply.status == 400 and bool(_FORMAT.search(message)) and not _MONEY.search(message)


def refuses_this_schema(reply: Reply) -> bool:
    """Of a request refused for its structured output: whether another schema may pass."""
    return bool(_ONE_SCHEMA.search(_error(reply).get("message", "")))


def failure_of(reply: Reply, server: str, model: str, secret: str, names: ConnectionNames) -> ProviderError:
    """An answer with an error status, as the error that says whether to wait, to pay, or to change a setting."""
    error, status = _error(reply), reply.status
    kind, message = error.get("type", ""), error.get("message") or reply.start
    request = reply.headers.get("request-id") or error.get("request_id", "")
    said = f"{server} answered {status}: {quoted(message, secret)}" + (f" (request {request})" if request else "")
    if status == 402 or kind == "billing_error" or (400 <= status < 500 and _MONEY.search(message)):
        return QuotaExhausted(out_of_money(said, names))
    if status in {408, 409, 429} or status >= 500 or kind in {"rate_limit_error", "overloaded_error", "api_error"}:
        limits = common_limits(reply.headers)
        wait = requested_wait(limits) or (exhausted_wait(limits) if status == 429 else None)
        return ProviderUnavailable(said, retry_after=wait)
    return ProviderRejected(f"{said} {_advice(status, message, model, names)}")


def _advice(status: int, message: str, model: str, names: ConnectionNames) -> str:
    if status == 401:
        return f"Check {names.api_key}."
    if status == 403:
        return f"The key in {names.api_key} may not use {model!r}: check its permissions or {names.model}."
    if status == 404:
        return f"Check that {names.model} ({model!r}) exists there and that {names.base_url} is {names.root}."
    if status == 413 or _TOO_LONG.search(message):
        return f"The brief does not fit the context of {model!r}: set {names.model} to one with a larger context."
    return f"Check {names.model} ({model!r})."


def _error(reply: Reply) -> dict[str, str]:
    data = reply.data
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return {}
    found = {name: str(error[name]) for name in ("type", "message") if error.get(name)}
    return found | ({"request_id": str(data["request_id"])} if data.get("request_id") else {})


def answer_of(reply: Reply, call: TextCall, server: str, names: ConnectionNames) -> TextAnswer:
    """The JSON object in a successful answer, with the tokens it used.

    An answer that cannot be used carries, as an error, what it used.

    Raises:
        ProviderUnavailable: the body broke off on its way, or holds an error after all.
        ProviderRejected: the body is no message, so the address is not that of this API.
        Refused: the model declined.
        AnswerCut: the answer ended at the length limit or at the end of the context window.
        AnswerEmpty: there is no content.
        AnswerInvalid: the content is not a JSON object; the error carries it.
    """
    message = reply.data
    if isinstance(message, dict) and message.get("type") == "error":
        raise ProviderUnavailable(f"{server} answered with an error: {json.dumps(message.get('error'))[:300]}")
    if message is None and reply.content.lstrip().startswith(b"{"):
        raise broken_off(server)
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        raise ProviderRejected(
            f"{server} answered with something other than a message ({reply.start!r}). Check that {names.base_url} is "
            f"{names.root}."
        )
    blocks = [block for block in message["content"] if isinstance(block, dict)]
    text = "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
    given = next((block.get("input") for block in blocks if block.get("type") == "tool_use"), None)
    used = _used(message.get("usage"))
    try:
        _refuse_unfinished(str(message.get("stop_reason")), call, text)
        payload = _payload(given, text, call)
    except ProviderError as unusable:
        raise (charged(unusable, *used) if used else unusable) from unusable.__cause__
    if used:
        return TextAnswer(payload, *used)
    read = len(call.instructions) + sum(len(turn["content"]) for turn in turns_of(call))
    return TextAnswer(payload, tokens_in(read), tokens_in(len(text or json.dumps(given))), tokens_estimated=True)


def _payload(given: object, text: str, call: TextCall) -> dict[str, object]:
    if isinstance(given, dict):
        return given
    if given is not None:
        raise AnswerInvalid(f"{call.function}: the tool's input is not a JSON object.", json.dumps(given))
    if not text.strip():
        raise AnswerEmpty(f"{call.function}: the model answered with nothing. Run it again.")
    return json_object(text, call.function)


def _refuse_unfinished(stop_reason: str, call: TextCall, text: str) -> None:
    if stop_reason == "refusal":
        raise Refused(f"{call.function}: the model declined{': ' + text[:300] if text.strip() else ''}.")
    if stop_reason == "max_tokens":
        raise AnswerCut(
            f"{call.function}: the answer was cut at {call.max_output_tokens} tokens. Allow more, or ask for less text."
        )
    if stop_reason == "model_context_window_exceeded":
        raise AnswerCut(f"{call.function}: brief and answer do not fit the model's context window together.")
    if stop_reason == "pause_turn":
        raise AnswerCut(f"{call.function}: the model paused before the answer was complete. Run it again.")


def _used(usage: object) -> tuple[int, int] | None:
    """Tokens read, those of the cache included, and written; None where nobody counted."""
    if not isinstance(usage, dict) or not isinstance(usage.get("input_tokens"), int):
        return None
    cached = (usage.get("cache_creation_input_tokens") or 0) + (usage.get("cache_read_input_tokens") or 0)
    return usage["input_tokens"] + cached, int(usage.get("output_tokens") or 0)
