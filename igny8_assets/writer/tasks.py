"""Tasks as people change them and take them back, before there is a text.

Belongs here: a task's brief. Does not belong here: the article (``editing``), and how ideas become tasks
(``planner.ideas.task_making``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.contracts.outlines import contract_for
from igny8_resources.events import append_event
from igny8_resources.requests import OPEN_ITEM
from igny8_resources.warehouse.tables.ledgers import RequestItem
from igny8_resources.warehouse.tables.planner import ContentIdea
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Site
from igny8_resources.warehouse.tables.writer import Content, Task


class TaskRefused(ValueError):
    """A task cannot be changed as asked; the message says why and what would work."""


def change_task(session: Session, site: Site, task: Task, values: Mapping[str, Any], *, by: str) -> None:
    """Change the brief of a task that is queued or failed.

    Raises:
        TaskRefused: there is a text, or the author is not one of the site's.
        UnsuitableStructure: the content type cannot have this structure.
    """
    if task.status not in {"queued", "failed"}:
        raise TaskRefused(f"task {task.id} is {task.status}; only one that is queued or failed can be changed")
    kind, structure = (values.get(name, getattr(task, name)) for name in ("content_type", "content_structure"))
    contract_for(kind, structure)
    author_id = values.get("author_id")
    if author_id is not None and not session.scalar(
        select(AuthorProfile.id).where(AuthorProfile.id == author_id, AuthorProfile.site_id == site.id)
    ):
        raise TaskRefused(f"{site.key} has no author profile {author_id}")
    for name, value in values.items():
        setattr(task, name, value)
    session.flush()
    _tell(session, site, task, "task.changed", by)


def cancel_tasks(session: Session, site: Site, tasks: Sequence[Task], *, by: str) -> None:
    """Take tasks of a site back, all or none, and reject their ideas; the rows stay, for a partition serves no other article.

    Approving an idea and making a task of it again takes the same task up again.

    Raises:
        TaskRefused: one has a text, or is being written.
    """
    written = set(session.scalars(select(Content.task_id).where(Content.task_id.in_([task.id for task in tasks]))))
    working = select(RequestItem.subject, RequestItem.request_id).where(
        RequestItem.subject.in_([task.partition_key or "" for task in tasks]), RequestItem.status.in_(OPEN_ITEM)
    )
    busy = dict(session.execute(working).tuples().all())
    ideas = {
        idea.id: idea
        for idea in session.scalars(select(ContentIdea).where(ContentIdea.id.in_([task.idea_id for task in tasks])))
    }
    for task in tasks:
        if task.status not in {"queued", "failed"} or task.id in written:
            raise TaskRefused(f"task {task.id} is {task.status}; only one that is queued or failed can be deleted")
        if (request_id := busy.get(task.partition_key or "")) is not None:
            raise TaskRefused(f"task {task.id} is being worked on; cancel the request {request_id} first")
        idea = ideas[task.idea_id]
        task.status, idea.status, idea.conflict = "cancelled", "rejected", "its task was deleted"
        _tell(session, site, task, "task.cancelled", by)


def _tell(session: Session, site: Site, task: Task, kind: str, by: str) -> None:
    append_event(
        session,
        kind,
        task.partition_key or str(task.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"task_id": task.id, "title": task.title},
        actor=by,
    )
