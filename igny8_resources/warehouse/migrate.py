"""Brings a warehouse to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from igny8_resources import credits
from igny8_resources.ai.catalogue import seed_models
from igny8_resources.warehouse import api_role, row_security
from igny8_resources.warehouse.engine import Warehouse

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0005"
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
    """Create or upgrade the schema, the views, the policies, the prices and the model catalogue; who arrives meanwhile waits.

    Raises:
        WarehouseNotReady: the schema is one that this program does not know.
        RoleRefused: the API's role could go past the policies by now.
    """
    engine = warehouse.engine.execution_options(igny8_write=True)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        has_changed = current_revision(connection) != HEAD
        if has_changed:
            try:
                command.upgrade(_config(connection), "head")
            except CommandError as unknown:
                raise _not_ours(current_revision(connection)) from unknown
        if not row_security.is_in_place(connection):
            row_security.protect(connection)
            has_changed = True
        if has_changed:
            for role in api_role.roles_let_in(connection):
                api_role.grant_to(connection, role)
    with warehouse.write() as session:
        credits.seed_prices(session)
        seed_models(session)


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
        if revision not in known_revisions():
            raise _not_ours(revision)
        raise WarehouseNotReady(
            f"the warehouse is at schema {revision} and this program needs {HEAD}: run `igny8 init`"
        )


def known_revisions() -> set[str]:
    """The revisions that this program can bring up to date."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _not_ours(revision: str | None) -> WarehouseNotReady:
    return WarehouseNotReady(
        f"the database is at schema {revision}, which this program does not know (it needs {HEAD}): it was made by a newer "
        "igny8 or by another program; install the newer igny8, or give IGNY8_WAREHOUSE_URL a database of its own"
    )
