"""Signatures by the Standard Webhooks convention, and the secrets that make them.

A secret is shown once, when it is made; the warehouse keeps it encrypted. After a rotation the old one signs along for a
while, so that a receiver may change its own when it likes.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from igny8_resources.vault import Vault
from igny8_resources.webhooks.catalogue import Message

OVERLAP = timedelta(hours=24)
_PREFIX = "whsec_"
_SECRET_BYTES = 32


@dataclass(frozen=True)
class SigningSecrets:
    """What signs the messages of one subscription: ``current``, and ``previous`` until its time is over."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    def __repr__(self) -> str:
        return "SigningSecrets(…)"

    def rotated(self, now: datetime) -> "SigningSecrets":
        """A new secret; the present one signs along for ``OVERLAP``."""
        return SigningSecrets(new_secret(), self.current, now + OVERLAP)

    def headers(self, message: Message, now: datetime) -> dict[str, str]:
        """The three headers that prove who sent a message, and when."""
        from standardwebhooks.webhooks import Webhook

        keys = [self.current]
        if self.previous is not None and self.previous_until is not None and now < self.previous_until:
            keys.append(self.previous)
        body = message.body.decode()
        return {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(key).sign(message.id, now, body) for key in keys),
        }


def new_secret() -> str:
    """A fresh random secret as receivers are given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def sealed(vault: Vault, signing: SigningSecrets) -> str:
    """The secrets as the warehouse keeps them."""
    until = signing.previous_until.isoformat() if signing.previous_until else None
    return vault.encrypt(json.dumps([signing.current, signing.previous, until]))


def unsealed(vault: Vault, token: str) -> SigningSecrets:
    """The secrets behind what the warehouse keeps.

    Raises:
        VaultTokenError: no known key opens it.
    """
    current, previous, until = json.loads(vault.decrypt(token))
    return SigningSecrets(current, previous, datetime.fromisoformat(until) if until else None)
