"""Keywords to clusters: nearest neighbours, a similarity graph, Leiden communities, and ids that survive a re-run.

Pure: texts and vectors in, memberships out. Names, metrics and ideas are made elsewhere.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import igraph
import numpy as np

from igny8_assets.planner.cluster_identity import ClusterChanges, assign_ids
from igny8_resources.contracts.vocabulary import INTENTS
from igny8_resources.word_stems import normalise

NEIGHBOURS = 15
SIMILARITY_FLOOR = 0.3
RESOLUTION = 0.2
INTENT_PENALTY = 0.4
# Similarities held at a time: 64 MiB of float32, whatever the number of keywords.
_BLOCK_CELLS = 1 << 24


@dataclass(frozen=True)
class Cluster:
    """One community. ``members`` are row numbers of the input, the most central first; ``centrality`` goes with them.

    A member's centrality is its cosine with the mean of the cluster's vectors, 0 to 1; ``cohesion`` is their average.
    """

    id: str
    members: tuple[int, ...]
    centrality: tuple[float, ...]
    cohesion: float


@dataclass(frozen=True)
class Clustering:
    """Every row in exactly one cluster: ``assignments[row]`` is its cluster's id; largest clusters come first."""

    assignments: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    changes: ClusterChanges


def cluster_keywords(
    texts: Sequence[str],
    vectors: np.ndarray,
    *,
    intents: Sequence[Sequence[str]] | None = None,
    intent_penalty: float = INTENT_PENALTY,
    mix_intents: bool = True,
    volumes: Sequence[int | None] | None = None,
    resolution: float = RESOLUTION,
    similarity_floor: float = SIMILARITY_FLOOR,
    neighbours: int = NEIGHBOURS,
    seed: int = 0,
    previous: Mapping[str, str] | None = None,
) -> Clustering:
    """Cluster keywords by their vectors.

    Each keyword is joined to its ``neighbours`` nearest ones whose cosine reaches ``similarity_floor``; the Leiden
    algorithm then looks for groups whose mean link exceeds ``resolution`` (constant Potts model). A higher resolution
    gives smaller, tighter clusters. A keyword that is near to nothing is a cluster of its own: none is dropped. The
    order of the rows does not matter, and texts with the same normal form always share a cluster.

    Args:
        texts: The keywords.
        vectors: Shape ``(len(texts), dimensions)``; rows are scaled to unit length here, zero rows stay alone.
        intents: Search intents per keyword, the first one leading; empty means unknown.
        intent_penalty: Share of a link's weight that is lost when the two keywords have no known intent in common, less
            when they have some; 0 ignores intents. Unknown intents cost nothing.
        mix_intents: When False, keywords whose leading intents differ never share a cluster; unknown counts as one.
        volumes: Monthly searches per keyword; the largest of a new cluster gives it its id. Centrality decides ties.
        resolution: Density that a cluster must exceed, above 0.
        similarity_floor: Least cosine of a link, 0 to 1.
        neighbours: Links per keyword before the floor.
        seed: Of the Leiden algorithm's random walk.
        previous: Cluster id by normalised keyword from the last run; ids persist where most of a cluster does.

    Raises:
        ValueError: lengths differ or a parameter is out of range.
    """
    _check(
        texts,
        vectors,
        {"intents": intents, "volumes": volumes},
        resolution=resolution,
        shares={"similarity_floor": similarity_floor, "intent_penalty": intent_penalty},
        neighbours=neighbours,
    )
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows_of[normalise(text)].append(row)
    names = sorted(rows_of)
    firsts = [rows_of[name][0] for name in names]
    unit = _unit_rows(np.asarray(vectors, dtype=np.float32)[firsts])
    links, weights = _links(unit, neighbours, similarity_floor)
    if intents is not None:
        known = [intents[row] for row in firsts]
        if mix_intents:
            weights = weights * (1.0 - intent_penalty * _intent_distance(known, links))
        else:
            same = _same_leading_intent(known, links)
            links, weights = links[same], weights[same]
    communities = _communities(len(names), links, weights, resolution, seed)
    ranked = [_by_centrality(unit, community) for community in communities]
    sizes = [0 if volumes is None else (volumes[row] or 0) for row in firsts]
    heads = [names[min(members, key=lambda member: -sizes[member])] for members, _ in ranked]
    memberships = [[names[member] for member in members] for members, _ in ranked]
    ids, changes = assign_ids(memberships, heads, previous or {})
    assignments = [""] * len(texts)
    clusters = []
    for cluster_id, (members, centrality) in zip(ids, ranked, strict=True):
        rows = [
            (row, score) for member, score in zip(members, centrality, strict=True) for row in rows_of[names[member]]
        ]
        for row, _ in rows:
            assignments[row] = cluster_id
        scores = tuple(score for _, score in rows)
        clusters.append(Cluster(cluster_id, tuple(row for row, _ in rows), scores, round(sum(scores) / len(scores), 4)))
    return Clustering(tuple(assignments), tuple(clusters), changes)


