"""OAuth at the three platforms: where a person agrees, how a code becomes tokens and old tokens new ones.

Belongs here: the exchanges. Does not belong here: where tokens are kept and who may refresh them (``connections.py``).
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from igny8_resources.settings import Settings
from igny8_resources.video_platforms.applications import Application
from igny8_resources.video_platforms.exchange import Reply, send
from igny8_resources.video_platforms.failures import PlatformError, ReconnectNeeded, Unavailable, one_line
from igny8_resources.warehouse.tables.columns import utc_now

# What a refresh says when the grant is gone, on whichever platform.
_GONE = {"invalid_grant", "invalid_refresh_token", "access_denied"}
# Instagram's code for a token that is expired, revoked or not a token.
_INSTAGRAM_TOKEN_ERROR = 190


@dataclass(frozen=True)
class Tokens:
    """What a platform hands out; ``refresh`` is empty where the old one stays good."""

    access: str
    refresh: str
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    subject: str = ""


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(application: Application, state: str, verifier: str) -> str:
    """Where a person agrees that the application may act for their account."""
    query = {"response_type": "code", "redirect_uri": application.redirect_url, "state": state}
    if application.platform == "youtube":
        # Without prompt=consent a second agreement hands out no refresh token.
        query |= {
            "client_id": application.client_id,
            "scope": " ".join(application.scopes),
            "access_type": "offline",
            "prompt": "consent",
            "include_granted_scopes": "true",
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
    elif application.platform == "instagram":
        query |= {"client_id": application.client_id, "scope": ",".join(application.scopes)}
    else:
        query |= {"client_key": application.client_id, "scope": ",".join(application.scopes)}
    return f"{application.authorize_url}?{urlencode(query)}"


def tokens_for_code(settings: Settings, application: Application, code: str, verifier: str) -> Tokens:
    """The tokens that an agreement's code stands for; a code is good once.

    Raises:
        PlatformError: the platform refuses the code or cannot be reached.
    """
    form = {
        "client_secret": application.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": application.redirect_url,
        "code": code,
    }
    if application.platform == "youtube":
        given = form | {"client_id": application.client_id, "code_verifier": verifier}
        return _tokens(_granted(settings.google_token_url, given))
    if application.platform == "tiktok":
        return _tokens(_granted(f"{settings.tiktok_url}/oauth/token/", form | {"client_key": application.client_id}))
    short = _granted(settings.instagram_code_url, form | {"client_id": application.client_id})
    # The first token lasts an hour; the one that it is exchanged for lasts 60 days.
    query = {
        "grant_type": "ig_exchange_token",
        "client_secret": application.client_secret,
        "access_token": str(short.get("access_token", "")),
    }
    long = _tokens(_answered(send("GET", f"{_instagram_root(settings)}/access_token", params=query)))
    return Tokens(
        long.access, long.access, long.access_expires_at, long.access_expires_at, subject=str(short.get("user_id", ""))
    )


def refreshed(settings: Settings, application: Application, refresh_token: str) -> Tokens:
    """New tokens for an old refresh token. On TikTok the old one ends with this call; Instagram's token refreshes itself.

    Raises:
        ReconnectNeeded: the grant is gone.
        Unavailable: the platform did not answer; whether the old token still works is unknown.
        PlatformError: the application is refused.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_secret": application.client_secret}
    if application.platform == "youtube":
        return _tokens(_granted(settings.google_token_url, form | {"client_id": application.client_id}))
    if application.platform == "tiktok":
        return _tokens(_granted(f"{settings.tiktok_url}/oauth/token/", form | {"client_key": application.client_id}))
    query = {"grant_type": "ig_refresh_token", "access_token": refresh_token}
    long = _tokens(_answered(send("GET", f"{_instagram_root(settings)}/refresh_access_token", params=query)))
    return Tokens(long.access, long.access, long.access_expires_at, long.access_expires_at)


def _instagram_root(settings: Settings) -> str:
    """Tokens are handed out beside the versions of the API, not under one of them."""
    root, _, version = settings.instagram_url.rstrip("/").rpartition("/")
    return root if version.startswith("v") else settings.instagram_url.rstrip("/")


def _granted(url: str, form: dict[str, str]) -> dict[str, Any]:
    return _answered(send("POST", url, form=form))


def _answered(reply: Reply) -> dict[str, Any]:
    """A token answer. TikTok says an error with a 200 as well."""
    data = reply.data
    error = data.get("error")
    if reply.status >= 500 or reply.status == 429:
        raise Unavailable(f"the platform's token endpoint answered {reply.status}", reply.retry_after)
    if isinstance(error, dict) and error.get("code") == _INSTAGRAM_TOKEN_ERROR:
        raise ReconnectNeeded(f"the platform ended the connection: {one_line(error.get('message', ''))}")
    if isinstance(error, str) and error in _GONE:
        raise ReconnectNeeded(f"the platform ended the connection: {one_line(data.get('error_description') or error)}")
    if reply.status >= 400 or error:
        said = error.get("message") if isinstance(error, dict) else data.get("error_description") or error
        raise PlatformError(
            f"the platform refused the application's credentials or the code: {one_line(said or reply.content[:200])}"
        )
    return data


def _tokens(data: dict[str, Any]) -> Tokens:
    access = str(data.get("access_token") or "")
    if not access:
        raise PlatformError("the platform's token endpoint answered without a token")
    said = str(data.get("scope") or "")
    return Tokens(
        access=access,
        refresh=str(data.get("refresh_token") or ""),
        access_expires_at=_after(data.get("expires_in")),
        refresh_expires_at=_after(data.get("refresh_expires_in")),
        scopes=tuple(said.replace(",", " ").split()),
        subject=str(data.get("open_id") or data.get("user_id") or ""),
    )


def _after(seconds: object) -> datetime | None:
    return utc_now() + timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) else None
