"""Runs the platform's work in this process, through the same rules as Dagster's sensors and on the same instance.

The daemon is the way to run in production. A person at a terminal should not need one: this engine asks ``sensors.dispatch``
what is due, executes it on the real Dagster instance, and goes on until nothing is due. Every run, event and partition is
in the instance afterwards, as if the daemon had made it.
"""

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from igny8_resources.automation.running import work_rules
from igny8_resources.events import EventPosition, all_readable, position_of, read_events
from igny8_resources.ownership import is_gone, this_process
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store.cursors import read_cursor, write_cursor
from jobs import names
from sensors.dispatch import EVENT_KINDS, Work, work_for_events, work_for_requests
from sensors.failures import first_sentence, record_failure

if TYPE_CHECKING:
    import dagster as dg

READER = "cli"
EVENTS_A_ROUND = 500
ALL_JOBS = (*names.CONTENT_JOBS, *names.VIDEO_JOBS)
# A daemon writes its heartbeat every 30 seconds.
HEARTBEAT_SECONDS = 90
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# On PostgreSQL an open transaction of any database of the server holds newer events back.
SECONDS_FOR_HELD_BACK_EVENTS = 30.0


class EngineBusy(Exception):
    """Another igny8 command is working in this home right now."""


@dataclass(frozen=True)
class Outcome:
    """How one piece of work ended."""

    work: Work
    run_id: str
    failure: str
    seconds: float


@dataclass(frozen=True)
class Due:
    """Work that is due, and how far the events were read to find it (None: it came from requests)."""

    works: list[Work]
    read_through: EventPosition | None


OnStart = Callable[[Work], None]
OnEnd = Callable[[Outcome], None]


