"""What a keyword says: its topic words, and the modifiers that betray what the searcher wants.

Belongs here: rules on one keyword's text. Does not belong here: files, clusters, ideas. The word lists are English;
keywords in other languages simply match no modifier.
"""

import re
from collections.abc import Sequence
from typing import Literal

from igny8_resources.contracts.vocabulary import Intent
from igny8_resources.word_stems import STOPWORDS, normalise, stem, tokens, word_set

Modifier = Literal[
    "comparison", "best", "review", "how_to", "question", "buy", "price", "local", "service", "recipe", "audience"
]

_QUESTION = re.compile(
    r"^(?:how|what|why|when|where|which|who|whose|is|are|was|can|could|do|does|did|should|would|will)\b|\?\s*$"
)
_PATTERNS: dict[Modifier, re.Pattern[str]] = {
    "comparison": re.compile(
        r"\b(?:vs|versus|differences?|alternatives?|better than|stronger than|compared? (?:to|with))\b"
    ),
    "best": re.compile(r"\b(?:best|top|top[- ]rated)\b"),
    "review": re.compile(r"\b(?:reviews?|worth it)\b"),
    "how_to": re.compile(r"\b(?:how to|guide|tutorial|step by step|diy|techniques?)\b"),
    "question": _QUESTION,
    "buy": re.compile(
        r"\b(?:buy|order|shop|sale|deals?|discount|coupon|online|subscriptions?|delivery|refurbished|used(?! for))\b"
    ),
    "price": re.compile(r"\b(?:cheap|cheapest|budget|affordable|prices?|costs?|under \$?\d+)\b|\$\d"),
    "local": re.compile(r"\b(?:near me|nearby|near you|local|in my area)\b"),
    "service": re.compile(
        r"\b(?:repairs?|servic(?:e|ing)|installation|installer|rental|hire|catering|class|classes|courses?|training"
        r"|lessons|workshop)\b"
    ),
    "recipe": re.compile(r"\brecipes?\b"),
    "audience": re.compile(r"\bfor (?:beginners|home|small|travel|kids|seniors|men|women|offices?)\b"),
}


_MODIFIER_WORDS = word_set(
    "best top rated review reviews vs versus difference differences between guide tutorial buy sale deals cheap budget "
    "near online worth make use get need good better"
)


def topic_stems(text: str) -> frozenset[str]:
    """What a keyword is about: its stems without function words and without modifiers such as *best* or *vs*."""
    words = tokens(text)
    content = [word for word in words if word not in STOPWORDS and word not in _MODIFIER_WORDS]
    return frozenset(stem(word) for word in (content or words))


def is_question(text: str) -> bool:
    """Whether people phrase the keyword as a question."""
    return bool(_QUESTION.search(normalise(text)))


def modifiers(text: str) -> frozenset[Modifier]:
    """The modifiers a keyword carries, such as ``comparison`` for *chemex vs v60*."""
    plain = normalise(text)
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(plain))


def guess_intents(text: str) -> tuple[Intent, ...]:
    """The search intent that a keyword's own words suggest; empty when they suggest none.

    A guess, to be shown as one: a file's own intent is always preferred.
    """
    found = modifiers(text)
    guessed: list[Intent] = []
    if found & {"buy", "local", "service"}:
        guessed.append("transactional")
    if found & {"best", "review", "comparison"} or ("price" in found and "buy" not in found):
        guessed.append("commercial")
    if found & {"how_to", "question", "recipe", "comparison"} and "buy" not in found:
        guessed.append("informational")
    return tuple(guessed)


def search_kinds(text: str, intents: Sequence[Intent]) -> tuple[str, ...]:
    """What kind of page a searcher wants, the leading kind first: the intents, a service or a place apart from the rest.

    Who looks for *espresso machine repair near me* and who looks for *espresso machine sale* are both ready to spend, and
    no page answers both.
    """
    return ("service", *intents) if modifiers(text) & {"local", "service"} else tuple(intents)
