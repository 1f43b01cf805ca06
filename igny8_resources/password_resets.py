"""New passwords for people who forgot theirs: a link that works once and not for long.

Belongs here: the token behind the link and what using it does. Who gets to see it is the caller's business: the mail server,
or whoever operates the command line. No event and no log line ever holds one.
"""

import secrets
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_alert, append_event
from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.row_security import enter_account_of
from igny8_resources.warehouse.store.people import set_password
from igny8_resources.warehouse.tables.access import PasswordReset
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import User

LIFETIME = timedelta(hours=1)
# Asking again within this time brings no second letter.
QUIET = timedelta(minutes=5)
LETTER = """\
Somebody asked for a new password for this address. If it was you, open this link within an hour:

{link}

If it was not you, there is nothing to do: your password is unchanged.
"""


def person_with(session: Session, email: str) -> User | None:
    """The active person with an address, in any case. Needs a session without a scope."""
    enter_account_of(session, "email", email.strip())
    query = select(User).where(func.lower(User.email) == email.strip().lower(), User.is_active.is_(True))
    return session.scalar(query.order_by(User.id).limit(1))


def note_request(session: Session, user: User) -> bool:
    """Record that a new password was asked for; whether it was not already, a moment ago."""
    return append_alert(
        session,
        "user.password_reset_requested",
        user.email,
        account_id=user.account_id,
        payload={"user_id": user.id},
        quiet=QUIET,
    )


def new_token(session: Session, user: User, *, by: str) -> str:
    """A token that sets the person's password once; those made before are worth nothing from now on."""
    now = utc_now()
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordReset(account_id=user.account_id, user_id=user.id, token_hash=digest(token), expires_at=now + LIFETIME)
    )
    append_event(session, "user.password_reset_link_made", user.email, account_id=user.account_id, actor=by)
    return token


def use_token(session: Session, token: str, password_hash: str) -> User | None:
    """Set the password of a token's person and end their sign-ins; None when the token is worth nothing (any more)."""
    now = utc_now()
    enter_account_of(session, "password_reset", digest(token))
    user_id = session.scalar(
        update(PasswordReset)
        .where(
            PasswordReset.token_hash == digest(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasswordReset.user_id)
        .execution_options(synchronize_session=False)
    )
    if user_id is None:
        return None
    user = session.scalar(select(User).where(User.id == user_id, User.is_active.is_(True)).with_for_update())
    if user is not None:
        set_password(session, user, password_hash, by="password reset link")
    return user


def link_to(public_url: str, token: str) -> str:
    """Where the person sets the new password. The token stands behind the #, which browsers send to nobody."""
    return f"{public_url}/reset-password#{token}"
