"""Choosing and filling sentences so that one text never says anything twice.

The choice is a fixed shuffle by SHA-256, so that the same brief always gives the same text while another brief of the
same site opens and moves differently.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from igny8_resources.ai.offline.grammar import capital, listed, quoted, sentences
from igny8_resources.ai.offline.keyword_reading import normal
from igny8_resources.ai.offline.subject import Domain

_DOMAIN_MARK = re.compile(r"^\{([gsk]+)\}")
_SLOT = re.compile(r"\{(\w+)\}")
_ANCHORED = 2


def shuffled(items: Sequence[str], seed: str) -> list[str]:
    """The items in an order that depends on nothing but them and the seed."""
    return sorted(items, key=lambda text: hashlib.sha256(f"{seed}\0{text}".encode()).digest())


def seed_number(*parts: str) -> int:
    """A whole number that depends on nothing but the parts."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")


def pattern_of(sentence: str) -> str:
    """A sentence in comparable form: letters and digits only, lower case."""
    return " ".join(re.findall(r"\w+", sentence.lower()))


class Prose:
    """Draws sentences from pools for one text.

    A wording is drawn once; a finished sentence is never repeated even if two wordings fill to the same words; two
    sentences in a row do not open with the same word while another wording is left; and once ``keyword`` has been said
    ``limit`` times, wordings without it go first.
    """

    def __init__(
        self,
        seed: str,
        slots: Mapping[str, str],
        *,
        domain: Domain,
        things_plural: bool,
        keyword: str,
        limit: int,
    ) -> None:
        self.seed = seed
        self.slots = dict(slots)
        self.domain = domain
        self.things_plural = things_plural
        self._keyword = normal(keyword)
        self._limit = limit
        self._times = 0
        self._drawn: set[str] = set()
        self._said: set[str] = set()
        self._openings: list[str] = []

    def draw(self, pool: Sequence[str], mentions: Sequence[str] = (), **extra: str) -> str:
        """One filled sentence from the pool, or an empty string when nothing in it is left or fits."""
        fitting = self._candidates(pool, mentions, extra)
        if not fitting:
            return ""
        fresh = [pair for pair in fitting if not self._opens_alike(pair[1])]
        quiet = [pair for pair in fresh or fitting if not self._says_keyword(pair[1]) or self._times < self._limit]
        template, text = (quiet or fresh or fitting)[0]
        self._drawn.add(template)
        self.note(text)
        return text

    def draw_in_order(self, pool: Sequence[str], number: int, **extra: str) -> list[str]:
        """Up to ``number`` filled sentences, in the order of the pool so that they read as a train of thought.

        Two that name the subject are preferred, because advice is easier to use when it says what it is about.
        """
        chosen: dict[str, str] = {}
        fitting = self._candidates(pool, (), extra)
        anchored = [pair for pair in fitting if _SLOT.search(_DOMAIN_MARK.sub("", pair[0]))][:_ANCHORED]
        for template, text in [*anchored, *(pair for pair in fitting if pair not in anchored)]:
            if len(chosen) == number:
                break
            if self._says_keyword(text) and self._times >= self._limit:
                continue
            chosen[template] = text
        result = [chosen[template] for template in pool if template in chosen]
        self._drawn.update(chosen)
        for text in result:
            self.note(text)
        return result

    def note(self, text: str) -> None:
        """Remember a text as said, wherever it came from."""
        self._times += normal(text).count(self._keyword)
        for sentence in sentences(text):
            self._said.add(pattern_of(sentence))
            self._openings = [*self._openings[-1:], sentence.split(" ", 1)[0].lower()]

    def is_new(self, text: str) -> bool:
        """Whether no sentence of the text has been said before."""
        return not any(pattern_of(sentence) in self._said for sentence in sentences(text))

    def _candidates(
        self, pool: Sequence[str], mentions: Sequence[str], extra: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for template in shuffled(pool, self.seed):
            if template in self._drawn:
                continue
            text = self.fill(template, mentions, extra)
            if text and self.is_new(text):
                found.append((template, text))
        return found

    def _opens_alike(self, text: str) -> bool:
        return text.split(" ", 1)[0].lower() in self._openings

    def _says_keyword(self, text: str) -> bool:
        return self._keyword in normal(text)

    def fill(self, template: str, mentions: Sequence[str] = (), extra: Mapping[str, str] | None = None) -> str:
        """A wording with its marks filled, or an empty string when it needs a mark that this text has not got."""
        mark = _DOMAIN_MARK.match(template)
        if mark:
            if self.domain not in mark.group(1):
                return ""
            template = template[mark.end() :]
        slots = {**self.slots, **(extra or {})}
        if mentions:
            slots |= {"m": listed([quoted(text) for text in mentions]), "m1": quoted(mentions[0])}
        names = set(_SLOT.findall(template))
        if not names <= set(slots):
            return ""
        if "m1" in names and "m" not in names and len(mentions) > 1:
            return ""
        text = re.sub(r"<([^|<>]*)\|([^|<>]*)>", lambda m: m.group(1 if len(mentions) > 1 else 2), template)
        text = re.sub(r"\[([^|\[\]]*)\|([^|\[\]]*)\]", lambda m: m.group(1 if self.things_plural else 2), text)
        text = _SLOT.sub(lambda m: slots[m.group(1)], text)
        return capital(text)


def paragraph(parts: Sequence[str]) -> str:
    """Sentences joined into one paragraph, empty ones left out."""
    return " ".join(part for part in parts if part)
