"""What a cluster is called and what it is worth: head keyword, name, metrics, opportunity."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from igny8_assets.planner.keywords.text import guess_intents, is_question
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import Intent
from igny8_resources.word_stems import normalise, word_set

# What a visit of this intent is worth to a site, relative to one that is ready to buy.
INTENT_VALUE: dict[Intent, float] = {
    "transactional": 1.0,
    "commercial": 0.9,
    "informational": 0.6,
    "navigational": 0.2,
}
_SMALL_WORDS = word_set("a an and as at but by for from if in into of on or per the to vs with without")
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


@dataclass(frozen=True)
class OpportunityScore:
    """Why a cluster is worth writing for; every term is 0 to 1.

    ``demand``: log10(1 + monthly searches) / 5, so 100,000 searches and more are 1. ``ease``: 1 - median difficulty /
    100, 0.5 when unknown. ``value``: the intents' worth (``INTENT_VALUE``), averaged over the keywords, 0.6 when
    unknown. ``breadth``: keywords / 10.
    """

    demand: float
    ease: float
    value: float
    breadth: float

    @property
    def total(self) -> float:
        """0 to 100: 40 % demand, 30 % ease, 20 % value, 10 % breadth."""
        return round(100 * (0.4 * self.demand + 0.3 * self.ease + 0.2 * self.value + 0.1 * self.breadth), 1)


@dataclass(frozen=True)
class ClusterFacts:
    """A cluster as people and rules read it.

    ``keywords`` is ordered by volume, the head keyword first; ``total_volume`` adds the known volumes, None when none
    is known; ``intent_mix`` maps intents, the leading one first, to shares that add up to 1; ``intents_guessed`` says
    that it rests on the words alone.
    """

    id: str
    name: str
    head_keyword: str
    keywords: tuple[KeywordFacts, ...]
    questions: tuple[str, ...]
    total_volume: int | None
    median_difficulty: float | None
    intent_mix: dict[Intent, float]
    intents_guessed: bool
    opportunity: OpportunityScore


def describe_cluster(
    cluster_id: str, keywords: Sequence[KeywordFacts], *, casing: Mapping[str, str] | None = None
) -> ClusterFacts:
    """Name and measure a cluster.

    The head keyword is the one with the largest volume; where volumes tie or are unknown, the earlier one in
    ``keywords`` wins, so hand them over with the most central first.

    Args:
        cluster_id: The cluster's stable id.
        keywords: Its members, most central first; at least one.
        casing: How words are really written (``word_casing``).
    """
    ordered = tuple(sorted(keywords, key=lambda keyword: -(keyword.volume or 0)))
    known = [keyword.volume for keyword in ordered if keyword.volume is not None]
    difficulties = [keyword.difficulty for keyword in ordered if keyword.difficulty is not None]
    total = sum(known) if known else None
    middle = round(median(difficulties), 1) if difficulties else None
    mix = _intent_mix(keyword.intents for keyword in ordered)
    guessed = not mix
    if guessed:
        mix = _intent_mix(guess_intents(keyword.text) for keyword in ordered)
    head = ordered[0].text
    return ClusterFacts(
        id=cluster_id,
        name=title_case(head, casing),
        head_keyword=head,
        keywords=ordered,
        questions=tuple(keyword.text for keyword in ordered if is_question(keyword.text)),
        total_volume=total,
        median_difficulty=middle,
        intent_mix=mix,
        intents_guessed=guessed and bool(mix),
        opportunity=OpportunityScore(
            demand=round(min(1.0, math.log10(1 + (total or 0)) / 5), 3),
            ease=0.5 if middle is None else round(1 - middle / 100, 3),
            value=round(sum(INTENT_VALUE[intent] * share for intent, share in mix.items()) if mix else 0.6, 3),
            breadth=min(1.0, len(ordered) / 10),
        ),
    )


def _intent_mix(intents: Iterable[Sequence[Intent]]) -> dict[Intent, float]:
    """Shares of intents; a keyword with two intents counts half for each, one without counts nothing."""
    weight: dict[Intent, float] = defaultdict(float)
    for each in intents:
        for intent in each:
            weight[intent] += 1 / len(each)
    total = sum(weight.values())
    return {intent: round(weight[intent] / total, 3) for intent in sorted(weight, key=lambda key: (-weight[key], key))}


def word_casing(texts: Iterable[str]) -> dict[str, str]:
    """How the words of a list are written when they carry capitals (*AeroPress*), by their lower-case form.

    Texts that begin every word with a capital say nothing about a word's own casing and are left out.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = _WORD.findall(text)
        if len(words) > 1 and all(word[0].isupper() or not word[0].isalpha() for word in words):
            continue
        for word in words:
            if any(letter.isupper() for letter in word):
                seen[word.casefold()][word] += 1
    return {plain: min(forms, key=lambda form: (-forms[form], form)) for plain, forms in seen.items()}


def title_case(text: str, casing: Mapping[str, str] | None = None) -> str:
    """A keyword as a heading: *how to use a v60* becomes *How to Use a V60*.

    Model names (a letter before digits) and abbreviations without a vowel (*wdt*) are set in capitals, measures such as
    *58mm* stay small, and ``casing`` wins over every rule.
    """
    words = _WORD.findall(normalise(text)) or [text]
    place = -1

    def write(match: re.Match[str]) -> str:
        nonlocal place
        place += 1
        word = match[0]
        if casing and word in casing:
            return casing[word]
        if word in _SMALL_WORDS and 0 < place < len(words) - 1:
            return word
        if word == "vs" or word[0].isdigit():
            return word
        if re.fullmatch(r"[a-z]{1,2}\d+\w*", word) or re.fullmatch(r"[bcdfghjklmnpqrstvwxz]{2,4}", word):
            return word.upper()
        return word[0].upper() + word[1:]

    return _WORD.sub(write, normalise(text))
