"""What the pages about work show: requests under way with their progress, and those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api.problems import not_found
from igny8_resources.daemon_heartbeats import daemon_state
from igny8_resources.requests import PHASES, progress_of
from igny8_resources.settings import Settings
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site, User
from igny8_resources.warehouse.tables.writer import Content, Task

OPEN = ("queued", "launched", "running")
PAGE = 30
MOST_ITEMS = 200
MOST_OPEN = 50
KINDS = {
    "import": "Import of keywords",
    "plan": "Planning and articles",
    "content": "Articles",
    "social": "Social posts",
    "video": "Video",
    "video_publish": "Video publication",
}
# Pieces that are about no single article, by their job.
PIECES = {"load_keywords": "The keyword file", "plan_site": "What to write", "build_site": "The built site"}
JOBS = {
    "load_keywords": "reading keywords",
    "plan_site": "clusters, ideas, choice",
    "write_article": "text, pictures, structured data, links, checks",
    "complete_article": "pictures, structured data, links, checks",
    "publish_article": "publication",
    "build_site": "pages of the site",
    "draft_social_posts": "social posts",
    "create_video_project": "script and scenes of a video",
    "render_video": "pictures and sound of a video",
    "publish_video": "publication of a video",
}
# A launch takes some seconds; what waits longer may wait for a daemon that does not run.
PATIENCE = timedelta(seconds=25)
PHASE_WORDS = {
    "INIT": "getting ready",
    "PREP": "gathering what is known",
    "AI_CALL": "asking the model",
    "PARSE": "reading the answer",
    "SAVE": "saving",
    "DONE": "done",
}


@dataclass(frozen=True)
class WorkLine:
    """One request: what it is, how far it is, who asked."""

    id: str
    title: str
    site: str
    asked_by: str
    status: str
    phase: str
    message: str
    done: int
    failed: int
    total: int
    percent: int
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still under way."""
        return self.status in OPEN

    @property
    def counted(self) -> str:
        """``3 of 6`` and what failed, in words."""
        said = f"{self.done} of {self.total} done"
        return f"{said}, {self.failed} failed" if self.failed else said


@dataclass(frozen=True)
class ItemLine:
    """One piece of a request; ``content_id`` is the article that it is about, once there is one."""

    job: str
    status: str
    phase: str
    message: str
    title: str
    content_id: int | None


@dataclass(frozen=True)
class WorkPage:
    """Requests under way, and a page of those that ended."""

    running: list[WorkLine]
    ended: list[WorkLine]
    page: int
    has_more: bool


@dataclass(frozen=True)
class RequestPage:
    """One request with its pieces; ``unlisted`` is how many more there are."""

    line: WorkLine
    items: list[ItemLine]
    unlisted: int


def running_work(session: Session, site: Site | None = None) -> list[WorkLine]:
    """What is under way, the newest first."""
    statement = _requests(site).where(Request.status.in_(OPEN)).limit(MOST_OPEN)
    return _lines(session, session.execute(statement).all())


def work_page(session: Session, site: Site | None, page: int) -> WorkPage:
    """What is under way and what ended, the newest first; a constant number of queries."""
    ended = session.execute(
        _requests(site).where(Request.status.not_in(OPEN)).limit(PAGE + 1).offset((page - 1) * PAGE)
    ).all()
    return WorkPage(running_work(session, site), _lines(session, ended[:PAGE]), page, len(ended) > PAGE)


def request_page(session: Session, request_id: str) -> RequestPage:
    """One request, whole.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(_requests(None).where(Request.id == request_id)).one_or_none()
    if row is None:
        raise not_found("request")
    [line] = _lines(session, [row], exact=True)
    order = case({"running": 0, "failed": 1, "queued": 2, "waiting": 3}, value=RequestItem.status, else_=4)
    items = session.execute(
        select(RequestItem, Task.title, Content.id)
        .outerjoin(Task, Task.partition_key == RequestItem.subject)
        .outerjoin(Content, Content.task_id == Task.id)
        .where(RequestItem.request_id == request_id)
        .order_by(order, RequestItem.id)
        .limit(MOST_ITEMS)
    ).tuples()
    shown = [
        ItemLine(
            JOBS.get(item.job, item.job.replace("_", " ")),
            item.status,
            PHASE_WORDS.get(item.phase, item.phase),
            item.message,
            title or PIECES.get(item.job, item.subject),
            content_id,
        )
        for item, title, content_id in items
    ]
    return RequestPage(line, shown, max(0, line.total - len(shown)))


def waits_in_vain(settings: Settings, lines: Sequence[WorkLine]) -> bool:
    """Whether something waits longer than a launch takes while Dagster's daemon has not been heard of."""
    now = utc_now()
    if not any(line.status == "queued" and now - line.created_at > PATIENCE for line in lines):
        return False
    state = daemon_state(settings)
    return state is not None and not state.is_alive(now)


def _requests(site: Site | None) -> Any:
    statement = (
        select(Request, Site.name, User.email)
        .outerjoin(Site, Site.id == Request.site_id)
        .outerjoin(User, User.id == Request.user_id)
        .order_by(Request.created_at.desc(), Request.id)
    )
    return statement if site is None else statement.where(Request.site_id == site.id)


def _lines(session: Session, rows: Sequence[Any], *, exact: bool = False) -> list[WorkLine]:
    """``exact`` counts the phases of every piece as well, which is for one request at a time."""
    ids = [request.id for request, _, _ in rows]
    counted = session.execute(
        select(RequestItem.request_id, RequestItem.status, func.count(RequestItem.id))
        .where(RequestItem.request_id.in_(ids))
        .group_by(RequestItem.request_id, RequestItem.status)
    ).tuples()
    counts: dict[str, dict[str, int]] = {}
    for request_id, status, count in counted:
        counts.setdefault(request_id, {})[status] = count
    lines = []
    for request, site, email in rows:
        of_request = counts.get(request.id, {})
        total, done, failed = sum(of_request.values()), of_request.get("done", 0), of_request.get("failed", 0)
        if exact:
            percent = progress_of(session, request).percent
        else:
            begun = of_request.get("running", 0) * PHASES.index(request.phase) / len(PHASES)
            percent = 100 if request.status == "done" else min(99, round(100 * (done + failed + begun) / max(1, total)))
        lines.append(
            WorkLine(
                request.id,
                KINDS.get(request.kind, request.kind),
                site or "",
                email or "automation",
                request.status,
                PHASE_WORDS.get(request.phase, request.phase),
                request.message,
                done,
                failed,
                total,
                percent,
                request.created_at,
                request.finished_at,
            )
        )
    return lines
