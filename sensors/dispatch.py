"""What happened decides what runs: events and requests become work items.

Belongs here: the rules, as plain queries on the warehouse, the same for Dagster's sensors and for the command line. Does not
belong here: Dagster. Every rule looks at the state as it is now, so that an event read twice asks for nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from igny8_resources.contracts.vocabulary import PLANNED_KEYWORDS
from igny8_resources.events import position_of
from igny8_resources.requests import OPEN_ITEM, OPEN_REQUEST, cancelled_by
from igny8_resources.settings import Settings
from igny8_resources.warehouse.store.cursors import read_cursor, site_build_reader
from igny8_resources.warehouse.store.sites import automation_of, module_enabled, stage_rule
from igny8_resources.warehouse.store.video import videos_left_today
from igny8_resources.warehouse.store.video_publishing import connections_of
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.planner import ClusterKeyword, Keyword, KeywordImport
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoListing
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names

# The events that rules listen to; readers ask for these alone.
EVENT_KINDS = (
    "keywords.staged",
    "keywords.loaded",
    "task.created",
    "article.edited",
    "article.proposal_accepted",
    "article.section_rewritten",
    "article.approved",
    "article.relinked",
    "article.published",
    "video.project_created",
    "video.script_approved",
    "video.rendered",
    "video.listed",
    "site.module_switched",
    "site.stage_switched",
)
SWITCHES = ("site.module_switched", "site.stage_switched")
# A person changed the text: what was made of it is out of date.
TEXT_CHANGES = ("article.edited", "article.proposal_accepted", "article.section_rewritten")
# By event, the status in which its article is to be published.
AWAITING_PUBLICATION = {"article.approved": "approved", "article.relinked": "published"}
# What a request brings about and waits for: an event starts it, and the request's end is its end.
FOLLOWED_JOBS = frozenset({names.WRITE_ARTICLE, names.RENDER_VIDEO})
MOST_TAKEN_UP = 500
BULK_ABOVE: int = Settings.model_fields["bulk_above"].default


@dataclass(frozen=True)
class Work:
    """One run to ask for: a job, its partition, a key that makes asking twice harmless, and who it is for.

    ``partition`` of a bulk job is the id of the request whose items it works through.
    """

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
            tags[names.ONE_AT_A_TIME_TAG] = f"{kind}/{self.partition}"
        if self.request_id:
            tags[names.REQUEST_TAG] = self.request_id
        return tags


def is_bulk(session: Session, request: Request, bulk_above: int = BULK_ABOVE) -> bool:
    """Whether one run works through all articles of a request: there are more than ``bulk_above``, or a batch was asked for."""
    if request.payload.get("mode") == "batch":
        return True
    articles = select(func.count()).where(RequestItem.request_id == request.id, RequestItem.job == names.WRITE_ARTICLE)
    return (session.scalar(articles) or 0) > bulk_above


def _is_bulk_task(session: Session, task: Task, bulk_above: int) -> bool:
    request = session.get(Request, task.request_id) if task.request_id else None
    return request is not None and request.status in OPEN_REQUEST and is_bulk(session, request, bulk_above)


def _is_asked_for(session: Session, partition: str) -> bool:
    """Whether a request names the article itself, so that ``work_for_requests`` launches it."""
    asked = select(RequestItem.id).where(
        RequestItem.subject == partition,
        RequestItem.job == names.WRITE_ARTICLE,
        RequestItem.status.in_(("queued", "launched", "running")),
    )
    return session.scalar(asked.limit(1)) is not None


def work_for_events(session: Session, events: Sequence[Event], bulk_above: int = BULK_ABOVE) -> list[Work]:
    """The runs that these events call for, in their order, each at most once.

    Articles of a large request are none of them: its own run works through them, see ``work_for_requests``.
    """
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_({e.site_id for e in events})))}
    found: dict[tuple[str, str], Work] = {}
    videos_asked: dict[int, set[str]] = defaultdict(set)
    for event in events:
        site = sites.get(event.site_id or 0)
        if site is None or site.status != "active":
            continue
        for job, partition in _rules(session, site, event, videos_asked, bulk_above):
            # A later event of the same kind replaces an earlier one: one build of the site serves both.
            run_key = f"{job}/{partition}/{event.txid}-{event.id}"
            request_id = _waiting_request(session, job, partition)
            work = Work(job, partition, run_key, site.key, site.account_id, request_id)
            found.pop((job, partition), None)
            found[job, partition] = work
    return list(found.values())


def _waiting_request(session: Session, job: str, partition: str) -> str:
    """The newest request that follows a run which an event starts, so that cancelling it ends the run; empty without one."""
    if job not in FOLLOWED_JOBS:
        return ""
    newest = (
        select(RequestItem.request_id)
        .where(RequestItem.subject == partition, RequestItem.job == job, RequestItem.status.in_(OPEN_ITEM))
        .order_by(RequestItem.id.desc())
    )
    return session.scalar(newest.limit(1)) or ""


def _rules(
    session: Session, site: Site, event: Event, videos_asked: dict[int, set[str]], bulk_above: int
) -> Iterable[tuple[str, str]]:
    if event.kind == "keywords.staged":
        yield from _staged_files(session, site)
    elif event.kind == "keywords.loaded":
        yield from _unclustered_keywords(session, site)
    elif event.kind in SWITCHES:
        if event.payload.get("enabled"):
            yield from _left_behind(session, site, bulk_above)
    elif event.kind == "task.created":
        yield from _after_task(session, site, event, bulk_above)
    elif event.kind in TEXT_CHANGES or event.kind in AWAITING_PUBLICATION:
        yield from _after_article(session, site, event)
    elif event.kind == "article.published":
        yield from _after_publication(session, site, event, videos_asked)
    elif event.kind == "video.project_created":
        project = session.scalar(select(VideoProject).where(VideoProject.partition_key == event.subject))
        if cancelled_by(session, event.subject, names.RENDER_VIDEO) is not None:
            return
        if project and project.status == "script_draft" and module_enabled(session, site.id, "video"):
            # Where a person approves scripts, nothing is spoken before that.
            by_itself = automation_of(session, site.id).auto_approve_scripts
            yield names.RENDER_VIDEO if by_itself else names.WRITE_VIDEO_SCRIPT, event.subject
    elif event.kind == "video.script_approved":
        yield from _after_script_approval(session, site, event)
    elif event.kind == "video.listed":
        yield from _publication(session, site, event)
    elif event.kind == "video.rendered":
        yield from _after_rendering(session, site, event)


def _after_task(session: Session, site: Site, event: Event, bulk_above: int) -> Iterable[tuple[str, str]]:
    task = session.scalar(select(Task).where(Task.partition_key == event.subject))
    if task is None or task.status != "queued" or not module_enabled(session, site.id, "writer"):
        return
    if _is_asked_for(session, event.subject):
        return
    if task.request_id is None:
        is_wanted = stage_rule(session, site.id, "writing").enabled
    else:
        is_wanted = cancelled_by(session, event.subject, names.WRITE_ARTICLE) is None
    if is_wanted and not _is_bulk_task(session, task, bulk_above):
        yield names.WRITE_ARTICLE, event.subject


def _after_article(session: Session, site: Site, event: Event) -> Iterable[tuple[str, str]]:
    content = _content_of(session, event)
    if content is None:
        return
    if event.kind in TEXT_CHANGES:
        if content.status == "draft" and module_enabled(session, site.id, "writer"):
            yield names.COMPLETE_ARTICLE, event.subject
    elif content.status == AWAITING_PUBLICATION[event.kind] and _stage_on(session, site, "publishing", "publisher"):
        yield names.PUBLISH_ARTICLE, event.subject


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
        .where(Keyword.site_id == site.id, Keyword.status.in_(PLANNED_KEYWORDS), ClusterKeyword.id.is_(None))
        .limit(1)
    )
    if waiting and _stage_on(session, site, "planning", "planner"):
        yield names.PLAN_SITE, site.key


def _left_behind(session: Session, site: Site, bulk_above: int) -> Iterable[tuple[str, str]]:
    """What waited while a stage or module was off: its events were read then, and nothing came of them.

    Posts and videos of pages that are live already are not taken up: switching those stages on is about new pages.
    """
    yield from _staged_files(session, site)
    yield from _unclustered_keywords(session, site)
    open_requests = session.scalars(select(Request).where(Request.site_id == site.id, Request.status.in_(OPEN_REQUEST)))
    bulk = [request.id for request in open_requests if is_bulk(session, request, bulk_above)]
    tasks = session.execute(
        select(Task.partition_key, Task.status)
        .where(
            Task.site_id == site.id,
            Task.status.in_(("queued", "approved")),
            Task.partition_key.is_not(None),
            or_(Task.status == "approved", Task.request_id.is_(None), Task.request_id.not_in(bulk)),
        )
        .order_by(Task.id)
        .limit(MOST_TAKEN_UP)
    ).tuples()
    may_write = _stage_on(session, site, "writing", "writer")
    may_publish = _stage_on(session, site, "publishing", "publisher")
    for partition, status in tasks:
        if status == "queued" and may_write and not _is_asked_for(session, partition or ""):
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


def _after_script_approval(session: Session, site: Site, event: Event) -> Iterable[tuple[str, str]]:
    """A person's approval starts the render; automation's is given inside a run that goes on by itself."""
    project = session.scalar(select(VideoProject).where(VideoProject.partition_key == event.subject))
    if project is None or project.status != "script_approved" or event.actor.startswith("automation:"):
        return
    if module_enabled(session, site.id, "video"):
        yield names.RENDER_VIDEO, event.subject


def _after_rendering(session: Session, site: Site, event: Event) -> Iterable[tuple[str, str]]:
    """A rendered video is listed first, and published with its listing; one that was listed before is published at once."""
    listed = select(VideoListing.id).join(VideoProject, VideoProject.id == VideoListing.project_id)
    is_listed = session.scalar(listed.where(VideoProject.partition_key == event.subject).limit(1)) is not None
    if module_enabled(session, site.id, "video"):
        yield names.LIST_VIDEO, event.subject
    if _build_wanted(session, site, event):
        yield names.BUILD_SITE, site.key
    if is_listed:
        yield from _publication(session, site, event)


def _publication(session: Session, site: Site, event: Event) -> Iterable[tuple[str, str]]:
    project = session.scalar(select(VideoProject).where(VideoProject.partition_key == event.subject))
    if project is None or project.status != "rendered" or not _stage_on(session, site, "video_publishing", "video"):
        return
    # Without an account there is nobody to publish as; connecting one is about new videos.
    if module_enabled(session, site.id, "publisher") and connections_of(session, site.id):
        yield names.PUBLISH_VIDEO, event.subject


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


def work_for_requests(
    session: Session, jobs: Sequence[str], limit: int = 100, bulk_above: int = BULK_ABOVE
) -> list[Work]:
    """The runs that queued request items call for, oldest first; ``jobs`` are those of the asking code location.

    A request with more than ``bulk_above`` articles, or one that asks for a batch, gets one run for all of them. The items
    of a site that is not active wait until it is.
    """
    bulk = _bulk_requests(session, bulk_above) if names.WRITE_ARTICLES in jobs else {}
    rows = session.execute(
        select(RequestItem, Request, Site.key)
        .join(Request, Request.id == RequestItem.request_id)
        .outerjoin(Site, Site.id == Request.site_id)
        .where(
            RequestItem.status == "queued",
            RequestItem.job.in_(jobs),
            Request.status.in_(OPEN_REQUEST),
            or_(Site.id.is_(None), Site.status == "active"),
            or_(RequestItem.job != names.WRITE_ARTICLE, Request.id.not_in(bulk)),
        )
        .order_by(Request.created_at, RequestItem.id)
        .limit(limit)
    ).tuples()
    single = [
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
    return single + [work for work in bulk.values() if work is not None]


def _bulk_requests(session: Session, bulk_above: int) -> dict[str, Work | None]:
    """By request that one run works through: that run, None where it has to wait for its site.

    Its articles may be queued, or waiting as those that a planning run has just made are; the latter wait for a writer that
    is switched off, as the event of a single article does. Each pass has a run key of its own: after a batch was collected
    the next one takes up the articles that it answered.
    """
    statuses: dict[str, set[str]] = defaultdict(set)
    for request_id, status in session.execute(
        select(RequestItem.request_id, RequestItem.status)
        .join(Request, Request.id == RequestItem.request_id)
        .where(
            RequestItem.job == names.WRITE_ARTICLE,
            RequestItem.status.in_(("queued", "waiting")),
            Request.status.in_(OPEN_REQUEST),
        )
        .distinct()
    ).tuples():
        statuses[request_id].add(status)
    rows = session.execute(
        select(Request, Site)
        .join(Site, Site.id == Request.site_id)
        .where(Request.id.in_(statuses))
        .order_by(Request.created_at)
    ).tuples()
    found: dict[str, Work | None] = {}
    for request, site in rows:
        if is_bulk(session, request, bulk_above):
            may_run = "queued" in statuses[request.id] or module_enabled(session, site.id, "writer")
            work = Work(
                names.WRITE_ARTICLES,
                request.id,
                f"request/{request.id}/{names.WRITE_ARTICLES}/{request.payload.get('pass', 1)}",
                site.key,
                request.account_id,
                request.id,
            )
            found[request.id] = work if may_run and site.status == "active" else None
    return found
