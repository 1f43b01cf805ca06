"""Publications of videos and what platforms say about them: looked up and saved."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from igny8_resources.video_platforms.video import PRIVACY, Measured
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoListing
from igny8_resources.warehouse.upsert import upsert

# One measurement in each of these; a repeated one takes the place of the earlier.
PERIOD = timedelta(hours=12)
# A platform's numbers hardly move any more; so old a video is not asked after.
MEASURED_FOR = timedelta(days=365)
OPEN = ("waiting", "uploading", "processing")
MOST_REQUESTS_LOOKED_AT = 200


def publications_of(session: Session, project_id: int, *, lock: bool = False) -> Sequence[VideoPublication]:
    """A project's publications, by platform."""
    query = (
        select(VideoPublication).where(VideoPublication.project_id == project_id).order_by(VideoPublication.platform)
    )
    return session.scalars(query.with_for_update() if lock else query).all()


def connections_of(session: Session, site_id: int) -> dict[str, PlatformConnection]:
    """The site's accounts that can be published by, by platform."""
    rows = session.scalars(
        select(PlatformConnection).where(
            PlatformConnection.site_id == site_id, PlatformConnection.status == "connected"
        )
    )
    return {row.platform: row for row in rows}


def listing_of(session: Session, project_id: int, platform: str) -> VideoListing | None:
    """The words that a video is listed with on a platform, where it has some."""
    return session.scalar(select(VideoListing).filter_by(project_id=project_id, platform=platform))


def ask_for_publication(
    session: Session,
    project: VideoProject,
    connection: PlatformConnection,
    *,
    request_id: str | None = None,
    privacy: str = "",
    flags: dict[str, Any] | None = None,
    not_before: datetime | None = None,
) -> VideoPublication:
    """Have a project published by an account; one that is published already, or on its way, stays as it is.

    Without a word on privacy the connection's default counts, and without that the most careful choice of the platform.
    """
    row = session.scalar(
        select(VideoPublication).filter_by(project_id=project.id, platform=connection.platform).with_for_update()
    )
    if row is not None and row.status != "failed":
        return row
    defaults = connection.defaults
    chosen = privacy or str(defaults.get("privacy") or PRIVACY[connection.platform][0])
    if row is None:
        row = VideoPublication(
            account_id=project.account_id,
            site_id=project.site_id,
            project_id=project.id,
            platform=connection.platform,
            privacy=chosen,
        )
        session.add(row)
    row.connection_id, row.request_id, row.privacy = connection.id, request_id, chosen
    row.flags = {**{name: value for name, value in defaults.items() if name != "privacy"}, **(flags or {})}
    row.status, row.error, row.not_before = "waiting", "", not_before
    session.flush()
    return row


def publications_due(session: Session, limit: int) -> Sequence[tuple[VideoPublication, str]]:
    """Publications whose time to be tried or looked at again has come, with their partitions.

    Those without a time of their own are started by an event or a request.
    """
    rows = session.execute(
        select(VideoPublication, VideoProject.partition_key)
        .join(VideoProject, VideoProject.id == VideoPublication.project_id)
        .where(VideoPublication.status.in_(OPEN), VideoPublication.not_before <= utc_now())
        .order_by(VideoPublication.not_before)
        .limit(limit)
    ).tuples()
    return [(row, partition or "") for row, partition in rows]


def is_called_off(session: Session, project: VideoProject, platform: str) -> bool:
    """Whether the newest request to publish a project on a platform was cancelled."""
    asked = session.scalars(
        select(Request)
        .where(Request.kind == "video_publish", Request.site_id == project.site_id)
        .order_by(Request.created_at.desc())
        .limit(MOST_REQUESTS_LOOKED_AT)
    )
    for request in asked:
        platforms = request.payload.get("platforms") or [platform]
        if request.payload.get("project_id") == project.id and platform in platforms:
            return request.status == "cancelled"
    return False


def period_of(moment: datetime) -> datetime:
    """The beginning of the half day that a moment is in, UTC."""
    return moment.replace(hour=moment.hour // 12 * 12, minute=0, second=0, microsecond=0)


def publications_to_measure(session: Session, period: datetime) -> Sequence[VideoPublication]:
    """Published videos that have no measurement of this period, by connection."""
    is_measured = and_(VideoMetrics.publication_id == VideoPublication.id, VideoMetrics.period == period)
    return session.scalars(
        select(VideoPublication)
        .outerjoin(VideoMetrics, is_measured)
        .where(
            VideoMetrics.id.is_(None),
            VideoPublication.status == "published",
            VideoPublication.connection_id.is_not(None),
            or_(VideoPublication.published_at.is_(None), VideoPublication.published_at > period - MEASURED_FOR),
        )
        .order_by(VideoPublication.connection_id, VideoPublication.id)
    ).all()


def save_measurement(session: Session, row: VideoPublication, period: datetime, measured: Measured) -> None:
    """Keep what a platform said about a video in one period."""
    values = {
        "account_id": row.account_id,
        "site_id": row.site_id,
        "publication_id": row.id,
        "period": period,
        "measured_at": utc_now(),
        "views": measured.views,
        "likes": measured.likes,
        "comments": measured.comments,
        "shares": measured.shares,
        "saves": measured.saves,
        "reach": measured.reach,
        "watch_seconds": measured.watch_seconds,
        "average_view_seconds": measured.average_view_seconds,
        "facts": dict(measured.facts),
    }
    key = ("publication_id", "period")
    upsert(session, VideoMetrics, [values], key=key, update=[name for name in values if name not in key])
