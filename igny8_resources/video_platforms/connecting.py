"""A person lets a site publish by their account: sent to the platform with a sealed state, and back with a code.

The state says who asked, for which site and platform, and carries PKCE's verifier; it is encrypted, so that nobody else can
make or read one, and good for a quarter of an hour. Only the person who began can finish: somebody who is lured into
agreeing would otherwise connect their account to a stranger's site.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.settings import Settings
from igny8_resources.vault import Vault, VaultError
from igny8_resources.video_platforms.applications import application_on
from igny8_resources.video_platforms.exchange import send
from igny8_resources.video_platforms.failures import PlatformError, Rejected, Unavailable, one_line
from igny8_resources.video_platforms.oauth import Tokens, authorize_url, tokens_for_code
from igny8_resources.warehouse.tables.columns import utc_now

GOOD_FOR = timedelta(minutes=15)


class StateRefused(Exception):
    """A state that was not made here, is too old, or is another person's."""


@dataclass(frozen=True)
class Begun:
    """What a state carries: who asked, and for what. ``at`` is in seconds since 1970."""

    user_id: int
    account_id: int
    site_id: int
    platform: VideoPlatform
    verifier: str
    at: float


@dataclass(frozen=True)
class Agreed:
    """The account that a person agreed with, and its tokens."""

    tokens: Tokens
    external_id: str
    name: str


def begin(
    settings: Settings, vault: Vault, *, user_id: int, account_id: int, site_id: int, platform: VideoPlatform
) -> tuple[str, str]:
    """Where to send the person, and the state that comes back with the code.

    Raises:
        NotConnected: the deployment has no application on the platform.
    """
    application = application_on(settings, platform)
    verifier = secrets.token_urlsafe(48)
    begun = Begun(user_id, account_id, site_id, platform, verifier, utc_now().timestamp())
    state = vault.encrypt(json.dumps(asdict(begun)))
    return authorize_url(application, state, verifier), state


def read_state(vault: Vault, state: str, *, user_id: int, account_id: int) -> Begun:
    """What a state says, if it is this person's and still good.

    Raises:
        StateRefused: it is not.
    """
    try:
        begun = Begun(**json.loads(vault.decrypt(state)))
    except (VaultError, ValueError, TypeError) as unreadable:
        raise StateRefused("the state was not made here, or was changed; begin to connect again") from unreadable
    if (begun.user_id, begun.account_id) != (user_id, account_id):
        raise StateRefused("somebody else began to connect this account; begin yourself")
    if utc_now() - datetime.fromtimestamp(begun.at, UTC) > GOOD_FOR:
        raise StateRefused("too much time has passed since you began; begin to connect again")
    return begun


def finish(settings: Settings, begun: Begun, code: str) -> Agreed:
    """Turn a code into tokens and find out whose they are.

    Raises:
        PlatformError: the platform refuses the code, or the account is of no use; the message says why.
    """
    application = application_on(settings, begun.platform)
    tokens = tokens_for_code(settings, application, code, begun.verifier)
    if not tokens.refresh:
        raise Rejected(
            f"{begun.platform} gave no token to refresh with: take the application's permission away in the account's "
            "settings there, then connect again"
        )
    missing = set(application.scopes) - set(tokens.scopes)
    if tokens.scopes and _UPLOADING[begun.platform] in missing:
        raise Rejected(f"the permission to publish was not given ({_UPLOADING[begun.platform]}); agree to it")
    external_id, name = _WHO[begun.platform](settings, tokens)
    return Agreed(tokens, external_id, name)


_UPLOADING: dict[VideoPlatform, str] = {
    "youtube": "https://www.googleapis.com/auth/youtube.upload",
    "instagram": "instagram_business_content_publish",
    "tiktok": "video.publish",
}


def _channel(settings: Settings, tokens: Tokens) -> tuple[str, str]:
    url = f"{settings.youtube_url.rstrip('/')}/youtube/v3/channels"
    items = _read(url, tokens, {"part": "snippet", "mine": "true"}).get("items") or []
    if not items:
        raise Rejected("the Google account has no YouTube channel: make one on youtube.com, then connect again")
    return str(items[0]["id"]), str(items[0]["snippet"]["title"])


def _instagram_account(settings: Settings, tokens: Tokens) -> tuple[str, str]:
    said = _read(f"{settings.instagram_url.rstrip('/')}/me", tokens, {"fields": "user_id,username"})
    return str(said["user_id"]), str(said.get("username", ""))


def _tiktok_account(settings: Settings, tokens: Tokens) -> tuple[str, str]:
    query = {"fields": "open_id,display_name,username"}
    user = _read(f"{settings.tiktok_url.rstrip('/')}/user/info/", tokens, query).get("data", {}).get("user", {})
    return str(user.get("open_id") or tokens.subject), str(user.get("username") or user.get("display_name") or "")


_WHO = {"youtube": _channel, "instagram": _instagram_account, "tiktok": _tiktok_account}


def _read(url: str, tokens: Tokens, query: dict[str, str]) -> dict[str, Any]:
    reply = send("GET", url, headers={"authorization": f"Bearer {tokens.access}"}, params=query)
    if reply.status >= 500 or reply.status == 429:
        raise Unavailable(f"the platform answered {reply.status}", reply.retry_after)
    if reply.status >= 400:
        raise PlatformError(f"the platform does not say whose account it is: {one_line(reply.content[:200])}")
    return reply.data
