"""Who may do what: the roles and API keys that can ask, and what every level of access opens to them.

Written from what ``docs/api.md`` promises, never from the code that keeps the promise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from api_rows import KEYS, MORE_PEOPLE
from api_tenants import Tenant


class Level(Enum):
    """How much an endpoint asks of its caller."""

    PUBLIC = auto()
    PERSON = auto()  # whoever signed in with a password, whatever their role
    READ = auto()
    WRITE = auto()
    ACCOUNT_WRITE = auto()  # changes what concerns every site
    MANAGE = auto()  # people, sites, keys, webhooks, the account
    MANAGE_IN_PERSON = auto()
    BILLING = auto()
    ACCOUNT_BILLING = auto()
    ISSUE_CREDITS = auto()  # the platform's own


class About(Enum):
    """Whose rows an endpoint is about, which decides what somebody finds who is not one of them."""

    CALLER = auto()  # the caller's own account or sign-in, or nobody's: there is nothing foreign to name
    LIST = auto()  # as many rows as the caller may see
    ACCOUNT = auto()  # a row of an account
    SITE = auto()  # a row of a site, or the site
    DEVICE = auto()  # a sign-in, which is its owner's alone


EVERYBODY = frozenset({"viewer", "editor", "admin", "owner", "developer", "system_bot"})
SEE_ONE_SITE = frozenset({"viewer", "editor"})
MANAGERS = frozenset({"admin", "owner", "developer"})
ROLES: Mapping[Level, frozenset[str]] = {
    Level.PUBLIC: EVERYBODY,
    Level.PERSON: EVERYBODY,
    Level.READ: EVERYBODY,
    Level.WRITE: EVERYBODY - {"viewer"},
    Level.ACCOUNT_WRITE: EVERYBODY - SEE_ONE_SITE,
    Level.MANAGE: MANAGERS,
    Level.MANAGE_IN_PERSON: MANAGERS,
    Level.BILLING: EVERYBODY,
    Level.ACCOUNT_BILLING: EVERYBODY - SEE_ONE_SITE,
    Level.ISSUE_CREDITS: frozenset({"developer", "system_bot"}),
}
# One of these an API key must have besides; a level without any is for people alone.
SCOPES: Mapping[Level, frozenset[str]] = {
    Level.PERSON: frozenset(),
    Level.READ: frozenset({"read", "write", "admin"}),
    Level.WRITE: frozenset({"write", "admin"}),
    Level.ACCOUNT_WRITE: frozenset({"write", "admin"}),
    Level.MANAGE: frozenset({"admin"}),
    Level.MANAGE_IN_PERSON: frozenset(),
    Level.BILLING: frozenset({"billing"}),
    Level.ACCOUNT_BILLING: frozenset({"billing"}),
    Level.ISSUE_CREDITS: frozenset({"billing"}),
}


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: a person or a key of one account, or nobody (no tenant)."""

    name: str
    tenant: Tenant | None = None
    role: str = ""
    scopes: frozenset[str] | None = None
    is_granted: bool = True

    @property
    def token(self) -> str:
        """What comes with a request."""
        if self.tenant is None:
            return ""
        if self.scopes is not None:
            return self.tenant.keys[self.name]
        return self.tenant.as_role(self.name)["Authorization"].removeprefix("Bearer ")

    def reaches(self, level: Level) -> bool:
        """Whether this caller may do what a level asks for, in their own account."""
        if level is Level.PUBLIC:
            return True
        if self.tenant is None or self.role not in ROLES[level]:
            return False
        return self.scopes is None or bool(self.scopes & SCOPES[level])

    def finds(self, about: About, owner: Tenant) -> bool:
        """Whether rows of an account are there for this caller."""
        if about in {About.CALLER, About.LIST}:
            return True
        is_own = self.tenant is owner
        if about is About.DEVICE:
            return is_own and self.name == "owner"
        return is_own and (about is About.ACCOUNT or self.is_granted or self.role not in SEE_ONE_SITE)


NOBODY = Caller("nobody")


def callers_of(tenant: Tenant) -> Iterator[Caller]:
    """Everybody in an account who can ask."""
    for name in tenant.users:
        yield Caller(name, tenant, MORE_PEOPLE.get(name, name), is_granted=not name.startswith("ungranted"))
    for name, (maker, scopes) in KEYS.items():
        yield Caller(name, tenant, maker, frozenset(scopes))


def strangers_of(tenant: Tenant) -> Iterator[Caller]:
    """Of an account whose rows are not asked for: one of each role, and the keys that open most."""
    for caller in callers_of(tenant):
        if caller.name in EVERYBODY | {"admin key", "billing key"}:
            yield caller
