"""Video: published on platforms, followed there, and how it is watched."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import Query
from pydantic import AwareDatetime, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import Reader, Writer
from api.envelope import Asked, Envelope, PlainText, RowId, refusals
from api.filters import SiteQuery
from api.listing import columns_of
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.requests import Accepted
from api.shapes.video_publishing import (
    MeasurementItem,
    Numbers,
    PlatformNumbers,
    PublicationItem,
    PublishStatus,
    VideoOverview,
)
from api.submission import IdempotencyKey, Work, require_working, submit
from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.requests import Item
from igny8_resources.video_platforms.video import PRIVACY
from igny8_resources.warehouse.store import video_publishing as store
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from jobs.names import PUBLISH_VIDEO

router = Router(prefix="/video", tags=["video"])

_COUNTED = ("views", "likes", "comments", "shares", "watch_seconds")


class PublishVideo(Asked):
    """Where a video is published, and how."""

    platforms: list[VideoPlatform] = Field(
        default=[], max_length=3, description="Empty: every platform that the video is meant for."
    )
    privacy: dict[VideoPlatform, PlainText] = Field(
        default={},
        description="Who may see it, by platform, in the platform's own word. Left out: what the account's defaults say, and "
        "without that the most careful choice.",
        examples=[{"youtube": "unlisted"}],
    )
    made_for_kids: bool | None = Field(None, description="Said to YouTube; null: what the account's defaults say.")
    synthetic_media: bool | None = Field(
        None, description="Whether it is declared as made with AI; null: what the account's defaults say, else it is."
    )
    notify_subscribers: bool | None = Field(None, description="Whether YouTube tells the channel's subscribers.")
    not_before: AwareDatetime | None = Field(None, description="Not published before this time.")

    @property
    def flags(self) -> dict[str, Any]:
        """What was said of the flags."""
        said = {name: getattr(self, name) for name in ("made_for_kids", "synthetic_media", "notify_subscribers")}
        return {name: value for name, value in said.items() if value is not None}


@router.post(
    "/projects/{id}/publish/",
    status_code=202,
    summary="Publish a video",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def publish(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: PublishVideo | None = None,
    key: IdempotencyKey = None,
) -> Envelope[Accepted]:
    """Have a rendered video published by the site's connected accounts, on each platform once.

    What is published already, or on its way, stays as it is; what a platform refused is tried again.
    """
    wanted = asked or PublishVideo()
    _check_privacy(wanted)

    def gates(session: Session) -> Work:
        project = session.scalar(select(VideoProject).where(VideoProject.id == id).with_for_update())
        if project is None:
            raise not_found("video project")
        site = session.scalars(select(Site).where(Site.id == project.site_id)).one()
        require_working(session, site, "video", "publisher")
        if project.status not in {"rendered", "published"}:
            raise Problem(409, f"The video is {project.status}; it is published once it is rendered.")
        connected = store.connections_of(session, site.id)
        platforms = wanted.platforms or [each for each in project.target_platforms if each in connected]
        missing = [each for each in platforms or project.target_platforms if each not in connected]
        if missing or not platforms:
            names = ", ".join(missing) or "any platform"
            raise Problem(
                409,
                f"No account on {names} is connected to the site {site.key}: connect one with POST "
                "/api/v1/video/connections/ first.",
                {"platforms": [f"no {each} account is connected" for each in missing]},
            )
        for platform in dict.fromkeys(platforms):
            store.ask_for_publication(
                session,
                project,
                connected[platform],
                privacy=wanted.privacy.get(platform, ""),
                flags=wanted.flags,
                not_before=wanted.not_before,
            )
        return Work(site, [Item(PUBLISH_VIDEO, project.partition_key or "")])

    return submit(access, key, "video_publish", {"project_id": id, **wanted.model_dump(mode="json")}, gates)


def _check_privacy(wanted: PublishVideo) -> None:
    wrong = {
        f"privacy.{platform}": [f"{platform} knows {', '.join(PRIVACY[platform])}"]
        for platform, word in wanted.privacy.items()
        if word not in PRIVACY[platform]
    }
    if wrong:
        raise Problem(400, "A platform does not know a word that says who may see the video.", wrong)


@router.get(
    "/projects/{id}/publish-status/", summary="How a publication stands", responses=refusals(400, 401, 403, 404)
)
def publish_status(access: Reader, id: RowId) -> Envelope[PublishStatus]:  # noqa: A002 - the path's own name
    """On which platforms a video is, on its way or refused, and when it is tried again."""
    with access.read() as session:
        status = session.scalar(select(VideoProject.status).where(VideoProject.id == id))
        if status is None:
            raise not_found("video project")
        rows = session.execute(
            select(*columns_of(VideoPublication, PublicationItem))
            .where(VideoPublication.project_id == id)
            .order_by(VideoPublication.platform)
        )
        shown = [PublicationItem.model_validate(row) for row in rows]
    return Envelope(data=PublishStatus(project_id=id, status=status, publications=shown))


class OverviewQuery(SiteQuery):
    """Which videos are added up."""

    entity: ClassVar = VideoPublication


@router.get("/analytics/overview/", summary="How videos are watched", responses=refusals(400, 401, 403, 404))
def analytics_overview(access: Reader, query: Annotated[OverviewQuery, Query()]) -> Envelope[VideoOverview]:
    """The newest totals of every published video, added up by platform."""
    newest = (
        select(VideoMetrics.publication_id, func.max(VideoMetrics.period).label("period"))
        .group_by(VideoMetrics.publication_id)
        .subquery()
    )
    sums = [func.sum(getattr(VideoMetrics, name)).label(name) for name in _COUNTED]
    statement = (
        select(VideoPublication.platform, func.count(VideoPublication.id).label("videos"), *sums)
        .outerjoin(newest, newest.c.publication_id == VideoPublication.id)
        .outerjoin(
            VideoMetrics,
            (VideoMetrics.publication_id == VideoPublication.id) & (VideoMetrics.period == newest.c.period),
        )
        .where(VideoPublication.status == "published", *query.where())
        .group_by(VideoPublication.platform)
        .order_by(VideoPublication.platform)
    )
    with access.read() as session:
        platforms = [PlatformNumbers.model_validate(row) for row in session.execute(statement)]
    total = Numbers(
        videos=sum(each.videos for each in platforms),
        **{name: _sum([getattr(each, name) for each in platforms]) for name in _COUNTED},
    )
    return Envelope(data=VideoOverview(total=total, platforms=platforms))


def _sum(counts: list[Any]) -> Any:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


class HistoryQuery(Asked):
    """Which part of a video's history is shown."""

    since: AwareDatetime | None = Field(None, description="Only measurements from then on.")


@router.get("/analytics/project/{id}/", summary="How one video is watched", responses=refusals(400, 401, 403, 404))
def analytics_of_project(
    access: Reader,
    id: RowId,  # noqa: A002 - the path's own name
    query: Annotated[HistoryQuery, Query()],
) -> Envelope[list[MeasurementItem]]:
    """One row a platform and half day, the newest first; totals since publication."""
    with access.read() as session:
        if session.scalar(select(VideoProject.id).where(VideoProject.id == id)) is None:
            raise not_found("video project")
        since: datetime | None = query.since
        columns = [column for column in columns_of(VideoMetrics, MeasurementItem) if column.key != "platform"]
        statement = (
            select(VideoPublication.platform, *columns)
            .join(VideoPublication, VideoPublication.id == VideoMetrics.publication_id)
            .where(VideoPublication.project_id == id, *([VideoMetrics.period >= since] if since else []))
            .order_by(VideoMetrics.period.desc(), VideoPublication.platform)
            .limit(2000)
        )
        return Envelope(data=[MeasurementItem.model_validate(row) for row in session.execute(statement)])
