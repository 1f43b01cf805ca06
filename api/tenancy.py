"""The one place that keeps accounts apart: a principal's session sees that principal's rows and no others.

Every statement such a session runs gets the conditions below, whichever tables it names and however it joins them, so
that no route writes a tenant filter and none can forget one. Rows of another account simply are not there: reading one
by its id gives nothing, exactly as an id that never existed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from igny8_resources.warehouse.tables.columns import OfAccount, OfSite
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage, Effect, Event, Request
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User

# Editors and viewers see the sites they were granted; everybody else sees every site of the account.
GRANTED_ROLES = frozenset({"editor", "viewer"})
READ_ONLY_ROLES = frozenset({"viewer"})
# Credits are money: who pays for them cannot make them. The platform's own people and its payment system can.
CREDIT_ISSUING_ROLES = frozenset({"developer", "system_bot"})
_SCOPE = "igny8_api_scope"
# Rows of an account that may name a site.
_MAY_NAME_A_SITE = (Event, Request, AiCall, CreditUsage, Effect)


@dataclass(frozen=True)
class Principal:
    """Who is asking. ``site_ids`` are the granted sites; None means every site of the account."""

    user_id: int
    email: str
    account_id: int
    role: str
    site_ids: tuple[int, ...] | None

    @property
    def may_write(self) -> bool:
        """Whether this role may ask for work or change anything."""
        return self.role not in READ_ONLY_ROLES

    @property
    def may_issue_credits(self) -> bool:
        """Whether this role may grant credits and correct a balance."""
        return self.role in CREDIT_ISSUING_ROLES

    @property
    def sees_whole_account(self) -> bool:
        """Whether this user sees every site of the account, and so what the account as a whole spends."""
        return self.site_ids is None

    @property
    def actor(self) -> str:
        """How events and approvals name this person; their columns hold 120 characters."""
        return f"user:{self.email}"[:120]


@dataclass(frozen=True)
class SignedIn:
    """What the warehouse says of a user at this moment."""

    principal: Principal
    account_status: str


def principal_of(session: Session, user_id: int, account_id: int) -> SignedIn | None:
    """The principal of an active user, None when there is no such user (any more). Needs a session without a scope."""
    row = session.execute(
        select(User.email, User.role, Account.status)
        .join(Account, Account.id == User.account_id)
        .where(User.id == user_id, User.account_id == account_id, User.is_active.is_(True))
    ).one_or_none()
    if row is None:
        return None
    email, role, status = row
    granted: tuple[int, ...] | None = None
    if role in GRANTED_ROLES:
        grants = select(SiteAccess.site_id).where(SiteAccess.user_id == user_id, SiteAccess.account_id == account_id)
        granted = tuple(session.scalars(grants))
    return SignedIn(Principal(user_id, email, account_id, role, granted), status)


def scope(session: Session, principal: Principal) -> None:
    """Make a session the principal's: from here on it reads and changes only what belongs to them."""
    session.info[_SCOPE] = _conditions(principal)


def _conditions(principal: Principal) -> Sequence[LoaderCriteriaOption]:
    account_id = principal.account_id
    conditions = [
        with_loader_criteria(OfAccount, lambda row: row.account_id == account_id, include_aliases=True),
        with_loader_criteria(Account, lambda row: row.id == account_id, include_aliases=True),
    ]
    if principal.site_ids is not None:
        site_ids = principal.site_ids
        conditions += [
            with_loader_criteria(OfSite, lambda row: row.site_id.in_(site_ids), include_aliases=True),
            with_loader_criteria(Site, lambda row: row.id.in_(site_ids), include_aliases=True),
        ]
        conditions += [
            with_loader_criteria(table, lambda row: row.site_id.in_(site_ids), include_aliases=True)
            for table in _MAY_NAME_A_SITE
        ]
    return conditions


@event.listens_for(Session, "do_orm_execute")
def _apply_scope(statement: ORMExecuteState) -> None:
    conditions = statement.session.info.get(_SCOPE)
    if conditions and not statement.is_column_load and not statement.is_insert:
        statement.statement = statement.statement.options(*conditions)
