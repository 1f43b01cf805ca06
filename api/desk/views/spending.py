"""What the page about credits shows: the balance and its course, and what was spent on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.access import Access
from api.desk.charts import Chart, bars_by_day, line_by_day
from igny8_resources.billing.levels import held_credits, low_line
from igny8_resources.billing.usage import Grouping, Spent, of_days, spent_by, utc_day
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account, Site

PERIODS = (7, 30, 90)
RECENT = 12
_GROUPS: tuple[tuple[Grouping, str], ...] = (("operation", "By operation"), ("site", "By site"), ("model", "By model"))
Measure = Literal["credits", "list"]


@dataclass(frozen=True)
class GroupLine:
    """One line of a breakdown; ``share`` is its part of the largest one, 0 to 100."""

    name: str
    calls: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    share: float


@dataclass(frozen=True)
class Breakdown:
    """Spending by one thing, the dearest first."""

    title: str
    lines: list[GroupLine]


@dataclass(frozen=True)
class SpendingPage:
    """Everything on the page about credits.

    ``balance_chart`` and ``movements`` are missing for whoever sees single sites: they are about the whole account.
    """

    balance: Decimal
    held: Decimal
    monthly: Decimal
    plan: str
    low_below: Decimal
    is_low: bool
    days: int
    site: Site | None
    measure: Measure
    calls: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    balance_chart: Chart | None
    balance_days: Sequence[tuple[date, Decimal]]
    spend_chart: Chart
    spend_days: Sequence[tuple[date, Decimal]]
    breakdowns: list[Breakdown]
    movements: Sequence[CreditTransaction]


def spending_page(
    session: Session, access: Access, site: Site | None, days: int, measure: Measure | None
) -> SpendingPage:
    """The last so many days, today included; a constant number of queries.

    Without a ``measure`` it is what was charged, or the list price while nothing was charged: the offline provider is free.
    """
    account = session.get_one(Account, access.principal.account_id)
    today = utc_now().date()
    period = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    conditions = of_days(period[0], today)
    if site is not None:
        conditions.append(CreditUsage.site_id == site.id)
    by_day = spent_by(session, "day", *conditions)
    charged = sum((day.credits for day in by_day), Decimal(0))
    listed = sum((day.list_credits for day in by_day), Decimal(0))
    known = [day.cost_usd for day in by_day if day.cost_usd is not None]
    measure = measure or ("credits" if charged or not listed else "list")
    spend_days = _every_day(period, by_day, measure)
    held, line = held_credits(session, account.id), low_line(account.monthly_credits)
    whole = access.principal.sees_whole_account
    balances = _balances(session, period) if whole else []
    recent = select(CreditTransaction).order_by(CreditTransaction.id.desc()).limit(RECENT)
    return SpendingPage(
        balance=account.credit_balance,
        held=held,
        monthly=account.monthly_credits,
        plan=account.plan,
        low_below=line,
        is_low=account.credit_balance + held < line,
        days=days,
        site=site,
        measure=measure,
        calls=sum(day.calls for day in by_day),
        credits=charged,
        list_credits=listed,
        cost_usd=sum(known, Decimal(0)) if known else None,
        balance_chart=line_by_day("Balance", "credits", balances) if whole else None,
        balance_days=balances,
        spend_chart=bars_by_day("Spent by day", "credits", spend_days),
        spend_days=spend_days,
        breakdowns=[
            Breakdown(title, _lines(spent_by(session, group, *conditions), measure))
            for group, title in _GROUPS
            if group != "site" or site is None
        ],
        movements=session.scalars(recent).all() if whole else [],
    )


def _value(spent: Spent, measure: Measure) -> Decimal:
    return spent.list_credits if measure == "list" else spent.credits


def _every_day(period: Sequence[date], by_day: Sequence[Spent], measure: Measure) -> list[tuple[date, Decimal]]:
    known = {spent.key: _value(spent, measure) for spent in by_day}
    return [(day, known.get(day.isoformat(), Decimal(0))) for day in period]


def _lines(groups: Sequence[Spent], measure: Measure) -> list[GroupLine]:
    ordered = sorted(groups, key=lambda spent: _value(spent, measure), reverse=True)
    most = max((_value(spent, measure) for spent in ordered), default=Decimal(0))
    return [
        GroupLine(
            spent.key.replace("_", " "),
            spent.calls,
            spent.credits,
            spent.list_credits,
            spent.cost_usd,
            round(float(100 * _value(spent, measure) / most), 1) if most else 0.0,
        )
        for spent in ordered[:20]
    ]


def _balances(session: Session, period: Sequence[date]) -> list[tuple[date, Decimal]]:
    """The balance at the end of every day; days without a movement keep the one before."""
    day = utc_day(session, CreditTransaction.created_at)
    begins: ColumnElement[bool] = CreditTransaction.created_at >= datetime.combine(period[0], time.min, UTC)
    last_of_day = select(func.max(CreditTransaction.id)).where(begins).group_by(day)
    closing = session.execute(
        select(day, CreditTransaction.balance_after).where(CreditTransaction.id.in_(last_of_day))
    ).tuples()
    by_day = {str(when): balance for when, balance in closing}
    before = session.scalar(
        select(CreditTransaction.balance_after).where(~begins).order_by(CreditTransaction.id.desc()).limit(1)
    )
    balance = before or Decimal(0)
    found = []
    for each in period:
        balance = by_day.get(each.isoformat(), balance)
        found.append((each, balance))
    return found
