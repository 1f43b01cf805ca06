"""From clusters to pages worth writing: which type, which first, and which would compete with a page that exists.

Rules on facts only; titles, angles and outlines are a text provider's work.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from igny8_assets.planner.cluster_naming import ClusterFacts
from igny8_assets.planner.keyword_text import Modifier, modifiers, topic_stems
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.word_stems import normalise

HUB_LEAST_KEYWORDS = 8
SAME_PAGE_SIMILARITY = 0.8
DIVERSE_FIRST = 6
DIVERSE_TYPES = 3
# Points of opportunity (0 to 100) that a repeated structure or a neighbouring topic costs while ranking.
REPEATED_STRUCTURE_COST = 5.0
NEAR_TOPIC_COST = 12.0


@dataclass(frozen=True)
class IdeaPlan:
    """The page that a cluster asks for, the query it should win, and why."""

    content_type: ContentType
    content_structure: ContentStructure
    target_keyword: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class RankedIdea:
    """A planned page in writing order; ``score`` is the opportunity less what its likeness to earlier ones costs."""

    cluster: ClusterFacts
    plan: IdeaPlan
    score: float


@dataclass(frozen=True)
class PageClaim:
    """The queries that an idea or a published page wants to win. ``ref`` is whatever names it: a URL, an id."""

    ref: str
    kind: Literal["idea", "page"]
    target_keyword: str
    secondary_keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """An idea would compete with ``claim``; ``advice`` says what to do instead."""

    claim: PageClaim
    reason: str
    advice: str


def sector_heads(clusters: Sequence[ClusterFacts], sector_of: Mapping[str, str]) -> frozenset[str]:
    """Ids of the clusters that deserve a hub: per sector the largest by volume with at least eight keywords.

    Only a broad head qualifies: its head keyword is one thing (at most two topic words) and carries no modifier.
    """
    heads: dict[str, ClusterFacts] = {}
    for cluster in clusters:
        sector = sector_of.get(cluster.id)
        broad = len(topic_stems(cluster.head_keyword)) <= 2 and not modifiers(cluster.head_keyword)
        if sector is None or len(cluster.keywords) < HUB_LEAST_KEYWORDS or not broad:
            continue
        best = heads.get(sector)
        if best is None or (cluster.total_volume or 0) > (best.total_volume or 0):
            heads[sector] = cluster
    return frozenset(cluster.id for cluster in heads.values())


def plan_idea(cluster: ClusterFacts, *, sector_head: bool = False) -> IdeaPlan:
    """Choose content type and structure from the cluster's own words and intents.

    In this order: hub for the head of a sector; service page for local and service searches; comparison when the head
    or half of the keywords compare; review; list of the best when a third ask for it; collection page when searchers
    are ready to buy; how-to; answer page when half are questions; otherwise a guide.
    """
    count = len(cluster.keywords)
    if sector_head:
        return _plan(cluster, "cluster_hub", "cluster_hub", f"largest topic of its sector: {count} keywords")
    reading = _Reading(cluster, tuple(modifiers(keyword.text) for keyword in cluster.keywords))
    planned = next(filter(None, (rule(reading) for rule in _RULES)), None)
    guide = f"{count} keywords around one topic without a single purpose"
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
    return IdeaPlan(kind, structure, targets[0].text if targets else cluster.head_keyword, tuple(reasons))


def _service(reading: _Reading) -> IdeaPlan | None:
    service, local = reading.having("local", "service"), reading.having("local")
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


_RULES: tuple[Callable[[_Reading], IdeaPlan | None], ...] = (
    _service,
    _comparison,
    _review,
    _best,
    _buying,
    _how_to,
    _question,
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


def find_conflict(
    idea: PageClaim, existing: Sequence[PageClaim], *, similarity: float = SAME_PAGE_SIMILARITY
) -> Conflict | None:
    """The first claim that an idea would compete with, pages before ideas; None when it is free to be written.

    Two claims compete when one targets a query of the other, when they share half of their secondary queries, or when
    their target queries are about the same thing in the same way: topic words alike to ``similarity`` (Jaccard of
    stems) and the same kind of search, so *best moka pot* does not compete with *how to use a moka pot*.
    """
    for claim in sorted(existing, key=lambda each: each.kind != "page"):
        reason = _rivalry(idea, claim, similarity)
        if reason:
            advice = (
                f"refresh {claim.ref} instead of writing a second page"
                if claim.kind == "page"
                else f"add these keywords to idea {claim.ref}"
            )
            return Conflict(claim, reason, advice)
    return None


def _rivalry(idea: PageClaim, claim: PageClaim, similarity: float) -> str | None:
    mine, theirs = normalise(idea.target_keyword), normalise(claim.target_keyword)
    my_others = {normalise(text) for text in idea.secondary_keywords}
    their_others = {normalise(text) for text in claim.secondary_keywords}
    if mine == theirs:
        return f"both target {mine!r}"
    if mine in their_others:
        return f"{claim.ref} already answers {mine!r}"
    if theirs in my_others:
        return f"it would answer {theirs!r}, the target of {claim.ref}"
    shared = my_others & their_others
    if len(shared) >= 2 and len(shared) * 2 >= min(len(my_others), len(their_others)):
        return f"{len(shared)} secondary queries are the same, such as {min(shared)!r}"
    alike = _overlap(topic_stems(mine), topic_stems(theirs))
    if alike >= similarity and _kind_of_search(mine) == _kind_of_search(theirs):
        return f"{mine!r} and {theirs!r} are the same search in other words ({alike:.0%} of the topic words)"
    return None


def _kind_of_search(text: str) -> str:
    found = modifiers(text)
    kinds: tuple[tuple[str, frozenset[Modifier]], ...] = (
        ("comparison", frozenset({"comparison"})),
        ("service", frozenset({"local", "service"})),
        ("review", frozenset({"review"})),
        ("best", frozenset({"best"})),
        ("buy", frozenset({"buy", "price"})),
        ("learn", frozenset({"how_to", "recipe", "question"})),
    )
    return next((kind for kind, wanted in kinds if found & wanted), "topic")


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
