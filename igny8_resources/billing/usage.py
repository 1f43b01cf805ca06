"""What was spent on what: settled calls added up by operation, site, user, model, provider or day.

Queries alone, on whatever the session may see: the API's session is scoped to its caller, others see every account.
Credits are what was charged; ``cost_usd`` is what the providers take, from the usage that they reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Date, Select, cast, distinct, func, select, tuple_
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Site, User
from igny8_resources.warehouse.tables.writer import Task

Grouping = Literal["operation", "site", "user", "model", "provider", "day"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
# What a group without a name is called: calls that belong to no site, or that nobody asked for.
UNNAMED = {"site": "no site", "user": "automation"}


@dataclass(frozen=True)
class Spent:
    """Calls added up. ``cost_usd`` is None when the cost of none of them is known; ``calls_without_cost`` says of how many."""

    key: str
    calls: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    calls_without_cost: int


@dataclass(frozen=True)
class SpentOn:
    """What one operation of one provider and model cost, with its tokens."""

    operation: str
    provider: str
    model: str
    calls: int
    units: Decimal
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    calls_without_cost: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class ArticlesCost:
    """What articles cost together: the calls whose subject is an article's partition."""

    articles: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None


def utc_day(session: Session, moment: Any) -> ColumnElement[date]:
    """The UTC day of a moment, on either database and whatever the session's time zone."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(moment)
    return cast(func.timezone("UTC", moment), Date)


def _sums() -> tuple[ColumnElement[Any], ...]:
    return (
        func.count(CreditUsage.id),
        func.sum(CreditUsage.credits),
        func.sum(CreditUsage.list_credits),
        func.sum(CreditUsage.cost_usd),
        func.count(CreditUsage.id) - func.count(CreditUsage.cost_usd),
    )


def spent_by(session: Session, grouping: Grouping, *conditions: ColumnElement[bool]) -> list[Spent]:
    """Spending by one of ``GROUPINGS``: days in their order, everything else the dearest first."""
    key: Any
    joined: Select[Any]
    if grouping == "site":
        key = Site.key
        joined = select(key, *_sums()).select_from(CreditUsage).outerjoin(Site, Site.id == CreditUsage.site_id)
    elif grouping == "user":
        key = User.email
        joined = select(key, *_sums()).select_from(CreditUsage).outerjoin(User, User.id == CreditUsage.user_id)
    else:
        key = (utc_day(session, CreditUsage.created_at) if grouping == "day" else getattr(CreditUsage, grouping)).label(
            "grouped"
        )
        joined = select(key, *_sums()).select_from(CreditUsage)
    order = (key,) if grouping == "day" else (func.sum(CreditUsage.list_credits).desc(), key)
    rows = session.execute(joined.where(*conditions).group_by(key).order_by(*order)).tuples()
    return [Spent(str(name) if name is not None else UNNAMED[grouping], *sums) for name, *sums in rows]


def spent_on(session: Session, *conditions: ColumnElement[bool]) -> list[SpentOn]:
    """Spending by operation, provider and model, with tokens; the dearest first."""
    key = (CreditUsage.operation, CreditUsage.provider, CreditUsage.model)
    calls, *sums = _sums()
    rows = session.execute(
        select(
            *key,
            calls,
            func.sum(CreditUsage.units),
            *sums,
            func.sum(AiCall.input_tokens),
            func.sum(AiCall.output_tokens),
        )
        .join(AiCall, AiCall.id == CreditUsage.ai_call_id)
        .where(*conditions)
        .group_by(*key)
        .order_by(func.sum(CreditUsage.list_credits).desc(), *key)
    ).tuples()
    return [SpentOn(*row) for row in rows]


def articles_cost(session: Session, *conditions: ColumnElement[bool]) -> ArticlesCost:
    """What the articles among the spending cost together; divide by ``articles`` for one."""
    row = session.execute(
        select(
            func.count(distinct(CreditUsage.subject)),
            func.sum(CreditUsage.credits),
            func.sum(CreditUsage.list_credits),
            func.sum(CreditUsage.cost_usd),
        )
        .join(
            Task,
            tuple_(Task.account_id, Task.partition_key) == tuple_(CreditUsage.account_id, CreditUsage.subject),
        )
        .where(*conditions)
    ).one()
    articles, charged, listed, cost = row
    return ArticlesCost(articles, charged or Decimal(0), listed or Decimal(0), cost)


@dataclass(frozen=True)
class DayOfSpending:
    """One line of a day's spending: a site's calls of one operation to one provider."""

    site_key: str
    operation: str
    provider: str
    calls: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    calls_without_cost: int


def spending_of_day(session: Session, day: date) -> Sequence[DayOfSpending]:
    """All sites' spending of one UTC day, the dearest first."""
    key = (Site.key, CreditUsage.operation, CreditUsage.provider)
    rows = session.execute(
        select(*key, *_sums())
        .select_from(CreditUsage)
        .outerjoin(Site, Site.id == CreditUsage.site_id)
        .where(*of_days(day, day))
        .group_by(*key)
        .order_by(func.sum(CreditUsage.list_credits).desc(), *key)
    ).tuples()
    return [DayOfSpending(site or UNNAMED["site"], *rest) for site, *rest in rows]


def of_days(first: date | None, last: date | None, moment: Any = CreditUsage.created_at) -> list[ColumnElement[bool]]:
    """Conditions for a period of UTC days, both included."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(moment >= datetime.combine(first, time.min, UTC))
    if last is not None and last < date.max:
        conditions.append(moment < datetime.combine(last + timedelta(days=1), time.min, UTC))
    return conditions
