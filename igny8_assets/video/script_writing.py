"""The script of a video: asked for with the article's passages, checked against them, and kept as a version."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from igny8_assets.article_passages import citable_passages
from igny8_assets.findings import Finding, passed
from igny8_assets.not_ready import NotReady
from igny8_assets.video.narration import plain_text
from igny8_assets.video.presets import PLATFORM_OF_PRESET, lengths_of
from igny8_assets.video.script_check import script_findings
from igny8_assets.video.script_pace import measured_pace, seconds_of
from igny8_resources.ai.calls import Answered
from igny8_resources.contracts.video import ArticlePassage, ScriptSection, VideoBrief, VideoScript
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store import video_scripts as scripts
from igny8_resources.warehouse.store.sites import automation_of, require_module, tenant_of, voice_of
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoScriptVersion
from igny8_resources.warehouse.tables.writer import Content

AUTOMATION = "automation:auto_approve_scripts"


@dataclass(frozen=True)
class WrittenScript:
    """A script after it was asked for.

    ``status`` is that of its version (draft, edited, approved, proposal); ``version`` 0 is a script from before versions were
    kept. ``call`` is None where the script that is there was kept.
    """

    script: VideoScript
    version: int
    status: str
    findings: tuple[Finding, ...]
    call: Answered | None


def write_script(parts: Platform, partition: str, *, again: bool = False) -> WrittenScript:
    """See that a video has a script of its article as it is now; ``again`` asks for another one all the same.

    A script that a person wrote or approved is never replaced: what a model writes after that is a proposal.

    Raises:
        ModuleDisabled: the site's video module is off.
        ScriptInvalid: there is no video of the project's type in its preset.
        ProviderError: no model gave a usable script.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        require_module(session, site, "video")
        versions = scripts.versions_of(session, project.id)
        brief = brief_of(session, project, content, site, parts.settings.speech_words_per_minute)
    standing = next((version for version in versions if version.version == project.script_version), None)
    is_current = standing is None or standing.article_version == content.version or standing.status == "approved"
    if project.script and not again and is_current:
        return _kept(parts, partition, standing)
    written = parts.ai.text(
        tenant_of(site),
        "generate_video_script",
        subject=partition,
        inputs=brief,
        schema=VideoScript,
        operation="video_script",
        # The same until there is another version: a repeat after a crash is answered from the journal.
        salt=f"again:{versions[0].version}" if again and versions else "",
    )
    call = written.call
    script = timed(written.value, site.language, brief.words_per_minute)
    author = scripts.ScriptAuthor(f"{call.provider}:{call.model}", call.provider, call.call_id)
    with parts.warehouse.write() as session:
        project, content, site = store.project_of(session, partition, lock=True)
        version, findings = save_script(session, project, content, script, author)
        approve_by_itself(session, project, site)
        project.credits_used += call.credits
        saved = version or _same_as(session, project, script)
        return WrittenScript(script, saved.version, saved.status, findings, call)


def _kept(parts: Platform, partition: str, standing: VideoScriptVersion | None) -> WrittenScript:
    with parts.warehouse.write() as session:
        project, _, site = store.project_of(session, partition, lock=True)
        approve_by_itself(session, project, site)
        script = VideoScript.model_validate(project.script)
        findings = tuple(Finding.model_validate(found) for found in standing.findings) if standing else ()
        return WrittenScript(script, project.script_version, project.script_status, findings, None)


def _same_as(session: Session, project: VideoProject, script: VideoScript) -> VideoScriptVersion:
    """The version that says the same already."""
    said = script.model_dump(mode="json")
    return next(version for version in scripts.versions_of(session, project.id) if version.script == said)


