"""When an account runs low: one event as it falls below a tenth of its monthly grant, one an hour while it is refused work.

What counts is the *settled* balance: the balance and what calls under way hold of it. A reservation lowers the balance and a
release raises it again, and neither changes what was spent; so a burst of calls, or calls that fail, tell of nothing.
"""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, literal, or_, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import Amount, utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.tenancy import Account

LOW_SHARE = Decimal("0.1")
LOW = "credits.low"
EXHAUSTED = "credits.exhausted"
QUIET = timedelta(hours=1)


def low_line(monthly_credits: Decimal) -> Decimal:
    """The balance below which an account is low; 0 without a monthly grant, so that it never is."""
    return monthly_credits * LOW_SHARE


def held_credits(session: Session, account_id: int) -> Decimal:
    """Credits that calls under way have reserved and not yet settled."""
    pending = select(func.sum(AiCall.reserved)).where(AiCall.account_id == account_id, AiCall.status == "pending")
    return session.scalar(pending) or Decimal(0)


def note_level(session: Session, account: Account, *, closing: Decimal = Decimal(0)) -> None:
    """Tell once that an account has become low, and forget it when it is not any more; the caller holds its lock.

    Args:
        session: The transaction that moved the credits.
        account: The account, locked, with its new balance.
        closing: A reservation that this very transaction settles: it holds nothing any more.
    """
    line = low_line(account.monthly_credits)
    settled = account.credit_balance
    if settled < line:
        settled += max(Decimal(0), held_credits(session, account.id) - closing)
    if settled >= line:
        account.low_credits_since = None
    elif account.low_credits_since is None:
        account.low_credits_since = utc_now()
        facts = {"balance": settled, "monthly_credits": account.monthly_credits, "low_below": line}
        append_event(session, LOW, account.slug, account_id=account.id, payload=_plain(facts))


def note_settled(session: Session, account_id: int, closing: Decimal) -> None:
    """The same after a call was settled. Costs one look at the account; its lock is taken in the moment it becomes low."""
    balance, monthly, since = session.execute(
        select(Account.credit_balance, Account.monthly_credits, Account.low_credits_since).where(
            Account.id == account_id
        )
    ).one()
    # Settling only ever lowers what counts, so an account that is known to be low stays it.
    if since is not None or balance >= low_line(monthly):
        return
    locked = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    account = session.scalars(locked.execution_options(populate_existing=True)).one()
    note_level(session, account, closing=closing)


def nothing_to_tell(released: ColumnElement[Decimal]) -> ColumnElement[bool]:
    """Whether ``note_settled`` would tell of nothing; a condition for a statement that settles a call.

    Args:
        released: What the settlement gives back to the balance.
    """
    line = Account.monthly_credits * literal(LOW_SHARE, Amount())
    return or_(Account.low_credits_since.is_not(None), Account.credit_balance + released >= line)


def note_exhausted(
    warehouse: Warehouse, account_id: int, *, needed: Decimal, balance: Decimal, subject: str, site_id: int | None
) -> bool:
    """Tell that work was refused for want of credits, at most once an hour and account; whether it was told now.

    A transaction of its own: the one that was refused is rolled back, and its event with it.
    """
    before = utc_now() - QUIET
    told_long_ago = or_(Account.exhausted_at.is_(None), Account.exhausted_at <= before)
    with warehouse.read() as session:
        if session.scalar(select(Account.id).where(Account.id == account_id, told_long_ago)) is None:
            return False
    with warehouse.write() as session:
        # Of two processes that are refused at the same instant, the second one finds nothing to change.
        turn = update(Account).where(Account.id == account_id, told_long_ago).values(exhausted_at=utc_now())
        slug = session.scalar(turn.returning(Account.slug).execution_options(synchronize_session=False))
        if slug is None:
            return False
        facts = {"needed": needed, "balance": balance}
        append_event(
            session,
            EXHAUSTED,
            slug,
            account_id=account_id,
            site_id=site_id,
            payload={**_plain(facts), "refused": subject},
        )
    return True


def _plain(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {name: f"{amount.normalize():f}" for name, amount in amounts.items()}
