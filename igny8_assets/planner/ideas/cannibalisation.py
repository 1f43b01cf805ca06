"""The gate before drafting: would a page compete with one that the site has, or is about to have?

Belongs here: the judgement on two pages' queries. Does not belong here: rows, or where vectors come from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from igny8_assets.planner.ideas.search_wording import (
    Wording,
    are_opposed,
    differences,
    in_one_slot,
    names_its_doer,
    read_wording,
)
from igny8_assets.planner.keywords.text import modifiers
from igny8_resources.word_stems import normalise, stem

if TYPE_CHECKING:
    import numpy as np

# Cosines of all-MiniLM-L6-v2 from which two queries are one search, by how their words differ.
# Below this they are about different things whatever their words.
SAME_SUBJECT = 0.6
# Nearly the same text.
SAME_QUERY = 0.93
# Where both say something of their own: how near the two differences must be, and the queries as a whole, in any pair.
Floors = tuple[tuple[float, float], ...]
SAME_SYNONYM = 0.85
# One word, or one phrase, stands in place of another: a synonym (sofa, couch) is nearer than another brand or material.
SAME_WORD: Floors = ((SAME_SYNONYM, 0.0), (0.77, 0.86), (0.5, 0.88))
SAME_PHRASE: Floors = ((0.7, 0.8), (0.4, 0.82))
# In another order it is a paraphrase, which seldom falls together by chance.
SAME_PARAPHRASE: Floors = ((0.4, 0.79), (0.3, 0.82), (0.0, 0.86))
SAME_PAGE_SIMILARITY = 0.8
OWNING_POSITION = 20

# "best time to visit japan" asks for knowledge, not for a list of products.
_BEST_OF_KNOWLEDGE = re.compile(r"\bbest (time|way|month|season|age|temperature|ratio|place|practices?)\b")

_GOOD = re.compile(r"\b(?:good|great)\b")
_BUYING = frozenset(stem(word) for word in ("buy", "price", "cheap", "deal", "sale", "discount", "coupon"))

Likeness = Callable[[str, str], float]


@dataclass(frozen=True)
class PageClaim:
    """The queries that an idea or a published page wants to win. ``ref`` is whatever names it: a URL, an id."""

    ref: str
    kind: Literal["idea", "page"]
    target_keyword: str
    secondary_keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryOwner:
    """The site's page that search engines show for a query; ``share`` is its part of the query's clicks, if known."""

    ref: str
    position: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Conflict:
    """An idea would compete with ``claim``; ``advice`` says what to do instead."""

    claim: PageClaim
    reason: str
    advice: str


class PhraseLikeness:
    """Cosine of two phrases' meanings; each phrase is embedded once."""

    def __init__(self, embed: Callable[[list[str]], "np.ndarray"]) -> None:
        """``embed`` gives unit rows that can be compared between calls."""
        self._embed = embed
        self._vectors: dict[str, np.ndarray] = {}

    def learn(self, phrases: Sequence[str]) -> None:
        """Embed phrases in one batch, ahead of their comparison."""
        new = list(dict.fromkeys(phrase for phrase in phrases if phrase not in self._vectors))
        if new:
            self._vectors |= dict(zip(new, self._embed(new), strict=True))

    def __call__(self, one: str, other: str) -> float:
        """The cosine, -1 to 1."""
        self.learn((one, other))
        return float(self._vectors[one] @ self._vectors[other])


