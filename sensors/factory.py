"""The sensors that every code location has: one follows the outbox, one the requests, one the failures.

Belongs here: how Dagster is asked. Does not belong here: what should run (``dispatch``).
"""

import time
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg
from dagster import AddDynamicPartitionsRequest

from igny8_resources.resources import PlatformResource
from jobs import names

if TYPE_CHECKING:
    from sensors.dispatch import Work

# Dagster copies every sensor with its `owners`, which ours do not set, and warns of its own parameter.
warnings.filterwarnings(
    "ignore", category=dg.BetaWarning, message=r"Parameter `owners` of initializer `SensorDefinition"
)

# Enough for a burst, little enough that a tick stays far from its time limit.
EVENTS_A_TICK = 500
SECONDS_BETWEEN_TICKS = 5
# How long a tick stays on watch for requests: shorter than the daemon's loop of five seconds, which would leave out a turn
# for a tick that is still under way. In between a request waits for so many seconds at most.
SECONDS_ON_WATCH = 4.2
SECONDS_BETWEEN_LOOKS = 0.5
# Dagster sets it on a failed run that it is going to start again.
WILL_RETRY_TAG = "dagster/will_retry"
JOB_PARTITIONS = {
    names.LOAD_KEYWORDS: "sites",
    names.PLAN_SITE: "sites",
    names.BUILD_SITE: "sites",
    names.WRITE_ARTICLE: "articles",
    names.COMPLETE_ARTICLE: "articles",
    names.PUBLISH_ARTICLE: "articles",
    names.DRAFT_SOCIAL_POSTS: "articles",
    names.CREATE_VIDEO_PROJECT: "articles",
    names.WRITE_VIDEO_SCRIPT: "videos",
    names.SPEAK_VIDEO: "videos",
    names.ILLUSTRATE_VIDEO: "videos",
    names.RENDER_VIDEO: "videos",
    names.PUBLISH_VIDEO: "videos",
    names.LIST_VIDEO: "videos",
}


def missing_partitions(instance: dg.DagsterInstance, works: "Sequence[Work]") -> list[AddDynamicPartitionsRequest]:
    """Partitions that a process made in the warehouse and died before it told Dagster."""
    wanted: dict[str, list[str]] = {}
    for work in works:
        definition = JOB_PARTITIONS.get(work.job)
        if definition is None:
            # A bulk job adds the partitions that it needs itself, in slices.
            continue
        if not instance.has_dynamic_partition(definition, work.partition):
            wanted.setdefault(definition, []).append(work.partition)
    return [AddDynamicPartitionsRequest(name, list(dict.fromkeys(keys))) for name, keys in wanted.items()]


def _run_requests(works: "Sequence[Work]") -> list[dg.RunRequest]:
    return [
        dg.RunRequest(
            run_key=work.run_key,
            job_name=work.job,
            partition_key=work.partition if work.job in JOB_PARTITIONS else None,
            run_config=bulk_config(work.partition) if work.job not in JOB_PARTITIONS else None,
            tags=work.tags,
        )
        for work in works
    ]


def bulk_config(request_id: str) -> dict[str, object]:
    """The configuration of a bulk run: which request it works through."""
    return {"ops": {names.WRITE_ARTICLES_OP: {"config": {"request_id": request_id}}}}


