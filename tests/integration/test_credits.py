"""The credit ledger: exact, never overdrawn, and the sum of what moved is the balance at every row."""

import random
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from igny8_resources.credits import (
    DEFAULT_PRICES,
    FREE_PROVIDERS,
    InsufficientCredits,
    move_credits,
    price_of,
    release,
    reserve,
    seed_prices,
    settle,
)
from igny8_resources.events import append_event
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import CreditPrice, CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account
from tests.at_once import at_once
from tests.warehouse_samples import make_place


def ledger(warehouse: Warehouse, account_id: int) -> list[CreditTransaction]:
    with warehouse.read() as session:
        rows = select(CreditTransaction).where(CreditTransaction.account_id == account_id)
        return list(session.scalars(rows.order_by(CreditTransaction.id)))


def balance(warehouse: Warehouse, account_id: int) -> Decimal:
    """The balance, after making sure that every row of the ledger adds up to it."""
    total = Decimal(0)
    for row in ledger(warehouse, account_id):
        total += row.amount
        assert row.balance_after == total, (
            f"row {row.id} ({row.reference}) says {row.balance_after}, the sum is {total}"
        )
        assert total >= 0
    with warehouse.read() as session:
        assert session.get_one(Account, account_id).credit_balance == total
    return total


def take(warehouse: Warehouse, account_id: int, amount: str, reference: str) -> None:
    with warehouse.write() as session:
        reserve(session, account_id, Decimal(amount), reference=reference, description="content for crema-lane-1")


@pytest.fixture
def account_id(warehouse) -> int:
    return make_place(warehouse, credits=Decimal(100)).account_id


def test_a_call_reserves_then_settles_at_what_it_cost(warehouse, account_id):
    take(warehouse, account_id, "60", "call:1:1")
    assert balance(warehouse, account_id) == 40
    with warehouse.write() as session:
        settle(session, account_id, Decimal(60), Decimal("45.5"), reference="call:1:1")
    assert balance(warehouse, account_id) == Decimal("54.5")
    assert [(row.kind, row.amount) for row in ledger(warehouse, account_id)] == [
        ("subscription", 100),
        ("deduction", -60),
        ("adjustment", Decimal("14.5")),
    ]


def test_a_call_that_fails_gives_its_reservation_back(warehouse, account_id):
    take(warehouse, account_id, "60", "call:1:1")
    with warehouse.write() as session:
        release(session, account_id, Decimal(60), reference="call:1:1")
    assert balance(warehouse, account_id) == 100


def test_a_call_at_exactly_its_reservation_needs_no_second_row(warehouse, account_id):
    take(warehouse, account_id, "60", "call:1:1")
    with warehouse.write() as session:
        settle(session, account_id, Decimal(60), Decimal(60), reference="call:1:1")
    assert len(ledger(warehouse, account_id)) == 2


def test_a_free_call_leaves_no_row(warehouse, account_id):
    take(warehouse, account_id, "0", "call:1:1")
    with warehouse.write() as session:
        settle(session, account_id, Decimal(0), Decimal(0), reference="call:1:1")
        release(session, account_id, Decimal(0), reference="call:1:1")
    assert [row.reference for row in ledger(warehouse, account_id)] == ["first-credits"]


def test_saying_it_again_moves_nothing(warehouse, account_id):
    for _ in range(3):
        take(warehouse, account_id, "60", "call:1:1")
        with warehouse.write() as session:
            settle(session, account_id, Decimal(60), Decimal(45), reference="call:1:1")
    assert balance(warehouse, account_id) == 55
    assert len(ledger(warehouse, account_id)) == 3


def test_a_call_cannot_settle_above_its_reservation(warehouse, account_id):
    with pytest.raises(ValueError, match="reserved 10 credits cannot cost 11"), warehouse.write() as session:
        settle(session, account_id, Decimal(10), Decimal(11), reference="call:1:1")


def test_who_has_too_little_is_told_so_and_nothing_moves(warehouse, account_id):
    with pytest.raises(InsufficientCredits, match=r"needs 100\.5 credits and the account has 100; add credits"):
        take(warehouse, account_id, "100.5", "call:1:1")
    assert balance(warehouse, account_id) == 100
    assert len(ledger(warehouse, account_id)) == 1


def test_the_database_itself_refuses_a_negative_balance(warehouse, account_id):
    row = {"account_id": account_id, "kind": "deduction", "amount": Decimal(-101), "balance_after": Decimal(-1)}
    with pytest.raises(IntegrityError, match="no_overdraft"), warehouse.write() as session:
        session.execute(insert(CreditTransaction).values(**row, reference="by hand"))


def test_fifty_at_once_never_overdraw(warehouse, account_id):
    """100 credits, fifty calls of 7: fourteen are made, thirty-six are told that there is too little."""
    told = at_once(partial(take, warehouse, account_id, "7", f"call:{number}:1") for number in range(50))
    refused = [each for each in told if isinstance(each, InsufficientCredits)]
    assert (told.count(None), len(refused)) == (14, 36)
    assert balance(warehouse, account_id) == 2


