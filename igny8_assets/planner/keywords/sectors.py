"""Which sector of a site a keyword belongs to, by the sector's own seed terms."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.word_stems import stems


@dataclass(frozen=True)
class Sector:
    """A sector and the terms that tell it; its name counts as a seed too."""

    name: str
    seeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectorMatch:
    """The sector chosen, with what weight, and by which stems; no stems means that it is the default."""

    name: str
    score: float
    matched: tuple[str, ...]


def assign_sector(text: str, sectors: Sequence[Sector]) -> SectorMatch:
    """The sector whose seeds a keyword shares most; without any, or on a tie, the earlier sector.

    A shared stem weighs 1, divided by the number of sectors that have it; a seed of several words that the keyword
    holds completely adds one for every word, so *french press* decides more than *press*.

    Raises:
        ValueError: there is no sector.
    """
    if not sectors:
        raise ValueError("a site needs at least one sector")
    words = frozenset(stems(text))
    best = SectorMatch(sectors[0].name, 0.0, ())
    for sector, weights, phrases in _weighed(tuple(sectors)):
        matched = words & weights.keys()
        held = sum(len(phrase) for phrase in phrases if phrase <= words)
        score = round(sum(weights[stem] for stem in matched) + held, 3)
        if score > best.score:
            best = SectorMatch(sector, score, tuple(sorted(matched)))
    return best


def sector_of_cluster(keywords: Sequence[KeywordFacts], sectors: Sequence[Sector]) -> str:
    """The name of a cluster's sector: its keywords vote, by 1 + log10(1 + volume) and by how clearly they match.

    Raises:
        ValueError: there is no sector.
    """
    if not sectors:
        raise ValueError("a site needs at least one sector")
    votes = {sector.name: 0.0 for sector in sectors}
    for keyword in keywords:
        match = assign_sector(keyword.text, sectors)
        votes[match.name] += match.score * (1 + math.log10(1 + (keyword.volume or 0)))
    return max(votes, key=lambda sector: votes[sector])


@lru_cache(maxsize=256)
def _weighed(
    sectors: tuple[Sector, ...],
) -> tuple[tuple[str, dict[str, float], tuple[frozenset[str], ...]], ...]:
    """Per sector: the weight of each of its stems, and its seeds of several words."""
    seeds = [{frozenset(stems(seed)) for seed in (sector.name, *sector.seeds)} for sector in sectors]
    spread = Counter(stem for own in seeds for stem in frozenset[str]().union(*own))
    return tuple(
        (
            sector.name,
            {stem: 1 / spread[stem] for stem in sorted(frozenset[str]().union(*own))},
            tuple(seed for seed in own if len(seed) > 1),
        )
        for sector, own in zip(sectors, seeds, strict=True)
    )
