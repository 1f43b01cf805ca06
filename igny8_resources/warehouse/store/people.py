"""People who sign in: added with their role and the sites that they may see, changed by those who may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.passwords import hash_password
from igny8_resources.sign_in_delays import forgive
from igny8_resources.sign_ins import end_all
from igny8_resources.warehouse.store.sites import SiteRefused, site_by_key
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User
from igny8_resources.warehouse.upsert import upsert

GRANTED_ROLES = ("editor", "viewer")
# A developer and a system bot may grant credits (the API gives those roles to nobody; the command line's owner does).
GIVEN_ROLES = ("owner", "admin", *GRANTED_ROLES, "developer", "system_bot")
# What people of an account give each other, the weakest first; nobody gives more than they have.
ROLES_BY_RANK = ("viewer", "editor", "admin", "owner")
SHORTEST_PASSWORD = 10


class PeopleRefused(ValueError):
    """A person cannot be as asked; ``errors`` has the messages by field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.errors: Mapping[str, Sequence[str]] = {field: [message]} if field else {}


class NotAbove(Exception):
    """Who asks has no say over this role; the message says which."""

    def __init__(self, role: str) -> None:
        super().__init__(f"the role {role} is not yours to give or to change")


@dataclass(frozen=True)
class NewUser:
    """A person to add; ``sites`` are the keys that an editor or viewer is granted."""

    email: str
    password: str
    account: str
    role: str = "owner"
    name: str = ""
    sites: tuple[str, ...] = ()


def add_user(session: Session, new: NewUser) -> User:
    """Add a person in the caller's transaction.

    Raises:
        SiteRefused: address, role, password or account cannot be used; the message says why.
        UnknownSite: a site does not exist.
    """
    email = new.email.strip().lower()
    if not is_address(email):
        raise SiteRefused(f"{new.email!r} is not an e-mail address")
    if new.role not in GIVEN_ROLES:
        raise SiteRefused(f"role {new.role!r}: choose one of {', '.join(GIVEN_ROLES)}")
    if len(new.password) < SHORTEST_PASSWORD:
        raise SiteRefused(f"the password is too short; use at least {SHORTEST_PASSWORD} characters")
    account = session.scalar(select(Account).where(Account.slug == new.account))
    if account is None:
        raise SiteRefused(f"there is no account {new.account!r}; `igny8 site add --account {new.account}` makes one")
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise SiteRefused(f"{email} can sign in already")
    sites = [site_by_key(session, key) for key in new.sites]
    if foreign := [site.key for site in sites if site.account_id != account.id]:
        raise SiteRefused(f"{foreign[0]} is not a site of {new.account}")
    user = User(
        account_id=account.id, email=email, name=new.name, role=new.role, password_hash=hash_password(new.password)
    )
    session.add(user)
    session.flush()
    if new.role in GRANTED_ROLES:
        session.add_all(SiteAccess(account_id=account.id, site_id=site.id, user_id=user.id) for site in sites)
    append_event(session, "user.added", email, account_id=account.id, payload={"role": new.role})
    return user


def is_address(email: str) -> bool:
    """Whether a text can be an e-mail address; whether it is one, only a letter shows."""
    local, _, domain = email.partition("@")
    # What has a meaning in the header of a letter is refused, though a quoted address might have it.
    plain = all(character.isprintable() and character not in ' ,;:<>()[]\\"@' for character in local + domain)
    return bool(local) and "." in domain.strip(".") and plain and len(email) <= 254


def has_say_over(own_role: str, role: str) -> bool:
    """Whether somebody may give a role, or change a person who has it: up to their own, never the platform's."""
    if role not in ROLES_BY_RANK:
        return False
    rank = ROLES_BY_RANK.index(own_role) if own_role in ROLES_BY_RANK else -1
    return own_role == "developer" or ROLES_BY_RANK.index(role) <= rank