def event_sensor(
    name: str, jobs: Sequence[dg.SensorDefinition | object], job_names: Sequence[str]
) -> dg.SensorDefinition:
    """Follow the outbox by cursor and ask for the runs that the new events call for."""

    @dg.sensor(
        name=name,
        jobs=list(jobs),  # type: ignore[arg-type]
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads new events from the warehouse's outbox and starts the work they call for.",
    )
    def follow_events(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SensorResult:
        from igny8_resources.events import EventPosition, newest_position, position_of, read_events
        from sensors.dispatch import EVENT_KINDS, work_for_events

        after = EventPosition.parse(context.cursor)
        with platform.platform.warehouse.read() as session:
            # Taken before reading, so that events no rule listens to are not walked again at every tick.
            newest = newest_position(session)
            events = read_events(session, after, limit=EVENTS_A_TICK, kinds=EVENT_KINDS)
            bulk_above = platform.platform.settings.bulk_above
            works = [work for work in work_for_events(session, events, bulk_above) if work.job in job_names]
        if not events:
            return dg.SensorResult(
                skip_reason="nothing to do has happened since the last tick", cursor=str(max(after, newest))
            )
        last = position_of(events[-1])
        return dg.SensorResult(
            run_requests=_run_requests(works),
            dynamic_partitions_requests=missing_partitions(context.instance, works),
            cursor=str(last if len(events) == EVENTS_A_TICK else max(last, newest)),
        )

    return follow_events


def request_sensor(
    name: str, jobs: Sequence[dg.SensorDefinition | object], job_names: Sequence[str]
) -> dg.SensorDefinition:
    """Turn what the API and the command line asked for into runs, each once, and end the runs of what was cancelled.

    The daemon asks its sensors every five seconds. So that a request need not wait for that, a tick that finds nothing to do
    stays on watch for most of the time until the next one, and ends as soon as there is something.
    """

    @dg.sensor(
        name=name,
        jobs=list(jobs),  # type: ignore[arg-type]
        # The daemon's loop takes five seconds and a little; a longer interval would leave out every second turn.
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Turns requests from the API and the command line into runs; ends the runs of cancelled ones.",
    )
    def follow_requests(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SensorResult:
        from sensors.requests import RequestFollower

        follower = RequestFollower(platform.platform, context.instance, job_names, context.cursor)
        # A person who tries the sensor is answered at once.
        is_daemon = context.last_tick_completion_time is not None
        until = time.monotonic() + (SECONDS_ON_WATCH if is_daemon else 0.0)
        while not (works := follower.look()) and time.monotonic() < until:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return dg.SensorResult(
            run_requests=_run_requests(works),
            dynamic_partitions_requests=missing_partitions(context.instance, works),
            skip_reason=None if works else "no request is waiting",
            cursor=follower.cursor,
        )

    return follow_requests


def failure_sensor(name: str) -> dg.SensorDefinition:
    """Write a failed run's reason where people look for it: on the task, the video project and the request."""

    @dg.run_failure_sensor(
        name=name,
        monitor_all_code_locations=True,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Notes on the task or video why its run failed, and ends the request that waits for it.",
    )
    def note_failures(context: dg.RunFailureSensorContext, platform: PlatformResource) -> None:
        from sensors.reasons import TELLING, reason_of

        run = context.dagster_run
        logged = context.instance.all_logs(run.run_id, of_type=TELLING)
        events = [entry.dagster_event for entry in logged if entry.dagster_event is not None]
        _note(context, platform, reason_of(events, otherwise=context.failure_event.message or "the run failed"))

    return note_failures


def cancellation_sensor(name: str) -> dg.SensorDefinition:
    """End what waits for a run that a person cancelled; it would wait for ever."""

    @dg.run_status_sensor(
        name=name,
        run_status=dg.DagsterRunStatus.CANCELED,
        monitor_all_code_locations=True,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Notes on the task or video that its run was cancelled, and ends the request that waits for it.",
    )
    def note_cancellations(context: dg.RunStatusSensorContext, platform: PlatformResource) -> None:
        _note(context, platform, "the run was cancelled; ask for it again to have it done")
        _give_back_calls(context, platform)

    return note_cancellations


def _give_back_calls(context: dg.RunStatusSensorContext, platform: PlatformResource) -> None:
    """Release what the calls of a cancelled run still hold, where its process was killed before it could do so itself."""
    partition = context.dagster_run.tags.get("dagster/partition")
    account_id = context.dagster_run.tags.get(names.ACCOUNT_TAG)
    if partition is None or account_id is None:
        return
    from igny8_resources.ai.abandoned import release_calls_of

    with platform.platform.warehouse.write() as session:
        release_calls_of(session, int(account_id), partition, "its run was cancelled")


def _note(context: dg.RunStatusSensorContext, platform: PlatformResource, reason: str) -> None:
    """Record why a run did not do its work, unless somebody else tells.

    Runs are read long after they ended when no daemon ran in between. A run that has been repeated since is told by its
    repetition, and the command line tells its own.
    """
    from igny8_resources.requests import cancelled_by
    from sensors.failures import record_failure

    run = context.dagster_run
    # A bulk run is named by its request; one whose process died is started again by Dagster and tells for itself.
    is_bulk = run.job_name == names.WRITE_ARTICLES
    name_tag = names.REQUEST_TAG if is_bulk else "dagster/partition"
    partition = run.tags.get(name_tag)
    if partition is None or names.DRIVER_TAG in run.tags:
        return
    if is_bulk and run.tags.get(WILL_RETRY_TAG) == "true":
        return
    same_work = dg.RunsFilter(job_name=run.job_name, tags={name_tag: partition})
    if any(newest.run_id != run.run_id for newest in context.instance.get_runs(same_work, limit=1)):
        return
    with platform.platform.warehouse.write() as session:
        if run.status is dg.DagsterRunStatus.CANCELED and (who := cancelled_by(session, partition, run.job_name)):
            reason = f"cancelled by {who}; ask for it again to have it done"
        record_failure(session, run.job_name, partition, reason, run_id=run.run_id)
