"""A migrated, empty warehouse a test: once on SQLite, once on PostgreSQL.

``IGNY8_TEST_POSTGRES`` names the server (default: the one on this machine). A session makes one database there, empties its
tables before each test, which is much quicker than making another, and drops it at the end. Where no server answers the
test is skipped, except in CI, where that is a failure. A test that changes the schema takes ``empty_url``.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.tables.ledgers import CreditPrice
from igny8_resources.warehouse.tables.registry import METADATA

POSTGRES = os.environ.get("IGNY8_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


class PostgresServer:
    """The server that tests may make databases on."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._connection.autocommit = True

    def execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database that is there as long as the block."""
        name = f"igny8_test_{uuid.uuid4().hex[:12]}"
        self.execute(f'CREATE DATABASE "{name}"')
        # A commit need not survive the server's own crash here, and so does not wait for the disk.
        self.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            url = make_url(POSTGRES).set(drivername="postgresql+psycopg2", database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Skips where no server answers; fails there in CI."""
    try:
        connection = psycopg2.connect(POSTGRES, connect_timeout=3)
    except psycopg2.OperationalError as unreachable:
        reason = f"no PostgreSQL answers (IGNY8_TEST_POSTGRES names one that tests may use): {str(unreachable).splitlines()[0]}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    yield PostgresServer(connection)
    connection.close()


class MigratedDatabase:
    """A migrated database that is emptied for each test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._warehouse = Warehouse(url)
        migrate(self._warehouse)
        names = [table.name for table in reversed(METADATA.sorted_tables)]
        # One round trip for all of them.
        self._empty = ";".join(f"DELETE FROM {name}" for name in names)  # noqa: S608
        with self._warehouse.read() as session:
            self._prices = [dict(row) for row in session.execute(select(CreditPrice.__table__)).mappings()]

    def empty(self) -> None:
        """Leave nothing but the price list as it is delivered."""
        with self._warehouse.engine.begin() as connection:
            connection.exec_driver_sql(self._empty)
            connection.execute(insert(CreditPrice), self._prices)

    def close(self) -> None:
        self._warehouse.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[MigratedDatabase]:
    """The session's database."""
    with postgres_server.database() as url:
        database = MigratedDatabase(url)
        yield database
        database.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "warehouse.db"
    warehouse = Warehouse(f"sqlite:///{path}")
    migrate(warehouse)
    warehouse.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with request.getfixturevalue("postgres_server").database() as url:
            yield url


@pytest.fixture
def warehouse_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database with nothing in it but the price list."""
    if backend == "sqlite":
        path = tmp_path / "warehouse.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    return str(request.getfixturevalue("emptied_postgres"))


@pytest.fixture
def emptied_postgres(migrated_postgres: MigratedDatabase) -> str:
    """The URL of the session's PostgreSQL database with nothing in it but the price list."""
    migrated_postgres.empty()
    return migrated_postgres.url


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Warehouse]:
    """A migrated warehouse with nothing in it but the price list."""
    warehouse = Warehouse(warehouse_url)
    yield warehouse
    warehouse.dispose()


@pytest.fixture
def postgres_warehouse(emptied_postgres: str) -> Iterator[Warehouse]:
    """The same, for what is only a question on PostgreSQL."""
    warehouse = Warehouse(emptied_postgres)
    yield warehouse
    warehouse.dispose()
