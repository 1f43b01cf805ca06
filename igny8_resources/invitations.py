"""Invitations: how an account gets another person, who chooses their own name and password.

The token is handed to the person invited, by letter or by whoever invites them, and kept as its sha256. An account has one open
invitation an address; a new one takes the place of the one before.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.row_security import enter_account_of
from igny8_resources.warehouse.store.people import (
    GRANTED_ROLES,
    NotAbove,
    PeopleRefused,
    has_say_over,
    is_address,
)
from igny8_resources.warehouse.tables.access import Invitation
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User

LIFETIME = timedelta(days=7)
LETTER = """\
{inviter} invites you to {account} on IGNY8. Choose your name and password within a week:

{link}
"""


@dataclass(frozen=True)
class Invited:
    """An invitation that was made: its row, and the token for the person invited."""

    row: Invitation
    token: str


def invite(
    session: Session,
    account_id: int,
    email: str,
    *,
    role: str,
    sites: Sequence[Site],
    own_id: int,
    own_role: str,
    by: str,
) -> Invited:
    """Invite somebody, in the caller's transaction.

    Whether the address belongs to a person of another account is not said here: that is nobody's business.

    Raises:
        NotAbove: the role is above that of who invites, or one of the platform's.
        PeopleRefused: the address is none, is in the account already, or the role needs no sites.
    """
    email = email.strip().lower()
    if not is_address(email):
        raise PeopleRefused("this is not an e-mail address", "email")
    if not has_say_over(own_role, role):
        raise NotAbove(role)
    if sites and role not in GRANTED_ROLES:
        raise PeopleRefused(f"the role {role} sees every site of the account; nothing is to be granted", "sites")
    if session.scalar(select(User.id).where(User.email == email, User.account_id == account_id)) is not None:
        raise PeopleRefused("this person is in the account already", "email")
    now = utc_now()
    session.execute(
        update(Invitation)
        .where(
            Invitation.account_id == account_id,
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(32)
    row = Invitation(
        account_id=account_id,
        email=email,
        role=role,
        site_ids=[site.id for site in sites],
        token_hash=digest(token),
        invited_by=own_id,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    _tell(session, "invitation.created", row, by)
    return Invited(row, token)


def revoke(session: Session, row: Invitation, *, by: str) -> bool:
    """Take an invitation back; whether it was open."""
    # The row says who was first: an acceptance at the same moment, or this.
    revoked = session.execute(
        update(Invitation)
        .where(Invitation.id == row.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).all()
    if revoked:
        session.refresh(row)
        _tell(session, "invitation.revoked", row, by)
    return bool(revoked)


def open_invitation(session: Session, token: str) -> Invitation | None:
    """The invitation of a token, None when it is worth nothing (any more). Needs a session without a scope."""
    token_hash = digest(token)
    enter_account_of(session, "invitation", token_hash)
    row = session.execute(
        select(Invitation, User.role)
        .join(Account, Account.id == Invitation.account_id)
        .join(User, User.id == Invitation.invited_by)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > utc_now(),
            Account.status == "active",
            # Whoever has left invites nobody any more.
            User.is_active.is_(True),
        )
    ).one_or_none()
    # Nor does whoever may not give this role any more.
    return row.Invitation if row is not None and has_say_over(row.role, row.Invitation.role) else None


def accept(session: Session, token: str, *, name: str, password_hash: str) -> User | None:
    """Make the person who was invited, in the caller's transaction; None when the token is worth nothing (any more).

    Raises:
        PeopleRefused: the address signs in to an account already.
    """
    row = open_invitation(session, token)
    if row is None:
        return None
    accepted = session.execute(
        update(Invitation)
        .where(Invitation.id == row.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(accepted_at=utc_now())
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not accepted:
        return None
    user = User(account_id=row.account_id, email=row.email, name=name, role=row.role, password_hash=password_hash)
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as taken:
        raise PeopleRefused("this address signs in already; ask to be invited under another one") from taken
    still_there = select(Site.id).where(Site.id.in_(row.site_ids), Site.account_id == row.account_id)
    session.add_all(
        SiteAccess(account_id=row.account_id, site_id=site_id, user_id=user.id)
        for site_id in session.scalars(still_there)
    )
    append_event(
        session,
        "user.added",
        user.email,
        account_id=row.account_id,
        payload={"user_id": user.id, "role": user.role, "invitation_id": row.id},
        actor=f"user:{user.email}"[:120],
    )
    return user


def link_to(public_url: str, token: str) -> str:
    """Where the person accepts. The token stands behind the #, which browsers send to nobody and servers do not log."""
    return f"{public_url}/join#{token}"


def _tell(session: Session, kind: str, row: Invitation, by: str) -> None:
    append_event(
        session,
        kind,
        row.email,
        account_id=row.account_id,
        payload={"invitation_id": row.id, "role": row.role, "site_ids": row.site_ids},
        actor=by,
    )
