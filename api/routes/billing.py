"""Billing: what the account has and what it was spent on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import ColumnElement, select

from api.access import Reader
from api.envelope import Asked, Envelope, PlainText, refusals
from api.problems import Problem
from api.routes.writer import cost_by_operation
from api.shapes.billing import Balance, TransactionItem, Usage
from igny8_resources.warehouse.tables.ledgers import CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account, Site

router = APIRouter(prefix="/billing", tags=["billing"])

RECENT = 10


@router.get("/balance/", summary="Credit balance", responses=refusals(401, 403))
def read_balance(access: Reader) -> Envelope[Balance]:
    """The account's credits and the newest movements."""
    with access.read() as session:
        account = session.get_one(Account, access.principal.account_id)
        recent = session.scalars(select(CreditTransaction).order_by(CreditTransaction.id.desc()).limit(RECENT))
        return Envelope(
            data=Balance(
                balance=account.credit_balance,
                monthly_credits=account.monthly_credits,
                plan=account.plan,
                # The warning level of the specification: a tenth of the monthly grant.
                is_low=account.credit_balance < account.monthly_credits / 10,
                recent=[TransactionItem.model_validate(movement) for movement in recent],
            )
        )


class UsageQuery(Asked):
    """Which spending to add up; days are UTC and both are included."""

    site: PlainText | None = Field(None, max_length=60, description="Only this site; its key.")
    date_from: date | None = Field(None, description="First day.")
    date_to: date | None = Field(None, description="Last day.")

    def where(self) -> Iterator[ColumnElement[bool]]:
        """Conditions of the filters."""
        if self.site is not None:
            yield CreditUsage.site_id == select(Site.id).where(Site.key == self.site).scalar_subquery()
        if self.date_from is not None:
            yield CreditUsage.created_at >= datetime.combine(self.date_from, time.min, UTC)
        if self.date_to is not None:
            last = min(self.date_to, date.max - timedelta(days=1))
            yield CreditUsage.created_at < datetime.combine(last + timedelta(days=1), time.min, UTC)


@router.get("/usage/", summary="Spending by operation", responses=refusals(400, 401, 403))
def read_usage(access: Reader, query: Annotated[UsageQuery, Query()]) -> Envelope[Usage]:
    """What was spent on what. ``list_credits`` is what the same work costs with a paid provider."""
    if query.date_from and query.date_to and query.date_from > query.date_to:
        raise Problem(400, "The period ends before it begins.", {"date_to": ["lies before date_from"]})
    with access.read() as session:
        operations = cost_by_operation(session, *query.where())
    return Envelope(
        data=Usage(
            date_from=query.date_from,
            date_to=query.date_to,
            site=query.site,
            calls=sum(operation.calls for operation in operations),
            credits=sum((operation.credits for operation in operations), Decimal(0)),
            list_credits=sum((operation.list_credits for operation in operations), Decimal(0)),
            operations=operations,
        )
    )
