"""What a rule does: each action says what it would ask for, what that will cost, and then asks for it.

Belongs here: actions on rows that the platform has functions for already. Does not belong here: when a rule runs
(``running``) and which job does the work (``jobs.names``, handed in).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from igny8_resources.automation.contracts import (
    Action,
    ApproveContent,
    CreateVideo,
    DraftSocialPosts,
    PlanArticles,
    PublishContent,
    WriteTasks,
)
from igny8_resources.automation.estimates import USUAL_WORDS, Estimator
from igny8_resources.automation.origins import NOTE, actor_of
from igny8_resources.contracts.vocabulary import SOCIAL_PLATFORMS, RequestKind
from igny8_resources.requests import OPEN_ITEM, Item, submit_request
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import automation_of, module_enabled, stage_rule
from igny8_resources.warehouse.tables.automation import AutomationExecution
from igny8_resources.warehouse.tables.ledgers import RequestItem
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task

# Which job does each kind of request; the names belong to a layer above.
JobOf = Mapping[RequestKind, str]


class NothingToDo(Exception):
    """There is nothing that the action could be done to; the message says why."""


@dataclass(frozen=True)
class Step:
    """What one action comes to now.

    ``said`` is a sentence for the history; ``partitions`` are what a request of ``kind`` is for; ``approves`` are the
    articles (by id) that are approved at once, without a request.
    """

    said: str
    credits: Decimal = Decimal(0)
    kind: RequestKind | None = None
    payload: dict[str, Any] | None = None
    partitions: tuple[str, ...] = ()
    approves: tuple[int, ...] = ()


def step_of(session: Session, site: Site, action: Action, article: str | None) -> Step:
    """What an action comes to as things stand.

    Args:
        session: The warehouse.
        site: The rule's site.
        action: What is to be done.
        article: The partition of the article that the occasion is about, None where it is about none.

    Raises:
        NothingToDo: a module is off, a stage does it already, or there is no row that the action fits.
    """
    return _STEPS[type(action)](session, site, action, article)


def _require(session: Session, site: Site, *modules: str) -> None:
    off = [module for module in modules if not module_enabled(session, site.id, module)]
    if off:
        raise NothingToDo(f"the {off[0]} module is switched off for {site.key}")


def _plan_articles(session: Session, site: Site, action: PlanArticles, _article: str | None) -> Step:
    _require(session, site, "planner", "writer")
    return Step(
        f"plan and write {_counted(action.articles, 'article')}",
        Estimator(session, site).planned_articles(action.articles),
        "plan",
        {"site_key": site.key, "articles": action.articles},
        (site.key,),
    )


def _write_tasks(session: Session, site: Site, action: WriteTasks, article: str | None) -> Step:
    _require(session, site, "writer")
    if stage_rule(session, site.id, "writing").enabled:
        raise NothingToDo("the writing stage is on and writes every task by itself")
    query = (
        select(Task.id, Task.partition_key, Task.target_words)
        .where(Task.site_id == site.id, Task.status == "queued", ~_under_way(Task.partition_key))
        .order_by(Task.id)
    )
    tasks = _only(session, query, action.limit, article)
    if not tasks:
        raise NothingToDo("no task waits to be written")
    return Step(
        f"write {_counted(len(tasks), 'task')}",
        Estimator(session, site).articles([words for _, _, words in tasks]),
        "content",
        {"task_ids": [task_id for task_id, _, _ in tasks]},
        tuple(partition for _, partition, _ in tasks),
    )


def _approve_content(session: Session, site: Site, action: ApproveContent, article: str | None) -> Step:
    _require(session, site, "writer")
    query = _articles(Content.status == "review", Content.checks_passed.is_(True)).where(Content.site_id == site.id)
    found = _only(session, query.order_by(Content.id), action.limit, article)
    if not found:
        raise NothingToDo("no article in review has passed its checks")
    return Step(f"approve {_counted(len(found), 'article')}", approves=tuple(content_id for content_id, _ in found))


def _publish_content(session: Session, site: Site, action: PublishContent, article: str | None) -> Step:
    _require(session, site, "publisher")
    if stage_rule(session, site.id, "publishing").enabled:
        raise NothingToDo("the publishing stage is on and publishes every approved article by itself")
    query = _articles(Content.status == "approved", ~_under_way(Task.partition_key)).where(Content.site_id == site.id)
    found = _only(session, query.order_by(Content.id), action.limit, article)
    if not found:
        raise NothingToDo("no approved article waits to be published")
    ids = [content_id for content_id, _ in found]
    return Step(
        f"publish {_counted(len(found), 'article')}",
        kind="publish",
        payload={"content_ids": ids},
        partitions=tuple(partition for _, partition in found),
    )


def _draft_social_posts(session: Session, site: Site, action: DraftSocialPosts, article: str | None) -> Step:
    _require(session, site, "socializer")
    if article is not None and stage_rule(session, site.id, "social").enabled:
        raise NothingToDo("the social stage is on and drafts posts of every new page by itself")
    has_posts = exists().where(SocialPost.content_id == Content.id)
    found = _published(session, site, action.limit, article, ~has_posts)
    if not found:
        raise NothingToDo("no published article is without posts")
    platforms = automation_of(session, site.id).social_platforms or list(SOCIAL_PLATFORMS)
    return Step(
        f"draft posts from {_counted(len(found), 'article')}",
        Estimator(session, site).social_posts(len(found), len(platforms)),
        "social",
        {"content_ids": [content_id for content_id, _ in found]},
        tuple(partition for _, partition in found),
    )


def _create_video(session: Session, site: Site, action: CreateVideo, article: str | None) -> Step:
    _require(session, site, "video")
    if article is not None and stage_rule(session, site.id, "video").enabled:
        raise NothingToDo("the video stage is on and makes videos of new pages by itself")
    config = automation_of(session, site.id)
    video_type = action.video_type or config.video_type
    preset = action.render_preset or config.video_preset
    has_video = exists().where(
        VideoProject.content_id == Content.id,
        VideoProject.video_type == video_type,
        VideoProject.render_preset == preset,
    )
    found = _published(session, site, action.limit, article, ~has_video)
    if not found:
        raise NothingToDo("no published article is without such a video")
    return Step(
        f"make {_counted(len(found), 'video')}",
        Estimator(session, site).videos(len(found), video_type),
        "video",
        {"content_ids": [content_id for content_id, _ in found], "video_type": video_type, "render_preset": preset},
        tuple(partition for _, partition in found),
    )


_STEPS: Mapping[type[Any], Callable[[Session, Site, Any, str | None], Step]] = {
    PlanArticles: _plan_articles,
    WriteTasks: _write_tasks,
    ApproveContent: _approve_content,
    PublishContent: _publish_content,
    DraftSocialPosts: _draft_social_posts,
    CreateVideo: _create_video,
}


def usual_credits(session: Session, site: Site, action: Action, *, about_article: bool) -> Decimal:
    """What an action costs when it finds as much to do as it may, whatever is there now."""
    number = 1 if about_article else getattr(action, "limit", 1)
    estimator = Estimator(session, site)
    match action:
        case PlanArticles():
            return estimator.planned_articles(action.articles)
        case WriteTasks():
            return estimator.articles([USUAL_WORDS] * number)
        case DraftSocialPosts():
            platforms = automation_of(session, site.id).social_platforms or SOCIAL_PLATFORMS
            return estimator.social_posts(number, len(platforms))
        case CreateVideo():
            return estimator.videos(number, action.video_type or automation_of(session, site.id).video_type)
        case _:
            return Decimal(0)


def carry_out(
    session: Session,
    site: Site,
    execution: AutomationExecution,
    number: int,
    step: Step,
    *,
    chain: Sequence[int],
    job_of: JobOf,
) -> str | None:
    """Do a step in the caller's transaction; the id of the request that it made, None when it was done at once.

    ``number`` is the action's place in its rule. The request's key is the occasion's, so that it is one request whatever
    happens.

    Raises:
        NotApprovable: an article has moved on since the step was made.
    """
    for content_id in step.approves:
        content = session.get_one(Content, content_id, with_for_update=True, populate_existing=True)
        approve(session, content, session.get_one(Task, content.task_id), site, by=actor_of(execution.rule_id))
    if step.kind is None:
        return None
    note = {"rule": execution.rule_id, "execution": execution.id, "chain": sorted({*chain, execution.rule_id})}
    request, _ = submit_request(
        session,
        account_id=site.account_id,
        site_id=site.id,
        kind=step.kind,
        payload={**(step.payload or {}), NOTE: note},
        items=[Item(job_of[step.kind], partition) for partition in step.partitions],
        idempotency_key=f"rule:{execution.rule_id}:{execution.occasion}:{number}",
    )
    return request.id


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _under_way(partition: Any) -> ColumnElement[bool]:
    return exists().where(RequestItem.subject == partition, RequestItem.status.in_(OPEN_ITEM))


def _articles(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(Content.id, Task.partition_key)
        .join(Task, Task.id == Content.task_id)
        .where(Task.partition_key.is_not(None), *conditions)
    )


def _published(
    session: Session, site: Site, limit: int, article: str | None, condition: ColumnElement[bool]
) -> Sequence[Any]:
    query = _articles(
        Content.site_id == site.id, Content.status == "published", ~_under_way(Task.partition_key), condition
    )
    return _only(session, query.order_by(Content.published_at.desc(), Content.id.desc()), limit, article)


def _only(session: Session, query: Any, limit: int, article: str | None) -> Sequence[Any]:
    """The rows that an action is for: the occasion's own article, or as many as it may take."""
    if article is not None:
        return session.execute(query.where(Task.partition_key == article)).all()
    return session.execute(query.limit(limit)).all()
