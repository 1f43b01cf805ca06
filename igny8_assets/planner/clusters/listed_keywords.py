"""Rows of a list as keywords: a normal form in a market, whatever the number and order of its rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from igny8_assets.planner.clusters.identity import KeywordKey
from igny8_assets.planner.clusters.neighbours import unit_rows
from igny8_resources.word_stems import normalise


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

    Of a keyword with several rows the intent is the one that most of them lead with, the results are the
    longest list and the volume is the largest.
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
        tuple(() if results is None else _fullest(results[row] for row in each) for each in rows),
        tuple(0 if volumes is None else max(volumes[row] or 0 for row in each) for each in rows),
    )


def _fullest(lists: Iterable[Sequence[str]]) -> Sequence[str]:
    return min(lists, key=lambda urls: (-len(urls), list(urls)))


def leading(names: Iterable[str]) -> str:
    """The most frequent name that is known, the first in the alphabet of several; empty when none is."""
    known = [name for name in names if name]
    if len(known) < 2:
        return known[0] if known else ""
    found = Counter(known)
    return min(found, key=lambda name: (-found[name], name), default="")
