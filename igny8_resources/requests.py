"""Work that somebody asked for: submitted with its items, followed by phase, finished when its items are.

A request is rows before it is a run: the API or the command line writes it in one transaction, a sensor turns its items
into runs, and the assets report how far each item is. Items whose status is ``queued`` are launched by the requests
sensor, and ``launched`` once their run exists; items that are ``waiting`` are launched by an event and only followed here.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BindParameter, ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from igny8_resources.contracts.vocabulary import RequestKind
from igny8_resources.events import append_event
from igny8_resources.progress import tell
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.upsert import upsert

Phase = Literal["INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE"]
PHASES: tuple[Phase, ...] = ("INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE")
OPEN_REQUEST = ("queued", "launched", "running")
OPEN_ITEM = ("waiting", *OPEN_REQUEST)
# What the platform notes in a request's payload beside what was asked for.
NOTES = frozenset({"bulk", "pass", "cancelled_by"})


@dataclass(frozen=True)
class Item:
    """One piece of work: the job that does it and the Dagster partition it does it for."""

    job: str
    partition: str


def submit_request(
    session: Session,
    *,
    account_id: int,
    site_id: int | None,
    kind: RequestKind,
    payload: dict[str, Any],
    items: Sequence[Item],
    idempotency_key: str | None = None,
    user_id: int | None = None,
) -> tuple[Request, bool]:
    """Record a request with its items; the same key gives the first request back.

    Returns:
        The request and whether it is new.

    Raises:
        ValueError: there are no items, so that the request could never end.
    """
    if not items:
        raise ValueError(f"a {kind} request needs at least one item: with none it would never end")
    key = idempotency_key or uuid.uuid4().hex
    new_id = uuid.uuid4().hex
    row = {
        "id": new_id,
        "account_id": account_id,
        "site_id": site_id,
        "user_id": user_id,
        "kind": kind,
        "payload": payload,
        "idempotency_key": key,
    }
    # Inserted rather than looked up first: of two processes with the same key, one waits here for the other.
    upsert(session, Request, [row], key=("account_id", "idempotency_key"))
    request = session.scalars(
        select(Request).where(Request.account_id == account_id, Request.idempotency_key == key)
    ).one()
    if request.id != new_id:
        return request, False
    session.add_all(
        RequestItem(request_id=request.id, account_id=account_id, subject=item.partition, job=item.job)
        for item in items
    )
    append_event(
        session,
        "request.created",
        request.id,
        account_id=account_id,
        site_id=site_id,
        payload={"kind": kind},
        actor=f"user:{user_id}" if user_id else "system",
    )
    return request, True


def asked_for(request: Request) -> dict[str, Any]:
    """The payload as it was handed in, without what the platform noted in it since."""
    return {name: value for name, value in request.payload.items() if name not in NOTES}


def note_launched(session: Session, runs: Mapping[tuple[str, Item], str]) -> None:
    """Note that the runs of queued items exist, by request and item; they have not begun.

    Args:
        session: The transaction.
        runs: The run's id by the request's id and the item; an item of a bulk job stands for the whole request.
    """
    for request in _locked(session, sorted({request_id for request_id, _ in runs})):
        if request.status == "queued":
            request.status = "launched"
    for (request_id, item), run_id in runs.items():
        session.execute(
            update(RequestItem)
            .where(
                RequestItem.request_id == request_id,
                RequestItem.subject == item.partition,
                RequestItem.job == item.job,
                RequestItem.status == "queued",
            )
            .values(status="launched", run_id=run_id)
        )


def queue_again(session: Session, run_ids: Collection[str]) -> None:
    """Put items back into the queue whose runs are gone without a trace; they are launched once more."""
    session.execute(
        update(RequestItem)
        .where(RequestItem.run_id.in_(run_ids), RequestItem.status == "launched")
        .values(status="queued", run_id="")
    )


def add_waiting_items(session: Session, request_id: str, items: Iterable[Item]) -> None:
    """Follow further pieces of a request that events will launch; of a cancelled one nothing more is wanted."""
    request = session.get_one(Request, request_id, with_for_update={"key_share": True})
    status = "cancelled" if request.status == "cancelled" else "waiting"
    rows = [
        {
            "request_id": request_id,
            "account_id": request.account_id,
            "subject": item.partition,
            "job": item.job,
            "status": status,
            "phase": "INIT",
            "message": "",
            "run_id": "",
            "updated_at": utc_now(),
        }
        for item in items
    ]
    upsert(session, RequestItem, rows, key=("request_id", "subject", "job"))


def report_progress(
    session: Session,
    partition: str,
    job: str,
    phase: Phase,
    message: str = "",
    run_id: str = "",
    pieces: tuple[int, int] = (0, 0),
) -> None:
    """Tell every open request that waits for this work how far it is.

    Args:
        session: The transaction.
        partition: What is worked on.
        job: What works on it.
        phase: What it is doing.
        message: The same for a person; empty where the last message still holds.
        run_id: The run that does it.
        pieces: How many pieces of this phase are done and how many there are, where the work counts them.
    """
    if message:
        tell(partition, message)
    open_items = (
        RequestItem.subject == partition,
        RequestItem.job == job,
        RequestItem.status.in_(OPEN_ITEM),
    )
    requests = _locked(session, session.scalars(select(RequestItem.request_id).where(*open_items)).all())
    if not requests:
        return
    values: dict[str, Any] = {"status": "running", "phase": phase, "message": message, "updated_at": utc_now()}
    if run_id:
        values["run_id"] = run_id
    session.execute(update(RequestItem).where(*open_items).values(**values))
    for request in requests:
        if request.status in OPEN_REQUEST:
            request.status, request.phase = "running", phase
            request.updated_at = utc_now()
            if not request.payload.get("bulk"):
                request.done, request.total = pieces
            # A bulk run counts for all of its articles; what one of them is at would only flicker.
            request.message = request.message if request.payload.get("bulk") else message or request.message


def finish_items(session: Session, partition: str, job: str, *, failure: str = "") -> None:
    """End this work in every request that waits for it; a request ends with its last item.

    A repeat that succeeds turns an item that had failed into a done one.
    """
    statuses = OPEN_ITEM if failure else (*OPEN_ITEM, "failed")
    ending = (RequestItem.subject == partition, RequestItem.job == job, RequestItem.status.in_(statuses))
    requests = _locked(session, session.scalars(select(RequestItem.request_id).where(*ending)).all())
    for item in session.scalars(select(RequestItem).where(*ending)):
        item.status = "failed" if failure else "done"
        item.phase = item.phase if failure else "DONE"
        item.message = failure
    session.flush()
    for request in requests:
        # Whoever follows the request sees by this that there is something new.
        request.updated_at = utc_now()
        _settle_request(session, request)


def cancel_request(session: Session, request_id: str, *, actor: str = "system") -> bool:
    """Stop a request for good: nothing further is begun, and a sensor ends the runs that are under way.

    Returns:
        Whether there was something to stop.
    """
    [request] = _locked(session, [request_id])
    if request.status not in OPEN_REQUEST:
        return False
    request.status, request.message, request.finished_at = "cancelled", f"cancelled by {actor}", utc_now()
    request.payload = {**request.payload, "cancelled_by": actor}
    open_items = (RequestItem.request_id == request_id, RequestItem.status.in_(OPEN_ITEM))
    session.execute(update(RequestItem).where(*open_items).values(status="cancelled", updated_at=utc_now()))
    append_event(
        session,
        "request.cancelled",
        request.id,
        account_id=request.account_id,
        site_id=request.site_id,
        payload={"kind": request.kind},
        actor=actor,
    )
    return True


def cancelled_since(session: Session, moment: datetime) -> Sequence[str]:
    """Requests that were cancelled at a moment or later."""
    return session.scalars(
        select(Request.id).where(Request.status == "cancelled", Request.finished_at >= moment).order_by(Request.id)
    ).all()


def cancelled_by(session: Session, partition: str, job: str) -> str | None:
    """Who cancelled the newest request for a piece of work; None where that one was not cancelled."""
    newest = session.execute(
        select(Request.status, Request.payload)
        .join(RequestItem, RequestItem.request_id == Request.id)
        .where(RequestItem.subject == partition, RequestItem.job == job)
        .order_by(RequestItem.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.status != "cancelled":
        return None
    return str(newest.payload.get("cancelled_by", "system"))


def is_wanted(session: Session, partition: str, job: str) -> bool:
    """Whether an open request waits for a piece of work."""
    open_item = select(RequestItem.id).where(
        RequestItem.subject == partition, RequestItem.job == job, RequestItem.status.in_(OPEN_ITEM)
    )
    return session.scalar(open_item.limit(1)) is not None


def _locked(session: Session, request_ids: Sequence[str]) -> Sequence[Request]:
    """Requests under lock, always in the same order: the last two items of a request may end at the same instant."""
    return session.scalars(
        select(Request)
        .where(Request.id.in_(request_ids))
        .order_by(Request.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _settle_request(session: Session, request: Request) -> None:
    # Counted by the database: a large request's items end one by one.
    of_request = RequestItem.request_id == request.id
    counted = select(RequestItem.status, func.count()).where(of_request).group_by(RequestItem.status)
    counts = dict(session.execute(counted).tuples().all())
    if any(counts.get(status) for status in OPEN_ITEM) or request.status == "cancelled":
        return
    total, failed = sum(counts.values()), counts.get("failed", 0)
    first_failure = (
        select(RequestItem.message).where(of_request, RequestItem.status == "failed").order_by(RequestItem.id)
    )
    request.status = "failed" if failed else "done"
    request.phase = request.phase if failed else "DONE"
    request.message = session.scalar(first_failure.limit(1)) or "" if failed else f"{total} of {total} done"
    request.finished_at = utc_now()
    append_event(
        session,
        f"request.{request.status}",
        request.id,
        account_id=request.account_id,
        site_id=request.site_id,
        payload={"kind": request.kind, "failed": failed, "items": total},
    )


def asked_by(account_id: int | BindParameter[int], subject: str | BindParameter[str]) -> ScalarSelect[int | None]:
    """The person whose request is being worked on for a subject; NULL where nobody asked, and automation does it.

    A query to be part of another statement.
    """
    return (
        select(Request.user_id)
        .join(RequestItem, RequestItem.request_id == Request.id)
        .where(RequestItem.subject == subject, RequestItem.account_id == account_id, RequestItem.status.in_(OPEN_ITEM))
        .order_by(RequestItem.id.desc())
        .limit(1)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class Progress:
    """How far a request is: ``done`` and ``failed`` of ``total`` items, and the newest phase and message.

    ``begun`` is how many items' worth of work the phases of the items under way amount to.
    """

    status: str
    phase: str
    message: str
    total: int
    done: int
    failed: int
    begun: float = 0.0

    @property
    def percent(self) -> int:
        """Whole percent of the work, counting the phases of items under way; 100 only when everything is done."""
        finished = self.done + self.failed + self.begun
        return 100 if self.status == "done" else min(99, round(100 * finished / max(1, self.total)))


def progress_of(session: Session, request: Request) -> Progress:
    """Count a request's items."""
    items = session.execute(
        select(RequestItem.status, RequestItem.phase).where(RequestItem.request_id == request.id)
    ).tuples()
    return progress_by(request.status, request.phase, request.message, items)


def progress_by(status: str, phase: str, message: str, items: Iterable[tuple[str, str]]) -> Progress:
    """How far a request is that stands so and whose items have these statuses and phases."""
    statuses, phases = [], Counter[str]()
    for of_item, phase_of_item in items:
        statuses.append(of_item)
        phases[phase_of_item] += of_item == "running"
    return Progress(
        status=status,
        phase=phase,
        message=message,
        total=len(statuses),
        done=statuses.count("done"),
        failed=statuses.count("failed"),
        begun=sum(count * PHASES.index(phase) / len(PHASES) for phase, count in phases.items()),
    )
