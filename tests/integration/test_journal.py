"""Model calls: answered once, paid once, whatever is killed, whenever."""

import itertools
import json
import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError

from igny8_resources import ownership
from igny8_resources.ai.calls import Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.credits import InsufficientCredits
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account, User
from tests.at_once import at_once
from tests.integration.dying_process import KILLED, ask, lines, run, spec_of, start, write, write_slowly
from tests.warehouse_samples import make_place

CREDITS = Decimal(5000)


@pytest.fixture
def account_id(warehouse) -> int:
    return make_place(warehouse, credits=CREDITS).account_id


@pytest.fixture
def calls(tmp_path):
    return tmp_path / "calls.log"


@pytest.fixture
def journal(warehouse) -> Journal:
    return Journal(warehouse)


def article(words: int = 800) -> Performed:
    return Performed({"text": "All about dose"}, units=Decimal(words) / 100)


def never() -> Performed:
    raise AssertionError("this must not be called")


def refuse() -> Performed:
    raise RuntimeError("429 too many requests")


def spent(warehouse, account_id: int) -> Decimal:
    """What the account has paid, after checking that the ledger adds up and that usage says the same."""
    with warehouse.read() as session:
        rows = (
            select(CreditTransaction).where(CreditTransaction.account_id == account_id).order_by(CreditTransaction.id)
        )
        total = Decimal(0)
        for row in session.scalars(rows):
            total += row.amount
            assert row.balance_after == total
        assert session.get_one(Account, account_id).credit_balance == total
        held = session.scalars(select(AiCall.reserved).where(AiCall.status == "pending")).all()
        used = session.scalars(select(CreditUsage.credits)).all()
        done = session.scalars(select(AiCall.credits).where(AiCall.status == "done")).all()
        assert sum(used, Decimal(0)) == sum(done, Decimal(0)) == CREDITS - total - sum(held, Decimal(0))
        return CREDITS - total


def call(warehouse, subject: str = "dose") -> AiCall:
    with warehouse.read() as session:
        return session.scalars(select(AiCall).where(AiCall.subject == subject)).one()


def put_lease_in_the_past(warehouse) -> None:
    with warehouse.write() as session:
        session.execute(update(AiCall).values(lease_until=utc_now() - timedelta(seconds=1)))


def test_an_identical_call_is_answered_from_the_journal(warehouse, account_id, calls):
    first = ask(warehouse, account_id, "dose", calls)
    second = ask(warehouse, account_id, "dose", calls)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.response == first.response == {"text": "All about dose"}
    assert second.call_id == first.call_id
    assert first.credits == second.credits == 40
    assert lines(calls) == ["dose"]
    assert spent(warehouse, account_id) == 40
    assert call(warehouse).replays == 1


