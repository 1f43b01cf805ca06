"""Writer: tasks, articles and images to read."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from api.access import Reader
from api.envelope import Envelope, Page, PlainText, RowId, refusals
from api.etags import show_tag
from api.filters import SiteQuery
from api.listing import columns_of, list_page
from api.problems import not_found
from api.routing import Router
from api.shapes.writer import (
    ContentDetail,
    ContentItem,
    ImageItem,
    LinkItem,
    OperationCost,
    TaskDetail,
    TaskItem,
    VersionItem,
)
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.warehouse.tables.ledgers import CreditUsage
from igny8_resources.warehouse.tables.publishing import InternalLink
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Image, Task

router = Router(prefix="/writer", tags=["writer"])

TaskStatus = Literal["queued", "draft", "review", "approved", "published", "failed", "cancelled"]


class TaskQuery(SiteQuery):
    """Filters of the task list."""

    entity: ClassVar = Task
    searched: ClassVar = (Task.title, Task.primary_keyword)

    sector: RowId | None = Field(None, description="Only this sector; its id.")
    cluster: RowId | None = Field(None, description="Only this cluster; its id.")
    idea: RowId | None = Field(None, description="Only the task of this idea; its id.")
    status: TaskStatus | None = None
    content_type: ContentType | None = None
    content_structure: ContentStructure | None = None
    request: PlainText | None = Field(None, max_length=40, description="Only what this request brought forth.")
    ordering: Literal["id", "-id", "title", "-title", "status", "-status", "created_at", "-created_at"] = "-id"

    def where(self) -> Iterator[ColumnElement[bool]]:
        """Conditions of the filters; tasks that were taken back are shown to those who ask for them."""
        yield from super().where()
        if self.status is None:
            yield Task.status != "cancelled"


def _tasks(shape: type[TaskItem]) -> Select[Any]:
    columns = [*columns_of(Task, shape), Content.id.label("content_id")]
    return select(*columns).select_from(Task).outerjoin(Content, Content.task_id == Task.id)


@router.get("/tasks/", summary="List tasks", responses=refusals(400, 401, 403, 404))
def list_tasks(access: Reader, request: Request, query: Annotated[TaskQuery, Query()]) -> Page[TaskItem]:
    """Articles to write, the newest first."""
    return list_page(access, request, _tasks(TaskItem), query, TaskItem)


@router.get("/tasks/{id}/", summary="One task", responses=refusals(400, 401, 403, 404))
def read_task(access: Reader, response: Response, id: RowId) -> Envelope[TaskDetail]:  # noqa: A002 - the path's own name
    """One task with its brief; `ETag` is for changing it."""
    with access.read() as session:
        shown = task_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown)


def task_detail(session: Session, task_id: int) -> TaskDetail:
    """One task, whole.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(_tasks(TaskDetail).where(Task.id == task_id)).one_or_none()
    if row is None:
        raise not_found("task")
    return TaskDetail.model_validate(row)


def task_items(session: Session, ids: Sequence[int]) -> list[TaskItem]:
    """Tasks as a list shows them, by id."""
    rows = session.execute(_tasks(TaskItem).where(Task.id.in_(ids)).order_by(Task.id))
    return [TaskItem.model_validate(row) for row in rows]


class ContentQuery(SiteQuery):
    """Filters of the article list."""

    entity: ClassVar = Content
    searched: ClassVar = (Content.title, Content.primary_keyword, Content.slug)

    sector: RowId | None = Field(None, description="Only this sector; its id.")
    cluster: RowId | None = Field(None, description="Only this cluster; its id.")
    task: RowId | None = Field(None, description="Only the article of this task; its id.")
    status: TaskStatus | None = None
    content_type: ContentType | None = None
    content_structure: ContentStructure | None = None
    checks_passed: bool | None = Field(None, description="Whether nothing stands against publication.")
    source: PlainText | None = Field(None, max_length=20)
    ordering: Literal[
        "id",
        "-id",
        "title",
        "-title",
        "status",
        "-status",
        "word_count",
        "-word_count",
        "created_at",
        "-created_at",
        "updated_at",
        "-updated_at",
        "published_at",
        "-published_at",
    ] = "-id"


@router.get("/content/", summary="List articles", responses=refusals(400, 401, 403, 404))
def list_content(access: Reader, request: Request, query: Annotated[ContentQuery, Query()]) -> Page[ContentItem]:
    """Articles without their text, the newest first."""
    return list_page(access, request, select(*columns_of(Content, ContentItem)), query, ContentItem)


