"""What conditions compare: the values of a trigger's fields, read for many events at once.

Values come from the event itself and from the rows it is about as they are now; a row that is gone leaves them unknown.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from igny8_resources.automation.vocabulary import SITE_FIELDS, TRIGGERS, About, TriggerName
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.planner import ClusterKeyword, ContentIdea, Keyword, KeywordImport
from igny8_resources.warehouse.tables.tenancy import Account, Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task

# Far below what SQLite takes in one statement.
SUBJECTS_A_QUERY = 1_000


def facts_of_events(
    session: Session, site: Site, trigger: TriggerName, events: Sequence[Event], named: Collection[str]
) -> dict[int, dict[str, Any]]:
    """The facts about each event, by the event's id; of the site's own fields those that are ``named`` alone."""
    of_site = facts_of_site(session, site, named)
    about = _READERS[TRIGGERS[trigger].about](session, site, events)
    return {event.id: {**event.payload, **about.get(event.subject, {}), **of_site} for event in events}


def facts_of_site(session: Session, site: Site, named: Collection[str]) -> dict[str, Any]:
    """The site's own fields as they are now; each costs a count, so only those that are named are read."""
    return {name: session.scalar(_counts(site)[name]) or 0 for name in SITE_FIELDS if name in named}


def _counts(site: Site) -> Mapping[str, Select[Any]]:
    def of(entity: type[Task | Content | ContentIdea], status: str) -> Select[Any]:
        return select(func.count(entity.id)).where(entity.site_id == site.id, entity.status == status)

    unclustered = (
        select(func.count(Keyword.id))
        .outerjoin(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .where(Keyword.site_id == site.id, ClusterKeyword.id.is_(None))
    )
    return {
        "credit_balance": select(Account.credit_balance).where(Account.id == site.account_id),
        "unclustered_keywords": unclustered,
        "new_ideas": of(ContentIdea, "new"),
        "queued_tasks": of(Task, "queued"),
        "articles_in_review": of(Content, "review"),
        "articles_approved": of(Content, "approved"),
        "articles_published": of(Content, "published"),
    }


def _sliced(subjects: Iterable[Any]) -> Iterable[list[Any]]:
    listed = list(dict.fromkeys(subjects))
    for start in range(0, len(listed), SUBJECTS_A_QUERY):
        yield listed[start : start + SUBJECTS_A_QUERY]


def _none(_session: Session, _site: Site, _events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    return {}


def _imports(session: Session, site: Site, events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    found = {}
    for ids in _sliced(int(event.subject) for event in events if event.subject.isdecimal()):
        rows = select(KeywordImport).where(KeywordImport.id.in_(ids), KeywordImport.site_id == site.id)
        for row in session.scalars(rows):
            names = ("file_name", "tool", "market", "purpose", "origin")
            found[str(row.id)] = {name: getattr(row, name) for name in names}
    return found


def _ideas(session: Session, site: Site, events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    names = ("title", "content_type", "content_structure", "target_keyword", "idea_source", "priority", "status")
    columns = [getattr(ContentIdea, name) for name in names]
    found = {}
    for ids in _sliced(int(event.subject) for event in events if event.subject.isdecimal()):
        rows = select(ContentIdea.id, *columns).where(ContentIdea.id.in_(ids), ContentIdea.site_id == site.id)
        for idea_id, *values in session.execute(rows):
            found[str(idea_id)] = dict(zip(names, values, strict=True))
    return found


def _articles(session: Session, site: Site, events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    of_task = ("title", "content_type", "content_structure", "primary_keyword", "target_words", "status")
    of_content = ("word_count", "version", "checks_passed", "provider", "credits_used")
    columns = [*(getattr(Task, name) for name in of_task), *(getattr(Content, name) for name in of_content)]
    found = {}
    for partitions in _sliced(event.subject for event in events):
        rows = (
            select(Task.partition_key, Task.request_id, *columns)
            .outerjoin(Content, Content.task_id == Task.id)
            .where(Task.partition_key.in_(partitions), Task.site_id == site.id)
        )
        for partition, request_id, *values in session.execute(rows):
            facts = dict(zip((*of_task, *of_content), values, strict=True))
            found[str(partition)] = {**facts, "asked_for": request_id is not None}
    return found


def _videos(session: Session, site: Site, events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    names = ("title", "video_type", "render_preset", "credits_used", "status")
    columns = [getattr(VideoProject, name) for name in names]
    found = {}
    for partitions in _sliced(event.subject for event in events):
        rows = select(VideoProject.partition_key, *columns).where(
            VideoProject.partition_key.in_(partitions), VideoProject.site_id == site.id
        )
        for partition, *values in session.execute(rows):
            found[str(partition)] = dict(zip(names, values, strict=True))
    return found


_READERS: Mapping[About, Any] = {
    "site": _none,
    "import": _imports,
    "clustering": _none,
    "idea": _ideas,
    "article": _articles,
    "video": _videos,
}
