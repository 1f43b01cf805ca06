"""Sources of tasks: added, looked up, removed; what a brief and a check see of them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from igny8_resources.contracts.sources import CitableSource
from igny8_resources.contracts.writer import Source
from igny8_resources.warehouse.tables.writer import Task, TaskSource

MOST_SOURCES = 20


class UnknownSource(LookupError):
    """The task has no source with this key."""

    def __init__(self, partition: str, key: str) -> None:
        super().__init__(f"{partition} has no source {key!r}; `igny8 task sources list {partition}` shows them")


class TooManySources(ValueError):
    """A task has as many sources as it may have."""

    def __init__(self) -> None:
        super().__init__(f"a task has at most {MOST_SOURCES} sources; remove one that matters less")


def sources_of(session: Session, task_id: int) -> Sequence[TaskSource]:
    """A task's sources in the order in which they were added, without their text."""
    return session.scalars(select(TaskSource).where(TaskSource.task_id == task_id).order_by(TaskSource.id)).all()


def source_of(session: Session, task: Task, key: str) -> TaskSource:
    """One source of a task.

    Raises:
        UnknownSource: there is none with this key.
    """
    source = session.scalar(select(TaskSource).where(TaskSource.task_id == task.id, TaskSource.key == key))
    if source is None:
        raise UnknownSource(task.partition_key or f"task {task.id}", key)
    return source


def add_source(
    session: Session, task: Task, *, url: str = "", title: str = "", text: str = "", media_key: str = ""
) -> TaskSource:
    """Add a source; one with text is ready, one with an address alone waits to be read. The same address is added once.

    Raises:
        TooManySources: the task has its fill.
    """
    # Two people who add at the same time must not both get s3.
    session.scalars(select(Task).where(Task.id == task.id).with_for_update(key_share=True)).one()
    known = sources_of(session, task.id)
    if url and (same := next((source for source in known if source.url == url), None)):
        return same
    if len(known) >= MOST_SOURCES:
        raise TooManySources
    number = max((int(source.key.removeprefix("s")) for source in known), default=0) + 1
    source = TaskSource(
        account_id=task.account_id, site_id=task.site_id, task_id=task.id, key=f"s{number}", url=url, title=title[:300]
    )
    session.add(source)
    if text:
        fill_source(source, title=title, text=text)
    source.media_key = media_key
    session.flush()
    return source


def fill_source(source: TaskSource, *, title: str, text: str) -> None:
    """Keep what was read of a source; a title that an editor gave stays."""
    source.title = source.title or title[:300]
    source.text, source.characters = text, len(text)
    source.status, source.error = "ready", ""
    source.passages, source.chosen_for = [], ""


def remove_source(session: Session, task: Task, key: str) -> None:
    """Remove a source of a task; what the article cites of it becomes a finding of the next check.

    Raises:
        UnknownSource: there is none with this key.
    """
    session.delete(source_of(session, task, key))
    session.flush()


def brief_sources(session: Session, task_id: int) -> tuple[Source, ...]:
    """What the brief carries of a task's sources: those of which passages were chosen."""
    return tuple(
        Source(id=source.key, title=source.title, passages=tuple(source.passages))
        for source in sources_of(session, task_id)
        if source.status == "ready" and source.passages
    )


def citable_sources(session: Session, task_id: int, *, with_text: bool = False) -> list[CitableSource]:
    """A task's sources that have been read; with all of their text for checks, without it for renderers."""
    query = (
        select(TaskSource).where(TaskSource.task_id == task_id, TaskSource.status == "ready").order_by(TaskSource.id)
    )
    rows = session.scalars(query.options(undefer(TaskSource.text)) if with_text else query)
    return [CitableSource(id=row.key, title=row.title, url=row.url, text=row.text if with_text else "") for row in rows]
