"""Reading a search phrase: what it is about, what the searcher wants to do, and what limits they have set.

Belongs here: taking a keyword apart. Does not belong here: grouping keywords (``topics``) or writing about them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline.grammar import (
    DETERMINERS,
    PREPOSITIONS,
    articled,
    cased,
    gerund,
    head_word,
    singular_word,
)
from igny8_resources.ai.offline.word_lists import words_of

Kind = Literal["versus", "task", "question", "best", "plain"]

_QUESTION_START = re.compile(
    r"^(why|what|which|when|where|who|how|is|are|can|could|do|does|did|should|will|would|has|have)\b(?!-)"
)
_HOW_TO = re.compile(r"^(?:how (?:to|do (?:i|you|we)|can (?:i|you|we)|should (?:i|you|we))|ways to|steps to)\s+(.+)$")
_IMPERATIVES = words_of(
    "clean descale make choose dial fix remove reduce improve avoid prevent calculate become register hire "
    "find get keep  install repair replace unclog froth steam start learn build grow prepare apply lace wash"
)
_PARTICLES = words_of("up in out off on down")
_SUPERLATIVE = re.compile(
    r"^(?:the )?(?:(?:top|best)(?:[ -]rated)?(?: \d+)?|\d+ best|cheapest|cheap|affordable|good|great|most reliable|"
    r"recommended)\s+"
)
_PRICE = re.compile(
    r"\b(?:under|below|less than|over|up to|around)\s+[$£€]?(\d[\d,.]*k?)\b"
    r"(?:\s*(?:dollars|pounds|euros|usd))?"
)
_VERSUS = re.compile(r"\s+(?:vs\.?|versus|compared (?:to|with))\s+")
_BETWEEN = re.compile(r"^(?:what is |what's |whats )?(?:the )?differences? between (.+?) and (.+)$")
_LOOSE_ENDS = re.compile(
    r"\s+(?:near me|nearby|reviews?|ratings?|prices?|pricing|costs?|for sale|online|deals?|20\d\d|reddit|pdf|uk|usa|sale|"
    r"meaning|definition|explained)$"
)
_USE = re.compile(r"\s+for\s+(.+)$")
_SHARED_MODIFIERS = words_of(
    "burr blade manual electric automatic hand conical flat wet dry light dark medium single dual stainless "
    "ceramic paper  metal cheap expensive cash accrual fixed variable road trail neutral stability new used "
    "semi-automatic  super-automatic online local wired wireless hot cold glass plastic small large mens men's "
    "womens women's wide low high  in-house outsourced monthly annual single-entry double-entry minimalist "
    "cushioned carbon"
)
_LITTLE = DETERMINERS | {"of", "in", "on", "do", "you", "i", "to", "is", "are"}


@dataclass(frozen=True)
class Reading:
    """One keyword, taken apart.

    ``text`` is the keyword with its names capitalised. ``subject`` is the bare noun phrase it is about. ``verb`` and
    ``action`` are filled for tasks (``clean``, ``clean a coffee grinder``), ``sides`` for comparisons, ``price`` for a
    ceiling, ``use`` for what stands after "for".
    """

    text: str
    kind: Kind
    subject: str
    verb: str = ""
    action: str = ""
    sides: tuple[str, ...] = ()
    price: str = ""
    use: str = ""


def normal(text: str) -> str:
    """A keyword in lower case with single spaces and without outer punctuation."""
    return re.sub(r"\s+", " ", text.strip().strip("?!.,;:\"'").lower())


def is_question(text: str) -> bool:
    """Whether a keyword is phrased as a question, so that it can stand in an FAQ."""
    return _QUESTION_START.match(normal(text)) is not None


def read_keyword(text: str) -> Reading:
    """Take a keyword apart."""
    low = normal(text)
    shown = cased(low)
    price_match = _PRICE.search(low)
    price = price_match.group(1) if price_match else ""
    sides = _sides(low)
    if sides:
        shared_use = _USE.search(low)
        return Reading(
            shown,
            "versus",
            " and ".join(sides),
            sides=sides,
            price=price,
            use=cased(shared_use.group(1)) if shared_use else "",
        )
    task = _HOW_TO.match(low)
    if task:
        return _task(shown, task.group(1), price)
    first, _, rest = low.partition(" ")
    if first in _IMPERATIVES and rest:
        return _task(shown, low, price)
    if is_question(low):
        return Reading(shown, "question", cased(question_subject(low)), price=price)
    bare = _PRICE.sub("", low).strip()
    best = _SUPERLATIVE.match(bare)
    bare = _SUPERLATIVE.sub("", bare)
    bare = _strip_ends(bare)
    use_match = _USE.search(bare)
    use = cased(use_match.group(1)) if use_match else ""
    subject = _strip_ends(bare[: use_match.start()] if use_match else bare)
    return Reading(shown, "best" if best else "plain", cased(subject or bare or low), price=price, use=use)


def _strip_ends(text: str) -> str:
    while True:
        shorter = _LOOSE_ENDS.sub("", text)
        if shorter == text:
            return text.strip()
        text = shorter


def _task(shown: str, phrase: str, price: str) -> Reading:
    words = phrase.split()
    verb = words[0]
    rest = words[1:]
    # "to" in front of a noun is a preposition, in front of a verb it is not; only a particle belongs to the verb.
    if rest and rest[0] in _PARTICLES and len(rest) > 1:
        verb, rest = f"{verb} {rest[0]}", rest[1:]
    thing: list[str] = []
    for word in rest:
        if word in PREPOSITIONS and thing:
            break
        thing.append(word)
    tail = rest[len(thing) :]
    subject = " ".join(w for w in thing if w not in DETERMINERS) or phrase
    bare_object = cased(" ".join([*thing, *tail]))
    action = f"{verb} {articled(bare_object)}".strip() if thing and thing[-1] not in {"easily", "properly"} else phrase
    return Reading(shown, "task", cased(subject), verb=verb, action=cased(action), price=price)


def _sides(low: str) -> tuple[str, ...]:
    between = _BETWEEN.match(low)
    if between:
        parts = [between.group(1), between.group(2)]
    else:
        stripped = re.sub(r"^(?:is|are|which is better|what is better)\s+", "", low)
        parts = [part.strip() for part in _VERSUS.split(stripped)]
        if len(parts) == 1 and not is_question(low):
            alternative = re.fullmatch(r"([\w\- ]{2,25}) or ([\w\- ]{2,25})", low)
            parts = [alternative.group(1), alternative.group(2)] if alternative else parts
    if len(parts) < 2:
        return ()
    parts[-1] = _strip_ends(_PRICE.sub("", _USE.sub("", parts[-1])).strip())
    head = head_word(parts[-1])
    if len(parts[-1].split()) > 1:
        parts = [f"{part} {head}" if part in _SHARED_MODIFIERS else part for part in parts]
    return tuple(cased(part) for part in parts if part)


def question_subject(low: str) -> str:
    """The noun phrase that a question is about, as far as its wording shows it."""
    task = _HOW_TO.match(low) or re.match(
        r"^how (?:often|long|much|many).*?(?:should|do|can|to) (?:i |you |we )?(.+)$", low
    )
    if task:
        words = task.group(1).split()[1:]
    else:
        words = low.split()
        while words and (words[0] in _ASKING or words[0] in _LITTLE):
            words.pop(0)
    taken: list[str] = []
    for word in words:
        if word in DETERMINERS and not taken:
            continue
        if (word in PREPOSITIONS or word in _ASKING or word in _PREDICATES) and taken:
            break
        taken.append(word)
    return " ".join(taken[:4]) or low


_ASKING = words_of(
    "why what which when where who how is are can could do does did should will would has have much many long "
    "often  i you we it there kind type mean means good best really so too actually"
)
_PREDICATES = words_of(
    "sour bitter weak watery leaking clogged jamming slow noisy loud expensive better worse bad healthy worth "
    "stronger last  cost work hurt taste need stay keep go expire make use stop break wear take come produce "
    "cause sputter lose smell  different necessary safe deductible required too not so tax-deductible burnt "
    "burn hot cold flat uneven wet blister  important called used made allowed considered count charge pay run "
    "hiss clog leak stall choke squeak slip"
)


def trouble_of(low: str) -> tuple[str, str] | None:
    """The thing and its fault in a "why is my espresso sour" question, or None for any other question."""
    match = re.match(
        r"^why (?:is|are|does|do|did|has|won't|wont|isn't|doesn't|doesnt|isnt) (?:my |the |your )?(.+)$", low
    )
    if match is None:
        return None
    words = [word for word in match.group(1).split() if word not in {"so", "too", "always", "very", "not", "no"}]
    for index in range(1, len(words)):
        if words[index] in _PREDICATES:
            return cased(" ".join(words[:index])), cased(" ".join(words[index:]))
    return (cased(" ".join(words[:-1])), cased(words[-1])) if len(words) > 1 else None


def doing(reading: Reading) -> str:
    """The -ing form of a task's action: ``cleaning a coffee grinder``."""
    return f"{gerund(reading.verb)}{reading.action[len(reading.verb) :]}"


def names_phrase(text: str, keyword: str) -> bool:
    """Whether a text uses a keyword: its words in order, articles between them and plurals allowed.

    This is looser than a substring on purpose: ``How to Clean a Coffee Grinder`` uses "how to clean coffee grinder".
    """
    gap = r"(?:\W+(?:a|an|the|my|your|our))?\W+"
    words = re.findall(r"[\w'’\-&.+]*\w", normal(cased(keyword)))
    if not words:
        return False
    stems = [rf"{re.escape(_stem(word))}(?:e?s|ies|y)?" for word in words]
    return re.search(r"(?<!\w)" + gap.join(stems) + r"(?!\w)", text.lower()) is not None


def _stem(word: str) -> str:
    single = singular_word(word)
    return single[:-1] if single.endswith("y") and len(single) > 3 else single


def core_words(text: str) -> tuple[str, ...]:
    """The content words of a phrase in comparable form, without articles, prepositions and question words."""
    return tuple(
        singular_word(word)
        for word in re.findall(r"[\w’'-]+", normal(text))
        if word not in DETERMINERS and word not in PREPOSITIONS and word not in _ASKING
    )
