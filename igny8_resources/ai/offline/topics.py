"""Grouping a cluster's keywords into the sub-topics that a page should have a section for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.aspects import all_aspects, aspect
from igny8_resources.ai.offline.grammar import cased, singular_word
from igny8_resources.ai.offline.keyword_reading import core_words, normal, read_keyword
from igny8_resources.ai.offline.step_wording import family_of
from igny8_resources.ai.offline.subject import Subject
from igny8_resources.ai.offline.word_lists import words_of
from igny8_resources.contracts.planner import KeywordFacts

TopicKind = Literal["aspect", "uses", "kinds", "versus", "more"]

_FOR_SERVICES = {
    "buying": "provider",
    "kit": "provider",
    "features": "provider",
    "verdict": "provider",
    "space": "provider",
}
_USUAL = {
    "g": ("features", "verdict", "budget", "buying", "ease", "care", "kit", "space"),
    "s": ("provider", "budget", "paperwork", "time", "buying", "verdict"),
    "k": ("method", "settings", "trouble", "time", "kit", "ease", "care"),
}


_USUAL_OF_TASKS = {
    "clean": ("care", "trouble", "time", "kit"),
    "make": ("settings", "trouble", "kit", "time", "method"),
    "choose": _USUAL["g"],
    "fix": ("trouble", "settings", "care", "time"),
    "arrange": ("paperwork", "time", "provider", "trouble"),
    "practise": ("trouble", "ease", "time", "kit", "method"),
    "store": ("time", "kit", "trouble"),
}


@dataclass(frozen=True)
class Topic:
    """A sub-topic: the keywords that belong together and, for kind ``aspect``, what they ask about."""

    kind: TopicKind
    keywords: tuple[KeywordFacts, ...]
    aspect: Aspect | None = None

    @property
    def key(self) -> str:
        """A name that is unique within a page: the aspect's key, or the kind."""
        return self.aspect.key if self.aspect else self.kind

    @property
    def volume(self) -> int:
        """The searches a month of the keywords together, unknown ones counted as none."""
        return sum(keyword.volume or 0 for keyword in self.keywords)


def aspect_of(text: str, subject: Subject | None = None) -> Aspect | None:
    """What a keyword asks about, judged first by the words that the subject does not explain."""
    low = normal(text)
    if subject is not None:
        own = {word for word in subject.short.lower().split() if len(word) > 2}
        low = " ".join(word for word in low.split() if word not in own and word.rstrip("s") not in own)
    return next((item for item in all_aspects() if item.fits(low)), None)


def weighed(text: str, subject: Subject) -> Aspect | None:
    """What a keyword asks about, put in terms of who does the work where the subject is a service."""
    found = aspect_of(text, subject)
    if found is not None and subject.domain == "s" and found.key in _FOR_SERVICES:
        return aspect(_FOR_SERVICES[found.key])
    return found


def group_keywords(subject: Subject, keywords: Sequence[KeywordFacts]) -> list[Topic]:
    """Put every keyword into one sub-topic; the largest demand comes first, equals keep the order of their keywords."""
    groups: dict[str, list[KeywordFacts]] = {}
    own = set(core_words(subject.short))
    for keyword in keywords:
        reading = read_keyword(keyword.text)
        found = aspect_of(keyword.text, subject)
        if reading.sides:
            key = "versus"
        elif found is not None and not (reading.use and found.key in {"verdict", "meaning"} and subject.domain != "s"):
            key = found.key
        elif reading.use and reading.use != subject.reading.use:
            key = "uses"
        elif set(core_words(keyword.text)) - own:
            key = "kinds"
        else:
            key = "verdict" if subject.domain == "g" else "provider" if subject.domain == "s" else "meaning"
        groups.setdefault(_FOR_SERVICES.get(key, key) if subject.domain == "s" else key, []).append(keyword)
    topics = [_topic(key, members) for key, members in groups.items()]
    return sorted(topics, key=lambda topic: -topic.volume)


def usual_topics(subject: Subject, present: Sequence[Topic]) -> list[Topic]:
    """What a reader of such a page wants settled although no keyword names it, most wanted first."""
    have = {topic.key for topic in present}
    keys = _USUAL_OF_TASKS[family_of(subject.reading)] if subject.reading.verb else _USUAL[subject.domain]
    return [_topic(key, []) for key in keys if key not in have]


def _topic(key: str, members: Sequence[KeywordFacts]) -> Topic:
    match key:
        case "versus" | "uses" | "kinds":
            return Topic(key, tuple(members))
    return Topic("aspect", tuple(members), aspect(key))


_NAMING = frozenset(
    {"features", "material", "kit", "fit", "sensory", "settings", "care", "buying", "meaning", "paperwork"}
)
_NO_MODIFIER = words_of("how to what is are for and vs or my the a of in why do does can should i you")


def modifiers_of(topic: Topic, subject: Subject, most: int = 3) -> list[str]:
    """What each keyword of a topic adds to the subject: ``dual boiler`` from "dual boiler espresso machine".

    Empty where the additions are no names for things, as with prices or places.
    """
    if topic.aspect is not None and topic.aspect.key not in _NAMING:
        return []
    own = {singular_word(word) for word in subject.short.lower().split()}
    found: dict[str, None] = {}
    for keyword in topic.keywords:
        words = [word for word in normal(keyword.text).split() if singular_word(word) not in own]
        if words and len(words) < 4 and not {words[0], words[-1]} & _NO_MODIFIER:
            found[cased(" ".join(words))] = None
    return list(found)[:most]
