"""Terms of taxonomies: looked up and saved, and the decisions of people on them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from igny8_resources.warehouse.upsert import upsert

BY_PERSON = "person"
TERM_COLUMNS = ("name", "slug", "description", "parent_term_id", "post_count", "attributes")


class UnknownTerm(LookupError):
    """The site has no such term or cluster; the message says where to look."""


def terms_of(session: Session, site_id: int) -> Sequence[TaxonomyTerm]:
    """A site's terms by taxonomy and name."""
    return session.scalars(
        select(TaxonomyTerm)
        .where(TaxonomyTerm.site_id == site_id)
        .order_by(TaxonomyTerm.external_taxonomy, TaxonomyTerm.name, TaxonomyTerm.id)
    ).all()


def save_terms(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert terms or bring known ones up to date; their mapping stays."""
    upsert(
        session,
        TaxonomyTerm,
        rows,
        key=("site_id", "external_taxonomy", "external_term_id"),
        update=TERM_COLUMNS,
    )


def terms_to_write(session: Session, site_id: int) -> Sequence[TaxonomyTerm]:
    """Mapped terms that have neither a text nor an idea for one."""
    has_idea = select(ContentIdea.taxonomy_term_id).where(
        ContentIdea.site_id == site_id, ContentIdea.taxonomy_term_id.is_not(None)
    )
    return session.scalars(
        select(TaxonomyTerm)
        .where(
            TaxonomyTerm.site_id == site_id,
            TaxonomyTerm.mapping_status == "mapped",
            TaxonomyTerm.has_generated_content.is_(False),
            TaxonomyTerm.id.not_in(has_idea),
        )
        .order_by(TaxonomyTerm.id)
    ).all()


def map_term(session: Session, site_id: int, term_id: str, cluster_id: str) -> TaxonomyTerm:
    """A person decides which cluster a term stands for; no later mapping changes that.

    Args:
        session: An open write transaction.
        site_id: The site that both belong to.
        term_id: The term's id in the CMS, ``taxonomy:id`` where two taxonomies use the same.
        cluster_id: The cluster's stable id.

    Raises:
        UnknownTerm: the site has no such term, several of this id, or no such cluster.
    """
    taxonomy, _, external = term_id.rpartition(":")
    query = select(TaxonomyTerm).where(TaxonomyTerm.site_id == site_id, TaxonomyTerm.external_term_id == external)
    if taxonomy:
        query = query.where(TaxonomyTerm.external_taxonomy == taxonomy)
    found = session.scalars(query.order_by(TaxonomyTerm.id)).all()
    if not found:
        raise UnknownTerm(f"the site has no term {term_id!r}; `igny8 terms list` shows them")
    if len(found) > 1:
        named = ", ".join(f"{term.external_taxonomy}:{external}" for term in found)
        raise UnknownTerm(f"several terms have the id {external!r}: say which, {named}")
    cluster = session.scalar(
        select(Cluster).where(Cluster.site_id == site_id, Cluster.stable_id == cluster_id, Cluster.status == "active")
    )
    if cluster is None:
        raise UnknownTerm(f"the site has no cluster {cluster_id!r}; `igny8 clusters list` shows them")
    decide_term(found[0], cluster)
    return found[0]


def decide_term(term: TaxonomyTerm, cluster: Cluster) -> None:
    """Write down that a person says which cluster a term stands for."""
    term.mapped_cluster_id, term.sector_id = cluster.id, cluster.sector_id
    term.mapping_confidence, term.mapping_method, term.mapping_status = 1.0, BY_PERSON, "mapped"
