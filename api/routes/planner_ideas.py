"""Planner: ideas entered, changed, approved, rejected and turned into tasks by people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Writer
from api.envelope import Envelope, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.planning_sites import several_sites, site_of
from api.problems import Problem, not_found
from api.routes.planner import idea_detail
from api.routes.writer import task_items
from api.routing import Router
from api.shapes.deleted import DeletedRows
from api.shapes.planner import IdeaDetail
from api.shapes.planner_editing import ChangedRows, IdeaChange, IdeaDecision, IdeaIds, NewIdea, RejectIdea
from api.shapes.writer import TaskItem
from igny8_resources.contracts.outlines import UnsuitableStructure
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site

router = Router(prefix="/planner", tags=["planner"])


@router.post("/ideas/", status_code=201, summary="Add an idea", responses=refusals(400, 401, 403, 404, 409, 413))
def add_idea(access: Writer, asked: NewIdea, post: Post) -> Envelope[IdeaDetail]:
    """Add a page to a cluster; one that would compete with another is kept with that reason, and can be approved."""
    from igny8_assets.planner.ideas.editing import enter_idea

    def add(session: Session) -> Envelope[IdeaDetail]:
        cluster = session.scalar(select(Cluster).where(Cluster.id == asked.cluster_id))
        if cluster is None:
            raise Problem(404, "There is no cluster with this id.", {"cluster_id": ["there is no such cluster"]})
        site = site_of(session, cluster.site_id)
        with _refusing():
            values = asked.model_dump(exclude={"cluster_id"})
            idea = enter_idea(session, site, cluster, values, by=access.principal.actor)
        return Envelope(data=idea_detail(session, idea.id), message=idea.conflict or "Added.")

    return once(access, post, Envelope[IdeaDetail], add)


@router.patch("/ideas/{id}/", summary="Change an idea", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_idea(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: IdeaChange,
    match: IfMatch = None,
) -> Envelope[IdeaDetail]:
    """Change an idea that has no task."""
    from igny8_assets.planner.ideas import editing

    with access.write() as session, _refusing():
        idea, site = _locked(session, id)
        require_match(match, idea_detail(session, id))
        editing.change_idea(session, site, idea, asked.model_dump(exclude_unset=True), by=access.principal.actor)
        shown = idea_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown, message="Changed.")


@router.delete("/ideas/{id}/", summary="Delete an idea", responses=refusals(400, 401, 403, 404, 409))
def delete_idea(access: Writer, id: RowId) -> Envelope[DeletedRows]:  # noqa: A002 - the path's own name
    """Forget an idea that never had a task; planning may have it again, a rejected one it has not."""
    from igny8_assets.planner.ideas import editing

    with access.write() as session, _refusing():
        idea, site = _locked(session, id)
        editing.delete_idea(session, site, idea, by=access.principal.actor)
    return Envelope(data=DeletedRows(ids=[id]), message="Deleted.")


@router.post("/ideas/{id}/approve/", summary="Approve an idea", responses=refusals(400, 401, 403, 404, 409))
def approve_idea(access: Writer, id: RowId) -> Envelope[IdeaDetail]:  # noqa: A002 - the path's own name
    """Let an idea be written although it was stopped, because it competes, or was rejected."""
    from igny8_assets.planner.ideas import editing

    with access.write() as session, _refusing():
        idea, site = _locked(session, id)
        changed = editing.approve_idea(session, site, idea, by=access.principal.actor)
        session.flush()
        return Envelope(data=idea_detail(session, id), message="Approved." if changed else "It was free already.")


@router.post("/ideas/{id}/reject/", summary="Reject an idea", responses=refusals(400, 401, 403, 404, 409, 413))
def reject_idea(access: Writer, id: RowId, asked: RejectIdea) -> Envelope[IdeaDetail]:  # noqa: A002 - the path's own name
    """Turn an idea down: it is not written, and planning does not have it again."""
    from igny8_assets.planner.ideas import editing

    with access.write() as session, _refusing():
        idea, site = _locked(session, id)
        editing.reject_idea(session, site, idea, by=access.principal.actor, reason=asked.reason)
        session.flush()
        return Envelope(data=idea_detail(session, id), message="Rejected.")


@router.post(
    "/ideas/bulk-decide/", summary="Approve or reject many ideas", responses=refusals(400, 401, 403, 404, 409, 413)
)
def decide_on_ideas(access: Writer, asked: IdeaDecision) -> Envelope[ChangedRows]:
    """Approve or reject ideas, all or none."""
    from igny8_assets.planner.ideas import editing

    by = access.principal.actor
    changed = 0
    with access.write() as session, _refusing():
        for site, ideas in _many(session, asked.ids):
            for idea in ideas:
                changed += (
                    editing.approve_idea(session, site, idea, by=by)
                    if asked.decision == "approve"
                    else editing.reject_idea(session, site, idea, by=by, reason=asked.reason)
                )
    return Envelope(data=ChangedRows(changed=changed), message=f"{changed} changed.")


@router.post(
    "/ideas/bulk-queue/",
    status_code=201,
    summary="Turn ideas into tasks",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def queue_ideas(access: Writer, asked: IdeaIds, post: Post) -> Envelope[list[TaskItem]]:
    """Make a task of each idea, all or none. `POST /writer/content/generate/` has them written.

    Where the site's writing stage is on, they are written without being asked for.
    """
    from igny8_assets.planner.ideas import task_making

    def queue(session: Session) -> Envelope[list[TaskItem]]:
        tasks = []
        with _refusing():
            for site, ideas in _many(session, asked.ids):
                tasks += task_making.queue_ideas(session, site, ideas, by=access.principal.actor)
        shown = task_items(session, [task.id for task in tasks])
        return Envelope(data=shown, message=f"{len(shown)} queued.")

    return once(access, post, Envelope[list[TaskItem]], queue)


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what cannot be done as things stand with a status that says so."""
    from igny8_assets.planner.ideas.editing import IdeaRefused
    from igny8_assets.planner.ideas.task_making import IdeasNotFree

    try:
        yield
    except UnsuitableStructure as unsuitable:
        raise Problem(
            400, "The content type cannot have this structure.", {"content_structure": [str(unsuitable)]}
        ) from (unsuitable)
    except IdeasNotFree as held_up:
        lines = [f"idea {number} is {status}" for number, status in held_up.held_up.items()]
        raise Problem(409, "Only new ideas become tasks; approve the others first.", {"ids": lines}) from held_up
    except IdeaRefused as refused:
        raise Problem(409, f"{refused}.") from refused


def _locked(session: Session, idea_id: int) -> tuple[ContentIdea, Site]:
    idea = session.scalar(select(ContentIdea).where(ContentIdea.id == idea_id).with_for_update())
    if idea is None:
        raise not_found("idea")
    return idea, site_of(session, idea.site_id)


def _many(session: Session, ids: Sequence[int]) -> list[tuple[Site, list[ContentIdea]]]:
    wanted = sorted(set(ids))
    ideas = session.scalars(
        select(ContentIdea).where(ContentIdea.id.in_(wanted)).order_by(ContentIdea.id).with_for_update()
    ).all()
    return several_sites(session, "idea", wanted, ideas)