class Engine:
    """Executes due work until there is none."""

    def __init__(self, parts: Platform, instance: "dg.DagsterInstance") -> None:
        self.parts = parts
        self.instance = instance
        self._done: set[str] = set()

    @cached_property
    def _jobs(self) -> dict[str, "dg.JobDefinition"]:
        from igny8_assets.definitions import build_defs
        from igny8_assets.video.definitions import build_defs as build_video_defs
        from igny8_resources.resources import resources_from_environment

        resources = resources_from_environment()
        content, video = build_defs(resources), build_video_defs(resources)
        return {name: content.resolve_job_def(name) for name in names.CONTENT_JOBS} | {
            name: video.resolve_job_def(name) for name in names.VIDEO_JOBS
        }

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the home for this process.

        Raises:
            EngineBusy: another process holds it.
        """
        path = self.parts.settings.home_path / "engine.lock"
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise EngineBusy(
                    f"another igny8 command is working in {self.parts.settings.home_path}; wait for it to end"
                ) from held
            yield

    def daemon_is_alive(self) -> bool:
        """Whether a Dagster daemon looks after this instance."""
        heartbeats = self.instance.get_daemon_heartbeats()
        beat = heartbeats.get("SENSOR")
        return beat is not None and time.time() - beat.timestamp < HEARTBEAT_SECONDS

    def orphans(self) -> "Sequence[dg.DagsterRun]":
        """Runs of this engine whose process died before it could end them, oldest first."""
        import dagster as dg

        unfinished = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED]
        runs = self.instance.get_runs(dg.RunsFilter(statuses=unfinished), ascending=True)
        return [run for run in runs if names.DRIVER_TAG in run.tags and is_gone(run.tags[names.DRIVER_TAG], None)]

    def _take_up(self, orphans: "Sequence[dg.DagsterRun]", on_start: OnStart, on_end: OnEnd) -> list[Outcome]:
        """Do the work of dead runs again, then close them: killed in between, the next process finds them once more."""
        works = {
            (run.job_name, _work_of(run)): Work(
                job=run.job_name,
                partition=_work_of(run),
                run_key=f"again/{run.run_id}",
                site_key=run.tags.get(names.SITE_TAG, ""),
                account_id=int(run.tags.get(names.ACCOUNT_TAG, "0")),
                request_id=run.tags.get(names.REQUEST_TAG, ""),
            )
            for run in orphans
        }
        outcomes = [self._executed(work, on_start, on_end) for work in works.values()]
        for run in orphans:
            self.instance.report_run_failed(
                run, message="its process ended before the run did; its work was done again"
            )
        return outcomes

    def take_back(self) -> None:
        """Put into the queue again what a daemon that is gone had launched and not begun; it would begin with the next daemon."""
        import dagster as dg
        from sqlalchemy import select

        from igny8_resources.requests import queue_again
        from igny8_resources.warehouse.tables.ledgers import RequestItem

        with self.parts.warehouse.read() as session:
            launched = session.scalars(select(RequestItem.run_id).where(RequestItem.status == "launched")).all()
        if not launched:
            return
        in_queue = dg.RunsFilter(run_ids=list(launched), statuses=[dg.DagsterRunStatus.QUEUED])
        for run in self.instance.get_runs(in_queue):
            self.instance.report_run_canceled(run, message="its work is done by the command line")
            with self.parts.warehouse.write() as session:
                queue_again(session, [run.run_id])

    def _executed(self, work: Work, on_start: OnStart, on_end: OnEnd) -> Outcome:
        on_start(work)
        outcome = self.execute(work)
        self._done.add(work.run_key)
        on_end(outcome)
        return outcome

    def _asked(self) -> list[Work]:
        with self.parts.warehouse.read() as session:
            asked = work_for_requests(session, ALL_JOBS, bulk_above=self.parts.settings.bulk_above)
            return [work for work in asked if work.run_key not in self._done]

    def _collect_batches(self) -> None:
        """Take in what has come back from a provider, as the daemon's sensor does."""
        from igny8_resources.ai.batch_collecting import look_after
        from igny8_resources.ai.openai_batch import batches_of

        client = batches_of(self.parts.settings)
        if client is not None:
            look_after(self.parts.warehouse, client)

    def due(self) -> "Due":
        """The work that is due now."""
        self._collect_batches()
        work_rules(self.parts.warehouse, names.JOB_OF_REQUEST)
        if asked := self._asked():
            return Due(asked, None)
        with self.parts.warehouse.read() as session:
            events = read_events(session, read_cursor(session, READER), limit=EVENTS_A_ROUND, kinds=EVENT_KINDS)
            works = work_for_events(session, events, self.parts.settings.bulk_above)
            return Due(works, position_of(events[-1]) if events else None)

    def run_requests(self, on_start: OnStart, on_end: OnEnd) -> list[Outcome]:
        """Execute only what was asked for, and leave what follows from it for another time."""
        outcomes: list[Outcome] = []
        self.take_back()
        while asked := self._asked():
            outcomes += [self._executed(work, on_start, on_end) for work in asked]
        return outcomes

    def run_until_idle(self, on_start: OnStart, on_end: OnEnd) -> list[Outcome]:
        """Execute due work, what dead processes left first, round after round, until nothing is due."""
        outcomes = self._take_up(self.orphans(), on_start, on_end)
        self.take_back()
        while (due := self._next_due()) is not None:
            outcomes += [self._executed(work, on_start, on_end) for work in due.works]
            if due.read_through is not None:
                # Only now: a process killed before this line reads the same events again and finds what is left.
                with self.parts.warehouse.write() as session:
                    write_cursor(session, READER, due.read_through)
        return outcomes

    def _next_due(self) -> Due | None:
        """What is due next, None when nothing is left; an open transaction elsewhere may hold events back for a moment."""
        deadline = time.monotonic() + SECONDS_FOR_HELD_BACK_EVENTS
        while True:
            due = self.due()
            if due.works or due.read_through:
                return due
            with self.parts.warehouse.read() as session:
                if all_readable(session) or time.monotonic() > deadline:
                    return None
            time.sleep(0.2)

    def execute(self, work: Work) -> Outcome:
        """Execute one piece of work as a Dagster run in this process."""
        from sensors.factory import JOB_PARTITIONS, bulk_config
        from sensors.reasons import reason_of

        began = time.monotonic()
        definition = JOB_PARTITIONS.get(work.job)
        if definition is not None:
            self.instance.add_dynamic_partitions(definition, [work.partition])
        result = self._jobs[work.job].execute_in_process(
            instance=self.instance,
            partition_key=work.partition if definition is not None else None,
            tags={**work.tags, names.DRIVER_TAG: this_process()},
            run_config=QUIET if definition is not None else {**QUIET, **bulk_config(work.partition)},
            raise_on_error=False,
        )
        failure = "" if result.success else first_sentence(reason_of(result.all_events))
        if failure:
            with self.parts.warehouse.write() as session:
                record_failure(session, work.job, work.partition, failure, run_id=result.run_id)
        return Outcome(work, result.run_id, failure, time.monotonic() - began)


def _work_of(run: "dg.DagsterRun") -> str:
    """What a run is named by: its partition, or the request that a bulk run works through."""
    return run.tags.get("dagster/partition") or run.tags[names.REQUEST_TAG]
