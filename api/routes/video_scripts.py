"""Video: scripts read, edited, approved, and told anew by section."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Path, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access, Reader, Writer
from api.envelope import Envelope, RowId, refusals
from api.idempotency import Post, once, once_answered
from api.listing import columns_of
from api.problems import Problem, not_found
from api.routes.writer_editing import Base, Number, version_in
from api.routing import Router
from api.shapes.video_scripts import (
    ApprovedScriptItem,
    EditedScriptItem,
    EditScript,
    RewriteScriptSection,
    RewrittenScriptSection,
    ScriptVersionDetail,
    ScriptVersionItem,
)
from api.shapes.writer_editing import FindingItem
from igny8_resources.contracts.video import VideoScript
from igny8_resources.warehouse.store import video as videos
from igny8_resources.warehouse.store import video_scripts as scripts
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoScriptVersion
from igny8_resources.warehouse.tables.writer import Content

if TYPE_CHECKING:
    from igny8_assets.video.script_editing import EditedScript

router = Router(prefix="/video", tags=["video"])

SectionId = Annotated[int, Path(ge=1, le=1000, description="The section's number, from 1.")]


@router.get(
    "/projects/{id}/script/versions/", summary="List a script's versions", responses=refusals(400, 401, 403, 404)
)
def list_script_versions(access: Reader, id: RowId) -> Envelope[list[ScriptVersionItem]]:  # noqa: A002 - the path's own name
    """What the script said at different times and what waits for a decision, the newest first."""
    with access.read() as session:
        project = _project(session, id)
        rows = session.execute(
            select(*columns_of(VideoScriptVersion, ScriptVersionItem))
            .where(VideoScriptVersion.project_id == project.id)
            .order_by(VideoScriptVersion.version.desc())
        )
        return Envelope(data=[ScriptVersionItem.model_validate(row) for row in rows])


@router.get(
    "/projects/{id}/script/versions/{number}/",
    summary="One version of a script",
    responses=refusals(400, 401, 403, 404),
)
def read_script_version(access: Reader, id: RowId, number: Number) -> Envelope[ScriptVersionDetail]:  # noqa: A002 - the path's own name
    """One version with its sections and what its check said."""
    with access.read() as session, refusing():
        version = scripts.version_of(session, _project(session, id), number)
        return Envelope(data=ScriptVersionDetail.model_validate(version))


@router.put(
    "/projects/{id}/script/",
    summary="Edit a script",
    responses=refusals(400, 401, 403, 404, 409, 413, 428),
)
def edit_script(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: EditScript,
    base: Base = None,
) -> Envelope[EditedScriptItem]:
    """Save a person's script as a new version. From then on nothing but a person replaces it.

    It has to be approved, whoever had approved the one before. Voice and pictures of the other sections stay.
    """
    from igny8_assets.video import script_editing as editing

    if base is None:
        raise Problem(428, "Say which version was edited: send the header If-Match with the video's script_version.")
    with access.write() as session, refusing():
        project, content, site = locked_video(session, id)
        edited = editing.edit_script(
            session,
            project,
            content,
            site,
            asked.script,
            by=access.principal.actor,
            base_version=version_in(base),
            usual_pace=access.service.settings.speech_words_per_minute,
        )
        response.headers["ETag"] = f'"{edited.project.script_version}"'
        return Envelope(data=_shown(edited), message="Saved." if edited.changed else "Nothing was different.")


# The newer registry of endpoints has PATCH here, the older one PUT; both are the same act.
router.add_api_route(
    "/projects/{id}/script/",
    edit_script,
    methods=["PATCH"],
    summary="Edit a script (other method)",
    operation_id="edit_script_by_its_other_method",
    responses=refusals(400, 401, 403, 404, 409, 413, 428),
)


@router.post(
    "/projects/{id}/approve-script/",
    summary="Approve a script",
    responses=refusals(400, 401, 403, 404, 409),
)
def approve_script(
    access: Writer,
    post: Post,
    id: RowId,  # noqa: A002 - the path's own name
    base: Base = None,
) -> Envelope[ApprovedScriptItem]:
    """Approve the script as it stands; the video is made by itself. With `If-Match` only the version that was read."""
    from igny8_assets.video import script_editing as editing

    def approved(session: Session) -> Envelope[ApprovedScriptItem]:
        with refusing():
            project, _, _ = locked_video(session, id)
            version = None if base is None else version_in(base)
            done = editing.approve_script(session, project, by=access.principal.actor, base_version=version)
        session.flush()
        return Envelope(data=ApprovedScriptItem.model_validate(done), message="Approved.")

    return once(access, post, Envelope[ApprovedScriptItem], approved, status=200)


@router.post(
    "/projects/{id}/script/versions/{number}/accept/",
    summary="Accept a proposed script",
    responses=refusals(400, 401, 403, 404, 409),
)
def accept_script(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    number: Number,
) -> Envelope[EditedScriptItem]:
    """Make a proposal the video's script; it has to be approved like every new one."""
    from igny8_assets.video import script_editing as editing

    with access.write() as session, refusing():
        project, content, _ = locked_video(session, id)
        accepted = editing.accept_proposal(session, project, content, number, by=access.principal.actor)
        response.headers["ETag"] = f'"{accepted.project.script_version}"'
        return Envelope(data=_shown(accepted), message="Accepted.")


