"""Billing: credits granted, sold, given back and corrected, by the platform's people and its payment system."""

import uuid
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from api.access import Access, CreditIssuer
from api.envelope import Asked, Envelope, GivenAmount, PlainText, refusals
from api.problems import Problem
from api.routing import Router
from api.shapes.billing import MovementDone, TransactionItem
from api.submission import IdempotencyKey
from igny8_resources.billing.movements import (
    LEDGER_KINDS,
    LONGEST_REASON,
    MOST_AT_ONCE,
    Movement,
    MovementKind,
    MovementRefused,
    move,
)
from igny8_resources.warehouse.tables.ledgers import CreditTransaction

router = Router(prefix="/billing", tags=["billing"])

Amount = Annotated[GivenAmount, Field(decimal_places=4, examples=["500"])]
Reason = Annotated[
    PlainText, Field(min_length=1, max_length=LONGEST_REASON, description="Why; it stands in the ledger.")
]


class Grant(Asked):
    """Credits to add."""

    kind: Literal["grant", "purchase", "refund"] = Field("grant", description="What the credits are.")
    amount: Annotated[Amount, Field(gt=0, le=MOST_AT_ONCE, description="Credits to add.")]
    reason: Reason


class Adjustment(Asked):
    """A correction of the balance."""

    amount: Annotated[
        Amount, Field(ge=-MOST_AT_ONCE, le=MOST_AT_ONCE, description="Credits to add, or take if negative.")
    ]
    reason: Reason


@router.post("/grants/", summary="Add credits", responses=refusals(400, 401, 403, 409, 413))
def grant_credits(access: CreditIssuer, asked: Grant, key: IdempotencyKey = None) -> Envelope[MovementDone]:
    """Grant, sell or give back credits. Roles developer and system_bot alone."""
    return _moved(access, asked.kind, asked.amount, asked.reason, key)


@router.post("/adjustments/", summary="Correct the balance", responses=refusals(400, 401, 403, 409, 413))
def adjust_credits(access: CreditIssuer, asked: Adjustment, key: IdempotencyKey = None) -> Envelope[MovementDone]:
    """Add or take credits with a reason. Roles developer and system_bot alone."""
    if asked.amount == 0:
        raise Problem(400, "An adjustment of 0 credits moves nothing.", {"amount": ["must not be 0"]})
    return _moved(access, "adjustment", asked.amount, asked.reason, key)


def _moved(access: Access, kind: MovementKind, amount: Decimal, reason: str, key: str | None) -> Envelope[MovementDone]:
    # No other movement's reference begins so.
    reference = f"api:{key}" if key is not None else f"api:{uuid.uuid4().hex}"
    with access.write() as session:
        known = select(CreditTransaction).where(CreditTransaction.reference == reference)
        before = session.scalar(known)
        if before is not None and (before.kind, before.amount, before.description) != (
            LEDGER_KINDS[kind],
            amount,
            reason,
        ):
            raise Problem(409, "This Idempotency-Key was used for a different movement; choose a new one.")
        wanted = Movement(kind, amount, reference, reason, access.principal.actor)
        try:
            row, is_new = move(session, access.principal.account_id, wanted)
        except MovementRefused as refused:
            sentence = str(refused)
            raise Problem(409, f"{sentence[0].upper()}{sentence[1:]}.") from refused
        done = MovementDone(transaction=TransactionItem.model_validate(row), balance=row.balance_after)
    return Envelope(data=done, message="Recorded." if is_new else "This movement was recorded before.")
