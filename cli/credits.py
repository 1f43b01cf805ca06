"""``igny8 credits …``: what an account has, what it was spent on, and credits granted, sold, corrected and priced."""

import uuid
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import console, platform_here, sentences

if TYPE_CHECKING:
    from igny8_resources.billing.movements import MovementKind
    from igny8_resources.platform import Platform

credits_app = typer.Typer(
    no_args_is_help=True, help="Credits: balance, spending, grants, corrections and the price list."
)

AccountSlug = Annotated[str, typer.Option("--account", help="The account's slug.")]
Amount = Annotated[str, typer.Argument(help="Credits, with up to four decimals.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger.")]
Reference = Annotated[
    str,
    typer.Option(
        "--reference", help="A name of the movement, such as an invoice's number: repeated, it moves nothing."
    ),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A UTC day, included.")]


@credits_app.command("balance")
def balance(
    account: AccountSlug = "main",
    most: Annotated[int, typer.Option(min=0, help="Movements to show, the newest first.")] = 10,
) -> None:
    """What an account has, and its newest movements."""
    from sqlalchemy import select

    from igny8_resources.billing.levels import held_credits, low_line
    from igny8_resources.warehouse.store.sites import account_by_slug
    from igny8_resources.warehouse.tables.ledgers import CreditTransaction

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            row = account_by_slug(session, account)
            held, line = held_credits(session, row.id), low_line(row.monthly_credits)
            moved = session.scalars(
                select(CreditTransaction)
                .where(CreditTransaction.account_id == row.id)
                .order_by(CreditTransaction.id.desc())
                .limit(most)
            ).all()
        low = f"  [yellow]low: below {_plain(line)}[/]" if row.credit_balance + held < line else ""
        under_way = f", {_plain(held)} more held by calls under way" if held else ""
        console.print(
            f"[bold]{escape(account)}[/] has {_plain(row.credit_balance)} credits{under_way}; "
            f"{_plain(row.monthly_credits)} a month{low}"
        )
        if moved:
            table = Table("when", "what", "credits", "balance", "why", "by")
            for each in moved:
                table.add_row(
                    f"{each.created_at:%Y-%m-%d %H:%M}",
                    each.kind,
                    _plain(each.amount),
                    _plain(each.balance_after),
                    escape(each.description),
                    escape(each.actor),
                )
            console.print(table)


@credits_app.command("usage")
def usage(
    by: Annotated[str, typer.Option(help="operation, site, user, model, provider or day.")] = "operation",
    account: AccountSlug = "main",
    since: Day = None,
    until: Day = None,
) -> None:
    """What an account's credits were spent on, with what the providers took."""
    from igny8_resources.billing.movements import MovementRefused
    from igny8_resources.billing.usage import GROUPINGS, of_days, spent_by
    from igny8_resources.warehouse.store.sites import account_by_slug
    from igny8_resources.warehouse.tables.ledgers import CreditUsage

    with sentences():
        parts = platform_here()
        grouping = next((each for each in GROUPINGS if each == by), None)
        if grouping is None:
            raise MovementRefused(f"--by {by}: choose one of {', '.join(GROUPINGS)}")
        period = of_days(since.date() if since else None, until.date() if until else None)
        with parts.warehouse.read() as session:
            owner = CreditUsage.account_id == account_by_slug(session, account).id
            groups = spent_by(session, grouping, owner, *period)
        table = Table(by, "calls", "credits", "at list price", "US dollars", "calls of unknown cost")
        for group in groups:
            dollars = "unknown" if group.cost_usd is None else f"{group.cost_usd:.6f}"
            table.add_row(
                escape(group.key),
                f"{group.calls:,}",
                _plain(group.credits),
                _plain(group.list_credits),
                dollars,
                f"{group.calls_without_cost:,}",
            )
        console.print(table if groups else f"{account} spent nothing.")


# A negative amount is an amount and no option; whether it may be moved is said in a sentence.
_NEGATIVE = {"ignore_unknown_options": True}


@credits_app.command("grant", context_settings=_NEGATIVE)
def grant(
    amount: Amount,
    reason: Reason,
    account: AccountSlug = "main",
    kind: Annotated[str, typer.Option(help="grant, purchase or refund.")] = "grant",
    reference: Reference = "",
) -> None:
    """Add credits to an account."""
    from igny8_resources.billing.movements import MovementRefused

    with sentences():
        kinds: dict[str, MovementKind] = {"grant": "grant", "purchase": "purchase", "refund": "refund"}
        if kind not in kinds:
            raise MovementRefused(f"--kind {kind}: choose one of {', '.join(kinds)}")
        _move(platform_here(), account, kinds[kind], amount, reason, reference)


@credits_app.command("adjust", context_settings=_NEGATIVE)
def adjust(amount: Amount, reason: Reason, account: AccountSlug = "main", reference: Reference = "") -> None:
    """Correct a balance; a negative amount takes credits away."""
    with sentences():
        _move(platform_here(), account, "adjustment", amount, reason, reference)


def _move(parts: "Platform", slug: str, kind: "MovementKind", amount: str, reason: str, reference: str) -> None:
    from igny8_resources.billing.movements import Movement, move
    from igny8_resources.warehouse.store.sites import account_by_slug

    name = f"cli:{reference or uuid.uuid4().hex}"
    movement = Movement(kind, _decimal(amount), name, reason, "cli")
    with parts.warehouse.write() as session:
        row, is_new = move(session, account_by_slug(session, slug).id, movement)
        now = row.balance_after
    if is_new:
        console.print(f"{escape(slug)} has {_plain(now)} credits now.")
    else:
        console.print(f"{escape(reference)} was recorded before; nothing was moved.")


@credits_app.command("renew")
def renew(
    month: Annotated[str, typer.Option(help="The month, e.g. 2026-11; without it the present one.")] = "",
) -> None:
    """Grant every active account its credits for a month, once."""
    from igny8_resources.billing.renewal import month_of
    from igny8_resources.billing.renewal import renew as renew_accounts
    from igny8_resources.warehouse.tables.columns import utc_now

    with sentences():
        done = renew_accounts(platform_here().warehouse, month or month_of(utc_now()))
        for slug, amount in done.granted:
            console.print(f"{escape(slug)}: {_plain(amount)} credits")
        if not done.granted:
            console.print(f"Every account has its credits of {done.month}.")


@credits_app.command("prices")
def prices(
    change: Annotated[
        list[str] | None, typer.Option("--set", help="A new price: operation=credits, e.g. content=6; repeat.")
    ] = None,
    provider: Annotated[str, typer.Option(help="The provider that --set is about; * is the list price.")] = "*",
    unit: Annotated[str, typer.Option(help="What a new operation is counted in.")] = "",
    restore: Annotated[bool, typer.Option("--restore", help="Put deleted prices of the delivered list back.")] = False,
) -> None:
    """The price list; --set changes it, --restore puts back what was deleted."""
    from igny8_resources.billing.prices import PriceRefused, missing_prices, price_list, restore_prices, set_price

    with sentences():
        parts = platform_here()
        if change or restore:
            with parts.warehouse.write() as session:
                if restore:
                    console.print(f"{restore_prices(session)} prices were put back.")
                for each in change or ():
                    operation, equals, credits = each.partition("=")
                    if not equals:
                        raise PriceRefused(f"--set {each}: expected operation=credits, e.g. content=6")
                    row = set_price(session, operation.strip(), _decimal(credits), provider=provider, unit=unit)
                    console.print(_price_told(row))
            return
        with parts.warehouse.read() as session:
            rows, missing = price_list(session), missing_prices(session)
        table = Table("operation", "per", "credits", "other prices")
        own: dict[str, dict[str, list[str]]] = {}
        for row in rows:
            if row.provider != "*":
                own.setdefault(row.operation, {}).setdefault(_plain(row.credits), []).append(row.provider)
        for row in rows:
            if row.provider == "*":
                others = "; ".join(
                    f"{price}: {', '.join(names)}" for price, names in own.get(row.operation, {}).items()
                )
                table.add_row(escape(row.operation), escape(row.unit), _plain(row.credits), escape(others))
        console.print(table)
        for gone in missing:
            console.print(f"[yellow]{escape(str(gone))}[/]", soft_wrap=True)


def _price_told(row: Any) -> str:
    whose = "" if row.provider == "*" else f" for {row.provider}"
    return escape(f"{row.operation} costs {_plain(row.credits)} credits per {row.unit}{whose}")


def _decimal(text: str) -> Decimal:
    from igny8_resources.billing.movements import MovementRefused

    try:
        return Decimal(text.strip())
    except InvalidOperation as unreadable:
        raise MovementRefused(f"{text!r} is not a number of credits") from unreadable


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
