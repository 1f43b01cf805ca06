"""The dependency that every protected route has: who is asking, and a way into the warehouse that is already theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.problems import Problem, signed_out
from api.service import Service, its_service
from api.tenancy import Asker, Principal, ScopedQuestion, SignedIn, principal_by_sign_in, principal_of, scope
from api.tokens import Claims, TokenRefused
from igny8_resources import api_keys
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.questions import Answer

if TYPE_CHECKING:
    from igny8_resources.platform import Platform

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="access token",
    description="The `access_token` that `/api/v1/auth/login/` gives, or an API key, which begins with `igny8_`.",
)


# Where a request keeps the way in that its dependencies gave it.
SCOPE_KEY = "igny8.access"
Gate = Callable[[Principal], None]


class Access:
    """A signed-in user and the warehouse as they may see it.

    Who it is is looked up when it is first asked for, or by ``prove``: on the thread that does the work, so that a request
    goes to a thread once. Whatever was required of them before is looked at in the same moment.

    Who waits for a second connection while holding one may wait for somebody who does the same. So the line of questions is
    kept from one to the next only for endpoints that do nothing but ask (``AskingReader``).
    """

    def __init__(self, service: Service, find: Callable[[Asker], Principal]) -> None:
        self.service = service
        self.only_asks = False
        self._find = find
        self._asker = Asker(service.warehouse)
        self._gates: list[Gate] = []
        self._principal: Principal | None = None

    @property
    def principal(self) -> Principal:
        """Who is asking, who may do what was required of them.

        Raises:
            Problem: as ``prove``.
        """
        if self._principal is None:
            try:
                found = self._find(self._asker)
                for gate in self._gates:
                    gate(found)
                self._principal = found
            finally:
                if not self.only_asks or self._principal is None:
                    self._asker.hang_up()
        return self._principal

    def prove(self) -> "Access":
        """Find out who is asking, and whether they may; once.

        Raises:
            Problem: 401, nobody is signed in any more; 403, they may not do what was required of them.
        """
        _ = self.principal
        return self

    def through(self, gate: Gate) -> "Access":
        """Require something of whoever it is: a gate raises a ``Problem``."""
        if self._principal is not None:
            gate(self._principal)
        self._gates.append(gate)
        return self

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse for work that opens its own sessions: the account's, without the scope of the principal's sites."""
        return self.service.warehouse.of_account(self.principal.account_id)

    @property
    def platform(self) -> "Platform":
        """Models and what they need, over the account's warehouse."""
        return self.service.platform_of(self.principal.account_id)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for queries, scoped to the principal."""
        self.done()
        with self.service.warehouse.read() as session:
            scope(session, self.principal)
            yield session

    def ask(self, question: ScopedQuestion, **asked: Any) -> Answer:
        """The rows that answer a question that comes often, scoped to the principal.

        Args:
            question: What is asked.
            asked: The values of its parameters.
        """
        principal = self.principal
        try:
            return self._asker.ask(principal, question, asked)
        finally:
            if not self.only_asks:
                self._asker.hang_up()

    def done(self) -> None:
        """Nothing more is asked."""
        self.only_asks = False
        self._asker.hang_up()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, scoped to the principal."""
        self.done()
        with self.service.warehouse.write() as session:
            scope(session, self.principal)
            yield session


def access_of(service: Service, token: str) -> Access:
    """The way in of whoever an access token or an API key speaks for, looked up.

    Raises:
        Problem: 401, the token cannot be used or its user is gone; 403, the account is not active.
    """
    return way_in(service, token).prove()


def way_in(service: Service, token: str) -> Access:
    """The same, not looked up yet.

    Raises:
        Problem: 401, the token was not made here or has expired.
    """
    if token.startswith(api_keys.BEGINNING):
        return Access(service, lambda _asker: _by_key(service, token))
    try:
        claims = service.tokens.read(token)
    except TokenRefused as refused:
        raise signed_out(str(refused)) from refused
    return Access(service, lambda asker: _by_sign_in(asker, claims))


def _by_sign_in(asker: Asker, claims: Claims) -> Principal:
    found = principal_by_sign_in(asker, claims.user_id, claims.account_id, claims.sign_in_id)
    if found is None:
        raise signed_out("The access token is not valid: sign in again.")
    return _active(found)


