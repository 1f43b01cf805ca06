"""Video: projects to read and to ask for."""

from typing import Annotated, ClassVar, Literal, Self

from fastapi import Query, Request
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Reader, Writer
from api.envelope import Asked, Envelope, Page, RowId, refusals
from api.filters import SiteQuery
from api.links import video_path
from api.listing import columns_of, list_page
from api.problems import Problem, not_found
from api.published import published_article
from api.routing import Router
from api.shapes.requests import Accepted
from api.shapes.video import VideoAssetItem, VideoDetail, VideoItem, VideoRenderItem
from api.submission import IdempotencyKey, Work, submit
from igny8_resources.contracts.vocabulary import RenderPreset, VideoType
from igny8_resources.requests import Item
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from jobs.names import CREATE_VIDEO_PROJECT

router = Router(prefix="/video", tags=["video"])

VideoStatus = Literal["script_draft", "script_approved", "rendering", "rendered", "published", "failed"]


class VideoQuery(SiteQuery):
    """Filters of the project list."""

    entity: ClassVar = VideoProject
    searched: ClassVar = (VideoProject.title,)

    content: RowId | None = Field(None, description="Only videos of this article; its id.")
    status: VideoStatus | None = None
    video_type: VideoType | None = None
    render_preset: RenderPreset | None = None
    ordering: Literal["id", "-id", "title", "-title", "created_at", "-created_at"] = "-id"


@router.get("/projects/", summary="List video projects", responses=refusals(400, 401, 403, 404))
def list_projects(access: Reader, request: Request, query: Annotated[VideoQuery, Query()]) -> Page[VideoItem]:
    """Videos, the newest first."""
    return list_page(access, request, select(*columns_of(VideoProject, VideoItem)), query, VideoItem)


@router.get("/projects/{id}/", summary="One video project", responses=refusals(400, 401, 403, 404))
def read_project(access: Reader, id: RowId) -> Envelope[VideoDetail]:  # noqa: A002 - the path's own name
    """One video with its script, the files it is made of and its renders."""
    with access.read() as session:
        row = session.execute(select(*columns_of(VideoProject, VideoDetail)).where(VideoProject.id == id)).one_or_none()
        if row is None:
            raise not_found("video project")
        assets = session.execute(
            select(*columns_of(VideoAsset, VideoAssetItem))
            .where(VideoAsset.project_id == id)
            .order_by(VideoAsset.asset_type, VideoAsset.section_index)
        )
        renders = session.execute(
            select(*columns_of(VideoRender, VideoRenderItem))
            .where(VideoRender.project_id == id)
            .order_by(VideoRender.rendered_at.desc())
        )
        detail = VideoDetail(
            **row._mapping,
            assets=[VideoAssetItem.model_validate(asset) for asset in assets],
            renders=[VideoRenderItem.model_validate(render) for render in renders],
        )
        return Envelope(data=detail)


class CreateProject(Asked):
    """Which video to make of which article."""

    content_id: RowId = Field(description="A published article.")
    video_type: VideoType = "short"
    render_preset: RenderPreset | None = Field(
        None, description="Null: the usual one of the type (youtube_short, or youtube_long for medium and long)."
    )

    @model_validator(mode="after")
    def _type_fits_preset(self) -> Self:
        from igny8_assets.video.failures import ScriptInvalid
        from igny8_assets.video.presets import lengths_of

        if self.render_preset is not None:
            try:
                lengths_of(self.video_type, self.render_preset)
            except ScriptInvalid as unfit:
                raise ValueError(str(unfit)) from unfit
        return self


@router.post("/projects/", status_code=202, summary="Ask for a video", responses=refusals(400, 401, 403, 404, 409, 413))
def create_project(access: Writer, asked: CreateProject, key: IdempotencyKey = None) -> Envelope[Accepted]:
    """Have a video made of a published article, from its script to the rendered file.

    Where the site's automation does not approve scripts by itself, the work waits after the script for a person.
    """
    from igny8_assets.video.presets import usual_preset

    preset = asked.render_preset or usual_preset(asked.video_type)

    def gates(session: Session) -> Work:
        article = published_article(session, asked.content_id, "video")
        made = session.execute(
            select(VideoProject.id, VideoProject.status).where(
                VideoProject.content_id == asked.content_id,
                VideoProject.video_type == asked.video_type,
                VideoProject.render_preset == preset,
            )
        ).one_or_none()
        if made is not None and made.status != "failed":
            raise Problem(409, f"The article has this video already: {video_path(made.id)} ({made.status}).")
        return Work(article.site, [Item(CREATE_VIDEO_PROJECT, article.partition)])

    return submit(access, key, "video", asked.model_dump() | {"render_preset": preset}, gates)


# The newer registry of endpoints names this path, the older one the path above; both are the same act.
router.add_api_route(
    "/projects/create/",
    create_project,
    methods=["POST"],
    status_code=202,
    summary="Ask for a video (other path)",
    operation_id="create_project_by_its_other_path",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