def _check(
    texts: Sequence[str],
    vectors: np.ndarray,
    columns: Mapping[str, Sequence[object] | None],
    *,
    resolution: float,
    shares: Mapping[str, float],
    neighbours: int,
) -> None:
    if len(vectors) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(vectors)} vectors: expected one vector for each text")
    for name, given in columns.items():
        if given is not None and len(given) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(given)} {name}: expected one entry for each text")
    if resolution <= 0:
        raise ValueError(f"resolution is {resolution}: expected a number above 0, such as {RESOLUTION}")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is {share}: expected a number between 0 and 1")
    if neighbours < 1:
        raise ValueError(f"neighbours is {neighbours}: expected at least 1")


def _unit_rows(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def _links(unit: np.ndarray, neighbours: int, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Undirected links ``(m, 2)`` and their cosines: the union of every row's nearest neighbours above the floor."""
    count = len(unit)
    kept = min(neighbours, count - 1)
    if kept < 1:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    pairs, cosines = [], []
    height = max(1, _BLOCK_CELLS // count)
    for start in range(0, count, height):
        block = unit[start : start + height] @ unit.T
        rows = np.arange(len(block))
        block[rows, rows + start] = -1.0
        nearest = np.argpartition(block, count - kept, axis=1)[:, count - kept :]
        similarity = np.take_along_axis(block, nearest, axis=1)
        row, column = np.nonzero(similarity >= max(floor, 1e-6))
        here, there = row + start, nearest[row, column]
        pairs.append(np.stack([np.minimum(here, there), np.maximum(here, there)], axis=1))
        cosines.append(similarity[row, column])
    # Rounded, so that the last bits of a matrix product, which differ between processors, decide nothing.
    links, where = np.unique(np.concatenate(pairs), axis=0, return_index=True)
    return links, np.round(np.concatenate(cosines)[where].astype(np.float64), 5)


def _intent_distance(known: Sequence[Sequence[str]], links: np.ndarray) -> np.ndarray:
    """Per link, 1 minus the Jaccard overlap of both ends' intents; 0 where either end's intent is unknown."""
    masks = np.array([sum(1 << INTENTS.index(intent) for intent in set(each)) for each in known], dtype=np.uint8)
    one, other = masks[links[:, 0]], masks[links[:, 1]]
    shared, together = np.bitwise_count(one & other), np.bitwise_count(one | other)
    distance: np.ndarray = np.where((one > 0) & (other > 0), 1.0 - shared / np.maximum(together, 1), 0.0)
    return distance


def _same_leading_intent(known: Sequence[Sequence[str]], links: np.ndarray) -> np.ndarray:
    leading = np.array([next(iter(each), "") for each in known])
    same: np.ndarray = leading[links[:, 0]] == leading[links[:, 1]]
    return same


def _communities(count: int, links: np.ndarray, weights: np.ndarray, resolution: float, seed: int) -> list[np.ndarray]:
    """Groups of node numbers, largest first, then by smallest member."""
    graph = igraph.Graph(n=count, edges=links)
    # igraph draws from one generator for the whole process: set for this call, given back after it.
    igraph.set_random_number_generator(random.Random(seed))
    try:
        partition = graph.community_leiden(
            objective_function="CPM", weights=weights.tolist(), resolution=resolution, n_iterations=10
        )
    finally:
        igraph.set_random_number_generator(random)
    groups = [np.array(sorted(group)) for group in partition if group]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _by_centrality(unit: np.ndarray, members: np.ndarray) -> tuple[list[int], list[float]]:
    centre = unit[members].mean(axis=0)
    length = float(np.linalg.norm(centre))
    cosines = unit[members] @ (centre / length) if length else np.ones(len(members))
    scores = np.round(np.clip(cosines.astype(np.float64), 0.0, 1.0), 4)
    order = np.lexsort((members, -scores))
    return members[order].tolist(), scores[order].tolist()
