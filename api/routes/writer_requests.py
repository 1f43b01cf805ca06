"""Writer: articles asked for and approved."""

from typing import Annotated, Literal, Self

from fastapi import Response
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Writer
from api.envelope import Asked, Envelope, PlainText, RowId, refusals
from api.idempotency import Post, once
from api.problems import Problem
from api.routes.writer import content_detail
from api.routes.writer_editing import Base, locked_article, version_in
from api.routing import Router
from api.shapes.requests import Accepted
from api.shapes.writer import ContentDetail
from api.submission import IdempotencyKey, Work, require_working, submit
from igny8_resources.requests import Item
from igny8_resources.warehouse.store import approval
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs.names import PLAN_SITE, WRITE_ARTICLE

router = Router(prefix="/writer", tags=["writer"])

MOST_ARTICLES = 50
MOST_TASKS = 500
WRITABLE = ("queued", "failed", "draft", "review")


class GenerateContent(Asked):
    """Which articles to write: tasks by id, or so many new ones for a site."""

    task_ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_TASKS)] | None = Field(
        None, description="Tasks of one site that are queued, failed, draft or in review."
    )
    site: PlainText | None = Field(None, max_length=60, description="The site's key.", examples=["crema-lane"])
    articles: int | None = Field(
        None, ge=1, le=MOST_ARTICLES, description="How many articles to plan and write for the site.", examples=[6]
    )
    mode: Literal["live", "batch"] = Field(
        "live",
        description="`batch` hands the text in through OpenAI's Batch API: half the provider's price, within a day.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_site = self.site is not None and self.articles is not None
        by_task = self.task_ids is not None and self.site is None and self.articles is None
        if not by_task and (self.task_ids is not None or not by_site):
            raise ValueError('send either {"task_ids": [...]} or {"site": "<key>", "articles": n}')
        return self


@router.post(
    "/content/generate/",
    status_code=202,
    summary="Ask for articles",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def generate_content(access: Writer, asked: GenerateContent, key: IdempotencyKey = None) -> Envelope[Accepted]:
    """Have tasks written, or have a number of articles planned and written for a site."""
    if asked.task_ids is not None:
        task_ids = sorted(set(asked.task_ids))
        return submit(
            access,
            key,
            "content",
            {"task_ids": task_ids, **_mode(asked)},
            lambda session: _work_for_tasks(session, task_ids),
        )
    site_key = asked.site or ""
    payload = {"site_key": site_key, "articles": asked.articles, **_mode(asked)}
    return submit(access, key, "plan", payload, lambda session: _work_for_site(session, site_key))


def _mode(asked: GenerateContent) -> dict[str, str]:
    """What the payload says of the mode: nothing of the usual one, so that repeated keys compare with older requests."""
    return {} if asked.mode == "live" else {"mode": asked.mode}


def _work_for_site(session: Session, site_key: str) -> Work:
    site = session.scalar(select(Site).where(Site.key == site_key))
    if site is None:
        raise Problem(404, f"There is no site {site_key!r}.", {"site": ["there is no such site"]})
    require_working(session, site, "planner", "writer")
    return Work(site, [Item(PLAN_SITE, site.key)])


def _work_for_tasks(session: Session, task_ids: list[int]) -> Work:
    tasks = {task.id: task for task in session.scalars(select(Task).where(Task.id.in_(task_ids)))}
    missing = [f"there is no task {task_id}" for task_id in task_ids if task_id not in tasks]
    if missing:
        raise Problem(404, "Some of these tasks do not exist.", {"task_ids": missing})
    site_ids = {task.site_id for task in tasks.values()}
    if len(site_ids) > 1:
        raise Problem(409, "These tasks belong to several sites; ask for one site at a time.")
    site = session.scalars(select(Site).where(Site.id.in_(site_ids))).one()
    require_working(session, site, "writer")
    held_up = [
        f"task {task.id} is {task.status}" if task.partition_key else f"task {task.id} is not ready yet"
        for task in tasks.values()
        if task.status not in WRITABLE or not task.partition_key
    ]
    if held_up:
        raise Problem(409, f"Only tasks that are {', '.join(WRITABLE)} can be written.", {"task_ids": sorted(held_up)})
    return Work(site, [Item(WRITE_ARTICLE, tasks[task_id].partition_key or "") for task_id in task_ids])


@router.post(
    "/content/{id}/approve/",
    summary="Approve an article",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def approve_content(
    access: Writer,
    post: Post,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    base: Base = None,
) -> Envelope[ContentDetail]:
    """Approve an article that is in review and passed its checks; its publication starts by itself.

    With `If-Match` only the version that was read is approved.
    """

    def approved(session: Session) -> Envelope[ContentDetail]:
        content, task, site = locked_article(session, id)
        if base is not None and version_in(base) != content.version:
            raise Problem(
                409,
                f"The text changed in the meantime: it is version {content.version} now. Read it before you approve it.",
                headers={"ETag": f'"{content.version}"'},
            )
        _refuse_what_failed(content)
        try:
            approval.approve(session, content, task, site, by=access.principal.actor)
        except approval.NotApprovable as refused:
            raise Problem(409, f"{refused}.") from refused
        session.flush()
        return Envelope(data=content_detail(session, id), message="Approved.")

    answer = once(access, post, Envelope[ContentDetail], approved, status=200)
    response.headers["ETag"] = f'"{answer.data.version}"'
    return answer


def _refuse_what_failed(content: Content) -> None:
    """Name the checks that stand against an article in review."""
    if content.status != "review" or content.checks_passed:
        return
    failing = {
        name: [str(error) for error in verdict.get("errors") or ["failed"]]
        for name, verdict in content.checks.items()
        if isinstance(verdict, dict) and not verdict.get("passed")
    }
    raise Problem(409, "The article has not passed its checks; errors names those that fail.", failing)
