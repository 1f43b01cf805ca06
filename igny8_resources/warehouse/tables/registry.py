"""All tables at once, for migrations and for whatever walks the whole warehouse."""

from igny8_resources.warehouse.tables import (
    automation,
    ledgers,
    models,
    opportunities,
    planner,
    publishing,
    social,
    taxonomies,
    tenancy,
    vectors,
    video,
    writer,
)
from igny8_resources.warehouse.tables.columns import Table

TABLE_MODULES = (
    tenancy,
    ledgers,
    models,
    automation,
    planner,
    opportunities,
    taxonomies,
    vectors,
    writer,
    publishing,
    social,
    video,
)
METADATA = Table.metadata
