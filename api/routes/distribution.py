"""Socializer and publisher: posts to read and to ask for, publications to read."""

from typing import Annotated, ClassVar, Literal

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Reader, Writer
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.filters import SiteQuery
from api.listing import columns_of, list_page
from api.problems import not_found
from api.published import published_article
from api.routing import Router
from api.shapes.distribution import PublishingRecordItem, SocialPostItem
from api.shapes.requests import Accepted
from api.submission import IdempotencyKey, Work, submit
from igny8_resources.contracts.vocabulary import SocialPlatform, SocialPostType
from igny8_resources.requests import Item
from igny8_resources.warehouse.tables.publishing import PublishingRecord
from igny8_resources.warehouse.tables.social import SocialPost
from jobs.names import DRAFT_SOCIAL_POSTS

router = Router()


class SocialPostQuery(SiteQuery):
    """Filters of the post list."""

    entity: ClassVar = SocialPost
    searched: ClassVar = (SocialPost.text_content,)

    content: RowId | None = Field(None, description="Only posts about this article; its id.")
    platform: SocialPlatform | None = None
    post_type: SocialPostType | None = None
    status: PlainText | None = Field(None, max_length=20)
    ordering: Literal[
        "id", "-id", "created_at", "-created_at", "scheduled_at", "-scheduled_at", "published_at", "-published_at"
    ] = "-id"


@router.get(
    "/socializer/posts/", tags=["socializer"], summary="List social posts", responses=refusals(400, 401, 403, 404)
)
def list_posts(access: Reader, request: Request, query: Annotated[SocialPostQuery, Query()]) -> Page[SocialPostItem]:
    """Posts with their text, the newest first."""
    return list_page(access, request, select(*columns_of(SocialPost, SocialPostItem)), query, SocialPostItem)


@router.get(
    "/socializer/posts/{id}/", tags=["socializer"], summary="One social post", responses=refusals(400, 401, 403, 404)
)
def read_post(access: Reader, id: RowId) -> Envelope[SocialPostItem]:  # noqa: A002 - the path's own name
    """One post for one platform."""
    with access.read() as session:
        row = session.execute(select(*columns_of(SocialPost, SocialPostItem)).where(SocialPost.id == id)).one_or_none()
        if row is None:
            raise not_found("social post")
        return Envelope(data=SocialPostItem.model_validate(row))


class GeneratePosts(Asked):
    """Which article to draft posts from."""

    content_id: RowId = Field(description="A published article.")


@router.post(
    "/socializer/posts/generate/",
    tags=["socializer"],
    status_code=202,
    summary="Ask for social posts",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def generate_posts(access: Writer, asked: GeneratePosts, key: IdempotencyKey = None) -> Envelope[Accepted]:
    """Have posts drafted from a published article, one for each platform of its site."""

    def gates(session: Session) -> Work:
        article = published_article(session, asked.content_id, "socializer")
        return Work(article.site, [Item(DRAFT_SOCIAL_POSTS, article.partition)])

    return submit(access, key, "social", asked.model_dump(), gates)


class PublishingQuery(SiteQuery):
    """Filters of the publication list."""

    entity: ClassVar = PublishingRecord
    searched: ClassVar = (PublishingRecord.url,)

    content: RowId | None = Field(None, description="Only publications of this article; its id.")
    destination: PlainText | None = Field(None, max_length=40)
    status: PlainText | None = Field(None, max_length=20)
    ordering: Literal["id", "-id", "published_at", "-published_at", "created_at", "-created_at"] = "-id"


@router.get(
    "/publisher/records/", tags=["publisher"], summary="List publications", responses=refusals(400, 401, 403, 404)
)
def list_records(
    access: Reader, request: Request, query: Annotated[PublishingQuery, Query()]
) -> Page[PublishingRecordItem]:
    """What was published where, the newest first."""
    statement = select(*columns_of(PublishingRecord, PublishingRecordItem))
    return list_page(access, request, statement, query, PublishingRecordItem)


@router.get(
    "/publisher/records/{id}/", tags=["publisher"], summary="One publication", responses=refusals(400, 401, 403, 404)
)
def read_record(access: Reader, id: RowId) -> Envelope[PublishingRecordItem]:  # noqa: A002 - the path's own name
    """One publication of one version of an article."""
    with access.read() as session:
        statement = select(*columns_of(PublishingRecord, PublishingRecordItem)).where(PublishingRecord.id == id)
        row = session.execute(statement).one_or_none()
        if row is None:
            raise not_found("publication")
        return Envelope(data=PublishingRecordItem.model_validate(row))
