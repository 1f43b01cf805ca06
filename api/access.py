"""The dependency that every protected route has: who is asking, and a way into the warehouse that is already theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.problems import Problem, signed_out
from api.service import Service, service_of
from api.tenancy import Principal, principal_of, scope
from api.tokens import TokenRefused

_bearer = HTTPBearer(
    auto_error=False, scheme_name="access token", description="The `access_token` that `/api/v1/auth/login/` gives."
)


@dataclass(frozen=True)
class Access:
    """A signed-in user and the warehouse as they may see it."""

    principal: Principal
    service: Service

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for queries, scoped to the principal."""
        with self.service.warehouse.read() as session:
            scope(session, self.principal)
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, scoped to the principal."""
        with self.service.warehouse.write() as session:
            scope(session, self.principal)
            yield session


def _signed_in(
    service: Annotated[Service, Depends(service_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Access:
    if credentials is None:
        raise signed_out("Sign in first: send the header `Authorization: Bearer <access token>`.")
    try:
        claims = service.tokens.read(credentials.credentials)
    except TokenRefused as refused:
        raise signed_out(str(refused)) from refused
    with service.warehouse.read() as session:
        found = principal_of(session, claims.user_id, claims.account_id)
    if found is None:
        raise signed_out("The access token is not valid: sign in again.")
    if found.account_status != "active":
        raise Problem(403, f"This account is {found.account_status}.")
    return Access(found.principal, service)


def _may_write(access: Annotated[Access, Depends(_signed_in)]) -> Access:
    if not access.principal.may_write:
        raise Problem(403, f"The role {access.principal.role} may read but not change anything.")
    return access


def _sees_account(access: Annotated[Access, Depends(_signed_in)]) -> Access:
    if not access.principal.sees_whole_account:
        raise Problem(403, f"The role {access.principal.role} sees single sites; this is about the whole account.")
    return access


def _may_change_account(access: Annotated[Access, Depends(_may_write)]) -> Access:
    return _sees_account(access)


def _may_issue_credits(access: Annotated[Access, Depends(_signed_in)]) -> Access:
    if not access.principal.may_issue_credits:
        raise Problem(403, f"The role {access.principal.role} may not grant or adjust credits.")
    return access


Anyone = Annotated[Service, Depends(service_of)]
Reader = Annotated[Access, Depends(_signed_in)]
Writer = Annotated[Access, Depends(_may_write)]
AccountWriter = Annotated[Access, Depends(_may_change_account)]
AccountReader = Annotated[Access, Depends(_sees_account)]
CreditIssuer = Annotated[Access, Depends(_may_issue_credits)]
