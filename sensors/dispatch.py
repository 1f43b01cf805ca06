"""What happened decides what runs: events and requests become work items.

Belongs here: the rules, as plain queries on the warehouse, the same for Dagster's sensors and for the command line. Does not
belong here: Dagster. Every rule looks at the state as it is now, so that an event read twice asks for nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from igny8_resources.events import position_of
from igny8_resources.warehouse.store.cursors import read_cursor, site_build_reader
from igny8_resources.warehouse.store.sites import module_enabled, stage_rule
from igny8_resources.warehouse.store.video import videos_left_today
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.planner import ClusterKeyword, Keyword, KeywordImport
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names

# The events that rules listen to; readers ask for these alone.
EVENT_KINDS = (
    "keywords.staged",
    "keywords.loaded",
    "task.created",
    "article.approved",
    "article.relinked",
    "article.published",
    "video.project_created",
    "video.rendered",
    "site.module_switched",
    "site.stage_switched",
)
SWITCHES = ("site.module_switched", "site.stage_switched")
MOST_TAKEN_UP = 500


@dataclass(frozen=True)
class Work:
    """One run to ask for: a job, its partition, a key that makes asking twice harmless, and who it is for."""

    job: str
    partition: str
    run_key: str
    site_key: str
    account_id: int
    request_id: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Run tags: limits per tenant and the way back to the request."""
        tags = {names.SITE_TAG: self.site_key, names.ACCOUNT_TAG: str(self.account_id)}
        if kind := names.ONE_AT_A_TIME.get(self.job):
            tags[names.ONE_AT_A_TIME_TAG] = f"{kind}/{self.site_key}"
        if self.request_id:
            tags[names.REQUEST_TAG] = self.request_id
        return tags


def work_for_events(session: Session, events: Sequence[Event]) -> list[Work]:
    """The runs that these events call for, in their order, each at most once."""
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_({e.site_id for e in events})))}
    found: dict[tuple[str, str], Work] = {}
    videos_asked: dict[int, set[str]] = defaultdict(set)
    for event in events:
        site = sites.get(event.site_id or 0)
        if site is None or site.status != "active":
            continue
        for job, partition in _rules(session, site, event, videos_asked):
            # A later event of the same kind replaces an earlier one: one build of the site serves both.
            work = Work(job, partition, f"{job}/{partition}/{event.txid}-{event.id}", site.key, site.account_id)
            found.pop((job, partition), None)
            found[job, partition] = work
    return list(found.values())


def _rules(session: Session, site: Site, event: Event, videos_asked: dict[int, set[str]]) -> Iterable[tuple[str, str]]:
    if event.kind == "keywords.staged":
        yield from _staged_files(session, site)
    elif event.kind == "keywords.loaded":
        yield from _unclustered_keywords(session, site)
    elif event.kind in SWITCHES:
        if event.payload.get("enabled"):
            yield from _left_behind(session, site)
    elif event.kind == "task.created":
        task = session.scalar(select(Task).where(Task.partition_key == event.subject))
        if task is None or task.status != "queued" or not module_enabled(session, site.id, "writer"):
            return
        if task.request_id is not None or stage_rule(session, site.id, "writing").enabled:
            yield names.WRITE_ARTICLE, event.subject
    elif event.kind == "article.approved":
        content = _content_of(session, event)
        if content and content.status == "approved" and _stage_on(session, site, "publishing", "publisher"):
            yield names.PUBLISH_ARTICLE, event.subject
    elif event.kind == "article.relinked":
        content = _content_of(session, event)
        if content and content.status == "published" and _stage_on(session, site, "publishing", "publisher"):
            yield names.PUBLISH_ARTICLE, event.subject
    elif event.kind == "article.published":
        yield from _after_publication(session, site, event, videos_asked)
    elif event.kind == "video.project_created":
        project = session.scalar(select(VideoProject).where(VideoProject.partition_key == event.subject))
        if project and project.status == "script_draft" and module_enabled(session, site.id, "video"):
            yield names.RENDER_VIDEO, event.subject
    elif event.kind == "video.rendered" and _build_wanted(session, site, event):
        yield names.BUILD_SITE, site.key


