"""The one place that keeps accounts apart: a principal's session sees that principal's rows and no others.

Every statement such a session runs gets the conditions below, whichever tables it names and however it joins them, so
that no route writes a tenant filter and none can forget one. Rows of another account simply are not there: reading one
by its id gives nothing, exactly as an id that never existed.

On PostgreSQL the same place names the principal's account to the database, whose policies
(``igny8_resources.warehouse.row_security``) hold the API's role to that account a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from igny8_resources.sign_ins import living
from igny8_resources.warehouse.engine import Warehouse, bind_account
from igny8_resources.warehouse.questions import Answer, Line, Question
from igny8_resources.warehouse.tables.access import SignIn
from igny8_resources.warehouse.tables.columns import OfAccount, OfSite
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage, Effect, Event, Request
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User

# Editors and viewers see the sites they were granted; everybody else sees every site of the account.
GRANTED_ROLES = frozenset({"editor", "viewer"})
READ_ONLY_ROLES = frozenset({"viewer"})
# Credits are money: who pays for them cannot make them. The platform's own people and its payment system can.
CREDIT_ISSUING_ROLES = frozenset({"developer", "system_bot"})
MANAGING_ROLES = frozenset({"owner", "admin", "developer"})
_SCOPE = "igny8_api_scope"
# Rows of an account that may name a site.
_MAY_NAME_A_SITE = (Event, Request, AiCall, CreditUsage, Effect)


@dataclass(frozen=True)
class Principal:
    """Who is asking, by which sign-in or API key.

    ``site_ids`` are the granted sites; None means every site of the account. ``scopes`` are what an API key may do at most;
    None for a person who signed in.
    """

    user_id: int
    email: str
    account_id: int
    role: str
    site_ids: tuple[int, ...] | None
    sign_in_id: int | None = None
    key_prefix: str = ""
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """Whether the API key that asks has a scope; a person who signed in is held by their role alone."""
        return self.scopes is None or scope in self.scopes

    @property
    def may_write(self) -> bool:
        """Whether this role may ask for work or change anything."""
        return self.role not in READ_ONLY_ROLES and self.may("write")

    @property
    def manages(self) -> bool:
        """Whether this role looks after the account: its people, sites, keys and what it is called."""
        return self.role in MANAGING_ROLES and self.may("admin")

    @property
    def may_issue_credits(self) -> bool:
        """Whether this role may grant credits and correct a balance."""
        return self.role in CREDIT_ISSUING_ROLES and self.may("billing")

    @property
    def sees_whole_account(self) -> bool:
        """Whether this user sees every site of the account, and so what the account as a whole spends."""
        return self.site_ids is None

    @property
    def actor(self) -> str:
        """How events and approvals name this person; their columns hold 120 characters."""
        key = f" with key {self.key_prefix}" if self.key_prefix else ""
        return f"user:{self.email}"[: 120 - len(key)] + key


@dataclass(frozen=True)
class SignedIn:
    """What the warehouse says of a user at this moment."""

    principal: Principal
    account_status: str


def principal_of(session: Session, user_id: int, account_id: int) -> SignedIn | None:
    """The principal of an active user, None when there is no such user (any more). No sign-in vouches for them.

    Needs a session without a scope, and makes it that account's.
    """
    bind_account(session, account_id)
    row = session.execute(_ACTIVE, {"user_id": user_id, "account_id": account_id}).one_or_none()
    if row is None:
        return None
    granted = session.scalars(_GRANTS, {"user_id": user_id, "account_id": account_id}).all()
    return _signed_in(user_id, account_id, row, granted)


def principal_by_sign_in(asker: "Asker", user_id: int, account_id: int, sign_in_id: int) -> SignedIn | None:
    """The principal of an active user whose sign-in has not ended; None when there is no such user (any more).

    Asked before every request, and on PostgreSQL in one round trip.
    """
    asked = {"user_id": user_id, "account_id": account_id, "sign_in_id": sign_in_id}
    found = asker.look(_SIGNED_IN, account_id, asked)
    if not found:
        return None
    [row] = found
    grants = asker.look(_GRANTED, account_id, asked) if row["role"] in GRANTED_ROLES else []
    return _signed_in(user_id, account_id, tuple(row.values()), [grant["site_id"] for grant in grants], sign_in_id)


_ACTIVE = (
    select(User.email, User.role, Account.status)
    .join(Account, Account.id == User.account_id)
    .where(
        User.id == bindparam("user_id", type_=BigInteger),
        User.account_id == bindparam("account_id", type_=BigInteger),
        User.is_active.is_(True),
    )
)
_SIGNED_IN = Question(
    _ACTIVE.join(SignIn, SignIn.user_id == User.id).where(living(bindparam("sign_in_id", type_=BigInteger)))
)
_GRANTS = select(SiteAccess.site_id).where(
    SiteAccess.user_id == bindparam("user_id", type_=BigInteger),
    SiteAccess.account_id == bindparam("account_id", type_=BigInteger),
)

_GRANTED = Question(_GRANTS)


def _signed_in(
    user_id: int, account_id: int, row: Sequence[str], granted: Sequence[int], sign_in_id: int | None = None
) -> SignedIn:
    email, role, status = row
    sites = tuple(granted) if role in GRANTED_ROLES else None
    return SignedIn(Principal(user_id, email, account_id, role, sites, sign_in_id), status)


def _answer(session: Session, query: Select[Any], asked: Mapping[str, Any]) -> Answer:
    return [dict(row) for row in session.execute(query, asked).mappings()]


class ScopedQuestion:
    """A query that comes often, of what whoever asks may see; its ``bindparam``s are given each time."""

    def __init__(self, query: Select[Any]) -> None:
        self.query = query
        self._of_account = Question(query.options(*_CONDITIONS_OF_ACCOUNT))
        self._of_sites = Question(query.options(*_CONDITIONS_OF_ACCOUNT, *_CONDITIONS_OF_SITES))

    def of(self, principal: Principal) -> Question:
        """The query under the conditions that a session of the principal would put on it."""
        return self._of_account if principal.site_ids is None else self._of_sites


class Asker:
    """Asks the questions of one request: on PostgreSQL over a line that it takes with the first and keeps until it hangs up."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._line: Line | None = None

    def look(self, question: Question, account_id: int, asked: Mapping[str, Any]) -> Answer:
        """The rows of an account that answer a question without a scope."""
        if self._warehouse.is_sqlite:
            with self._warehouse.read() as session:
                return _answer(session, question.query, asked)
        if self._line is None:
            self._line = Line(self._warehouse.engine)
        return self._line.ask(question, account_id, asked)

    def ask(self, principal: Principal, question: ScopedQuestion, asked: Mapping[str, Any]) -> Answer:
        """The rows that answer a question as a session of the principal would."""
        if self._warehouse.is_sqlite:
            with self._warehouse.read() as session:
                scope(session, principal)
                return _answer(session, question.query, asked)
        own = {_OWN_ACCOUNT: principal.account_id, _OWN_SITES: list(principal.site_ids or ())}
        return self.look(question.of(principal), principal.account_id, {**asked, **own})

    def hang_up(self) -> None:
        """Give the line back; the next question takes another one."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


def scope(session: Session, principal: Principal) -> None:
    """Make a session the principal's: from here on it reads and changes only what belongs to them."""
    session.info[_SCOPE] = _conditions(principal.account_id, principal.site_ids)
    bind_account(session, principal.account_id)


