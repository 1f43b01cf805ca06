"""Writer: what an article is found by, articles sent back, words about pictures, articles as files."""

from typing import Annotated, Literal

from fastapi import Query, Response
from sqlalchemy import select

from api.access import Reader, Writer
from api.envelope import Envelope, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.planning_sites import site_of
from api.problems import Problem, not_found
from api.routes.writer import content_detail, image_item
from api.routes.writer_editing import Base, locked_article, refusing, version_in
from api.routing import Router
from api.shapes.writer import ContentDetail, ImageItem
from api.shapes.writer_tasks import ContentChange, ImageChange, RejectContent
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.writer import Content, Image, Task

router = Router(prefix="/writer", tags=["writer"])


@router.patch(
    "/content/{id}/",
    summary="Change what an article is found by",
    responses=refusals(400, 401, 403, 404, 409, 413, 428),
)
def change_content(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ContentChange,
    base: Base = None,
) -> Envelope[ContentDetail]:
    """Change title, slug, meta texts or keywords as a person's new version; the text stays.

    The article is a draft again until the checks have passed and somebody approves it.
    """
    from igny8_assets.writer.editing import ArticleFields, FieldsRefused, edit_fields

    if base is None:
        raise Problem(428, "Say which version was edited: send the header If-Match with the article's version.")
    secondary = None if asked.secondary_keywords is None else tuple(asked.secondary_keywords)
    fields = ArticleFields(**asked.model_dump(exclude={"secondary_keywords"}), secondary_keywords=secondary)
    with access.write() as session, refusing():
        content, task, site = locked_article(session, id)
        if not content.draft:
            raise Problem(409, "The article has no text yet.")
        version = version_in(base)
        try:
            edited = edit_fields(session, content, task, site, fields, by=access.principal.actor, base_version=version)
        except FieldsRefused as refused:
            raise Problem(409, f"{str(refused).capitalize()}.", {refused.field: [str(refused)]}) from refused
        session.flush()
        shown = content_detail(session, id)
        response.headers["ETag"] = f'"{shown.version}"'
        return Envelope(data=shown, message="Changed." if edited.changed else "Nothing was different.")


@router.post("/content/{id}/reject/", summary="Send an article back", responses=refusals(400, 401, 403, 404, 409, 413))
def reject_content(access: Writer, id: RowId, asked: RejectContent) -> Envelope[ContentDetail]:  # noqa: A002 - the path's own name
    """Make an article in review or approved a draft again; the reason is on record in its events."""
    from igny8_assets.writer.editing import send_back

    with access.write() as session, refusing():
        content, task, _ = locked_article(session, id)
        send_back(session, content, task, by=access.principal.actor, reason=asked.reason)
        session.flush()
        return Envelope(data=content_detail(session, id), message="Sent back.")


@router.get(
    "/content/{id}/export/",
    summary="An article as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": {}}},
        },
        **refusals(400, 401, 403, 404),
    },
)
def export_content(
    access: Reader,
    id: RowId,  # noqa: A002 - the path's own name
    as_: Annotated[
        Literal["html", "json"],
        Query(
            alias="as",
            description="`html`: what the blocks render to; `json`: the typed blocks, to edit and send back.",
        ),
    ] = "html",
) -> Response:
    """The article's text to keep or to edit elsewhere."""
    import json

    with access.read() as session:
        row = session.execute(select(Content.slug, Content.html, Content.draft).where(Content.id == id)).one_or_none()
    if row is None:
        raise not_found("article")
    text = row.html if as_ == "html" else json.dumps(row.draft, indent=2, ensure_ascii=False)
    media_type = "text/html" if as_ == "html" else "application/json"
    # Saved, never shown: a text of somebody's must not become a page of this host.
    headers = {"Content-Disposition": f'attachment; filename="{row.slug}.{as_}"'}
    return Response(text, media_type=media_type, headers=headers)


@router.patch("/images/{id}/", summary="Describe a picture", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_image(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ImageChange,
    match: IfMatch = None,
) -> Envelope[ImageItem]:
    """Change alt text or caption; a later run keeps them as long as it keeps the picture. Pages show them when built next."""
    with access.write() as session:
        image = session.scalar(select(Image).where(Image.id == id).with_for_update())
        if image is None:
            raise not_found("image")
        site = site_of(session, image.site_id, "writer")
        require_match(match, image_item(session, id))
        for name in asked.model_fields_set:
            setattr(image, name, getattr(asked, name))
        session.flush()
        partition = session.scalar(
            select(Task.partition_key).join(Content, Content.task_id == Task.id).where(Content.id == image.content_id)
        )
        append_event(
            session,
            "image.described",
            partition or "",
            account_id=site.account_id,
            site_id=site.id,
            payload={"content_id": image.content_id, "image_id": image.id},
            actor=access.principal.actor,
        )
        shown = image_item(session, id)
        show_tag(response, shown)
        return Envelope(data=shown, message="Changed.")
