"""The overview and a site's board."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from api.desk.door import ROOT, OwnForm, Reader, Writer
from api.desk.pages import DeskRoute, page, said, see_other
from api.desk.views.board import board_of, overview, site_named, stage_page
from api.envelope import PlainText
from api.routes.writer_requests import MOST_ARTICLES, GenerateContent, generate_content

router = APIRouter(prefix=ROOT, route_class=DeskRoute, include_in_schema=False)

SiteKey = Annotated[PlainText, Path(max_length=60)]
Search = Annotated[PlainText, Query(alias="q", max_length=200)]


@router.get("/")
def read_overview(access: Reader, request: Request) -> Response:
    """Every site with what waits there."""
    with access.read() as session:
        shown = overview(session)
    return page("overview.html.j2", access, shown=shown, said=said(request), here="overview")


@router.get("/help")
def read_help(access: Reader) -> Response:
    """The keys, for whoever has no script to show them in a dialog."""
    return page("help.html.j2", access, here="help")


@router.get("/sites/{key}/")
def read_board(
    access: Reader, request: Request, key: SiteKey, q: Search = "", stage: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """A site's articles by stage."""
    with access.read() as session:
        board = board_of(session, site_named(session, key), stage=stage, search=q.strip())
    nonce = uuid.uuid4().hex
    return page("board.html.j2", access, board=board, said=said(request), nonce=nonce, most=MOST_ARTICLES, here="board")


@router.get("/sites/{key}/stages/{stage}")
def read_stage(
    access: Reader,
    key: SiteKey,
    stage: Annotated[str, Path(max_length=20)],
    q: Search = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """One stage on its own, page by page."""
    with access.read() as session:
        site = site_named(session, key)
        column = stage_page(session, site, stage, search=q.strip(), page=number)
    return page("stage.html.j2", access, site=site, column=column, search=q.strip(), number=number, here="board")


@router.post("/sites/{key}/articles", dependencies=[OwnForm])
def ask_for_articles(
    access: Writer,
    key: SiteKey,
    articles: Annotated[int, Form(ge=1, le=MOST_ARTICLES)],
    nonce: Annotated[PlainText, Form(min_length=1, max_length=64)],
) -> Response:
    """Have new articles planned and written; the form's nonce makes a second click the same request."""
    accepted = generate_content(access, GenerateContent(site=key, articles=articles), f"desk:{nonce}").data
    return see_other(f"{ROOT}/requests/{accepted.task_id}/", "asked")
