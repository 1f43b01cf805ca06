"""The monthly grant: once a month and account, however often, however late and by however many it is asked for.

The month's name is in the movement's reference (``grant:2026-11``), so that the ledger itself refuses the second one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import and_, exists, not_, select
from sqlalchemy.orm import Session

from igny8_resources.billing.movements import Movement, move
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class RenewalRefused(ValueError):
    """The month cannot be renewed; the message says why."""


@dataclass(frozen=True)
class Renewed:
    """What one renewal did: the slugs and credits of the accounts that it granted now."""

    month: str
    granted: tuple[tuple[str, Decimal], ...]

    @property
    def credits(self) -> Decimal:
        """Credits granted in all."""
        return sum((amount for _, amount in self.granted), Decimal(0))


def month_of(moment: datetime) -> str:
    """The month of a moment in UTC, as ``2026-11``."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def grant_reference(month: str) -> str:
    """The reference of an account's grant for a month."""
    return f"grant:{month}"


def accounts_due(session: Session, month: str, *, now: datetime | None = None) -> Sequence[int]:
    """Ids of the accounts that have not had their grant for a month.

    Active accounts with a monthly grant that were there in that month. The first credits of an account that was made in
    that very month are its grant for it.

    Raises:
        RenewalRefused: this is not a month, or one that has not begun.
    """
    begins, ends = _bounds(month)
    if begins > (now or utc_now()):
        raise RenewalRefused(f"{month} has not begun; its credits are granted when it has")
    movement = CreditTransaction.account_id == Account.id
    granted = exists().where(movement, CreditTransaction.reference == grant_reference(month))
    first_credits = exists().where(
        movement, CreditTransaction.kind == "subscription", CreditTransaction.reference.not_like("grant:%")
    )
    due = select(Account.id).where(
        Account.status == "active",
        Account.monthly_credits > 0,
        Account.created_at < ends,
        not_(granted),
        not_(and_(Account.created_at >= begins, first_credits)),
    )
    return session.scalars(due.order_by(Account.id)).all()


def renew(warehouse: Warehouse, month: str, *, now: datetime | None = None) -> Renewed:
    """Grant every account that is due its credits for a month, a transaction each.

    Raises:
        RenewalRefused: this is not a month, or one that has not begun.
    """
    with warehouse.read() as session:
        due = accounts_due(session, month, now=now)
    granted = []
    for account_id in due:
        with warehouse.write() as session:
            # Read under lock: a plan that changes at the same instant is granted as it then stands.
            account = session.scalars(
                select(Account).where(Account.id == account_id).with_for_update(key_share=True)
            ).one()
            if account.status != "active" or account.monthly_credits <= 0:
                continue
            known = select(CreditTransaction.id).where(
                CreditTransaction.account_id == account_id, CreditTransaction.reference == grant_reference(month)
            )
            if session.scalar(known) is not None:
                continue
            grant = Movement(
                "grant", account.monthly_credits, grant_reference(month), f"monthly credits of {month}", "system"
            )
            move(session, account_id, grant)
            granted.append((account.slug, account.monthly_credits))
    return Renewed(month, tuple(granted))


def _bounds(month: str) -> tuple[datetime, datetime]:
    found = _MONTH.fullmatch(month)
    if found is None or found[1] in {"0000", "9999"}:
        raise RenewalRefused(f"{month!r} is not a month; expected one such as 2026-11")
    year, number = int(found[1]), int(found[2])
    begins = datetime(year, number, 1, tzinfo=UTC)
    return begins, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
