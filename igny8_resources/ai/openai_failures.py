"""What a failed call to an OpenAI-compatible server means, in the errors that the router and people act on.

Error bodies differ between servers: OpenAI nests ``{"error": {message, type, param, code}}``, older vLLM answers flat,
llama.cpp puts the status into ``code``, gateways answer HTML. Only the status, ``type``, ``code`` and message are read.
"""

import re
from typing import TYPE_CHECKING

from igny8_resources.ai.connection_names import ConnectionNames, names_of
from igny8_resources.ai.errors import (
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
    Refused,
)
from igny8_resources.ai.provider_failures import out_of_money, quoted, too_slow, unreachable
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait

if TYPE_CHECKING:
    import openai

OPENAI = names_of("openai")

_OUT_OF_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"}
_FILTERED = {"content_filter", "content_policy_violation", "moderation_blocked"}
_TOO_LONG = re.compile(r"context[ _](length|size|window)|exceed_context_size|too many tokens", re.IGNORECASE)
_UNKNOWN_NAME = re.compile(r"un(supported|recogni[sz]ed|known|expected)|not (supported|permitted|allowed)|extra", re.I)
_FORMAT = re.compile(r"response_format|json_schema|structured[ _]?output|guided|grammar|\bschema\b", re.IGNORECASE)
# The server can do schemas, but not this one: it could not compile it.
_ONE_SCHEMA = re.compile(r"invalid schema|grammar|invalid json schema|compile|\$ref", re.IGNORECASE)


class UnknownParameterError(Exception):
    """The server does not know ``max_completion_tokens``: ask again with ``max_tokens``."""


class UnknownFormatError(Exception):
    """The server does not take the ``response_format``; ``of_schema`` says that only this schema is too much for it."""

    def __init__(self, *, of_schema: bool) -> None:
        super().__init__("this schema" if of_schema else "any schema")
        self.of_schema = of_schema


def failure_of_connection(
    error: "openai.APIConnectionError", server: str, timeout: float, names: ConnectionNames = OPENAI
) -> ProviderUnavailable:
    """A call that got no answer: nothing listens, the connection broke, or the answer took too long."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return too_slow(server, timeout, names)
    return unreachable(server, error.__cause__, names)


def failure_of_status(
    error: "openai.APIStatusError",
    server: str,
    model: str,
    secret: str,
    names: ConnectionNames = OPENAI,
    *,
    kind: str = "a chat model",
) -> ProviderError:
    """An answer with an error status, as the error that says whether to wait, to pay, or to change a setting.

    ``names`` are the settings that the message names, ``kind`` is what the model must be.
    """
    status = error.status_code
    known = {str(error.code or ""), str(error.type or "")}
    said = f"{server} answered {status}: {quoted(error.message, secret)}"
    if status == 402 or known & _OUT_OF_MONEY:
        return QuotaExhausted(out_of_money(said, names))
    if known & _FILTERED:
        return Refused(f"{said} The server's content filter stopped the request: change the brief or the keywords.")
    if status in {408, 409, 429} or status >= 500:
        headers = error.response.headers
        tight = str(error.type) if status == 429 else None
        wait = requested_wait(headers) or (exhausted_wait(headers, also=tight) if status == 429 else None)
        return ProviderUnavailable(said, retry_after=wait)
    return ProviderRejected(f"{said} {_advice(status, said, known, model, names, kind)}")


def rejects_completion_tokens(error: "openai.APIStatusError") -> bool:
    """Whether the server does not know ``max_completion_tokens``; a value that it finds too large is another matter."""
    said = f"{error.param} {error.message} {error.body}"
    return error.status_code in {400, 422} and "max_completion_tokens" in said and bool(_UNKNOWN_NAME.search(said))


def rejects_format(error: "openai.APIStatusError") -> UnknownFormatError | None:
    """What the server has against the ``response_format``; None when it complains about something else."""
    said = f"{error.param} {error.message} {error.body}"
    known = {str(error.code or ""), str(error.type or "")}
    about_format = error.status_code in {400, 422, 501} and _FORMAT.search(said)
    if not about_format or known & (_OUT_OF_MONEY | _FILTERED) or _TOO_LONG.search(said):
        return None
    return UnknownFormatError(of_schema=bool(_ONE_SCHEMA.search(said)))


def _advice(status: int, said: str, known: set[str], model: str, names: ConnectionNames, kind: str) -> str:
    if status == 401:
        return f"Check {names.api_key}."
    if status == 403:
        return f"The key in {names.api_key} may not use {model!r} here: check its permissions or {names.model}."
    if status == 404 or "model_not_found" in known:
        return f"Check that {names.model} ({model!r}) exists there and that {names.base_url} is {names.root}."
    if "context_length_exceeded" in known or _TOO_LONG.search(said):
        return f"The brief does not fit the context of {model!r}: set {names.model} to one with a larger context."
    return f"Check that {names.model} ({model!r}) is {kind} and that {names.base_url} is right."
