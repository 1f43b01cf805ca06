"""Planner: keywords entered, changed, set aside and deleted by people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Writer
from api.envelope import Envelope, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.planning_sites import several_sites, site_for_planning, site_of
from api.problems import Problem, not_found
from api.routes.planner import keyword_detail, keyword_details
from api.routing import Router
from api.shapes.deleted import DeletedRows
from api.shapes.planner import KeywordDetail
from api.shapes.planner_editing import (
    ChangedRows,
    EnteredKeywords,
    EnterKeywords,
    KeywordChange,
    KeywordIds,
    KeywordStatusChange,
)
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.tenancy import Site

if TYPE_CHECKING:
    from igny8_assets.planner.keywords.editing import KeywordsRefused

router = Router(prefix="/planner", tags=["planner"])


@router.post("/keywords/", status_code=201, summary="Add keywords", responses=refusals(400, 401, 403, 404, 409, 413))
def add_keywords(access: Writer, asked: EnterKeywords, post: Post) -> Envelope[EnteredKeywords]:
    """Add one keyword or up to 50 to a site, all or none; a longer list is a file for `imports/`.

    A keyword that the site has in the same market stays as it is and is named in `known`.
    """
    from igny8_assets.planner.keywords.editing import EnteredKeyword, KeywordsRefused, enter_keywords

    def enter(session: Session) -> Envelope[EnteredKeywords]:
        site = site_for_planning(session, asked.site)
        stated = [EnteredKeyword(**{**each.model_dump(), "intents": tuple(each.intents)}) for each in asked.keywords]
        try:
            entered = enter_keywords(session, site, stated, by=access.principal.actor)
        except KeywordsRefused as refused:
            raise _refused(refused) from refused
        if not entered.added:
            raise Problem(409, "The site has all of these keywords already.")
        added = keyword_details(session, [keyword.id for keyword in entered.added])
        data = EnteredKeywords(added=added, known=[keyword.text for keyword in entered.known])
        return Envelope(data=data, message=f"{len(added)} added; the next planning puts them into clusters.")

    return once(access, post, Envelope[EnteredKeywords], enter)


@router.patch("/keywords/{id}/", summary="Change a keyword", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_keyword(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: KeywordChange,
    match: IfMatch = None,
) -> Envelope[KeywordDetail]:
    """Change figures, intents, sector or status; its text is what it is. `inactive` and `archived` leave their cluster."""
    from igny8_assets.planner.keywords import editing

    with access.write() as session:
        keyword, site = _locked(session, id)
        require_match(match, keyword_detail(session, id))
        values = asked.model_dump(exclude_unset=True)
        try:
            editing.change_keyword(session, site, keyword, values, by=access.principal.actor)
        except editing.KeywordsRefused as refused:
            raise _refused(refused) from refused
        shown = keyword_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown, message="Changed.")


@router.delete("/keywords/{id}/", summary="Delete a keyword", responses=refusals(400, 401, 403, 404))
def delete_keyword(access: Writer, id: RowId) -> Envelope[DeletedRows]:  # noqa: A002 - the path's own name
    """Delete a keyword; its cluster is measured anew."""
    from igny8_assets.planner.keywords import editing

    with access.write() as session:
        keyword, site = _locked(session, id)
        editing.delete_keywords(session, site, [keyword], by=access.principal.actor)
    return Envelope(data=DeletedRows(ids=[id]), message="Deleted.")


@router.post("/keywords/bulk-status/", summary="Set many keywords' status", responses=refusals(400, 401, 403, 404, 413))
def set_keyword_status(access: Writer, asked: KeywordStatusChange) -> Envelope[ChangedRows]:
    """Set keywords to one status, all or none; planning leaves `inactive` and `archived` ones out of clusters."""
    from igny8_assets.planner.keywords import editing

    with access.write() as session:
        changed = sum(
            editing.set_status(session, site, keywords, asked.status, by=access.principal.actor)
            for site, keywords in _many(session, asked.ids)
        )
    return Envelope(data=ChangedRows(changed=changed), message=f"{changed} changed.")


@router.post("/keywords/bulk-delete/", summary="Delete many keywords", responses=refusals(400, 401, 403, 404, 413))
def delete_many_keywords(access: Writer, asked: KeywordIds) -> Envelope[DeletedRows]:
    """Delete keywords, all or none; their clusters are measured anew, and one that is left empty is retired."""
    from igny8_assets.planner.keywords import editing

    with access.write() as session:
        for site, keywords in _many(session, asked.ids):
            editing.delete_keywords(session, site, keywords, by=access.principal.actor)
    ids = sorted(set(asked.ids))
    return Envelope(data=DeletedRows(ids=ids), message=f"{len(ids)} deleted.")


def _locked(session: Session, keyword_id: int) -> tuple[Keyword, Site]:
    keyword = session.scalar(select(Keyword).where(Keyword.id == keyword_id).with_for_update())
    if keyword is None:
        raise not_found("keyword")
    return keyword, site_of(session, keyword.site_id)


def _many(session: Session, ids: Sequence[int]) -> list[tuple[Site, list[Keyword]]]:
    wanted = sorted(set(ids))
    keywords = session.scalars(
        select(Keyword).where(Keyword.id.in_(wanted)).order_by(Keyword.id).with_for_update()
    ).all()
    return several_sites(session, "keyword", wanted, keywords)


def _refused(refused: "KeywordsRefused") -> Problem:
    return Problem(400, "These keywords cannot be saved; errors names those at fault.", refused.errors)
