"""Access tokens: short-lived and signed. They say who; what that user may do is read from the warehouse every time."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

ISSUER = "igny8"
ALGORITHM = "HS256"


class TokenRefused(Exception):
    """The token cannot be used; the message says why, in words for the person who sent it."""


@dataclass(frozen=True)
class Claims:
    """Who a token speaks for."""

    user_id: int
    account_id: int


class Tokens:
    """Issues and reads access tokens."""

    def __init__(self, signing_key: str, lifetime: timedelta) -> None:
        # Derived, so that a key used for something else as well never signs the same bytes for two purposes.
        self._key = hmac.new(signing_key.encode(), b"igny8 access token", hashlib.sha256).digest()
        self.lifetime = lifetime

    def issue(self, *, user_id: int, account_id: int, role: str, now: datetime) -> str:
        """A token for a user, valid from ``now`` for the lifetime."""
        claims = {
            "iss": ISSUER,
            "sub": str(user_id),
            "account": account_id,
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
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "account"]},
            )
            return Claims(int(claims["sub"]), int(claims["account"]))
        except jwt.ExpiredSignatureError as expired:
            raise TokenRefused("The access token has expired: sign in again.") from expired
        except (jwt.InvalidTokenError, ValueError, TypeError) as invalid:
            raise TokenRefused("The access token is not valid: sign in again.") from invalid
