"""Work asked for through the API: gates first, then one request row, the same for the same ``Idempotency-Key``.

Belongs here: what every such route does alike. Which gates a kind of work has stands in its route.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access import Access
from api.envelope import Envelope, PlainText
from api.links import progress_path
from api.problems import Problem
from api.shapes.requests import Accepted
from igny8_resources.contracts.vocabulary import RequestKind
from igny8_resources.requests import Item, asked_for, submit_request
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.tenancy import Site

IdempotencyKey = Annotated[
    PlainText | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="Repeat a request with the same key and it is recorded once: the answer names the same task.",
    ),
]


@dataclass(frozen=True)
class Work:
    """What passed its gates: the site it is for and its pieces."""

    site: Site
    items: Sequence[Item]


def submit(
    access: Access,
    key: str | None,
    kind: RequestKind,
    payload: dict[str, Any],
    gates: Callable[[Session], Work],
) -> Envelope[Accepted]:
    """Record a request in one transaction with its gates.

    A repeated key is answered before the gates: what it asked for may have moved on since, and that is no refusal.

    Raises:
        Problem: 409, the key was used for something else; or whatever the gates raise.
    """
    # No other caller's key can begin so; a key that the command line uses is never taken for one from here.
    stored_key = f"api:{key}" if key is not None else None
    try:
        return _submit_once(access, stored_key, kind, payload, gates)
    except IntegrityError:
        if stored_key is None:
            raise
    try:
        # Somebody recorded the same key between our look and our row; now it is there to be found.
        return _submit_once(access, stored_key, kind, payload, gates)
    except IntegrityError as taken:
        # Still not to be seen, so it is a request for a site that this user was not granted.
        raise _key_taken() from taken


def _submit_once(
    access: Access,
    key: str | None,
    kind: RequestKind,
    payload: dict[str, Any],
    gates: Callable[[Session], Work],
) -> Envelope[Accepted]:
    with access.write() as session:
        known = session.scalar(select(Request).where(Request.idempotency_key == key)) if key is not None else None
        if known is not None:
            if (known.kind, asked_for(known)) != (kind, payload):
                raise _key_taken()
            return _accepted(known.id, "This request was recorded before.")
        work = gates(session)
        request, _ = submit_request(
            session,
            account_id=access.principal.account_id,
            site_id=work.site.id,
            user_id=access.principal.user_id,
            kind=kind,
            payload=payload,
            items=work.items,
            idempotency_key=key,
        )
        return _accepted(request.id, "Recorded; it starts within seconds when the daemon runs.")


def require_working(session: Session, site: Site, *modules: str) -> None:
    """Refuse work on a site that is not active or whose modules are off.

    Raises:
        Problem: 409, the site is not active.
        ModuleDisabled: a module is off.
    """
    if site.status != "active":
        raise Problem(409, f"The site {site.key} is {site.status}; no work is started for it.")
    for module in modules:
        require_module(session, site, module)


def _key_taken() -> Problem:
    return Problem(409, "This Idempotency-Key was used for a different request; choose a new one.")


def _accepted(task_id: str, message: str) -> Envelope[Accepted]:
    return Envelope(data=Accepted(task_id=task_id, progress_url=progress_path(task_id)), message=message)
