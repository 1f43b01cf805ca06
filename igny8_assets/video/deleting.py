"""A video project deleted with everything that was made for it alone."""

from collections.abc import Iterable, Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from igny8_assets.not_ready import NotReady
from igny8_resources.events import append_event
from igny8_resources.requests import OPEN_ITEM, cancel_request
from igny8_resources.video_platforms.sending import PUBLISH_VIDEO
from igny8_resources.warehouse.store.sites import tenant_of
from igny8_resources.warehouse.tables.ledgers import Effect, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoListing, VideoScriptVersion

# What a video's steps make for it; every other picture that it shows is the article's or a model call's.
OWN_FILES = ("/voiceover/", "/cards/", "/video/")
ON_A_PLATFORM = ("uploading", "processing", "published")
_FILES = tuple(column.name for column in VideoRender.__table__.columns if column.name.endswith("_key"))


def delete_project(session: Session, project: VideoProject, site: Site, *, by: str) -> list[str]:
    """Delete a project's rows and stop what is under way for it.

    Returns:
        The keys of files that nothing else uses; whoever commits removes them afterwards.

    Raises:
        NotReady: the video is, or may be, on a platform; or a run that nobody asked for is rendering it.
    """
    platforms = session.scalars(
        select(VideoPublication.platform).where(
            VideoPublication.project_id == project.id, VideoPublication.status.in_(ON_A_PLATFORM)
        )
    ).all()
    if platforms:
        raise NotReady(f"“{project.title}” is on {', '.join(platforms)}; its record says where and stays")
    may_be_there = session.scalars(
        select(Effect.target).where(
            Effect.kind == PUBLISH_VIDEO,
            Effect.subject == project.partition_key,
            Effect.status.in_(("sent", "unknown")),
        )
    ).all()
    if may_be_there:
        where = ", ".join(target.partition(":")[0] for target in may_be_there)
        raise NotReady(
            f"“{project.title}” was sent to {where}, and whether it is there is not known yet; its record stays"
        )
    stopped = _cancel_work(session, project, by)
    if project.status == "rendering" and not stopped:
        raise NotReady(f"“{project.title}” is being rendered by the site's automation; end its run in Dagster first")
    assets = session.scalars(select(VideoAsset).where(VideoAsset.project_id == project.id)).all()
    renders = session.scalars(select(VideoRender).where(VideoRender.project_id == project.id)).all()
    keys = {key for asset in assets for key in _keys_of(asset)}
    keys |= {getattr(render, name) for render in renders for name in _FILES}
    publications = select(VideoPublication.id).where(VideoPublication.project_id == project.id)
    session.execute(delete(VideoMetrics).where(VideoMetrics.publication_id.in_(publications)))
    for table in (VideoPublication, VideoListing, VideoScriptVersion, VideoAsset, VideoRender):
        session.execute(delete(table).where(table.project_id == project.id))
    append_event(
        session,
        "video.project_deleted",
        project.partition_key or "",
        account_id=project.account_id,
        site_id=project.site_id,
        payload={"content_id": project.content_id, "preset": project.render_preset, "by": by},
        actor=by,
    )
    content_id = project.content_id
    session.delete(project)
    session.flush()
    return sorted(_unused(session, site, content_id, keys))


def _cancel_work(session: Session, project: VideoProject, by: str) -> bool:
    """Cancel the open requests for a video; says whether one of them was running."""
    items = session.scalars(
        select(RequestItem).where(
            RequestItem.subject == (project.partition_key or ""), RequestItem.status.in_(OPEN_ITEM)
        )
    ).all()
    for request_id in sorted({item.request_id for item in items}):
        cancel_request(session, request_id, actor=by)
    return bool(items)


def _keys_of(asset: VideoAsset) -> Iterator[str]:
    yield asset.media_key
    for shot in asset.facts.get("shots", ()):
        yield str(shot.get("media_key", ""))


def _unused(session: Session, site: Site, content_id: int, keys: Iterable[str]) -> set[str]:
    """Those of the keys that are a video's own and that no other video of the same article uses: equal files are one file."""
    prefix = tenant_of(site).media_prefix
    own = {key for key in keys if key.startswith(tuple(f"{prefix}{place}" for place in OWN_FILES))}
    others = select(VideoAsset).join(VideoProject, VideoProject.id == VideoAsset.project_id)
    used = {
        key for asset in session.scalars(others.where(VideoProject.content_id == content_id)) for key in _keys_of(asset)
    }
    return own - used
