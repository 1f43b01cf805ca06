"""Rows of a list as keywords, and keywords as units that clustering never divides."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from igny8_assets.planner.cluster_identity import KeywordKey
from igny8_assets.planner.group_joining import Similarities
from igny8_assets.planner.neighbours import unit_rows
from igny8_assets.planner.serp_overlap import SAME_CLUSTER, SAME_PAGE
from igny8_resources.word_stems import normalise

# A keyword with fewer known results than this says too little to doubt another one by.
_RESULTS_TO_DOUBT = 8
# What is left of two keywords' similarity when their results are known and share next to nothing.
_DOUBT = 0.4
_SAME_CLUSTER_WEIGHT = 0.95


@dataclass(frozen=True)
class KeywordRows:
    """The keywords of a list in ascending order of market and normal form; a repeated keyword is one with several rows."""

    keys: tuple[KeywordKey, ...]
    rows: tuple[tuple[int, ...], ...]
    unit: np.ndarray
    intents: tuple[str, ...]
    results: tuple[Sequence[str], ...]
    volumes: tuple[int, ...]


def keyword_rows(
    texts: Sequence[str],
    vectors: np.ndarray,
    markets: Sequence[str] | None,
    intents: Sequence[Sequence[str]] | None,
    results: Sequence[Sequence[str]] | None,
    volumes: Sequence[int | None] | None,
) -> KeywordRows:
    """Bring rows that are one keyword together, whatever their order.

    Of a keyword with several rows the intent is the one that most of them lead with, the results are the first known
    ones and the volume is the largest.
    """
    rows_of: dict[KeywordKey, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows_of["" if markets is None else markets[row], normalise(text)].append(row)
    keys = tuple(sorted(rows_of))
    rows = tuple(tuple(sorted(rows_of[key], key=lambda row: (texts[row], row))) for key in keys)
    unit = unit_rows(vectors)
    own = unit[[each[0] for each in rows]] if rows else unit
    repeated = [number for number, each in enumerate(rows) if len(each) > 1]
    for number in repeated:
        own[number] = unit_rows(unit[list(rows[number])].sum(axis=0, keepdims=True))[0]
    return KeywordRows(
        keys,
        rows,
        own,
        tuple("" if intents is None else leading(next(iter(intents[row]), "") for row in each) for each in rows),
        tuple(() if results is None else next((results[row] for row in each if results[row]), ()) for each in rows),
        tuple(0 if volumes is None else max(volumes[row] or 0 for row in each) for each in rows),
    )


def leading(names: Iterable[str]) -> str:
    """The most frequent name that is known, the first in the alphabet of several; empty when none is."""
    found = Counter(name for name in names if name)
    return min(found, key=lambda name: (-found[name], name), default="")


def units_of(numbers: Sequence[int], pairs: np.ndarray, shared: np.ndarray) -> list[list[int]]:
    """Keywords for which a search engine shows the same page are one unit; every other keyword is one by itself."""
    into = {number: number for number in numbers}

    def root(number: int) -> int:
        while into[number] != number:
            into[number] = into[into[number]]
            number = into[number]
        return number

    for one, other in pairs[shared >= SAME_PAGE].tolist():
        if one in into and other in into:
            first, second = sorted((root(one), root(other)))
            into[second] = first
    units: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        units[root(number)].append(number)
    return [units[first] for first in sorted(units)]


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
