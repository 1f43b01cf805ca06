"""Keywords to clusters and pillars: nearest neighbours, Leiden communities, and ids that survive a re-run.

How the dials behave, for someone who reads clusters and not formulas:

* **Resolution** says how alike keywords must be on average to share a page. It is a place on the list's own scale: 0 is
  how alike any two of its keywords are, 1 how alike a keyword is to its nearest one. At 0.43, the default, a cluster is
  what one page can answer. Lower it (0.3) when clusters repeat each other, raise it (0.6) when one holds several subjects.
  Because the scale is the list's own, the same figure suits a list about one niche, where everything is somewhat alike,
  and one about a whole shop; and vectors of different models.
* **Similarity floor** is the least likeness of two keywords for which a link is drawn at all. It keeps stray keywords
  alone. Below the resolution's own threshold it changes little; raise it to have more keywords stay alone.
* **Neighbours** says how many links a keyword has. Few (5) give smaller clusters and a quicker run, many cost time; the
  size of a topic is not bound by it, because groups of keywords are joined afterwards by all of their members.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from igny8_assets.planner.clusters.communities import communities_of, similarity_scale
from igny8_assets.planner.clusters.group_joining import Similarities
from igny8_assets.planner.clusters.identity import ClusterChanges, KeywordKey, changes_between, founder_text
from igny8_assets.planner.clusters.listed_keywords import KeywordRows, keyword_rows, leading
from igny8_assets.planner.clusters.manual_choices import ManualChoices, place_keywords
from igny8_assets.planner.clusters.neighbours import nearest_links
from igny8_assets.planner.clusters.pillars import Pillar, PillarMember, group_pillars
from igny8_assets.planner.clusters.serp_overlap import Interlink, interlinks, shared_results
from igny8_assets.planner.clusters.units import unit_vectors, units_of, with_results
from igny8_resources.word_stems import normalise

__all__ = ["Cluster", "Clustering", "Interlink", "ManualChoices", "Pillar", "cluster_keywords"]

NEIGHBOURS = 15
SIMILARITY_FLOOR = 0.3
RESOLUTION = 0.43
PILLAR_RESOLUTION = 0.25


@dataclass(frozen=True)
class Cluster:
    """One community. ``members`` are row numbers of the input, the most central first; ``centrality`` goes with them.

    A member's centrality is its cosine with the mean of the cluster's vectors, 0 to 1; ``cohesion`` is their average.
    """

    id: str
    members: tuple[int, ...]
    centrality: tuple[float, ...]
    cohesion: float


@dataclass(frozen=True)
class Clustering:
    """Every row in exactly one cluster, every cluster in exactly one pillar.

    ``assignments[row]`` is the id of the row's cluster; the largest clusters come first. ``links`` are pairs of clusters
    whose search results overlap without being the same. ``parameters`` tells how it was made: the dials, the list's
    ``background`` and ``nearest`` similarity, and the cosine ``threshold`` that they gave.
    """

    assignments: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    pillars: tuple[Pillar, ...]
    links: tuple[Interlink, ...]
    changes: ClusterChanges
    parameters: Mapping[str, float | bool] = field(default_factory=dict)


def cluster_keywords(
    texts: Sequence[str],
    vectors: np.ndarray,
    *,
    markets: Sequence[str] | None = None,
    intents: Sequence[Sequence[str]] | None = None,
    serp: Sequence[Sequence[str]] | None = None,
    topics: Sequence[str] | None = None,
    volumes: Sequence[int | None] | None = None,
    mix_intents: bool = False,
    mix_markets: bool = False,
    resolution: float = RESOLUTION,
    similarity_floor: float = SIMILARITY_FLOOR,
    neighbours: int = NEIGHBOURS,
    seed: int = 0,
    previous: Mapping[KeywordKey, str] | None = None,
    previous_pillars: Mapping[str, str] | None = None,
    choices: ManualChoices | None = None,
) -> Clustering:
    """Cluster keywords by their vectors, and by their search results where these are known.

    A keyword is a normal form in a market: rows of one keyword share a cluster, and a keyword that is near to nothing is
    a cluster of its own: none is dropped. The order of the rows does not matter. ``previous`` decides under which id a
    cluster goes on, and steadies the result when keywords were added: clusters that were apart join, and those that were
    one part, only where that is clear. The same keywords give the same clusters again.

    Args:
        texts: The keywords.
        vectors: Shape ``(len(texts), dimensions)``; rows are scaled to unit length here, zero rows stay alone.
        markets: Market per keyword; empty means unknown, which is a market of its own.
        intents: Search intents per keyword, the first one leading; empty means unknown.
        serp: The first ten results' URLs per keyword, best first; empty where unknown. Keywords of a market that share
            seven or more stay together whatever their intents, since searchers get the same pages; those that share
            four to six stay together unless intents or other results part them; two or three make a link between
            clusters; fewer, where both are known, speak against a common cluster.
        topics: The file's own grouping per keyword; decides the pillars when more than half of the rows have one.
        volumes: Monthly searches per keyword; the largest of a new cluster gives it its id. Centrality decides ties.
        mix_intents: Whether keywords of different leading intents may share a cluster. Otherwise an unknown intent goes
            with any, but never makes a bridge between two known ones.
        mix_markets: Whether keywords of different markets may share a cluster.
        resolution: How alike the keywords of a cluster must be, on the list's own scale; above 0, see the module.
        similarity_floor: Least cosine of a link, 0 to 1.
        neighbours: Links per keyword before the floor.
        seed: Of the Leiden algorithm's random walk.
        previous: Cluster id by (market, normalised keyword) from the last run; ids persist where most of a cluster does.
        previous_pillars: Pillar id by cluster id from the last run.
        choices: What people decided. It stands above every rule on intents and markets.

    Raises:
        ValueError: lengths differ or a parameter is out of range.
    """
    columns = {"markets": markets, "intents": intents, "serp": serp, "topics": topics, "volumes": volumes}
    _check(texts, vectors, columns, resolution, similarity_floor, neighbours)
    old, decided = previous or {}, choices or ManualChoices()
    keywords = keyword_rows(texts, vectors, markets, intents, serp, volumes)
    pairs, shared = shared_results(keywords.results) if serp is not None else (np.empty((0, 2), int), np.empty(0, int))
    if not mix_markets:
        same = np.array([keywords.keys[one][0] == keywords.keys[other][0] for one, other in pairs.tolist()], dtype=bool)
        pairs, shared = pairs[same], shared[same]
    settled = decided.settled(keywords.keys, old)
    wants = [""] * len(keywords.keys) if mix_intents else keywords.intents
    units = units_of([number for number, key in enumerate(keywords.keys) if key not in settled], wants, pairs, shared)
    unit = unit_vectors(keywords, units)
    kinds = [leading(wants[number] for number in each) for each in units]
    places = ["" if mix_markets else keywords.keys[each[0]][0] for each in units]
    links, cosines = _links(unit, places, kinds, neighbours)
    scale = similarity_scale(unit, links, cosines)
    near = cosines >= similarity_floor
    similarities = Similarities(unit, links[near], cosines[near])
    if serp is not None:
        similarities = with_results(similarities, units, keywords.results, pairs, shared)
    before = [leading(old.get(keywords.keys[number], "") for number in each) for each in units]
    groups = [
        _by_centrality(keywords.unit, sorted(number for place in group.tolist() for number in units[place]))[0]
        for group in communities_of(similarities, scale.at(resolution), kinds=kinds, before=before, seed=seed)
    ]
    founders = [keywords.keys[min(group, key=lambda number: -keywords.volumes[number])] for group in groups]
    cluster_of = place_keywords(
        [[keywords.keys[number] for number in group] for group in groups], founders, settled, old, decided
    )
    clusters, members, centres = _clusters(keywords, cluster_of)
    assigned = [cluster_of[key] for key in keywords.keys]
    assignments = [""] * len(texts)
    for rows, cluster_id in zip(keywords.rows, assigned, strict=True):
        for row in rows:
            assignments[row] = cluster_id
    with_topic = 0 if topics is None else sum(bool(topic.strip()) for topic in topics)
    pillars = group_pillars(
        [_pillar_member(keywords, each.id, members[each.id], topics, mix_markets) for each in clusters],
        centres,
        scale.at(PILLAR_RESOLUTION),
        by_topic=2 * with_topic > len(texts),
        previous=previous_pillars,
        seed=seed,
    )
    return Clustering(
        tuple(assignments),
        clusters,
        pillars,
        interlinks(pairs, shared, assigned, [rows[0] for rows in keywords.rows]),
        changes_between({key: [keywords.keys[number] for number in own] for key, own in members.items()}, old),
        {
            "resolution": resolution,
            "similarity_floor": similarity_floor,
            "neighbours": neighbours,
            "seed": seed,
            "mix_intents": mix_intents,
            "mix_markets": mix_markets,
            "background": round(scale.background, 4),
            "nearest": round(scale.nearest, 4),
            "threshold": round(scale.at(resolution), 4),
        },
    )


def _check(
    texts: Sequence[str],
    vectors: np.ndarray,
    columns: Mapping[str, Sequence[object] | None],
    resolution: float,
    similarity_floor: float,
    neighbours: int,
) -> None:
    if len(vectors) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(vectors)} vectors: expected one vector for each text")
    if not np.isfinite(vectors).all():
        raise ValueError("a vector holds a number that is not finite")
    for name, given in columns.items():
        if given is not None and len(given) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(given)} {name}: expected one entry for each text")
    if resolution <= 0:
        raise ValueError(f"resolution is {resolution}: expected a number above 0, such as {RESOLUTION}")
    if not 0 <= similarity_floor <= 1:
        raise ValueError(f"similarity_floor is {similarity_floor}: expected a number between 0 and 1")
    if neighbours < 1:
        raise ValueError(f"neighbours is {neighbours}: expected at least 1")


def _links(
    unit: np.ndarray, places: Sequence[str], kinds: Sequence[str], neighbours: int
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighbours among units that may share a cluster: of one market and one intent, or of unknown intent."""
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    whole: dict[str, list[int]] = defaultdict(list)
    for number, (market, kind) in enumerate(zip(places, kinds, strict=True)):
        parts[market, kind].append(number)
        whole[market].append(number)
    rows = list(parts.values()) + [own for market, own in whole.items() if len(parts.get((market, ""), own)) < len(own)]
    found = [(np.array(own), *nearest_links(unit[own], neighbours)) for own in rows]
    if not found:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    links, first = np.unique(np.concatenate([own[pairs] for own, pairs, _ in found]), axis=0, return_index=True)
    return links, np.concatenate([cosines for _, _, cosines in found])[first]


