"""Planner: keywords, clusters, ideas."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy import ColumnElement, Select, Text, cast, select

from api.access import Reader
from api.envelope import Envelope, Page, PlainText, RowId, refusals
from api.filters import SiteQuery
from api.listing import columns_of, list_page
from api.problems import not_found
from api.shapes.planner import (
    ClusterDetail,
    ClusterItem,
    ClusterKeywordItem,
    IdeaDetail,
    IdeaItem,
    KeywordDetail,
    KeywordItem,
)
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType, Intent
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword

router = APIRouter(prefix="/planner", tags=["planner"])


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


def _with_cluster(shape: type[KeywordItem]) -> Select[Any]:
    return (
        select(*columns_of(Keyword, shape), ClusterKeyword.cluster_id, Cluster.name.label("cluster_name"))
        .select_from(Keyword)
        .outerjoin(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .outerjoin(Cluster, Cluster.id == ClusterKeyword.cluster_id)
    )


@router.get("/keywords/", summary="List keywords", responses=refusals(400, 401, 403, 404))
def list_keywords(access: Reader, request: Request, query: Annotated[KeywordQuery, Query()]) -> Page[KeywordItem]:
    """Keywords with their figures and cluster, filtered, searched and ordered."""
    return list_page(access, request, _with_cluster(KeywordItem), query, KeywordItem)


@router.get("/keywords/{id}/", summary="One keyword", responses=refusals(400, 401, 403, 404))
def read_keyword(access: Reader, id: RowId) -> Envelope[KeywordDetail]:  # noqa: A002 - the path's own name
    """One keyword with its trend and the features of its result page."""
    with access.read() as session:
        row = session.execute(_with_cluster(KeywordDetail).where(Keyword.id == id)).one_or_none()
        if row is None:
            raise not_found("keyword")
        return Envelope(data=KeywordDetail.model_validate(row))


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
def read_cluster(access: Reader, id: RowId) -> Envelope[ClusterDetail]:  # noqa: A002 - the path's own name
    """One cluster and every keyword in it."""
    with access.read() as session:
        row = session.execute(
            select(*columns_of(Cluster, ClusterItem), Cluster.opportunity_terms).where(Cluster.id == id)
        ).one_or_none()
        if row is None:
            raise not_found("cluster")
        keywords = session.execute(
            select(*columns_of(Keyword, ClusterKeywordItem))
            .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
            .where(ClusterKeyword.cluster_id == id)
            .order_by(Keyword.volume.desc().nulls_last(), Keyword.id)
        )
        listed = [ClusterKeywordItem.model_validate(keyword) for keyword in keywords]
        return Envelope(data=ClusterDetail(**row._mapping, keywords=listed))


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
def read_idea(access: Reader, id: RowId) -> Envelope[IdeaDetail]:  # noqa: A002 - the path's own name
    """One idea with its outline, its questions and the reasons for it."""
    with access.read() as session:
        row = session.execute(select(*columns_of(ContentIdea, IdeaDetail)).where(ContentIdea.id == id)).one_or_none()
        if row is None:
            raise not_found("idea")
        return Envelope(data=IdeaDetail.model_validate(row))
