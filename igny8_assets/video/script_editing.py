"""People's work on a script: an edit, an approval, a proposal accepted or turned down, one section asked for anew."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from igny8_assets.findings import Finding
from igny8_assets.not_ready import NotReady
from igny8_assets.video.script_writing import (
    approve_by_itself,
    brief_of,
    drop_stale,
    findings_of,
    save_script,
    timed,
    timed_section,
)
from igny8_resources.ai.calls import Answered
from igny8_resources.contracts.video import ScriptSection, ScriptSectionBrief, VideoScript
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store import video_scripts as scripts
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoScriptVersion
from igny8_resources.warehouse.tables.writer import Content


@dataclass(frozen=True)
class EditedScript:
    """A script after a person's change: whether anything changed, and what the check says of it."""

    project: VideoProject
    changed: bool
    findings: tuple[Finding, ...]


def edit_script(
    session: Session,
    project: VideoProject,
    content: Content,
    site: Site,
    script: VideoScript,
    *,
    by: str,
    base_version: int,
    usual_pace: float,
) -> EditedScript:
    """Save a person's script as a new version; ``base_version`` is the version that the person had before them.

    Raises:
        ScriptConflict: the script has another version by now; nothing was saved.
        NotReady: the video is being rendered.
    """
    require_version(project, base_version)
    refuse_while_rendering(project)
    pace = brief_of(session, project, content, site, usual_pace).words_per_minute
    version, findings = save_script(session, project, content, timed(script, site.language, pace), scripts.person(by))
    return EditedScript(project, version is not None, findings)


def approve_script(
    session: Session, project: VideoProject, *, by: str, base_version: int | None = None
) -> VideoScriptVersion:
    """Approve the script as it stands; rendering starts by itself.

    Raises:
        ScriptConflict: ``base_version`` is given and the script has another version by now.
        ScriptNotApprovable: there is none, or its check found errors.
    """
    if base_version is not None:
        require_version(project, base_version)
    return scripts.approve(session, project, by=by)


def accept_proposal(session: Session, project: VideoProject, content: Content, number: int, *, by: str) -> EditedScript:
    """Make a proposal the video's script; it has to be approved like every new one.

    Raises:
        UnknownScriptVersion: there is no such version.
        NotAScriptProposal: it is not a proposal.
        NotReady: the video is being rendered.
    """
    refuse_while_rendering(project)
    version = scripts.proposal_of(session, project, number)
    script, before = VideoScript.model_validate(version.script), project.script
    findings = findings_of(project, content, script)
    version.findings = [finding.model_dump() for finding in findings]
    scripts.let_stand(session, project, version)
    drop_stale(session, project, before)
    _tell(session, "video.script_proposal_accepted", project, number, by)
    return EditedScript(project, True, findings)


def reject_proposal(session: Session, project: VideoProject, number: int, *, by: str) -> VideoScriptVersion:
    """Turn a proposal down; it stays on record, and the same script is not proposed again.

    Raises:
        UnknownScriptVersion: there is no such version.
        NotAScriptProposal: it is not a proposal.
    """
    version = scripts.proposal_of(session, project, number)
    version.status = "rejected"
    _tell(session, "video.script_proposal_rejected", project, number, by)
    return version


@dataclass(frozen=True)
class RewrittenSection:
    """A section after it was asked for anew.

    ``version`` holds it: the video's script where ``stands``, else a proposal; None when the model gave what is there.
    """

    section: ScriptSection
    version: int | None
    stands: bool
    findings: tuple[Finding, ...]
    call: Answered


def rewrite_section(parts: Platform, partition: str, number: int, *, wish: str = "") -> RewrittenSection:
    """Have one section (from 1) of a script written anew, and nothing else; ``wish`` says what is to be different.

    Raises:
        NotReady: there is no script or no such section, or the video is being rendered.
        ScriptConflict: somebody changed the script while the model wrote.
        ProviderError: there is no usable answer.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        require_module(session, site, "video")
        refuse_while_rendering(project)
        if not project.script:
            raise NotReady(f"“{project.title}” has no script yet; generate one first")
        script = VideoScript.model_validate(project.script)
        if not 1 <= number <= len(script.sections):
            raise NotReady(f"the script has sections 1 to {len(script.sections)}, and no section {number}")
        brief = brief_of(session, project, content, site, parts.settings.speech_words_per_minute)
        versions = scripts.versions_of(session, project.id)
    answered = parts.ai.text(
        tenant_of(site),
        "rewrite_script_section",
        subject=partition,
        inputs=ScriptSectionBrief(article=brief, script=script, index=number - 1, wish=wish),
        schema=ScriptSection,
        operation="video_script_section",
        salt=f"section:{versions[0].version if versions else 0}",
    )
    call, old = answered.call, script.sections[number - 1]
    fresh = timed_section(answered.value, site.language, brief.words_per_minute).model_copy(update={"type": old.type})
    changed = script.model_copy(update={"sections": (*script.sections[: number - 1], fresh, *script.sections[number:])})
    with parts.warehouse.write() as session:
        now, content, site = store.project_of(session, partition, lock=True)
        require_version(now, project.script_version)
        author = scripts.ScriptAuthor(f"{call.provider}:{call.model}", call.provider, call.call_id)
        version, findings = save_script(session, now, content, changed, author)
        now.credits_used += call.credits
        stands = version is not None and version.status != "proposal"
        approve_by_itself(session, now, site)
        return RewrittenSection(fresh, version.version if version else None, stands, findings, call)


def require_version(project: VideoProject, expected: int) -> None:
    """Refuse a change to a script that somebody else changed meanwhile.

    Raises:
        ScriptConflict: they did.
    """
    if project.script_version != expected:
        raise scripts.ScriptConflict(project, expected)


def refuse_while_rendering(project: VideoProject) -> None:
    """Refuse to change a script under a render that is made from it.

    Raises:
        NotReady: it is being rendered.
    """
    if project.status == "rendering":
        raise NotReady(f"“{project.title}” is being rendered; wait for it or cancel its request first")


def _tell(session: Session, kind: str, project: VideoProject, version: int, by: str) -> None:
    append_event(
        session,
        kind,
        project.partition_key or "",
        account_id=project.account_id,
        site_id=project.site_id,
        payload={"project_id": project.id, "version": version, "by": by},
        actor=by,
    )