# Kept: making them costs as much as a short query.
@lru_cache(maxsize=1024)
def _conditions(account_id: int, site_ids: tuple[int, ...] | None) -> Sequence[LoaderCriteriaOption]:
    conditions = [
        with_loader_criteria(OfAccount, lambda row: row.account_id == account_id, include_aliases=True),
        with_loader_criteria(Account, lambda row: row.id == account_id, include_aliases=True),
    ]
    if site_ids is not None:
        conditions += [
            with_loader_criteria(OfSite, lambda row: row.site_id.in_(site_ids), include_aliases=True),
            with_loader_criteria(Site, lambda row: row.id.in_(site_ids), include_aliases=True),
        ]
        conditions += [
            with_loader_criteria(table, lambda row: row.site_id.in_(site_ids), include_aliases=True)
            for table in _MAY_NAME_A_SITE
        ]
    return conditions


# The same conditions for questions, which are made once for everybody.
_OWN_ACCOUNT, _OWN_SITES = "own_account", "own_sites"
_own_account = bindparam(_OWN_ACCOUNT, type_=BigInteger)
_own_sites = bindparam(_OWN_SITES, type_=ARRAY(BigInteger))
_CONDITIONS_OF_ACCOUNT = (
    with_loader_criteria(OfAccount, lambda row: row.account_id == _own_account, include_aliases=True),
    with_loader_criteria(Account, lambda row: row.id == _own_account, include_aliases=True),
)
_CONDITIONS_OF_SITES = (
    with_loader_criteria(OfSite, lambda row: row.site_id == any_(_own_sites), include_aliases=True),
    with_loader_criteria(Site, lambda row: row.id == any_(_own_sites), include_aliases=True),
    *(
        with_loader_criteria(table, lambda row: row.site_id == any_(_own_sites), include_aliases=True)
        for table in _MAY_NAME_A_SITE
    ),
)


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(statement: ORMExecuteState) -> None:
    conditions = statement.session.info.get(_SCOPE)
    if conditions and not statement.is_column_load and not statement.is_insert:
        statement.statement = statement.statement.options(*conditions)
