"""The price list as an administrator sees it: shown, changed, and put back where rows were deleted."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.credits import DEFAULT_PRICES, FREE_PROVIDERS, PriceMissing, exact, seed_prices
from igny8_resources.warehouse.tables.ledgers import CreditPrice

HIGHEST = Decimal(1_000_000)


class PriceRefused(ValueError):
    """A price cannot be set as asked; the message says why. Nothing was changed."""


def price_list(session: Session) -> Sequence[CreditPrice]:
    """Every price, by operation; an operation's list price (``*``) before those of single providers."""
    return session.scalars(
        select(CreditPrice).order_by(CreditPrice.operation, CreditPrice.provider != "*", CreditPrice.provider)
    ).all()


def missing_prices(session: Session) -> list[PriceMissing]:
    """Delivered prices whose rows are gone, each as the error that its next call will get."""
    there = set(session.execute(select(CreditPrice.operation, CreditPrice.provider)).tuples())
    return [
        PriceMissing(operation, provider)
        for operation, _, _ in DEFAULT_PRICES
        for provider in ("*", *FREE_PROVIDERS)
        if (operation, provider) not in there
    ]


def restore_prices(session: Session) -> int:
    """Put delivered prices back where their rows are gone; changed prices stay. Returns how many were put back."""
    missing = len(missing_prices(session))
    seed_prices(session)
    return missing


def set_price(
    session: Session, operation: str, credits: Decimal, *, provider: str = "*", unit: str = ""
) -> CreditPrice:
    """Change a price or add one; calls that are made from now on are reserved and settled at it.

    Args:
        session: The caller's transaction.
        operation: What is priced.
        credits: Credits per unit; 0 is free.
        provider: Whose calls; ``*`` is the list price.
        unit: What is counted; needed for an operation that has no price yet.

    Raises:
        PriceRefused: the price is negative or no number, or a new operation has no unit.
    """
    if not credits.is_finite() or not 0 <= credits <= HIGHEST or credits != exact(credits):
        raise PriceRefused(
            f"a price of {credits} credits for {operation!r} is refused: expected 0 to {HIGHEST:,} with up to four decimals"
        )
    for name, text, longest in (("operation", operation, 60), ("provider", provider, 40), ("unit", unit, 40)):
        if len(text) > longest or (name != "unit" and not text.strip()):
            raise PriceRefused(f"{name} {text!r}: expected 1 to {longest} characters")
    rows = {row.provider: row for row in session.scalars(select(CreditPrice).where(CreditPrice.operation == operation))}
    delivered = {name: each for name, each, _ in DEFAULT_PRICES}
    known_unit = next((row.unit for row in rows.values()), delivered.get(operation, ""))
    if not (unit or known_unit):
        raise PriceRefused(f"{operation!r} is a new operation: name its unit too, such as --unit article")
    if provider != "*" and "*" not in rows:
        raise PriceRefused(f"{operation!r} has no list price: set that first, without --provider")
    row = rows.get(provider)
    if row is None:
        row = CreditPrice(operation=operation, provider=provider)
        session.add(row)
    row.credits, row.unit = exact(credits), unit or known_unit
    session.flush()
    return row
