"""Irreversible acts: once, whatever is killed, whenever."""

import itertools
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from igny8_resources import ownership
from igny8_resources.effects import EffectInProgress, EffectUnknown, perform_once
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Effect
from tests.at_once import at_once
from tests.integration.dying_process import KILLED, NEVER, lines, plan_of, post, post_once, run
from tests.warehouse_samples import make_place


@pytest.fixture
def account_id(warehouse) -> int:
    return make_place(warehouse).account_id


@pytest.fixture
def wall(tmp_path):
    return tmp_path / "wall.log"


def effect(warehouse, subject: str = "post-1") -> Effect:
    with warehouse.read() as session:
        return session.scalars(select(Effect).where(Effect.subject == subject)).one()


def put_lease_in_the_past(warehouse) -> None:
    """What a process that was suspended for a quarter of an hour comes back to."""
    with warehouse.write() as session:
        session.execute(update(Effect).values(lease_until=utc_now() - timedelta(seconds=1)))


def never() -> str:
    raise AssertionError("this must not be done")


def test_an_act_is_done_once_however_often_it_is_asked_for(warehouse, account_id, wall):
    first = post_once(warehouse, account_id, "post-1", wall)
    second = post_once(warehouse, account_id, "post-1", wall)
    assert (first.acted_now, second.acted_now) == (True, False)
    assert first.effect_id == second.effect_id
    assert first.external_id == second.external_id == "urn:post-1"
    assert lines(wall) == ["post-1"]


def test_other_content_is_another_act(warehouse, account_id):
    for content in ("first", "second"):
        plan = plan_of(account_id, "post-1", content)
        assert perform_once(warehouse, plan, act=lambda: "urn", read_back=never).acted_now


def test_a_kill_at_any_step_leaves_no_duplicate_and_loses_nothing(warehouse, warehouse_url, account_id, wall):
    """Killed before its first statement, its second, ..., around the act, until a process lives to the end."""
    sent_when_killed = []
    for die_at in itertools.count():
        subject = f"post-{die_at}"
        ended = run(post, warehouse_url, account_id, subject, wall, die_at)
        if ended == 0:
            break
        assert ended == KILLED
        sent_when_killed.append(subject in lines(wall))
        confirmed = post_once(warehouse, account_id, subject, wall)
        row = effect(warehouse, subject)
        assert lines(wall).count(subject) == 1, f"killed before step {die_at}"
        assert (row.status, row.external_id, row.id) == ("confirmed", f"urn:{subject}", confirmed.effect_id)
        assert confirmed.acted_now is not sent_when_killed[-1]
        assert not post_once(warehouse, account_id, subject, wall).acted_now
    assert len(sent_when_killed) >= 9, "planned, sent, act, confirmed: statements and commits of each"
    assert set(sent_when_killed) == {True, False}
    assert len(lines(wall)) == len(sent_when_killed) + 1


def test_the_row_tells_where_a_killed_process_was(warehouse, warehouse_url, account_id, wall):
    statuses = []
    for die_at in range(20):
        run(post, warehouse_url, account_id, f"post-{die_at}", wall, die_at)
        with warehouse.read() as session:
            statuses.append(session.scalar(select(Effect.status).where(Effect.subject == f"post-{die_at}")))
    assert [status for status, _ in itertools.groupby(statuses)] == [None, "planned", "sent", "confirmed"]


def test_a_timeout_is_settled_by_reading_back(warehouse, account_id):
    def act() -> str:
        raise TimeoutError("no answer in 30 s")

    done = perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=lambda: "urn:7")
    assert done.external_id == "urn:7"
    assert effect(warehouse).status == "confirmed"


def test_a_timeout_that_shows_nothing_yet_stays_unknown_until_it_does(warehouse, account_id):
    """The target may still be at work: the next one reads back before it thinks of sending."""

    def act() -> str:
        raise TimeoutError("no answer in 30 s")

    with pytest.raises(TimeoutError, match="no answer in 30 s"):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=lambda: None)
    assert effect(warehouse).status == "unknown"
    assert effect(warehouse).detail == {"text": "New", "error": "no answer in 30 s"}
    later = perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=lambda: "urn:7")
    assert (later.external_id, later.acted_now) == ("urn:7", False)


def test_what_certainly_did_not_happen_is_sent_again(warehouse, account_id):
    with pytest.raises(ConnectionError):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=_cut_off, read_back=lambda: None)
    again = perform_once(warehouse, plan_of(account_id, "post-1"), act=lambda: "urn:8", read_back=lambda: None)
    assert again.acted_now
    assert (effect(warehouse).status, effect(warehouse).attempts) == ("confirmed", 2)


