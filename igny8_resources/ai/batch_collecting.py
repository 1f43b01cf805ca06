"""Batches from being handed in to their answers being there: submitted once, looked at now and then, collected, given up.

Every step can be repeated: a process that is killed anywhere leaves rows from which the next one goes on. Handing a batch in
is an act of the effects ledger: what was sent and not confirmed is looked for among the provider's batches.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal import BATCH_OWNER, give_back
from igny8_resources.ai.openai_batch import ENDED, BatchState, Line, OpenAIBatches, request_line
from igny8_resources.effects import EffectInProgress, EffectPlan, EffectUnknown, perform_once
from igny8_resources.events import append_event
from igny8_resources.requests import OPEN_REQUEST
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, Effect, Request, RequestItem
from igny8_resources.warehouse.tables.models import AiBatch, AiBatchItem

LOG = logging.getLogger("igny8.ai")

EFFECT = "ai_batch"
# A batch that was just handed in may not be in the provider's list yet.
SECONDS_UNTIL_LISTED = 120.0
FIRST_LOOK_SECONDS = 30.0
LONGEST_LOOK_SECONDS = 600.0
LINES_AT_ONCE = 200
# Answers that nobody takes up lose their reservation with the calls of dead processes.
ANSWERS_HELD = timedelta(days=1)
# The provider's whole queue is full: the batch may be handed in again later.
QUEUE_FULL = "token_limit_exceeded"


def submit_planned(
    warehouse: Warehouse, client: OpenAIBatches, request_id: str, *, until_listed: float = SECONDS_UNTIL_LISTED
) -> list[int]:
    """Hand in every batch of a request that is complete; the ids of those that the provider has now.

    What could not be handed in is tried again by ``look_after``, or given up with its reason there.
    """
    with warehouse.read() as session:
        planned = session.scalars(
            select(AiBatch.id).where(AiBatch.request_id == request_id, AiBatch.status == "planned").order_by(AiBatch.id)
        ).all()
    return [batch_id for batch_id in planned if submit(warehouse, client, batch_id, until_listed=until_listed)]


def submit(
    warehouse: Warehouse, client: OpenAIBatches, batch_id: int, *, until_listed: float = SECONDS_UNTIL_LISTED
) -> bool:
    """Hand in one batch, at most once however often it is asked for; whether the provider has it."""
    with warehouse.read() as session:
        batch = session.get_one(AiBatch, batch_id)
        ids = session.scalars(
            select(AiBatchItem.custom_id).where(AiBatchItem.batch_id == batch_id).order_by(AiBatchItem.id)
        ).all()
    if not ids:
        _set(warehouse, batch_id, status="cancelled", error="it holds no call", ended_at=utc_now())
        return False
    plan = _plan(client, batch, ids)
    try:
        done = perform_once(
            warehouse,
            plan,
            act=lambda: _hand_in(warehouse, client, batch_id, plan.content_hash),
            read_back=lambda: _look_for(warehouse, client, batch, plan.content_hash, until_listed),
        )
    except EffectInProgress:
        return False
    except (EffectUnknown, OSError) as unclear:
        _set(warehouse, batch_id, status="unknown", error=str(unclear))
        return False
    except ProviderError as refused:
        if refused.transient:
            _set(warehouse, batch_id, status="unknown", error=str(refused))
        else:
            _end(warehouse, batch_id, "failed", f"it could not be handed in: {refused}", again=False)
        return False
    _set(warehouse, batch_id, status="sent", external_id=done.external_id, sent_at=utc_now(), error="")
    return True


def look_after(
    warehouse: Warehouse, client: OpenAIBatches, *, at_once: bool = False, until_listed: float = SECONDS_UNTIL_LISTED
) -> list[str]:
    """Look at the open batches that are due for it, one question each; what came of it, in words.

    ``at_once`` looks at all of them, whenever they were looked at last.
    """
    with warehouse.read() as session:
        rows = session.execute(
            select(AiBatch, Request.status)
            .outerjoin(Request, Request.id == AiBatch.request_id)
            .where(or_(AiBatch.status.in_(("sent", "unknown")), _is_left_behind()))
            .order_by(AiBatch.id)
        ).tuples()
        open_batches = [(batch, status in OPEN_REQUEST) for batch, status in rows]
    said = []
    for batch, is_wanted in open_batches:
        if not at_once and utc_now().timestamp() < float(batch.counts.get("next_look", 0)):
            continue
        try:
            said.append(f"batch {batch.id}: {_look_at(warehouse, client, batch, is_wanted, until_listed)}")
        except ProviderError as failure:
            LOG.warning("batch %d could not be looked at: %s", batch.id, failure)
            said.append(f"batch {batch.id}: {failure}")
        finally:
            _look_later(warehouse, batch.id)
    return said


def _is_left_behind() -> ColumnElement[bool]:
    """A batch that was never handed in, of a request that has ended."""
    return (AiBatch.status == "planned") & Request.status.not_in(OPEN_REQUEST)


def _look_at(warehouse: Warehouse, client: OpenAIBatches, batch: AiBatch, is_wanted: bool, until_listed: float) -> str:
    if batch.status != "sent":
        if is_wanted:
            return (
                "handed in" if submit(warehouse, client, batch.id, until_listed=until_listed) else "not handed in yet"
            )
        return _give_up_unsent(warehouse, client, batch, until_listed)
    state = client.state(batch.external_id)
    if state.status not in ENDED:
        if not is_wanted and not batch.counts.get("cancelling"):
            client.cancel(batch.external_id)
            _count(warehouse, batch.id, cancelling=True)
            return "its request has ended; the provider was asked to stop it"
        _count(warehouse, batch.id, total=state.total, completed=state.completed, failed=state.failed)
        return f"{state.status}, {state.completed} of {state.total}"
    return collect(warehouse, client, batch.id, state)


def _give_up_unsent(warehouse: Warehouse, client: OpenAIBatches, batch: AiBatch, until_listed: float) -> str:
    """End a batch whose request has ended, unless it turns out that the provider has it."""
    with warehouse.read() as session:
        effect = session.scalar(select(Effect).where(Effect.kind == EFFECT, Effect.subject == _subject(batch.id)))
    if effect is not None and effect.status in {"sent", "unknown", "confirmed"}:
        found = effect.external_id or _look_for(warehouse, client, batch, effect.content_hash, until_listed)
        if found:
            _set(warehouse, batch.id, status="sent", external_id=found, sent_at=utc_now())
            return "its request has ended; the provider has it and is asked to stop it"
    _end(warehouse, batch.id, "cancelled", "its request ended before it was handed in", again=True)
    return "given up, its request has ended"


def collect(warehouse: Warehouse, client: OpenAIBatches, batch_id: int, state: BatchState) -> str:
    """Take in what an ended batch brought and have the articles that waited for it taken up again.

    Lines come in any order; one that is missing, or there twice, is one call without an answer, or one answer.
    """
    _set(warehouse, batch_id, output_file_id=state.output_file_id, error_file_id=state.error_file_id, error=state.error)
    answered = failed = 0
    for file_id in (state.output_file_id, state.error_file_id):
        if file_id:
            for lines in _slices(client.lines(file_id)):
                taken = _take_in(warehouse, batch_id, lines)
                answered, failed = answered + taken[0], failed + taken[1]
    again = state.status != "failed" or state.error_code == QUEUE_FULL
    reason = state.error or f"the batch ended as {state.status} without an answer to it"
    missing = _end(warehouse, batch_id, "collected", reason, again=again)
    _count(warehouse, batch_id, total=state.total, completed=state.completed, failed=state.failed, outcome=state.status)
    return f"{state.status}: {answered} answers, {failed + missing} calls without one"


def _take_in(warehouse: Warehouse, batch_id: int, lines: Sequence[Line]) -> tuple[int, int]:
    answered = failed = 0
    with warehouse.write() as session:
        items = {
            item.custom_id: item
            for item in session.scalars(
                select(AiBatchItem).where(
                    AiBatchItem.batch_id == batch_id,
                    AiBatchItem.custom_id.in_([line.custom_id for line in lines]),
                    AiBatchItem.status == "waiting",
                )
            )
        }
        for line in lines:
            # A line that is there twice finds its item gone the second time.
            item = items.pop(line.custom_id, None)
            if item is None:
                continue
            if line.body is not None:
                item.status, item.answer = "answered", line.body
                answered += 1
            else:
                _fail(session, item, line.error, again=line.again)
                failed += 1
    return answered, failed


def _fail(session: Session, item: AiBatchItem, reason: str, *, again: bool) -> None:
    item.status, item.error = "failed" if again else "refused", reason
    call = session.get_one(AiCall, item.ai_call_id, with_for_update={"key_share": True})
    if call.status == "pending" and call.owner == f"{BATCH_OWNER}{item.batch_id}":
        give_back(session, call, f"batch {item.batch_id}: {reason}")


def _end(warehouse: Warehouse, batch_id: int, status: str, reason: str, *, again: bool) -> int:
    """Close a batch: calls without an answer get their credits back, the articles that waited are taken up again.

    Returns:
        How many calls had no answer.
    """
    missing = 0
    while True:
        with warehouse.write() as session:
            waiting = session.scalars(
                select(AiBatchItem)
                .where(AiBatchItem.batch_id == batch_id, AiBatchItem.status == "waiting")
                .order_by(AiBatchItem.id)
                .limit(LINES_AT_ONCE)
            ).all()
            for item in waiting:
                _fail(session, item, reason, again=again)
            missing += len(waiting)
            if len(waiting) == LINES_AT_ONCE:
                continue
            batch = session.get_one(AiBatch, batch_id)
            batch.status, batch.ended_at = status, utc_now()
            batch.error = batch.error or ("" if status == "collected" and not missing else reason)
            _take_up_again(session, batch)
            append_event(
                session,
                f"ai.batch_{status}",
                _subject(batch_id),
                account_id=batch.account_id,
                payload={"request": batch.request_id, "missing": missing, "reason": batch.error},
            )
            return missing


def _take_up_again(session: Session, batch: AiBatch) -> None:
    """Queue the articles that wait for a batch; those of a request that has ended give their reservations back."""
    calls = session.scalars(
        select(AiCall)
        .where(AiCall.status == "pending", AiCall.owner == f"{BATCH_OWNER}{batch.id}")
        .with_for_update(key_share=True)
    ).all()
    subjects = set(
        session.scalars(
            select(AiCall.subject)
            .join(AiBatchItem, AiBatchItem.ai_call_id == AiCall.id)
            .where(AiBatchItem.batch_id == batch.id)
        )
    )
    waiting = (
        select(RequestItem)
        .join(Request, Request.id == RequestItem.request_id)
        .where(
            RequestItem.account_id == batch.account_id,
            RequestItem.status == "running",
            Request.status.in_(OPEN_REQUEST),
        )
    )
    again: set[str] = set()
    for item in session.scalars(waiting):
        if item.subject in subjects:
            item.status, item.message = "queued", f"batch {batch.id} is back"
            again.add(item.request_id)
    for request in session.scalars(
        select(Request).where(Request.id.in_(again)).order_by(Request.id).with_for_update(key_share=True)
    ):
        request.payload = {**request.payload, "pass": int(request.payload.get("pass", 1)) + 1}
    for call in calls:
        if again:
            call.lease_until = utc_now() + ANSWERS_HELD
        else:
            give_back(session, call, f"batch {batch.id} came back when its request had ended")


def _plan(client: OpenAIBatches, batch: AiBatch, custom_ids: Sequence[str]) -> EffectPlan:
    return EffectPlan(
        account_id=batch.account_id,
        site_id=None,
        kind=EFFECT,
        target=f"{client.server}/batches",
        subject=_subject(batch.id),
        content_hash=hashlib.sha256("\n".join(custom_ids).encode()).hexdigest(),
        detail={"calls": len(custom_ids), "model": batch.model, "request": batch.request_id},
    )


def _subject(batch_id: int) -> str:
    return f"{BATCH_OWNER}{batch_id}"


def _look_for(warehouse: Warehouse, client: OpenAIBatches, batch: AiBatch, tag: str, until_listed: float) -> str | None:
    """The provider's id of a batch that may have been handed in.

    Raises:
        ProviderError: the list cannot be read, or it may be too early to find the batch there.
    """
    found = client.find(tag, batch.created_at - timedelta(hours=1))
    if found is not None:
        return found
    with warehouse.read() as session:
        handed_in = float(session.get_one(AiBatch, batch.id).counts.get("handed_in", 0))
    if utc_now().timestamp() - handed_in < until_listed:
        raise ProviderError("the batch is not in the provider's list, where it may appear late")
    return None


def _hand_in(warehouse: Warehouse, client: OpenAIBatches, batch_id: int, tag: str) -> str:
    _count(warehouse, batch_id, handed_in=utc_now().timestamp())
    return client.submit(_request_lines(warehouse, batch_id), tag)


def _request_lines(warehouse: Warehouse, batch_id: int) -> Iterator[bytes]:
    after = 0
    while True:
        with warehouse.read() as session:
            items = session.scalars(
                select(AiBatchItem)
                .where(AiBatchItem.batch_id == batch_id, AiBatchItem.id > after)
                .order_by(AiBatchItem.id)
                .limit(LINES_AT_ONCE)
            ).all()
        if not items:
            return
        yield from (request_line(item.custom_id, item.body) for item in items)
        after = items[-1].id


def _slices(lines: Iterable[Line]) -> Iterator[list[Line]]:
    piece: list[Line] = []
    for line in lines:
        piece.append(line)
        if len(piece) == LINES_AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece


def _set(warehouse: Warehouse, batch_id: int, **values: object) -> None:
    with warehouse.write() as session:
        session.execute(update(AiBatch).where(AiBatch.id == batch_id).values(**values))


def _count(warehouse: Warehouse, batch_id: int, **values: object) -> None:
    with warehouse.write() as session:
        batch = session.get_one(AiBatch, batch_id)
        batch.counts = {**batch.counts, **values}


def _look_later(warehouse: Warehouse, batch_id: int) -> None:
    """Each look at an open batch is followed by a longer pause, up to ten minutes."""
    with warehouse.write() as session:
        batch = session.get_one(AiBatch, batch_id)
        looks = int(batch.counts.get("looks", 0))
        pause = min(LONGEST_LOOK_SECONDS, FIRST_LOOK_SECONDS * 1.5 ** min(looks, 20))
        batch.counts = {**batch.counts, "looks": looks + 1, "next_look": utc_now().timestamp() + pause}
