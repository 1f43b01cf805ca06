"""Billing: what the account has, what it was spent on, and what that cost in money."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import ColumnElement, func, select

from api.access import AccountReader, BillingReader
from api.envelope import AskedAsText, Envelope, GivenDay, Page, PlainText, RowId, refusals
from api.listing import MOST_ROWS, SearchQuery, columns_of, list_page
from api.problems import Problem, not_found
from api.routes.writer import cost_by_operation
from api.routes.writer_requests import MOST_ARTICLES, MOST_TASKS
from api.routing import Router
from api.shapes.billing import (
    ArticleAverage,
    Balance,
    CostBreakdown,
    CostLine,
    Limits,
    PriceItem,
    TransactionItem,
    Usage,
    UsageGroup,
    total,
)
from igny8_resources.billing.levels import held_credits, low_line
from igny8_resources.billing.prices import price_list
from igny8_resources.billing.usage import Grouping, articles_cost, of_days, spent_by, spent_on
from igny8_resources.warehouse.store.sites import MOST_SECTORS
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account, Site

router = Router(prefix="/billing", tags=["billing"])

RECENT = 10


@router.get("/balance/", summary="Credit balance", responses=refusals(401, 403))
def read_balance(access: BillingReader) -> Envelope[Balance]:
    """The account's credits and the newest movements."""
    with access.read() as session:
        account = session.get_one(Account, access.principal.account_id)
        newest = select(CreditTransaction).order_by(CreditTransaction.id.desc()).limit(RECENT)
        # A movement says which site and article it was for.
        recent = session.scalars(newest).all() if access.principal.sees_whole_account else []
        held, line = held_credits(session, account.id), low_line(account.monthly_credits)
        return Envelope(
            data=Balance(
                balance=account.credit_balance,
                reserved=held,
                monthly_credits=account.monthly_credits,
                plan=account.plan,
                is_low=account.credit_balance + held < line,
                low_below=line,
                low_since=account.low_credits_since,
                recent=[TransactionItem.model_validate(movement) for movement in recent],
            )
        )


class PeriodQuery(AskedAsText):
    """Which spending to add up; days are UTC and both are included."""

    site: PlainText | None = Field(None, max_length=60, description="Only this site; its key.")
    date_from: GivenDay | None = Field(None, description="First day.")
    date_to: GivenDay | None = Field(None, description="Last day.")

    def conditions(self, entity: Any = CreditUsage, moment: Any = CreditUsage.created_at) -> list[ColumnElement[bool]]:
        """The filters as conditions.

        Raises:
            Problem: 400, the period ends before it begins.
        """
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise Problem(400, "The period ends before it begins.", {"date_to": ["lies before date_from"]})
        found = of_days(self.date_from, self.date_to, moment)
        if self.site is not None:
            found.append(entity.site_id == select(Site.id).where(Site.key == self.site).scalar_subquery())
        return found


class UsageQuery(PeriodQuery):
    """Which spending to add up, and by what."""

    group_by: Grouping = Field("operation", description="What the calls of a group share.")


@router.get(
    "/usage/", summary="Spending by operation, site, user, model, provider or day", responses=refusals(400, 401, 403)
)
def read_usage(access: BillingReader, query: Annotated[UsageQuery, Query()]) -> Envelope[Usage]:
    """What was spent on what. ``list_credits`` is what the same work costs with a paid provider."""
    conditions = query.conditions()
    with access.read() as session:
        groups = spent_by(session, query.group_by, *conditions)
        operations = cost_by_operation(session, *conditions)
    return Envelope(
        data=Usage(
            date_from=query.date_from,
            date_to=query.date_to,
            site=query.site,
            group_by=query.group_by,
            calls=sum(group.calls for group in groups),
            credits=sum((group.credits for group in groups), Decimal(0)),
            list_credits=sum((group.list_credits for group in groups), Decimal(0)),
            cost_usd=total([group.cost_usd for group in groups]),
            groups=[UsageGroup.model_validate(group) for group in groups],
            operations=operations,
        )
    )


