"""What YouTube's error answers mean: ``{"error": {"code", "message", "errors": [{"domain", "reason"}]}}``."""

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
from igny8_resources.video_platforms.quotas import UNITS, DailyQuota
from igny8_resources.warehouse.tables.columns import utc_now

# The channel's own cap on uploads; YouTube does not say when it ends, a day later it has.
CHANNEL_PAUSE = timedelta(hours=24)


def reason_of(data: dict[str, Any]) -> str:
    """The word by which YouTube names the failure, empty when there is none."""
    error = data.get("error")
    listed = error.get("errors") if isinstance(error, dict) else None
    return str(listed[0].get("reason", "")) if listed else ""


def failure_of(
    status: int, data: dict[str, Any], quota: DailyQuota, bucket: str = UNITS, retry_after: float | None = None
) -> PlatformError:
    """The failure that an error answer stands for."""
    error = data.get("error")
    said = one_line(error.get("message", "") if isinstance(error, dict) else error or f"status {status}")
    reason = reason_of(data)
    if reason == "youtubeSignupRequired":
        return Rejected(f"the Google account has no YouTube channel: make one on youtube.com ({said})")
    if status == 401:
        return TokenRefused(f"YouTube refuses the access token: {said}")
    if reason in {"quotaExceeded", "dailyLimitExceeded", "uploadLimitExceeded"}:
        return quota.refused(bucket) if reason != "uploadLimitExceeded" else _channel_is_full()
    if status in {429, 500, 502, 503, 504} or reason in {"rateLimitExceeded", "userRateLimitExceeded", "backendError"}:
        return Unavailable(f"YouTube answered {status}: {said}", retry_after)
    if status == 403 and reason in {"insufficientPermissions", "insufficientScopes", "forbidden"}:
        return ReconnectNeeded(f"YouTube does not let the application do this ({said}); connect the account again")
    return Rejected(f"YouTube refuses it ({reason or status}): {said}")


def _channel_is_full() -> LimitReached:
    until = utc_now() + CHANNEL_PAUSE
    return LimitReached(
        f"the channel has uploaded as many videos as YouTube lets it in a day; it goes on {until:%Y-%m-%d %H:%M} UTC. "
        "A verified channel may upload more.",
        until,
    )