def _clusters(
    keywords: KeywordRows, cluster_of: Mapping[KeywordKey, str]
) -> tuple[tuple[Cluster, ...], dict[str, list[int]], np.ndarray]:
    """The clusters, largest first; their keyword numbers by id; and their centres, a row each."""
    members: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keywords.keys):
        members[cluster_of[key]].append(number)
    ordered = sorted(members, key=lambda cluster_id: (-len(members[cluster_id]), members[cluster_id][0]))
    clusters = []
    for cluster_id in ordered:
        ranked, centrality = _by_centrality(keywords.unit, members[cluster_id])
        rows = [(row, score) for number, score in zip(ranked, centrality, strict=True) for row in keywords.rows[number]]
        scores = tuple(score for _, score in rows)
        clusters.append(Cluster(cluster_id, tuple(row for row, _ in rows), scores, round(sum(scores) / len(scores), 4)))
    centres = np.array([keywords.unit[members[cluster_id]].mean(axis=0) for cluster_id in ordered], dtype=np.float32)
    return tuple(clusters), dict(members), centres.reshape(len(ordered), keywords.unit.shape[1])


def _by_centrality(unit: np.ndarray, members: Sequence[int]) -> tuple[list[int], list[float]]:
    own = unit[members]
    centre = own.mean(axis=0)
    length = float(np.linalg.norm(centre))
    cosines = own @ (centre / length) if length else np.ones(len(own))
    scores = np.round(np.clip(cosines.astype(np.float64), 0.0, 1.0), 4)
    order = np.lexsort((np.array(members), -scores)).tolist()
    return [members[place] for place in order], scores[order].tolist()


def _pillar_member(
    keywords: KeywordRows, cluster_id: str, members: Sequence[int], topics: Sequence[str] | None, mix_markets: bool
) -> PillarMember:
    head = min(members, key=lambda number: -keywords.volumes[number])
    named = [] if topics is None else [normalise(topics[row]) for number in members for row in keywords.rows[number]]
    market = "" if mix_markets else Counter(keywords.keys[number][0] for number in members).most_common(1)[0][0]
    return PillarMember(
        cluster_id,
        founder_text(keywords.keys[head]),
        market,
        sum(keywords.volumes[number] for number in members),
        len(members),
        leading(named),
    )
