"""Work under way with its progress, and what was asked for before."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.desk.door import ROOT, OwnForm, Reader, Writer
from api.desk.pages import DeskRoute, fragment, page, said, see_other
from api.desk.views.board import site_named
from api.desk.views.work import request_page, running_work, waits_in_vain, work_page
from api.envelope import PlainText
from api.problems import Problem, not_found
from igny8_resources.requests import cancel_request
from igny8_resources.warehouse.tables.ledgers import Request as RequestRow
from igny8_resources.warehouse.tables.tenancy import Site

router = APIRouter(prefix=f"{ROOT}/requests", route_class=DeskRoute, include_in_schema=False)

OfSite = Annotated[PlainText, Query(alias="site", max_length=60)]
RequestId = Annotated[PlainText, Path(max_length=40)]


def _site(session: Session, key: str) -> Site | None:
    return site_named(session, key) if key else None


@router.get("/")
def read_work(
    access: Reader,
    request: Request,
    key: OfSite = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """What is under way and what ended."""
    with access.read() as session:
        site = _site(session, key)
        work = work_page(session, site, number)
    stalled = waits_in_vain(access.service.settings, work.running)
    return page("work.html.j2", access, work=work, site=site, stalled=stalled, said=said(request), here="work")


@router.get("/running")
def read_running(access: Reader, key: OfSite = "") -> Response:
    """What is under way alone, for HTMX to look again."""
    with access.read() as session:
        site = _site(session, key)
        lines = running_work(session, site)
    stalled = waits_in_vain(access.service.settings, lines)
    may_write = access.principal.may_write
    return fragment("running_part.html.j2", running=lines, site=site, stalled=stalled, may_write=may_write)


@router.get("/{request_id}/")
def read_request(access: Reader, request: Request, request_id: RequestId) -> Response:
    """One request with its pieces; HTMX gets the changing part alone."""
    with access.read() as session:
        shown = request_page(session, request_id)
    stalled = waits_in_vain(access.service.settings, [shown.line])
    if "hx-request" in request.headers:
        return fragment("request_part.html.j2", shown=shown, stalled=stalled, may_write=access.principal.may_write)
    return page("request.html.j2", access, shown=shown, stalled=stalled, said=said(request), here="work")


@router.post("/{request_id}/cancel", dependencies=[OwnForm])
def cancel(access: Writer, request_id: RequestId) -> Response:
    """Stop a request for good; what is done stays."""
    with access.write() as session:
        request = session.scalar(select(RequestRow).where(RequestRow.id == request_id))
        if request is None:
            raise not_found("request")
        if not cancel_request(session, request.id, actor=access.principal.actor):
            raise Problem(409, f"The request is {request.status}; there is nothing to stop.")
    return see_other(f"{ROOT}/requests/{request_id}/", "cancelled")
