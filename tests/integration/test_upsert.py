"""Insert-or-update: one statement, the same outcome on both databases."""

import sqlite3

import pytest
from sqlalchemy import event, func, select

from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import EventCursor
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.upsert import upsert
from tests.warehouse_samples import make_place

# What SQLite allows unless it was built otherwise; some distributions raise it to 250,000.
BOUND_VALUES_OF_SQLITE = 32_766


def cursor(reader: str, event_id: int) -> dict[str, object]:
    return {"reader": reader, "txid": 0, "event_id": event_id}


def cursors(session) -> dict[str, int]:
    return dict(session.execute(select(EventCursor.reader, EventCursor.event_id)).tuples().all())


def test_new_rows_are_inserted_and_known_ones_updated(warehouse):
    with warehouse.write() as session:
        upsert(session, EventCursor, [cursor("a", 1), cursor("b", 1)], key=("reader",))
        upsert(session, EventCursor, [cursor("b", 2), cursor("c", 2)], key=("reader",), update=("event_id",))
        assert cursors(session) == {"a": 1, "b": 2, "c": 2}


def test_without_columns_to_update_known_rows_stay_as_they_are(warehouse):
    with warehouse.write() as session:
        upsert(session, EventCursor, [cursor("a", 1)], key=("reader",))
        upsert(session, EventCursor, [cursor("a", 2), cursor("b", 2), cursor("b", 3)], key=("reader",))
        assert cursors(session) == {"a": 1, "b": 2}


def test_a_key_that_comes_twice_counts_once_and_the_last_row_wins(warehouse):
    with warehouse.write() as session:
        upsert(session, EventCursor, [cursor("a", 1), cursor("a", 2)], key=("reader",), update=("event_id",))
        assert cursors(session) == {"a": 2}


def test_nothing_is_a_fine_number_of_rows(warehouse):
    with warehouse.write() as session:
        upsert(session, EventCursor, [], key=("reader",))
        assert cursors(session) == {}


@pytest.mark.parametrize("odd", [{"reader": "b", "txid": 0}, {**cursor("b", 1), "kind": "x"}])
def test_rows_that_name_other_columns_are_refused(warehouse, odd):
    with (
        pytest.raises(
            ValueError, match=r"row 1 for event_cursors differs from row 0 in the columns it names: (event_id|kind)"
        ),
        warehouse.write() as session,
    ):
        upsert(session, EventCursor, [cursor("a", 1), odd], key=("reader",))


def test_thousands_of_keywords_fit_into_the_statements_that_sqlite_allows(warehouse):
    """Every statement stays below the limit, the columns that the database module fills in by itself included."""
    place = make_place(warehouse)
    if warehouse.is_sqlite:

        @event.listens_for(warehouse.engine, "checkout")
        def _as_built_by_default(connection, *_rest):
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, BOUND_VALUES_OF_SQLITE)

    row = {
        **place.owned,
        "market": "",
        "volume_kind": "exact",
        "intents": [],
        "source": "semrush",
        "updated_at": utc_now(),
    }
    texts = [f"keyword {number}" for number in range(2_000)]
    rows = [{**row, "text": text, "normalized_text": text, "volume": 10} for text in texts]
    key, update = ("site_id", "market", "normalized_text"), ("volume", "updated_at")
    with warehouse.write() as session:
        upsert(session, Keyword, rows, key=key, update=update)
        upsert(session, Keyword, [{**each, "volume": 20} for each in rows], key=key, update=update)
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Keyword).where(Keyword.volume == 20)) == 2_000
