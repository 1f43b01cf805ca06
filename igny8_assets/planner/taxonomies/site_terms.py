"""A site's terms: loaded from a file, mapped to its clusters, kept."""

from collections import Counter
from dataclasses import dataclass

from igny8_assets.planner.taxonomies.term_files import TermFile
from igny8_assets.planner.taxonomies.term_mapping import ClusterChoice, TermFacts, TermMapping, map_terms
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import clusters as cluster_store
from igny8_resources.warehouse.store import taxonomies as store
from igny8_resources.warehouse.store.sites import require_module, site_by_key, tenant_of
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm


@dataclass(frozen=True)
class MappedTerms:
    """A site's terms as they are mapped now; ``counts`` by status; ``cluster_names`` by cluster id."""

    terms: list[TaxonomyTerm]
    counts: dict[str, int]
    cluster_names: dict[int, str]


def load_terms(parts: Platform, site_key: str, file: TermFile) -> int:
    """Keep the terms of a file; known ones are brought up to date, with their mapping.

    Returns:
        How many terms the file held.
    """
    with parts.warehouse.write() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        rows = [
            {
                "account_id": site.account_id,
                "site_id": site.id,
                "external_taxonomy": term.taxonomy,
                "external_term_id": term.term_id,
                "name": term.name,
                "slug": term.slug,
                "description": term.description,
                "parent_term_id": term.parent,
                "post_count": term.count,
                "attributes": term.attributes,
            }
            for term in file.terms
        ]
        store.save_terms(session, rows)
        append_event(
            session,
            "terms.loaded",
            site_key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"terms": len(rows), "problems": len(file.problems)},
        )
    return len(rows)


def map_site_terms(parts: Platform, site_key: str) -> MappedTerms:
    """Map a site's terms to its clusters; what a person mapped stays as long as the cluster lives."""
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        clusters = cluster_store.active_clusters(session, site.id)
        members = cluster_store.members_of(session, site.id)
        live = {cluster.id: cluster for cluster in clusters}
        free = [term for term in store.terms_of(session, site.id) if not _is_decided(term)]
    choices = [
        ClusterChoice(cluster.id, cluster.head_keyword, tuple(row.text for row in members.get(cluster.id, ())))
        for cluster in clusters
    ]
    facts = [TermFacts(term.id, term.name, term.description, term.attributes) for term in free]
    tenant = tenant_of(site)
    mapped = {each.term_id: each for each in map_terms(facts, choices, lambda texts: parts.ai.embed(texts, tenant))}
    with parts.warehouse.write() as session:
        terms = list(store.terms_of(session, site.id))
        for term in terms:
            if term.id in mapped and not _is_decided(term):
                _take(term, mapped[term.id])
                cluster = live.get(term.mapped_cluster_id or 0)
                term.sector_id = cluster.sector_id if cluster else None
    counts = Counter(term.mapping_status for term in terms)
    return MappedTerms(terms, dict(counts), {number: cluster.name for number, cluster in live.items()})


def _is_decided(term: TaxonomyTerm) -> bool:
    return term.mapping_method == store.BY_PERSON


def _take(term: TaxonomyTerm, mapping: TermMapping) -> None:
    term.mapped_cluster_id, term.mapping_method = mapping.cluster_id, mapping.method
    term.mapping_confidence, term.mapping_status = mapping.confidence, mapping.status
