"""The phrases under which a page may be linked to, and when two of them are the same."""

import re
from collections.abc import Iterable, Iterator, Mapping

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


def anchor_key(phrase: str) -> tuple[str, ...]:
    """What makes two anchors one: their stems in order, without determiners ("the espresso machines")."""
    return tuple(word.stem for word in words(phrase) if word.text.casefold() not in DETERMINERS)


def shortened(keyword: str) -> Iterator[str]:
    """A keyword's endings of at least two meaningful words, longest first: "burr grinder" of "manual burr grinder".

    In English the last noun says what a thing is, so an ending still names it, only less closely.
    """
    found = words(keyword)
    for first in range(1, len(found) - 1):
        if found[first].text.casefold() not in STOPWORDS and len(content_words(keyword[found[first].start :])) > 1:
            yield keyword[found[first].start : found[-1].end]


def holds(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether a phrase stands inside another, both as anchor keys."""
    return any(part == whole[start : start + len(part)] for start in range(len(whole) - len(part) + 1))


def longer_phrases(anchors: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Those known phrases that hold one of the anchors and more: inside them an anchor would cut a name in two.

    ``known`` maps each phrase to its anchor key. "espresso machine" is no anchor inside "espresso machine repair",
    "manual burr" none inside "manual burr grinder".
    """
    keys = [anchor_key(anchor) for anchor in anchors]
    return tuple(
        dict.fromkeys(
            phrase
            for phrase, whole in known.items()
            if any(len(part) < len(whole) and holds(whole, part) for part in keys)
        )
    )


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
