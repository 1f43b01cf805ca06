"""Clustering all keywords of a site and keeping the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from igny8_assets.planner.cluster_naming import ClusterFacts, describe_cluster, word_casing
from igny8_assets.planner.cluster_rows import facts_of
from igny8_assets.planner.sectors import Sector as SectorSeeds
from igny8_assets.planner.sectors import sector_of_cluster
from igny8_resources.ai.journal import Answered
from igny8_resources.ai.router import digest_of
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import (
    active_sectors,
    require_module,
    site_by_key,
    tenant_of,
)
from igny8_resources.warehouse.tables.tenancy import Sector

if TYPE_CHECKING:
    from igny8_assets.planner.cluster_identity import ClusterChanges


@dataclass(frozen=True)
class Clustered:
    """A site's clustering: every cluster, what changed since the last one, and what it was charged as."""

    clusters: list[ClusterFacts]
    changes: "ClusterChanges"
    call: Answered


def cluster_site(parts: Platform, site_key: str) -> Clustered:
    """Cluster all keywords of a site and save the result; ids persist where most of a cluster does.

    Raises:
        LookupError: the site has no keywords.
    """
    from igny8_assets.planner.clustering import cluster_keywords

    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        rows = store.keywords_of(session, site.id)
        sectors = active_sectors(session, site.id)
        previous = store.cluster_ids_by_keyword(session, site.id)
    if not rows:
        raise LookupError(f"{site_key} has no keywords yet; import a file: `igny8 import FILE --site {site_key}`")
    texts = [row.text for row in rows]
    clustering = cluster_keywords(
        texts,
        parts.ai.embed(texts),
        intents=[row.intents for row in rows],
        volumes=[row.volume for row in rows],
        previous=previous,
    )
    call = parts.ai.charge(
        tenant_of(site),
        "clustering",
        subject=site_key,
        provider=parts.ai.embedding_provider.name,
        inputs={"keywords": digest_of([(row.market, row.normalized_text) for row in rows])},
    )
    casing = word_casing(texts)
    described: list[ClusterFacts] = []
    values, members = [], {}
    for cluster in clustering.clusters:
        central = sorted(zip(cluster.members, cluster.centrality, strict=True), key=lambda pair: -pair[1])
        facts = describe_cluster(cluster.id, [facts_of(rows[index]) for index, _ in central], casing=casing)
        described.append(facts)
        values.append(_cluster_values(facts, sectors))
        members[cluster.id] = [rows[index].id for index in cluster.members]
    with parts.warehouse.write() as session:
        store.save_clusters(session, site.account_id, site.id, values, members)
        append_event(
            session,
            "clusters.built",
            site_key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"clusters": len(described), "keywords": len(rows)},
        )
    described.sort(key=lambda facts: (-facts.opportunity.total, facts.id))
    return Clustered(described, clustering.changes, call)


def _cluster_values(facts: ClusterFacts, sectors: Sequence[Sector]) -> dict[str, Any]:
    seeds = [SectorSeeds(sector.name, tuple(sector.seed_terms)) for sector in sectors]
    ids = {sector.name: sector.id for sector in sectors}
    return {
        "stable_id": facts.id,
        "sector_id": ids.get(sector_of_cluster(facts.keywords, seeds)) if seeds else None,
        "name": facts.name,
        "head_keyword": facts.head_keyword,
        "keyword_count": len(facts.keywords),
        "volume": facts.total_volume or 0,
        "difficulty": facts.median_difficulty,
        "intent_mix": dict(facts.intent_mix),
        "opportunity": facts.opportunity.total,
    }