def test_the_same_call_fifty_times_at_once_is_paid_once(warehouse, account_id):
    assert at_once([partial(take, warehouse, account_id, "7", "call:1:1")] * 50) == [None] * 50
    assert balance(warehouse, account_id) == 93


def test_who_has_just_written_of_the_account_can_still_take_from_it(warehouse, account_id):
    """A row that refers to the account holds a lock on it on PostgreSQL; that must not end in a deadlock."""

    def work(number: int) -> None:
        with warehouse.write() as session:
            append_event(session, "article.written", f"crema-lane-{number}", account_id=account_id)
            session.flush()
            reserve(session, account_id, Decimal(1), reference=f"call:{number}:1", description="")

    assert at_once(partial(work, number) for number in range(12)) == [None] * 12
    assert balance(warehouse, account_id) == 88


def test_a_tenth_a_thousand_times_is_a_hundred(warehouse):
    account_id = make_place(warehouse, credits=Decimal(0), slug="thrifty", key="thrifty").account_id
    with warehouse.write() as session:
        for number in range(1_000):
            move_credits(session, account_id, Decimal("0.1"), kind="purchase", reference=f"p{number}")
    assert balance(warehouse, account_id) == Decimal(100)
    take(warehouse, account_id, "100", "call:1:1")
    assert balance(warehouse, account_id) == 0


def test_a_fraction_of_a_ten_thousandth_is_rounded_once(warehouse, account_id):
    """Rounding the amount and the balance apart would let them drift: here half a unit meets an odd balance."""
    take(warehouse, account_id, "0.0001", "odd")
    for number in range(20):
        take(warehouse, account_id, f"0.{number:04d}5", f"half:{number}")
    assert balance(warehouse, account_id) < Decimal(1000)


def test_large_sums_stay_exact(warehouse, account_id):
    with warehouse.write() as session:
        move_credits(session, account_id, Decimal("99999999899.9999"), kind="purchase", reference="large")
        move_credits(session, account_id, Decimal("0.0001"), kind="purchase", reference="small")
    assert balance(warehouse, account_id) == Decimal(100_000_000_000)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_mix_of_parallel_work_adds_up(warehouse, seed):
    """Calls that succeed, cost less, fail, repeat themselves or stop in the middle, on six threads and two accounts."""
    accounts = [
        make_place(warehouse, credits=Decimal(200), slug=f"account-{name}", key=f"site-{name}").account_id
        for name in "ab"
    ]

    def work(thread: int) -> int:
        chance, outcomes = random.Random(f"{seed}/{thread}"), 0
        for number in range(12):
            account_id, reference = chance.choice(accounts), f"call:{thread}:{number}"
            # Now and then a reference that other threads use too.
            reference = f"shared:{number}" if chance.random() < 0.2 else reference
            reserved = Decimal(chance.randint(1, 99_999)) / 10_000
            try:
                take(warehouse, account_id, str(reserved), reference)
            except InsufficientCredits:
                continue
            ending = chance.random()
            if reference.startswith("shared") or ending < 0.1:
                continue
            with warehouse.write() as session:
                if ending < 0.3:
                    release(session, account_id, reserved, reference=reference)
                else:
                    cost = reserved * Decimal(chance.randint(0, 10)) / 10
                    settle(session, account_id, reserved, cost, reference=reference)
            outcomes += 1
        return outcomes

    finished = at_once(partial(work, thread) for thread in range(6))
    assert all(isinstance(each, int) for each in finished), finished
    assert sum(finished) > 20
    for account_id in accounts:
        assert balance(warehouse, account_id) >= 0


def test_prices_of_a_provider_outrank_the_list(warehouse):
    with warehouse.write() as session:
        session.add(CreditPrice(operation="content", provider="openai", unit="100 words", credits=Decimal("7.25")))
        assert price_of(session, "content", "openai") == (Decimal("7.25"), Decimal(5))
        assert price_of(session, "content", "anthropic") == (Decimal(5), Decimal(5))
        assert price_of(session, "content", "offline") == (Decimal(0), Decimal(5))


def test_an_operation_without_a_price_is_named(warehouse):
    with warehouse.read() as session, pytest.raises(LookupError, match="'palmistry' has no row in credit_prices"):
        price_of(session, "palmistry", "openai")


def test_seeding_again_keeps_what_an_administrator_changed(warehouse):
    with warehouse.write() as session:
        changed = (CreditPrice.operation == "image", CreditPrice.provider == "*")
        session.execute(update(CreditPrice).where(*changed).values(credits=Decimal("4.5")))
        session.execute(CreditPrice.__table__.delete().where(CreditPrice.operation == "thumbnail"))
        seed_prices(session)
    with warehouse.read() as session:
        assert price_of(session, "image", "openai")[0] == Decimal("4.5")
        assert price_of(session, "thumbnail", "openai")[0] == 3
        rows = session.scalars(select(CreditPrice.id)).all()
        assert len(rows) == len(DEFAULT_PRICES) * (1 + len(FREE_PROVIDERS))
