"""Sign-ins: one row a device, kept alive by refresh tokens that are each used once.

Belongs here: starting, continuing and ending them. Does not belong here: checking a password or what slows guessing down
(``sign_in_delays``), and the short-lived access tokens of the API, which name a sign-in and die with it.

A refresh token that comes back after its use is in two hands, and nobody can tell whose hands they are: the whole sign-in
ends. There is no grace for a client that sends one twice; a client keeps one refresh going at a time, and one that lost the
answer signs in again.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.row_security import enter_account_of
from igny8_resources.warehouse.tables.access import RefreshToken, SignIn
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import User

Because = Literal["signed_out", "signed_out_everywhere", "password_changed", "token_reused", "deactivated"]
_MOST_AGENT_CHARACTERS = 200


@dataclass(frozen=True)
class Opened:
    """A living sign-in: whose it is, and the refresh token that continues it once, until ``expires_at``."""

    sign_in_id: int
    user: User
    refresh_token: str
    expires_at: datetime


def digest(token: str) -> str:
    """What the warehouse keeps of a random token: its sha256 in hex, from which nobody gets it back."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(user: User) -> str:
    """How events name a person; their column holds 120 characters."""
    return f"user:{user.email}"[:120]


def start(
    session: Session, user_id: int, *, lifetime: timedelta, user_agent: str = "", password_hash: str | None = None
) -> Opened | None:
    """Sign a person in on one device, in the caller's transaction.

    Args:
        session: In the caller's transaction.
        user_id: Who.
        lifetime: How long the refresh token can be used.
        user_agent: What the device calls itself.
        password_hash: The hash that the password was checked against, where one was.

    Returns:
        None when the person may not sign in any more, or the password was changed since it was checked.
    """
    # Locked, so that a password changed at this moment ends this sign-in too or is seen here.
    user = session.scalar(select(User).where(User.id == user_id, User.is_active.is_(True)).with_for_update())
    if user is None or (password_hash is not None and user.password_hash != password_hash):
        return None
    now = utc_now()
    user.last_sign_in_at = now
    agent = "".join(character for character in user_agent if character.isprintable())[:_MOST_AGENT_CHARACTERS]
    # Hosts' clocks differ by a little; what starts after everything was ended counts as later.
    begun = max(now, user.tokens_valid_from) if user.tokens_valid_from else now
    row = SignIn(account_id=user.account_id, user_id=user.id, user_agent=agent, created_at=begun, last_used_at=now)
    session.add(row)
    session.flush()
    append_event(
        session,
        "user.signed_in",
        user.email,
        account_id=user.account_id,
        payload={"sign_in_id": row.id, "user_agent": agent},
        actor=actor_of(user),
    )
    return _with_next_token(session, row.id, user, now, lifetime)


def rotate(session: Session, refresh_token: str, *, lifetime: timedelta) -> Opened | None:
    """Use a refresh token up and give the next one, in the caller's transaction, which has to commit either way.

    Returns:
        None when the token is unknown, has expired, or its sign-in is over. A token that was used before gives None too, and
        ends its sign-in.
    """
    now = utc_now()
    token_hash = digest(refresh_token)
    enter_account_of(session, "refresh_token", token_hash)
    # One statement decides who uses the token: of two at once the second one finds it used.
    used = session.execute(
        update(RefreshToken)
        .where(RefreshToken.token_hash == token_hash, RefreshToken.used_at.is_(None))
        .values(used_at=now)
        .returning(RefreshToken.sign_in_id, RefreshToken.expires_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        _end_reused(session, token_hash)
        return None
    sign_in_id, expires_at = used
    if expires_at <= now:
        return None
    user = session.scalar(select(User).join(SignIn, SignIn.user_id == User.id).where(living(sign_in_id)))
    if user is None:
        return None
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_used_at=now))
    return _with_next_token(session, sign_in_id, user, now, lifetime)


def living(sign_in_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that a sign-in still opens anything, for a query that joins ``sign_ins`` and ``users``."""
    return and_(
        SignIn.id == sign_in_id,
        SignIn.revoked_at.is_(None),
        User.is_active.is_(True),
        or_(User.tokens_valid_from.is_(None), SignIn.created_at >= User.tokens_valid_from),
    )


def end(session: Session, sign_in_id: int, user: User, *, because: Because = "signed_out") -> bool:
    """End one sign-in of a person; whether it was alive."""
    ended = session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.user_id == user.id, SignIn.revoked_at.is_(None))
        .values(revoked_at=utc_now(), revoked_because=because)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not ended:
        return False
    append_event(
        session,
        "user.signed_out",
        user.email,
        account_id=user.account_id,
        payload={"sign_in_id": sign_in_id, "because": because},
        actor=actor_of(user),
    )
    return True


def end_all(session: Session, user: User, *, because: Because, by: str) -> int:
    """End every sign-in of a person, also those that are being started; how many there were."""
    now = utc_now()
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    user.tokens_valid_from = now
    ended = session.execute(
        update(SignIn)
        .where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None))
        .values(revoked_at=now, revoked_because=because)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    append_event(
        session,
        "user.signed_out_everywhere",
        user.email,
        account_id=user.account_id,
        payload={"because": because, "sign_ins": len(ended)},
        actor=by,
    )
    return len(ended)


def living_sign_ins(session: Session, user_id: int) -> Sequence[SignIn]:
    """A person's sign-ins that are alive, the one used last first."""
    query = (
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.revoked_at.is_(None))
        .order_by(SignIn.last_used_at.desc(), SignIn.id.desc())
    )
    return session.scalars(query).all()


def _with_next_token(session: Session, sign_in_id: int, user: User, now: datetime, lifetime: timedelta) -> Opened:
    token = secrets.token_urlsafe(32)
    expires_at = now + lifetime
    session.add(
        RefreshToken(account_id=user.account_id, sign_in_id=sign_in_id, token_hash=digest(token), expires_at=expires_at)
    )
    session.flush()
    return Opened(sign_in_id, user, token, expires_at)


def _end_reused(session: Session, token_hash: str) -> None:
    row = session.execute(
        select(SignIn, User)
        .join(RefreshToken, RefreshToken.sign_in_id == SignIn.id)
        .join(User, User.id == SignIn.user_id)
        .where(RefreshToken.token_hash == token_hash)
    ).one_or_none()
    if row is not None:
        end(session, row.SignIn.id, row.User, because="token_reused")
