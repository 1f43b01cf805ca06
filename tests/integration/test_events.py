"""The outbox: readers follow by cursor, in commit order, and skip nothing."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import func, insert, select, text

from igny8_resources.events import (
    EventPosition,
    all_readable,
    append_event,
    count_events,
    newest_position,
    position_of,
    read_events,
)
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.cursors import read_cursor, write_cursor
from igny8_resources.warehouse.tables.ledgers import Event
from tests.warehouse_samples import Place, make_place

START = EventPosition()


@pytest.fixture
def place(warehouse: Warehouse) -> Place:
    return make_place(warehouse)


def say(warehouse: Warehouse, place: Place, *kinds: str) -> None:
    with warehouse.write() as session:
        for kind in kinds:
            append_event(session, kind, place.key, account_id=place.account_id, site_id=place.site_id)
            session.flush()


def heard(warehouse: Warehouse, after: EventPosition = START, **options) -> list[Event]:
    """What can be read once no transaction, of this database or another on the server, holds it back."""
    for _ in range(200):
        with warehouse.read() as session:
            if all_readable(session):
                return read_events(session, after, **options)
        time.sleep(0.05)
    raise AssertionError("events were held back for ten seconds")


def test_events_are_read_in_order_and_from_where_one_stopped(warehouse, place):
    say(warehouse, place, "task.created", "article.written")
    say(warehouse, place, "article.approved")
    events = heard(warehouse)
    assert [event.kind for event in events] == ["site.created", "task.created", "article.written", "article.approved"]
    assert [event.kind for event in heard(warehouse, position_of(events[1]))] == ["article.written", "article.approved"]
    assert [event.kind for event in heard(warehouse, limit=2)] == ["site.created", "task.created"]
    assert heard(warehouse, position_of(events[-1])) == []


def test_a_reader_takes_only_the_kinds_it_knows(warehouse, place):
    say(warehouse, place, "task.created", "article.written", "task.created")
    assert [event.kind for event in heard(warehouse, kinds=("task.created",))] == ["task.created"] * 2
    assert heard(warehouse, kinds=()) == []


def test_an_event_is_there_only_when_what_it_tells_of_is(warehouse, place):
    with pytest.raises(ZeroDivisionError), warehouse.write() as session:
        append_event(session, "task.created", "x", account_id=place.account_id)
        session.flush()
        _ = 1 / 0
    assert [event.kind for event in heard(warehouse)] == ["site.created"]


def test_an_empty_outbox_has_a_beginning_and_no_end(warehouse):
    with warehouse.read() as session:
        assert read_events(session, START) == []
        assert newest_position(session) == START
        assert count_events(session) == 0
        assert all_readable(session)


def test_the_newest_position_has_nothing_after_it(warehouse, place):
    say(warehouse, place, "task.created", "article.written")
    events = heard(warehouse)
    with warehouse.read() as session:
        newest = newest_position(session)
        assert newest == position_of(events[-1])
        assert count_events(session) == len(events) == 3
    assert heard(warehouse, newest) == []


def test_a_position_survives_being_written_down():
    assert EventPosition.parse(str(EventPosition(7, 42))) == EventPosition(7, 42)
    assert EventPosition.parse(None) == EventPosition.parse("") == START
    assert EventPosition(1, 99) < EventPosition(2, 1) < EventPosition(2, 2)


@pytest.mark.parametrize("text", ["7", "7:", ":42", "seven:42", "7:42:1", "-7:42", " 7:42"])
def test_what_is_not_a_position_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"is not a position in the outbox; expected <transaction>:<event id>"):
        EventPosition.parse(text)


def test_a_cursor_moves_forward_only(warehouse):
    with warehouse.write() as session:
        assert read_cursor(session, "cli") == START
        write_cursor(session, "cli", EventPosition(3, 9))
        write_cursor(session, "cli", EventPosition(3, 4))
    with warehouse.read() as session:
        assert read_cursor(session, "cli") == EventPosition(3, 9)


def test_reading_costs_the_new_rows_whatever_the_outbox_holds(warehouse, place):
    """The plan is a search, not a walk through all of them."""
    old = [
        {"kind": "task.created", "subject": "x", "account_id": place.account_id, "payload": {}, "txid": 0}
        for _ in range(5_000)
    ]
    with warehouse.write() as session:
        session.execute(insert(Event), old)
        session.execute(text("ANALYZE events"))
    explained = _plan_of_read(warehouse, EventPosition(0, 4_990))
    if warehouse.is_sqlite:
        assert "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)" in explained
        assert "TEMP B-TREE" not in explained
    else:
        assert "Index Scan using ix_events_order" in explained
        assert "Index Cond: ((ROW(txid, id) > ROW(" in explained
        assert "Sort" not in explained


def _plan_of_read(warehouse: Warehouse, after: EventPosition) -> str:
    """The plan of the very statement that ``read_events`` sends."""
    sent: list[Any] = []
    with warehouse.read() as session:
        connection = session.connection()
        listening.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
        read_events(session, after, limit=500)
        statement, parameters = sent[0]
        explain = "EXPLAIN QUERY PLAN " if warehouse.is_sqlite else "EXPLAIN "
        return "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))


class TestInterleavedCommits:
    """PostgreSQL hands out ids before commit: a later id may be readable before an earlier one."""

    @pytest.fixture
    def warehouse(self, postgres_warehouse):
        return postgres_warehouse

    def test_a_row_that_commits_late_is_neither_skipped_nor_overtaken(self, warehouse, place):
        through = position_of(heard(warehouse)[-1])
        with warehouse.write() as slow:
            append_event(slow, "slow", "a", account_id=place.account_id)
            slow.flush()
            # Another connection appends after it and commits before it.
            say(warehouse, place, "quick")
            with warehouse.read() as session:
                shown = session.scalars(select(Event.kind).where(Event.id > through.event_id)).all()
                naive_cursor = session.scalar(select(func.max(Event.id)))
                assert shown == ["quick"], "the database itself shows the later row alone"
                assert read_events(session, through) == [], "the outbox holds it back"
                assert newest_position(session) == through
                assert not all_readable(session)
        assert [event.kind for event in heard(warehouse, through)] == ["slow", "quick"]
        with warehouse.read() as session:
            late = session.scalars(select(Event).where(Event.kind == "slow")).one()
            assert late.id < naive_cursor, "a cursor on the id alone would have passed it by"
            missed = session.scalars(select(Event.kind).where(Event.id > naive_cursor)).all()
            assert missed == []

    def test_a_reader_that_keeps_reading_hears_everything_once_in_order(self, warehouse, place):
        """Three writers whose transactions overlap in every way; the reader looks in after each step."""
        through, told = position_of(heard(warehouse)[-1]), []

        def look() -> None:
            nonlocal through
            with warehouse.read() as session:
                for event in read_events(session, through):
                    told.append(event.kind)
                    through = position_of(event)

        writers = {name: warehouse._writes() for name in "abc"}
        for step in ("a1", "b1", "c1", "b2", "b!", "a2", "c2", "c!", "a3", "a!"):
            writer = writers[step[0]]
            if step[1] == "!":
                writer.commit()
                writer.close()
            else:
                append_event(writer, step, "x", account_id=place.account_id)
                writer.flush()
            look()
        for _ in range(100):
            look()
            if len(told) == 7:
                break
            time.sleep(0.05)
        assert told == ["a1", "a2", "a3", "b1", "b2", "c1", "c2"]

    def test_a_transaction_that_only_reads_holds_nothing_back(self, warehouse, place):
        with warehouse.read() as reader:
            reader.execute(select(func.count()).select_from(Event))
            say(warehouse, place, "quick")
            assert [event.kind for event in heard(warehouse)][-1] == "quick"

    def test_two_processes_write_a_readers_first_cursor_at_once(self, warehouse):
        start, problems = threading.Barrier(4), []

        def write(number: int) -> None:
            start.wait()
            try:
                with warehouse.write() as session:
                    write_cursor(session, "site_build:crema-lane", EventPosition(number, 1))
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        with warehouse.read() as session:
            assert read_cursor(session, "site_build:crema-lane") == EventPosition(3, 1)


def test_what_one_transaction_appends_keeps_its_order(warehouse, place):
    with warehouse.write() as session:
        for number in range(50):
            append_event(session, f"k{number}", "x", account_id=place.account_id)
    assert [event.kind for event in heard(warehouse)[1:]] == [f"k{number}" for number in range(50)]