@router.get("/content/{id}/", summary="One article", responses=refusals(400, 401, 403, 404))
def read_content(access: Reader, response: Response, id: RowId) -> Envelope[ContentDetail]:  # noqa: A002 - the path's own name
    """One article with its HTML, checks, JSON-LD, versions, images, links and cost; `ETag` is its version."""
    with access.read() as session:
        detail = content_detail(session, id)
        response.headers["ETag"] = f'"{detail.version}"'
        return Envelope(data=detail)


def content_detail(session: Session, content_id: int) -> ContentDetail:
    """One article, whole.

    Raises:
        Problem: 404, there is none.
    """
    columns = [*columns_of(Content, ContentDetail), Task.partition_key]
    row = session.execute(
        select(*columns).join(Task, Task.id == Content.task_id).where(Content.id == content_id)
    ).one_or_none()
    if row is None:
        raise not_found("article")
    versions = session.execute(
        select(*columns_of(ContentVersion, VersionItem))
        .where(ContentVersion.content_id == content_id)
        .order_by(ContentVersion.version.desc())
    )
    images = session.execute(
        select(*columns_of(Image, ImageItem)).where(Image.content_id == content_id).order_by(Image.position)
    )
    links = session.execute(
        select(*columns_of(InternalLink, LinkItem))
        .where((InternalLink.source_content_id == content_id) | (InternalLink.target_content_id == content_id))
        .order_by(InternalLink.id)
    )
    shown = [LinkItem.model_validate(link) for link in links]
    return ContentDetail(
        **row._mapping,
        versions=[VersionItem.model_validate(version) for version in versions],
        images=[ImageItem.model_validate(image) for image in images],
        links_out=[link for link in shown if link.source_content_id == content_id],
        links_in=[link for link in shown if link.target_content_id == content_id],
        credits=cost_by_operation(session, CreditUsage.subject == row.partition_key),
    )


def cost_by_operation(session: Session, *conditions: ColumnElement[bool]) -> list[OperationCost]:
    """What was spent, by operation, the dearest first."""
    rows = session.execute(
        select(
            CreditUsage.operation,
            func.count(CreditUsage.id).label("calls"),
            func.sum(CreditUsage.units).label("units"),
            func.sum(CreditUsage.credits).label("credits"),
            func.sum(CreditUsage.list_credits).label("list_credits"),
        )
        .where(*conditions)
        .group_by(CreditUsage.operation)
        .order_by(func.sum(CreditUsage.list_credits).desc(), CreditUsage.operation)
    )
    return [OperationCost.model_validate(row) for row in rows]


class ImageQuery(SiteQuery):
    """Filters of the image list."""

    entity: ClassVar = Image
    searched: ClassVar = (Image.alt_text, Image.caption, Image.headline)

    content: RowId | None = Field(None, description="Only images of this article; its id.")
    task: RowId | None = Field(None, description="Only images of this task's article; its id.")
    role: Literal["featured", "in_article"] | None = None
    status: PlainText | None = Field(None, max_length=20)
    ordering: Literal["id", "-id", "position", "-position", "created_at", "-created_at"] = "-id"

    def where(self) -> Iterator[ColumnElement[bool]]:
        """Conditions of the filters."""
        yield from super().where()
        if self.task is not None:
            yield Image.content_id.in_(select(Content.id).where(Content.task_id == self.task))


@router.get("/images/", summary="List images", responses=refusals(400, 401, 403, 404))
def list_images(access: Reader, request: Request, query: Annotated[ImageQuery, Query()]) -> Page[ImageItem]:
    """Pictures of articles, the newest first."""
    return list_page(access, request, select(*columns_of(Image, ImageItem)), query, ImageItem)


@router.get("/images/{id}/", summary="One image", responses=refusals(400, 401, 403, 404))
def read_image(access: Reader, response: Response, id: RowId) -> Envelope[ImageItem]:  # noqa: A002 - the path's own name
    """One picture with its prompt and files; `ETag` is for changing it."""
    with access.read() as session:
        shown = image_item(session, id)
        show_tag(response, shown)
        return Envelope(data=shown)


def image_item(session: Session, image_id: int) -> ImageItem:
    """One picture.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(select(*columns_of(Image, ImageItem)).where(Image.id == image_id)).one_or_none()
    if row is None:
        raise not_found("image")
    return ImageItem.model_validate(row)
