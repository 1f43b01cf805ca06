"""Clustering all keywords of a site and keeping the result."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from igny8_assets.planner.clusters.naming import ClusterFacts, describe_cluster, word_casing
from igny8_assets.planner.clusters.pillar_naming import PillarFacts, describe_pillar
from igny8_assets.planner.clusters.rows import cluster_values, facts_of
from igny8_assets.planner.keywords.sectors import Sector as SectorSeeds
from igny8_assets.planner.keywords.sectors import sector_of_cluster
from igny8_assets.planner.keywords.text import search_kinds
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.router import digest_of
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.warehouse.store import clusters as store
from igny8_resources.warehouse.store.planner import keywords_of
from igny8_resources.warehouse.store.sites import active_sectors, require_module, site_by_key, tenant_of
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.tenancy import Sector, Site
from jobs.names import PLAN_SITE

if TYPE_CHECKING:
    import numpy as np

    from igny8_assets.planner.clustering import Clustering
    from igny8_assets.planner.clusters.identity import ClusterChanges


@dataclass(frozen=True)
class Clustered:
    """A site's clustering: every cluster under its pillar, what changed since the last one, and a map to look at.

    ``names`` are the clusters' names by id, gone ones included, so that changes can be told in words; ``notice`` says
    what a person should know about how the vectors were made.
    """

    clusters: list[ClusterFacts]
    pillars: list[PillarFacts]
    changes: "ClusterChanges"
    names: Mapping[str, str]
    embeddings: str
    notice: str
    map_url: str
    call: Answered

    @property
    def pillar_names(self) -> dict[str, str]:
        """The name of each cluster's pillar, by the cluster's id."""
        return {cluster.id: pillar.name for pillar in self.pillars for cluster in pillar.clusters}


def cluster_site(parts: Platform, site_key: str) -> Clustered:
    """Cluster all keywords of a site and save the result; ids persist where most of a cluster does.

    Raises:
        LookupError: the site has no keywords.
    """
    from igny8_assets.planner.clustering import RESOLUTION, SIMILARITY_FLOOR, ManualChoices, cluster_keywords

    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        rows = keywords_of(session, site.id)
        sectors = active_sectors(session, site.id)
        known = store.known_clustering(session, site.id)
        wanted = store.settings_of(session, site)
        old_names = store.cluster_names(session, site.id)
    if not rows:
        raise LookupError(f"{site_key} has no keywords yet; import a file: `igny8 import FILE --site {site_key}`")
    vectors = parts.ai.embed([row.text for row in rows], tenant_of(site), _embedding_progress(parts, site_key))
    clustering = cluster_keywords(
        [row.text for row in rows],
        vectors,
        intents=[search_kinds(row.text, row.intents) for row in rows],
        markets=[row.market for row in rows],
        serp=[row.serp_urls for row in rows],
        topics=[row.topic for row in rows],
        volumes=[row.volume for row in rows],
        mix_intents=wanted.mix_intents,
        mix_markets=wanted.mix_markets,
        previous=known.cluster_of,
        previous_pillars=known.pillar_of,
        choices=ManualChoices(pinned=known.pinned, locked=known.locked, retired=known.retired),
        resolution=wanted.resolution or RESOLUTION,
        similarity_floor=wanted.similarity_floor or SIMILARITY_FLOOR,
    )
    provider = parts.ai.embedding_provider
    call = parts.ai.charge(
        tenant_of(site),
        "clustering",
        subject=site_key,
        provider=provider.name,
        inputs={"keywords": digest_of([(row.market, row.normalized_text) for row in rows])},
    )
    described = _described(clustering, rows)
    pillars = [
        describe_pillar(pillar.id, [described[cluster_id] for cluster_id in pillar.clusters])
        for pillar in clustering.pillars
    ]
    map_name = _keep_map(parts, site_key, _map_of(site, clustering, pillars, vectors))
    embeddings = f"{provider.name}/{provider.model}"
    with parts.warehouse.write() as session:
        store.save_clustering(
            session, site, _rows_to_save(clustering, rows, described, pillars, sectors, embeddings, map_name)
        )
        append_event(
            session,
            "clusters.built",
            site_key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"clusters": len(described), "keywords": len(rows), "pillars": len(pillars)},
        )
    return Clustered(
        clusters=sorted(described.values(), key=lambda facts: (-facts.opportunity.total, facts.id)),
        pillars=sorted(pillars, key=lambda pillar: (-pillar.opportunity, pillar.id)),
        changes=clustering.changes,
        names=old_names | {facts.id: facts.name for facts in described.values()},
        embeddings=embeddings,
        notice=provider.notice,
        map_url=map_address(parts, site_key, map_name),
        call=call,
    )


def map_address(parts: Platform, site_key: str, name: str) -> str:
    """Where a map is shown: an address that nobody can guess, because Dagster's UI signs nobody in."""
    return f"{parts.settings.draft_url(_shown_as(site_key))}{name}"


