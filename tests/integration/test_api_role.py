"""The API's own database role: how it is made, what is refused in its place, and what keeps it up to date."""

import logging
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_terminal import Terminal
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api.app import create_app
from api.problems import database_trouble
from igny8_resources.settings import Settings, SettingsError
from igny8_resources.warehouse.api_role import RoleRefused, grant_to, open_api_warehouse, roles_let_in
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.row_security import lift
from tests.limited_roles import limited_role

pytestmark = pytest.mark.postgres
HEALTH = "/api/v1/system/health/"


def settings_of(owner: Warehouse, api_url: str | None, home: Path) -> Settings:
    return Settings(
        home=home,
        warehouse_url=owner.url.render_as_string(hide_password=False),
        api_database_url=api_url,
        secret_key="a key that only tests sign with, long enough",
    )


@contextmanager
def role_named(owner: Warehouse) -> Iterator[str]:
    """A name that no role of the server has; a role of that name is gone after the block."""
    name = f"igny8_test_{uuid.uuid4().hex[:12]}"
    try:
        yield name
    finally:
        with owner.engine.begin() as connection:
            if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :name"), {"name": name}):
                connection.exec_driver_sql(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')


@pytest.fixture
def terminal(postgres_warehouse: Warehouse, tmp_path: Path) -> Terminal:
    url = postgres_warehouse.url.render_as_string(hide_password=False)
    return Terminal(tmp_path / "home", {"IGNY8_WAREHOUSE_URL": url})


class TestMaking:
    def test_the_role_is_made_and_the_api_serves_with_it_alone(
        self, terminal: Terminal, postgres_warehouse: Warehouse, tmp_path: Path
    ):
        with role_named(postgres_warehouse) as name:
            said = terminal.done("api-role", name).strip()
            url = make_url(said.removeprefix("IGNY8_API_DATABASE_URL="))
            assert (url.username, len(url.password or "")) == (name, 32)
            with postgres_warehouse.engine.connect() as connection:
                kept = connection.scalar(
                    text("SELECT rolpassword FROM pg_authid WHERE rolname = :name"), {"name": name}
                )
                assert roles_let_in(connection) == [name]
            assert kept.startswith("SCRAM-SHA-256$")
            # The host of the API is not told how the owner connects.
            alone = Settings(home=tmp_path / "api", api_database_url=said.partition("=")[2], secret_key="k" * 40)
            with TestClient(create_app(alone)) as client:
                assert client.get(HEALTH).status_code == 200

    def test_a_second_time_it_is_brought_up_to_date_and_keeps_its_password(
        self, terminal: Terminal, postgres_warehouse: Warehouse
    ):
        def password() -> str:
            with postgres_warehouse.engine.connect() as connection:
                return connection.scalar(
                    text("SELECT rolpassword FROM pg_authid WHERE rolname = :name"), {"name": name}
                )

        with role_named(postgres_warehouse) as name:
            terminal.done("api-role", name)
            first = password()
            assert "was there and is let in" in terminal.done("api-role", name)
            assert password() == first
            assert terminal.done("api-role", name, "--new-password").startswith("IGNY8_API_DATABASE_URL=")
            assert password() != first

    def test_the_statements_are_shown_for_somebody_else_to_run(self, terminal: Terminal, postgres_warehouse: Warehouse):
        with role_named(postgres_warehouse) as name:
            shown = terminal.done("api-role", name, "--show")
            with postgres_warehouse.engine.begin() as connection:
                assert roles_let_in(connection) == []
                connection.exec_driver_sql(shown)
                assert roles_let_in(connection) == [name]
                grant_to(connection, name)

    def test_sqlite_has_none(self, tmp_path: Path):
        terminal = Terminal(tmp_path / "home")
        terminal.done("init")
        assert terminal.refused("api-role").startswith("SQLite has no roles")
        assert terminal.refused("init", "--api-role", "igny8_api").startswith("SQLite has no roles")

    def test_init_names_the_command_that_makes_a_missing_one(self, terminal: Terminal):
        assert terminal.refused("init", "--api-role", "nobody_here") == (
            "there is no database role 'nobody_here': `igny8 api-role nobody_here` makes it"
        )


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ("SUPERUSER", "is a superuser"),
        ("BYPASSRLS", "has BYPASSRLS"),
        ("CREATEROLE", "may make roles"),
        ("REPLICATION", "may make roles or replicate"),
        ("IN ROLE pg_read_all_data", "is a member of pg_read_all_data"),
        ("IN ROLE postgres", "is a superuser, as postgres"),
    ],
)
def test_a_role_that_could_go_past_the_policies_is_refused(postgres_warehouse: Warehouse, attributes: str, said: str):
    with role_named(postgres_warehouse) as name, postgres_warehouse.engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN {attributes}"))
        with pytest.raises(RoleRefused, match=f"{name}' {said}"):
            grant_to(connection, name)
        connection.rollback()


