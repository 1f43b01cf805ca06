"""Groups of texts whose mean similarity exceeds a resolution: Leiden on the nearest neighbours, then on whole groups.

Both steps follow the constant Potts model: a group is worth having when the mean similarity inside exceeds the
resolution. Leiden sees only each text's nearest neighbours, so it finds small, pure groups, however large a topic is.
The second step joins those groups while the mean similarity between *all* texts of one and all of the other exceeds the
same resolution.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import graspologic_native
import numpy as np

from igny8_assets.planner.clusters.group_joining import Similarities, join_groups

# A list of this many texts trusts its own similarities as much as the ordinary ones below.
_ORDINARY_TEXTS = 100
_ORDINARY_BACKGROUND, _ORDINARY_NEAREST = 0.1, 0.85
_PASSES = 2
# Measured: from three times the resolution on, a finer start changes nothing; the joining stays below a second.
_FINEST, _AFFORDABLE_TEXTS = 3, 12_000
_MOST_ROUNDS = 6


@dataclass(frozen=True)
class SimilarityScale:
    """What similar means in one list: the mean cosine of any two texts, and the median of each text's nearest one."""

    background: float
    nearest: float

    def at(self, resolution: float) -> float:
        """The cosine that lies this share of the way from any two texts to nearest ones."""
        return max(1e-3, self.background + resolution * (self.nearest - self.background))


def similarity_scale(unit: np.ndarray, links: np.ndarray, cosines: np.ndarray) -> SimilarityScale:
    """Measure a list without looking at what it means; a short list is drawn towards ordinary figures."""
    count = len(unit)
    if count < 2:
        return SimilarityScale(_ORDINARY_BACKGROUND, _ORDINARY_NEAREST)
    total = unit.sum(axis=0, dtype=np.float64)
    background = (float(total @ total) - float(np.count_nonzero(unit.any(axis=1)))) / (count * (count - 1))
    best = np.zeros(count)
    np.maximum.at(best, links.ravel(), np.repeat(cosines, 2))
    own = count / (count + _ORDINARY_TEXTS)
    return SimilarityScale(
        own * max(0.0, background) + (1 - own) * _ORDINARY_BACKGROUND,
        own * float(np.median(best)) + (1 - own) * _ORDINARY_NEAREST,
    )


def communities_of(
    similarities: Similarities,
    resolution: float,
    *,
    kinds: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    seed: int = 0,
) -> list[np.ndarray]:
    """Groups of row numbers, every row in exactly one, largest first, then by smallest row.

    Args:
        similarities: The texts and what is known of them.
        resolution: Mean similarity that a group must exceed, above 0.
        kinds: A kind per row, empty for unknown: two known kinds never share a group, unknown rows join any.
        before: The group of each row in an earlier result, empty for a new row; steadies the new one.
        seed: Of Leiden's random walk.
    """
    links, weights = similarities.links, similarities.weights
    names = np.array(kinds if kinds is not None else [""] * len(similarities.unit), dtype=object)
    one, other = names[links[:, 0]], names[links[:, 1]]
    allowed = (one == other) | (one == "") | (other == "")
    links, weights = links[allowed], weights[allowed]
    # Shared results tie single pairs, which Leiden follows and the joining would average away.
    finer = 1 if similarities.evidence else _fineness(len(similarities.unit))
    labels = leiden(len(similarities.unit), links, weights, resolution * finer, seed)
    labels = _divided(labels, names, links, weights)
    if before is None or not any(before):
        labels = join_groups(labels, names, similarities, links, resolution)
    else:
        labels = _steadied(labels, names, similarities, links, weights, resolution, before)
    groups: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels.tolist()):
        groups[label].append(row)
    return sorted((np.array(group) for group in groups.values()), key=lambda group: (-len(group), group[0]))


