"""The service itself: whether it is well, and how far work is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import Anyone, Reader, Writer
from api.envelope import Envelope, PlainText, Shape, refusals
from api.links import content_path, posts_of_content_path, tasks_of_request_path, video_path
from api.problems import Problem, database_trouble, not_found
from api.shapes.requests import ProgressItem, TaskProgress
from api.version import VERSION
from igny8_resources.ai.routing import OFFLINE, Routing
from igny8_resources.requests import cancel_request, progress_of
from igny8_resources.warehouse.migrate import HEAD
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names

router = APIRouter(prefix="/system", tags=["system"])


class Health(Shape):
    """The service is well."""

    status: Literal["ok"] = "ok"
    version: str
    database: Literal["reachable"] = "reachable"
    schema_revision: str


@router.get("/health/", summary="Whether the service is well", responses=refusals())
def read_health(service: Anyone) -> Envelope[Health]:
    """200 when the warehouse answers and has this program's schema, 503 when not. Needs no sign-in."""
    trouble = database_trouble(service.warehouse)
    if trouble is not None:
        raise Problem(503, trouble)
    return Envelope(data=Health(version=VERSION, schema_revision=HEAD))


class Status(Shape):
    """How the service and the account's work are."""

    version: str
    database: str = Field(description="sqlite or postgresql.")
    schema_revision: str
    media_store: Literal["folder", "s3"]
    text_models: list[str] = Field(description="Connections and models that write, the first choice first.")
    image_models: list[str] = Field(description="Connections and models that make pictures, the first choice first.")
    requests: dict[str, int] = Field(description="The account's requests by status.")
    oldest_queued_seconds: int | None = Field(
        description="How long the oldest queued request has waited; when it grows, the daemon is not running."
    )


@router.get("/status/", summary="State of the service and of the account's requests", responses=refusals(401, 403))
def read_status(access: Reader) -> Envelope[Status]:
    """What the service runs on and how many requests are where."""
    settings = access.service.settings
    with access.read() as session:
        counted = session.execute(
            select(Request.status, func.count(Request.id)).group_by(Request.status).order_by(Request.status)
        )
        requests = dict(counted.tuples().all())
        oldest = session.scalar(select(func.min(Request.created_at)).where(Request.status == "queued"))
    routing = Routing(settings, access.service.warehouse)
    return Envelope(
        data=Status(
            version=VERSION,
            database="sqlite" if access.service.warehouse.is_sqlite else "postgresql",
            schema_revision=HEAD,
            media_store="s3" if settings.media.startswith("s3://") else "folder",
            text_models=_chain(routing, "text"),
            image_models=_chain(routing, "image"),
            requests=requests,
            oldest_queued_seconds=None if oldest is None else max(0, int((utc_now() - oldest).total_seconds())),
        )
    )


def _chain(routing: Routing, kind: str) -> list[str]:
    return [f"{connection}/{model}" for connection, model in routing.configured(kind)] or [OFFLINE]


@router.get(
    "/settings/task_progress/{task_id}/", summary="How far a request is", responses=refusals(400, 401, 403, 404)
)
def read_progress(access: Reader, task_id: Annotated[PlainText, Path(max_length=40)]) -> Envelope[TaskProgress]:
    """Phase, percentage and message of a request and of each of its pieces; links to what came of it."""
    with access.read() as session:
        request = session.scalar(select(Request).where(Request.id == task_id))
        if request is None:
            raise not_found("request")
        items = session.scalars(
            select(RequestItem).where(RequestItem.request_id == request.id).order_by(RequestItem.id)
        ).all()
        progress = progress_of(session, request)
        results = _results(session, request, items)
        shown = [
            ProgressItem(
                subject=item.subject,
                job=item.job,
                status=item.status,
                phase=item.phase,
                message=item.message,
                run_id=item.run_id,
                result_url=results.get(item.id),
            )
            for item in items
        ]
        return Envelope(
            data=TaskProgress(
                task_id=request.id,
                kind=request.kind,
                status=progress.status,
                phase=progress.phase,
                message=progress.message,
                percentage=progress.percent,
                total=progress.total,
                done=progress.done,
                failed=progress.failed,
                items=shown,
                result_urls=list(dict.fromkeys(results.values())) if request.finished_at else [],
                created_at=request.created_at,
                updated_at=request.updated_at,
                finished_at=request.finished_at,
            )
        )


@router.post(
    "/settings/task_progress/{task_id}/cancel/", summary="Stop a request", responses=refusals(400, 401, 403, 404, 409)
)
def cancel(access: Writer, task_id: Annotated[PlainText, Path(max_length=40)]) -> Envelope[TaskProgress]:
    """Begin nothing further of a request. Articles under way end before their next stage; what is done stays."""
    with access.write() as session:
        request = session.scalar(select(Request).where(Request.id == task_id))
        if request is None:
            raise not_found("request")
        if not cancel_request(session, request.id, actor=access.principal.actor):
            raise Problem(409, f"The request is {request.status}; there is nothing to stop.")
    return read_progress(access, task_id)


def _results(session: Session, request: Request, items: Sequence[RequestItem]) -> Mapping[int, str]:
    """Where to find what each finished item brought forth, by the item's id."""
    subjects = [item.subject for item in items if item.status == "done"]
    articles = dict(
        session.execute(
            select(Task.partition_key, Content.id)
            .join(Content, Content.task_id == Task.id)
            .where(Task.partition_key.in_(subjects))
        )
        .tuples()
        .all()
    )
    by_article = dict(
        session.execute(
            select(Task.partition_key, VideoProject.id)
            .join(Content, Content.task_id == Task.id)
            .join(VideoProject, VideoProject.content_id == Content.id)
            .where(
                Task.partition_key.in_(subjects),
                VideoProject.video_type == request.payload.get("video_type"),
                VideoProject.render_preset == request.payload.get("render_preset"),
            )
        )
        .tuples()
        .all()
    )
    by_partition = dict(
        session.execute(
            select(VideoProject.partition_key, VideoProject.id).where(VideoProject.partition_key.in_(subjects))
        )
        .tuples()
        .all()
    )
    videos = {**by_article, **by_partition}
    found: dict[int, str] = {}
    for item in items:
        if item.status != "done":
            continue
        if item.job == names.PLAN_SITE:
            found[item.id] = tasks_of_request_path(request.id)
        elif item.job in {names.CREATE_VIDEO_PROJECT, names.RENDER_VIDEO}:
            if item.subject in videos:
                found[item.id] = video_path(videos[item.subject])
        elif item.subject in articles:
            is_social = item.job == names.DRAFT_SOCIAL_POSTS
            article = articles[item.subject]
            found[item.id] = posts_of_content_path(article) if is_social else content_path(article)
    return found