@pytest.mark.parametrize(
    "change",
    [
        {"salt": "again"},
        {"model": "gpt-other"},
        {"provider": "anthropic"},
        {"prompt_version": "2"},
        {"schema_digest": "s2"},
        {"inputs": {"title": "dose", "tone": "dry"}},
        {"function": "rewrite"},
        {"kind": "speech"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_could_change_the_answer_makes_it_a_fresh_call(warehouse, account_id, journal, change):
    journal.answer(spec_of(account_id, "dose"), article)
    assert not journal.answer(spec_of(account_id, "dose", **change), article).replayed
    assert spent(warehouse, account_id) == 80


def test_what_cannot_change_the_answer_does_not(account_id):
    spec = spec_of(account_id, "dose", inputs={"a": 1, "b": 2})
    same = spec_of(account_id, "another subject", units="20", inputs={"b": 2, "a": 1})
    assert (
        spec.request_hash()
        == spec_of(account_id, "dose", inputs={"b": 2, "a": 1}).request_hash()
        == same.request_hash()
    )


def test_another_account_never_gets_somebody_elses_answer(warehouse, account_id, journal):
    other = make_place(warehouse, slug="other", key="other").account_id
    journal.answer(spec_of(account_id, "dose"), article)
    assert not journal.answer(spec_of(other, "dose"), article).replayed


def test_a_call_that_fails_costs_nothing_and_may_be_made_again(warehouse, account_id, journal):
    def refused() -> Performed:
        assert call(warehouse).status == "pending"
        assert spent(warehouse, account_id) == 45, "reserved"
        raise RuntimeError("429 too many requests")

    for attempt in (1, 2):
        with pytest.raises(RuntimeError, match="429"):
            journal.answer(spec_of(account_id, "dose"), refused)
        assert spent(warehouse, account_id) == 0
        row = call(warehouse)
        assert (row.status, row.attempts, row.error) == ("failed", attempt, "RuntimeError: 429 too many requests")
    assert not journal.answer(spec_of(account_id, "dose"), article).replayed
    assert spent(warehouse, account_id) == 40
    assert (call(warehouse).status, call(warehouse).error, call(warehouse).owner) == ("done", "", "")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_releases_the_reservation_too(warehouse, account_id, journal, interruption):
    def interrupted() -> Performed:
        raise interruption

    with pytest.raises(interruption):
        journal.answer(spec_of(account_id, "dose"), interrupted)
    assert call(warehouse).status == "failed"
    assert spent(warehouse, account_id) == 0


def test_an_answer_that_cannot_be_kept_is_a_failed_call(warehouse, account_id, journal):
    with pytest.raises(Exception, match="not JSON serializable"):
        journal.answer(spec_of(account_id, "dose"), lambda: Performed({"words": {1, 2}}, units=Decimal(8)))
    assert call(warehouse).status == "failed"
    assert spent(warehouse, account_id) == 0


def test_an_answer_larger_than_reserved_costs_the_reservation(warehouse, account_id, journal):
    answered = journal.answer(spec_of(account_id, "dose"), lambda: article(words=5_000))
    assert (answered.credits, answered.list_credits) == (45, 250)
    assert spent(warehouse, account_id) == 45


def test_units_with_many_decimals_cost_what_every_row_says(warehouse, account_id, journal):
    """Spoken minutes: reserved 10.13..., cost 6.66...; the ledger, the call and the usage agree to the last digit."""
    units = Decimal(16) / Decimal(158) * 10
    for number in range(7):
        spec = spec_of(account_id, f"voice-{number}", units=str(units + Decimal(number) / 7), operation="voiceover")
        journal.answer(spec, lambda: Performed({}, units=Decimal(2) / 3))
    assert spent(warehouse, account_id) == 7 * Decimal("6.6667")


def test_the_offline_provider_is_free_and_says_what_it_would_have_cost(warehouse, account_id, journal):
    answered = journal.answer(spec_of(account_id, "dose", provider="offline"), article)
    assert (answered.credits, answered.list_credits) == (0, 40)
    assert spent(warehouse, account_id) == 0


def test_without_credits_nothing_is_called_and_nothing_is_left_behind(warehouse, account_id, journal):
    with pytest.raises(InsufficientCredits, match="needs 10000 credits and the account has 5000"):
        journal.answer(spec_of(account_id, "dose", units="2000"), never)
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(AiCall)) == 0
    assert spent(warehouse, account_id) == 0


def test_without_a_price_nothing_is_called(account_id, journal):
    with pytest.raises(LookupError, match="'palmistry' has no row in credit_prices"):
        journal.answer(spec_of(account_id, "dose", operation="palmistry"), never)


def test_a_site_that_does_not_exist_is_an_error_and_not_an_endless_wait(account_id, journal):
    with pytest.raises(IntegrityError):
        journal.answer(spec_of(account_id, "dose", site_id=4711), never)


@pytest.mark.parametrize("failed_before", [False, True], ids=["new call", "call that failed before"])
def test_a_kill_at_any_step_is_paid_once(warehouse, warehouse_url, account_id, calls, journal, failed_before):
    """Killed before its first statement, its second, ..., around the call, until a process lives to the end."""
    replayed = []
    for die_at in itertools.count():
        subject = f"killed-{die_at}"
        if failed_before:
            with pytest.raises(RuntimeError, match="429"):
                journal.answer(spec_of(account_id, subject), refuse)
        ended = run(write, warehouse_url, account_id, subject, calls, die_at)
        if ended == 0:
            break
        assert ended == KILLED
        made_before = lines(calls).count(subject)
        answered = ask(warehouse, account_id, subject, calls)
        replayed.append(answered.replayed)
        assert answered.response == {"text": f"All about {subject}"}
        assert lines(calls).count(subject) - made_before == (0 if answered.replayed else 1)
        assert call(warehouse, subject).status == "done"
        assert call(warehouse, subject).attempts == 1 + failed_before, "the reservation was taken over, not made again"
        assert spent(warehouse, account_id) == 40 * (die_at + 1), f"killed before step {die_at}"
    # PostgreSQL: the price, claim, call, settle; else the statements and the commits of each.
    assert len(replayed) >= (15 if warehouse.is_sqlite or failed_before else 5)
    assert not any(replayed), (
        "every answer that was kept was also settled: only a living process gets past the last step"
    )
    with warehouse.read() as session:
        kinds = session.scalars(select(CreditTransaction.kind).where(CreditTransaction.reference != "first")).all()
    assert kinds.count("deduction") == kinds.count("adjustment") == (1 + failed_before) * (len(replayed) + 1)


def test_what_a_killed_process_had_settled_is_replayed(warehouse, warehouse_url, account_id, calls):
    assert run(write, warehouse_url, account_id, "dose", calls, -1) == 0
    assert ask(warehouse, account_id, "dose", calls).replayed
    assert lines(calls) == ["dose"]


def test_two_processes_that_ask_at_the_same_time_make_one_call(warehouse, warehouse_url, account_id, calls, tmp_path):
    reports = [tmp_path / "one.json", tmp_path / "two.json"]
    processes = [start(write_slowly, warehouse_url, account_id, "dose", calls, report) for report in reports]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    told = [json.loads(report.read_text()) for report in reports]
    assert sorted(each["replayed"] for each in told) == [False, True]
    assert told[0]["response"] == told[1]["response"]
    assert lines(calls) == ["dose"]
    assert spent(warehouse, account_id) == 40


def test_ten_threads_that_ask_for_the_same_make_one_call(warehouse, account_id, calls, monkeypatch):
    monkeypatch.setattr("igny8_resources.ai.journal.WAIT_SECONDS", 0.05)
    told = at_once([partial(ask, warehouse, account_id, "dose", calls)] * 10)
    assert sorted(each.replayed for each in told) == [False] + [True] * 9
    assert lines(calls) == ["dose"]
    assert spent(warehouse, account_id) == 40


def test_different_calls_of_one_account_do_not_wait_for_one_another(warehouse, account_id, calls):
    """Each writes a row that refers to the account and then takes the account's lock: no deadlock on PostgreSQL."""
    told = at_once(partial(ask, warehouse, account_id, f"subject-{number}", calls) for number in range(12))
    assert [getattr(each, "replayed", each) for each in told] == [False] * 12
    assert spent(warehouse, account_id) == 12 * 40


def test_calls_side_by_side_never_overdraw(warehouse, journal):
    """100 credits and 30 calls that reserve 9 each: eleven at once at most, and what they give back pays for no more."""
    account_id = make_place(warehouse, slug="thrifty", key="thrifty", credits=Decimal(100)).account_id
    all_reserved = threading.Barrier(30)

    def write_one(number: int) -> str:
        def wait_for_all() -> Performed:
            all_reserved.wait(60)
            return Performed({}, units=Decimal("1.6"))

        try:
            journal.answer(spec_of(account_id, f"subject-{number}", units="1.8"), wait_for_all)
        except InsufficientCredits:
            all_reserved.wait(60)
            return "refused"
        return "written"

    told = at_once(partial(write_one, number) for number in range(30))
    assert (told.count("written"), told.count("refused")) == (11, 19), told
    with warehouse.read() as session:
        rows = select(CreditTransaction).where(CreditTransaction.account_id == account_id)
        total = Decimal(0)
        for row in session.scalars(rows.order_by(CreditTransaction.id)):
            total += row.amount
            assert row.balance_after == total >= 0
        assert session.get_one(Account, account_id).credit_balance == total == 100 - 11 * 8


def test_what_the_ledger_says_of_a_call(warehouse, account_id, journal):
    """Alike on both databases, however many statements it takes there."""
    answered = journal.answer(spec_of(account_id, "dose"), article)
    row = call(warehouse)
    assert (row.owner, row.lease_until, row.error, row.replays, row.attempts) == ("", None, "", 0, 1)
    assert (row.reserved, row.credits, row.list_credits) == (45, 40, 40)
    assert row.created_at <= row.finished_at <= utc_now()
    with warehouse.read() as session:
        moved = session.scalars(
            select(CreditTransaction).where(CreditTransaction.reference.like("call:%")).order_by(CreditTransaction.id)
        ).all()
        used = session.scalars(select(CreditUsage)).one()
    name = f"call:{answered.call_id}:1"
    assert [(each.kind, each.amount, each.reference, each.description, each.actor) for each in moved] == [
        ("deduction", -45, f"{name}:reserve", "content for dose", "system"),
        ("adjustment", 5, f"{name}:settle", "difference to what was reserved", "system"),
    ]
    assert (used.ai_call_id, used.units, used.credits, used.list_credits) == (answered.call_id, 8, 40, 40)
    assert (used.operation, used.subject, used.provider, used.model) == ("content", "dose", "openai", "gpt-test")


def test_a_new_call_is_two_statements_where_the_database_can(warehouse, account_id, journal):
    """More of them, or a transaction's begin and end, would cost more than all the rest of a call's overhead."""
    journal.answer(spec_of(account_id, "dose"), article)
    sent: list[str] = []
    event.listen(warehouse.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    event.listen(warehouse.engine, "commit", lambda _: sent.append("COMMIT"))
    journal.answer(spec_of(account_id, "roast"), article)
    if not warehouse.is_sqlite:
        assert [statement.split(" AS")[0] for statement in sent] == ["WITH called", "WITH done"]
    assert sent.count("COMMIT") == (2 if warehouse.is_sqlite else 0)


def test_a_long_call_keeps_its_lease(warehouse, account_id, journal, calls, monkeypatch):
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("igny8_resources.ai.journal.WAIT_SECONDS", 0.05)
    entered = threading.Event()

    def slowly() -> Performed:
        entered.set()
        threading.Event().wait(0.8)
        return article()

    def meanwhile() -> object:
        entered.wait(30)
        return journal.answer(spec_of(account_id, "dose"), never)

    first, second = at_once([lambda: journal.answer(spec_of(account_id, "dose"), slowly), meanwhile])
    assert (first.replayed, second.replayed) == (False, True)


class TestBelievedDead:
    """Suspended for longer than its lease; another one took the call over; then it wakes up."""

    def test_the_other_ones_answer_counts_when_it_was_first(self, warehouse, account_id, journal):
        def suspended() -> Performed:
            put_lease_in_the_past(warehouse)
            journal.answer(spec_of(account_id, "dose"), lambda: Performed({"text": "second"}, units=Decimal(7)))
            return article()

        late = journal.answer(spec_of(account_id, "dose"), suspended)
        assert (late.response, late.replayed, late.credits) == ({"text": "second"}, True, 35)
        assert spent(warehouse, account_id) == 35

    def test_its_own_failure_takes_nothing_from_the_other_one(self, warehouse, account_id, journal):
        def suspended() -> Performed:
            put_lease_in_the_past(warehouse)
            journal.answer(spec_of(account_id, "dose"), article)
            raise TimeoutError("no answer in 120 s")

        with pytest.raises(TimeoutError):
            journal.answer(spec_of(account_id, "dose"), suspended)
        assert call(warehouse).status == "done"
        assert spent(warehouse, account_id) == 40

    def test_its_failure_does_not_release_what_the_other_one_still_needs(self, warehouse, account_id, journal):
        claim = journal._claim(spec_of(account_id, "dose"))
        put_lease_in_the_past(warehouse)

        def taken_over() -> Performed:
            journal._fail(claim, TimeoutError("no answer in 120 s"))
            assert call(warehouse).status == "pending"
            return article()

        assert journal.answer(spec_of(account_id, "dose"), taken_over).credits == 40
        assert spent(warehouse, account_id) == 40

    def test_its_answer_is_kept_and_paid_when_the_other_one_failed(self, warehouse, account_id, journal):
        def suspended() -> Performed:
            put_lease_in_the_past(warehouse)
            with pytest.raises(RuntimeError):
                journal.answer(spec_of(account_id, "dose"), refuse)
            assert spent(warehouse, account_id) == 0
            return article()

        answered = journal.answer(spec_of(account_id, "dose"), suspended)
        assert (answered.replayed, answered.credits) == (False, 40)
        assert journal.answer(spec_of(account_id, "dose"), never).replayed
        assert spent(warehouse, account_id) == 40


def test_what_a_dead_process_reserved_is_given_back_when_nobody_takes_it_up(
    warehouse, warehouse_url, account_id, calls, journal
):
    """The nightly clean-up; a process that is at work, and a call that began just now, are left alone."""
    die_at = next(n for n in itertools.count() if _leaves_a_reservation(warehouse, warehouse_url, account_id, calls, n))
    dead = f"dead-{die_at}"

    def at_work() -> Performed:
        held = spent(warehouse, account_id)
        assert journal.release_abandoned(utc_now() - timedelta(hours=1)) == 0
        assert spent(warehouse, account_id) == held
        assert journal.release_abandoned(utc_now()) == 1
        assert spent(warehouse, account_id) == held - 45
        assert journal.release_abandoned(utc_now()) == 0
        return article()

    journal.answer(spec_of(account_id, "alive"), at_work)
    assert (call(warehouse, dead).status, call(warehouse, "alive").status) == ("failed", "done")
    assert not ask(warehouse, account_id, dead, calls).replayed, "and it may be asked for again"
    assert spent(warehouse, account_id) == 80


def _leaves_a_reservation(warehouse, warehouse_url, account_id, calls, die_at: int) -> bool:
    assert run(write, warehouse_url, account_id, f"dead-{die_at}", calls, die_at) == KILLED
    with warehouse.read() as session:
        return session.scalar(select(AiCall.id).where(AiCall.subject == f"dead-{die_at}")) is not None


def test_usage_names_the_person_whose_request_it_serves_and_nobody_for_automation(warehouse, account_id, journal):
    with warehouse.write() as session:
        user = User(account_id=account_id, email="maya@cremalane.example", password_hash="x")
        session.add(user)
        session.flush()
        submit_request(
            session,
            account_id=account_id,
            site_id=None,
            kind="content",
            payload={},
            items=[Item("write_article", "crema-lane-1")],
            user_id=user.id,
        )
        user_id = user.id
    for subject in ("crema-lane-1", "crema-lane-2"):
        journal.answer(spec_of(account_id, subject), article)
    with warehouse.read() as session:
        used = session.execute(select(CreditUsage.subject, CreditUsage.user_id).order_by(CreditUsage.id)).all()
    assert used == [("crema-lane-1", user_id), ("crema-lane-2", None)]
