"""Structured text from Anthropic's Messages API, over plain HTTP.

Belongs here: one call and when it is made again. Does not belong here: the API's shapes (``anthropic_messages.py``), the
journal, credits, and whether the answer fits its model.
"""

import threading
from typing import Any

from pydantic import BaseModel

from igny8_resources.ai.anthropic_messages import (
    answer_of,
    common_limits,
    failure_of,
    in_dialect,
    refuses_format,
    refuses_this_schema,
    request_for,
)
from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.http_connection import HttpConnection
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.strict_schema import strict_json_schema
from igny8_resources.ai.text_exchange import tokens_in, turns_of

API_VERSION = "2023-06-01"


class AnthropicTextProvider:
    """A ``TextProvider`` over Anthropic's API and one model; safe to share between threads.

    The answer is held to its schema by ``output_config.format``. A model that refuses that, or a schema that cannot be
    compiled, is asked for the same by a tool whose input is the answer, and this object remembers it. Failures are treated
    as by ``OpenAITextProvider``; 529 (overloaded) is transient. After a timeout the API may have charged for the answer.

    Args:
        base_url: the API's root, such as ``https://api.anthropic.com``.
        api_key: the key, sent as ``x-api-key``.
        model: the model's name.
        timeout: seconds to wait for an answer.
        name: the connection; messages name its settings.
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
        name: str = "anthropic",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._api_key = api_key
        self._retrying = retrying
        self._connection = HttpConnection(
            base_url.rstrip("/").removesuffix("/v1"),
            {"x-api-key": api_key, "anthropic-version": API_VERSION},
            timeout,
            names_of(name),
            gate or retrying.gate(8),
            limits=common_limits,
        )
        self._lock = threading.Lock()
        self._only_tools = False
        self._tools_for: set[type[BaseModel]] = set()

    def __repr__(self) -> str:
        return f"AnthropicTextProvider({self._connection.server}, {self.model})"

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the API asks for a pause that is too long.
            QuotaExhausted: the account has no credit left or reached its spending limit.
            ProviderRejected: the key, the address, the model or the request is wrong; the message names the setting.
            Refused: the model declined.
            AnswerCut: the answer reached ``max_output_tokens`` or the end of the context window.
            AnswerEmpty: nothing came back.
            AnswerInvalid: what came back is not a JSON object; the error carries it.
            StrictSchemaError: ``call.schema`` cannot be said in the API's dialect.
        """
        return self._retrying(self._ask, call, in_dialect(strict_json_schema(call.schema)))

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: TextCall, schema: dict[str, Any]) -> TextAnswer:
        server, names = self._connection.server, self._connection.names
        read = len(call.instructions) + sum(len(turn["content"]) for turn in turns_of(call))
        while True:
            as_tool = self._only_tools or call.schema in self._tools_for
            with self._connection.gate.slot(tokens_in(read)):
                body = request_for(call, self.model, schema, as_tool=as_tool)
                reply = self._connection.send("POST", "/v1/messages", body=body)
            if reply.status < 300:
                return answer_of(reply, call, server, names)
            if as_tool or not refuses_format(reply):
                raise failure_of(reply, server, self.model, self._api_key, names)
            with self._lock:
                if refuses_this_schema(reply):
                    self._tools_for.add(call.schema)
                else:
                    self._only_tools = True
