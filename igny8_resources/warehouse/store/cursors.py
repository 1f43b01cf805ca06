"""How far readers outside Dagster's own sensors have read the outbox."""

from sqlalchemy.orm import Session

from igny8_resources.events import EventPosition
from igny8_resources.warehouse.tables.ledgers import EventCursor
from igny8_resources.warehouse.upsert import upsert


def site_build_reader(site_key: str) -> str:
    """The reader that a site's build is: everything up to its cursor is in the built pages."""
    return f"site_build:{site_key}"


def read_cursor(session: Session, reader: str) -> EventPosition:
    """Where a reader stands; the beginning when it has never read."""
    row = session.get(EventCursor, reader)
    return EventPosition(row.txid, row.event_id) if row else EventPosition()


def write_cursor(session: Session, reader: str, position: EventPosition) -> None:
    """Move a reader forward; it never goes back."""
    # Made first where it is missing, so that two processes that write a reader's first cursor queue for the same row.
    upsert(session, EventCursor, [{"reader": reader, "txid": 0, "event_id": 0}], key=("reader",))
    row = session.get_one(EventCursor, reader, with_for_update=True, populate_existing=True)
    if position > EventPosition(row.txid, row.event_id):
        row.txid, row.event_id = position.txid, position.event_id
