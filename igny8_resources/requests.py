"""Work that somebody asked for: submitted with its items, followed by phase, finished when its items are.

A request is rows before it is a run: the API or the command line writes it in one transaction, a sensor turns its items
into runs, and the assets report how far each item is. Items whose status is ``queued`` are launched by the requests
sensor; items that are ``waiting`` are launched by an event and only followed here.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BindParameter, ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.progress import tell
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.upsert import upsert

Phase = Literal["INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE"]
PHASES: tuple[Phase, ...] = ("INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE")
OPEN_ITEM = ("waiting", "queued", "running")
RequestKind = Literal["import", "plan", "content", "social", "video"]


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


def add_waiting_items(session: Session, request_id: str, items: Iterable[Item]) -> None:
    """Follow further pieces of a request that events will launch."""
    request = session.get_one(Request, request_id)
    rows = [
        {
            "request_id": request_id,
            "account_id": request.account_id,
            "subject": item.partition,
            "job": item.job,
            "status": "waiting",
            "phase": "INIT",
            "message": "",
            "run_id": "",
            "updated_at": utc_now(),
        }
        for item in items
    ]
    upsert(session, RequestItem, rows, key=("request_id", "subject", "job"))


def report_progress(
    session: Session, partition: str, job: str, phase: Phase, message: str = "", run_id: str = ""
) -> None:
    """Tell every open request that waits for this work how far it is."""
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
        if request.status in {"queued", "running"}:
            request.status, request.phase = "running", phase
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
        _settle_request(session, request)


def cancel_request(session: Session, request_id: str, *, actor: str = "system") -> bool:
    """Stop a request: what is under way ends where it is safe to, nothing further is begun.

    Returns:
        Whether there was something to stop.
    """
    [request] = _locked(session, [request_id])
    if request.status not in {"queued", "running"}:
        return False
    request.status, request.message, request.finished_at = "cancelled", "cancelled", utc_now()
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
    statuses, phases = [], Counter[str]()
    for status, phase in items:
        statuses.append(status)
        phases[phase] += status == "running"
    return Progress(
        status=request.status,
        phase=request.phase,
        message=request.message,
        total=len(statuses),
        done=statuses.count("done"),
        failed=statuses.count("failed"),
        begun=sum(count * PHASES.index(phase) / len(PHASES) for phase, count in phases.items()),
    )