def _cut_off() -> str:
    raise ConnectionResetError("connection reset by peer")


@pytest.mark.parametrize("interruption", [OSError("broken pipe"), KeyboardInterrupt(), SystemExit(1)])
def test_an_interruption_in_the_middle_is_unknown_too(warehouse, account_id, interruption):
    def act() -> str:
        raise interruption

    with pytest.raises(type(interruption)):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=lambda: None)
    assert effect(warehouse).status == "unknown"
    assert not perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=lambda: "urn:7").acted_now


def test_what_cannot_be_read_back_is_never_sent_again(warehouse, account_id):
    def unreadable() -> None:
        raise RuntimeError("the API answers 503")

    for act in (_cut_off, never, never):
        with pytest.raises(
            EffectUnknown, match=r"publish_post of post-1 on linkedin:crema-lane .* 503\. Look at the target"
        ):
            perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=unreadable)
    assert (effect(warehouse).status, effect(warehouse).attempts) == ("unknown", 1)
    healed = perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=lambda: "urn:7")
    assert healed.external_id == "urn:7"


def test_a_refusal_is_failed_and_may_be_tried_again(warehouse, account_id):
    def refused() -> str:
        raise ValueError("text is too long")

    with pytest.raises(ValueError, match="text is too long"):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=refused, read_back=never)
    assert effect(warehouse).status == "failed"
    assert effect(warehouse).detail["error"] == "text is too long"
    assert perform_once(warehouse, plan_of(account_id, "post-1"), act=lambda: "urn:9", read_back=never).acted_now
    assert effect(warehouse).status == "confirmed"


def test_a_second_process_leaves_a_running_act_alone(warehouse, warehouse_url, account_id, wall):
    def act() -> str:
        with pytest.raises(EffectInProgress, match="publish_post of post-1 on linkedin:crema-lane is under way in"):
            perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=never)
        assert run(post, warehouse_url, account_id, "post-1", wall, NEVER) == 1, "it ended with the same error"
        return "urn:1"

    assert perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=never).acted_now
    assert lines(wall) == []
    assert effect(warehouse).attempts == 1


def test_eight_that_want_the_same_act_at_once_do_it_once(warehouse, account_id, wall):
    told = at_once([lambda: post_once(warehouse, account_id, "post-1", wall)] * 8)
    assert lines(wall) == ["post-1"]
    assert sum(getattr(each, "acted_now", False) for each in told) == 1
    assert all(getattr(each, "external_id", "") == "urn:post-1" or isinstance(each, EffectInProgress) for each in told)


def test_a_long_act_keeps_its_lease(warehouse, account_id, monkeypatch):
    """An upload may take longer than the lease: whoever is at work renews it."""
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.3))
    entered = threading.Event()

    def act() -> str:
        entered.set()
        threading.Event().wait(1.0)
        return "urn:1"

    def meanwhile() -> None:
        entered.wait(30)
        threading.Event().wait(0.6)
        perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=never)

    done, told = at_once(
        [lambda: perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=never), meanwhile]
    )
    assert done.acted_now
    assert isinstance(told, EffectInProgress)


@pytest.mark.parametrize("ending", [ValueError("refused"), TimeoutError("late")])
def test_one_that_was_believed_dead_cannot_undo_what_came_after_it(warehouse, account_id, ending):
    """Suspended while it sent; another one took over and did the act; then it wakes up and fails."""

    def act() -> str:
        put_lease_in_the_past(warehouse)
        taken_over = perform_once(warehouse, plan_of(account_id, "post-1"), act=lambda: "urn:2", read_back=lambda: None)
        assert taken_over.acted_now
        raise ending

    with pytest.raises(type(ending)):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=act, read_back=lambda: None)
    assert (effect(warehouse).status, effect(warehouse).external_id) == ("confirmed", "urn:2")
    assert not perform_once(warehouse, plan_of(account_id, "post-1"), act=never, read_back=never).acted_now


def test_a_late_failure_does_not_open_the_door_while_another_one_sends(warehouse, account_id):
    """The first one's failure counts for the first one's attempt alone."""

    def second() -> str:
        return "urn:2"

    def first() -> str:
        put_lease_in_the_past(warehouse)
        with warehouse.write() as session:
            # Another host's process has just begun its own attempt.
            session.execute(
                update(Effect).values(
                    attempts=2, owner="elsewhere/1/1/1", lease_until=utc_now() + timedelta(minutes=15), status="sent"
                )
            )
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=first, read_back=never)
    assert effect(warehouse).status == "sent"
    with pytest.raises(EffectInProgress, match="under way in elsewhere"):
        perform_once(warehouse, plan_of(account_id, "post-1"), act=second, read_back=never)