def change_user(
    session: Session, user: User, changes: Mapping[str, Any], *, own_id: int, own_role: str, by: str
) -> None:
    """Change a person's ``name``, ``role`` and ``is_active``; whoever is switched off is out at once.

    Args:
        session: In the caller's transaction.
        user: Whom.
        changes: What is to be different.
        own_id: Who asks.
        own_role: Their role.
        by: Their name for the event.

    Raises:
        NotAbove: the person's role or the new one is above that of who asks, or one of the platform's.
        PeopleRefused: it would leave the account without an owner, or shut out who asks.
    """
    # One change of an account's people at a time: two owners who step down together would leave none.
    session.execute(select(Account.id).where(Account.id == user.account_id).with_for_update())
    session.refresh(user, with_for_update=True)
    role, is_active = changes.get("role", user.role), changes.get("is_active", user.is_active)
    for affected in (user.role, role):
        if not has_say_over(own_role, affected) and not (user.id == own_id and affected == own_role):
            raise NotAbove(affected)
    if user.id == own_id and not is_active:
        raise PeopleRefused("nobody switches themselves off: ask another owner or admin", "is_active")
    stays_owner = role == "owner" and is_active
    if user.role == "owner" and user.is_active and not stays_owner and not _has_another_owner(session, user):
        message = "an account keeps at least one owner: make somebody else an owner first"
        raise PeopleRefused(message, "role" if role != "owner" else "is_active")
    before = {"name": user.name, "role": user.role, "is_active": user.is_active}
    after = {"name": changes.get("name", user.name), "role": role, "is_active": is_active}
    if before == after:
        return
    user.name, user.role, user.is_active = after["name"], role, is_active
    if before["is_active"] and not is_active:
        end_all(session, user, because="deactivated", by=by)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    append_event(
        session,
        "user.changed",
        user.email,
        account_id=user.account_id,
        payload={"user_id": user.id, "changed": changed},
        actor=by,
    )


def grant_site(session: Session, user: User, site: Site, *, by: str) -> SiteAccess:
    """Let an editor or viewer work with a site; a grant that is there already stays.

    Raises:
        PeopleRefused: the person's role sees every site as it is.
    """
    if user.role not in GRANTED_ROLES:
        raise PeopleRefused(f"the role {user.role} sees every site of the account; nothing is to be granted", "user_id")
    row = {"account_id": site.account_id, "site_id": site.id, "user_id": user.id}
    known = select(SiteAccess).where(SiteAccess.site_id == site.id, SiteAccess.user_id == user.id)
    if (grant := session.scalar(known)) is not None:
        return grant
    upsert(session, SiteAccess, [row], key=("site_id", "user_id"))
    _tell_of_grant(session, "user.site_granted", user, site, by)
    return session.scalars(known).one()


def withdraw_site(session: Session, user: User, site: Site, *, by: str) -> bool:
    """Take a site away from an editor or viewer; whether they had it."""
    gone = session.execute(
        delete(SiteAccess)
        .where(SiteAccess.site_id == site.id, SiteAccess.user_id == user.id)
        .returning(SiteAccess.id)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        _tell_of_grant(session, "user.site_withdrawn", user, site, by)
    return bool(gone)


def _tell_of_grant(session: Session, kind: str, user: User, site: Site, by: str) -> None:
    append_event(
        session,
        kind,
        user.email,
        account_id=site.account_id,
        site_id=site.id,
        payload={"user_id": user.id, "site": site.key},
        actor=by,
    )


def _has_another_owner(session: Session, user: User) -> bool:
    others = select(User.id).where(
        User.account_id == user.account_id, User.role == "owner", User.is_active.is_(True), User.id != user.id
    )
    return session.scalar(others.limit(1)) is not None


def set_password(session: Session, user: User, hashed: str, *, by: str) -> None:
    """Give a person a new password by its hash; every sign-in ends and wrong passwords are forgotten."""
    user.password_hash = hashed
    end_all(session, user, because="password_changed", by=by)
    forgive(session, user.email)
    append_event(session, "user.password_changed", user.email, account_id=user.account_id, actor=by)
