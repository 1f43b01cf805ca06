"""From clusters to pages worth writing: which type, and which first.

Rules on facts only; titles, angles and outlines are a text provider's work.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from igny8_assets.planner.clusters.naming import ClusterFacts
from igny8_assets.planner.keywords.text import Modifier, modifiers, topic_stems
from igny8_resources.contracts.outlines import contract_for
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType

HUB_LEAST_KEYWORDS = 8
HUB_LEAST_CLUSTERS = 3
# A small informational topic is answered on one page; a larger one wants a guide.
ANSWER_MOST_KEYWORDS = 4
ONE_PRODUCT_MOST_KEYWORDS = 3
DIVERSE_FIRST = 6
DIVERSE_TYPES = 3
# Points of opportunity (0 to 100) that a repeated structure or a neighbouring topic costs while ranking.
REPEATED_STRUCTURE_COST = 5.0
NEAR_TOPIC_COST = 12.0


@dataclass(frozen=True)
class IdeaPlan:
    """The page that a cluster asks for, the query it should win, and why.

    Raises:
        UnsuitableStructure: the content type cannot have the structure.
    """

    content_type: ContentType
    content_structure: ContentStructure
    target_keyword: str
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        contract_for(self.content_type, self.content_structure)


@dataclass(frozen=True)
class RankedIdea:
    """A planned page in writing order; ``score`` is the opportunity less what its likeness to earlier ones costs."""

    cluster: ClusterFacts
    plan: IdeaPlan
    score: float


def sector_heads(clusters: Sequence[ClusterFacts], sector_of: Mapping[str, str]) -> frozenset[str]:
    """Ids of the clusters that deserve a hub: per sector the largest by volume with at least eight keywords.

    Only a broad head qualifies: its head keyword is one thing (at most two topic words) and carries no modifier.
    """
    heads: dict[str, ClusterFacts] = {}
    for cluster in clusters:
        sector = sector_of.get(cluster.id)
        if sector is None or len(cluster.keywords) < HUB_LEAST_KEYWORDS or not _is_broad(cluster):
            continue
        best = heads.get(sector)
        if best is None or (cluster.total_volume or 0) > (best.total_volume or 0):
            heads[sector] = cluster
    return frozenset(cluster.id for cluster in heads.values())


def pillar_heads(clusters: Sequence[ClusterFacts], pillar_of: Mapping[str, str]) -> frozenset[str]:
    """Ids of the clusters that deserve a hub: the head of each pillar of three clusters and eight keywords or more.

    The head is the cluster with the largest volume whose head keyword is one thing without a modifier; a pillar without
    such a cluster gets no hub.

    Args:
        clusters: All clusters of a site.
        pillar_of: The pillar's id by the cluster's id.
    """
    members: dict[str, list[ClusterFacts]] = {}
    for cluster in clusters:
        if cluster.id in pillar_of:
            members.setdefault(pillar_of[cluster.id], []).append(cluster)
    heads = set()
    for own in members.values():
        broad = [each for each in own if _is_broad(each)]
        enough = sum(len(each.keywords) for each in own) >= HUB_LEAST_KEYWORDS
        if broad and enough and len(own) >= HUB_LEAST_CLUSTERS:
            heads.add(max(broad, key=lambda each: (each.total_volume or 0, each.id)).id)
    return frozenset(heads)


def _is_broad(cluster: ClusterFacts) -> bool:
    return len(topic_stems(cluster.head_keyword)) <= 2 and not modifiers(cluster.head_keyword)


def plan_idea(cluster: ClusterFacts, *, hub_of: str = "") -> IdeaPlan:
    """Choose content type and structure from the cluster's own words and intents, and from what its results pages show.

    In this order: hub where the cluster heads ``hub_of`` (*its sector*, *pillar Espresso*); service page for local and
    service searches, or where results pages show a map; comparison when the head or half of the keywords compare;
    review; list of the best when a third ask for it; collection page when searchers are ready to buy; how-to; answer page
    when half are questions; brand page when most searchers look for one site. Where words and intents say nothing, the
    features of the results pages do: products, reviews, a direct answer. Otherwise a guide.
    """
    count = len(cluster.keywords)
    if hub_of:
        return _plan(cluster, "cluster_hub", "cluster_hub", f"largest topic of {hub_of}: {count} keywords")
    reading = _Reading(cluster, tuple(modifiers(keyword.text) for keyword in cluster.keywords))
    planned = next(filter(None, (rule(reading) for rule in _RULES)), None)
    guide = (
        f"{count} keywords around one topic without a single purpose"
        if count > 1
        else "one keyword that asks for no kind of page"
    )
    return planned or _plan(cluster, "post", "guide_tutorial", guide)


@dataclass(frozen=True)
class _Reading:
    """A cluster beside the modifiers of each of its keywords."""

    cluster: ClusterFacts
    found: tuple[frozenset[Modifier], ...]

    def having(self, *wanted: Modifier) -> list[KeywordFacts]:
        """The keywords with one of the modifiers, largest volume first."""
        pairs = zip(self.cluster.keywords, self.found, strict=True)
        return [keyword for keyword, own in pairs if own.intersection(wanted)]

    def shown(self, *features: str) -> tuple[int, int]:
        """On how many results pages one of the features stands, and of how many pages any feature is known."""
        known = [keyword.serp_features for keyword in self.cluster.keywords if keyword.serp_features]
        return sum(any(shows(page, feature) for feature in features) for page in known), len(known)

    def mostly_shown(self, *features: str) -> bool:
        """Whether at least half of the known results pages show one of the features."""
        pages, known = self.shown(*features)
        return known > 0 and pages * 2 >= known

    def head_has(self, *wanted: Modifier) -> bool:
        return bool(self.found[0].intersection(wanted))

    @property
    def count(self) -> int:
        return len(self.found)


def _plan(
    cluster: ClusterFacts,
    kind: ContentType,
    structure: ContentStructure,
    why: str,
    targets: Sequence[KeywordFacts] = (),
) -> IdeaPlan:
    reasons = [why]
    if cluster.intent_mix:
        leading, share = next(iter(cluster.intent_mix.items()))
        source = "guessed from the words" if cluster.intents_guessed else "as the file says"
        reasons.append(f"{share:.0%} {leading} intent, {source}")
    videos, known = _Reading(cluster, ()).shown("video")
    if videos * 2 >= known > 0:
        reasons.append(f"{videos} of {known} results pages show videos: a clip belongs on the page")
    return IdeaPlan(kind, structure, targets[0].text if targets else cluster.head_keyword, tuple(reasons))


def _service(reading: _Reading) -> IdeaPlan | None:
    service, local = reading.having("local", "service"), reading.having("local")
    if reading.mostly_shown("local pack", "map"):
        pages, known = reading.shown("local pack", "map")
        why = f"{pages} of {known} results pages show a map of local businesses"
        return _plan(reading.cluster, "service", "service_area", why, local)
    if len(service) * 2 < reading.count:
        return None
    why = f"{len(service)} of {reading.count} keywords look for a service or a place ({service[0].text!r})"
    if len(local) * 3 >= reading.count:
        return _plan(reading.cluster, "service", "service_area", why, local)
    return _plan(reading.cluster, "service", "service_single", why, service)


def _comparison(reading: _Reading) -> IdeaPlan | None:
    compared = reading.having("comparison")
    if not reading.head_has("comparison") and len(compared) * 2 < reading.count:
        return None
    why = f"{len(compared)} of {reading.count} keywords compare options ({compared[0].text!r})"
    return _plan(reading.cluster, "comparison", "comparison", why, compared)


def _review(reading: _Reading) -> IdeaPlan | None:
    reviews = reading.having("review")
    if not reading.head_has("review") and len(reviews) * 5 < reading.count * 2:
        return None
    why = f"{len(reviews)} of {reading.count} keywords ask for a review ({reviews[0].text!r})"
    return _plan(reading.cluster, "post", "review", why, reviews)


def _best(reading: _Reading) -> IdeaPlan | None:
    # "best temperature for espresso" asks for knowledge; the file's intent tells it from "best espresso machine".
    best = [keyword for keyword in reading.having("best") if keyword.intents != ("informational",)]
    if not best or (best[0] is not reading.cluster.keywords[0] and len(best) * 3 < reading.count):
        return None
    why = f"{len(best)} of {reading.count} keywords ask for the best ({best[0].text!r})"
    return _plan(reading.cluster, "post", "top_listicle", why, best)


def _buying(reading: _Reading) -> IdeaPlan | None:
    mix = reading.cluster.intent_mix
    buying = mix.get("transactional", 0.0)
    if buying < 0.35 or buying < mix.get("informational", 0.0) or reading.head_has("how_to", "question"):
        return None
    return _plan(reading.cluster, "product", "product_collection", f"{buying:.0%} of the intent is to buy")


def _how_to(reading: _Reading) -> IdeaPlan | None:
    how_to = reading.having("how_to", "recipe")
    if not reading.head_has("how_to", "recipe") and len(how_to) * 3 < reading.count:
        return None
    why = f"{len(how_to)} of {reading.count} keywords ask how to do it ({how_to[0].text!r})"
    return _plan(reading.cluster, "post", "how_to", why, how_to)


def _question(reading: _Reading) -> IdeaPlan | None:
    questions = reading.having("question")
    if not reading.head_has("question") and len(questions) * 2 < reading.count:
        return None
    why = f"{len(questions)} of {reading.count} keywords are questions ({questions[0].text!r})"
    return _plan(reading.cluster, "post", "question", why, questions)


def _brand(reading: _Reading) -> IdeaPlan | None:
    share = reading.cluster.intent_mix.get("navigational", 0.0)
    if share < 0.5 or reading.cluster.intents_guessed:
        return None
    return _plan(reading.cluster, "brand_page", "landing_page", f"{share:.0%} of the searchers look for one brand")


def _results_pages(reading: _Reading) -> IdeaPlan | None:
    """What the results pages show decides where words and intents leave it open."""
    mix = reading.cluster.intent_mix
    informed = mix.get("informational", 0.0) >= 0.5
    if not informed and reading.mostly_shown("shopping", "product"):
        pages, known = reading.shown("shopping", "product")
        why = f"{pages} of {known} results pages show products"
        return _plan(reading.cluster, "product", "product_collection", why)
    if mix.get("commercial", 0.0) >= 0.5 and reading.mostly_shown("reviews"):
        pages, known = reading.shown("reviews")
        # Few keywords are about one product; many are about a kind of product, of which readers want the best.
        structure: ContentStructure = "review" if reading.count <= ONE_PRODUCT_MOST_KEYWORDS else "top_listicle"
        return _plan(reading.cluster, "post", structure, f"{pages} of {known} results pages show reviews")
    answers = ("featured snippet", "instant answer", "direct answer")
    if informed and reading.count <= ANSWER_MOST_KEYWORDS and reading.mostly_shown(*answers):
        pages, known = reading.shown(*answers)
        return _plan(
            reading.cluster, "post", "question", f"{pages} of {known} results pages give the answer at the top"
        )
    return None


def shows(features: Sequence[str], wanted: str) -> bool:
    """Whether a results page has a feature, however the tool that exported it writes it (*Local pack*, *local_pack*)."""
    return any(wanted in feature.casefold().replace("_", " ") for feature in features)


_RULES: tuple[Callable[[_Reading], IdeaPlan | None], ...] = (
    _service,
    _comparison,
    _review,
    _best,
    _buying,
    _how_to,
    _question,
    _brand,
    _results_pages,
)


def rank_ideas(candidates: Sequence[tuple[ClusterFacts, IdeaPlan]], *, limit: int | None = None) -> list[RankedIdea]:
    """The order in which to write: highest opportunity first, spread over structures and topics.

    Each pick costs later candidates points for the same structure and for a near topic. Among the first six are at
    least three content types when the candidates have as many.
    """
    remaining = list(candidates)
    ranked: list[RankedIdea] = []
    wanted = len(candidates) if limit is None else min(limit, len(candidates))
    types = {plan.content_type for _, plan in candidates}
    while len(ranked) < wanted:
        used = {idea.plan.content_type for idea in ranked}
        missing = min(DIVERSE_TYPES, len(types)) - len(used)
        pool = remaining
        if 0 < missing >= min(DIVERSE_FIRST, wanted) - len(ranked):
            pool = [each for each in remaining if each[1].content_type not in used]
        scored = [
            (cluster.opportunity.total - _likeness_cost(cluster, plan, ranked), cluster, plan) for cluster, plan in pool
        ]
        score, cluster, plan = max(scored, key=lambda each: (each[0], each[1].total_volume or 0, each[1].id))
        ranked.append(RankedIdea(cluster, plan, round(score, 1)))
        remaining.remove((cluster, plan))
    return ranked


def _likeness_cost(cluster: ClusterFacts, plan: IdeaPlan, ranked: Sequence[RankedIdea]) -> float:
    topic = topic_stems(cluster.head_keyword)
    repeats = sum(idea.plan.content_structure == plan.content_structure for idea in ranked[-DIVERSE_FIRST:])
    nearest = max((_overlap(topic, topic_stems(idea.cluster.head_keyword)) for idea in ranked), default=0.0)
    return REPEATED_STRUCTURE_COST * repeats + NEAR_TOPIC_COST * nearest


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
