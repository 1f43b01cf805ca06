"""A filled warehouse as it was, to be put back after every call that changed it: each call finds what the first one found."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event, text

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.registry import METADATA

_WRITING = ("INSERT", "UPDATE", "DELETE", "WITH")
_TABLES = [table.name for table in METADATA.sorted_tables]


class KeptWarehouse:
    """What is in a warehouse now, and whether that was changed since.

    On SQLite the file is copied page by page, in memory; on PostgreSQL the rows are kept in a schema beside their own.
    ``used`` is the warehouse as the service that is called opened it.
    """

    def __init__(self, warehouse: Warehouse, used: Warehouse) -> None:
        self._warehouse, self._used, self._writes = warehouse, used, 0
        self._is_file = warehouse.is_sqlite
        if self._is_file:
            self._file = sqlite3.connect(str(warehouse.url.database), check_same_thread=False, isolation_level=None)
            self._kept = sqlite3.connect(":memory:", check_same_thread=False)
            self._file.backup(self._kept)
        else:
            with warehouse.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA IF EXISTS kept CASCADE"))
                connection.execute(text("CREATE SCHEMA kept"))
                for table in _TABLES:
                    connection.execute(text(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"'))
            event.listen(used.engine, "before_cursor_execute", self._note)
        self._seen = self._state()

    @property
    def was_changed(self) -> bool:
        """Whether anything was committed since it was put back last; on PostgreSQL, whether anything may have been."""
        return self._state() != self._seen

    def put_back(self) -> None:
        """Have everything as it was."""
        if self._is_file:
            self._kept.backup(self._file)
        else:
            with self._warehouse.engine.begin() as connection:
                _refill(connection)
        self._seen = self._state()

    def _state(self) -> int:
        # SQLite's number moves with every commit of another connection.
        return int(self._file.execute("PRAGMA data_version").fetchone()[0]) if self._is_file else self._writes

    def _note(self, *told: object) -> None:
        self._writes += str(told[2]).lstrip().startswith(_WRITING)

    def close(self) -> None:
        """Let go of the copy."""
        if self._is_file:
            self._kept.close()
            self._file.close()
        else:
            event.remove(self._used.engine, "before_cursor_execute", self._note)
            with self._warehouse.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA kept CASCADE"))


def _refill(connection: Connection) -> None:
    # Without triggers, so that the order of the tables does not matter.
    refill = "".join(
        f'DELETE FROM public."{table}"; INSERT INTO public."{table}" TABLE kept."{table}";'  # noqa: S608 - our own tables
        for table in _TABLES
    )
    connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {refill}")


@contextmanager
def counted_statements(warehouse: Warehouse) -> Iterator[list[str]]:
    """The SQL that is sent while the block runs."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(warehouse.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(warehouse.engine, "before_cursor_execute", note)
