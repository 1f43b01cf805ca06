"""Insert-or-update in one statement, alike on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.columns import Table

# SQLite allows 32,766 bound values in one statement; rows are sent in slices that stay below it.
MOST_BOUND_VALUES = 30_000


def upsert(
    session: Session,
    table: type[Table],
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert rows; where ``key`` exists already, set the ``update`` columns, or leave the row alone when there are none.

    A key that stands in two rows counts once: the last row when there are columns to update, else the first.

    Raises:
        ValueError: the rows do not all name the same columns.
    """
    if not rows:
        return
    columns = rows[0].keys()
    for number, row in enumerate(rows):
        if row.keys() != columns:
            odd = ", ".join(sorted(row.keys() ^ columns))
            raise ValueError(
                f"row {number} for {table.__tablename__} differs from row 0 in the columns it names: {odd}"
            )
    if update:
        # PostgreSQL refuses to update one row twice in a statement.
        rows = list({tuple(row[name] for name in key): row for row in rows}.values())
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Columns that are not named but have a default are bound too.
    bound = len(columns | {column.key for column in table.__table__.columns if column.default is not None})
    slice_size = max(1, MOST_BOUND_VALUES // bound)
    for start in range(0, len(rows), slice_size):
        statement = insert(table).values(list(rows[start : start + slice_size]))
        if update:
            statement = statement.on_conflict_do_update(
                index_elements=list(key), set_={name: statement.excluded[name] for name in update}
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(key))
        session.execute(statement)
