"""Keywords, clusters, ideas and tasks: looked up and saved."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources.contracts.vocabulary import PLANNED_KEYWORDS
from igny8_resources.warehouse.tables.planner import ContentIdea, Keyword, KeywordImport
from igny8_resources.warehouse.tables.writer import Task


def staged_imports(session: Session, site_id: int) -> Sequence[KeywordImport]:
    """Files that wait to be loaded, oldest first."""
    return session.scalars(
        select(KeywordImport)
        .where(KeywordImport.site_id == site_id, KeywordImport.status == "staged")
        .order_by(KeywordImport.id)
    ).all()


def keywords_of(session: Session, site_id: int) -> Sequence[Keyword]:
    """The keywords that a site plans with, in an order that does not depend on the database's collation."""
    keywords = session.scalars(select(Keyword).where(Keyword.site_id == site_id, Keyword.status.in_(PLANNED_KEYWORDS)))
    return sorted(keywords, key=lambda keyword: (keyword.normalized_text, keyword.market))


def keyword_count(session: Session, site_id: int) -> int:
    """How many keywords a site has."""
    return session.scalar(select(func.count()).select_from(Keyword).where(Keyword.site_id == site_id)) or 0


def most_searched(session: Session, site_id: int, limit: int = 20) -> Sequence[Keyword]:
    """A site's keywords with the largest known volume."""
    return session.scalars(
        select(Keyword)
        .where(Keyword.site_id == site_id, Keyword.volume.is_not(None))
        .order_by(Keyword.volume.desc(), Keyword.normalized_text)
        .limit(limit)
    ).all()


def ideas_of(session: Session, site_id: int) -> Sequence[ContentIdea]:
    """A site's ideas, the most promising first."""
    return session.scalars(
        select(ContentIdea).where(ContentIdea.site_id == site_id).order_by(ContentIdea.priority.desc(), ContentIdea.id)
    ).all()


def has_idea(session: Session, site_id: int, cluster_id: int, target_keyword: str) -> bool:
    """Whether a cluster has an idea for this target keyword."""
    query = select(ContentIdea.id).where(
        ContentIdea.site_id == site_id,
        ContentIdea.cluster_id == cluster_id,
        ContentIdea.target_keyword == target_keyword,
    )
    return session.scalar(query.limit(1)) is not None


def tasks_of_request(session: Session, request_id: str) -> Sequence[Task]:
    """The tasks that a request brought about."""
    return session.scalars(select(Task).where(Task.request_id == request_id).order_by(Task.id)).all()
