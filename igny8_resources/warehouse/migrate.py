"""Brings a warehouse to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from igny8_resources import credits
from igny8_resources.warehouse.engine import Warehouse

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0001"
# Any number that nothing else in the database uses as an advisory lock.
MIGRATION_LOCK = 868_118


class WarehouseNotReady(Exception):
    """The warehouse has no schema yet, or an older or newer one than this program."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(warehouse: Warehouse) -> None:
    """Create or upgrade the schema, the views and the price list; processes that arrive together wait for one another."""
    engine = warehouse.engine.execution_options(igny8_write=True)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        if current_revision(connection) != HEAD:
            command.upgrade(_config(connection), "head")
    with warehouse.write() as session:
        credits.seed_prices(session)


def current_revision(connection: Connection) -> str | None:
    """The schema's revision, None when there is no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_schema(warehouse: Warehouse) -> None:
    """Make sure that the schema is there.

    Raises:
        WarehouseNotReady: it is not; the message says what to run.
    """
    with warehouse.engine.connect() as connection:
        revision = current_revision(connection)
    if revision is None:
        raise WarehouseNotReady("the warehouse is empty: run `igny8 init` first")
    if revision != HEAD:
        raise WarehouseNotReady(
            f"the warehouse is at schema {revision} and this program needs {HEAD}: run `igny8 init`"
        )
