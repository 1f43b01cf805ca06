"""Passwords: hashed with Argon2id, checked in the same time whether or not the user exists.

The parameters are the library's defaults, RFC 9106's second recommended option (64 MiB, 3 passes, 4 lanes). A hash says
its own parameters, so that raising them later re-hashes each password at its owner's next sign-in.
"""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB: a burst of sign-ins queues here instead of filling the memory.
_SLOTS = threading.BoundedSemaphore(4)
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to store in ``users.password_hash``; the salt is in it."""
    with _SLOTS:
        return _HASHER.hash(password)


@cache
def _nobodys_hash() -> str:
    return hash_password("no user has this password")


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed.

    ``stored`` is None for a user who does not exist: that takes as long, so that nobody learns who has an account.
    """
    known = stored if stored is not None else _nobodys_hash()
    with _SLOTS:
        try:
            _HASHER.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
