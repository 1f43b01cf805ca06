"""People who sign in: added with their role and the sites that they may see."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.passwords import hash_password
from igny8_resources.warehouse.store.sites import SiteRefused, site_by_key
from igny8_resources.warehouse.tables.tenancy import Account, SiteAccess, User

GRANTED_ROLES = ("editor", "viewer")
# A developer and a system bot may grant credits (the API gives those roles to nobody; the command line's owner does).
GIVEN_ROLES = ("owner", "admin", *GRANTED_ROLES, "developer", "system_bot")
SHORTEST_PASSWORD = 10


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
    local, _, domain = email.partition("@")
    if not local or "." not in domain:
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
