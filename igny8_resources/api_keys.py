"""API keys: how programs get in, for as long as the person who made the key could do the same.

A key is 32 random bytes, so that its sha256 is as good as any slow hash; it is shown once and cannot be read back. What it may
do is the present role of whoever made it, cut down to the key's scopes.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.row_security import enter_account_of
from igny8_resources.warehouse.tables.access import ApiKey
from igny8_resources.warehouse.tables.columns import utc_now

Scope = Literal["read", "write", "billing", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
BEGINNING = "igny8_"
MOST_LIVING_KEYS = 50
# How exact ``last_used_at`` is: a busy key writes once in this time.
USE_NOTED_EVERY = timedelta(minutes=1)
_PREFIX_CHARACTERS = len(BEGINNING) + 6
_INCLUDED: dict[str, frozenset[str]] = {
    "write": frozenset({"read"}),
    "admin": frozenset({"read", "write"}),
}


class KeyRefused(ValueError):
    """A key cannot be made as asked; the message says why."""


@dataclass(frozen=True)
class NewKey:
    """A key that was made: its row, and the key itself, which nobody sees again."""

    row: ApiKey
    key: str


def create_key(
    session: Session,
    *,
    account_id: int,
    user_id: int,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    by: str,
) -> NewKey:
    """Make a key in the caller's transaction.

    Raises:
        KeyRefused: a scope is unknown or there is none, the expiry is past, or the account has too many keys.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise KeyRefused(f"choose one or more of the scopes {', '.join(SCOPES)}")
    if expires_at is not None and expires_at <= utc_now():
        raise KeyRefused("the key would have expired already")
    living = session.scalar(
        select(func.count(ApiKey.id)).where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
    )
    if (living or 0) >= MOST_LIVING_KEYS:
        raise KeyRefused(f"an account has at most {MOST_LIVING_KEYS} keys: revoke one that is not needed")
    key = BEGINNING + secrets.token_urlsafe(32)
    row = ApiKey(
        account_id=account_id,
        name=name,
        prefix=key[:_PREFIX_CHARACTERS],
        key_hash=digest(key),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_by=user_id,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    _tell(session, "api_key.created", row, by)
    return NewKey(row, key)


def revoke_key(session: Session, row: ApiKey, *, by: str) -> bool:
    """End a key at once; whether it was alive."""
    if row.revoked_at is not None:
        return False
    row.revoked_at = utc_now()
    _tell(session, "api_key.revoked", row, by)
    return True


def find_key(session: Session, key: str) -> ApiKey | None:
    """The living key that was sent. Needs a session without a scope."""
    now = utc_now()
    enter_account_of(session, "api_key", digest(key))
    return session.scalar(
        select(ApiKey).where(
            ApiKey.key_hash == digest(key),
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
    )


def use_is_stale(row: ApiKey) -> bool:
    """Whether the key's use has to be noted again."""
    return row.last_used_at is None or row.last_used_at <= utc_now() - USE_NOTED_EVERY


def note_use(session: Session, key_id: int) -> None:
    """Write down that a key is in use; of many requests at once one does."""
    now = utc_now()
    session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USE_NOTED_EVERY),
        )
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )


def granted(scopes: Sequence[str]) -> frozenset[str]:
    """Everything that scopes allow: ``write`` includes ``read``, ``admin`` includes both; ``billing`` stands alone."""
    return frozenset(scopes).union(*(_INCLUDED.get(scope, frozenset()) for scope in scopes))


def _tell(session: Session, kind: str, row: ApiKey, by: str) -> None:
    append_event(
        session,
        kind,
        row.name,
        account_id=row.account_id,
        payload={"key_id": row.id, "prefix": row.prefix, "scopes": row.scopes},
        actor=by,
    )
