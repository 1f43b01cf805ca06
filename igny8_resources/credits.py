"""The credit ledger: reserve before a call, settle after it, release on failure; never an overdraft.

Every movement is one row written under the account's lock with the balance after it, and has a reference that makes a
repeat harmless: the same reservation, settlement or grant is recorded once however often it is asked for. Grants, purchases,
refunds and adjustments by people are in ``igny8_resources.billing.movements``.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CTE, ColumnElement, Insert, Table, bindparam, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from igny8_resources.billing.levels import note_exhausted, note_level, note_settled
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import CENTIMILLI, Amount
from igny8_resources.warehouse.tables.ledgers import CreditPrice, CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.upsert import upsert

FREE_PROVIDERS = ("offline", "espeak-ng", "lexical", "minilm", "fastembed", "sentence-transformers")

# Credits per unit; from the specification's table. An administrator changes the rows, not this list.
DEFAULT_PRICES: tuple[tuple[str, str, str], ...] = (
    ("clustering", "request", "10"),
    ("embedding", "request", "0"),  # part of what it is for; journalled for its tokens
    ("ideas", "cluster", "15"),
    ("content", "100 words", "5"),
    ("article_outline", "article", "0"),  # part of content, which is paid by its words; journalled for its tokens
    ("image_prompts", "article", "2"),
    ("image", "image", "5"),
    ("image_test", "image", "1"),  # a trial picture belongs to no article; the specification asks for a minimal price
    ("linking", "article", "8"),
    ("optimisation_analysis", "article", "2"),
    ("optimisation_rewrite", "100 words", "5"),
    ("schema", "page", "2"),
    ("retroactive_scan", "page", "1"),
    ("retroactive_enhance", "page", "2"),
    ("site_structure", "site", "50"),
    ("site_page", "page", "20"),
    ("social_post", "platform", "1"),
    ("hashtags", "platform", "0.5"),
    ("social_thread", "thread", "2"),
    ("carousel", "carousel", "5"),
    ("social_image", "image", "3"),
    ("video_script", "script", "5"),
    ("video_script_section", "section", "1"),  # one section written anew; the specification prices whole scripts alone
    ("voiceover", "minute", "10"),
    ("voiceover_hd", "minute", "20"),
    ("voiceover_self_hosted", "minute", "2"),
    ("voice_sample", "sample", "1"),  # a voice tried out, as a trial picture is
    ("transcription", "minute", "0"),  # part of the voiceover, whose words it times; journalled for its price
    ("scene_image", "image", "3"),
    ("thumbnail", "image", "3"),
    ("video_composition", "render", "5"),
    ("video_seo", "platform", "1"),
)


class InsufficientCredits(Exception):
    """The account cannot pay for the operation; nothing was reserved and nothing was called."""

    def __init__(self, needed: Decimal, balance: Decimal) -> None:
        super().__init__(
            f"this needs {needed.normalize():f} credits and the account has {balance.normalize():f}; "
            "add credits or ask for less"
        )
        self.needed = needed
        self.balance = balance


class PriceMissing(LookupError):
    """The operation has no price, so that nothing is called and nothing is reserved for it."""

    def __init__(self, operation: str, provider: str) -> None:
        delivered = {name for name, _, _ in DEFAULT_PRICES}
        by = f" for the provider {provider!r}" if provider != "*" else ""
        remedy = (
            "`igny8 credits prices --restore` puts the delivered price back"
            if operation in delivered
            else f"`igny8 credits prices --set {operation}=CREDITS` gives it one"
        )
        super().__init__(f"operation {operation!r} has no row in credit_prices{by}: {remedy}")
        self.operation = operation


def seed_prices(session: Session) -> None:
    """Write the default price list where a price is missing; changed prices stay as they are."""
    rows = [
        {"operation": operation, "provider": provider, "unit": unit, "credits": price}
        for operation, unit, credits in DEFAULT_PRICES
        for provider, price in {"*": Decimal(credits), **dict.fromkeys(FREE_PROVIDERS, Decimal(0))}.items()
    ]
    upsert(session, CreditPrice, rows, key=("operation", "provider"))


def exact(amount: Decimal) -> Decimal:
    """An amount as the ledger keeps it: four decimals. Rounded once, so that every row about it says the same."""
    return amount.quantize(CENTIMILLI)


def price_of(session: Session, operation: str, provider: str) -> tuple[Decimal, Decimal]:
    """Credits per unit: what this provider is charged at, and the list price.

    Raises:
        PriceMissing: the operation has no list price, or a provider that is delivered with a price of its own has lost it:
            charging the list price for it would be a surprise.
    """
    rows = session.execute(
        select(CreditPrice.provider, CreditPrice.credits).where(
            CreditPrice.operation == operation, CreditPrice.provider.in_(("*", provider))
        )
    ).tuples()
    prices = dict(rows.all())
    if "*" not in prices:
        raise PriceMissing(operation, "*")
    if provider not in prices and provider in FREE_PROVIDERS:
        raise PriceMissing(operation, provider)
    return prices.get(provider, prices["*"]), prices["*"]


def price_at_settlement(
    session: Session, operation: str, provider: str, *, reserved: Decimal, units: Decimal
) -> tuple[Decimal, Decimal]:
    """The same for a call that has its answer: a price that was deleted meanwhile is the one it was reserved at."""
    try:
        return price_of(session, operation, provider)
    except PriceMissing:
        agreed = reserved / units if units else Decimal(0)
        return agreed, agreed


def record_movement(
    session: Session,
    account_id: int,
    amount: Decimal,
    *,
    kind: str,
    reference: str,
    description: str = "",
    actor: str = "system",
) -> tuple[CreditTransaction, bool]:
    """One row of the ledger under the account's lock, and whether it is new; says nothing about low credits.

    Raises:
        InsufficientCredits: the balance would fall below zero.
    """
    amount = exact(amount)
    # key_share: rows that refer to the account may still be written; else two calls that each have written one deadlock.
    locked = select(Account).where(Account.id == account_id).with_for_update(key_share=True)
    account = session.scalars(locked.execution_options(populate_existing=True)).one()
    known = session.scalar(
        select(CreditTransaction).where(
            CreditTransaction.account_id == account_id, CreditTransaction.reference == reference
        )
    )
    if known is not None:
        return known, False
    balance = account.credit_balance + amount
    if balance < 0:
        raise InsufficientCredits(-amount, account.credit_balance)
    account.credit_balance = balance
    transaction = CreditTransaction(
        account_id=account_id,
        kind=kind,
        amount=amount,
        balance_after=balance,
        reference=reference,
        description=description,
        actor=actor,
    )
    session.add(transaction)
    session.flush()
    return transaction, True


def move_credits(
    session: Session, account_id: int, amount: Decimal, *, kind: str, reference: str, description: str = ""
) -> CreditTransaction:
    """Add (or, when negative, take) credits; the same reference moves them once.

    Raises:
        InsufficientCredits: the balance would fall below zero.
    """
    transaction, is_new = record_movement(
        session, account_id, amount, kind=kind, reference=reference, description=description
    )
    if is_new:
        note_level(session, session.get_one(Account, account_id))
    return transaction


_ACCOUNTS: Table = Account.__table__  # type: ignore[assignment]
_TRANSACTIONS: Table = CreditTransaction.__table__  # type: ignore[assignment]
_BALANCE = _ACCOUNTS.c.credit_balance
# Made once: every call goes through them, and making a statement takes longer than the database takes to execute it.
_TAKEN = bindparam("taken", type_=Amount())
_TAKE = (
    update(_ACCOUNTS)
    .where(_ACCOUNTS.c.id == bindparam("account"), _TAKEN <= _BALANCE)
    .values(credit_balance=func.round(_BALANCE - _TAKEN, 4, type_=Amount()))
    .returning(_BALANCE)
)


def _recording() -> Insert:
    """Insert a movement whose reference is new; gives its id, or no row."""
    names = ("account_id", "kind", "amount", "balance_after", "reference", "description")
    given = {name: bindparam(name, type_=_TRANSACTIONS.c[name].type) for name in names}
    is_there = exists().where(
        _TRANSACTIONS.c.account_id == given["account_id"], _TRANSACTIONS.c.reference == given["reference"]
    )
    row = select(*given.values()).where(~is_there)
    return insert(_TRANSACTIONS).from_select(names, row).returning(_TRANSACTIONS.c.id)


_RECORD = _recording()
_SETTLEMENT = "difference to what was reserved"


def recording_a_reservation(
    call: CTE,
    amount: ColumnElement[Decimal],
    reference: ColumnElement[str],
    description: ColumnElement[str],
    now: ColumnElement[datetime],
) -> CTE:
    """``reserve`` as part of a larger statement, see ``_recording_with``."""
    return _recording_with(call, -amount, "deduction", reference + literal(":reserve"), description, now)


def recording_a_settlement(
    call: CTE, difference: ColumnElement[Decimal], reference: ColumnElement[str], now: ColumnElement[datetime]
) -> CTE:
    """The movement of ``settle`` as part of a larger statement, see ``_recording_with``."""
    return _recording_with(call, difference, "adjustment", reference + literal(":settle"), literal(_SETTLEMENT), now)


def _recording_with(
    call: CTE,
    amount: ColumnElement[Decimal],
    kind: str,
    reference: ColumnElement[str],
    description: ColumnElement[str],
    now: ColumnElement[datetime],
) -> CTE:
    """A movement as part of a larger statement, which PostgreSQL knows: made where ``call`` gives a row and it is not 0.

    The statement fails as a whole where the balance would fall below zero (``no_overdraft``) or the reference is known.

    Args:
        call: The part before; gives ``id`` and ``account_id`` of the call that moves the credits.
        amount: What is added to the balance.
        kind: The movement's kind.
        reference: Made of what ``call`` gives.
        description: For people.
        now: When.
    """
    # Joined, not looked up in a subquery: PostgreSQL does not repeat that when it has waited for the account's lock.
    moved = (
        update(_ACCOUNTS)
        .where(_ACCOUNTS.c.id == call.c.account_id, amount != 0)
        .values(credit_balance=func.round(_BALANCE + amount, 4, type_=Amount()))
        .returning(_ACCOUNTS.c.id, _BALANCE)
        .cte("moved")
    )
    row = {
        "account_id": moved.c.id,
        "kind": literal(kind),
        "amount": amount,
        "balance_after": moved.c.credit_balance,
        "reference": reference,
        "description": description,
        "actor": literal("system"),
        "created_at": now,
    }
    source = select(*row.values()).select_from(moved.join(call, moved.c.id == call.c.account_id))
    return insert(_TRANSACTIONS).from_select(list(row), source, include_defaults=False).cte("recorded")


def reserve(session: Session, account_id: int, amount: Decimal, *, reference: str, description: str) -> None:
    """Take credits for a call that is about to be made. A free call leaves no row.

    Raises:
        InsufficientCredits: the balance is too low.
    """
    amount = exact(amount)
    if amount <= 0:
        return
    reference = f"{reference}:reserve"
    # One statement looks at the balance, locks it and lowers it.
    balance = session.scalar(_TAKE, {"account": account_id, "taken": amount})
    if balance is None:
        said = (CreditTransaction.account_id == account_id, CreditTransaction.reference == reference)
        if session.scalar(select(CreditTransaction.id).where(*said)) is not None:
            return
        has = session.scalars(select(Account.credit_balance).where(Account.id == account_id)).one()
        raise InsufficientCredits(amount, has)
    movement = {
        "account_id": account_id,
        "kind": "deduction",
        "amount": -amount,
        "balance_after": balance,
        "reference": reference,
        "description": description,
    }
    if session.scalar(_RECORD, movement) is None:
        # It was reserved before, and nothing more is taken for it.
        session.execute(_TAKE, {"account": account_id, "taken": -amount})


def settle(
    session: Session, account_id: int, reserved: Decimal, actual: Decimal, *, reference: str, is_held: bool = True
) -> None:
    """Turn a reservation into what the call cost, at most what was reserved; the difference goes back.

    ``is_held`` says that the call's own row still counts as under way.

    Raises:
        ValueError: the call cost more than was reserved.
    """
    if actual > reserved:
        raise ValueError(f"a call that reserved {reserved} credits cannot cost {actual}")
    if reserved != actual:
        record_movement(
            session,
            account_id,
            reserved - actual,
            kind="adjustment",
            reference=f"{reference}:settle",
            description=_SETTLEMENT,
        )
    if actual > 0:
        note_settled(session, account_id, closing=reserved if is_held else Decimal(0))


def release(session: Session, account_id: int, reserved: Decimal, *, reference: str) -> None:
    """Give a reservation back after a call that brought nothing."""
    if reserved > 0:
        record_movement(
            session,
            account_id,
            reserved,
            kind="adjustment",
            reference=f"{reference}:release",
            description="the call failed; its reservation was released",
        )


def note_refused(
    warehouse: Warehouse, account_id: int, short: InsufficientCredits, *, subject: str, site_id: int | None
) -> None:
    """Tell that a reservation was refused, at most once an hour and account; after the refused transaction, not in it."""
    note_exhausted(warehouse, account_id, needed=short.needed, balance=short.balance, subject=subject, site_id=site_id)
