"""Ways in and out that are taken before there is a principal: by password, by refresh token, by a mailed link.

Belongs here: sessions without a scope and the order of the checks, for the API's routes and the desk alike. What a sign-in is
stands in ``igny8_resources.sign_ins``.
"""

import logging
import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.problems import Problem, signed_out
from api.service import Service
from api.tenancy import Principal
from igny8_resources import invitations, mail, password_resets, sign_in_delays, sign_ins
from igny8_resources.events import append_event
from igny8_resources.passwords import hash_password, needs_rehash, verify_password
from igny8_resources.warehouse.row_security import enter_account_of
from igny8_resources.warehouse.store.people import PeopleRefused, set_password
from igny8_resources.warehouse.tables.access import Invitation
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Account, User

log = logging.getLogger("igny8.api")


@dataclass(frozen=True)
class SignedInNow:
    """A sign-in that goes on: its refresh token, and an access token that is valid for ``expires_in`` seconds."""

    opened: sign_ins.Opened
    access_token: str
    expires_in: int


def by_password(service: Service, email: str, password: str, *, client: str, user_agent: str) -> SignedInNow:
    """Sign in with an address and its password; ``client`` is where from.

    Raises:
        Problem: 401, they do not fit; 403, the account is not active; 429, too many attempts.
    """
    require_patience(service, client)
    with service.warehouse.read() as session:
        waits = sign_in_delays.seconds_to_wait(session, email)
        user, account_status = _user_by_email(session, email)
    if waits:
        raise _too_many("Too many wrong passwords for this address", waits)
    # Checked for a user who does not exist as well: the answer takes as long and says the same.
    if not verify_password(user.password_hash if user else None, password) or user is None:
        _count_failure(service, email, user)
        raise signed_out("The email address or the password is wrong.")
    if account_status != "active":
        raise Problem(403, f"This account is {account_status}.")
    stronger = hash_password(password) if needs_rehash(user.password_hash) else None
    with service.warehouse.of_account(user.account_id).write() as session:
        opened = sign_ins.start(
            session,
            user.id,
            lifetime=_refresh_lifetime(service),
            user_agent=user_agent,
            password_hash=user.password_hash,
        )
        if opened is None:
            raise signed_out("The email address or the password is wrong.")
        if stronger is not None:
            opened.user.password_hash = stronger
        sign_in_delays.forgive(session, email)
    return _signed_in(service, opened)


def by_refresh_token(service: Service, refresh_token: str, *, client: str) -> SignedInNow:
    """Continue a sign-in.

    Raises:
        Problem: 401, the token is worth nothing (any more); 403, the account is not active; 429, too many attempts.
    """
    with service.warehouse.write() as session:
        opened = sign_ins.rotate(session, refresh_token, lifetime=_refresh_lifetime(service))
        if opened is not None:
            require_active(session, opened.user.account_id)
    if opened is None:
        # Only those that are worth nothing count against the address: a busy office refreshes often.
        require_patience(service, client)
        raise signed_out("This refresh token is not valid any more: sign in again.")
    return _signed_in(service, opened)


def by_new_password(
    service: Service, principal: Principal, current: str, new: str, *, client: str, user_agent: str
) -> SignedInNow:
    """Set a person's new password, end all of their sign-ins and start another one.

    Raises:
        Problem: 400, the present password is wrong; 409, it was changed meanwhile; 429, too many attempts.
    """
    require_patience(service, client)
    warehouse = service.warehouse.of_account(principal.account_id)
    with warehouse.read() as session:
        waits = sign_in_delays.seconds_to_wait(session, principal.email)
        user = session.get_one(User, principal.user_id)
    if waits:
        raise _too_many("Too many wrong passwords for this address", waits)
    if not verify_password(user.password_hash, current):
        _count_failure(service, principal.email, user)
        raise Problem(400, "The present password is wrong.", {"current_password": ["This is not your password."]})
    hashed = hash_password(new)
    with warehouse.write() as session:
        changed = session.scalars(select(User).where(User.id == user.id).with_for_update()).one()
        if changed.password_hash != user.password_hash:
            raise Problem(409, "The password was changed in the meantime.")
        set_password(session, changed, hashed, by=principal.actor)
        opened = sign_ins.start(session, user.id, lifetime=_refresh_lifetime(service), user_agent=user_agent)
        if opened is None:
            raise signed_out("The access token is not valid: sign in again.")
    return _signed_in(service, opened)


