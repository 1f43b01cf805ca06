"""All tables at once, for migrations and for whatever walks the whole warehouse."""

from igny8_resources.warehouse.tables import automation, ledgers, planner, publishing, social, tenancy, video, writer
from igny8_resources.warehouse.tables.columns import Table

TABLE_MODULES = (tenancy, ledgers, automation, planner, writer, publishing, social, video)
METADATA = Table.metadata
