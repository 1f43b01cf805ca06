"""The schema: made once, the same on both databases, and taken down again."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from igny8_resources.credits import DEFAULT_PRICES
from igny8_resources.settings import SettingsError
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import (
    HEAD,
    WarehouseNotReady,
    _config,
    current_revision,
    known_revisions,
    migrate,
    require_schema,
)
from igny8_resources.warehouse.tables.ledgers import CreditPrice
from igny8_resources.warehouse.tables.planner import Cluster
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.views import VIEWS
from tests.integration.dying_process import start


@pytest.fixture
def nothing(empty_url):
    warehouse = Warehouse(empty_url)
    yield warehouse
    warehouse.dispose()


@pytest.fixture
def ready(nothing):
    """A warehouse of the test's own, to change its schema."""
    migrate(nothing)
    return nothing


def tables(warehouse: Warehouse) -> set[str]:
    return set(inspect(warehouse.engine).get_table_names())


def prices(warehouse: Warehouse) -> int:
    with warehouse.read() as session:
        return len(session.scalars(select(CreditPrice.id)).all())


def test_from_nothing_to_everything_and_a_second_time_to_the_same(nothing):
    migrate(nothing)
    assert tables(nothing) == {*METADATA.tables, "alembic_version"}
    assert set(inspect(nothing.engine).get_view_names()) == set(VIEWS)
    made = prices(nothing)
    assert made >= len(DEFAULT_PRICES)
    migrate(nothing)
    assert prices(nothing) == made
    with nothing.engine.connect() as connection:
        assert current_revision(connection) == HEAD
    require_schema(nothing)


def test_the_schema_is_what_the_tables_say(warehouse):
    """What alembic would write into the next migration: nothing."""

    def belongs_here(thing: Any, *_: object) -> bool:
        return thing.info.get("only", warehouse.url.get_backend_name()) == warehouse.url.get_backend_name()

    with warehouse.engine.connect() as connection:
        opts = {"compare_type": True, "target_metadata": METADATA, "include_object": belongs_here}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, METADATA) == []


def test_check_constraints_are_there_too(warehouse):
    """Alembic does not compare them."""
    inspector = inspect(warehouse.engine)
    for table in METADATA.sorted_tables:
        wanted = {constraint.name for constraint in table.constraints if "CheckConstraint" in type(constraint).__name__}
        assert {check["name"] for check in inspector.get_check_constraints(table.name)} == wanted, table.name


def test_an_index_begins_with_the_tenant_wherever_a_row_has_one(warehouse):
    """Every query that serves a user is scoped by its account; without an index that would read all tenants."""
    inspector = inspect(warehouse.engine)
    for table in METADATA.sorted_tables:
        if "account_id" in table.columns:
            leading = {index["column_names"][0] for index in inspector.get_indexes(table.name)}
            leading |= {each["column_names"][0] for each in inspector.get_unique_constraints(table.name)}
            assert leading & {"account_id", "site_id"}, table.name


def test_it_can_be_taken_down_again(ready):
    with ready.engine.execution_options(igny8_write=True).begin() as connection:
        command.downgrade(_config(connection), "base")
    assert tables(ready) == {"alembic_version"}
    assert inspect(ready.engine).get_view_names() == []
    with pytest.raises(WarehouseNotReady, match="the warehouse is empty: run `igny8 init` first"):
        require_schema(ready)
    migrate(ready)
    require_schema(ready)


def _migrate(url: str) -> None:
    migrate(Warehouse(url))


def test_processes_that_arrive_together_wait_for_one_another(nothing, empty_url):
    processes = [start(_migrate, empty_url) for _ in range(3)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 3
    require_schema(nothing)
    assert tables(nothing) == {*METADATA.tables, "alembic_version"}


def test_a_migration_that_fails_leaves_nothing_behind(nothing, monkeypatch):
    monkeypatch.setitem(VIEWS, "mart_broken", "SELEKT nonsense")
    with pytest.raises(DatabaseError, match="SELEKT"):
        migrate(nothing)
    assert tables(nothing) == set()
    monkeypatch.undo()
    migrate(nothing)
    require_schema(nothing)


def test_without_a_schema_one_is_told_what_to_run(nothing):
    with pytest.raises(WarehouseNotReady, match="the warehouse is empty: run `igny8 init` first"):
        require_schema(nothing)


def test_a_schema_of_somebody_else_is_left_alone(ready):
    with ready.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '7e2f3204cf8e'"))
    for check in (require_schema, migrate):
        with pytest.raises(
            WarehouseNotReady,
            match=r"at schema 7e2f3204cf8e, which this program does not know \(it needs \d+\).* IGNY8_WAREHOUSE_URL",
        ):
            check(ready)
    assert known_revisions() >= {HEAD}


def test_an_older_schema_of_ours_is_to_be_upgraded_and_keeps_its_rows(nothing):
    with nothing.engine.execution_options(igny8_write=True).begin() as connection:
        command.upgrade(_config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO accounts (id, slug, name, plan, monthly_credits, credit_balance, status, created_at)"
                " VALUES (1, 'old', 'Old', 'free', 0, 0, 'active', '2026-01-01')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO sites (id, account_id, key, name, base_url, niche, tagline, description, language, audience,"
                " status, created_at)"
                " VALUES (1, 1, 'old', 'Old', 'https://old.example', '', '', '', 'en', '', 'active', '2026-01-01')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO clusters (id, account_id, site_id, stable_id, name, head_keyword, keyword_count, volume,"
                " intent_mix, opportunity, status, created_at)"
                " VALUES (1, 1, 1, 'c-00000001', 'Moka Pots', 'moka pot', 1, 50, '{}', 60, 'active', '2026-01-01')"
            )
        )
    with pytest.raises(WarehouseNotReady, match=f"is at schema 0001 and this program needs {HEAD}: run `igny8 init`"):
        require_schema(nothing)
    migrate(nothing)
    require_schema(nothing)
    with nothing.read() as session:
        cluster = session.scalars(select(Cluster)).one()
    assert (cluster.name, cluster.locked, cluster.pillar_id, cluster.opportunity_terms) == (
        "Moka Pots",
        False,
        None,
        {},
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "expected a database URL such as postgresql"),
        ("mysql://root:hunter2@localhost/igny8", "mysql is not supported; use sqlite or postgresql"),
        ("postgresql+nonsense://root:hunter2@localhost/igny8", r"no driver for postgresql\+nonsense"),
        ("postgresql+pg8000://root:hunter2@localhost/igny8", r"no driver for postgresql\+pg8000"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_password(url, said):
    with pytest.raises(SettingsError, match=f"IGNY8_WAREHOUSE_URL: .*{said}") as refused:
        Warehouse(url)
    assert "hunter2" not in str(refused.value)


def test_a_read_never_commits_and_a_write_commits_whole_or_not_at_all(warehouse):
    with warehouse.read() as session:
        session.execute(text("UPDATE credit_prices SET credits = 99"))
    with pytest.raises(RuntimeError), warehouse.write() as session:
        session.execute(text("UPDATE credit_prices SET credits = 99"))
        raise RuntimeError
    with warehouse.read() as session:
        assert session.scalars(select(CreditPrice.id).where(CreditPrice.credits == 99)).all() == []
