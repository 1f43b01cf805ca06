"""What Instagram's error answers mean: ``{"error": {"code", "error_subcode", "message", ...}}``, mostly with status 400."""

from datetime import timedelta
from typing import Any

from igny8_resources.video_platforms.failures import (
    LimitReached,
    PlatformError,
    ReconnectNeeded,
    Rejected,
    TokenRefused,
    Unavailable,
    one_line,
)
from igny8_resources.warehouse.tables.columns import utc_now

# The cap is a rolling day; an hour later there may be room again.
CAP_PAUSE = timedelta(hours=1)
_TOKEN = {190, 102}
_GONE = {458, 459, 460}
_PERMISSION = {10, *range(200, 300)}
_TRANSIENT = {1, 2}
_THROTTLED = {4, 17, 32, 341, 613, 80001, 80002}
_BLOCKED = {25, 368}
# Trouble with one container: another one may do (media upload, download and server errors).
_ANOTHER_CONTAINER = {2207003, 2207032, 2207053}
_EXPIRED = {2207008, 2207020}
NOT_READY = 2207027
_CAP = 2207042


class ContainerLost(PlatformError):
    """The container cannot be published any more; another one is made."""


class NotReady(PlatformError):
    """The container is still being worked on."""


def failure_of(status: int, data: dict[str, Any], retry_after: float | None = None) -> PlatformError:
    """The failure that an error answer stands for."""
    error = data.get("error")
    detail: dict[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = int(detail.get("code") or 0), int(detail.get("error_subcode") or 0)
    said = one_line(detail.get("error_user_msg") or detail.get("message") or f"status {status}")
    by_subcode: dict[int, PlatformError] = {
        NOT_READY: NotReady(f"Instagram is not ready to publish it: {said}"),
        _CAP: LimitReached(
            f"the account has published as much as Instagram lets it in 24 hours: {said}", utc_now() + CAP_PAUSE
        ),
        **dict.fromkeys(_ANOTHER_CONTAINER | _EXPIRED, ContainerLost(f"Instagram gave the container up: {said}")),
    }
    if subcode in by_subcode:
        return by_subcode[subcode]
    if code in _TOKEN:
        gone = subcode in _GONE
        return ReconnectNeeded(f"Instagram ended the connection: {said}") if gone else TokenRefused(said)
    if code in _PERMISSION:
        return ReconnectNeeded(f"Instagram does not let the application do this ({said}); connect the account again")
    if code in _TRANSIENT | _THROTTLED or status == 429 or status >= 500:
        return Unavailable(f"Instagram answered {status}: {said}", retry_after)
    if code in _BLOCKED:
        return Rejected(f"Instagram has blocked the account from publishing: {said}")
    return Rejected(f"Instagram refuses it ({code}/{subcode}): {said}")
