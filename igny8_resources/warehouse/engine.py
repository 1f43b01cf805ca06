"""The way into the warehouse: one engine a URL, read sessions and write transactions.

On SQLite (WAL) there is one writer at a time, so a write transaction takes the lock when it begins; taking it later, in
the middle of a transaction that has read, fails at once instead of waiting. On PostgreSQL a write is a plain transaction.
"""

import copy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from igny8_resources.settings import Settings, SettingsError

SQLITE_BUSY_SECONDS = 60
# Connections to PostgreSQL that a process keeps, and how many there may be in a rush.
KEPT_CONNECTIONS, MOST_CONNECTIONS = 5, 15
# So long a connection of the pool is believed to be there without a question to the server.
SECONDS_TRUSTED = 5.0
# The setting that PostgreSQL's policies compare a row's account with (``row_security.py``).
ACCOUNT_SETTING = "igny8.account_id"
# For the transaction only: a pooled connection forgets it with the commit or the rollback.
_NAME_ACCOUNT = f"SELECT set_config('{ACCOUNT_SETTING}', %s, true)"
_ACCOUNT = "igny8_account"


class Warehouse:
    """One database: ``read()`` for queries, ``write()`` for one transaction that commits at its end or not at all.

    ``variable`` is the setting that the URL comes from, for messages.
    """

    def __init__(self, url: str, *, variable: str = "IGNY8_WAREHOUSE_URL") -> None:
        try:
            self.url = make_url(url)
        except ArgumentError as unreadable:
            raise SettingsError(
                f"{variable}: expected a database URL such as postgresql+psycopg2://user:password@host/igny8"
            ) from unreadable
        if self.url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise SettingsError(f"{variable}: {self.url.get_backend_name()} is not supported; use sqlite or postgresql")
        try:
            self.engine = self._engine()
        except (NoSuchModuleError, ModuleNotFoundError) as missing:
            raise SettingsError(
                f"{variable}: there is no driver for {self.url.drivername}; write sqlite:/// or postgresql+psycopg2://"
            ) from missing
        self._reads = sessionmaker(self.engine, expire_on_commit=False)
        self._writes = sessionmaker(self.engine.execution_options(igny8_write=True), expire_on_commit=False)
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.account_id: int | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the warehouse is the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    def _engine(self) -> Engine:
        if not self.is_sqlite:
            return _looked_at_after_a_rest(
                create_engine(self.url, pool_size=KEPT_CONNECTIONS, max_overflow=MOST_CONNECTIONS - KEPT_CONNECTIONS)
            )
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"timeout": SQLITE_BUSY_SECONDS})

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            # The driver must not open transactions by itself: "begin" below decides which kind.
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            is_write = connection.get_execution_options().get("igny8_write", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

        return engine

    def of_account(self, account_id: int) -> Self:
        """The same database as work for one account uses it: where row-level security holds, with that account's rows alone."""
        bound = copy.copy(self)
        bound.account_id = account_id
        return bound

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for queries; nothing in it is committed."""
        with self._reads(info=self._info()) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._writes(info=self._info()) as session, session.begin():
            yield session

    def _info(self) -> dict[Any, Any]:
        return {} if self.account_id is None else {_ACCOUNT: self.account_id}

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """A connection for one statement that is a transaction of its own, without the round trips of its begin and end.

        For PostgreSQL, where one statement can say everything that belongs together. For an account it has a transaction
        around it, which names the account.
        """
        if self.account_id is None or self.is_sqlite:
            with self._at_once.connect() as connection:
                yield connection
            return
        # The account's name ends with a transaction, whatever happens in it: the pool's next user never finds it.
        with self.engine.begin() as connection:
            _name_account(connection, self.account_id)
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def bind_account(session: Session, account_id: int) -> None:
    """Name the account that a session works for, from here on and at the begin of each of its transactions."""
    session.info[_ACCOUNT] = account_id
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        _name_account(session.connection(), account_id)


@event.listens_for(Session, "after_begin")
def _begun(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint has the name of the transaction that it is in.
    if _ACCOUNT in session.info and connection.dialect.name == "postgresql" and not transaction.nested:
        _name_account(connection, session.info[_ACCOUNT])


def _name_account(connection: Connection, account_id: int) -> None:
    connection.exec_driver_sql(_NAME_ACCOUNT, (str(account_id),))


def _looked_at_after_a_rest(engine: Engine) -> Engine:
    """Try a pooled connection before it is used again, but only where it has been idle: a busy one was tried by its last use."""

    @event.listens_for(engine, "checkin")
    def _rested(_connection: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _used_again(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("since", 0.0) < SECONDS_TRUSTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            # The pool opens another one.
            raise DisconnectionError from gone

    return engine


_open: dict[str, Warehouse] = {}
_lock = threading.Lock()


def open_warehouse(settings: Settings) -> Warehouse:
    """The process's warehouse for these settings; opened once a URL."""
    with _lock:
        if settings.warehouse not in _open:
            _open[settings.warehouse] = Warehouse(settings.warehouse)
        return _open[settings.warehouse]
