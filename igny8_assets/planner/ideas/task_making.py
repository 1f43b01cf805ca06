"""The best ideas become tasks, each with the article partition that it mints."""

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
    tasks = []
    for ranked in rank_ideas(candidates, limit=wanted):
        idea = ideas[ranked.cluster.id, ranked.plan.target_keyword]
        tasks.append(_task_from(session, site, idea, request_id))
        idea.status = "queued"
    if request_id is not None:
        add_waiting_items(session, request_id, [Item(WRITE_ARTICLE, task.partition_key or "") for task in tasks])
    return tasks


def _task_from(session: Session, site: Site, idea: ContentIdea, request_id: str | None) -> Task:
    task = Task(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=idea.sector_id,
        idea_id=idea.id,
        cluster_id=idea.cluster_id,
        request_id=request_id,
        title=idea.title,
        content_type=idea.content_type,
        content_structure=idea.content_structure,
        primary_keyword=idea.target_keyword,
        secondary_keywords=idea.secondary_keywords,
        questions=idea.questions,
        outline=idea.outline,
        target_words=contract_for(idea.content_type, idea.content_structure).words.target,
    )
    session.add(task)
    session.flush()
    task.partition_key = f"{site.key}-{task.id}"
    append_event(
        session,
        "task.created",
        task.partition_key,
        account_id=site.account_id,
        site_id=site.id,
        payload={"task_id": task.id, "title": task.title},
    )
    return task