def find_conflict(
    idea: PageClaim,
    existing: Sequence[PageClaim],
    *,
    likeness: Likeness | None = None,
    similarity: float = SAME_PAGE_SIMILARITY,
    owner_of: Mapping[str, QueryOwner] | None = None,
) -> Conflict | None:
    """The first claim that an idea would compete with, pages before ideas; None when it is free to be written.

    Two claims compete when one targets a query of the other, when they share half of their secondary queries, or when
    their target queries are one search in two wordings: the same kind of search (*best moka pot* is not *how to use a
    moka pot*), no word that makes it another page (*v60* is not *chemex*, *for cats* not *for dogs*), and the same
    meaning. A page that already ranks for the target query owns it, whatever it was written for.

    Args:
        idea: What is to be written.
        existing: Pages and ideas of the same site.
        likeness: Cosine of two phrases' meanings; without it words alone decide.
        similarity: Share of common word stems from which two queries are one where there is no ``likeness``.
        owner_of: Pages of the site that rank, by normalised query; they count to position 20.
    """
    owner = (owner_of or {}).get(normalise(idea.target_keyword))
    if owner is not None and (owner.position is None or owner.position <= OWNING_POSITION):
        return Conflict(
            PageClaim(owner.ref, "page", idea.target_keyword), _ownership(idea, owner), _advice("page", owner.ref)
        )
    for claim in sorted(existing, key=lambda each: each.kind != "page"):
        reason = _rivalry(idea, claim, likeness, similarity)
        if reason:
            return Conflict(claim, reason, _advice(claim.kind, claim.ref))
    return None


def _advice(kind: str, ref: str) -> str:
    if kind == "page":
        return f"refresh {ref} instead of writing a second page"
    return f"add these keywords to idea {ref}"


def _ownership(idea: PageClaim, owner: QueryOwner) -> str:
    place = "" if owner.position is None else f" at position {owner.position:g}"
    share = "" if owner.share is None else f" and takes {owner.share:.0%} of its clicks"
    return f"{owner.ref} already ranks for {normalise(idea.target_keyword)!r}{place}{share}"


def _rivalry(idea: PageClaim, claim: PageClaim, likeness: Likeness | None, similarity: float) -> str | None:
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
    evidence = same_search(mine, theirs, likeness=likeness, similarity=similarity)
    return f"{mine!r} and {theirs!r} are the same search in other words ({evidence})" if evidence else None


def same_search(
    one: str, other: str, *, likeness: Likeness | None = None, similarity: float = SAME_PAGE_SIMILARITY
) -> str | None:
    """The evidence that two queries are one search in two wordings; None when they are two searches."""
    left, right = read_wording(one), read_wording(other)
    kind = _kind_of_search(one, left)
    if not _kinds_agree(kind, _kind_of_search(other, right)) or are_opposed(left, right):
        return None
    mine, theirs = differences(left, right)
    if not mine and not theirs:
        return "the same words" if left.words else None
    if likeness is None:
        alike = 1 - (len(mine) + len(theirs)) / len(left.words.keys() | right.words.keys())
        return f"{alike:.0%} of the topic words" if alike >= similarity else None
    if likeness(one, other) < SAME_SUBJECT:
        return None
    whole = max(likeness(one, other), likeness(_plain(left), _plain(right)))
    # Using a thing and the thing itself are written nearly alike: *how to tamp espresso*, *espresso tamper*.
    if any(names_its_doer(one_word, other_word) for one_word in mine for other_word in theirs):
        return None
    if whole >= SAME_QUERY:
        same = True
    elif not mine or not theirs:
        # One says more: a narrower page, unless it is nearly the same text.
        same = False
    else:
        difference = likeness(" ".join(mine), " ".join(theirs))
        if kind == "comparison":
            # Comparisons name their sides; other sides are another comparison.
            floors: Floors = ((SAME_SYNONYM, 0.0),)
        elif not in_one_slot(left, right):
            floors = SAME_PARAPHRASE
        else:
            floors = SAME_WORD if len(mine) == len(theirs) == 1 else SAME_PHRASE
        same = any(difference >= apart and whole >= around for apart, around in floors)
    return f"{whole:.0%} the same meaning" if same else None


def _plain(wording: Wording) -> str:
    return " ".join(wording.words.values())


def _kind_of_search(text: str, wording: Wording) -> str:
    found = modifiers(_BEST_OF_KNOWLEDGE.sub(r"\1", text))
    if found & {"comparison", "local", "review"}:
        return min(found & {"comparison", "local", "review"})
    if "best" in found or _GOOD.search(text):
        return "best"
    if wording.words.keys() & _BUYING:
        return "buy"
    return "learn" if found & {"how_to", "recipe", "question"} else "topic"


def _kinds_agree(one: str, other: str) -> bool:
    """A bare topic is mostly searched to learn about it, so a question about it is the same kind of search."""
    return one == other or {one, other} == {"topic", "learn"}
