"""Structured text from any server that speaks OpenAI's chat completions: OpenAI, vLLM, llama.cpp, Ollama, LM Studio.

Belongs here: one call and reading its answer. Does not belong here: the journal, credits, which provider
to take, and whether the answer fits its model (the caller checks ``TextAnswer.payload`` against ``TextCall.schema``).
"""

import threading
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.openai_completion import Completion, answer_of, read_completion
from igny8_resources.ai.openai_connection import OpenAIConnection
from igny8_resources.ai.openai_failures import (
    UnknownFormatError,
    UnknownParameterError,
    rejects_completion_tokens,
    rejects_format,
)
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.strict_schema import strict_json_schema
from igny8_resources.ai.text_exchange import function_name, tokens_in, turns_of, with_schema_in_words

if TYPE_CHECKING:
    import openai


class _Format(IntEnum):
    """How a server is held to a schema, the strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT = 1
    WORDS = 2


class OpenAITextProvider:
    """A ``TextProvider`` over one OpenAI-compatible server and one model; safe to share between threads.

    Transient failures (no connection, timeout, an answer that breaks off, 408, 409, 429, 5xx) are tried again with
    exponential back-off and jitter, or after as long as the server asks; everything else is raised at once. A wait longer
    than ``longest_wait`` is not slept through: ``ProviderUnavailable.retry_after`` carries it to the caller. After a
    timeout the server may have finished and charged for the answer; this API has no way to ask for it again.

    What a server turns out not to know is remembered by this object:
    ``max_completion_tokens`` (the older ``max_tokens`` is sent); ``response_format`` with ``json_schema``, or one schema
    that it cannot compile (``json_object`` is tried, then no format, with the schema in the instructions); and a format
    that it accepts and ignores (the schema is said in the instructions as well). The answer is checked the same way.

    Args:
        base_url: the API's root, such as ``http://127.0.0.1:8080/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the model's name as the server knows it.
        timeout: seconds to wait for an answer.
        name: the connection, ``openai`` or ``self_hosted``; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "openai",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._retrying = retrying
        gate = gate or retrying.gate(8)
        self._connection = OpenAIConnection(
            base_url, api_key, model, timeout, names_of(name), gate, kind="a chat model"
        )
        self._lock = threading.Lock()
        self._knows_completion_tokens = True
        self._format = _Format.JSON_SCHEMA
        self._format_of: dict[type[BaseModel], _Format] = {}
        self._ignores_format = False

    def __repr__(self) -> str:
        return f"OpenAITextProvider({self._connection.server}, {self.model})"

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address, the model or the request is wrong; the message names the setting.
            Refused: the model or a content filter declined.
            AnswerCut: the answer reached ``max_output_tokens`` before it was complete.
            AnswerEmpty: nothing came back.
            AnswerInvalid: what came back is not a JSON object; the error carries it.
            StrictSchemaError: ``call.schema`` cannot be sent in strict mode.
        """
        schema = strict_json_schema(call.schema, with_lengths=self.name != "openai")
        completion, asked, held = self._retrying(self._ask, call, schema)
        try:
            return answer_of(completion, call, asked)
        except AnswerInvalid:
            if held is _Format.JSON_SCHEMA:
                self._ignores_format = True
            raise

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: TextCall, schema: dict[str, Any]) -> tuple[Completion, list[dict[str, str]], _Format]:
        while True:
            held = max(self._format, self._format_of.get(call.schema, self._format))
            # A repair says the schema too: whoever needs one may not have been held to it.
            in_words = held is not _Format.JSON_SCHEMA or self._ignores_format or call.repair is not None
            body = _body(call, self.model, schema, held, in_words=in_words)
            try:
                return self._send(body, call.max_output_tokens), body["messages"], held
            except UnknownParameterError:
                self._knows_completion_tokens = False
            except UnknownFormatError as unknown:
                self._loosen(call.schema, held, of_schema=unknown.of_schema)

    def _loosen(self, schema: type[BaseModel], refused: _Format, *, of_schema: bool) -> None:
        looser = _Format(refused + 1)
        with self._lock:
            if of_schema:
                self._format_of[schema] = max(looser, self._format_of.get(schema, looser))
            else:
                self._format = max(looser, self._format)

    def _send(self, body: dict[str, Any], max_output_tokens: int) -> Completion:
        limit = "max_completion_tokens" if self._knows_completion_tokens else "max_tokens"
        body = {**body, limit: max_output_tokens}

        def recognise(error: "openai.APIStatusError") -> Exception | None:
            if limit == "max_completion_tokens" and rejects_completion_tokens(error):
                return UnknownParameterError()
            return rejects_format(error) if "response_format" in body else None

        read = sum(len(message["content"]) for message in body["messages"])
        content = self._connection.ask(
            lambda client: client.chat.completions.with_raw_response.create(**body),
            # OpenAI counts a request as the larger of the two when it admits it.
            tokens=max(tokens_in(read), max_output_tokens),
            recognise=recognise,
        )
        return read_completion(content, self._connection.server, self._connection.names)


def chat_request(call: TextCall, model: str) -> dict[str, Any]:
    """The request that a live call to OpenAI sends, for a batch to carry.

    Raises:
        StrictSchemaError: ``call.schema`` cannot be sent in strict mode.
    """
    schema = strict_json_schema(call.schema)
    body = _body(call, model, schema, _Format.JSON_SCHEMA, in_words=call.repair is not None)
    return {**body, "max_completion_tokens": call.max_output_tokens}


def _body(call: TextCall, model: str, schema: dict[str, Any], held: _Format, *, in_words: bool) -> dict[str, Any]:
    instructions = with_schema_in_words(call.instructions, schema) if in_words else call.instructions
    messages = [{"role": "system", "content": instructions}, *turns_of(call)]
    return {"model": model, "messages": messages, **_response_format(held, call, schema)}


def _response_format(held: _Format, call: TextCall, schema: dict[str, Any]) -> dict[str, Any]:
    if held is _Format.WORDS:
        return {}
    if held is _Format.JSON_OBJECT:
        return {"response_format": {"type": "json_object"}}
    named = {"name": function_name(call.function), "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}
