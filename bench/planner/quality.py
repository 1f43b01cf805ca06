"""Clusters beside pages and intents that people labelled, and beside what others make of the same vectors."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.planner.agreement import Agreement, agreement
from bench.planner.at_least import AtLeast
from bench.planner.programs import Programs
from bench.planner.query_sets import LabelledSet
from bench.results import Figure

OURS = "igny8"
# In the order of the tables. The last one is timed and shown, but no limit is taken from it.
JUDGED_PEERS = ("community_detection", "community_detection, size 1", "hdbscan", "hdbscan, size 10", "bertopic")
SHOWN_PEER = "agglomerative"
# Its reduction of dimensions is not seeded by default: it finds something else each time.
RANDOM_PEER = "bertopic"
RANDOM_ROUNDS = 3


@dataclass(frozen=True)
class Score:
    """One method on one half of a labelled set, with its seconds of clustering."""

    labelled: LabelledSet
    method: str
    agreement: Agreement
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "set": self.labelled.name,
            "half": self.labelled.half,
            "texts": len(self.labelled.texts),
            "labels": len(set(self.labelled.labels)),
            "method": self.method,
            **self.agreement.as_json(),
            "seconds": round(self.seconds, 3),
        }


def scores_of(programs: Programs, labelled: LabelledSet, *, quick: bool) -> list[Score]:
    """Ours and every peer on the same vectors of one half."""
    name = labelled.title.replace(", ", "-").replace(" ", "-")
    _, vectors = programs.embed(labelled.texts, name)
    ran = programs.cluster(vectors, labelled.texts, name)
    scores = [Score(labelled, OURS, agreement(labelled.labels, ran.labels), ran.seconds)]
    for method in (*JUDGED_PEERS, SHOWN_PEER):
        rounds = RANDOM_ROUNDS if method == RANDOM_PEER and not quick else 1
        runs = [programs.cluster_with_peer(method, vectors) for _ in range(rounds)]
        judged = [(agreement(labelled.labels, run.labels), run.seconds) for run in runs]
        scores.append(Score(labelled, method, *_middle(judged)))
    return scores


def _middle(judged: Sequence[tuple[Agreement, float]]) -> tuple[Agreement, float]:
    """The round with the median adjusted Rand index, with the median seconds."""
    ranked = sorted(judged, key=lambda each: each[0].adjusted_rand)
    return ranked[len(ranked) // 2][0], statistics.median(seconds for _, seconds in judged)


def limits_of(scores: Sequence[Score]) -> list[Figure]:
    """Of one half: ours against the best peer, each measure by itself, and nothing left out."""
    labelled = scores[0].labelled
    ours = next(score.agreement for score in scores if score.method == OURS)
    judged = [score for score in scores if score.method in JUDGED_PEERS]
    by_rand = max(judged, key=lambda score: score.agreement.adjusted_rand)
    by_v = max(judged, key=lambda score: score.agreement.v_measure)
    return [
        AtLeast(
            f"{labelled.title}: adjusted Rand",
            ours.adjusted_rand,
            "",
            by_rand.agreement.adjusted_rand,
            note=f"limit: best peer, {by_rand.method}",
        ),
        AtLeast(
            f"{labelled.title}: V-measure",
            ours.v_measure,
            "",
            by_v.agreement.v_measure,
            note=f"limit: best peer, {by_v.method}",
        ),
        Figure(f"{labelled.title}: unclustered", 100 * ours.unclustered, "%", 0.0),
    ]
