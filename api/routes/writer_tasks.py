"""Writer: tasks made, changed and taken back by people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access, Writer
from api.envelope import Envelope, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.planning_sites import several_sites, site_of
from api.problems import Problem, not_found
from api.routes.writer import task_detail
from api.routing import Router
from api.shapes.deleted import DeletedRows
from api.shapes.writer import TaskDetail
from api.shapes.writer_tasks import NewTask, TaskChange, TaskIds
from igny8_resources.contracts.outlines import UnsuitableStructure
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task

router = Router(prefix="/writer", tags=["writer"])


@router.post("/tasks/", status_code=201, summary="Make a task", responses=refusals(400, 401, 403, 404, 409, 413))
def make_task(access: Writer, asked: NewTask, post: Post) -> Envelope[TaskDetail]:
    """Make a task of a new idea, or of what a person says; the latter becomes an idea of its cluster first.

    It is written when `content/generate/` names it, or by itself where the site's writing stage is on.
    """
    from igny8_assets.planner.ideas.task_making import queue_ideas

    def make(session: Session) -> Envelope[TaskDetail]:
        with _refusing():
            idea, site = _idea(access, session, asked)
            (task,) = queue_ideas(session, site, [idea], by=access.principal.actor, target_words=asked.target_words)
        session.flush()
        return Envelope(data=task_detail(session, task.id), message="Queued.")

    return once(access, post, Envelope[TaskDetail], make)


def _idea(access: Access, session: Session, asked: NewTask) -> tuple[ContentIdea, Site]:
    from igny8_assets.planner.ideas.editing import enter_idea

    if asked.idea_id is not None:
        idea = session.scalar(select(ContentIdea).where(ContentIdea.id == asked.idea_id).with_for_update())
        if idea is None:
            raise Problem(404, "There is no idea with this id.", {"idea_id": ["there is no such idea"]})
        return idea, _site(session, idea.site_id)
    cluster = session.scalar(select(Cluster).where(Cluster.id == asked.cluster_id))
    if cluster is None:
        raise Problem(404, "There is no cluster with this id.", {"cluster_id": ["there is no such cluster"]})
    site = _site(session, cluster.site_id)
    values = asked.model_dump(include={"title", "content_type", "content_structure", "questions", "outline"})
    values |= {"target_keyword": asked.primary_keyword, "secondary_keywords": asked.secondary_keywords}
    idea = enter_idea(session, site, cluster, values, by=access.principal.actor)
    if idea.status != "new":
        raise Problem(409, f"This page would compete: {idea.conflict}. Add it as an idea to decide about that.")
    return idea, site


@router.patch("/tasks/{id}/", summary="Change a task", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_task(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: TaskChange,
    match: IfMatch = None,
) -> Envelope[TaskDetail]:
    """Change the brief of a task that is queued or failed."""
    from igny8_assets.writer import tasks

    with access.write() as session, _refusing():
        task = session.scalar(select(Task).where(Task.id == id).with_for_update())
        if task is None:
            raise not_found("task")
        site = site_of(session, task.site_id, "writer")
        require_match(match, task_detail(session, id))
        tasks.change_task(session, site, task, asked.model_dump(exclude_unset=True), by=access.principal.actor)
        shown = task_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown, message="Changed.")


@router.delete("/tasks/{id}/", summary="Delete a task", responses=refusals(400, 401, 403, 404, 409))
def delete_task(access: Writer, id: RowId) -> Envelope[DeletedRows]:  # noqa: A002 - the path's own name
    """Take a task back that has no text and is not being written; its idea is rejected.

    The row stays with the status `cancelled`, because its partition serves no other article.
    """
    _cancel(access, [id])
    return Envelope(data=DeletedRows(ids=[id]), message="Deleted.")


@router.post("/tasks/bulk-delete/", summary="Delete many tasks", responses=refusals(400, 401, 403, 404, 409, 413))
def delete_tasks(access: Writer, asked: TaskIds) -> Envelope[DeletedRows]:
    """Take tasks back, all or none; see deleting one."""
    ids = sorted(set(asked.ids))
    _cancel(access, ids)
    return Envelope(data=DeletedRows(ids=ids), message=f"{len(ids)} deleted.")


def _cancel(access: Access, ids: Sequence[int]) -> None:
    from igny8_assets.writer import tasks

    with access.write() as session, _refusing():
        found = session.scalars(select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update()).all()
        for site, listed in several_sites(session, "task", ids, found, "writer"):
            tasks.cancel_tasks(session, site, listed, by=access.principal.actor)


def _site(session: Session, site_id: int) -> Site:
    site = site_of(session, site_id)
    require_module(session, site, "writer")
    return site


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what cannot be done as things stand with a status that says so."""
    from igny8_assets.planner.ideas.editing import IdeaRefused
    from igny8_assets.planner.ideas.task_making import IdeasNotFree
    from igny8_assets.writer.tasks import TaskRefused

    try:
        yield
    except UnsuitableStructure as unsuitable:
        lines = {"content_structure": [str(unsuitable)]}
        raise Problem(400, "The content type cannot have this structure.", lines) from unsuitable
    except (IdeasNotFree, IdeaRefused, TaskRefused) as refused:
        raise Problem(409, f"{str(refused).capitalize()}.") from refused
