"""Requests on their way to Dagster and out of it again: which runs to ask for, which exist by now, which nobody wants any more.

Belongs here: what the requests sensor does at each look, on an instance that it is given. Does not belong here: when it looks
(``factory``), or which work a request calls for (``dispatch``).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg
from sqlalchemy import select

from igny8_resources.platform import Platform
from igny8_resources.requests import Item, cancelled_since, is_wanted, note_launched, queue_again
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import RequestItem
from jobs import names
from sensors.dispatch import Work, work_for_requests

NOT_BEGUN = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING)
UNFINISHED = (*NOT_BEGUN, dg.DagsterRunStatus.STARTED)
# A run that an earlier tick asked for may come into being after its request was cancelled; so long it is looked for.
OVERLAP = timedelta(minutes=2)
FIRST_LOOK_BACK = timedelta(hours=1)
# A launched item whose run was deleted by hand, or went with Dagster's storage, is noticed after this time.
TIME_WITHOUT_NEWS = timedelta(minutes=5)
MOST_LOOKED_UP = 200
LOOKED_AT_ONCE = 100


class RequestFollower:
    """The requests of one code location in one tick.

    ``cursor`` says until when cancellations have been carried out: the tick that is given it goes on from there.
    """

    def __init__(
        self, parts: Platform, instance: dg.DagsterInstance, job_names: Sequence[str], cursor: str | None
    ) -> None:
        self._parts = parts
        self._instance = instance
        self._jobs = job_names
        self._known: set[str] = set()
        now = utc_now()
        self._since = datetime.fromisoformat(cursor) if cursor else now - FIRST_LOOK_BACK
        self.cursor = (now - OVERLAP).isoformat()
        if cursor is None or self._since.minute != (now - OVERLAP).minute:
            self._queue_lost_again(now - TIME_WITHOUT_NEWS)

    def look(self) -> list[Work]:
        """End what was cancelled, note which runs exist by now, and return the work whose run is still to be asked for.

        An item stays queued until its run is there: a tick that is lost asks again, and the run key makes asking twice
        harmless.
        """
        self._end_cancelled()
        with self._parts.warehouse.read() as session:
            works = work_for_requests(session, self._jobs, LOOKED_AT_ONCE, bulk_above=self._parts.settings.bulk_above)
        # A bulk run's items stay queued until their turn comes; it is looked for once a tick.
        works = [work for work in works if work.run_key not in self._known]
        existing = self._existing({work.request_id for work in works}) if works else {}
        self._known |= existing.keys()
        launched = {
            (work.request_id, Item(work.job, work.partition)): existing[work.run_key]
            for work in works
            if work.run_key in existing
        }
        if launched:
            with self._parts.warehouse.write() as session:
                note_launched(session, launched)
        return [work for work in works if work.run_key not in existing]

    def _existing(self, request_ids: set[str]) -> dict[str, str]:
        """The ids of the runs of requests, by run key."""
        runs = self._instance.get_runs(dg.RunsFilter(tags={names.REQUEST_TAG: sorted(request_ids)}))
        return {key: run.run_id for run in runs if (key := run.tags.get("dagster/run_key")) is not None}

    def _end_cancelled(self) -> None:
        """Cancel the runs of cancelled requests, but for work that another request waits for as well.

        A bulk run that is under way ends by itself, between two stages of its articles.
        """
        with self._parts.warehouse.read() as session:
            cancelled = cancelled_since(session, self._since)
            if not cancelled:
                return
            of_requests = dg.RunsFilter(tags={names.REQUEST_TAG: list(cancelled)}, statuses=list(UNFINISHED))
            runs = [
                run
                for run in self._instance.get_runs(of_requests)
                if run.job_name in self._jobs
                and not (run.job_name == names.WRITE_ARTICLES and run.status not in NOT_BEGUN)
                and not is_wanted(session, run.tags.get("dagster/partition", ""), run.job_name)
            ]
        for run in runs:
            self._instance.run_coordinator.cancel_run(run.run_id)

    def _queue_lost_again(self, before: datetime) -> None:
        with self._parts.warehouse.read() as session:
            quiet = session.scalars(
                select(RequestItem.run_id)
                .where(
                    RequestItem.status == "launched", RequestItem.job.in_(self._jobs), RequestItem.updated_at < before
                )
                .limit(MOST_LOOKED_UP)
            ).all()
        if not quiet:
            return
        present = {run.run_id for run in self._instance.get_runs(dg.RunsFilter(run_ids=list(quiet)))}
        if lost := set(quiet) - present:
            with self._parts.warehouse.write() as session:
                queue_again(session, lost)
