"""An article's page and the decisions that are made on it."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.desk.door import ROOT, OwnForm, Reader, Writer
from api.desk.pages import DeskRoute, fragment, page, said, see_other
from api.desk.views.article import article_page, compare, is_web_address
from api.envelope import PlainText, RowId
from api.problems import Problem, not_found
from api.routes import writer_editing
from igny8_resources.warehouse.store import approval
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.store.versions import UnknownVersion
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

router = APIRouter(prefix=f"{ROOT}/articles", route_class=DeskRoute, include_in_schema=False)

ArticleId = Annotated[RowId, Path(alias="id")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]
Reason = Annotated[PlainText, Form(min_length=1, max_length=1000)]


@router.get("/{id}/")
def read_article(access: Reader, request: Request, article_id: ArticleId) -> Response:
    """Everything about one article on one page."""
    with access.read() as session:
        shown = article_page(session, access.service.settings, article_id)
    return page(
        "article.html.j2", access, article=shown, is_web_address=is_web_address, said=said(request), here="board"
    )


@router.get("/{id}/versions/{number}/")
def read_difference(
    access: Reader,
    request: Request,
    article_id: ArticleId,
    number: Number,
    older: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """A version beside another one, word by word; HTMX gets the comparison alone."""
    with access.read() as session:
        try:
            comparison = compare(session, article_id, number, older)
        except UnknownVersion as unknown:
            raise Problem(404, f"{unknown}.") from unknown
    if "hx-request" in request.headers:
        return fragment("difference_part.html.j2", comparison=comparison)
    return page("difference.html.j2", access, comparison=comparison, here="board")


@router.post("/{id}/approve", dependencies=[OwnForm])
def approve(access: Writer, article_id: ArticleId, version: Version, to: Annotated[str, Form()] = "") -> Response:
    """Approve the text that was looked at."""
    with access.write() as session:
        content, task, site = _looked_at(session, article_id, version)
        try:
            approval.approve(session, content, task, site, by=access.principal.actor)
        except approval.NotApprovable as refused:
            raise Problem(409, f"{refused}.") from refused
        key = site.key
    return see_other(f"{ROOT}/sites/{key}/" if to == "board" else _path(article_id), "approved")


@router.post("/{id}/reject", dependencies=[OwnForm])
def reject(access: Writer, article_id: ArticleId, version: Version, reason: Reason) -> Response:
    """Send the text that was looked at back to draft, with a reason."""
    from igny8_assets.not_ready import NotReady
    from igny8_assets.writer.editing import send_back

    with access.write() as session:
        content, task, _ = _looked_at(session, article_id, version)
        try:
            send_back(session, content, task, by=access.principal.actor, reason=reason.strip() or "no reason given")
        except NotReady as refused:
            raise Problem(409, f"{refused}.") from refused
    return see_other(_path(article_id), "rejected")


@router.post("/{id}/sections/{index}/rewrite", dependencies=[OwnForm])
def rewrite(
    access: Writer,
    article_id: ArticleId,
    index: Annotated[int, Path(ge=0, le=1000)],
    wish: Annotated[PlainText, Form(max_length=1000)] = "",
) -> Response:
    """Have one section written anew, and wait for it."""
    done = writer_editing.rewritten(access, article_id, index, wish).data
    if done.version is None:
        return see_other(_path(article_id), "same-text")
    return see_other(_path(article_id), "rewritten" if done.stands else "proposed")


@router.post("/{id}/versions/{number}/accept", dependencies=[OwnForm])
def accept(access: Writer, article_id: ArticleId, number: Number, version: Version) -> Response:
    """Make a proposal the article's text, if that is still the one it was compared with."""
    writer_editing.accept_version(access, Response(), article_id, number, str(version))
    return see_other(_path(article_id), "accepted")


@router.post("/{id}/versions/{number}/reject", dependencies=[OwnForm])
def turn_down(access: Writer, article_id: ArticleId, number: Number) -> Response:
    """Turn a proposal down."""
    writer_editing.reject_version(access, article_id, number)
    return see_other(_path(article_id), "turned-down")


def _path(article_id: int) -> str:
    return f"{ROOT}/articles/{article_id}/"


def _looked_at(session: Session, article_id: int, version: int) -> tuple[Content, Task, Site]:
    """The article under lock, if it still has the text that was decided on."""
    content = session.scalar(select(Content).where(Content.id == article_id).with_for_update())
    if content is None:
        raise not_found("article")
    task = session.scalars(select(Task).where(Task.id == content.task_id).with_for_update()).one()
    site = session.scalars(select(Site).where(Site.id == content.site_id)).one()
    require_module(session, site, "writer")
    if content.version != version:
        raise Problem(
            409,
            f"The text changed while you looked: it is version {content.version} now, and you saw {version}. Look again.",
        )
    return content, task, site
