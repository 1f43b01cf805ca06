"""One large request as a bulk run sees it: which articles are open, whether it still wants them, what it is told.

Belongs here: the rows of a request and its batches. Does not belong here: Dagster, and how articles are written (``bulk``).
"""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import select

from igny8_assets.writer.bulk import SECONDS_BETWEEN, Outcome, Pace, write_all
from igny8_resources.ai.batch_collecting import submit_planned
from igny8_resources.ai.batch_deferral import BatchDeferral
from igny8_resources.ai.openai_batch import batches_of
from igny8_resources.platform import Platform
from igny8_resources.progress import tell
from igny8_resources.requests import OPEN_ITEM, OPEN_REQUEST
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from jobs.names import WRITE_ARTICLE
from sensors.failures import record_failure

SECONDS_BETWEEN_NOTES = 2.0
BATCH = "batch"

Ended = Callable[[Outcome, Pace], None]


class BulkRequest:
    """The articles of one request, worked through in this process.

    Raises:
        LookupError: there is no such request.
    """

    def __init__(
        self, parts: Platform, request_id: str, run_id: str = "", *, seconds_between: float = SECONDS_BETWEEN
    ) -> None:
        self.parts = parts
        self.request_id = request_id
        self._run_id = run_id
        self._seconds_between = seconds_between
        self._next_note = 0.0
        with parts.warehouse.read() as session:
            request = session.get(Request, request_id)
        if request is None:
            raise LookupError(f"there is no request {request_id!r}")
        self.is_batch = request.payload.get("mode") == BATCH
        self._account_id = request.account_id

    def open_articles(self) -> list[str]:
        """The articles that are not done, failed or cancelled, in the order in which they were asked for."""
        with self.parts.warehouse.read() as session:
            return list(
                session.scalars(
                    select(RequestItem.subject)
                    .where(
                        RequestItem.request_id == self.request_id,
                        RequestItem.job == WRITE_ARTICLE,
                        RequestItem.status.in_(OPEN_ITEM),
                    )
                    .order_by(RequestItem.id)
                )
            )

    def is_cancelled(self) -> bool:
        """Whether nobody wants the articles any more."""
        with self.parts.warehouse.read() as session:
            status = session.scalar(select(Request.status).where(Request.id == self.request_id))
        return status == "cancelled"

    def work(self, partitions: list[str], ended: Ended) -> Pace:
        """Write articles; in batch mode their calls are put into batches, which are handed in at the end.

        Args:
            partitions: Which ones.
            ended: Told of each that has ended, one after the other.
        """
        self._begin()

        def note(outcome: Outcome, pace: Pace) -> None:
            self._note(outcome, pace)
            ended(outcome, pace)

        parts = self.parts
        if self.is_batch:
            parts = parts.deferring(BatchDeferral(parts.ai.journal, self._account_id, self.request_id))
        if partitions:
            pace = asyncio.run(
                write_all(
                    parts,
                    partitions,
                    ended=note,
                    is_called_off=self.is_cancelled,
                    run_id=self._run_id,
                    seconds_between=self._seconds_between,
                )
            )
        else:
            pace = Pace(0)
        if self.is_batch and not self.is_cancelled() and (client := batches_of(parts.settings)) is not None:
            submit_planned(parts.warehouse, client, self.request_id)
        self._tell(pace)
        return pace

    def _begin(self) -> None:
        with self.parts.warehouse.write() as session:
            request = session.get_one(Request, self.request_id, with_for_update={"key_share": True})
            if not request.payload.get("bulk"):
                request.payload = {**request.payload, "bulk": True}

    def _note(self, outcome: Outcome, pace: Pace) -> None:
        if outcome.failure:
            with self.parts.warehouse.write() as session:
                record_failure(session, WRITE_ARTICLE, outcome.partition, outcome.failure, run_id=self._run_id)
        if time.monotonic() >= self._next_note:
            self._next_note = time.monotonic() + SECONDS_BETWEEN_NOTES
            self._tell(pace)

    def _tell(self, pace: Pace) -> None:
        tell(self.request_id, str(pace))
        with self.parts.warehouse.write() as session:
            request = session.get_one(Request, self.request_id, with_for_update={"key_share": True})
            if request.status in OPEN_REQUEST:
                request.message = str(pace)
                request.done, request.total = pace.ended, pace.total
