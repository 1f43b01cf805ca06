"""Groups of texts joined while the mean similarity between all of their texts exceeds a resolution.

This is the constant Potts model on the whole matrix of similarities, solved greedily from groups that are pure already:
joining two groups is worth the sum of their texts' similarities less the resolution for each pair. That sum is the product
of the two groups' summed vectors, so nothing is ever compared text by text.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# How much nearer two groups must be that were apart, and how much less near two that were together.
_STEADINESS = 0.1
# So many groups' products fit into a table of 128 MiB; more are multiplied pair by pair, so many pairs at a time.
_FEW_GROUPS, _PAIRS_AT_ONCE = 4_096, 50_000


@dataclass(frozen=True)
class Similarities:
    """All that is known about how alike texts are.

    ``unit`` holds their vectors; ``links`` and ``weights`` the pairs that Leiden sees. Where ``doubted`` rows are given
    (texts whose search results are known), the cosine of two of them counts only ``doubt`` of itself; ``evidence`` adds,
    for single pairs, what is known better than from vectors.
    """

    unit: np.ndarray
    links: np.ndarray
    weights: np.ndarray
    doubted: np.ndarray | None = None
    doubt: float = 1.0
    evidence: Mapping[tuple[int, int], float] | None = None


def join_groups(
    labels: np.ndarray,
    kinds: Iterable[str],
    similarities: Similarities,
    links: np.ndarray,
    resolution: float,
    before: Sequence[str] | None = None,
) -> np.ndarray:
    """Join groups, the most alike first, as long as their mean similarity exceeds the resolution.

    Args:
        labels: The group of each row, as any whole number.
        kinds: A kind per row, empty for unknown: groups of two known kinds are never joined.
        similarities: What is known of the rows.
        links: Pairs of rows; only groups with a link between them, or with one to a joined part, are compared.
        resolution: Mean similarity to exceed.
        before: The group of each row in an earlier result, empty for a new row. Groups that were together join a little
            below the resolution, those that were apart a little above it, so that few new rows do not turn over the
            whole; the same rows give the same groups again.

    Returns:
        The joined group of each row.
    """
    if not len(labels):
        return labels
    _, group = np.unique(labels, return_inverse=True)
    joining = _Joining(group, kinds, similarities, links, before)
    least = resolution * (1 - _STEADINESS)
    queue = [pair for pair in joining.pairs() if -pair[0] > least]
    heapq.heapify(queue)
    while queue:
        likeness, one, other = heapq.heappop(queue)
        if not joining.stands(one, other) or -likeness != joining.mean(one, other):
            continue
        if joining.may_join(one, other) and -likeness > resolution * joining.demand(one, other):
            for pair in joining.join(one, other):
                if -pair[0] > least:
                    heapq.heappush(queue, pair)
    return np.asarray(joining.roots()[group])


class _Joining:
    """Groups by number; a joined group goes on under the number of its first part."""

    def __init__(
        self,
        group: np.ndarray,
        kinds: Iterable[str],
        similarities: Similarities,
        links: np.ndarray,
        before: Sequence[str] | None,
    ) -> None:
        count = int(group.max()) + 1
        self._into = list(range(count))
        self._sizes: list[int] = np.bincount(group, minlength=count).tolist()
        self._sums = _sums(similarities.unit, group, count)
        self._lost = 1 - similarities.doubt
        self._doubted: np.ndarray | None = None
        if similarities.doubted is not None:
            self._doubted = _sums(similarities.unit * similarities.doubted[:, None], group, count)
        self._kinds = [""] * count
        for place, kind in zip(group.tolist(), kinds, strict=True):
            self._kinds[place] = self._kinds[place] or kind
        known: list[Counter[str]] = [Counter() for _ in range(count)]
        for place, old in zip(group.tolist(), before or (), strict=before is not None):
            if old:
                known[place][old] += 1
        # The earlier group that most rows come from, and how many.
        self._before = [min(each.items(), key=lambda item: (-item[1], item[0]), default=("", 0)) for each in known]
        ends_of = group[links]
        ends_of = ends_of[ends_of[:, 0] != ends_of[:, 1]]
        pairs = np.stack(np.divmod(np.unique(ends_of.min(axis=1) * count + ends_of.max(axis=1)), count), axis=1)
        evidence: dict[tuple[int, int], float] = defaultdict(float)
        for (one, other), value in sorted((similarities.evidence or {}).items()):
            ends = sorted((int(group[one]), int(group[other])))
            evidence[ends[0], ends[1]] += value
        # By group, the summed similarity of its rows to those of each group that it was compared with.
        self._ties: list[dict[int, float]] = [{} for _ in range(count)]
        ties = _products(self._sums, pairs)
        if self._doubted is not None:
            ties -= self._lost * _products(self._doubted, pairs)
        for (one, other), value in zip(pairs.tolist(), ties.tolist(), strict=True):
            self._ties[one][other] = self._ties[other][one] = value + evidence.get((one, other), 0.0)

    def pairs(self) -> list[tuple[float, int, int]]:
        """Every pair that was compared: its mean similarity, negated, and the two groups."""
        return [
            (-self.mean(one, other), one, other)
            for one, ties in enumerate(self._ties)
            for other in sorted(ties)
            if one < other
        ]

    def mean(self, one: int, other: int) -> float:
        """The mean similarity of two groups, rounded, so that equal ones tie."""
        return round(self._ties[one][other] / (self._sizes[one] * self._sizes[other]), 9)

    def stands(self, one: int, other: int) -> bool:
        """Whether neither group was joined to an earlier one."""
        return self._into[one] == one and self._into[other] == other

    def may_join(self, one: int, other: int) -> bool:
        """Whether the two do not hold different known kinds."""
        return not self._kinds[one] or not self._kinds[other] or self._kinds[one] == self._kinds[other]

    def demand(self, one: int, other: int) -> float:
        """The multiple of the resolution that the two must exceed, by where their rows were before."""
        first, second = self._before[one][0], self._before[other][0]
        if not first or not second:
            return 1.0
        return 1 - _STEADINESS if first == second else 1 + _STEADINESS

    def join(self, one: int, other: int) -> list[tuple[float, int, int]]:
        """Put the second group into the first; gives the pairs of the joined group."""
        thirds = sorted((self._ties[one].keys() | self._ties[other].keys()) - {one, other})
        for third in thirds:
            total = self._tie(one, third) + self._tie(other, third)
            self._ties[one][third] = self._ties[third][one] = total
            self._ties[third].pop(other, None)
        self._ties[one].pop(other)
        self._ties[other] = {}
        self._into[other] = one
        self._sums[one] += self._sums[other]
        if self._doubted is not None:
            self._doubted[one] += self._doubted[other]
        self._sizes[one] += self._sizes[other]
        self._kinds[one] = self._kinds[one] or self._kinds[other]
        (first, rows), (second, others) = self._before[one], self._before[other]
        if first == second:
            self._before[one] = first, rows + others
        elif others > rows:
            self._before[one] = second, others
        return [(-self.mean(one, third), min(one, third), max(one, third)) for third in thirds]

    def roots(self) -> np.ndarray:
        """The group that each group ended in."""
        found = self._into.copy()
        for place in range(len(found)):
            while found[place] != self._into[found[place]]:
                found[place] = self._into[found[place]]
        return np.array(found, dtype=np.int64)

    def _tie(self, one: int, other: int) -> float:
        known = self._ties[one].get(other)
        if known is not None:
            return known
        total = float(self._sums[one] @ self._sums[other])
        if self._doubted is not None:
            total -= self._lost * float(self._doubted[one] @ self._doubted[other])
        return total


def _products(sums: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The inner product of the two rows of each pair; all of them at once where there are few rows."""
    if len(sums) <= _FEW_GROUPS:
        found: np.ndarray = (sums @ sums.T)[pairs[:, 0], pairs[:, 1]]
        return found
    return np.concatenate(
        [
            np.einsum("ij,ij->i", sums[part[:, 0]], sums[part[:, 1]])
            for part in np.array_split(pairs, len(pairs) // _PAIRS_AT_ONCE + 1)
        ]
    )


def _sums(unit: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """The sum of each group's rows, added in the order of the rows."""
    from scipy.sparse import csr_array

    member = csr_array(
        (np.ones(len(group), dtype=np.float32), (group, np.arange(len(group)))), shape=(count, len(group))
    )
    return np.asarray(member @ unit, dtype=np.float64)
