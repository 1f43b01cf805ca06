"""What an answer with an error status of a speech server over plain HTTP means: ElevenLabs, Coqui, XTTS, Piper."""

import re
from typing import Any

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import ProviderError, ProviderRejected, ProviderUnavailable, QuotaExhausted, Refused
from igny8_resources.ai.http_connection import Reply
from igny8_resources.ai.provider_failures import out_of_money, quoted
from igny8_resources.ai.rate_limits import exhausted_wait, requested_wait

_QUOTA = re.compile(r"quota_exceeded|insufficient_(credits|quota)|payment|subscription_required", re.IGNORECASE)
_UNSAFE = re.compile(r"content_(policy|against_policy)|moderation|prohibited", re.IGNORECASE)
_VOICE = re.compile(r"voice|speaker", re.IGNORECASE)


def failure_of_reply(reply: Reply, server: str, secret: str, names: ConnectionNames) -> ProviderError:
    """The error that says whether to wait, to pay, or to change a setting."""
    code, message = _told(reply)
    said = f"{server} answered {reply.status}: {quoted(' '.join(filter(None, (code, message))), secret)}"
    if reply.status == 402 or _QUOTA.search(code):
        return QuotaExhausted(out_of_money(said, names))
    if _UNSAFE.search(code):
        return Refused(f"{said} Change the narration.")
    if reply.status in {408, 409, 425, 429} or reply.status >= 500:
        wait = requested_wait(reply.headers) or (exhausted_wait(reply.headers) if reply.status == 429 else None)
        return ProviderUnavailable(said, retry_after=wait)
    return ProviderRejected(f"{said} {_advice(reply.status, f'{code} {message}', names)}")


def _advice(status: int, told: str, names: ConnectionNames) -> str:
    if status in {401, 403}:
        return f"Check {names.api_key}."
    if _VOICE.search(told):
        return "`igny8 ai voices` lists the voices that there are."
    if "model" in told.lower():
        return f"Check {names.model}."
    return f"Check that {names.base_url} is {names.root}."


def _told(reply: Reply) -> tuple[str, str]:
    """The error's code and message, wherever the server puts them."""
    data: Any = reply.data
    told = data
    if isinstance(data, dict):
        told = data.get("detail") or data.get("error") or data.get("message") or data
    if isinstance(told, dict):
        code = str(told.get("status") or told.get("code") or told.get("type") or "")
        return code, str(told.get("message") or "")
    if isinstance(told, list):  # FastAPI's list of fields
        problems = [item for item in told if isinstance(item, dict)]
        places = [f"{'.'.join(map(str, item.get('loc') or ()))}: {item.get('msg', '')}" for item in problems]
        return "", "; ".join(places)
    return "", str(told) if told else reply.start
