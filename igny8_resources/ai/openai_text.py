"""Structured text from any server that speaks OpenAI's chat completions: OpenAI, vLLM, llama.cpp, Ollama, LM Studio.

Belongs here: one call and reading its answer. Does not belong here: the journal, credits, which provider
to take, and whether the answer fits its model (the caller checks ``TextAnswer.payload`` against ``TextCall.schema``).
"""

import re
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from igny8_resources.ai.openai_completion import Completion, answer_of, read_completion
from igny8_resources.ai.openai_failures import (
    UnknownParameterError,
    failure_of_connection,
    failure_of_status,
    rejects_completion_tokens,
)
from igny8_resources.ai.openai_retries import Retrying
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.ai.rate_limits import RateGate
from igny8_resources.ai.strict_schema import strict_json_schema

if TYPE_CHECKING:
    import openai

CONNECT_SECONDS = 5.0


class OpenAITextProvider:
    """A ``TextProvider`` over one OpenAI-compatible server and one model; safe to share between threads.

    Transient failures (no connection, timeout, 408, 409, 429, 5xx) are tried again with exponential back-off and
    jitter, or after as long as the server asks; everything else is raised at once. A wait longer than ``longest_wait``
    is not slept through: ``ProviderUnavailable.retry_after`` carries it to the caller.

    The answer's length is limited with ``max_completion_tokens``. A server that refuses that name is asked again with
    the older ``max_tokens``, and this object uses that one from then on.

    Args:
        base_url: the API's root, such as ``http://127.0.0.1:8080/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the model's name as the server knows it.
        timeout: seconds to wait for an answer.
        max_concurrency: calls that may be under way at once.
        max_attempts: calls made for one ``complete`` at most.
        longest_wait: seconds, the longest single pause.
        total_seconds: no further attempt starts later than this after the first.
        sleep: pauses the thread; tests pass their own.
        clock: monotonic seconds, on which rate-limit resets are measured.
    """

    name = "openai"

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        max_concurrency: int = 8,
        max_attempts: int = 5,
        longest_wait: float = 60.0,
        total_seconds: float = 600.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._retrying = Retrying(max_attempts, longest_wait, total_seconds, sleep)
        self._gate = RateGate(max_concurrency, longest_wait, sleep, clock)
        self._knows_completion_tokens = True
        self._client: openai.OpenAI | None = None
        self._client_lock = threading.Lock()
        address = urlsplit(base_url)
        self._server = f"{address.hostname}:{address.port}" if address.port else str(address.hostname)

    def __repr__(self) -> str:
        return f"OpenAITextProvider({self._server}, {self.model})"

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address, the model or the request is wrong; the message names the setting.
            Refused: the model or a content filter declined.
            AnswerCut: the answer reached ``max_output_tokens`` before it was complete.
            AnswerEmpty: nothing came back.
            AnswerInvalid: what came back is not a JSON object.
            StrictSchemaError: ``call.schema`` cannot be sent in strict mode.
        """
        request = _request(call, self.model)
        completion = self._retrying(self._ask, request, call.max_output_tokens)
        return answer_of(completion, call, asked=request["messages"])

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._client_lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, request: dict[str, Any], max_output_tokens: int) -> Completion:
        with self._gate.slot():
            if self._knows_completion_tokens:
                try:
                    return self._send({**request, "max_completion_tokens": max_output_tokens})
                except UnknownParameterError:
                    self._knows_completion_tokens = False
            return self._send({**request, "max_tokens": max_output_tokens})

    def _send(self, body: dict[str, Any]) -> Completion:
        import openai

        try:
            response = self._connected().chat.completions.with_raw_response.create(**body)
        except openai.APIStatusError as error:
            self._gate.learn(error.response.headers)
            if "max_completion_tokens" in body and rejects_completion_tokens(error):
                raise UnknownParameterError from error
            # Without its cause: some servers echo the key, and what is chained is kept with the run.
            raise failure_of_status(error, self._server, self.model, self._api_key) from None
        except openai.APIConnectionError as error:
            raise failure_of_connection(error, self._server, self._timeout) from error
        self._gate.learn(response.headers)
        return read_completion(response.content, self._server)

    def _connected(self) -> "openai.OpenAI":
        import openai

        with self._client_lock:
            if self._client is None:
                self._client = openai.OpenAI(
                    base_url=self._base_url,
                    api_key=self._api_key or "none",  # local servers need no key, the SDK insists on one
                    max_retries=0,  # the SDK would also repeat insufficient_quota
                    timeout=openai.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout)),
                )
            return self._client


def _request(call: TextCall, model: str) -> dict[str, Any]:
    schema = {
        "name": re.sub(r"[^a-zA-Z0-9_-]", "_", call.function)[:64],
        "schema": strict_json_schema(call.schema),
        "strict": True,
    }
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": call.instructions},
            {"role": "user", "content": call.inputs.model_dump_json()},
        ],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
