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

    Every row names the same columns.
    """
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    slice_size = max(1, MOST_BOUND_VALUES // len(rows[0]))
    for start in range(0, len(rows), slice_size):
        statement = insert(table).values(list(rows[start : start + slice_size]))
        if update:
            statement = statement.on_conflict_do_update(
                index_elements=list(key), set_={name: statement.excluded[name] for name in update}
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(key))
        session.execute(statement)
