"""What ideas are held against: pages that are live, positions that the site holds, clusters that link."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.opportunities import KeywordPosition
from igny8_resources.warehouse.tables.planner import ClusterLink
from igny8_resources.warehouse.tables.writer import Content, Task


@dataclass(frozen=True)
class LivePage:
    """A published article. ``ref`` is its URL, or its partition where it has none yet."""

    ref: str
    slug: str
    title: str
    idea_id: int
    cluster_id: int
    primary_keyword: str
    secondary_keywords: tuple[str, ...]


def live_pages(session: Session, site_id: int) -> list[LivePage]:
    """A site's published articles, the oldest first."""
    rows = session.execute(
        select(Content, Task)
        .join(Task, Task.id == Content.task_id)
        .where(Content.site_id == site_id, Content.status == "published")
        .order_by(Content.id)
    ).tuples()
    return [
        LivePage(
            content.url or task.partition_key or content.slug,
            content.slug,
            content.title,
            task.idea_id,
            content.cluster_id,
            content.primary_keyword,
            tuple(content.secondary_keywords),
        )
        for content, task in rows
    ]


def own_positions(session: Session, site_id: int) -> Sequence[KeywordPosition]:
    """Where the site itself ranks, the best positions first."""
    return session.scalars(
        select(KeywordPosition)
        .where(
            KeywordPosition.site_id == site_id, KeywordPosition.is_own.is_(True), KeywordPosition.position.is_not(None)
        )
        .order_by(KeywordPosition.position, KeywordPosition.normalized_text, KeywordPosition.id)
    ).all()


def cluster_links(session: Session, site_id: int) -> dict[int, dict[int, int]]:
    """By cluster id: the clusters that share results with it, each with how many."""
    links: dict[int, dict[int, int]] = {}
    for link in session.scalars(select(ClusterLink).where(ClusterLink.site_id == site_id)):
        links.setdefault(link.cluster_id, {})[link.other_id] = link.shared_urls
        links.setdefault(link.other_id, {})[link.cluster_id] = link.shared_urls
    return links


def task_partitions(session: Session, site_id: int) -> dict[int, str]:
    """The article partition of each idea that has a task."""
    rows = session.execute(select(Task.idea_id, Task.partition_key).where(Task.site_id == site_id)).tuples()
    return {idea_id: key for idea_id, key in rows if key}
