"""Planner: taxonomies, their terms and the clusters that these stand for; opportunities."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from fastapi import Path, Query, Request
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api.access import Access, Reader, Writer
from api.envelope import Envelope, Page, PlainText, RowId, refusals
from api.filters import SiteQuery
from api.idempotency import Post, once
from api.listing import columns_of, list_page
from api.planning_sites import site_of
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.planner_editing import MapTerm, OpportunityItem, TaxonomyItem, TermIds, TermItem
from api.shapes.requests import Accepted
from api.submission import IdempotencyKey, Work, require_working, submit
from igny8_resources.requests import Item
from igny8_resources.warehouse.store.taxonomies import decide_term
from igny8_resources.warehouse.tables.opportunities import Opportunity
from igny8_resources.warehouse.tables.planner import Cluster
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from igny8_resources.warehouse.tables.tenancy import Site
from jobs.names import WRITE_ARTICLE

router = Router(prefix="/planner", tags=["planner"])

TaxonomyId = Annotated[
    PlainText, Path(max_length=161, description="The site's key and the taxonomy's name: `crema-lane:category`.")
]


class TermQuery(SiteQuery):
    """Filters of a taxonomy's terms."""

    entity: ClassVar = TaxonomyTerm
    searched: ClassVar = (TaxonomyTerm.name, TaxonomyTerm.slug, TaxonomyTerm.description)

    mapped_cluster: RowId | None = None
    mapping_status: Literal["unmapped", "review", "mapped"] | None = None
    ordering: Literal[
        "id", "-id", "name", "-name", "post_count", "-post_count", "mapping_confidence", "-mapping_confidence"
    ] = "name"


@router.get("/taxonomies/", summary="List taxonomies", responses=refusals(400, 401, 403))
def list_taxonomies(
    access: Reader,
    site: Annotated[PlainText | None, Query(max_length=60, description="Only this site's; its key.")] = None,
) -> Page[TaxonomyItem]:
    """The taxonomies that the sites' terms belong to; all on one page."""
    counted = (
        select(
            Site.key,
            TaxonomyTerm.external_taxonomy,
            func.count(TaxonomyTerm.id).label("terms"),
            func.sum(case((TaxonomyTerm.mapping_status == "mapped", 1), else_=0)).label("mapped"),
            func.sum(case((TaxonomyTerm.mapping_status == "review", 1), else_=0)).label("review"),
        )
        .join(Site, Site.id == TaxonomyTerm.site_id)
        .group_by(Site.key, TaxonomyTerm.external_taxonomy)
        .order_by(Site.key, TaxonomyTerm.external_taxonomy)
    )
    if site is not None:
        counted = counted.where(Site.key == site)
    with access.read() as session:
        found = [
            TaxonomyItem(
                id=f"{row.key}:{row.external_taxonomy}",
                site=row.key,
                external_taxonomy=row.external_taxonomy,
                terms=row.terms,
                mapped=row.mapped,
                review=row.review,
            )
            for row in session.execute(counted)
        ]
    return Page[TaxonomyItem](count=len(found), next=None, previous=None, results=found)


@router.get("/taxonomies/{id}/terms/", summary="List a taxonomy's terms", responses=refusals(400, 401, 403, 404))
def list_terms(
    access: Reader,
    request: Request,
    id: TaxonomyId,  # noqa: A002 - the path's own name
    query: Annotated[TermQuery, Query()],
) -> Page[TermItem]:
    """The terms with the clusters that they stand for, by name."""
    key, _, taxonomy = id.partition(":")
    statement = (
        select(*columns_of(TaxonomyTerm, TermItem))
        .join(Site, Site.id == TaxonomyTerm.site_id)
        .where(Site.key == key, TaxonomyTerm.external_taxonomy == taxonomy)
    )
    with access.read() as session:
        there = select(TaxonomyTerm.id).join(Site, Site.id == TaxonomyTerm.site_id)
        if session.scalar(there.where(Site.key == key, TaxonomyTerm.external_taxonomy == taxonomy).limit(1)) is None:
            raise not_found("taxonomy")
    return list_page(access, request, statement, query, TermItem)


@router.post(
    "/taxonomies/terms/{id}/map/", summary="Map a term to a cluster", responses=refusals(400, 401, 403, 404, 409, 413)
)
def map_term(access: Writer, id: RowId, asked: MapTerm) -> Envelope[TermItem]:  # noqa: A002 - the path's own name
    """Decide which cluster a term stands for; no later mapping changes it."""
    with access.write() as session:
        term = session.scalar(select(TaxonomyTerm).where(TaxonomyTerm.id == id).with_for_update())
        if term is None:
            raise not_found("term")
        site = site_of(session, term.site_id)
        cluster = session.scalar(select(Cluster).where(Cluster.id == asked.cluster_id, Cluster.site_id == site.id))
        if cluster is None:
            raise Problem(404, "There is no cluster with this id.", {"cluster_id": ["the site has no such cluster"]})
        if cluster.status != "active":
            raise Problem(409, f"The cluster {cluster.name} is retired; map the term to a live one.")
        decide_term(term, cluster)
        session.flush()
        return Envelope(data=TermItem.model_validate(term), message="Mapped.")


