"""Video: what videos are found by on each platform."""

from fastapi import Response
from sqlalchemy import select

from api.access import Reader, Writer
from api.envelope import Envelope, RowId, refusals
from api.listing import columns_of
from api.problems import Problem, not_found
from api.routes.video_scripts import locked_video, refusing
from api.routes.writer_editing import Base, version_in
from api.routing import Router
from api.shapes.video_listings import EditListing, ListingItem
from igny8_resources.contracts.video import VideoSeo
from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.video_scripts import VideoListing

router = Router(prefix="/video", tags=["video"])


@router.get("/projects/{id}/listings/", summary="List a video's listings", responses=refusals(400, 401, 403, 404))
def list_listings(access: Reader, id: RowId) -> Envelope[list[ListingItem]]:  # noqa: A002 - the path's own name
    """Title, description, tags, hashtags and chapters by platform, checked against the platform's limits."""
    with access.read() as session:
        if session.scalar(select(VideoProject.id).where(VideoProject.id == id)) is None:
            raise not_found("video project")
        rows = session.execute(
            select(*columns_of(VideoListing, ListingItem))
            .where(VideoListing.project_id == id)
            .order_by(VideoListing.platform)
        )
        return Envelope(data=[ListingItem.model_validate(row) for row in rows])


@router.put(
    "/projects/{id}/listings/{platform}/",
    summary="Edit a listing",
    responses=refusals(400, 401, 403, 404, 409, 413, 428),
)
def edit_listing(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    platform: VideoPlatform,
    asked: EditListing,
    base: Base = None,
) -> Envelope[ListingItem]:
    """Save a person's words. From then on nothing but a person changes them; chapters and link follow the video."""
    from igny8_assets.video import listing_writing as writing

    if base is None:
        raise Problem(428, "Say which version was edited: send the header If-Match with the listing's version.")
    words = VideoSeo(
        title=asked.title,
        description=asked.description,
        tags=tuple(asked.tags),
        hashtags=tuple(tag.removeprefix("#") for tag in asked.hashtags),
    )
    with access.write() as session, refusing():
        project, content, _ = locked_video(session, id)
        try:
            row = writing.edit_listing(
                session, project, content, platform, words, by=access.principal.actor, base=version_in(base)
            )
        except writing.ListingConflict as conflict:
            raise Problem(409, f"{conflict}.", headers={"ETag": f'"{conflict.current}"'}) from conflict
        session.flush()
        response.headers["ETag"] = f'"{row.version}"'
        return Envelope(data=ListingItem.model_validate(row), message="Saved.")
