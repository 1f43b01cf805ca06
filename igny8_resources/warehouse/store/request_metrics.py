"""How the API answered, minute by minute: added to by every process of the API, and summed up by route."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.access import RequestMetric

_KEY = ("minute", "method", "route", "status")
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Counted:
    """What one process counted of one route in one minute; ``seconds`` is the sum. ``status`` 0: nobody was answered."""

    minute: datetime
    method: str
    route: str
    status: int
    count: int
    seconds: float
    slowest_seconds: float


@dataclass(frozen=True)
class RouteSummary:
    """How one route was answered in a period."""

    method: str
    route: str
    count: int
    mean_seconds: float
    slowest_seconds: float
    client_errors: int
    server_errors: int


def add_counts(session: Session, counted: Sequence[Counted]) -> None:
    """Add to what other processes, and this one before, counted of the same minutes."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # In one order everywhere, so that two processes that add at once do not wait for each other in a circle.
    rows = sorted((vars(each) for each in counted), key=lambda row: tuple(row[name] for name in _KEY))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = insert(RequestMetric).values(rows[start : start + ROWS_AT_ONCE])
        new, old = statement.excluded, RequestMetric
        slower = new.slowest_seconds > old.slowest_seconds
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(_KEY),
                set_={
                    "count": old.count + new.count,
                    "seconds": old.seconds + new.seconds,
                    "slowest_seconds": case((slower, new.slowest_seconds), else_=old.slowest_seconds),
                },
            )
        )


def summary_since(session: Session, since: datetime) -> list[RouteSummary]:
    """Each route's answers since a moment, the route that took the most time in all first."""
    count, seconds = func.sum(RequestMetric.count), func.sum(RequestMetric.seconds)
    is_client = RequestMetric.status.between(400, 499)
    # An answer that never began is the service's failure, or a caller's that did not wait; the caller cannot tell.
    is_server = (RequestMetric.status >= 500) | (RequestMetric.status == 0)
    rows = session.execute(
        select(
            RequestMetric.method,
            RequestMetric.route,
            count,
            seconds,
            func.max(RequestMetric.slowest_seconds),
            func.sum(case((is_client, RequestMetric.count), else_=0)),
            func.sum(case((is_server, RequestMetric.count), else_=0)),
        )
        .where(RequestMetric.minute >= since)
        .group_by(RequestMetric.method, RequestMetric.route)
        .order_by(seconds.desc(), RequestMetric.route, RequestMetric.method)
    ).tuples()
    return [
        RouteSummary(method, route, total, spent / total, slowest, int(client), int(server))
        for method, route, total, spent, slowest, client, server in rows
    ]


def forget_before(session: Session, moment: datetime) -> None:
    """Delete the minutes before a moment."""
    session.execute(
        delete(RequestMetric).where(RequestMetric.minute < moment).execution_options(synchronize_session=False)
    )
