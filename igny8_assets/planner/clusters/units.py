"""Keywords that search results hold together: units that clustering never divides."""

import heapq
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from igny8_assets.planner.clusters.group_joining import Similarities
from igny8_assets.planner.clusters.listed_keywords import KeywordRows, leading
from igny8_assets.planner.clusters.neighbours import unit_rows
from igny8_assets.planner.clusters.serp_overlap import SAME_CLUSTER, SAME_PAGE

# A keyword with fewer known results than this says too little to doubt another one by.
_RESULTS_TO_DOUBT = 8
# What is left of two keywords' similarity when their results are known and share next to nothing.
_DOUBT = 0.4
_SAME_CLUSTER_WEIGHT = 0.95


def units_of(numbers: Sequence[int], intents: Sequence[str], pairs: np.ndarray, shared: np.ndarray) -> list[list[int]]:
    """Keywords for which a search engine shows much the same pages, as units; every other keyword is one by itself.

    Keywords that share seven results or more are always one unit. Units join further, the most alike first, while their
    keywords share four results or more on average: so two keywords that share four to six are one unit, unless a third
    that is nearer to one of them shares next to nothing with the other. Units of two known intents do not join so.

    Args:
        numbers: The keywords.
        intents: Leading intent by keyword number, empty for unknown.
        pairs: Pairs of keyword numbers that share results.
        shared: How many they share.
    """
    into = {number: number for number in numbers}

    def root(number: int) -> int:
        while into[number] != number:
            into[number] = into[into[number]]
            number = into[number]
        return number

    inside = [
        (one, other, count)
        for (one, other), count in zip(pairs.tolist(), shared.tolist(), strict=True)
        if one in into and other in into
    ]
    for one, other, count in inside:
        if count >= SAME_PAGE:
            first, second = sorted((root(one), root(other)))
            into[second] = first
    units: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        units[root(number)].append(number)
    ties: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one, other, count in inside:
        first, second = root(one), root(other)
        if first != second:
            ties[first][second] += count
            ties[second][first] += count
    _join_units(units, ties, intents)
    return [sorted(units[first]) for first in sorted(units)]


def _join_units(units: dict[int, list[int]], ties: dict[int, dict[int, int]], intents: Sequence[str]) -> None:
    kinds = {first: leading(intents[number] for number in members) for first, members in units.items()}

    def mean(one: int, other: int) -> float:
        return ties[one][other] / (len(units[one]) * len(units[other]))

    queue = [(-mean(one, other), one, other) for one in ties for other in ties[one] if one < other]
    heapq.heapify(queue)
    while queue:
        negative, one, other = heapq.heappop(queue)
        if -negative < SAME_CLUSTER:
            break
        if one not in units or other not in units or -negative != mean(one, other):
            continue
        if kinds[one] and kinds[other] and kinds[one] != kinds[other]:
            continue
        kinds[one] = kinds[one] or kinds[other]
        units[one] += units.pop(other)
        for third, count in ties.pop(other).items():
            ties[third].pop(other)
            if third != one:
                ties[one][third] += count
                ties[third][one] += count
        for third in ties[one]:
            heapq.heappush(queue, (-mean(one, third), min(one, third), max(one, third)))


def unit_vectors(keywords: KeywordRows, units: Sequence[Sequence[int]]) -> np.ndarray:
    """The direction of each unit, shape ``(len(units), dimensions)``."""
    unit = keywords.unit[[each[0] for each in units]]
    for place, each in enumerate(units):
        if len(each) > 1:
            unit[place] = unit_rows(keywords.unit[each].sum(axis=0, keepdims=True))[0]
    return np.asarray(unit)


def with_results(
    similarities: Similarities,
    units: Sequence[Sequence[int]],
    results: Sequence[Sequence[str]],
    pairs: np.ndarray,
    shared: np.ndarray,
) -> Similarities:
    """Similarities of units, corrected by what their search results say.

    Units that share four results or more are as good as alike, whatever their words; units that share two or three keep
    their cosine; of those whose results are known and share fewer, little of the cosine is left.

    Args:
        similarities: What the vectors say.
        units: Keyword numbers of each unit.
        results: URLs by keyword number.
        pairs: Pairs of keyword numbers that share results.
        shared: How many they share.
    """
    unit_of = {number: place for place, unit in enumerate(units) for number in unit}
    most: dict[tuple[int, int], int] = {}
    for (one, other), count in zip(pairs.tolist(), shared.tolist(), strict=True):
        if one in unit_of and other in unit_of and unit_of[one] != unit_of[other]:
            first, second = sorted((unit_of[one], unit_of[other]))
            most[first, second] = max(most.get((first, second), 0), count)
    doubted = np.array(
        [any(len(results[number]) >= _RESULTS_TO_DOUBT for number in unit) for unit in units], dtype=bool
    )
    strong = np.array([pair for pair, count in most.items() if count >= SAME_CLUSTER], dtype=np.int64).reshape(-1, 2)
    links = np.unique(np.concatenate([similarities.links, strong]), axis=0)
    known = np.array([most.get((one, other), 0) for one, other in links.tolist()], dtype=np.int64)
    corrections: dict[tuple[int, int], float] = {}
    for (one, other), count in most.items():
        cosine = float(similarities.unit[one] @ similarities.unit[other])
        counted = cosine * (_DOUBT if doubted[one] and doubted[other] else 1.0)
        corrections[one, other] = _weight(cosine, count) - counted
    cosines = np.einsum("ij,ij->i", similarities.unit[links[:, 0]], similarities.unit[links[:, 1]]).astype(np.float64)
    weights = np.where(doubted[links[:, 0]] & doubted[links[:, 1]] & (known == 0), cosines * _DOUBT, cosines)
    weights = np.where(known >= SAME_CLUSTER, np.maximum(weights, _SAME_CLUSTER_WEIGHT), weights)
    return Similarities(similarities.unit, links, np.round(weights, 5), doubted, _DOUBT, corrections)


def _weight(cosine: float, shared: int) -> float:
    return max(cosine, _SAME_CLUSTER_WEIGHT) if shared >= SAME_CLUSTER else cosine
