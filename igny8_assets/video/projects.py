"""A video project's life beside its files: opened for a published article, rendering, rendered."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.video.failures import NotMadeYet, ScriptNotApproved
from igny8_assets.video.presets import PLATFORM_OF_PRESET, lengths_of
from igny8_resources.contracts.video import VideoScript
from igny8_resources.events import append_event
from igny8_resources.requests import Item, add_waiting_items, finish_items
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import automation_of
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import RENDER_VIDEO


@dataclass(frozen=True)
class OpenedProject:
    """A project and whether it was opened now."""

    project: VideoProject
    is_new: bool


def open_project(session: Session, content: Content, site: Site, request_id: str | None) -> OpenedProject:
    """Open the project that a request or the site's automation asks for; the same one is opened once.

    Raises:
        ScriptInvalid: there is no video of this type in this preset.
    """
    automation = automation_of(session, site.id)
    payload: dict[str, Any] = session.get_one(Request, request_id).payload if request_id else {}
    video_type = payload.get("video_type") or automation.video_type
    preset = payload.get("render_preset") or automation.video_preset
    lengths_of(video_type, preset)
    project = session.scalar(
        select(VideoProject).where(
            VideoProject.content_id == content.id,
            VideoProject.video_type == video_type,
            VideoProject.render_preset == preset,
        )
    )
    is_new = project is None
    if project is None:
        project = VideoProject(
            account_id=content.account_id,
            site_id=content.site_id,
            content_id=content.id,
            request_id=request_id,
            title=content.title,
            video_type=video_type,
            render_preset=preset,
            target_platforms=[PLATFORM_OF_PRESET[preset]],
        )
        session.add(project)
        session.flush()
        project.partition_key = f"{site.key}-v{project.id}"
    if request_id:
        add_waiting_items(session, request_id, [Item(RENDER_VIDEO, project.partition_key or "")])
    if request_id and project.status in {"rendered", "published"}:
        # It is there already: whoever asks again has what they asked for.
        finish_items(session, project.partition_key or "", RENDER_VIDEO)
    if is_new or (request_id and project.status == "failed"):
        project.status = "script_draft"
        append_event(
            session,
            "video.project_created",
            project.partition_key or "",
            account_id=site.account_id,
            site_id=site.id,
            payload={"content_id": content.id, "preset": preset},
        )
    return OpenedProject(project, is_new)


def may_open(session: Session, content: Content, request_id: str | None) -> bool:
    """Whether the site's daily cap leaves room; what was asked for, or is open already, is not capped."""
    if request_id is not None or store.videos_left_today(session, content.site_id) != 0:
        return True
    return session.scalar(select(VideoProject.id).where(VideoProject.content_id == content.id).limit(1)) is not None


def mark_rendering(session: Session, partition: str) -> tuple[VideoProject, Site]:
    """A project that has no file yet is rendering from now on."""
    project, _, site = store.project_of(session, partition, lock=True)
    if store.render_of(session, project) is None:
        project.status = "rendering"
    return project, site


def mark_rendered(session: Session, partition: str, render: VideoRender) -> tuple[VideoProject, Content, Site]:
    """The project's file is there; whoever waits for it is told, once."""
    project, content, site = store.project_of(session, partition, lock=True)
    if project.status not in {"rendered", "published"}:
        project.status, project.error = "rendered", ""
        append_event(
            session,
            "video.rendered",
            partition,
            account_id=site.account_id,
            site_id=site.id,
            payload={"content_id": content.id, "media_key": render.media_key},
        )
    finish_items(session, partition, RENDER_VIDEO)
    return project, content, site


def script_of(project: VideoProject) -> VideoScript:
    """A project's script, for whoever speaks, shows or renders it.

    Raises:
        NotMadeYet: it has none.
        ScriptNotApproved: it has one that waits for approval.
    """
    if not project.script:
        raise NotMadeYet("script", "video_script")
    if project.script_status != "approved":
        raise ScriptNotApproved(project.partition_key or "", project.script_version)
    return VideoScript.model_validate(project.script)
