"""Requests for work: listed, followed by asking or by listening, stopped."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Header, Path, Query, Response
from fastapi import Request as HttpRequest
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import Field
from sqlalchemy import ColumnElement, String, bindparam, func, select
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.access import Access, AskingReader, Reader, Writer, access_of
from api.envelope import Envelope, Page, PlainText, refusals
from api.filters import SiteQuery
from api.links import content_path, posts_of_content_path, tasks_of_request_path, video_path
from api.listing import columns_of, list_page
from api.problems import Problem, not_found
from api.progress_watch import Followed, Listener, ProgressWatch, followed
from api.routing import Router
from api.shapes.requests import ProgressEvent, ProgressItem, RequestRow, TaskProgress
from api.tenancy import ScopedQuestion
from igny8_resources.contracts.vocabulary import RequestKind
from igny8_resources.requests import cancel_request, progress_by
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names

router = Router(prefix="/system", tags=["system"])

RequestStatus = Literal["queued", "launched", "running", "done", "failed", "cancelled"]
TaskId = Annotated[PlainText, Path(max_length=40, description="The `task_id` of the answer to a request for work.")]
# How long a listener that lost its connection waits before it comes back, and one that was refused.
RETRY_MILLISECONDS = 3000
SECONDS_AFTER_TOO_MANY = 15


class TaskQuery(SiteQuery):
    """Filters of the list of requests."""

    entity: ClassVar = Request
    searched: ClassVar = (Request.message,)

    status: list[RequestStatus] | None = Field(None, description="Only these; repeat it for several.")
    kind: RequestKind | None = Field(None, description="Only this kind of work.")
    ordering: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = Field(
        "-created_at", description="The newest first, unless asked otherwise."
    )

    def equal(self) -> Iterator[ColumnElement[bool]]:
        """Conditions of the filters."""
        if self.kind is not None:
            yield Request.kind == self.kind
        if self.status:
            yield Request.status.in_(self.status)


def _items(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count(RequestItem.id))
        .where(RequestItem.request_id == Request.id, *conditions)
        .correlate(Request)
        .scalar_subquery()
    )


@router.get("/settings/tasks/", summary="Requests for work", responses=refusals(400, 401, 403, 404))
def list_tasks(access: Reader, request: HttpRequest, query: Annotated[TaskQuery, Query()]) -> Page[RequestRow]:
    """What was asked for on the caller's sites, and how far it is."""
    statement = select(
        Request.id.label("task_id"),
        Request.kind,
        Site.key.label("site"),
        Request.status,
        Request.phase,
        Request.message,
        _items().label("total"),
        _items(RequestItem.status == "done").label("done"),
        _items(RequestItem.status == "failed").label("failed"),
        Request.created_at,
        Request.updated_at,
        Request.finished_at,
    ).outerjoin(Site, Site.id == Request.site_id)
    return list_page(access, request, statement, query, RequestRow)


@router.get(
    "/settings/task_progress/{task_id}/", summary="How far a request is", responses=refusals(400, 401, 403, 404)
)
def read_progress(access: AskingReader, task_id: TaskId) -> Envelope[TaskProgress]:
    """Phase, percentage and message of a request and of each of its pieces; links to what came of it."""
    found = access.ask(_ONE_REQUEST, task_id=task_id)
    if not found:
        raise not_found("request")
    # A large request has thousands of pieces, and clients ask every few seconds.
    items = access.ask(_ITS_ITEMS, task_id=task_id)
    [request] = found
    payload = request.pop("payload")
    progress = progress_by(
        request["status"], request["phase"], request["message"], ((item["status"], item["phase"]) for item in items)
    )
    results = _results(access, task_id, payload, items)
    shown = TaskProgress.model_validate(
        {
            **request,
            "percentage": progress.percent,
            "total": progress.total,
            "done": progress.done,
            "failed": progress.failed,
            "cancelled_by": payload.get("cancelled_by"),
            "items": [{**item, "result_url": results.get(item["id"])} for item in items],
            "result_urls": list(dict.fromkeys(results.values())) if request["finished_at"] else [],
        }
    )
    return Envelope[TaskProgress](data=shown)


_task_id = bindparam("task_id", type_=String)
_ONE_REQUEST = ScopedQuestion(
    select(
        Request.id.label("task_id"),
        Request.kind,
        Request.payload,
        Request.status,
        Request.phase,
        Request.message,
        Request.done.label("phase_done"),
        Request.total.label("phase_total"),
        Request.created_at,
        Request.updated_at,
        Request.finished_at,
    ).where(Request.id == _task_id)
)
_ITS_ITEMS = ScopedQuestion(
    select(RequestItem.id, *columns_of(RequestItem, ProgressItem))
    .where(RequestItem.request_id == _task_id)
    .order_by(RequestItem.id)
)


