"""Versions of videos' scripts: added, looked up, approved, turned down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.store.writer import HUMAN
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoScriptVersion

WAITING = ("draft", "edited")


class ScriptRefused(Exception):
    """What is asked of a script cannot be done as things stand; the message says why."""


class UnknownScriptVersion(ScriptRefused):
    """The video has no script version with this number."""

    def __init__(self, project: VideoProject, number: int) -> None:
        super().__init__(f"the script of “{project.title}” has no version {number}")


class NotAScriptProposal(ScriptRefused):
    """The version is not a proposal, so that there is nothing to accept or to reject."""

    def __init__(self, version: VideoScriptVersion) -> None:
        super().__init__(f"version {version.version} of the script is no proposal: it is {version.status}")


class ScriptConflict(ScriptRefused):
    """Somebody else changed the script since it was read; nothing was saved."""

    def __init__(self, project: VideoProject, expected: int) -> None:
        super().__init__(
            f"the script of “{project.title}” is at version {project.script_version} by now, and this change was made to "
            f"version {expected}; read it again and put your change into the newer script"
        )
        self.current = project.script_version


class ScriptNotApprovable(ScriptRefused):
    """The script cannot be approved as it is; the message says why."""


@dataclass(frozen=True)
class ScriptAuthor:
    """Who wrote a version: ``provider:model`` and the call, or ``user:`` and who."""

    name: str
    provider: str = ""
    ai_call_id: int | None = None

    @property
    def is_person(self) -> bool:
        """Whether a person wrote it."""
        return self.name.startswith(HUMAN)


def person(by: str) -> ScriptAuthor:
    """A person as the author of a version; ``by`` is an actor such as ``user:maya@acme.example``."""
    return ScriptAuthor(by if by.startswith(HUMAN) else f"{HUMAN}{by}")


def versions_of(session: Session, project_id: int) -> Sequence[VideoScriptVersion]:
    """A script's versions, the newest first."""
    return session.scalars(
        select(VideoScriptVersion)
        .where(VideoScriptVersion.project_id == project_id)
        .order_by(VideoScriptVersion.version.desc())
    ).all()


def version_of(session: Session, project: VideoProject, number: int) -> VideoScriptVersion:
    """One version of a script.

    Raises:
        UnknownScriptVersion: there is none with this number.
    """
    found = session.scalar(
        select(VideoScriptVersion).where(
            VideoScriptVersion.project_id == project.id, VideoScriptVersion.version == number
        )
    )
    if found is None:
        raise UnknownScriptVersion(project, number)
    return found


def proposal_of(session: Session, project: VideoProject, number: int) -> VideoScriptVersion:
    """One version that waits for a person's decision.

    Raises:
        UnknownScriptVersion: there is none with this number.
        NotAScriptProposal: it is not a proposal.
    """
    found = version_of(session, project, number)
    if found.status != "proposal":
        raise NotAScriptProposal(found)
    return found


def people_chose(versions: Sequence[VideoScriptVersion]) -> bool:
    """Whether a person ever wrote or approved the script: from then on nothing but a person replaces it."""
    return any(v.written_by.startswith(HUMAN) or v.approved_by.startswith("user:") for v in versions)


def add_version(
    session: Session,
    project: VideoProject,
    script: dict[str, Any],
    author: ScriptAuthor,
    *,
    findings: Sequence[dict[str, Any]],
    article_version: int,
) -> VideoScriptVersion | None:
    """Keep a script as a version; it becomes the video's script, or a proposal where a person chose the present one.

    A model that gives an earlier script again, or a person who changes nothing, adds nothing: None.
    """
    versions = versions_of(session, project.id)
    if script == project.script:
        return None
    if not author.is_person and any(version.script == script for version in versions):
        return None
    beside = not author.is_person and people_chose(versions)
    version = VideoScriptVersion(
        account_id=project.account_id,
        site_id=project.site_id,
        project_id=project.id,
        version=versions[0].version + 1 if versions else 1,
        script=script,
        written_by=author.name,
        status="proposal" if beside else "edited" if author.is_person else "draft",
        findings=list(findings),
        article_version=article_version,
        ai_call_id=author.ai_call_id,
    )
    session.add(version)
    session.flush()
    if not beside:
        let_stand(session, project, version)
    return version


def let_stand(session: Session, project: VideoProject, version: VideoScriptVersion) -> None:
    """Make a version the video's script; whoever approved an earlier one did not approve this."""
    for other in versions_of(session, project.id):
        if other is not version and other.status in (*WAITING, "approved"):
            other.status = "past"
    if version.status == "proposal":
        version.status = "draft"
    project.script, project.script_version = version.script, version.version
    project.script_status = version.status
    project.title = str(version.script["title"])
    project.status, project.error = "script_draft", ""


def approve(session: Session, project: VideoProject, *, by: str) -> VideoScriptVersion:
    """Approve the script as it stands and say who did.

    Raises:
        ScriptNotApprovable: there is none, or its check found errors.
    """
    if not project.script_version:
        raise ScriptNotApprovable(f"“{project.title}” has no script yet; generate one first")
    version = version_of(session, project, project.script_version)
    if version.status == "approved":
        return version
    errors = [f"{found['passage']}: {found['message']}" for found in version.findings if found["severity"] == "error"]
    if errors:
        raise ScriptNotApprovable(f"the script has errors; mend them first. {errors[0]}")
    version.status = project.script_status = "approved"
    version.approved_at, version.approved_by = utc_now(), by
    project.status, project.error = "script_approved", ""
    append_event(
        session,
        "video.script_approved",
        project.partition_key or "",
        account_id=project.account_id,
        site_id=project.site_id,
        payload={"project_id": project.id, "version": version.version, "by": by},
        actor=by,
    )
    return version