@pytest.mark.parametrize("owned", ["TABLE keywords", "VIEW mart_spend", "SCHEMA public"])
def test_a_member_of_an_owner_is_refused(postgres_warehouse: Warehouse, owned: str):
    with role_named(postgres_warehouse) as name, postgres_warehouse.engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name}_owner"))
        connection.execute(text(f"CREATE ROLE {name} LOGIN IN ROLE {name}_owner"))
        connection.execute(text(f"ALTER {owned} OWNER TO {name}_owner"))
        with pytest.raises(RoleRefused, match=f"owns the tables, as {name}_owner"):
            grant_to(connection, name)
        connection.rollback()


def test_everybody_may_make_tables_no_longer(postgres_warehouse: Warehouse):
    """As PostgreSQL before 15 has it: letting a role in ends that for the schema."""
    with role_named(postgres_warehouse) as name, postgres_warehouse.engine.connect() as connection:
        connection.execute(text("GRANT CREATE ON SCHEMA public TO PUBLIC"))
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        grant_to(connection, name)
        assert not connection.scalar(text(f"SELECT has_schema_privilege('{name}', 'public', 'CREATE')"))
        connection.rollback()


class TestStarting:
    def test_the_owners_url_is_refused(self, postgres_warehouse: Warehouse, tmp_path: Path):
        owners = postgres_warehouse.url.render_as_string(hide_password=False)
        with pytest.raises(RoleRefused, match="the database role 'postgres' is a superuser.*`igny8 api-role` makes"):
            create_app(settings_of(postgres_warehouse, owners, tmp_path))

    def test_without_a_role_of_its_own_it_starts_and_says_so(
        self, postgres_warehouse: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        with caplog.at_level(logging.WARNING, "igny8.api"):
            open_api_warehouse(settings_of(postgres_warehouse, None, tmp_path)).dispose()
        assert "as a role that row-level security does not hold" in caplog.text

    def test_sqlite_is_no_database_for_a_role(self, postgres_warehouse: Warehouse, tmp_path: Path):
        with pytest.raises(SettingsError, match="IGNY8_API_DATABASE_URL: SQLite has no roles"):
            create_app(settings_of(postgres_warehouse, "sqlite:///x.db", tmp_path))

    def test_a_database_that_is_away_is_no_reason_not_to_start(self, postgres_warehouse: Warehouse, tmp_path: Path):
        away = "postgresql+psycopg2://igny8_api@127.0.0.1:1/igny8"
        warehouse = open_api_warehouse(settings_of(postgres_warehouse, away, tmp_path))
        assert database_trouble(warehouse) == "The database cannot be reached."

    def test_a_role_that_is_given_more_later_gets_no_connection_any_more(
        self, postgres_warehouse: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        with limited_role(postgres_warehouse) as url:
            app = create_app(settings_of(postgres_warehouse, url, tmp_path))
            with TestClient(app) as client:
                assert client.get(HEALTH).status_code == 200
                with postgres_warehouse.engine.begin() as connection:
                    connection.exec_driver_sql(f'ALTER ROLE "{make_url(url).username}" BYPASSRLS')
                app.state.service.warehouse.dispose()
                sign_in = client.post("/api/v1/auth/login/", json={"email": "a@b.example", "password": "x" * 12})
                for answer in (client.get(HEALTH), sign_in):
                    assert answer.status_code == 503
                    assert answer.json()["error"] == "The database role of this service is refused; its log says why."
        assert "has BYPASSRLS" in caplog.text

    def test_tables_without_their_lock_are_refused(self, postgres_warehouse: Warehouse, tmp_path: Path):
        with limited_role(postgres_warehouse) as url:
            try:
                with postgres_warehouse.engine.begin() as connection:
                    connection.exec_driver_sql("ALTER TABLE clusters DISABLE ROW LEVEL SECURITY")
                with pytest.raises(RoleRefused, match="row-level security is off for clusters: run `igny8 init`"):
                    open_api_warehouse(settings_of(postgres_warehouse, url, tmp_path))
            finally:
                migrate(postgres_warehouse)
            open_api_warehouse(settings_of(postgres_warehouse, url, tmp_path)).dispose()


def test_an_upgrade_brings_the_policies_and_what_the_role_needs(postgres_warehouse: Warehouse):
    """As a warehouse from before, with a table that the role was never let into."""
    with limited_role(postgres_warehouse) as url:
        with postgres_warehouse.engine.begin() as connection:
            lift(connection)
            connection.exec_driver_sql(f'REVOKE ALL ON keywords FROM "{make_url(url).username}"')
        limited = Warehouse(url)
        with limited.read() as session, pytest.raises(DBAPIError, match="permission denied for table keywords"):
            session.execute(text("SELECT count(*) FROM keywords"))
        migrate(postgres_warehouse)
        with limited.read() as session:
            assert session.scalar(text("SELECT count(*) FROM keywords")) == 0
        limited.dispose()


def test_serving_by_the_owner_is_refused_in_one_sentence(terminal: Terminal):
    terminal.settings["IGNY8_API_DATABASE_URL"] = terminal.settings["IGNY8_WAREHOUSE_URL"]
    assert "row-level security would not hold it to one account" in terminal.refused("serve", "--port", free_port())


def free_port() -> str:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
