"""A warehouse with many times as much of everything, made from the tables' own description.

Every row gets copies: as good as the original, with another id, and with other words where they have to be unique. A copy
belongs to what its original belongs to, so that an article has many versions and a cluster many keywords; only where that is
unique too does it belong to a copy. New tables are in it by themselves.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, UniqueConstraint, func, select

from igny8_resources.warehouse.tables.registry import METADATA

# Copies of these would say something else: a second price of the same operation, how far a reader outside has read.
_LEFT_ALONE = {"credit_prices", "event_cursors", "accounts"}
# Words that mean something; another one would be a mistake.
_OF_A_VOCABULARY = {"stage", "module", "platform", "video_type", "render_preset", "job", "kind", "method"}


def multiply(connection: Connection, times: int) -> None:
    """Have ``times`` of every row that is there, on SQLite or as the owner of the tables on PostgreSQL."""
    is_postgres = connection.dialect.name == "postgresql"
    if is_postgres:
        # Rows refer to rows of tables that come later.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    known: dict[tuple[str, int], dict[Any, Any]] = {}
    for table in METADATA.sorted_tables:
        if table.name in _LEFT_ALONE:
            continue
        rows = list(connection.execute(select(table)).mappings())
        highest = connection.scalar(select(func.max(table.c.id))) if _is_numbered(table) else 0
        for copy in range(1, times):
            made = []
            of_copy = known.setdefault((table.name, copy), {})
            for row in rows:
                values = _copied(table, row, copy, known)
                if _is_numbered(table):
                    highest += 1
                    of_copy[row["id"]] = values["id"] = highest
                elif "id" in table.c:
                    of_copy[row["id"]] = values["id"]
                made.append(values)
            if made:
                connection.execute(table.insert(), made)
        if is_postgres and _is_numbered(table):
            following = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {max(highest or 0, 1)})"
            connection.exec_driver_sql(following)


def _copied(
    table: Table, row: Mapping[str, Any], copy: int, known: Mapping[tuple[str, int], Mapping[Any, Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = dict(row)
    for unique in _unique_columns(table):
        if any(_change(column, values, copy) for column in reversed(unique)):
            continue
        for column in reversed(unique):
            copies = [known.get((key.column.table.name, copy), {}) for key in column.foreign_keys]
            if copies and row[column.name] in copies[0]:
                values[column.name] = copies[0][row[column.name]]
                break
    return values


def _unique_columns(table: Table) -> Iterator[list[Column[Any]]]:
    yield [column for column in table.primary_key.columns if not _is_numbered(table)]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = list(constraint.columns)
            # ``(id, account_id)`` is there for references alone.
            if "id" not in {column.name for column in columns}:
                yield columns
    for index in table.indexes:
        if index.unique:
            yield [column for column in index.columns if isinstance(column, Column)]


def _change(column: Column[Any], values: dict[str, Any], copy: int) -> bool:
    """Give one column of a copy a value of its own, if it has one to give."""
    before = values[column.name]
    if before is None:
        return True
    if column.foreign_keys or column.name in _OF_A_VOCABULARY:
        return False
    if isinstance(column.type, String):
        length = column.type.length or 1000
        values[column.name] = f"{before[: length - 4]}~{copy:03d}"
    elif isinstance(column.type, Integer):
        values[column.name] = before + 1000 * copy
    else:
        return False
    return True


def _is_numbered(table: Table) -> bool:
    return "id" in table.c and isinstance(table.c.id.type, Integer)
