"""Credits that people and the calendar move, the events of an account that runs low, and the price list."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from igny8_resources.ai.calls import Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.billing.levels import EXHAUSTED, LOW
from igny8_resources.billing.movements import Movement, MovementRefused, move
from igny8_resources.billing.prices import PriceRefused, missing_prices, price_list, restore_prices, set_price
from igny8_resources.billing.renewal import RenewalRefused, accounts_due, renew
from igny8_resources.credits import InsufficientCredits, PriceMissing
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditPrice, CreditTransaction, CreditUsage, Event
from igny8_resources.warehouse.tables.tenancy import Account
from tests.at_once import at_once
from tests.integration.dying_process import barrier, queue, reserve_five, spec_of, start
from tests.warehouse_samples import make_place

NOVEMBER = datetime(2026, 11, 9, tzinfo=UTC)


@pytest.fixture
def account_id(warehouse) -> int:
    """1,000 credits a month and as many to begin with, since October."""
    account_id = make_place(warehouse).account_id
    with warehouse.write() as session:
        session.get_one(Account, account_id).created_at = datetime(2026, 10, 5, tzinfo=UTC)
    return account_id


@pytest.fixture
def journal(warehouse) -> Journal:
    return Journal(warehouse)


def moved(
    warehouse: Warehouse, account_id: int, kind: Any, amount: str, **changes: str
) -> tuple[CreditTransaction, bool]:
    facts = {"reference": "invoice-7", "reason": "as agreed by mail", "actor": "user:ops@igny8.example", **changes}
    with warehouse.write() as session:
        return move(session, account_id, Movement(kind, Decimal(amount), **facts))


def account(warehouse: Warehouse, account_id: int) -> Account:
    with warehouse.read() as session:
        return session.get_one(Account, account_id)


def told(warehouse: Warehouse, *kinds: str) -> list[Event]:
    with warehouse.read() as session:
        return list(session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


def text_of(words: int) -> Performed:
    """5 credits for 100 words."""
    return Performed({"text": "All about dose"}, units=Decimal(words) / 100)


@pytest.mark.parametrize(
    ("kind", "amount", "ledger_kind", "event"),
    [
        ("grant", "250.5", "subscription", "credits.granted"),
        ("purchase", "500", "purchase", "credits.purchased"),
        ("refund", "45.5", "refund", "credits.refunded"),
        ("adjustment", "12", "adjustment", "credits.adjusted"),
        ("adjustment", "-1000", "adjustment", "credits.adjusted"),
    ],
)
def test_a_movement_is_a_row_and_an_event_with_who_and_why(warehouse, account_id, kind, amount, ledger_kind, event):
    row, is_new = moved(warehouse, account_id, kind, amount)
    assert is_new
    assert (row.kind, row.amount, row.balance_after) == (ledger_kind, Decimal(amount), 1000 + Decimal(amount))
    assert (row.actor, row.description) == ("user:ops@igny8.example", "as agreed by mail")
    [said] = told(warehouse, event)
    assert said.actor == "user:ops@igny8.example"
    assert said.payload == {
        "amount": amount,
        "balance": f"{(1000 + Decimal(amount)).normalize():f}",
        "reference": "invoice-7",
        "reason": "as agreed by mail",
    }
    assert account(warehouse, account_id).credit_balance == 1000 + Decimal(amount)


def test_the_same_reference_moves_credits_once(warehouse, account_id):
    first, _ = moved(warehouse, account_id, "purchase", "500")
    again, is_new = moved(warehouse, account_id, "purchase", "500")
    assert (again.id, is_new) == (first.id, False)
    ten = at_once([partial(moved, warehouse, account_id, "purchase", "80", reference="invoice-8")] * 10)
    assert sorted(is_new for _, is_new in ten) == [False] * 9 + [True]
    assert account(warehouse, account_id).credit_balance == 1580
    assert len(told(warehouse, "credits.purchased")) == 2
    with pytest.raises(MovementRefused, match="'invoice-7' stands for a purchase of 500 credits already"):
        moved(warehouse, account_id, "purchase", "900")


@pytest.mark.parametrize(
    ("kind", "amount", "changes", "said"),
    [
        ("grant", "-5", {}, "a grant of -5 credits is refused: it can only add credits; an adjustment takes them away"),
        ("purchase", "-0.5", {}, "a purchase of -0.5 credits is refused"),
        ("refund", "-1", {}, "a refund of -1 credits is refused"),
        ("grant", "0", {}, "a grant of 0 credits moves nothing"),
        ("adjustment", "0", {}, "an adjustment of 0 credits moves nothing"),
        ("adjustment", "-1000.0001", {}, "an adjustment of -1000.0001 credits would overdraw the account: it has 1000"),
        ("grant", "NaN", {}, "NaN is not an amount of credits"),
        ("grant", "Infinity", {}, "Infinity is not an amount of credits"),
        ("grant", "0.00001", {}, "0.00001 credits: the ledger keeps four decimals"),
        ("grant", "1000000001", {}, "at most 1,000,000,000 can be moved"),
        ("adjustment", "5", {"reason": " "}, "an adjustment needs a reason"),
        ("grant", "5", {"reference": ""}, "a grant needs a reference"),
        ("grant", "5", {"reason": "x" * 301}, "reason: at most 300 characters, this has 301"),
    ],
)
def test_what_cannot_be_moved_is_refused_by_name_and_moves_nothing(warehouse, account_id, kind, amount, changes, said):
    with pytest.raises(MovementRefused) as refused:
        moved(warehouse, account_id, kind, amount, **changes)
    assert said in str(refused.value)
    assert account(warehouse, account_id).credit_balance == 1000
    assert told(warehouse, "credits.granted", "credits.adjusted") == []


class TestRenewal:
    def test_a_month_is_granted_once_whoever_asks_and_however_late(self, warehouse, account_id):
        ten = at_once([partial(renew, warehouse, "2026-11", now=NOVEMBER)] * 10)
        assert sorted(len(done.granted) for done in ten) == [0] * 9 + [1]
        assert renew(warehouse, "2026-11", now=NOVEMBER + timedelta(days=60)).granted == ()
        # December's is another one, and a month that was missed can be granted later.
        late = NOVEMBER + timedelta(days=90)
        assert renew(warehouse, "2027-01", now=late).granted == (("crema", Decimal(1000)),)
        assert renew(warehouse, "2026-12", now=late).credits == 1000
        assert account(warehouse, account_id).credit_balance == 4000
        with warehouse.read() as session:
            references = session.scalars(select(CreditTransaction.reference).order_by(CreditTransaction.id)).all()
        assert references == ["first-credits", "grant:2026-11", "grant:2027-01", "grant:2026-12"]

    def test_the_first_credits_are_the_grant_of_the_month_they_came_in(self, warehouse, account_id):
        with warehouse.read() as session:
            assert accounts_due(session, "2026-10", now=NOVEMBER) == []
            assert accounts_due(session, "2026-09", now=NOVEMBER) == [], "it did not exist"
            assert accounts_due(session, "2026-11", now=NOVEMBER) == [account_id]

    @pytest.mark.usefixtures("account_id")
    def test_an_account_that_began_with_nothing_gets_its_plan_at_once(self, warehouse):
        with warehouse.write() as session:
            session.execute(delete(CreditTransaction))
            session.execute(update(Account).values(credit_balance=0))
        assert renew(warehouse, "2026-10", now=NOVEMBER).credits == 1000

    @pytest.mark.parametrize("change", [{"status": "suspended"}, {"monthly_credits": Decimal(0)}])
    @pytest.mark.usefixtures("account_id")
    def test_only_active_accounts_with_a_plan_are_granted(self, warehouse, change):
        with warehouse.write() as session:
            session.execute(update(Account).values(**change))
        assert renew(warehouse, "2026-11", now=NOVEMBER).granted == ()

    @pytest.mark.parametrize("month", ["2026-13", "november", "2026-1", "", "0000-01"])
    def test_what_is_no_month_is_refused(self, warehouse, month):
        with pytest.raises(RenewalRefused, match="is not a month; expected one such as 2026-11"):
            renew(warehouse, month)

    @pytest.mark.usefixtures("account_id")
    def test_a_month_that_has_not_begun_is_refused(self, warehouse):
        with pytest.raises(RenewalRefused, match="2026-12 has not begun"):
            renew(warehouse, "2026-12", now=NOVEMBER)
        december = datetime(2026, 12, 1, tzinfo=UTC)
        assert renew(warehouse, "2026-12", now=december).credits == 1000


class TestLowCredits:
    def spend(self, journal: Journal, account_id: int, subject: str, words: int) -> None:
        journal.answer(spec_of(account_id, subject, units=str(Decimal(words) / 100)), lambda: text_of(words))

    def test_an_account_becomes_low_once(self, warehouse, account_id, journal):
        self.spend(journal, account_id, "much", 18_000)
        assert told(warehouse, LOW) == [], "100 of 1,000 left is a tenth, not less"
        for number in range(5):
            self.spend(journal, account_id, f"article-{number}", 100)
        [said] = told(warehouse, LOW)
        assert said.payload == {"balance": "95", "monthly_credits": "1000", "low_below": "100"}
        assert said.subject == "crema"
        assert account(warehouse, account_id).low_credits_since is not None

    def test_after_a_purchase_it_may_become_low_again(self, warehouse, account_id, journal):
        self.spend(journal, account_id, "much", 18_100)
        moved(warehouse, account_id, "purchase", "4")
        assert account(warehouse, account_id).low_credits_since is not None, "99 is still low"
        moved(warehouse, account_id, "purchase", "6", reference="invoice-8")
        assert account(warehouse, account_id).low_credits_since is None
        self.spend(journal, account_id, "more", 200)
        assert len(told(warehouse, LOW)) == 2

    def test_a_negative_adjustment_makes_it_low_too(self, warehouse, account_id):
        moved(warehouse, account_id, "adjustment", "-950")
        assert [said.payload["balance"] for said in told(warehouse, LOW)] == ["50"]

    def test_reservations_that_come_back_tell_of_nothing(self, warehouse, account_id, journal):
        """120 left; calls that hold 45 each and fail take the balance below 100 and back, twenty times."""
        self.spend(journal, account_id, "much", 17_600)

        def fails() -> Performed:
            assert account(warehouse, account_id).credit_balance == 75
            raise RuntimeError("503")

        for number in range(20):
            with pytest.raises(RuntimeError):
                journal.answer(spec_of(account_id, f"fails-{number}"), fails)
        assert told(warehouse, LOW) == []
        assert account(warehouse, account_id).low_credits_since is None

    def test_calls_side_by_side_tell_once(self, warehouse, account_id, journal):
        """Twelve calls hold 45 of 560 each, and cost 40: the last ones to settle take it below 100."""
        self.spend(journal, account_id, "much", 8_800)
        everybody_holds = threading.Barrier(12)

        def at_the_same_time() -> Performed:
            everybody_holds.wait(60)
            return text_of(800)

        work = [
            partial(journal.answer, spec_of(account_id, f"side-{number}"), at_the_same_time) for number in range(12)
        ]
        assert [getattr(each, "replayed", each) for each in at_once(work)] == [False] * 12
        assert account(warehouse, account_id).credit_balance == 80
        assert len(told(warehouse, LOW)) == 1

    def test_calls_at_exactly_their_reservation_side_by_side_tell_once_too(self, warehouse, account_id, journal):
        """No second movement comes with them, so that only settling can tell."""
        self.spend(journal, account_id, "much", 8_800)
        everybody_holds = threading.Barrier(12)

        def at_the_same_time() -> Performed:
            everybody_holds.wait(60)
            return text_of(900)

        work = [
            partial(journal.answer, spec_of(account_id, f"side-{number}"), at_the_same_time) for number in range(12)
        ]
        at_once(work)
        assert account(warehouse, account_id).credit_balance == 20
        assert len(told(warehouse, LOW)) == 1

    def test_without_a_monthly_grant_nothing_is_low(self, warehouse, journal):
        account_id = make_place(warehouse, credits=Decimal(0), slug="prepaid", key="prepaid").account_id
        moved(warehouse, account_id, "purchase", "50")
        self.spend(journal, account_id, "all", 1_000)
        assert told(warehouse, LOW) == []


class TestExhausted:
    def test_refused_work_is_told_once_an_hour(self, warehouse, account_id, journal):
        def refused() -> None:
            journal.answer(spec_of(account_id, "book", units="1000"), lambda: text_of(1))

        for answer in at_once([refused] * 20):
            assert isinstance(answer, InsufficientCredits)
        [said] = told(warehouse, EXHAUSTED)
        assert said.payload == {"needed": "5000", "balance": "1000", "refused": "book"}
        with warehouse.write() as session:
            session.execute(update(Account).values(exhausted_at=utc_now() - timedelta(minutes=61)))
        for _ in range(3):
            with pytest.raises(InsufficientCredits):
                refused()
        assert len(told(warehouse, EXHAUSTED)) == 2

    def test_accounts_are_told_of_apart(self, warehouse, account_id, journal):
        other = make_place(warehouse, slug="other", key="other").account_id
        for each in (account_id, other):
            with pytest.raises(InsufficientCredits):
                journal.answer(spec_of(each, "book", units="1000"), lambda: text_of(1))
        assert [said.subject for said in told(warehouse, EXHAUSTED)] == ["crema", "other"]


class TestPrices:
    def test_a_deleted_price_refuses_the_operation_by_name_and_loses_nothing(self, warehouse, account_id, journal):
        with warehouse.write() as session:
            session.execute(delete(CreditPrice).where(CreditPrice.operation == "content", CreditPrice.provider == "*"))
        said = r"operation 'content' has no row in credit_prices: `igny8 credits prices --restore` puts the delivered price back"
        with pytest.raises(PriceMissing, match=said):
            journal.answer(spec_of(account_id, "dose"), lambda: text_of(800))
        with warehouse.read() as session:
            assert session.scalars(select(AiCall)).all() == []
            assert [str(gone) for gone in missing_prices(session)] == [said.replace("\\", "")]
        assert account(warehouse, account_id).credit_balance == 1000
        with warehouse.write() as session:
            assert restore_prices(session) == 1
        assert journal.answer(spec_of(account_id, "dose"), lambda: text_of(800)).credits == 40

    def test_a_free_provider_that_lost_its_price_is_not_charged_the_list_price(self, warehouse, account_id, journal):
        with warehouse.write() as session:
            session.execute(delete(CreditPrice).where(CreditPrice.provider == "offline"))
        with pytest.raises(PriceMissing, match="'content' has no row in credit_prices for the provider 'offline'"):
            journal.answer(spec_of(account_id, "dose", provider="offline"), lambda: text_of(800))

    def test_a_price_deleted_under_way_is_the_one_that_was_reserved(self, warehouse, account_id, journal):
        """The answer is paid for at the provider: it is kept, and charged as agreed."""

        def deleted_meanwhile() -> Performed:
            with warehouse.write() as session:
                session.execute(delete(CreditPrice).where(CreditPrice.operation == "content"))
            return text_of(800)

        assert journal.answer(spec_of(account_id, "dose"), deleted_meanwhile).credits == 40
        assert account(warehouse, account_id).credit_balance == 960

    def test_a_price_is_changed_and_given_to_one_provider(self, warehouse, account_id, journal):
        with warehouse.write() as session:
            set_price(session, "content", Decimal("6.25"))
            set_price(session, "content", Decimal(3), provider="self_hosted")
            assert set_price(session, "palmistry", Decimal(9), unit="hand").unit == "hand"
        assert journal.answer(spec_of(account_id, "dose"), lambda: text_of(800)).credits == 50
        own = journal.answer(spec_of(account_id, "dose", provider="self_hosted"), lambda: text_of(800))
        assert (own.credits, own.list_credits) == (24, 50)
        with warehouse.read() as session:
            assert [row.credits for row in price_list(session) if row.operation == "palmistry"] == [9]

    @pytest.mark.parametrize(
        ("operation", "credits", "changes", "said"),
        [
            ("content", "-1", {}, "a price of -1 credits for 'content' is refused"),
            ("content", "NaN", {}, "a price of NaN credits for 'content' is refused"),
            ("content", "0.00001", {}, "expected 0 to 1,000,000 with up to four decimals"),
            ("palmistry", "5", {}, "'palmistry' is a new operation: name its unit too"),
            ("palmistry", "5", {"unit": "hand", "provider": "openai"}, "'palmistry' has no list price: set that first"),
            (" ", "5", {"unit": "hand"}, "operation ' ': expected 1 to 60 characters"),
        ],
    )
    def test_a_price_that_cannot_be_is_refused(self, warehouse, operation, credits, changes, said):
        with pytest.raises(PriceRefused) as refused, warehouse.write() as session:
            set_price(session, operation, Decimal(credits), **changes)
        assert said in str(refused.value)


def test_fifty_reservations_in_ten_processes_never_overdraw(warehouse, warehouse_url, account_id):
    """1,000 credits, fifty reservations of 70 at one instant: fourteen are made, thirty-six refused."""
    at_the_same_instant, told_by = barrier(50), queue()
    workers = [
        start(reserve_five, warehouse_url, account_id, worker, at_the_same_instant, told_by) for worker in range(10)
    ]
    outcomes = [outcome for _ in workers for outcome in told_by.get(timeout=120)]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert (outcomes.count("reserved"), outcomes.count("InsufficientCredits")) == (14, 36)
    assert account(warehouse, account_id).credit_balance == 20
    with warehouse.read() as session:
        rows = session.scalars(select(CreditTransaction).order_by(CreditTransaction.id)).all()
        assert min(row.balance_after for row in rows) == 20
        assert session.scalars(select(CreditUsage)).all() == []
