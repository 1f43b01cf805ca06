"""The gate before work that starts from a published article."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.problems import Problem
from api.submission import require_working
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task


@dataclass(frozen=True)
class PublishedArticle:
    """A published article: its row's id, its Dagster partition and its site."""

    content_id: int
    partition: str
    site: Site


def published_article(session: Session, content_id: int, module: str) -> PublishedArticle:
    """The article to start from.

    Raises:
        Problem: 404, there is no such article; 409, it is not published.
        ModuleDisabled: the module that would do the work is off.
    """
    row = session.execute(
        select(Content.status, Task.partition_key, Site)
        .join(Task, Task.id == Content.task_id)
        .join(Site, Site.id == Content.site_id)
        .where(Content.id == content_id)
    ).one_or_none()
    if row is None:
        raise Problem(404, "There is no article with this id.", {"content_id": ["there is no such article"]})
    status, partition, site = row
    require_working(session, site, module)
    if status != "published" or partition is None:
        raise Problem(409, f"The article is {status}; it has to be published first.", {"content_id": [f"is {status}"]})
    return PublishedArticle(content_id, partition, site)
