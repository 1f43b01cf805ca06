"""Figures that must not fall below a limit: speed, agreement, what is kept."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.results import Figure


@dataclass(frozen=True)
class AtLeast(Figure):
    """A figure whose ``limit`` is the least that ``value`` may be."""

    @property
    def held(self) -> bool | None:
        """Whether the limit is reached; None where there is none."""
        return None if self.limit is None else self.value >= self.limit

    def as_json(self) -> dict[str, Any]:
        """The figure as it is kept; ``bound`` tells the limit's direction."""
        return {**super().as_json(), "bound": "at least"}


def times_as_fast(
    name: str, ours: Sequence[float], peer: Sequence[float], *, least: float | None = None, note: str = ""
) -> AtLeast:
    """How many times our time the peer took: the median over rounds, each round compared with itself.

    Raises:
        ValueError: the two were not measured in the same rounds.
    """
    if len(ours) != len(peer) or not ours:
        raise ValueError(f"{name}: {len(ours)} rounds beside {len(peer)} of the peer; each round needs both")
    ratios = tuple(other / mine for mine, other in zip(ours, peer, strict=True))
    return AtLeast(name, statistics.median(ratios), "x", least, ratios, note)
