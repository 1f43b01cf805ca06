"""The job that works through a large request's articles in one run; the requests sensor asks for it.

A run of its own for each article costs seconds of processor time before anything is written. Here one process takes many
articles through the same functions, and Dagster gets the same events: a materialisation for each asset and article that
succeeded, an evaluation for each check.
"""

import time
from typing import TYPE_CHECKING

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import ARTICLES
from igny8_resources.resources import PlatformResource
from jobs.names import WRITE_ARTICLES, WRITE_ARTICLES_OP

if TYPE_CHECKING:
    from igny8_assets.writer.bulk import Outcome, Pace

SECONDS_BETWEEN_NOTES = 10.0
PARTITIONS_AT_ONCE = 5_000
# A day, where dagster.yaml allows other runs two hours.
LONGEST_RUN_SECONDS = 24 * 3600


@dg.op(
    name=WRITE_ARTICLES_OP,
    config_schema={"request_id": str},
    description="Write the articles of a request that are still open, many at a time.",
)
def write_all_articles(context: dg.OpExecutionContext, platform: PlatformResource) -> None:
    """Write what is left; failed articles are told one by one and do not fail the run."""
    from igny8_assets.writer.bulk_request import BulkRequest

    parts, request_id = platform.platform, context.op_config["request_id"]
    with explained():
        request = BulkRequest(parts, request_id, context.run_id)
        partitions = request.open_articles()
        known = set(context.instance.get_dynamic_partitions(ARTICLES))
        missing = [partition for partition in partitions if partition not in known]
        for start in range(0, len(missing), PARTITIONS_AT_ONCE):
            context.instance.add_dynamic_partitions(ARTICLES, missing[start : start + PARTITIONS_AT_ONCE])
        context.log.info("request %s: %d articles are open", request_id, len(partitions))
        pace = request.work(partitions, _Teller(context).tell)
        context.log.info("request %s: %s", request_id, pace)
    context.add_output_metadata({"articles": pace.total, "written": pace.done, "failed": pace.failed})


class _Teller:
    """Tells Dagster of each article that ended, and from time to time how far the whole is."""

    def __init__(self, context: dg.OpExecutionContext) -> None:
        self._context = context
        self._next_note = 0.0

    def tell(self, outcome: "Outcome", pace: "Pace") -> None:
        """Log an article's assets, checks and failure."""
        for stage in outcome.stages:
            metadata = {
                name: dg.MetadataValue.url(value) if name == "page" else value for name, value in stage.facts.items()
            }
            self._context.log_event(
                dg.AssetMaterialization(stage.asset, partition=outcome.partition, metadata=metadata)
            )
        for check in outcome.checks:
            evaluation = dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(check.asset),
                check_name=check.name,
                passed=check.passed,
                description=check.said,
                blocking=check.blocking,
                severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
                partition=outcome.partition,
            )
            # Taken by log_event, whose annotation has not followed.
            self._context.log_event(evaluation)  # type: ignore[arg-type]
        if outcome.failure:
            self._context.log.warning("%s: %s", outcome.partition, outcome.failure)
        if time.monotonic() >= self._next_note:
            self._next_note = time.monotonic() + SECONDS_BETWEEN_NOTES
            self._context.log.info("%s", pace)


@dg.job(
    name=WRITE_ARTICLES,
    description="Write the articles of one large request in one run, many at a time, each failing alone.",
    tags={"dagster/max_runtime": str(LONGEST_RUN_SECONDS)},
)
def write_articles() -> None:
    """One request."""
    write_all_articles()