@router.post(
    "/settings/task_progress/{task_id}/cancel/", summary="Stop a request", responses=refusals(400, 401, 403, 404, 409)
)
def cancel(access: Writer, task_id: TaskId) -> Envelope[TaskProgress]:
    """Stop a request for good: nothing further of it begins, and its runs are ended within seconds.

    What is done stays. Work that another request waits for as well goes on. A request that has ended is a 409.
    """
    with access.write() as session:
        request = session.scalar(select(Request).where(Request.id == task_id))
        if request is None:
            raise not_found("request")
        if not cancel_request(session, request.id, actor=access.principal.actor):
            raise Problem(409, f"The request is {request.status}; there is nothing to stop.")
    return read_progress(access, task_id)


class _ProgressStream(StreamingResponse):
    """A stream of events that gives its listener's place back whichever way it ends."""

    def __init__(self, events: AsyncIterator[bytes], watch: ProgressWatch, listener: Listener) -> None:
        # A proxy that collects an answer before it passes it on would hold every event back.
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._watch = watch
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watch.leave(self._listener)


# One event of the stream; heartbeats have neither data nor a name.
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "const": "progress"},
        "id": {"type": "string"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": ProgressEvent.model_json_schema(mode="serialization"),
        },
        "retry": {"type": "integer", "minimum": 0},
    },
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`progress` events, each with the `ProgressEvent` as JSON; a comment where nothing is new.",
        "content": {"text/event-stream": {"itemSchema": _EVENT}},
    },
    204: {"description": "The request has ended and `Last-Event-ID` is its last event: there is nothing to come."},
}


@router.get(
    "/settings/task_progress/{task_id}/events/",
    summary="Listen to a request",
    response_class=StreamingResponse,
    responses=_EVENTS | refusals(400, 401, 403, 404, 429),
)
async def listen(
    access: Reader,
    http: HttpRequest,
    task_id: TaskId,
    last_event_id: Annotated[
        PlainText | None,
        Header(alias="Last-Event-ID", max_length=40, description="What was heard last; a browser sends it by itself."),
    ] = None,
) -> Response:
    """Server-sent events: how far the request is now, then every change, until it has ended.

    A comment every 15 seconds keeps the connection open. It closes when the access token expires or its sign-in ends:
    come back with a new one.
    """
    now = await run_in_threadpool(followed, access, {task_id: ""})
    found = now.get(task_id)
    if found is None:
        raise not_found("request")
    if found.has_ended and last_event_id == found.version:
        return Response(status_code=204)
    watch: ProgressWatch = http.app.state.progress
    listener = watch.join(access, task_id, found)
    if listener is None:
        raise Problem(
            429,
            f"You listen to {watch.most_a_user} requests already; close one of them first.",
            headers={"Retry-After": str(SECONDS_AFTER_TOO_MANY)},
        )
    token = http.headers["authorization"].partition(" ")[2]
    return _ProgressStream(_events(watch, listener, access, token, last_event_id), watch, listener)


async def _events(
    watch: ProgressWatch, listener: Listener, access: Access, token: str, heard: str | None
) -> AsyncIterator[bytes]:
    yield format_sse_event(retry=RETRY_MILLISECONDS)
    newest: Followed | None = listener.newest
    while newest is not None:
        if newest.version != heard:
            heard = newest.version
            yield format_sse_event(event="progress", data_str=newest.event.model_dump_json(), id=heard)
        if newest.has_ended:
            return
        changed = await listener.next(watch.heartbeat)
        if changed:
            newest = listener.newest
            continue
        try:
            await run_in_threadpool(access_of, access.service, token)
        except Problem:
            # The token has expired, or its sign-in or account has ended: whoever it was asks again with a new one.
            return
        yield format_sse_event(comment="still here")


def _results(
    access: Access, task_id: str, payload: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> Mapping[int, str]:
    """Where to find what each finished item brought forth, by the item's id."""
    done = [item for item in items if item["status"] == "done"]
    if not done:
        return {}
    subjects = [item["subject"] for item in done]
    with access.read() as session:
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
                    VideoProject.video_type == payload.get("video_type"),
                    VideoProject.render_preset == payload.get("render_preset"),
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
    for item in done:
        subject = item["subject"]
        if item["job"] == names.PLAN_SITE:
            found[item["id"]] = tasks_of_request_path(task_id)
        elif item["job"] in {names.CREATE_VIDEO_PROJECT, names.RENDER_VIDEO}:
            if subject in videos:
                found[item["id"]] = video_path(videos[subject])
        elif subject in articles:
            is_social = item["job"] == names.DRAFT_SOCIAL_POSTS
            article = articles[subject]
            found[item["id"]] = posts_of_content_path(article) if is_social else content_path(article)
    return found
