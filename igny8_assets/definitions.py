"""Code location ``content``: everything but video, run in one process a run because its work waits on the network."""

from collections.abc import Mapping

import dagster as dg

from igny8_assets.billing import assets as billing
from igny8_assets.linker import assets as linker
from igny8_assets.linker import checks as linker_checks
from igny8_assets.planner import assets as planner
from igny8_assets.planner import checks as planner_checks
from igny8_assets.planner import insight_assets as planner_insights
from igny8_assets.planner.inbox_job import collect_inbox
from igny8_assets.publishing import assets as publishing
from igny8_assets.publishing import checks as publishing_checks
from igny8_assets.schema import assets as schema
from igny8_assets.schema import checks as schema_checks
from igny8_assets.sites import assets as sites
from igny8_assets.sites import checks as sites_checks
from igny8_assets.social import assets as social
from igny8_assets.social import checks as social_checks
from igny8_assets.writer import assets as writer
from igny8_assets.writer import checks as writer_checks
from igny8_assets.writer.bulk_job import write_articles
from igny8_resources.resources import resources_from_environment
from jobs.billing import billing_jobs, credit_renewals_schedule, spend_schedule
from jobs.content import content_jobs
from jobs.housekeeping import housekeeping, housekeeping_schedule
from jobs.names import CONTENT_JOBS
from sensors.batches import batch_sensor
from sensors.factory import cancellation_sensor, event_sensor, failure_sensor, request_sensor
from sensors.inbox import inbox_sensor
from sensors.rules import rule_sensor
from sensors.webhooks import webhook_sensor

ASSET_MODULES = [planner, planner_insights, writer, schema, linker, publishing, sites, social, billing]
CHECK_MODULES = [
    planner_checks,
    writer_checks,
    schema_checks,
    linker_checks,
    publishing_checks,
    sites_checks,
    social_checks,
]


def build_defs(resources: Mapping[str, object] | None = None) -> dg.Definitions:
    """The location's definitions; ``resources`` replaces those of the environment, for tests."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(ASSET_MODULES),
        asset_checks=dg.load_asset_checks_from_modules(CHECK_MODULES),
        jobs=[*content_jobs, write_articles, *billing_jobs, collect_inbox, housekeeping],
        schedules=[housekeeping_schedule, credit_renewals_schedule, spend_schedule],
        sensors=[
            event_sensor("content_events", content_jobs, CONTENT_JOBS),
            request_sensor("content_requests", [*content_jobs, write_articles], CONTENT_JOBS),
            batch_sensor(),
            inbox_sensor(),
            webhook_sensor(),
            rule_sensor(),
            failure_sensor("run_failures"),
            cancellation_sensor("run_cancellations"),
        ],
        executor=dg.in_process_executor,
        resources=dict(resources) if resources is not None else resources_from_environment(),
    )


defs = build_defs()
