"""The listing of a rendered video on its platforms: asked for, checked, kept; what a person wrote stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.findings import Finding
from igny8_assets.video.chapters import Chapter, chapters_of, has_chapters, section_starts
from igny8_assets.video.failures import NotMadeYet
from igny8_assets.video.listing import LIMITS, fitted, listing_findings, tracked_link
from igny8_assets.video.projects import script_of
from igny8_assets.video.voiceover import VOICEOVER
from igny8_resources.ai.calls import Answered
from igny8_resources.contracts.video import VideoSeo, VideoSeoBrief
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of, voice_of
from igny8_resources.warehouse.store.writer import HUMAN
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoListing
from igny8_resources.warehouse.tables.writer import Content


class ListingConflict(Exception):
    """Somebody else changed the listing since it was read; nothing was saved."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the listing is at version {current} by now; read it again and make the change to that")
        self.current = current


@dataclass(frozen=True)
class Listed:
    """A listing and the call that wrote it; None where a person's was kept."""

    platform: str
    title: str
    findings: tuple[Finding, ...]
    call: Answered | None


def write_listings(parts: Platform, partition: str, *, again: bool = False) -> list[Listed]:
    """List a rendered video on each of its platforms; one that a person wrote is kept, with its chapters brought up to date.

    Raises:
        NotMadeYet: the video is not rendered.
        ProviderError: no model gave a usable listing.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        require_module(session, site, "video")
    return [_write(parts, partition, platform, again=again) for platform in project.target_platforms]


def _write(parts: Platform, partition: str, platform: str, *, again: bool) -> Listed:
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        kept = listing_of(session, project.id, platform)
        chapters = chapters_for(session, project, platform)
        brief = _brief(session, project, content, platform)
    link = tracked_link(content.url, platform, content.slug)
    if kept is not None and kept.written_by.startswith(HUMAN):
        with parts.warehouse.write() as session:
            row = _locked(session, project.id, platform)
            findings = _save(row, words_of(row), chapters, link)
        return Listed(platform, kept.title, findings, None)
    written = parts.ai.text(
        tenant_of(site),
        "generate_video_seo",
        subject=partition,
        inputs=brief,
        schema=VideoSeo,
        operation="video_seo",
        salt=f"again:{kept.version}" if again and kept is not None else "",
    )
    call, words = written.call, fitted(written.value, brief)
    with parts.warehouse.write() as session:
        project, _, site = store.project_of(session, partition, lock=True)
        found = listing_of(session, project.id, platform)
        if found is None:
            row = VideoListing(
                account_id=site.account_id, site_id=site.id, project_id=project.id, platform=platform, version=0
            )
            session.add(row)
        else:
            row = _locked(session, project.id, platform)
        is_new = row.version == 0 or words_of(row) != words
        row.written_by, row.ai_call_id = f"{call.provider}:{call.model}", call.call_id
        findings = _save(row, words, chapters, link)
        row.version += is_new
        project.credits_used += call.credits
        if is_new:
            _tell(session, "video.listed", project, platform, row.written_by)
    return Listed(platform, words.title, findings, call)


def edit_listing(
    session: Session, project: VideoProject, content: Content, platform: str, words: VideoSeo, *, by: str, base: int
) -> VideoListing:
    """Save a person's listing; from then on nothing but a person changes its words.

    Raises:
        NotMadeYet: the video has no listing on the platform yet.
        ListingConflict: it has another version than ``base`` by now.
    """
    if listing_of(session, project.id, platform) is None:
        raise NotMadeYet("listing", "video_listings")
    row = _locked(session, project.id, platform)
    if row.version != base:
        raise ListingConflict(row.version)
    if words_of(row) != words:
        row.version += 1
        row.written_by, row.ai_call_id = by, None
        chapters = [Chapter(each["seconds"], each["title"]) for each in row.chapters]
        _save(row, words, chapters, row.link or tracked_link(content.url, platform, content.slug))
        _tell(session, "video.listing_edited", project, platform, by)
    return row


def listing_of(session: Session, project_id: int, platform: str) -> VideoListing | None:
    """How a video is listed on a platform, if it is."""
    return session.scalar(
        select(VideoListing).where(VideoListing.project_id == project_id, VideoListing.platform == platform)
    )


def words_of(row: VideoListing) -> VideoSeo:
    """The words of a listing."""
    return VideoSeo(title=row.title, description=row.description, tags=tuple(row.tags), hashtags=tuple(row.hashtags))


def chapters_for(session: Session, project: VideoProject, platform: str) -> tuple[Chapter, ...]:
    """The chapters of a rendered video, where the platform has them.

    Raises:
        NotMadeYet: it is not rendered.
    """
    render = store.render_of(session, project)
    if render is None:
        raise NotMadeYet("file", "rendered_video")
    if not has_chapters(platform, project.render_preset):
        return ()
    script = script_of(project)
    voices = [asset.duration_seconds or 0.0 for asset in store.assets_of(session, project.id, VOICEOVER)]
    if len(voices) != len(script.sections):
        return ()
    return chapters_of(script.sections, section_starts(voices, render.duration_seconds), render.duration_seconds)


def _brief(session: Session, project: VideoProject, content: Content, platform: str) -> VideoSeoBrief:
    _, _, site = store.project_of(session, project.partition_key or "")
    script, limits = script_of(project), LIMITS[platform]
    return VideoSeoBrief(
        voice=voice_of(session, site),
        platform=platform,
        video_type=project.video_type,
        title=script.title,
        summary=content.meta_description,
        narration=" ".join(section.narration for section in script.sections),
        points=tuple(section.text_overlay for section in script.sections if section.type == "point"),
        keywords=(content.primary_keyword, *content.secondary_keywords) if content.primary_keyword else (),
        max_title=limits.title,
        max_description=limits.description - limits.reserve,
        max_tags=limits.tags,
        max_hashtags=limits.hashtags,
    )


def _locked(session: Session, project_id: int, platform: str) -> VideoListing:
    return session.scalars(
        select(VideoListing)
        .where(VideoListing.project_id == project_id, VideoListing.platform == platform)
        .with_for_update()
    ).one()


def _save(row: VideoListing, words: VideoSeo, chapters: Sequence[Chapter], link: str) -> tuple[Finding, ...]:
    findings = tuple(listing_findings(row.platform, words, chapters, link))
    row.title, row.description = words.title, words.description
    row.tags, row.hashtags = list(words.tags), list(words.hashtags)
    row.chapters = [{"seconds": chapter.seconds, "title": chapter.title} for chapter in chapters]
    row.link, row.findings = link, [finding.model_dump() for finding in findings]
    return findings


def _tell(session: Session, kind: str, project: VideoProject, platform: str, by: str) -> None:
    append_event(
        session,
        kind,
        project.partition_key or "",
        account_id=project.account_id,
        site_id=project.site_id,
        payload={"project_id": project.id, "platform": platform, "by": by},
        actor=by,
    )
