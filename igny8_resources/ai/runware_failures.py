"""What Runware's errors mean, in the errors that the router and people act on.

Its codes are many and change; they are sorted by the words in them, as its own SDK does, with the status beside them.
"""

import re
from typing import Any

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import ProviderError, ProviderRejected, ProviderUnavailable, QuotaExhausted, Refused
from igny8_resources.ai.http_connection import Reply
from igny8_resources.ai.provider_failures import out_of_money, quoted
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait

_QUOTA = re.compile(r"credits|quota|balance|paymentrequired", re.IGNORECASE)
_RATE = re.compile(r"ratelimit|toomanyrequests|concurrency", re.IGNORECASE)
_UNSAFE = re.compile(r"contentpolicy|nsfw|unsafe|sensitivecontent|moderation|(prompt|image)blocked", re.IGNORECASE)
_KEY = re.compile(
    r"apikey|^unauthori|^forbidden|permission|^auth|credential|token(expired|invalid|missing|revoked)", re.I
)
_SUSPENDED = re.compile(r"(suspended|disabled)$", re.IGNORECASE)
_UNKNOWN_TASK = re.compile(r"^task(failedornotfound|notfound|cancelled|expired)$", re.IGNORECASE)
_PASSING = re.compile(
    r"timeout|^provider|internalserver|unavailable|standarderror|unknownerror|inferenceerror|(task|processing|download|upload)"
    r"failed|noavailableserver|modelnotready|couldnotbemoved",
    re.IGNORECASE,
)


class UnknownTask(ProviderRejected):
    """Nothing is known of the task that was asked after: it never arrived, failed, or is too old."""


class NotTaken(ProviderUnavailable):
    """The request was turned away for being one too many, so that certainly nothing was made."""


def failure_of_task(
    error: dict[str, Any], reply: Reply, server: str, model: str, secret: str, names: ConnectionNames
) -> ProviderError:
    """One entry of ``errors`` as the error that says whether to wait, to pay, or to change something."""
    code = str(error.get("code") or error.get("errorCode") or "")
    parameter = f" (parameter {error['parameter']})" if error.get("parameter") else ""
    said = f"{server} answered {code or reply.status}: {quoted(error.get('message') or '', secret)}{parameter}"
    by_code: tuple[tuple[re.Pattern[str], ProviderError], ...] = (
        (_QUOTA, QuotaExhausted(out_of_money(said, names))),
        (_RATE, NotTaken(said, retry_after=_wait(reply))),
        (_UNSAFE, Refused(f"{said} Change the picture's prompt.")),
        (_KEY, ProviderRejected(f"{said} Check {names.api_key}.")),
        (_SUSPENDED, ProviderRejected(f"{said} The account behind {names.api_key} is not allowed to work.")),
        (_UNKNOWN_TASK, UnknownTask(said)),
        (_PASSING, ProviderUnavailable(said, retry_after=_wait(reply))),
    )
    for pattern, failure in by_code:
        if pattern.search(code):
            return failure
    if reply.status in {401, 402, 403, 408, 429} or reply.status >= 500:
        return failure_of_status(reply, server, secret, names, said)
    return ProviderRejected(f"{said} Check {names.model} ({model!r}) and the size that it takes.")


def failure_of_status(
    reply: Reply, server: str, secret: str, names: ConnectionNames, said: str | None = None
) -> ProviderError:
    """An answer with an error status and nothing more to go by."""
    said = said or f"{server} answered {reply.status}: {quoted(reply.start, secret)}"
    if reply.status == 402:
        return QuotaExhausted(out_of_money(said, names))
    if reply.status == 429:
        return NotTaken(said, retry_after=_wait(reply))
    if reply.status == 408 or reply.status >= 500:
        return ProviderUnavailable(said, retry_after=_wait(reply))
    if reply.status in {401, 403}:
        return ProviderRejected(f"{said} Check {names.api_key}.")
    return ProviderRejected(f"{said} Check that {names.base_url} is {names.root}.")


def _wait(reply: Reply) -> float | None:
    return requested_wait(reply.headers) or (exhausted_wait(reply.headers) if reply.status == 429 else None)
