"""Groups of texts joined while the mean similarity between all of their texts exceeds a resolution.

This is the constant Potts model on the whole matrix of similarities, solved greedily from groups that are pure already:
joining two groups is worth the sum of their texts' similarities less the resolution for each pair. That sum is the product
of the two groups' summed vectors, so nothing is ever compared text by text.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

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
    joining = _Joining(group, kinds, similarities, links, resolution, before)
    queue = joining.pairs()
    heapq.heapify(queue)
    while queue:
        pair = heapq.heappop(queue)
        changed = joining.join(pair[1], pair[2]) if joining.stands(pair) else joining.look_again(pair)
        for better in changed:
            heapq.heappush(queue, better)
    return np.asarray(joining.roots()[group])


# Mean similarity of two groups, negated, so that the most alike come first, and the two, the lower number first.
Pair: TypeAlias = tuple[float, int, int]


class _Joining:
    """Groups by number; a joined group goes on under the number of its first part.

    Each group knows the one that it is most alike to of those that it may join. Only these pairs can be the most alike of
    all, and joining two groups changes few of them.
    """

    def __init__(
        self,
        group: np.ndarray,
        kinds: Iterable[str],
        similarities: Similarities,
        links: np.ndarray,
        resolution: float,
        before: Sequence[str] | None,
    ) -> None:
        self._resolution = resolution
        # No pair at or below it may join, whatever the two were before.
        self._least = resolution * (1 - _STEADINESS)
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

    def pairs(self) -> list[Pair]:
        """For each group the pair with the one that it is most alike to, if there is one that it may join."""
        self._best = [self._best_of(one) for one in range(len(self._sizes))]
        return list({pair for pair in self._best if pair is not None})

    def stands(self, pair: Pair) -> bool:
        """Whether both groups are as they were when they were compared."""
        likeness, one, other = pair
        if self._into[one] != one or self._into[other] != other:
            return False
        return -likeness == round(self._ties[one][other] / (self._sizes[one] * self._sizes[other]), 9)

    def look_again(self, pair: Pair) -> list[Pair]:
        """The pairs that took the place of one that does not stand: looked for only when its turn would have come.

        Until then it is enough to know that they are less alike: no group becomes more like another by joining a third.
        """
        found = []
        for one in pair[1:]:
            if self._into[one] == one and self._best[one] == pair:
                best = self._best[one] = self._best_of(one)
                if best is not None:
                    found.append(best)
        return found

    def join(self, one: int, other: int) -> list[Pair]:
        """Put the second group into the first; gives the pairs that are the most alike of some group now."""
        ties, others = self._ties[one], self._ties[other]
        del ties[other], others[one]
        ties.update(self._ties_with(one, others.keys() - ties.keys()))
        others.update(self._ties_with(other, ties.keys() - others.keys()))
        self._ties[other] = {}
        self._into[other] = one
        self._sums[one] += self._sums[other]
        if self._doubted is not None:
            self._doubted[one] += self._doubted[other]
        self._sizes[one] += self._sizes[other]
        self._kinds[one] = self._kinds[one] or self._kinds[other]
        (first, rows), (second, theirs) = self._before[one], self._before[other]
        if first == second:
            self._before[one] = first, rows + theirs
        elif theirs > rows:
            self._before[one] = second, theirs
        better: list[Pair] = []
        size, sizes, least = self._sizes[one], self._sizes, self._least
        for third, theirs_with in others.items():
            of_third = self._ties[third]
            of_third.pop(other, None)
            total = ties[third] = of_third[one] = ties[third] + theirs_with
            mean = total / (size * sizes[third])
            known = self._best[third]
            if mean > least and (known is None or mean >= -known[0] - 1e-9):
                pair = self._pair(one, third, mean)
                if pair is not None and (known is None or pair < known):
                    self._best[third] = pair
                    better.append(pair)
        mine = self._best[one] = self._best_of(one)
        return better if mine is None else [*better, mine]

    def _best_of(self, one: int) -> Pair | None:
        best: Pair | None = None
        size, sizes, floor = self._sizes[one], self._sizes, self._least
        for other, total in self._ties[one].items():
            mean = total / (size * sizes[other])
            if mean <= floor:
                continue
            pair = self._pair(one, other, mean)
            if pair is not None and (best is None or pair < best):
                best = pair
                # Anything lower by more than what is rounded away cannot be better.
                floor = mean - 1e-8
        return best

    def _pair(self, one: int, other: int, mean: float) -> Pair | None:
        """The two as a pair, None where they may not join: too little alike, or of two known kinds."""
        kind, kind_of_other = self._kinds[one], self._kinds[other]
        if kind and kind_of_other and kind != kind_of_other:
            return None
        # Rounded, so that equal ones tie.
        mean = round(mean, 9)
        if mean <= self._resolution * self._demand(one, other):
            return None
        return (-mean, one, other) if one < other else (-mean, other, one)

    def _demand(self, one: int, other: int) -> float:
        """The multiple of the resolution that the two must exceed, by where their rows were before."""
        first, second = self._before[one][0], self._before[other][0]
        if not first or not second:
            return 1.0
        return 1 - _STEADINESS if first == second else 1 + _STEADINESS

    def _ties_with(self, one: int, others: Iterable[int]) -> dict[int, float]:
        """The summed similarity of a group's rows to those of others that it was not compared with yet."""
        places = list(others)
        if not places:
            return {}
        totals = self._sums[places] @ self._sums[one]
        if self._doubted is not None:
            totals -= self._lost * (self._doubted[places] @ self._doubted[one])
        return dict(zip(places, totals.tolist(), strict=True))

    def roots(self) -> np.ndarray:
        """The group that each group ended in."""
        found = self._into.copy()
        for place in range(len(found)):
            while found[place] != self._into[found[place]]:
                found[place] = self._into[found[place]]
        return np.array(found, dtype=np.int64)


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
