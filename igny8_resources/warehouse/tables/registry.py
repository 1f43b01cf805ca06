"""All tables at once, for migrations and for whatever walks the whole warehouse."""

from igny8_resources.warehouse.tables import (
    access,
    automation,
    connections,
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
    video_publishing,
    video_scripts,
    webhooks,
    writer,
)
from igny8_resources.warehouse.tables.columns import Table

TABLE_MODULES = (
    tenancy,
    access,
    ledgers,
    models,
    automation,
    webhooks,
    connections,
    planner,
    opportunities,
    taxonomies,
    vectors,
    writer,
    publishing,
    social,
    video,
    video_publishing,
    video_scripts,
)
METADATA = Table.metadata
