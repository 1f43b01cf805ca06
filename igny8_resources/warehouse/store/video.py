"""Video projects, their assets and renders: looked up and saved."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.store.sites import stage_rule
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from igny8_resources.warehouse.tables.writer import Content


class UnknownVideo(LookupError):
    """There is no video partition with this key."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"there is no video {partition!r}; its project may have been deleted")


def project_of(session: Session, partition: str, *, lock: bool = False) -> tuple[VideoProject, Content, Site]:
    """The project of a video partition with its article and site.

    Raises:
        UnknownVideo: there is none.
    """
    query = (
        select(VideoProject, Content, Site)
        .join(Content, Content.id == VideoProject.content_id)
        .join(Site, Site.id == VideoProject.site_id)
        .where(VideoProject.partition_key == partition)
    )
    row = session.execute(query.with_for_update(of=VideoProject, key_share=True) if lock else query).one_or_none()
    if row is None:
        raise UnknownVideo(partition)
    return row[0], row[1], row[2]


def assets_of(session: Session, project_id: int, asset_type: str) -> Sequence[VideoAsset]:
    """A project's assets of one type, by section."""
    return session.scalars(
        select(VideoAsset)
        .where(VideoAsset.project_id == project_id, VideoAsset.asset_type == asset_type)
        .order_by(VideoAsset.section_index)
    ).all()


def save_asset(
    session: Session, project: VideoProject, asset_type: str, section_index: int, **values: Any
) -> VideoAsset:
    """Save one section's asset in place of the one before it."""
    row = session.scalar(
        select(VideoAsset).where(
            VideoAsset.project_id == project.id,
            VideoAsset.asset_type == asset_type,
            VideoAsset.section_index == section_index,
        )
    )
    if row is None:
        row = VideoAsset(
            account_id=project.account_id,
            site_id=project.site_id,
            project_id=project.id,
            asset_type=asset_type,
            section_index=section_index,
        )
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    return row


def drop_assets_beyond(session: Session, project_id: int, sections: int) -> None:
    """Forget the assets of sections that the script no longer has."""
    for row in session.scalars(
        select(VideoAsset).where(VideoAsset.project_id == project_id, VideoAsset.section_index >= sections)
    ):
        session.delete(row)


def drop_section_assets(session: Session, project_id: int, section_index: int, *, keep_voice: bool) -> None:
    """Forget what was made for one section; its voice is kept where only what is seen changed."""
    for row in session.scalars(
        select(VideoAsset).where(VideoAsset.project_id == project_id, VideoAsset.section_index == section_index)
    ):
        if not (keep_voice and row.asset_type == "voiceover"):
            session.delete(row)


def render_of(session: Session, project: VideoProject) -> VideoRender | None:
    """The render of a project for its preset."""
    return session.scalar(
        select(VideoRender).where(
            VideoRender.project_id == project.id, VideoRender.render_preset == project.render_preset
        )
    )


def videos_left_today(session: Session, site_id: int) -> int | None:
    """How many more videos automation may start on a site today (UTC); None when there is no cap."""
    cap = stage_rule(session, site_id, "video").daily_cap
    if cap is None:
        return None
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    started = session.scalar(
        select(func.count())
        .select_from(VideoProject)
        .where(VideoProject.site_id == site_id, VideoProject.request_id.is_(None), VideoProject.created_at >= midnight)
    )
    return max(0, cap - (started or 0))
