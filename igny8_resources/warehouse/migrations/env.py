"""Alembic's entry: runs the migrations on the connection that ``migrate.py`` hands over.

The views and the policies of row-level security are dropped before and made again after: they read columns that a revision
may add or take away, and they are what this program says they are, whatever revision brought the tables there.
"""

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from igny8_resources.warehouse import row_security
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.views import VIEWS, query_on

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    for name in inspect(connection).get_view_names():
        if name.startswith("mart_"):
            connection.execute(text(f"DROP VIEW {name}"))
    row_security.lift(connection)
    context.run_migrations()
    reached = context.get_context().get_current_revision()
    if reached == ScriptDirectory.from_config(context.config).get_current_head():
        for name, query in VIEWS.items():
            connection.execute(text(f"CREATE VIEW {name} AS {query_on(query, connection.dialect.name)}"))
        row_security.protect(connection)
