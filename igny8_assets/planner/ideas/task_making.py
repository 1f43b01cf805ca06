"""The best ideas become tasks, each with the article partition that it mints."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.rows import described_clusters, tasks_wanted
from igny8_assets.planner.ideas.composing import (
    IdeaPlan,
    rank_ideas,
)
from igny8_resources.contracts.outlines import contract_for
from igny8_resources.events import append_event
from igny8_resources.requests import Item, add_waiting_items
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import (
    require_module,
)
from igny8_resources.warehouse.tables.planner import ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import WRITE_ARTICLE


class IdeasNotFree(ValueError):
    """Ideas that cannot become tasks, by id with the status that stands against it."""

    def __init__(self, held_up: Mapping[int, str]) -> None:
        super().__init__(", ".join(f"idea {number} is {status}" for number, status in held_up.items()))
        self.held_up = held_up


def create_tasks(session: Session, site: Site, request_id: str | None) -> list[Task]:
    """Turn the best ideas into tasks, each with the article partition that it mints.

    Returns:
        The tasks made now; a repeat of the same request makes none.

    Raises:
        UnsuitableStructure: an idea asks for a page that makes no sense; the message names what its type can be.
    """
    require_module(session, site, "planner")
    wanted = tasks_wanted(session, site, request_id)
    facts, rows = described_clusters(session, site)
    by_row = {row.id: key for key, row in rows.items()}
    ideas = {
        (by_row[idea.cluster_id], idea.target_keyword): idea
        for idea in store.ideas_of(session, site.id)
        if idea.status == "new" and idea.cluster_id in by_row
    }
    candidates = [
        (
            facts[key],
            IdeaPlan(idea.content_type, idea.content_structure, target, tuple(idea.reasons)),  # type: ignore[arg-type]
        )
        for (key, target), idea in ideas.items()
        if key in facts
    ]
    best = [ideas[ranked.cluster.id, ranked.plan.target_keyword] for ranked in rank_ideas(candidates, limit=wanted)]
    tasks = _tasks_from(session, site, best, request_id)
    if request_id is not None:
        add_waiting_items(session, request_id, [Item(WRITE_ARTICLE, task.partition_key or "") for task in tasks])
    return tasks


def queue_ideas(
    session: Session, site: Site, ideas: Sequence[ContentIdea], *, by: str, target_words: int | None = None
) -> list[Task]:
    """Turn ideas that a person chose into tasks; each is written when a request or the site's writing stage says so.

    Raises:
        IdeasNotFree: some are not new: they have a task, compete with a page, or were rejected.
        UnsuitableStructure: an idea asks for a page that makes no sense; the message names what its type can be.
    """
    if held_up := {idea.id: idea.status for idea in ideas if idea.status != "new"}:
        raise IdeasNotFree(held_up)
    return _tasks_from(session, site, ideas, None, target_words=target_words, by=by)


def _tasks_from(
    session: Session,
    site: Site,
    ideas: Sequence[ContentIdea],
    request_id: str | None,
    *,
    target_words: int | None = None,
    by: str = "system",
) -> list[Task]:
    """Tasks of ideas; one that was cancelled before is taken up again, because a partition serves one article only."""
    known = select(Task).where(Task.site_id == site.id, Task.idea_id.in_([idea.id for idea in ideas]))
    before = {task.idea_id: task for task in session.scalars(known)}
    tasks = []
    for idea in ideas:
        task = before.get(idea.id) or Task(account_id=site.account_id, site_id=site.id, idea_id=idea.id)
        values = {
            "sector_id": idea.sector_id,
            "cluster_id": idea.cluster_id,
            "request_id": request_id,
            "title": idea.title,
            "content_type": idea.content_type,
            "content_structure": idea.content_structure,
            "primary_keyword": idea.target_keyword,
            "secondary_keywords": idea.secondary_keywords,
            "questions": idea.questions,
            "outline": idea.outline,
            "target_words": target_words or contract_for(idea.content_type, idea.content_structure).words.target,
            "status": "queued",
            "error": "",
        }
        for name, value in values.items():
            setattr(task, name, value)
        idea.status = "queued"
        session.add(task)
        tasks.append(task)
    session.flush()
    for task in tasks:
        task.partition_key = f"{site.key}-{task.id}"
        append_event(
            session,
            "task.created",
            task.partition_key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"task_id": task.id, "title": task.title},
            actor=by,
        )
    return tasks
