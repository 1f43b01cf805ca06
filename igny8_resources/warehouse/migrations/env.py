"""Alembic's entry: runs the migrations on the connection that ``migrate.py`` hands over."""

from alembic import context

from igny8_resources.warehouse.tables.registry import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