@router.post(
    "/projects/{id}/script/versions/{number}/reject/",
    summary="Reject a proposed script",
    responses=refusals(400, 401, 403, 404, 409),
)
def reject_script(access: Writer, id: RowId, number: Number) -> Envelope[ScriptVersionDetail]:  # noqa: A002 - the path's own name
    """Turn a proposal down; it stays on record."""
    from igny8_assets.video import script_editing as editing

    with access.write() as session, refusing():
        project, _, _ = locked_video(session, id)
        version = editing.reject_proposal(session, project, number, by=access.principal.actor)
        return Envelope(data=ScriptVersionDetail.model_validate(version), message="Rejected.")


@router.post(
    "/projects/{id}/regenerate-section/{section_id}/",
    summary="Have one section told anew",
    responses=refusals(400, 401, 402, 403, 404, 409, 413, 502),
)
def regenerate_section(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    section_id: SectionId,
    asked: RewriteScriptSection,
    post: Post,
) -> Envelope[RewrittenScriptSection]:
    """Ask the model for one section alone, and wait for it. Beside a person's script the result is a proposal.

    The section's voice and picture are out of date with it; the next render makes them, and no others.
    """
    return once_answered(
        access,
        post,
        Envelope[RewrittenScriptSection],
        lambda: regenerated(access, id, section_id, asked.wish),
    )


def regenerated(access: Access, project_id: int, section_id: int, wish: str) -> Envelope[RewrittenScriptSection]:
    """One section of a script told anew, as its route answers."""
    from igny8_assets.video import script_editing as editing

    with access.read() as session:
        partition = _project(session, project_id).partition_key or ""
    with refusing():
        done = editing.rewrite_section(access.platform, partition, section_id, wish=wish)
    said = "The model gave what is there already."
    if done.version is not None:
        said = "It is the video's script now." if done.stands else f"It waits as proposal {done.version}."
    return Envelope(
        data=RewrittenScriptSection(
            section_id=section_id,
            section=done.section.model_dump(mode="json"),
            version=done.version,
            stands=done.stands,
            findings=[FindingItem.model_validate(finding.model_dump()) for finding in done.findings],
            credits=done.call.credits,
            provider=done.call.provider,
        ),
        message=said,
    )


@contextmanager
def refusing() -> Iterator[None]:
    """Answer what cannot be done as things stand with a status that says so."""
    from igny8_assets.not_ready import NotReady
    from igny8_assets.video.failures import VideoError
    from igny8_resources.ai.errors import ProviderError
    from igny8_resources.credits import InsufficientCredits

    try:
        yield
    except scripts.UnknownScriptVersion as unknown:
        raise Problem(404, f"{unknown}.") from unknown
    except scripts.ScriptConflict as conflict:
        raise Problem(409, f"{conflict}.", headers={"ETag": f'"{conflict.current}"'}) from conflict
    except (scripts.ScriptRefused, NotReady, VideoError) as refused:
        raise Problem(409, f"{str(refused).rstrip('.')}.") from refused
    except InsufficientCredits as short:
        raise Problem(402, f"{str(short).capitalize()}.") from short
    except ProviderError as failure:
        raise Problem(502, f"The model did not answer usably: {failure}") from failure


def locked_video(session: Session, project_id: int) -> tuple[VideoProject, Content, Site]:
    """A video under lock with its article and site.

    Raises:
        Problem: 404, there is none.
        ModuleDisabled: the site's video module is off.
    """
    project, content, site = videos.project_of(session, _project(session, project_id).partition_key or "", lock=True)
    require_module(session, site, "video")
    return project, content, site


def _project(session: Session, project_id: int) -> VideoProject:
    project = session.scalar(select(VideoProject).where(VideoProject.id == project_id))
    if project is None:
        raise not_found("video project")
    return project


def _shown(edited: "EditedScript") -> EditedScriptItem:
    from igny8_assets.video.script_pace import total_seconds

    project = edited.project
    return EditedScriptItem(
        version=project.script_version,
        status=project.script_status,
        changed=edited.changed,
        seconds=round(total_seconds(VideoScript.model_validate(project.script).sections), 1),
        findings=[FindingItem.model_validate(finding.model_dump()) for finding in edited.findings],
    )