def _keep_map(parts: Platform, site_key: str, picture: bytes) -> str:
    """Put a map where its address finds it; the name tells its content, so that no browser shows an older one."""
    folder = parts.settings.drafts_folder / parts.settings.draft_token(_shown_as(site_key))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"clusters-{hashlib.sha256(picture).hexdigest()[:12]}.png"
    (folder / name).write_bytes(picture)
    return name


def _shown_as(site_key: str) -> str:
    return f"clusters of {site_key}"


def _embedding_progress(parts: Platform, site_key: str) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        with parts.warehouse.write() as session:
            said = f"reading keywords: {done:,} of {total:,}"
            report_progress(session, site_key, PLAN_SITE, "PREP", said, pieces=(done, total))

    return told


def _described(clustering: "Clustering", rows: Sequence[Keyword]) -> dict[str, ClusterFacts]:
    casing = word_casing([row.text for row in rows])
    return {
        cluster.id: describe_cluster(cluster.id, [facts_of(rows[index]) for index in cluster.members], casing=casing)
        for cluster in clustering.clusters
    }


def _map_of(site: Site, clustering: "Clustering", pillars: Sequence[PillarFacts], vectors: "np.ndarray") -> bytes:
    from igny8_assets.planner.clusters.map_drawing import draw_cluster_map, mapped_clusters

    pillar_of = {cluster.id: pillar.name for pillar in pillars for cluster in pillar.clusters}
    described = [cluster for pillar in pillars for cluster in pillar.clusters]
    members = {cluster.id: cluster.members for cluster in clustering.clusters}
    count = len(clustering.assignments)
    return draw_cluster_map(
        mapped_clusters(described, pillar_of, members, vectors),
        title=site.name,
        subtitle=f"{count:,} keywords, {len(described):,} clusters, {len(pillars):,} pillars",
    )


def _rows_to_save(
    clustering: "Clustering",
    rows: Sequence[Keyword],
    described: Mapping[str, ClusterFacts],
    pillars: Sequence[PillarFacts],
    sectors: Sequence[Sector],
    embeddings: str,
    map_name: str,
) -> store.ClusteringRows:
    seeds = [SectorSeeds(sector.name, tuple(sector.seed_terms)) for sector in sectors]
    sector_ids = {sector.name: sector.id for sector in sectors}
    pillar_of = {cluster.id: pillar.id for pillar in pillars for cluster in pillar.clusters}
    clusters = []
    for cluster in clustering.clusters:
        facts = described[cluster.id]
        markets = {rows[index].market for index in cluster.members}
        values: dict[str, Any] = cluster_values(facts) | {
            "sector_id": sector_ids.get(sector_of_cluster(facts.keywords, seeds)) if seeds else None,
            "market": markets.pop() if len(markets) == 1 else "",
            "cohesion": cluster.cohesion,
        }
        members = [
            (rows[index].id, centrality) for index, centrality in zip(cluster.members, cluster.centrality, strict=True)
        ]
        clusters.append(store.ClusterRow(values, pillar_of.get(cluster.id), members))
    return store.ClusteringRows(
        pillars=[
            {
                "stable_id": pillar.id,
                "name": pillar.name,
                "head_keyword": pillar.head_keyword,
                "cluster_count": len(pillar.clusters),
                "keyword_count": pillar.keyword_count,
                "volume": pillar.total_volume or 0,
                "difficulty": pillar.median_difficulty,
                "opportunity": pillar.opportunity,
            }
            for pillar in pillars
        ],
        clusters=clusters,
        links=[(link.cluster, link.other, link.shared_urls) for link in clustering.links],
        run={
            "keywords": len(rows),
            "clusters": len(clusters),
            "singletons": sum(len(cluster.members) == 1 for cluster in clustering.clusters),
            "embeddings": embeddings,
            "parameters": {**clustering.parameters, "map": map_name},
            "changes": asdict(clustering.changes),
        },
    )
