"""A day's spending as Dagster's UI shows it: totals, and bars that compare sites and operations."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from igny8_resources.billing.usage import DayOfSpending

BAR_CHARACTERS = 24
MOST_BARS = 20


@dataclass(frozen=True)
class DayTotals:
    """A day added up. ``cost_usd`` is None when no call's cost is known."""

    calls: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None
    calls_without_cost: int


def totals_of(lines: Sequence[DayOfSpending]) -> DayTotals:
    """All lines together."""
    known = [line.cost_usd for line in lines if line.cost_usd is not None]
    return DayTotals(
        calls=sum(line.calls for line in lines),
        credits=sum((line.credits for line in lines), Decimal(0)),
        list_credits=sum((line.list_credits for line in lines), Decimal(0)),
        cost_usd=sum(known, Decimal(0)) if known else None,
        calls_without_cost=sum(line.calls_without_cost for line in lines),
    )


def spend_told(day: str, lines: Sequence[DayOfSpending]) -> str:
    """A day in Markdown: one sentence, then bars of credits at list price by site and by operation."""
    if not lines:
        return f"No model was called on {day}."
    totals = totals_of(lines)
    cost = "unknown" if totals.cost_usd is None else f"${totals.cost_usd:,.4f}"
    without = f" ({totals.calls_without_cost} calls of unknown cost)" if totals.calls_without_cost else ""
    said = (
        f"{totals.calls:,} calls on {day}: **{_plain(totals.credits)}** credits charged, {_plain(totals.list_credits)} at list "
        f"price; the providers take {cost}{without}."
    )
    by_site = _bars("By site", lines, "site_key")
    return "\n\n".join(
        [said, by_site, _bars("By operation", lines, "operation"), _bars("By provider", lines, "provider")]
    )


def _bars(heading: str, lines: Sequence[DayOfSpending], name: str) -> str:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[getattr(line, name)] += line.list_credits
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    longest = max(ranked[0][1], Decimal(1))
    width = max(len(key) for key, _ in ranked[:MOST_BARS])
    drawn = [
        f"{key:<{width}}  {'█' * round(BAR_CHARACTERS * amount / longest):<{BAR_CHARACTERS}}  {_plain(amount)}"
        for key, amount in ranked[:MOST_BARS]
    ]
    if len(ranked) > MOST_BARS:
        rest = sum((amount for _, amount in ranked[MOST_BARS:]), Decimal(0))
        drawn.append(f"and {len(ranked) - MOST_BARS} more: {_plain(rest)}")
    return "\n".join([f"{heading}, credits at list price", "", "```text", *drawn, "```"])


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
