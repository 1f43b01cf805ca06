"""The phrases under which a page may be linked to, and when two of them are the same."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from igny8_assets.word_forms import content_stems, content_words, words
from igny8_resources.word_stems import STOPWORDS, word_set

DETERMINERS = word_set("a an the your my our this that these those")
_LEADING = STOPWORDS | word_set("best top good great cheap ultimate complete easy quick simple guide")
_TRAILING = STOPWORDS | word_set("guide guides review reviews tips explained compared online")
_LONGEST = 7  # words: longer anchors read as whole sentences


def anchor_phrases(primary_keyword: str, title: str, secondary_keywords: Iterable[str] = ()) -> tuple[str, ...]:
    """Phrases that name a page, longest first: its keywords and its title, also without "how to", "best", "guide" ...

    A phrase of a single word counts only when it is the page's primary keyword: alone it names too much.
    """
    phrases: dict[tuple[str, ...], str] = {}
    named_alone = anchor_key(primary_keyword)
    for text in (primary_keyword, re.split(r"[:|]", title, maxsplit=1)[0], *secondary_keywords):
        for phrase in (text.strip(), _trimmed(text)):
            key = anchor_key(phrase)
            if len(key) > _LONGEST or (len(key) < 2 and key != named_alone) or not phrase:
                continue
            phrases.setdefault(key, phrase)
    return tuple(sorted(phrases.values(), key=lambda phrase: -len(anchor_key(phrase))))


# A site's names are compared with each of its articles.
@lru_cache(maxsize=8192)
def anchor_key(phrase: str) -> tuple[str, ...]:
    """What makes two anchors one: their stems in order, without determiners ("the espresso machines")."""
    return tuple(word.stem for word in words(phrase) if word.text.casefold() not in DETERMINERS)


@lru_cache(maxsize=8192)
def shortened(keyword: str) -> tuple[str, ...]:
    """A keyword's endings of at least two meaningful words, longest first: "burr grinder" of "manual burr grinder".

    In English the last noun says what a thing is, so an ending still names it, only less closely.
    """
    found = words(keyword)
    return tuple(
        keyword[found[first].start : found[-1].end]
        for first in range(1, len(found) - 1)
        if found[first].text.casefold() not in STOPWORDS and len(content_words(keyword[found[first].start :])) > 1
    )


def holds(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether a phrase stands inside another, both as anchor keys."""
    return any(part == whole[start : start + len(part)] for start in range(len(whole) - len(part) + 1))


class Names:
    """Phrases that name pages, found by the words they hold: a site has thousands, few of which hold a given phrase."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(dict.fromkeys(phrases))
        self._keys = tuple(map(anchor_key, self._phrases))
        self._with = defaultdict[str, list[int]](list)
        for number, key in enumerate(self._keys):
            for word in set(key):
                self._with[word].append(number)

    def holding(self, part: tuple[str, ...]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The phrases that hold an anchor key, each with its place among all and its own key; an empty key has none."""
        if part:
            for number in min((self._with.get(word, ()) for word in part), key=len):
                if holds(self._keys[number], part):
                    yield number, self._phrases[number], self._keys[number]

    def longer(self, anchors: Iterable[str]) -> tuple[str, ...]:
        """Those phrases that hold one of the anchors and more: inside them an anchor would cut a name in two.

        "espresso machine" is no anchor inside "espresso machine repair", "manual burr" none inside "manual burr grinder".
        """
        found: dict[int, str] = {}
        for part in set(map(anchor_key, anchors)):
            found.update((number, phrase) for number, phrase, key in self.holding(part) if len(part) < len(key))
        return tuple(found[number] for number in sorted(found))


def _trimmed(text: str) -> str:
    """A phrase without the function words and flourishes at either end."""
    found = words(text)
    while found and found[0].text.casefold() in _LEADING:
        found = found[1:]
    while found and found[-1].text.casefold() in _TRAILING:
        found = found[:-1]
    if not found or not content_stems(text):
        return ""
    return text[found[0].start : found[-1].end]
