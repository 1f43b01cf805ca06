"""Encryption of what tenants entrust to the platform: CMS passwords, OAuth tokens, API keys.

Belongs here: turning a secret into a token for a warehouse column and back, and changing keys. Does not belong here:
where tokens are stored, and the platform's own secrets, which come from the environment.
"""

from collections.abc import Sequence
from typing import Protocol


class VaultError(Exception):
    """A secret could not be encrypted or decrypted. No message ever holds a key, a secret or a token."""


class VaultKeyError(VaultError):
    """A vault key is missing or is not a key; the message says which."""


class VaultTokenError(VaultError):
    """A stored token cannot be decrypted: made with a key that is no longer known, or changed since."""


def new_key() -> str:
    """A fresh random key for ``IGNY8_VAULT_KEYS``."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode("ascii")


class KeepsKeys(Protocol):
    """Who knows the deployment's keys, the one that encrypts first: its settings."""

    def vault_key_chain(self) -> list[str]:
        """The keys.

        Raises:
            SettingsError: the key that the deployment made for itself was emptied.
        """
        ...


def open_vault(settings: KeepsKeys) -> "Vault":
    """The vault of a deployment.

    Raises:
        VaultKeyError: a key that was set is none.
        SettingsError: the key that the deployment made for itself was emptied.
    """
    return Vault(settings.vault_key_chain())


class Vault:
    """Encrypts with the first key and decrypts with all of them (Fernet: AES-128-CBC with HMAC-SHA256).

    To change keys, put the new one first, ``rotate`` every stored token, then drop the old one.

    Raises:
        VaultKeyError: no key at all, or one that is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        from cryptography.fernet import Fernet, MultiFernet

        ciphers = []
        for position, key in enumerate(keys, start=1):
            try:
                ciphers.append(Fernet(key.strip()))
            except ValueError:
                raise VaultKeyError(
                    f"IGNY8_VAULT_KEYS: key {position} of {len(keys)} is not 32 bytes in url-safe base64 "
                    "(44 characters). Make one with igny8_resources.vault.new_key()."
                ) from None
        if not ciphers:
            raise VaultKeyError("IGNY8_VAULT_KEYS is empty. Make a key with igny8_resources.vault.new_key().")
        self._cipher = MultiFernet(ciphers)

    def __repr__(self) -> str:
        return "Vault(…)"

    def encrypt(self, secret: str) -> str:
        """The token to store for ``secret``; two calls never give the same one."""
        return self._cipher.encrypt(secret.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """The secret behind a token.

        Raises:
            VaultTokenError: no known key opens it, or it was changed.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher.decrypt(token).decode()
        except (InvalidToken, ValueError):
            raise VaultTokenError(_UNREADABLE) from None

    def rotate(self, token: str) -> str:
        """The same secret encrypted with the first key; the token keeps its original time.

        Raises:
            VaultTokenError: no known key opens it, or it was changed.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher.rotate(token).decode("ascii")
        except (InvalidToken, ValueError):
            raise VaultTokenError(_UNREADABLE) from None


_UNREADABLE = (
    "a stored credential cannot be decrypted: the key that made it is not in IGNY8_VAULT_KEYS, or it was changed in "
    "the warehouse. Put the old key back, or connect the service again."
)
