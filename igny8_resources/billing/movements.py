"""Credits that people and the calendar move: grants, purchases, refunds and adjustments.

Each is one row of the ledger and one event, with who did it and why, and is recorded once for its reference. What models
take and give back is in ``igny8_resources.credits``.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy.orm import Session

from igny8_resources.billing.levels import note_level
from igny8_resources.credits import InsufficientCredits, exact, record_movement
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.ledgers import CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account

MovementKind = Literal["grant", "purchase", "refund", "adjustment"]
# How the ledger names them: a grant is what a subscription brings.
LEDGER_KINDS: dict[MovementKind, str] = {
    "grant": "subscription",
    "purchase": "purchase",
    "refund": "refund",
    "adjustment": "adjustment",
}
EVENT_KINDS: dict[MovementKind, str] = {
    "grant": "credits.granted",
    "purchase": "credits.purchased",
    "refund": "credits.refunded",
    "adjustment": "credits.adjusted",
}
MOST_AT_ONCE = Decimal(1_000_000_000)
LONGEST_REFERENCE = CreditTransaction.reference.type.length
LONGEST_REASON = CreditTransaction.description.type.length
LONGEST_ACTOR = CreditTransaction.actor.type.length


class MovementRefused(ValueError):
    """Credits cannot be moved as asked; the message says why and what would work. Nothing was moved."""


@dataclass(frozen=True)
class Movement:
    """Credits to move: how many, as what, why and by whom; ``reference`` makes a repeat harmless."""

    kind: MovementKind
    amount: Decimal
    reference: str
    reason: str
    actor: str


def move(session: Session, account_id: int, movement: Movement) -> tuple[CreditTransaction, bool]:
    """Record a movement in the caller's transaction.

    Returns:
        Its row, and whether it is new: the same reference moves credits once.

    Raises:
        MovementRefused: the amount cannot be moved so (a negative grant, an adjustment that overdraws, no reason), or the
            reference belongs to a movement of other facts.
    """
    amount = _usable_amount(movement)
    _refuse_unusable_texts(movement)
    try:
        row, is_new = record_movement(
            session,
            account_id,
            amount,
            kind=LEDGER_KINDS[movement.kind],
            reference=movement.reference,
            description=movement.reason,
            actor=movement.actor,
        )
    except InsufficientCredits as overdrawn:
        raise MovementRefused(
            f"an adjustment of {amount.normalize():f} credits would overdraw the account: it has "
            f"{overdrawn.balance.normalize():f}; take at most that"
        ) from overdrawn
    if not is_new:
        if (row.kind, row.amount) != (LEDGER_KINDS[movement.kind], amount):
            raise MovementRefused(
                f"reference {movement.reference!r} stands for a {row.kind} of {row.amount.normalize():f} credits already; "
                "choose another reference"
            )
        return row, False
    account = session.get_one(Account, account_id)
    note_level(session, account)
    append_event(
        session,
        EVENT_KINDS[movement.kind],
        account.slug,
        account_id=account_id,
        payload={
            "amount": f"{amount.normalize():f}",
            "balance": f"{row.balance_after.normalize():f}",
            "reference": movement.reference,
            "reason": movement.reason,
        },
        actor=movement.actor,
    )
    return row, True


def _usable_amount(movement: Movement) -> Decimal:
    kind, amount = movement.kind, movement.amount
    if not amount.is_finite():
        raise MovementRefused(f"{amount} is not an amount of credits")
    if abs(amount) > MOST_AT_ONCE:
        raise MovementRefused(f"{amount:f} credits at once: at most {MOST_AT_ONCE:,f} can be moved")
    if amount != exact(amount):
        raise MovementRefused(f"{amount.normalize():f} credits: the ledger keeps four decimals")
    if amount == 0:
        raise MovementRefused(f"{_named(kind)} of 0 credits moves nothing")
    if amount < 0 and kind != "adjustment":
        raise MovementRefused(
            f"{_named(kind)} of {amount.normalize():f} credits is refused: it can only add credits; "
            "an adjustment takes them away"
        )
    return exact(amount)


def _refuse_unusable_texts(movement: Movement) -> None:
    if not movement.reference.strip():
        raise MovementRefused(f"{_named(movement.kind)} needs a reference")
    if not movement.reason.strip():
        raise MovementRefused(f"{_named(movement.kind)} needs a reason: it stands in the ledger for whoever asks later")
    texts = (
        ("reference", movement.reference, LONGEST_REFERENCE),
        ("reason", movement.reason, LONGEST_REASON),
        ("actor", movement.actor, LONGEST_ACTOR),
    )
    for name, text, longest in texts:
        if len(text) > longest:
            raise MovementRefused(f"{name}: at most {longest} characters, this has {len(text)}")


def _named(kind: MovementKind) -> str:
    return f"an {kind}" if kind == "adjustment" else f"a {kind}"
