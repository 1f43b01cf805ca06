"""The API over a migrated warehouse with two accounts: once on SQLite, once on PostgreSQL where one answers.

On PostgreSQL the tests write as the owner, and the API connects as a role that row-level security holds to one account: every
route that is tested works under it.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from api_deployment import Deployment, filled_deployment
from api_tenants import Tenant, make_tenant
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.progress_watch import ProgressWatch
from api.service import Service
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.tables.registry import METADATA
from tests.limited_roles import limited_role

POSTGRES = os.environ.get("IGNY8_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of its own, dropped at the end."""
    try:
        server = psycopg2.connect(POSTGRES, connect_timeout=3)
    except psycopg2.OperationalError as unreachable:
        pytest.skip(f"no PostgreSQL at {POSTGRES} (set IGNY8_TEST_POSTGRES to one that may be used): {unreachable}")
    server.autocommit = True
    name = f"igny8_api_{uuid.uuid4().hex[:12]}"
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield POSTGRES.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg2://", 1) + f"/{name}"
    finally:
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One schema a session and database; tests begin with empty tables."""
    if request.param == "sqlite":
        warehouse = Warehouse(f"sqlite:///{tmp_path_factory.mktemp('warehouse') / 'warehouse.db'}")
    else:
        warehouse = Warehouse(request.getfixturevalue("postgres_url"))
    migrate(warehouse)
    yield warehouse
    warehouse.dispose()


@pytest.fixture
def warehouse(migrated: Warehouse) -> Warehouse:
    with migrated.write() as session:
        for table in reversed(METADATA.sorted_tables):
            if table.name != "credit_prices":
                session.execute(table.delete())
    return migrated


@pytest.fixture(scope="session")
def api_url(migrated: Warehouse) -> Iterator[str | None]:
    """The URL of the API's own role, None on SQLite, which has no roles."""
    if migrated.is_sqlite:
        yield None
        return
    with limited_role(migrated) as url:
        yield url


@pytest.fixture
def settings(warehouse: Warehouse, api_url: str | None, tmp_path: Path) -> Settings:
    return _settings(warehouse, api_url, tmp_path)


def _settings(warehouse: Warehouse, api_url: str | None, home: Path) -> Settings:
    return Settings(
        home=home,
        warehouse_url=warehouse.url.render_as_string(hide_password=False),
        api_database_url=api_url,
        secret_key="a key that only tests sign with, long enough",
        tiktok_client_key="tiktok-app",
        tiktok_client_secret="tiktok-secret",
    )


@pytest.fixture(scope="session")
def started(migrated: Warehouse, api_url: str | None) -> FastAPI:
    """One app a session and database: its routes take half a second to put together."""
    return create_app(_settings(migrated, api_url, Path()))


@pytest.fixture
def app(started: FastAPI, settings: Settings) -> FastAPI:
    """The app as it would be just after its start with a test's settings."""
    before: Service = started.state.service
    started.state.service = Service(settings, before.warehouse, before.tokens)
    started.state.progress = ProgressWatch()
    return started


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def ours(warehouse: Warehouse, app: FastAPI, settings: Settings) -> Tenant:
    """The account that most tests act for."""
    return make_tenant(warehouse, app, settings, "crema", site_key="crema-lane", site_name="Crema Lane")


@pytest.fixture
def theirs(warehouse: Warehouse, app: FastAPI, settings: Settings) -> Tenant:
    """Another account on the same deployment, with as much in it."""
    return make_tenant(warehouse, app, settings, "trail", site_key="trail-notes", site_name="Trail Notes")


@pytest.fixture(scope="module")
def deployment(
    started: FastAPI, migrated: Warehouse, api_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """One service and one filled warehouse a module, put back after each call that changed it."""
    with filled_deployment(started, migrated, api_url, tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment
