"""A labelled set of short search queries: each query belongs to the one page that a strategist would answer it with.

Built by code from ``labelled_topics``, the same every time. A page's queries are its phrases with any of the subject's names, in
another order, in the plural, misspelt, with a year, a city or "best" where that asks for the same page. Page sizes fall off
as in real keyword files (Zipf); topics that only share words are pages of their own with a few queries each. Neighbouring
pages of one subject are in the same half, so that neither half is easier than the whole.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.planner.labelled_topics import FAMILIES, Family, Page
from igny8_resources.word_stems import normalise, word_set

SEED = 20261121
LARGEST_PAGE = 170
# How fast sizes fall: the page of rank r has LARGEST_PAGE / r ** SIZE_EXPONENT queries.
SIZE_EXPONENT = 0.65
DISTRACTOR_QUERIES = 4
YEARS = ("2025", "2026", "2027")
CITIES = ("austin", "leeds", "toronto", "manchester", "denver", "brisbane", "dublin", "san diego", "glasgow", "tampa")
EXPLAINED = ("guide", "tips", "step by step", "explained", "advice", "reddit")
RANKED = ("best", "top", "good")
ARTICLES = frozenset({"a", "an", "the", "my"})
# Words whose number does not change what is asked for, in the singular.
COUNTED = word_set(
    "machine maker recipe cost price review company contractor rate plan schedule chart shoe trainer plumber pump manager "
    "photographer loan mortgage score rating lawyer attorney solicitor package exercise stretch calculator symptom cause "
    "method example question answer hotel deal form fee benefit car vehicle agent tutorial lesson tip sucker mower puppy "
    "clinic specialist doctor installer charger quote"
)
_PLACED = re.compile(r"\b(?:near me|in my area|local|nearby|mobile|open now)\b")
_ASKED = re.compile(r"^(?:how|what|why|when|where|which|who|is|are|am|can|should|does|do)\b")
_SUPERLATIVE = re.compile(r"\b(?:best|top|good|cheapest|cheap|affordable|simple|easy|lowest|longest|most)\b")
# Of 20 queries 7 are plain, 9 are varied once and 4 twice.
_VARIATIONS = (0,) * 7 + (1,) * 9 + (2,) * 4
# Half of the misspellings that would be drawn are not made: most people type what they mean.
_MISSPELT_SHARE = 0.5
_DRAWS_PER_QUERY = 60


@dataclass(frozen=True)
class LabelledQuery:
    """A query, the page that answers it, and the family of neighbouring pages that this page belongs to."""

    text: str
    page: str
    family: str


def labelled_queries() -> list[LabelledQuery]:
    """The whole set, no normal form twice, in an order that says nothing about the labels."""
    chance = random.Random(SEED)
    pages = [(family, page) for family in FAMILIES for page in family.pages]
    chance.shuffle(pages)
    seen: set[str] = set()
    queries: list[LabelledQuery] = []
    for family in FAMILIES:
        for phrases in family.distractors:
            label = f"not {family.name}: {phrases[0]}"
            drawn = _distinct(_distractor_draws(phrases), DISTRACTOR_QUERIES, seen)
            queries += [LabelledQuery(text, label, family.name) for text in drawn]
    for rank, (family, page) in enumerate(pages, start=1):
        size = round(LARGEST_PAGE / rank**SIZE_EXPONENT)
        label = f"{family.name}: {page.name}"
        queries += [
            LabelledQuery(text, label, family.name) for text in _distinct(_page_draws(family, page), size, seen)
        ]
    chance.shuffle(queries)
    return queries


def _distinct(draws: Iterator[str], count: int, seen: set[str]) -> list[str]:
    """Up to ``count`` draws whose normal form was not taken before; a page with few phrases may run dry."""
    taken: list[str] = []
    for _ in range(count * _DRAWS_PER_QUERY):
        text = normalise(next(draws))
        if text not in seen:
            seen.add(text)
            taken.append(text)
            if len(taken) == count:
                break
    return taken


def _distractor_draws(phrases: tuple[str, ...]) -> Iterator[str]:
    chance = random.Random(f"{SEED} {phrases[0]}")
    yield from phrases
    while True:
        yield _misspelt(chance.choice(phrases), chance)


def _page_draws(family: Family, page: Page) -> Iterator[str]:
    chance = random.Random(f"{SEED} {family.name} {page.name}")
    # The first name is what most people say.
    weights = [3, *(1 for _ in family.subjects[1:])]
    variations = _variations_of(page)
    while True:
        phrase = chance.choice(page.phrases)
        chosen = chance.sample(variations, chance.choice(_VARIATIONS))
        if _misspelt in chosen and chance.random() > _MISSPELT_SHARE:
            chosen.remove(_misspelt)
        if _turned in chosen:
            phrase = _turned(phrase, chance)
        text = phrase.replace("{}", chance.choices(family.subjects, weights)[0])
        for vary in chosen:
            if vary is not _turned:
                text = vary(text, chance)
        yield text


Variation = Callable[[str, random.Random], str]


def _variations_of(page: Page) -> list[Variation]:
    variations: list[Variation] = [_turned, _other_number, _misspelt, _without_articles]
    by_trait: dict[str, Variation] = {
        "dated": _with_year,
        "local": _with_city,
        "ranked": _with_superlative,
        "explained": _with_explanation,
    }
    return variations + [by_trait[trait] for trait in sorted(page.traits)]


def _turned(phrase: str, _: random.Random) -> str:
    """*descale {}* as *{} descale*; a question keeps its order."""
    if _ASKED.match(phrase):
        return phrase
    if phrase.endswith(" {}"):
        return "{} " + phrase.removesuffix(" {}")
    return phrase.removeprefix("{} ") + " {}" if phrase.startswith("{} ") else phrase


def _other_number(text: str, chance: random.Random) -> str:
    words = text.split()
    places = [place for place, word in enumerate(words) if word in COUNTED or word.removesuffix("s") in COUNTED]
    if not places:
        return text
    place = chance.choice(places)
    word = words[place]
    words[place] = _plural(word) if word in COUNTED else word.removesuffix("s")
    return " ".join(words)


def _plural(word: str) -> str:
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("ch") else "s")


def _misspelt(text: str, chance: random.Random) -> str:
    """One letter of a long word is left out, doubled or swapped with the next."""
    words = text.split()
    places = [place for place, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if not places:
        return text
    place = chance.choice(places)
    word = words[place]
    at = chance.randrange(1, len(word) - 2)
    words[place] = chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(words)


def _without_articles(text: str, _: random.Random) -> str:
    return " ".join(word for word in text.split() if word not in ARTICLES)


def _with_year(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(YEARS)}"


def _with_city(text: str, chance: random.Random) -> str:
    if _PLACED.search(text):
        return text
    return f"{text} {chance.choice(('', 'in '))}{chance.choice(CITIES)}"


def _with_superlative(text: str, chance: random.Random) -> str:
    if _ASKED.match(text) or _SUPERLATIVE.search(text):
        return text
    return f"{chance.choice(RANKED)} {text}"


def _with_explanation(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(EXPLAINED)}"