def brief_of(session: Session, project: VideoProject, content: Content, site: Site, usual_pace: float) -> VideoBrief:
    """What a script is written from: the article's passages, and how long the video may be at the voice's own pace.

    Raises:
        ScriptInvalid: there is no video of the project's type in its preset.
        NotReady: the article has no text.
    """
    shortest, longest = lengths_of(project.video_type, project.render_preset)
    pace = measured_pace(session, site.id, project.voice_id, site.language, otherwise=usual_pace)
    return VideoBrief(
        voice=voice_of(session, site),
        video_type=project.video_type,
        platform=PLATFORM_OF_PRESET[project.render_preset],
        preset=project.render_preset,
        title=content.title,
        summary=content.meta_description,
        passages=_passages(content),
        url=content.url,
        min_seconds=shortest,
        max_seconds=longest,
        words_per_minute=pace,
    )


def _passages(content: Content) -> tuple[ArticlePassage, ...]:
    if not content.draft:
        raise NotReady(f"“{content.title}” has no text here that a script could be made of")
    return citable_passages(ArticleDraft.model_validate(content.draft))


def timed(script: VideoScript, language: str, words_per_minute: float) -> VideoScript:
    """A script with its narration as plain text, and lasting what a voice of this pace takes for it."""
    return script.model_copy(
        update={"sections": tuple(timed_section(each, language, words_per_minute) for each in script.sections)}
    )


def timed_section(section: ScriptSection, language: str, words_per_minute: float) -> ScriptSection:
    """One section the same way."""
    narration = plain_text(section.narration)
    seconds = seconds_of(narration, language, words_per_minute)
    return section.model_copy(update={"narration": narration, "duration_estimate": seconds})


def findings_of(project: VideoProject, content: Content, script: VideoScript) -> tuple[Finding, ...]:
    """What the check says of a script beside its article as it is now."""
    return tuple(script_findings(script, _passages(content), lengths_of(project.video_type, project.render_preset)))


def save_script(
    session: Session, project: VideoProject, content: Content, script: VideoScript, author: scripts.ScriptAuthor
) -> tuple[VideoScriptVersion | None, tuple[Finding, ...]]:
    """Keep a script as a version; the voice and pictures of sections that changed are out of date and go.

    Returns:
        The version, None where the same is there already; and what the check says of it.
    """
    findings = findings_of(project, content, script)
    before: dict[str, Any] = project.script
    version = scripts.add_version(
        session,
        project,
        script.model_dump(mode="json"),
        author,
        findings=[finding.model_dump() for finding in findings],
        article_version=content.version,
    )
    if version is None:
        return None, findings
    if version.status == "proposal":
        _tell(session, "video.script_proposed", project, author.name, version.version)
    else:
        project.provider = author.provider or project.provider
        drop_stale(session, project, before)
        kind = "video.script_edited" if author.is_person else "video.script_drafted"
        _tell(session, kind, project, author.name, version.version)
    return version, findings


def drop_stale(session: Session, project: VideoProject, before: dict[str, Any]) -> None:
    """Forget the voice of sections that say something else now, and the pictures of those that show something else.

    A voice does not depend on what is seen; a picture is chosen for what is said.
    """
    old = before.get("sections", [])
    new = project.script["sections"]
    for index in range(min(len(old), len(new))):
        spoken = old[index]["narration"] != new[index]["narration"]
        shown = spoken or any(
            old[index].get(name) != new[index].get(name)
            for name in ("visual_cue", "text_overlay", "code_block", "type")
        )
        if shown:
            store.drop_section_assets(session, project.id, index, keep_voice=not spoken)
    store.drop_assets_beyond(session, project.id, min(len(old), len(new)))


def approve_by_itself(session: Session, project: VideoProject, site: Site) -> None:
    """Approve a model's script that passed its check, where the site's automation says so."""
    if project.script_status != "draft" or not automation_of(session, site.id).auto_approve_scripts:
        return
    version = scripts.version_of(session, project, project.script_version)
    if passed(Finding.model_validate(found) for found in version.findings):
        scripts.approve(session, project, by=AUTOMATION)


def _tell(session: Session, kind: str, project: VideoProject, by: str, version: int) -> None:
    append_event(
        session,
        kind,
        project.partition_key or "",
        account_id=project.account_id,
        site_id=project.site_id,
        payload={"project_id": project.id, "version": version, "by": by},
        actor=by,
    )
