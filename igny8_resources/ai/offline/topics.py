"""Grouping a cluster's keywords into the sub-topics that a page should have a section for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline.aspects import Aspect, all_aspects, aspect
from igny8_resources.ai.offline.keyword_reading import core_words, normal, read_keyword
from igny8_resources.ai.offline.subject import Subject
from igny8_resources.contracts.planner import KeywordFacts

TopicKind = Literal["aspect", "uses", "kinds", "versus"]

_USUAL = {
    "g": ("features", "verdict", "budget", "care", "space", "kit", "buying", "ease"),
    "s": ("provider", "budget", "paperwork", "time", "buying", "verdict"),
    "k": ("method", "settings", "trouble", "time", "kit", "ease", "care"),
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


def group_keywords(subject: Subject, keywords: Sequence[KeywordFacts]) -> list[Topic]:
    """Put every keyword into one sub-topic; the largest demand comes first, equals keep the order of their keywords."""
    groups: dict[str, list[KeywordFacts]] = {}
    own = set(core_words(subject.short))
    for keyword in keywords:
        reading = read_keyword(keyword.text)
        found = aspect_of(keyword.text, subject)
        if reading.sides:
            key = "versus"
        elif found is not None and not (reading.use and found.key in {"verdict", "meaning"}):
            key = found.key
        elif reading.use:
            key = "uses"
        elif set(core_words(keyword.text)) - own:
            key = "kinds"
        else:
            key = "verdict" if subject.domain == "g" else "provider" if subject.domain == "s" else "meaning"
        groups.setdefault(key, []).append(keyword)
    topics = [_topic(key, members) for key, members in groups.items()]
    return sorted(topics, key=lambda topic: -topic.volume)


def usual_topics(subject: Subject, present: Sequence[Topic]) -> list[Topic]:
    """What a reader of such a page wants settled although no keyword names it, most wanted first."""
    have = {topic.key for topic in present}
    return [_topic(key, []) for key in _USUAL[subject.domain] if key not in have]


def _topic(key: str, members: Sequence[KeywordFacts]) -> Topic:
    if key == "versus":
        return Topic("versus", tuple(members))
    if key == "uses":
        return Topic("uses", tuple(members))
    if key == "kinds":
        return Topic("kinds", tuple(members))
    return Topic("aspect", tuple(members), aspect(key))
