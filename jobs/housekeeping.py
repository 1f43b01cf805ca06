"""Calendar work: old runs, finished partitions, sign-ins and reservations nobody will use go; models that end are named.

Dagster's own retention covers ticks only; runs and dynamic partitions stay for ever unless something removes them.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from igny8_resources.resources import PlatformResource

# One night's work: bounded, so that a first run on an old instance does not hold the database for minutes.
MOST_RUNS_A_NIGHT = 2_000
ARTICLES = "articles"
HOURS_BEFORE_A_CALL_IS_ABANDONED = 6
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dg.op(description="Delete finished runs older than IGNY8_RUN_RETENTION_DAYS.")
def purge_runs(context: dg.OpExecutionContext, platform: PlatformResource) -> int:
    """Returns how many runs were deleted."""
    days = platform.platform.settings.run_retention_days
    before = datetime.now(UTC) - timedelta(days=days)
    old = context.instance.get_run_records(
        dg.RunsFilter(statuses=FINISHED, created_before=before), limit=MOST_RUNS_A_NIGHT, ascending=True
    )
    for record in old:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info("deleted %d runs that were created more than %d days ago", len(old), days)
    return len(old)


@dg.op(description="Take articles that were published long ago out of the partition set; the warehouse keeps them.")
def retire_partitions(context: dg.OpExecutionContext, platform: PlatformResource, purged: int) -> int:
    """Returns how many partitions were retired; never one with a run in flight."""
    from jobs.retention import finished_article_partitions

    del purged
    parts = platform.platform
    before = datetime.now(UTC) - timedelta(days=parts.settings.partition_retention_days)
    with parts.warehouse.read() as session:
        finished = set(finished_article_partitions(session, before))
    present = set(context.instance.get_dynamic_partitions(ARTICLES))
    in_flight = {
        run.tags.get("dagster/partition")
        for run in context.instance.get_runs(
            dg.RunsFilter(statuses=[status for status in dg.DagsterRunStatus if status not in FINISHED])
        )
    }
    retired = sorted((finished & present) - in_flight)
    for key in retired:
        context.instance.delete_dynamic_partition(ARTICLES, key)
    context.log.info("retired %d article partitions", len(retired))
    return len(retired)


@dg.op(description="Give back the credits that calls of dead processes still hold.")
def release_reservations(context: dg.OpExecutionContext, platform: PlatformResource, retired: int) -> int:
    """Returns how many reservations were given back."""
    del retired
    before = datetime.now(UTC) - timedelta(hours=HOURS_BEFORE_A_CALL_IS_ABANDONED)
    released = platform.platform.ai.journal.release_abandoned(before)
    context.log.info("released %d reservations", released)
    return released


@dg.op(description="Tell the accounts that use a model which ends within a month.")
def warn_of_ending_models(context: dg.OpExecutionContext, platform: PlatformResource, released: int) -> int:
    """Returns how many models end."""
    from igny8_resources.ai.routing import Routing
    from igny8_resources.warehouse.store.models import warn_of_ends

    del released
    parts = platform.platform
    routing = Routing(parts.settings, parts.warehouse)
    configured = [
        (kind, name, model) for kind in ("text", "image", "speech") for name, model in routing.configured(kind)
    ]
    with parts.warehouse.write() as session:
        warnings = warn_of_ends(session, configured, datetime.now(UTC).date())
    for warning in warnings:
        context.log.warning(warning)
    return len(warnings)


@dg.op(description="Forget sign-ins, tokens, links and answers that are over.")
def forget_old_access(context: dg.OpExecutionContext, platform: PlatformResource, warned: int) -> int:
    """Returns how many rows went."""
    from igny8_resources.warehouse.store.access_retention import forget_old_access as forget

    del warned
    with platform.platform.warehouse.write() as session:
        gone = forget(session, datetime.now(UTC))
    context.log.info("forgot %s", ", ".join(f"{count} {table}" for table, count in gone.items()))
    return sum(gone.values())


@dg.op(description="Forget webhook deliveries and request counts older than IGNY8_RUN_RETENTION_DAYS.")
def forget_old_deliveries(context: dg.OpExecutionContext, platform: PlatformResource, forgotten: int) -> int:
    """Returns how many deliveries went; none that is still to be sent."""
    from igny8_resources.warehouse.store.request_metrics import forget_before
    from igny8_resources.webhooks.subscriptions import forget_finished

    del forgotten
    before = datetime.now(UTC) - timedelta(days=platform.platform.settings.run_retention_days)
    with platform.platform.warehouse.write() as session:
        forget_before(session, before)
        gone = forget_finished(session, before)
    context.log.info("forgot %d webhook deliveries", gone)
    return gone


@dg.job(
    description="Nightly: old runs, finished articles' partitions, reservations of dead calls, models that end, old sign-ins "
    "and deliveries."
)
def housekeeping() -> None:
    """Purge, then retire, then release, then warn, then forget."""
    forget_old_deliveries(
        forget_old_access(warn_of_ending_models(release_reservations(retire_partitions(purge_runs()))))
    )


housekeeping_schedule = dg.ScheduleDefinition(
    job=housekeeping,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