@router.post(
    "/taxonomies/terms/{id}/generate/",
    status_code=202,
    summary="Ask for a term's text",
    responses=refusals(400, 401, 403, 404, 409),
)
def generate_term(access: Writer, id: RowId, key: IdempotencyKey = None) -> Envelope[Accepted]:  # noqa: A002 - the path's own name
    """Have the landing page of a mapped term written."""
    return _generate(access, key, [id])


@router.post(
    "/taxonomies/bulk-generate/",
    status_code=202,
    summary="Ask for many terms' texts",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def generate_terms(access: Writer, asked: TermIds, key: IdempotencyKey = None) -> Envelope[Accepted]:
    """Have the landing pages of mapped terms of one site written, all or none."""
    return _generate(access, key, sorted(set(asked.ids)))


def _generate(access: Access, key: str | None, ids: Sequence[int]) -> Envelope[Accepted]:
    from igny8_assets.planner.ideas.term_writing import TermsNotReady, tasks_of_terms

    def gates(session: Session) -> Work:
        terms = session.scalars(
            select(TaxonomyTerm).where(TaxonomyTerm.id.in_(ids)).order_by(TaxonomyTerm.id).with_for_update()
        ).all()
        found = {term.id for term in terms}
        if missing := [f"there is no term {number}" for number in ids if number not in found]:
            raise Problem(404, "Some of these terms do not exist.", {"ids": missing})
        site_ids = {term.site_id for term in terms}
        if len(site_ids) > 1:
            raise Problem(409, "These terms belong to several sites; ask for one site at a time.")
        site = site_of(session, site_ids.pop())
        require_working(session, site, "planner", "writer")
        try:
            tasks = tasks_of_terms(session, site, terms, by=access.principal.actor)
        except TermsNotReady as refused:
            lines = [f"term {number} {reason}" for number, reason in refused.reasons.items()]
            raise Problem(409, "The pages of some terms cannot be written now.", {"ids": lines}) from refused
        return Work(site, [Item(WRITE_ARTICLE, task.partition_key or "") for task in tasks])

    return submit(access, key, "content", {"term_ids": list(ids)}, gates)


class OpportunityQuery(SiteQuery):
    """Filters of the opportunity list."""

    entity: ClassVar = Opportunity
    searched: ClassVar = (Opportunity.title, Opportunity.subject, Opportunity.reason)

    kind: Literal["gap", "quick_win", "cannibalisation", "orphan"] | None = None
    status: Literal["open", "accepted", "dismissed", "closed"] | None = None
    ordering: Literal["id", "-id", "score", "-score", "created_at", "-created_at"] = "-score"


@router.get("/opportunities/", summary="List opportunities", responses=refusals(400, 401, 403, 404))
def list_opportunities(
    access: Reader, request: Request, query: Annotated[OpportunityQuery, Query()]
) -> Page[OpportunityItem]:
    """What is worth doing next and why, the best first; planning finds them."""
    return list_page(access, request, select(*columns_of(Opportunity, OpportunityItem)), query, OpportunityItem)


@router.get("/opportunities/{id}/", summary="One opportunity", responses=refusals(400, 401, 403, 404))
def read_opportunity(access: Reader, id: RowId) -> Envelope[OpportunityItem]:  # noqa: A002 - the path's own name
    """One opportunity with its reason."""
    with access.read() as session:
        return Envelope(data=OpportunityItem.model_validate(_opportunity(session, id)[0]))


@router.post(
    "/opportunities/{id}/accept/", summary="Take an opportunity up", responses=refusals(400, 401, 403, 404, 409)
)
def accept_opportunity(access: Writer, id: RowId, post: Post) -> Envelope[OpportunityItem]:  # noqa: A002 - the path's own name
    """Take an opportunity up; a gap's query becomes a keyword of the site. `message` says what follows."""
    from igny8_assets.planner.opportunities.site_finding import DecisionRefused, accept

    def taken_up(session: Session) -> Envelope[OpportunityItem]:
        _, site = _opportunity(session, id, changing=True)
        try:
            row, follows = accept(session, site, id, by=access.principal.actor)
        except DecisionRefused as refused:
            raise Problem(409, f"{refused}.") from refused
        session.flush()
        return Envelope(data=OpportunityItem.model_validate(row), message=follows)

    return once(access, post, Envelope[OpportunityItem], taken_up, status=200)


@router.post("/opportunities/{id}/dismiss/", summary="Put an opportunity aside", responses=refusals(400, 401, 403, 404))
def dismiss_opportunity(access: Writer, id: RowId) -> Envelope[OpportunityItem]:  # noqa: A002 - the path's own name
    """Put an opportunity aside; it is not opened again, however often it is found."""
    from igny8_assets.planner.opportunities.site_finding import dismiss

    with access.write() as session:
        _, site = _opportunity(session, id, changing=True)
        row = dismiss(session, site, id, by=access.principal.actor)
        session.flush()
        return Envelope(data=OpportunityItem.model_validate(row), message="Dismissed.")


def _opportunity(session: Session, number: int, *, changing: bool = False) -> tuple[Opportunity, Site]:
    row = session.scalar(select(Opportunity).where(Opportunity.id == number))
    if row is None:
        raise not_found("opportunity")
    if changing:
        return row, site_of(session, row.site_id)
    return row, session.scalars(select(Site).where(Site.id == row.site_id)).one()
