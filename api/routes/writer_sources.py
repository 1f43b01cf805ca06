"""Writer: the documents that a task's article may cite."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access, Reader, Writer
from api.envelope import Envelope, PlainText, RowId, refusals
from api.idempotency import Post, once_answered
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.writer_editing import AddSource, SourceItem
from igny8_resources.warehouse.store import sources as store
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task, TaskSource

router = Router(prefix="/writer", tags=["writer"])


@router.get("/tasks/{id}/sources/", summary="List a task's sources", responses=refusals(400, 401, 403, 404))
def list_sources(access: Reader, id: RowId) -> Envelope[list[SourceItem]]:  # noqa: A002 - the path's own name
    """The documents that the article may cite, in the order in which they were added."""
    with access.read() as session:
        task = _task(session, id)
        return Envelope(data=[_shown(source) for source in store.sources_of(session, task.id)])


@router.post(
    "/tasks/{id}/sources/",
    status_code=201,
    summary="Add a source",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def add_source(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: AddSource,
    post: Post,
) -> Envelope[SourceItem]:
    """Add a public page or a document's text; a page is read at once, and `status` says whether that worked.

    The article cites it from its next writing on.
    """
    return once_answered(access, post, Envelope[SourceItem], lambda: _added(access, id, asked), status=201)


def _added(access: Access, task_id: int, asked: AddSource) -> Envelope[SourceItem]:
    from igny8_assets.writer.source_reading import SourceRefused
    from igny8_assets.writer.sources import name_address, read_address, read_document
    from igny8_resources.web_pages import PageUnreadable

    with access.read() as session:
        task = _task(session, task_id)
        site = session.scalars(select(Site).where(Site.id == task.site_id)).one()
        require_module(session, site, "writer")
        prefix = f"accounts/{site.account_id}/{site.key}"
    try:
        document = None
        if asked.text is not None:
            document = read_document(access.service.media, prefix, asked.name or "", asked.text.encode())
        with access.write() as session:
            task = _task(session, task_id)
            if document is None:
                source = name_address(session, task, asked.url or "", title=asked.title)
            else:
                title = asked.title or document.title
                source = store.add_source(session, task, title=title, text=document.text, media_key=document.media_key)
        if source.status != "ready":
            source = read_address(access.warehouse, source.id)
    except (PageUnreadable, SourceRefused) as refused:
        raise Problem(400, "This source cannot be used.", {"url" if asked.url else "text": [str(refused)]}) from refused
    except store.TooManySources as full:
        raise Problem(409, f"{str(full).capitalize()}.") from full
    return Envelope(data=_shown(source), message="Added." if source.status == "ready" else source.error)


@router.delete("/tasks/{id}/sources/{key}/", summary="Remove a source", responses=refusals(400, 401, 403, 404))
def remove_source(access: Writer, id: RowId, key: PlainText) -> Envelope[list[SourceItem]]:  # noqa: A002 - the path's own name
    """Remove a source; what the article cites of it is reported by its next check. The answer is what is left."""
    with access.write() as session:
        task = _task(session, id)
        try:
            store.remove_source(session, task, key)
        except store.UnknownSource as unknown:
            raise not_found("source") from unknown
        return Envelope(data=[_shown(source) for source in store.sources_of(session, task.id)], message="Removed.")


def _task(session: Session, task_id: int) -> Task:
    task = session.scalar(select(Task).where(Task.id == task_id))
    if task is None:
        raise not_found("task")
    return task


def _shown(source: TaskSource) -> SourceItem:
    return SourceItem(
        id=source.id,
        key=source.key,
        title=source.title,
        url=source.url,
        status=source.status,
        error=source.error,
        characters=source.characters,
        characters_in_brief=sum(len(passage) for passage in source.passages),
        created_at=source.created_at,
    )
