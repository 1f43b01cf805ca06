"""What a page is about, and the grammatical forms in which its texts may say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline.grammar import (
    articled,
    cased,
    head_word,
    listed,
    number_of,
    plural,
    with_article,
)
from igny8_resources.ai.offline.keyword_reading import Reading, doing, normal, read_keyword, trouble_of
from igny8_resources.ai.offline.word_lists import words_of
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import ContentType

Domain = Literal["g", "s", "k"]
"""Goods that are bought, services that are hired, know-how that is learned."""

_SERVICE_HEADS = words_of(
    "service services accountant accountants bookkeeper bookkeepers agency agencies company companies firm "
    "firms lawyer  lawyers consultant consultants coach coaching contractor contractors plumber plumbers "
    "electrician electricians class  classes lessons repair rental therapist dentist insurance outsourcing "
    "consulting"
)
_OFFICIAL = words_of(
    "llc tax taxes vat payroll accounting bookkeeping insurance mortgage loan legal visa corp proprietorship"
)
_BUYING_INTENTS = frozenset({"commercial", "transactional"})
_BUYING_KINDS = frozenset({"best"})


@dataclass(frozen=True)
class Subject:
    """The forms of one subject.

    ``thing`` "a coffee grinder", ``things`` "coffee grinders" (``things_plural`` says how its verb stands), ``topic``
    what the page is about ("cleaning a coffee grinder"), ``the`` a short way back ("the grinder"), ``do`` and
    ``doing`` the task.
    """

    keyword: str
    reading: Reading
    domain: Domain
    thing: str
    things: str
    things_plural: bool
    topic: str
    the: str
    do: str
    doing: str
    short: str
    sides: tuple[str, ...] = ()

    def slots(self) -> dict[str, str]:
        """The wording marks that every text about this subject may use."""
        slots = {
            "thing": self.thing,
            "things": self.things,
            "topic": self.topic,
            "the": self.the,
            "do": self.do,
            "doing": self.doing,
            "short": self.short,
        }
        if self.reading.price:
            slots["price"] = self.reading.price
        if self.reading.use:
            slots["use"] = articled(self.reading.use)
        return slots


def subject_of(primary: KeywordFacts, others: Sequence[KeywordFacts], content_type: ContentType) -> Subject:
    """Work out what a page is about from its primary keyword and the company it keeps."""
    reading = read_keyword(primary.text)
    domain = _domain(reading, primary, others, content_type)
    sides = reading.sides
    if sides:
        thing = listed([with_article(side) for side in sides], "or")
        both = listed([with_article(side) for side in sides])
        return Subject(
            primary.text, reading, domain, thing, both, True, both, "either one" if len(sides) == 2 else "any of them",
            f"choose between {both}", f"choosing between {both}", listed(sides), sides,
        )  # fmt: skip
    # A keyword may be nothing but signs.
    bare = (f"{reading.subject} for {reading.use}" if reading.use else reading.subject) or "topic"
    number = number_of(bare)
    thing = with_article(bare)
    things = plural(bare) if number == "singular" else thing if number == "name" else bare
    head = cased(head_word(bare))
    the = f"the {head}" if number != "name" else thing
    if reading.kind == "task":
        do, topic = reading.action, doing(reading)
        return Subject(
            primary.text, reading, domain, thing, things, number in {"singular", "plural"}, topic, the, do,
            topic, bare,
        )  # fmt: skip
    trouble = trouble_of(normal(primary.text)) if reading.kind == "question" else None
    if trouble:
        do, doing_it, topic = f"fix {_faulty(*trouble)}", f"fixing {_faulty(*trouble)}", _faulty(*trouble)
    elif domain == "k":
        right = f"the {bare}" if number == "singular" else bare
        do, doing_it, topic = f"get {right} right", f"getting {right} right", things
    else:
        do, doing_it, topic = f"choose {thing}", f"choosing {thing}", things
    plural_verb = number in {"singular", "plural"}
    return Subject(primary.text, reading, domain, thing, things, plural_verb, topic, the, do, doing_it, bare)


def _faulty(thing: str, fault: str) -> str:
    """``sour espresso`` from the parts of "why is my espresso sour"; verbs stay behind the thing."""
    if " " in fault or (
        fault.endswith(("e", "ble")) and fault in {"sputter", "use", "break", "expire", "come", "take"}
    ):
        return f"{with_article(thing)} that will not behave"
    if fault in {
        "leaking",
        "clogged",
        "jamming",
        "slow",
        "noisy",
        "loud",
        "sour",
        "bitter",
        "weak",
        "watery",
        "cold",
        "flat",
        "burnt",
        "uneven",
        "expensive",
        "hot",
    }:
        return with_article(f"{fault} {thing}")
    return f"{with_article(thing)} that will not behave"


def compared_things(keywords: Sequence[KeywordFacts], most: int = 4) -> tuple[str, ...]:
    """The things that the first comparing keyword sets against each other, at most ``most``."""
    for keyword in keywords:
        reading = read_keyword(keyword.text)
        if not reading.sides:
            continue
        return reading.sides[:most]
    return ()


def _domain(
    reading: Reading, primary: KeywordFacts, others: Sequence[KeywordFacts], content_type: ContentType
) -> Domain:
    texts = [primary.text, *(other.text for other in others)]
    if any(set(normal(text).split()) & _OFFICIAL for text in texts[:1]):
        return "s"
    served = [text for text in texts if set(normal(text).split()) & _SERVICE_HEADS]
    if content_type == "service" or len(served) * 2 > len(texts):
        return "s"
    if content_type == "product":
        return "g"
    if reading.kind in {"task", "question"}:
        return "k"
    if reading.kind in _BUYING_KINDS or reading.price:
        return "g"
    weights = [(other.volume or 1, bool(_BUYING_INTENTS & set(other.intents))) for other in (primary, *others)]
    total = sum(weight for weight, _ in weights)
    return "g" if sum(weight for weight, buys in weights if buys) * 2 >= total else "k"