def _staged_files(session: Session, site: Site) -> Iterable[tuple[str, str]]:
    staged = session.scalar(
        select(KeywordImport.id).where(KeywordImport.site_id == site.id, KeywordImport.status == "staged").limit(1)
    )
    if staged and _stage_on(session, site, "planning", "planner"):
        yield names.LOAD_KEYWORDS, site.key


def _unclustered_keywords(session: Session, site: Site) -> Iterable[tuple[str, str]]:
    waiting = session.scalar(
        select(Keyword.id)
        .outerjoin(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .where(Keyword.site_id == site.id, ClusterKeyword.id.is_(None))
        .limit(1)
    )
    if waiting and _stage_on(session, site, "planning", "planner"):
        yield names.PLAN_SITE, site.key


def _left_behind(session: Session, site: Site) -> Iterable[tuple[str, str]]:
    """What waited while a stage or module was off: its events were read then, and nothing came of them.

    Posts and videos of pages that are live already are not taken up: switching those stages on is about new pages.
    """
    yield from _staged_files(session, site)
    yield from _unclustered_keywords(session, site)
    tasks = session.execute(
        select(Task.partition_key, Task.status)
        .where(Task.site_id == site.id, Task.status.in_(("queued", "approved")), Task.partition_key.is_not(None))
        .order_by(Task.id)
        .limit(MOST_TAKEN_UP)
    ).tuples()
    may_write = _stage_on(session, site, "writing", "writer")
    may_publish = _stage_on(session, site, "publishing", "publisher")
    for partition, status in tasks:
        if status == "queued" and may_write:
            yield names.WRITE_ARTICLE, partition or ""
        elif status == "approved" and may_publish:
            yield names.PUBLISH_ARTICLE, partition or ""


def _after_publication(
    session: Session, site: Site, event: Event, videos_asked: dict[int, set[str]]
) -> Iterable[tuple[str, str]]:
    content = _content_of(session, event)
    if content is None or content.status != "published":
        return
    if _build_wanted(session, site, event):
        yield names.BUILD_SITE, site.key
    has_posts = session.scalar(select(SocialPost.id).where(SocialPost.content_id == content.id).limit(1))
    if has_posts is None and _stage_on(session, site, "social", "socializer"):
        yield names.DRAFT_SOCIAL_POSTS, event.subject
    has_video = session.scalar(select(VideoProject.id).where(VideoProject.content_id == content.id).limit(1))
    if has_video is None and _stage_on(session, site, "video", "video"):
        left, asked = videos_left_today(session, site.id), videos_asked[site.id]
        if left is None or event.subject in asked or len(asked) < left:
            asked.add(event.subject)
            yield names.CREATE_VIDEO_PROJECT, event.subject


def _build_wanted(session: Session, site: Site, event: Event) -> bool:
    """Whether the built pages are older than the event."""
    if not _stage_on(session, site, "site", "publisher"):
        return False
    return position_of(event) > read_cursor(session, site_build_reader(site.key))


def _stage_on(session: Session, site: Site, stage: str, module: str) -> bool:
    return stage_rule(session, site.id, stage).enabled and module_enabled(session, site.id, module)


def _content_of(session: Session, event: Event) -> Content | None:
    return session.scalar(
        select(Content).join(Task, Task.id == Content.task_id).where(Task.partition_key == event.subject)
    )


def work_for_requests(session: Session, jobs: Sequence[str], limit: int = 100) -> list[Work]:
    """The runs that queued request items call for, oldest first; ``jobs`` are those of the asking code location.

    The items of a site that is not active wait until it is.
    """
    rows = session.execute(
        select(RequestItem, Request, Site.key)
        .join(Request, Request.id == RequestItem.request_id)
        .outerjoin(Site, Site.id == Request.site_id)
        .where(
            RequestItem.status == "queued",
            RequestItem.job.in_(jobs),
            Request.status.in_(("queued", "running")),
            or_(Site.id.is_(None), Site.status == "active"),
        )
        .order_by(Request.created_at, RequestItem.id)
        .limit(limit)
    ).tuples()
    return [
        Work(
            item.job,
            item.subject,
            f"request/{request.id}/{item.job}/{item.subject}",
            key or "",
            request.account_id,
            request.id,
        )
        for item, request, key in rows
    ]
