"""The script of a video: asked for with the article's passages, and kept."""

from sqlalchemy.orm import Session

from igny8_assets.article_passages import citable_passages
from igny8_assets.video.presets import PLATFORM_OF_PRESET, lengths_of
from igny8_resources.ai.router import TextResult
from igny8_resources.contracts.video import VideoBrief, VideoScript
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import tenant_of, voice_of
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content


def script_brief(
    session: Session, project: VideoProject, content: Content, site: Site, words_per_minute: float
) -> VideoBrief:
    """What a script is written from: the article's passages, and how long the video may be at this pace.

    Raises:
        ScriptInvalid: there is no video of the project's type in its preset.
    """
    shortest, longest = lengths_of(project.video_type, project.render_preset)
    return VideoBrief(
        voice=voice_of(session, site),
        video_type=project.video_type,
        platform=PLATFORM_OF_PRESET[project.render_preset],
        preset=project.render_preset,
        title=content.title,
        summary=content.meta_description,
        passages=citable_passages(ArticleDraft.model_validate(content.draft)),
        url=content.url,
        min_seconds=shortest,
        max_seconds=longest,
        words_per_minute=words_per_minute,
    )


def write_script(parts: Platform, partition: str) -> TextResult[VideoScript]:
    """Ask for the script of a video's article and save it."""
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        brief = script_brief(session, project, content, site, parts.settings.speech_words_per_minute)
    written = parts.ai.text(
        tenant_of(site),
        "generate_video_script",
        subject=partition,
        inputs=brief,
        schema=VideoScript,
        operation="video_script",
    )
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        script = written.value.model_dump(mode="json")
        if project.script != script or project.status in {"script_draft", "failed"}:
            project.status = "script_approved"
        project.script, project.title = script, written.value.title
        project.provider, project.error = written.call.provider, ""
        store.drop_assets_beyond(session, project.id, len(written.value.sections))
    return written