def _by_key(service: Service, key: str) -> Principal:
    with service.warehouse.read() as session:
        row = api_keys.find_key(session, key)
        found = principal_of(session, row.created_by, row.account_id) if row is not None else None
    if row is None or found is None:
        raise signed_out("This API key is not valid: it was revoked, has expired, or who made it has left.")
    principal = _active(found)
    if api_keys.use_is_stale(row):
        with service.warehouse.of_account(row.account_id).write() as session:
            api_keys.note_use(session, row.id)
    return replace(principal, key_prefix=row.prefix, scopes=api_keys.granted(row.scopes))


def _active(found: SignedIn) -> Principal:
    if found.account_status != "active":
        raise Problem(403, f"This account is {found.account_status}.")
    return found.principal


# What follows asks nobody and waits for nothing: as plain functions each of them would be carried to a thread and back.


async def _signed_in(
    request: Request,
    service: Annotated[Service, Depends(its_service)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Access:
    if credentials is None:
        raise signed_out("Sign in first: send the header `Authorization: Bearer <access token>`.")
    access = way_in(service, credentials.credentials)
    request.scope[SCOPE_KEY] = access
    return access


SignedInCaller = Annotated[Access, Depends(_signed_in)]


class Way:
    """A dependency: a way in for whoever these gates let through, looked at in their order.

    ``only_asks`` is for endpoints that need no session (``Access.ask``).
    """

    def __init__(self, *gates: Gate, only_asks: bool = False) -> None:
        self.gates = gates
        self.only_asks = only_asks

    async def __call__(self, access: SignedInCaller) -> Access:
        """Require it of whoever asks."""
        return self.required_of(access)

    def required_of(self, access: Access) -> Access:
        """Require it of whoever comes in this way."""
        for gate in self.gates:
            access.through(gate)
        return access


def _is_a_person(who: Principal) -> None:
    if who.sign_in_id is None:
        raise Problem(403, "This is for people who signed in; an API key cannot do it.")


@lru_cache(maxsize=8)
def _has_scope(scope: api_keys.Scope) -> Gate:
    def gate(who: Principal) -> None:
        if not who.may(scope):
            raise Problem(403, f"This API key does not have the scope {scope}.")

    return gate


def _has_writing_role(who: Principal) -> None:
    if not who.may_write:
        raise Problem(403, f"The role {who.role} may read but not change anything.")


def _has_managing_role(who: Principal) -> None:
    if not who.manages:
        raise Problem(403, f"The role {who.role} may not manage the account.")


def _sees_every_site(who: Principal) -> None:
    if not who.sees_whole_account:
        raise Problem(403, f"The role {who.role} sees single sites; this is about the whole account.")


def _has_issuing_role(who: Principal) -> None:
    if not who.may_issue_credits:
        raise Problem(403, f"The role {who.role} may not grant or adjust credits.")


Anyone = Annotated[Service, Depends(its_service)]
# Whoever signed in with a password, whatever their role: their own devices and password.
Person = Annotated[Access, Depends(Way(_is_a_person))]
Reader = Annotated[Access, Depends(Way(_has_scope("read")))]
AskingReader = Annotated[Access, Depends(Way(_has_scope("read"), only_asks=True))]
_WRITES = (_has_scope("write"), _has_writing_role)
Writer = Annotated[Access, Depends(Way(*_WRITES))]
AccountWriter = Annotated[Access, Depends(Way(*_WRITES, _sees_every_site))]
# Owners, admins and developers: people, sites, keys, the account.
_MANAGES = (_has_scope("admin"), _has_managing_role)
Manager = Annotated[Access, Depends(Way(*_MANAGES))]
ManagingPerson = Annotated[Access, Depends(Way(*_MANAGES, _is_a_person))]
BillingReader = Annotated[Access, Depends(Way(_has_scope("billing")))]
AccountReader = Annotated[Access, Depends(Way(_has_scope("billing"), _sees_every_site))]
CreditIssuer = Annotated[Access, Depends(Way(_has_scope("billing"), _has_issuing_role))]
