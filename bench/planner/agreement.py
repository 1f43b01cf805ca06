"""How well a clustering agrees with labels made by people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

LEFT_OUT = -1


@dataclass(frozen=True)
class Agreement:
    """A clustering beside its labels.

    ``adjusted_rand`` is the adjusted Rand index (1: the same partition, 0: chance), ``v_measure`` the harmonic mean of
    homogeneity and completeness; in both a row that was left out counts as a cluster of its own. ``unclustered`` is the share
    of rows left out, ``alone`` the share that shares its cluster with nothing, those left out included; ``clusters`` counts
    the clusters that were made.
    """

    adjusted_rand: float
    v_measure: float
    unclustered: float
    alone: float
    clusters: int

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def agreement(labels: Sequence[str], found: Sequence[str | int]) -> Agreement:
    """Compare a clustering with the labels.

    Args:
        labels: What each row is about.
        found: The cluster of each row; ``-1`` for a row that was left out.

    Raises:
        ValueError: not one cluster a label, or nothing at all.
    """
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    if len(labels) != len(found) or not labels:
        raise ValueError(f"{len(labels)} labels but {len(found)} rows were clustered")
    left_out = sum(cluster == LEFT_OUT for cluster in found)
    groups = [f"row {row}" if cluster == LEFT_OUT else f"cluster {cluster}" for row, cluster in enumerate(found)]
    sizes = Counter(groups)
    return Agreement(
        adjusted_rand=float(adjusted_rand_score(labels, groups)),
        v_measure=float(v_measure_score(labels, groups)),
        unclustered=left_out / len(found),
        alone=sum(size == 1 for size in sizes.values()) / len(found),
        clusters=len(sizes) - left_out,
    )
