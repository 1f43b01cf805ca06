"""Planner: keywords, clusters and ideas to read."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from api.access import AskingReader, Reader
from api.envelope import Envelope, Page, PlainText, RowId, refusals
from api.etags import show_tag
from api.filters import SiteQuery
from api.listing import columns_of, list_page
from api.problems import not_found
from api.routing import Router
from api.shapes.planner import (
    ClusterDetail,
    ClusterItem,
    ClusterKeywordItem,
    IdeaDetail,
    IdeaItem,
    KeywordDetail,
    KeywordItem,
)
from api.tenancy import ScopedQuestion
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType, Intent
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword

router = Router(prefix="/planner", tags=["planner"])


class KeywordQuery(SiteQuery):
    """Filters of the keyword list."""

    entity: ClassVar = Keyword
    searched: ClassVar = (Keyword.text,)

    sector: RowId | None = Field(None, description="Only this sector; its id.")
    cluster: RowId | None = Field(None, description="Only keywords of this cluster; its id.")
    clustered: bool | None = Field(None, description="Whether the keyword is in a cluster.")
    status: PlainText | None = Field(None, max_length=20)
    market: PlainText | None = Field(None, max_length=20)
    intent: Intent | None = Field(None, description="Only keywords with this intent among theirs.")
    volume_min: int | None = Field(None, ge=0, le=10**12)
    volume_max: int | None = Field(None, ge=0, le=10**12)
    difficulty_min: float | None = Field(None, ge=0, le=100)
    difficulty_max: float | None = Field(None, ge=0, le=100)
    ordering: Literal[
        "id", "-id", "text", "-text", "volume", "-volume", "difficulty", "-difficulty", "created_at", "-created_at"
    ] = Field("-volume", description="Unknown figures come last.")

    def where(self) -> Iterator[ColumnElement[bool]]:
        """Conditions of the filters."""
        yield from super().where()
        if self.cluster is not None:
            yield ClusterKeyword.cluster_id == self.cluster
        if self.clustered is not None:
            yield ClusterKeyword.id.is_not(None) if self.clustered else ClusterKeyword.id.is_(None)
        if self.intent is not None:
            yield cast(Keyword.intents, Text).contains(f'"{self.intent}"')
        if self.volume_min is not None:
            yield Keyword.volume >= self.volume_min
        if self.volume_max is not None:
            yield Keyword.volume <= self.volume_max
        if self.difficulty_min is not None:
            yield Keyword.difficulty >= self.difficulty_min
        if self.difficulty_max is not None:
            yield Keyword.difficulty <= self.difficulty_max


@lru_cache(maxsize=8)
def with_cluster(shape: type[KeywordItem]) -> Select[Any]:
    """Keywords with the clusters that they are in."""
    return (
        select(*columns_of(Keyword, shape), ClusterKeyword.cluster_id, Cluster.name.label("cluster_name"))
        .select_from(Keyword)
        .outerjoin(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .outerjoin(Cluster, Cluster.id == ClusterKeyword.cluster_id)
    )


@router.get("/keywords/", summary="List keywords", responses=refusals(400, 401, 403, 404))
def list_keywords(access: Reader, request: Request, query: Annotated[KeywordQuery, Query()]) -> Page[KeywordItem]:
    """Keywords with their figures and cluster, filtered, searched and ordered."""
    return list_page(access, request, with_cluster(KeywordItem), query, KeywordItem)


@router.get("/keywords/{id}/", summary="One keyword", responses=refusals(400, 401, 403, 404))
def read_keyword(access: AskingReader, response: Response, id: RowId) -> Envelope[KeywordDetail]:  # noqa: A002 - the path's own name
    """One keyword with its trend and the features of its result page."""
    found = access.ask(_ONE_KEYWORD, keyword_id=id)
    if not found:
        raise not_found("keyword")
    shown = KeywordDetail.model_validate(found[0])
    show_tag(response, shown)
    return Envelope[KeywordDetail](data=shown)


_ONE_KEYWORD = ScopedQuestion(
    with_cluster(KeywordDetail).where(Keyword.id == bindparam("keyword_id", type_=BigInteger))
)


def keyword_detail(session: Session, keyword_id: int) -> KeywordDetail:
    """One keyword, whole.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(_ONE_KEYWORD.query, {"keyword_id": keyword_id}).one_or_none()
    if row is None:
        raise not_found("keyword")
    return KeywordDetail.model_validate(row)


