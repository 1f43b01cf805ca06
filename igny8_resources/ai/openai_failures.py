"""What a failed call to an OpenAI-compatible server means, in the errors that the router and people act on.

Error bodies differ between servers: OpenAI nests ``{"error": {message, type, param, code}}``, older vLLM answers flat,
llama.cpp puts the status into ``code``, gateways answer HTML. Only the status, ``type``, ``code`` and message are read.
"""

import re
from typing import TYPE_CHECKING

from igny8_resources.ai.errors import (
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
    Refused,
)
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait

if TYPE_CHECKING:
    import openai

_OUT_OF_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"}
_FILTERED = {"content_filter", "content_policy_violation"}
_TOO_LONG = re.compile(r"context[ _](length|size|window)|exceed_context_size|too many tokens", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"un(supported|recogni[sz]ed|known|expected)|not (supported|permitted|allowed)|extra", re.I)
_LONGEST_QUOTE = 300  # characters of the server's own message that are passed on


class UnknownParameterError(Exception):
    """The server does not know ``max_completion_tokens``: ask again with ``max_tokens``."""


def quoted(message: object, secret: str) -> str:
    """The server's message on one line, shortened, with ``secret`` taken out of it: some servers echo the key."""
    text = " ".join(str(message).split())
    if secret:
        text = text.replace(secret, "[key]")
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def failure_of_connection(error: "openai.APIConnectionError", server: str, timeout: float) -> ProviderUnavailable:
    """A call that got no answer: nothing listens, the connection broke, or the answer took too long."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return ProviderUnavailable(
            f"{server} did not answer within {timeout:g} s. Raise IGNY8_OPENAI_TIMEOUT_SECONDS if the model is slow, "
            "or use a faster one."
        )
    cause = type(error.__cause__).__name__ if error.__cause__ else "connection error"
    return ProviderUnavailable(
        f"{server} could not be reached or dropped the connection ({cause}). Check that it is running and that "
        "IGNY8_OPENAI_BASE_URL is right."
    )


def failure_of_status(
    error: "openai.APIStatusError",
    server: str,
    model: str,
    secret: str,
    *,
    setting: str = "IGNY8_OPENAI_MODEL",
    kind: str = "a chat model",
) -> ProviderError:
    """An answer with an error status, as the error that says whether to wait, to pay, or to change a setting.

    ``setting`` is the variable that names the model, ``kind`` what the model must be.
    """
    status = error.status_code
    known = {str(error.code or ""), str(error.type or "")}
    said = f"{server} answered {status}: {quoted(error.message, secret)}"
    if status == 402 or known & _OUT_OF_MONEY:
        return QuotaExhausted(
            f"{said} The account behind IGNY8_OPENAI_API_KEY has no money or quota left: add credit or raise its "
            "limit, then run this again."
        )
    if known & _FILTERED:
        return Refused(f"{said} The server's content filter stopped the request: change the brief or the keywords.")
    if status in {408, 409, 429} or status >= 500:
        headers = error.response.headers
        tight = str(error.type) if status == 429 else None
        wait = requested_wait(headers) or (exhausted_wait(headers, also=tight) if status == 429 else None)
        return ProviderUnavailable(said, retry_after=wait)
    return ProviderRejected(f"{said} {_advice(status, said, known, model, setting, kind)}")


def rejects_completion_tokens(error: "openai.APIStatusError") -> bool:
    """Whether the server does not know ``max_completion_tokens``; a value that it finds too large is another matter."""
    said = f"{error.param} {error.message} {error.body}"
    return error.status_code in {400, 422} and "max_completion_tokens" in said and bool(_UNKNOWN_NAME.search(said))


def _advice(status: int, said: str, known: set[str], model: str, setting: str, kind: str) -> str:
    if status == 401:
        return "Check IGNY8_OPENAI_API_KEY."
    if status == 403:
        return f"The key in IGNY8_OPENAI_API_KEY may not use {model!r} here: check its permissions or {setting}."
    if status == 404 or "model_not_found" in known:
        return (
            f"Check that {setting} ({model!r}) exists there and that IGNY8_OPENAI_BASE_URL is the API's root "
            "(it usually ends in /v1)."
        )
    if "context_length_exceeded" in known or _TOO_LONG.search(said):
        return f"The brief does not fit the context of {model!r}: set {setting} to one with a larger context."
    if "response_format" in said or "schema" in said.lower():
        return f"The server must support response_format json_schema with {model!r}: check {setting}."
    return f"Check that {setting} ({model!r}) is {kind} and that IGNY8_OPENAI_BASE_URL is right."
