"""Video: what is made for a project asked for step by step, its files, and a project deleted."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access, Reader, Writer
from api.envelope import Envelope, RowId, refusals
from api.listing import columns_of
from api.problems import Problem, not_found
from api.routes.video_scripts import locked_video, refusing
from api.routing import Router
from api.shapes.deleted import DeletedRow
from api.shapes.requests import Accepted
from api.shapes.video import VideoAssetItem, VideoRenderItem
from api.shapes.video_scripts import SpeakVideo
from api.submission import IdempotencyKey, Work, require_working, submit
from igny8_resources.contracts.vocabulary import RequestKind
from igny8_resources.requests import Item
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from jobs.names import JOB_OF_REQUEST

router = Router(prefix="/video", tags=["video"])

_ASKED = refusals(400, 401, 403, 404, 409, 413)


@router.get("/projects/{id}/assets/", summary="List a video's files", responses=refusals(400, 401, 403, 404))
def list_assets(access: Reader, id: RowId) -> Envelope[list[VideoAssetItem]]:  # noqa: A002 - the path's own name
    """The voices and pictures that the video is made of, by type and section."""
    with access.read() as session:
        _require(session, id)
        rows = session.execute(
            select(*columns_of(VideoAsset, VideoAssetItem))
            .where(VideoAsset.project_id == id)
            .order_by(VideoAsset.asset_type, VideoAsset.section_index)
        )
        return Envelope(data=[VideoAssetItem.model_validate(row) for row in rows])


@router.get("/projects/{id}/renders/", summary="List a video's renders", responses=refusals(400, 401, 403, 404))
def list_renders(access: Reader, id: RowId) -> Envelope[list[VideoRenderItem]]:  # noqa: A002 - the path's own name
    """The rendered files, the newest first."""
    with access.read() as session:
        _require(session, id)
        rows = session.execute(
            select(*columns_of(VideoRender, VideoRenderItem))
            .where(VideoRender.project_id == id)
            .order_by(VideoRender.rendered_at.desc())
        )
        return Envelope(data=[VideoRenderItem.model_validate(row) for row in rows])


@router.post("/projects/{id}/generate-script/", status_code=202, summary="Ask for a script", responses=_ASKED)
def generate_script(access: Writer, id: RowId, key: IdempotencyKey = None) -> Envelope[Accepted]:  # noqa: A002 - the path's own name
    """Have a script written anew. Beside one that a person wrote or approved it is a proposal."""
    return _asked(access, key, id, "video_script")


@router.post("/projects/{id}/generate-voiceover/", status_code=202, summary="Ask for the voice", responses=_ASKED)
def generate_voiceover(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: SpeakVideo | None = None,
    key: IdempotencyKey = None,
) -> Envelope[Accepted]:
    """Have the approved script spoken; sections that were spoken before are not paid again."""
    voice = asked.voice if asked is not None else None
    if voice:
        _require_voice(access, id, voice)

    def choose(project: VideoProject) -> None:
        if voice is not None:
            project.voice = voice

    return _asked(access, key, id, "video_voiceover", {"voice": voice}, choose)


@router.post("/projects/{id}/generate-visuals/", status_code=202, summary="Ask for the pictures", responses=_ASKED)
def generate_visuals(access: Writer, id: RowId, key: IdempotencyKey = None) -> Envelope[Accepted]:  # noqa: A002 - the path's own name
    """Have what is seen chosen and drawn for the approved script."""
    return _asked(access, key, id, "video_visuals")


@router.post("/projects/{id}/compose/", status_code=202, summary="Ask for the file", responses=_ASKED)
def compose(access: Writer, id: RowId, key: IdempotencyKey = None) -> Envelope[Accepted]:  # noqa: A002 - the path's own name
    """Have the video rendered; voice and pictures that are missing are made first, and the same video is rendered once."""
    return _asked(access, key, id, "video_render")


# The newer registry of endpoints calls it a render; both are the same act.
router.add_api_route(
    "/projects/{id}/render/",
    compose,
    methods=["POST"],
    status_code=202,
    summary="Ask for the file (other path)",
    operation_id="compose_by_its_other_path",
    responses=_ASKED,
)


@router.post("/projects/{id}/generate-listings/", status_code=202, summary="Ask for the listings", responses=_ASKED)
def generate_listings(access: Writer, id: RowId, key: IdempotencyKey = None) -> Envelope[Accepted]:  # noqa: A002 - the path's own name
    """Have what the rendered video is found by written anew for each of its platforms; a person's words are kept."""
    return _asked(access, key, id, "video_listing")


@router.delete("/projects/{id}/", summary="Delete a video", responses=refusals(400, 401, 403, 404, 409))
def delete_project(access: Writer, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Delete a video with its script, voices, pictures and files; open requests for it are cancelled first.

    A video that is or may be on a platform stays: its record says where.
    """
    from igny8_assets.video.deleting import delete_project as delete_rows

    with access.write() as session, refusing():
        project, _, site = locked_video(session, id)
        files = delete_rows(session, project, site, by=access.principal.actor)
    # After the rows: a file without a row is found by nobody, a row without its file would be.
    for file in files:
        access.service.media.delete(file)
    return Envelope(data=DeletedRow(id=id), message="Deleted.")


def _asked(
    access: Access,
    key: str | None,
    project_id: int,
    kind: RequestKind,
    choices: dict[str, str | None] | None = None,
    also: Callable[[VideoProject], None] | None = None,
) -> Envelope[Accepted]:
    """Record work on one video; everything but its script needs the script to be approved."""

    def gates(session: Session) -> Work:
        project = session.scalar(select(VideoProject).where(VideoProject.id == project_id).with_for_update())
        if project is None:
            raise not_found("video project")
        site = session.scalars(select(Site).where(Site.id == project.site_id)).one()
        require_working(session, site, "video")
        if project.status == "rendering":
            raise Problem(409, "The video is being rendered: wait for it, or cancel its request first.")
        if kind != "video_script" and project.script_status != "approved":
            said = "waits for approval" if project.script else "is not written yet"
            raise Problem(409, f"The video's script {said}; it is approved first, then spoken, shown and rendered.")
        if also is not None:
            also(project)
        return Work(site, [Item(JOB_OF_REQUEST[kind], project.partition_key or "")])

    chosen = {name: value for name, value in (choices or {}).items() if value is not None}
    return submit(access, key, kind, {"project_id": project_id, **chosen}, gates)


def _require_voice(access: Access, project_id: int, voice: str) -> None:
    """Refuse a voice that does not exist or does not speak the site's language, before anything is recorded."""
    from igny8_resources.ai.errors import ProviderError
    from igny8_resources.ai.voice_samples import checked_choice

    with access.read() as session:
        of_project = select(Site.language).join(VideoProject, VideoProject.site_id == Site.id)
        language = session.scalar(of_project.where(VideoProject.id == project_id))
    if language is None:
        raise not_found("video project")
    try:
        checked_choice(access.platform.ai.routing, voice, language)
    except ProviderError as unusable:
        raise Problem(400, "This voice cannot speak the video.", {"voice": [str(unusable)]}) from unusable


def _require(session: Session, project_id: int) -> None:
    if session.scalar(select(VideoProject.id).where(VideoProject.id == project_id)) is None:
        raise not_found("video project")