def keyword_details(session: Session, ids: Sequence[int]) -> list[KeywordDetail]:
    """Those of some keywords that are there, whole, by id."""
    rows = session.execute(with_cluster(KeywordDetail).where(Keyword.id.in_(ids)).order_by(Keyword.id))
    return [KeywordDetail.model_validate(row) for row in rows]


class ClusterQuery(SiteQuery):
    """Filters of the cluster list."""

    entity: ClassVar = Cluster
    searched: ClassVar = (Cluster.name, Cluster.head_keyword)

    sector: RowId | None = Field(None, description="Only this sector; its id.")
    status: PlainText | None = Field(None, max_length=20)
    ordering: Literal[
        "id",
        "-id",
        "name",
        "-name",
        "keyword_count",
        "-keyword_count",
        "volume",
        "-volume",
        "difficulty",
        "-difficulty",
        "opportunity",
        "-opportunity",
        "created_at",
        "-created_at",
    ] = "-opportunity"


@router.get("/clusters/", summary="List clusters", responses=refusals(400, 401, 403, 404))
def list_clusters(access: Reader, request: Request, query: Annotated[ClusterQuery, Query()]) -> Page[ClusterItem]:
    """Clusters with their figures, the best opportunity first."""
    return list_page(access, request, select(*columns_of(Cluster, ClusterItem)), query, ClusterItem)


@router.get("/clusters/{id}/", summary="One cluster with its keywords", responses=refusals(400, 401, 403, 404))
def read_cluster(access: Reader, response: Response, id: RowId) -> Envelope[ClusterDetail]:  # noqa: A002 - the path's own name
    """One cluster and every keyword in it; `ETag` is for changing it."""
    with access.read() as session:
        shown = cluster_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown)


def cluster_detail(session: Session, cluster_id: int) -> ClusterDetail:
    """One cluster with its keywords.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(
        select(*columns_of(Cluster, ClusterItem), Cluster.opportunity_terms).where(Cluster.id == cluster_id)
    ).one_or_none()
    if row is None:
        raise not_found("cluster")
    keywords = session.execute(
        select(*columns_of(Keyword, ClusterKeywordItem))
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .where(ClusterKeyword.cluster_id == cluster_id)
        .order_by(Keyword.volume.desc().nulls_last(), Keyword.id)
    )
    listed = [ClusterKeywordItem.model_validate(keyword) for keyword in keywords]
    return ClusterDetail(**row._mapping, keywords=listed)


class IdeaQuery(SiteQuery):
    """Filters of the idea list."""

    entity: ClassVar = ContentIdea
    searched: ClassVar = (ContentIdea.title, ContentIdea.target_keyword)

    sector: RowId | None = Field(None, description="Only this sector; its id.")
    cluster: RowId | None = Field(None, description="Only ideas of this cluster; its id.")
    status: PlainText | None = Field(None, max_length=20)
    content_type: ContentType | None = None
    content_structure: ContentStructure | None = None
    ordering: Literal["id", "-id", "title", "-title", "priority", "-priority", "created_at", "-created_at"] = (
        "-priority"
    )


@router.get("/ideas/", summary="List ideas", responses=refusals(400, 401, 403, 404))
def list_ideas(access: Reader, request: Request, query: Annotated[IdeaQuery, Query()]) -> Page[IdeaItem]:
    """Pages worth writing, the highest priority first."""
    return list_page(access, request, select(*columns_of(ContentIdea, IdeaItem)), query, IdeaItem)


@router.get("/ideas/{id}/", summary="One idea", responses=refusals(400, 401, 403, 404))
def read_idea(access: Reader, response: Response, id: RowId) -> Envelope[IdeaDetail]:  # noqa: A002 - the path's own name
    """One idea with its outline, its questions and the reasons for it; `ETag` is for changing it."""
    with access.read() as session:
        shown = idea_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown)


def idea_detail(session: Session, idea_id: int) -> IdeaDetail:
    """One idea, whole.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(select(*columns_of(ContentIdea, IdeaDetail)).where(ContentIdea.id == idea_id)).one_or_none()
    if row is None:
        raise not_found("idea")
    return IdeaDetail.model_validate(row)
