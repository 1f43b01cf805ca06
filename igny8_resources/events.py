"""The outbox: every state change appends one event in the transaction that made it; readers follow by cursor.

PostgreSQL hands out ids before commit, so a cursor on the id alone would skip a row that commits late. Each event keeps
its transaction's id, and a reader takes only events whose transaction is older than every one still open, in the order
(transaction, id): whatever commits later sorts later.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event

_POSITION = re.compile(r"(\d+):(\d+)")


@dataclass(frozen=True, order=True)
class EventPosition:
    """A reader's place in the outbox; everything at or before it has been read."""

    txid: int = 0
    event_id: int = 0

    def __str__(self) -> str:
        return f"{self.txid}:{self.event_id}"

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Read what ``str`` wrote; nothing at all means the beginning.

        Raises:
            ValueError: the text is not a position.
        """
        if not text:
            return cls()
        found = _POSITION.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text!r} is not a position in the outbox; expected <transaction>:<event id>, such as 0:42"
            )
        return cls(int(found[1]), int(found[2]))


def append_event(
    session: Session,
    kind: str,
    subject: str,
    *,
    account_id: int,
    site_id: int | None = None,
    payload: dict[str, Any] | None = None,
    actor: str = "system",
) -> Event:
    """Record a state change in the caller's transaction."""
    event = Event(
        kind=kind, subject=subject, account_id=account_id, site_id=site_id, payload=payload or {}, actor=actor
    )
    if session.get_bind().dialect.name == "postgresql":
        event.txid = literal_column("pg_current_xact_id()::text::bigint")
    session.add(event)
    return event


def append_alert(
    session: Session, kind: str, subject: str, *, account_id: int, payload: dict[str, Any], quiet: timedelta
) -> bool:
    """Record something that a person should act on, unless the same was said within ``quiet``; whether it was recorded."""
    said = select(Event.id).where(
        Event.account_id == account_id,
        Event.kind == kind,
        Event.subject == subject,
        Event.created_at > utc_now() - quiet,
    )
    if session.scalar(said.limit(1)) is not None:
        return False
    append_event(session, kind, subject, account_id=account_id, payload=payload)
    return True


def _is_settled(session: Session) -> ColumnElement[bool] | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    return Event.txid < literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def read_events(
    session: Session, after: EventPosition, *, limit: int = 500, kinds: Sequence[str] | None = None
) -> list[Event]:
    """The next events after a position, oldest first. Cost: the new rows, whatever the outbox holds."""
    query = select(Event).limit(limit)
    if session.get_bind().dialect.name == "postgresql":
        # Compared as a row, which is one search in ix_events_order.
        query = query.where(tuple_(Event.txid, Event.id) > (after.txid, after.event_id)).order_by(Event.txid, Event.id)
    else:
        # SQLite has one writer at a time, so ids commit in order; it does not search an index for a row that holds the id.
        query = query.where(Event.id > after.event_id).order_by(Event.id)
    settled = _is_settled(session)
    if settled is not None:
        query = query.where(settled)
    if kinds is not None:
        query = query.where(Event.kind.in_(kinds))
    return list(session.scalars(query))


def position_of(event: Event) -> EventPosition:
    """Where an event stands."""
    return EventPosition(event.txid, event.id)


def newest_position(session: Session) -> EventPosition:
    """The end of the outbox, as far as it can be read now."""
    query = select(Event).order_by(Event.txid.desc(), Event.id.desc()).limit(1)
    settled = _is_settled(session)
    if settled is not None:
        query = query.where(settled)
    newest = session.scalar(query)
    return position_of(newest) if newest else EventPosition()


def all_readable(session: Session) -> bool:
    """Whether every committed event can be read now.

    On PostgreSQL a transaction that is still open, in any database of the server, holds back the events after it. Whoever
    works until nothing is left asks this before believing that nothing is left.
    """
    settled = _is_settled(session)
    return settled is None or session.scalar(select(Event.id).where(~settled).limit(1)) is None


def count_events(session: Session) -> int:
    """How many events there are."""
    return session.scalar(select(func.count()).select_from(Event)) or 0
