"""Which cluster a taxonomy term stands for: by attribute values where there are any, else by meaning."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from igny8_assets.planner.ideas.search_wording import read_wording

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[list[str]], "np.ndarray"]
Attributes = Mapping[str, Sequence[str]]
# An attribute value by the stems of its words.
Value = frozenset[str]

# Below this a person should look at a mapping.
CONFIDENCE_FLOOR = 0.5
# Cosines of MiniLM between a term and a cluster: at the first they have nothing to do with each other, at the second they
# say the same. Confidence grows evenly between them.
UNRELATED, THE_SAME = 0.35, 0.85
# At least half of a term's attribute values must be a cluster's for them to decide.
LEAST_OVERLAP = 0.5
MOST_KEYWORDS_READ = 8
MOST_DESCRIPTION_READ = 300


@dataclass(frozen=True)
class TermFacts:
    """A term as its CMS describes it, with the attribute values that a blueprint gives it."""

    id: int
    name: str
    description: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class ClusterChoice:
    """A cluster that a term may stand for; without ``attributes`` its keywords tell which values it is about."""

    id: int
    head_keyword: str
    keywords: tuple[str, ...] = ()
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class TermMapping:
    """What a term stands for. ``cluster_id`` is None where no cluster has anything to do with it."""

    term_id: int
    cluster_id: int | None
    confidence: float
    method: Literal["attributes", "meaning", ""]
    status: Literal["mapped", "review", "unmapped"]


def map_terms(terms: Sequence[TermFacts], clusters: Sequence[ClusterChoice], embed: Embed) -> list[TermMapping]:
    """Map each term to the cluster that says the same.

    Where at least half of a term's attribute values are values of a cluster, the cluster with the largest share is taken,
    the nearest in meaning among equals, with that share as the confidence. Otherwise meaning decides: the term's name and
    description against the mean of the cluster's head keyword and its most searched keywords.

    Args:
        terms: The terms to map.
        clusters: The clusters to choose from.
        embed: Unit vectors of texts; called once, so that vectors need be comparable within one call only.

    Returns:
        One mapping a term, in order; ``review`` below ``CONFIDENCE_FLOOR``, ``unmapped`` where nothing is related.
    """
    if not terms or not clusters:
        return [TermMapping(term.id, None, 0.0, "", "unmapped") for term in terms]
    near = _similarities(terms, clusters, embed)
    read = [_read(cluster) for cluster in clusters]
    mapped = []
    for row, term in enumerate(terms):
        values = _values(term.attributes)
        shares = [_share(values, cluster) for cluster in read]
        if max(shares) >= LEAST_OVERLAP:
            best = max(range(len(clusters)), key=lambda place: (shares[place], near[row, place]))
            mapped.append(_mapping(term, clusters[best], shares[best], "attributes"))
            continue
        best = int(near[row].argmax())
        confidence = (float(near[row, best]) - UNRELATED) / (THE_SAME - UNRELATED)
        mapped.append(_mapping(term, clusters[best], confidence, "meaning"))
    return mapped


def _mapping(
    term: TermFacts, cluster: ClusterChoice, confidence: float, method: Literal["attributes", "meaning"]
) -> TermMapping:
    if confidence <= 0:
        return TermMapping(term.id, None, 0.0, "", "unmapped")
    sure = round(min(1.0, confidence), 3)
    return TermMapping(term.id, cluster.id, sure, method, "mapped" if sure >= CONFIDENCE_FLOOR else "review")


def _similarities(terms: Sequence[TermFacts], clusters: Sequence[ClusterChoice], embed: Embed) -> "np.ndarray":
    """Cosines, one row a term and one column a cluster; a term's name alone counts where it is nearer than all it says."""
    import numpy as np

    names = [term.name for term in terms]
    described = [f"{term.name}. {term.description[:MOST_DESCRIPTION_READ]}".strip(". ") for term in terms]
    read = [list(dict.fromkeys((c.head_keyword, *c.keywords[:MOST_KEYWORDS_READ]))) for c in clusters]
    vectors = embed([*names, *described, *(text for texts in read for text in texts)])
    count = len(terms)
    starts = np.cumsum([0, *(len(texts) for texts in read)])[:-1] + 2 * count
    means = np.stack(
        [vectors[start : start + len(texts)].mean(axis=0) for start, texts in zip(starts, read, strict=True)]
    )
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    heads = vectors[starts]
    by_name, described_as, by_head = (
        vectors[:count] @ means.T,
        vectors[count : 2 * count] @ means.T,
        vectors[:count] @ heads.T,
    )
    nearest: np.ndarray = np.maximum(np.maximum(by_name, described_as), by_head)
    return nearest


def _share(values: frozenset[Value], cluster: "_Read") -> float:
    """The share of a term's values that a cluster is about."""
    if not values:
        return 0.0
    held = values & cluster.values if cluster.values else {v for v in values if any(v <= said for said in cluster.said)}
    return len(held) / len(values)


@dataclass(frozen=True)
class _Read:
    """A cluster's own attribute values, and the words of each of its keywords."""

    values: frozenset[Value]
    said: tuple[Value, ...]


def _read(cluster: ClusterChoice) -> _Read:
    return _Read(_values(cluster.attributes), tuple(_words(text) for text in (cluster.head_keyword, *cluster.keywords)))


def _values(attributes: Attributes) -> frozenset[Value]:
    return frozenset(_words(value) for values in attributes.values() for value in values if value.strip())


def _words(text: str) -> Value:
    return frozenset(read_wording(text).words) or frozenset({text.strip().casefold()})
