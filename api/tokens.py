"""Access tokens: short-lived and signed. They say who; what that user may do is read from the warehouse every time."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

ISSUER = "igny8"
ALGORITHM = "HS256"
EXPIRED = "The access token has expired: sign in again."
MOST_REMEMBERED = 4096


class TokenRefused(Exception):
    """The token cannot be used; the message says why, in words for the person who sent it."""


@dataclass(frozen=True)
class Claims:
    """Who a token speaks for, and by which sign-in: it is worth nothing once that one has ended."""

    user_id: int
    account_id: int
    sign_in_id: int


class Tokens:
    """Issues and reads access tokens."""

    def __init__(self, signing_key: str, lifetime: timedelta) -> None:
        # Derived, so that a key used for something else as well never signs the same bytes for two purposes.
        self._key = hmac.new(signing_key.encode(), b"igny8 access token", hashlib.sha256).digest()
        self.lifetime = lifetime
        # A signature that was right is right for as long as the token lives; a client sends it with every request.
        self._verified = lru_cache(maxsize=MOST_REMEMBERED)(self._verify)

    def issue(self, *, user_id: int, account_id: int, sign_in_id: int, role: str, now: datetime) -> str:
        """A token for a user's sign-in, valid from ``now`` for the lifetime."""
        claims = {
            "iss": ISSUER,
            "sub": str(user_id),
            "account": account_id,
            "sid": sign_in_id,
            "role": role,
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims:
        """Who a token speaks for.

        Raises:
            TokenRefused: it has expired, was not signed here, or is no token at all.
        """
        claims, expires_at = self._verified(token)
        if expires_at <= time.time():
            raise TokenRefused(EXPIRED)
        return claims

    def _verify(self, token: str) -> tuple[Claims, int]:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "account", "sid"]},
            )
            user, account, sign_in = (_row_number(claims[name]) for name in ("sub", "account", "sid"))
            return Claims(user, account, sign_in), int(claims["exp"])
        except jwt.ExpiredSignatureError as expired:
            raise TokenRefused(EXPIRED) from expired
        except (jwt.InvalidTokenError, ValueError, TypeError) as invalid:
            raise TokenRefused("The access token is not valid: sign in again.") from invalid


def _row_number(claim: Any) -> int:
    number = int(claim)
    if not 0 < number < 2**63:
        raise ValueError("no row has such a number")
    return number