def _fineness(count: int) -> int:
    """How much finer Leiden's groups are than the result: short lists can afford to leave more to the joining.

    The joining weighs all members against all and errs less, but its time grows with the number of groups it starts from.
    """
    return min(_FINEST, max(1, _AFFORDABLE_TEXTS // max(count, 1)))


def _steadied(
    labels: np.ndarray,
    names: np.ndarray,
    similarities: Similarities,
    links: np.ndarray,
    weights: np.ndarray,
    resolution: float,
    before: Sequence[str],
) -> np.ndarray:
    """Join communities in the light of an earlier result, until the result stays the same in the light of itself.

    Then a run that follows with the same rows ends where this one did. Communities that mix earlier groups are divided
    by them first: they meet again in the joining, where it takes a clear likeness to make one group of two.
    """
    found = labels
    for _ in range(_MOST_ROUNDS):
        divided = _divided(labels, np.array(before, dtype=object), links, weights)
        found = join_groups(divided, names, similarities, links, resolution, before)
        named = [str(label) for label in found.tolist()]
        if len(set(zip(named, before, strict=True))) == len(set(named)) == len(set(before)):
            break
        before = named
    return found


def leiden(count: int, links: np.ndarray, weights: np.ndarray, resolution: float, seed: int) -> np.ndarray:
    """The community of each node by the constant Potts model, in which a node's size is its share of all link weight.

    graspologic's own constant Potts mode stops early (on 13,000 questions at resolution 0.005 it left 280 groups where
    igraph found 117, at a lower quality); its modularity mode at the resolution that makes the expected weight of a pair
    of average nodes ``resolution`` reaches igraph's quality within 1 %, and has no limit of resolution, since that
    grows with the number of nodes.
    """
    from scipy.sparse import coo_array

    labels = np.arange(count)
    if not len(links):
        return labels
    joined, ends = np.unique(links, return_inverse=True)
    ends = ends.reshape(links.shape)
    size = len(joined)
    rows, columns = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    graph = coo_array((np.concatenate([weights, weights]), (rows, columns)), shape=(size, size)).tocsr()
    graph.sort_indices()
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        size,
        resolution=resolution * size * size / float(graph.data.sum()),
        use_modularity=True,
        seed=seed,
        iterations=_PASSES,
    )
    # A community is called by its first member, so that names never clash with those of nodes without links.
    first: dict[int, int] = {}
    for place in range(size):
        labels[joined[place]] = first.setdefault(found[place], int(joined[place]))
    return labels


def _divided(labels: np.ndarray, names: np.ndarray, links: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Divide communities that hold several known names; unknown rows go where most of their link weight goes."""
    held: dict[int, set[str]] = defaultdict(set)
    for label, name in zip(labels.tolist(), names, strict=True):
        if name:
            held[label].add(name)
    mixed = {label for label, found in held.items() if len(found) > 1}
    if not mixed:
        return labels
    beside: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (one, other), weight in zip(links.tolist(), weights.tolist(), strict=True):
        if labels[one] == labels[other] and labels[one] in mixed:
            beside[one].append((other, weight))
            beside[other].append((one, weight))
    kinds = names.copy()
    open_rows = [row for row, label in enumerate(labels.tolist()) if label in mixed and not names[row]]
    while open_rows:
        # In rounds: rows beside decided ones are decided first, then their own neighbours know where to go.
        ties = []
        for row in open_rows:
            pull: dict[str, float] = defaultdict(float)
            for neighbour, weight in beside[row]:
                if kinds[neighbour]:
                    pull[kinds[neighbour]] += weight
            if pull:
                kind = min(pull, key=lambda name: (-pull[name], name))
                ties.append((row, kind))
        if not ties:
            break
        for row, kind in ties:
            kinds[row] = kind
        decided = {row for row, _ in ties}
        open_rows = [row for row in open_rows if row not in decided]
    apart = labels.copy()
    first: dict[tuple[int, str], int] = {}
    for row, label in enumerate(labels.tolist()):
        if label in mixed:
            apart[row] = first.setdefault((label, kinds[row]), row)
    return apart
