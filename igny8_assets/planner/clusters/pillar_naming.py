"""What a pillar is called and what it is worth: the subject that its clusters share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from igny8_assets.planner.clusters.naming import ClusterFacts
from igny8_assets.planner.keywords.text import modifiers, topic_stems


@dataclass(frozen=True)
class PillarFacts:
    """A pillar as people read it: the clusters of one subject, the largest first.

    ``opportunity`` is the mean of its clusters' scores, weighted by 1 + their searches, 0 to 100.
    """

    id: str
    name: str
    head_keyword: str
    clusters: tuple[ClusterFacts, ...]
    keyword_count: int
    total_volume: int | None
    median_difficulty: float | None
    opportunity: float


def describe_pillar(pillar_id: str, clusters: Sequence[ClusterFacts]) -> PillarFacts:
    """Name and measure a pillar after the cluster whose subject most of its searches share.

    *espresso machine* names a pillar before *best espresso machine* does, because more of its keywords are about just
    that; between equal subjects the larger cluster wins.

    Args:
        pillar_id: The pillar's stable id.
        clusters: Its clusters; at least one.
    """
    ordered = sorted(clusters, key=lambda cluster: (-(cluster.total_volume or 0), -len(cluster.keywords), cluster.id))
    stems = [topic_stems(cluster.head_keyword) for cluster in ordered]
    weights = [1 + (cluster.total_volume or 0) + len(cluster.keywords) for cluster in ordered]

    def claim(number: int) -> tuple[float, int, int]:
        own = stems[number]
        shared = sum(weight for other, weight in zip(stems, weights, strict=True) if own <= other)
        plain = not modifiers(ordered[number].head_keyword)
        return shared * (1.25 if plain else 1.0), weights[number], -number

    head = ordered[max(range(len(ordered)), key=claim)]
    known = [cluster.total_volume for cluster in ordered if cluster.total_volume is not None]
    difficulties = [
        keyword.difficulty for cluster in ordered for keyword in cluster.keywords if keyword.difficulty is not None
    ]
    demand = [1 + (cluster.total_volume or 0) for cluster in ordered]
    score = sum(cluster.opportunity.total * weight for cluster, weight in zip(ordered, demand, strict=True))
    return PillarFacts(
        id=pillar_id,
        name=head.name,
        head_keyword=head.head_keyword,
        clusters=tuple(ordered),
        keyword_count=sum(len(cluster.keywords) for cluster in ordered),
        total_volume=sum(known) if known else None,
        median_difficulty=round(median(difficulties), 1) if difficulties else None,
        opportunity=round(score / math.fsum(demand), 1),
    )