@router.get("/cost-breakdown/", summary="Credits beside the providers' prices", responses=refusals(400, 401, 403))
def read_cost_breakdown(access: BillingReader, query: Annotated[PeriodQuery, Query()]) -> Envelope[CostBreakdown]:
    """What every operation cost with every provider and model, in credits and US dollars, and an article on average."""
    conditions = query.conditions()
    with access.read() as session:
        lines = spent_on(session, *conditions)
        articles = articles_cost(session, *conditions)
        failed = select(func.sum(AiCall.cost_usd)).where(
            AiCall.status == "failed", *query.conditions(AiCall, AiCall.finished_at)
        )
        failed_cost = session.scalar(failed) or Decimal(0)
    count = articles.articles
    return Envelope(
        data=CostBreakdown(
            date_from=query.date_from,
            date_to=query.date_to,
            site=query.site,
            credits=sum((line.credits for line in lines), Decimal(0)),
            list_credits=sum((line.list_credits for line in lines), Decimal(0)),
            cost_usd=total([line.cost_usd for line in lines]),
            failed_cost_usd=failed_cost,
            article=ArticleAverage(
                articles=count,
                credits=_each(articles.credits, count),
                list_credits=_each(articles.list_credits, count),
                cost_usd=_each(articles.cost_usd, count),
            ),
            lines=[CostLine.model_validate(line) for line in lines],
        )
    )


def _each(amount: Decimal | None, count: int) -> Decimal | None:
    return None if amount is None or not count else round(amount / count, 8)


class TransactionQuery(SearchQuery):
    """Filters of the list of movements; days are UTC and both are included."""

    entity: ClassVar = CreditTransaction
    searched: ClassVar = (CreditTransaction.description, CreditTransaction.reference, CreditTransaction.actor)

    kind: Literal["purchase", "subscription", "refund", "deduction", "adjustment"] | None = None
    date_from: GivenDay | None = Field(None, description="First day.")
    date_to: GivenDay | None = Field(None, description="Last day.")
    ordering: Literal["id", "-id", "amount", "-amount", "created_at", "-created_at"] = "-id"

    def where(self) -> Iterator[ColumnElement[bool]]:
        """The filters' conditions."""
        if self.kind is not None:
            yield CreditTransaction.kind == self.kind
        yield from of_days(self.date_from, self.date_to, CreditTransaction.created_at)


@router.get("/transactions/", summary="List movements of credits", responses=refusals(400, 401, 403, 404))
def list_transactions(
    access: AccountReader, request: Request, query: Annotated[TransactionQuery, Query()]
) -> Page[TransactionItem]:
    """Every movement of the account's credits, the newest first; roles that see single sites may not read it."""
    columns = columns_of(CreditTransaction, TransactionItem)
    return list_page(access, request, select(*columns), query, TransactionItem)


@router.get("/transactions/{id}/", summary="One movement of credits", responses=refusals(400, 401, 403, 404))
def read_transaction(access: AccountReader, id: RowId) -> Envelope[TransactionItem]:  # noqa: A002 - the path's own name
    """One movement with what it was for and who made it."""
    with access.read() as session:
        movement = session.scalar(select(CreditTransaction).where(CreditTransaction.id == id))
        if movement is None:
            raise not_found("movement")
        return Envelope(data=TransactionItem.model_validate(movement))


@router.get("/prices/", summary="Price list", responses=refusals(401, 403))
def read_prices(access: BillingReader) -> Envelope[list[PriceItem]]:
    """Credits per unit of every operation."""
    with access.read() as session:
        return Envelope(data=[PriceItem.model_validate(price) for price in price_list(session)])


@router.get("/limits/", summary="What one request may ask for", responses=refusals(401, 403))
def read_limits(access: BillingReader) -> Envelope[Limits]:
    """Operational limits. Nothing is capped by plan."""
    settings = access.service.settings
    with access.read() as session:
        account = session.get_one(Account, access.principal.account_id)
    return Envelope(
        data=Limits(
            plan=account.plan,
            monthly_credits=account.monthly_credits,
            articles_per_request=MOST_ARTICLES,
            tasks_per_request=MOST_TASKS,
            bulk_above=settings.bulk_above,
            sectors_per_site=MOST_SECTORS,
            rows_per_page=MOST_ROWS,
            import_max_bytes=settings.import_max_bytes,
        )
    )
