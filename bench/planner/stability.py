"""What becomes of the clusters' ids when keywords are added, and whether the order of the rows matters."""

import random

from bench.planner.at_least import AtLeast
from bench.planner.generated_keywords import generated_keywords
from bench.planner.programs import Programs
from bench.results import Figure
from igny8_resources.word_stems import normalise

KEYWORDS, QUICK_KEYWORDS = 5_000, 1_000
ADDED_SHARE = 0.1
LEAST_SHARE_KEPT = 95.0


def stability_figures(programs: Programs, *, quick: bool) -> list[Figure]:
    """Cluster, add a tenth, cluster again; then the same keywords in another order."""
    from igny8_assets.planner.clustering import cluster_keywords

    count = QUICK_KEYWORDS if quick else KEYWORDS
    added = round(count * ADDED_SHARE)
    texts = generated_keywords(count + added)
    vectors = programs.vectors(texts, "stability")
    first = cluster_keywords(texts[:count], vectors[:count])
    before = {("", normalise(text)): cluster for text, cluster in zip(texts[:count], first.assignments, strict=True)}
    second = cluster_keywords(texts, vectors, previous=before)
    old_ids = set(first.assignments)
    stayed = sum(old == new for old, new in zip(first.assignments, second.assignments[:count], strict=True))

    order = list(range(count))
    random.Random(0).shuffle(order)
    shuffled = cluster_keywords([texts[row] for row in order], vectors[order])
    moved = sum(shuffled.assignments[place] != first.assignments[row] for place, row in enumerate(order))
    note = f"{count:,} keywords, {added:,} added; {len(old_ids):,} clusters before"
    return [
        AtLeast(
            "ids kept", 100 * len(old_ids & set(second.assignments)) / len(old_ids), "%", LEAST_SHARE_KEPT, note=note
        ),
        Figure("keywords that kept their cluster's id", 100 * stayed / count, "%", note=note),
        Figure("keywords in another cluster after shuffling", float(moved), "", 0.0),
    ]