def by_invitation(
    service: Service, token: str, *, name: str, password: str, client: str, user_agent: str
) -> SignedInNow:
    """Make the person who was invited and sign them in.

    Raises:
        Problem: 404, the invitation is worth nothing (any more); 409, the address signs in already; 429, too many attempts.
    """
    require_patience(service, client)
    invitation_of(service, token)
    hashed = hash_password(password)
    try:
        with service.warehouse.write() as session:
            user = invitations.accept(session, token, name=name, password_hash=hashed)
            if user is None:
                raise _no_invitation()
            opened = sign_ins.start(session, user.id, lifetime=_refresh_lifetime(service), user_agent=user_agent)
    except PeopleRefused as refused:
        raise Problem(409, f"{str(refused).capitalize()}.") from refused
    if opened is None:
        raise _no_invitation()
    return _signed_in(service, opened)


def invitation_of(service: Service, token: str) -> tuple[Invitation, str]:
    """The open invitation of a token and the name of its account.

    Raises:
        Problem: 404, it is worth nothing (any more).
    """
    with service.warehouse.read() as session:
        row = invitations.open_invitation(session, token)
        if row is None:
            raise _no_invitation()
        return row, session.get_one(Account, row.account_id).name


def send_reset_link(service: Service, email: str) -> None:
    """Send a link to set a new password to whoever has the address, if anybody has, and record that it was asked for."""
    with service.warehouse.write() as session:
        user = password_resets.person_with(session, email)
        if user is None or not password_resets.note_request(session, user) or not mail.can_send(service.settings):
            return
        token = password_resets.new_token(session, user, by="password reset")
    link = password_resets.link_to(service.settings.public_url, token)
    send_letter(service, user.email, "Set a new password", password_resets.LETTER.format(link=link))


def send_letter(service: Service, to: str, subject: str, text: str) -> None:
    """Send a letter after the answer; a failure is logged, without the letter."""
    try:
        mail.send(service.settings, to, subject, text)
    except mail.MailFailed as failed:
        log.error("%s", failed)  # noqa: TRY400 - the traceback would hold the letter


def reset_password(service: Service, token: str, new: str, *, client: str) -> None:
    """Set a new password by the token of a link.

    Raises:
        Problem: 400, the token is worth nothing (any more); 429, too many attempts.
    """
    require_patience(service, client)
    hashed = hash_password(new)
    with service.warehouse.write() as session:
        user = password_resets.use_token(session, token, hashed)
    if user is None:
        said = "This link is not valid any more: ask for another one."
        raise Problem(400, said, {"token": ["It was used, has expired, or never was."]})


def require_patience(service: Service, client: str) -> None:
    """Refuse a client address that tries too often.

    Raises:
        Problem: 429.
    """
    if waits := service.attempts.seconds_to_wait(client):
        raise _too_many("Too many attempts from your address", waits)


def require_active(session: Session, account_id: int) -> None:
    """Refuse an account that is not active.

    Raises:
        Problem: 403.
    """
    status = session.scalar(select(Account.status).where(Account.id == account_id))
    if status != "active":
        raise Problem(403, f"This account is {status}.")


def _user_by_email(session: Session, email: str) -> tuple[User | None, str]:
    enter_account_of(session, "email", email)
    row = session.execute(
        select(User, Account.status)
        .join(Account, Account.id == User.account_id)
        .where(func.lower(User.email) == email.lower(), User.is_active.is_(True))
        .order_by(User.id)
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, "")


def _count_failure(service: Service, email: str, user: User | None) -> None:
    warehouse = service.warehouse if user is None else service.warehouse.of_account(user.account_id)
    with warehouse.write() as session:
        failed = sign_in_delays.count_failure(session, email)
        if user is not None and failed.failures == sign_in_delays.FREE_FAILURES:
            append_event(
                session,
                "user.guessed_at",
                user.email,
                account_id=user.account_id,
                payload={"failures": failed.failures},
            )


def _signed_in(service: Service, opened: sign_ins.Opened) -> SignedInNow:
    user = opened.user
    token = service.tokens.issue(
        user_id=user.id, account_id=user.account_id, sign_in_id=opened.sign_in_id, role=user.role, now=utc_now()
    )
    return SignedInNow(opened, token, int(service.tokens.lifetime.total_seconds()))


def _refresh_lifetime(service: Service) -> timedelta:
    return timedelta(days=service.settings.refresh_token_days)


def _no_invitation() -> Problem:
    return Problem(404, "This invitation is not valid any more: ask for another one.")


def _too_many(sentence: str, seconds: float) -> Problem:
    whole = max(1, math.ceil(seconds))
    waits = f"{whole} seconds" if whole > 1 else "1 second"
    return Problem(429, f"{sentence}: try again in {waits}.", headers={"Retry-After": str(whole)})
