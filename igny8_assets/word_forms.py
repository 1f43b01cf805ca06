"""Words of a running text, where they stand, and the sentences they form: how a text is compared with a keyword.

Belongs here: the reading of plain text that several domains share, so that "espresso machines" counts as a use of
"espresso machine" everywhere or nowhere; stems themselves come from ``igny8_resources.word_stems``. Does not belong
here: any judgement about the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from igny8_resources.word_stems import STOPWORDS, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COUNTED = re.compile(r"[^\W_]+(?:['’.,\-–/][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])([\"'”’)\]]*)\s+(?=[\"'“‘(\[]?\w)|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|vs|approx|no|fig|dr|mr|mrs|ms|st|cf|incl|max|min)\.$", re.IGNORECASE
)
_EMPTY = STOPWORDS | {"vs", "versus"}
_JOINT = re.compile(r"[\s\-–]+")


class Word(NamedTuple):
    """One word of a text: as written, its stem, and where it stands (character offsets)."""

    text: str
    stem: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Every word of a text in order; a hyphenated word is read as its parts, so that "pour-over" meets "pour over"."""
    return list(_read(text))


# An article's paragraphs are compared with hundreds of phrases, one after the other; the site's own names with every article.
@lru_cache(maxsize=8192)
def _read(text: str) -> tuple[Word, ...]:
    return tuple(
        Word(found.group(), stem(found.group().casefold().replace("’", "'").removesuffix("'s")), *found.span())
        for found in _WORD.finditer(text)
    )


def phrase_stems(text: str) -> tuple[str, ...]:
    """The stems of all words of a phrase, in order."""
    return tuple(word.stem for word in words(text))


def content_words(text: str) -> list[Word]:
    """The words that carry meaning; of a phrase made of function words alone, all of them."""
    found = words(text)
    return [word for word in found if word.text.casefold() not in _EMPTY] or found


@lru_cache(maxsize=8192)
def content_stems(text: str) -> tuple[str, ...]:
    """The stems of ``content_words``."""
    return tuple(word.stem for word in content_words(text))


def count_words(text: str) -> int:
    """How many words a reader counts: a hyphenated word, a decimal number or a contraction is one."""
    return sum(1 for _ in _COUNTED.finditer(text))


def sentences(text: str) -> list[str]:
    """The sentences of plain text, trimmed. A line break ends a sentence, an abbreviation does not."""
    pieces: list[str] = []
    position = 0
    for boundary in [*_SENTENCE_END.finditer(text), None]:
        last = len(text) if boundary is None else boundary.start() if boundary[1] is None else boundary.end(1)
        piece = text[position:last]
        position = len(text) if boundary is None else boundary.end()
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return [piece.strip() for piece in pieces if piece.strip()]


def occurrences(
    text: str, found: Sequence[Word], phrase: Sequence[str], between: frozenset[str] = frozenset()
) -> Iterator[tuple[int, int]]:
    """Where a phrase, given as stems, stands in ``text``, whose words are ``found``: (start, end), left to right.

    Only spaces and hyphens may stand between the words: a phrase never spans a comma or a full stop. ``between`` names
    words (case-folded) that the text may have and the phrase has not: "descale *the* machine".
    """
    position = 0
    while phrase and position < len(found):
        # Most words begin no phrase: seen here, not in a call for each.
        if found[position].stem != phrase[0]:
            position += 1
            continue
        last = _match(text, found, position, phrase, between)
        if last is None:
            position += 1
        else:
            yield found[position].start, found[last].end
            position = last + 1


def _match(text: str, found: Sequence[Word], first: int, phrase: Sequence[str], between: frozenset[str]) -> int | None:
    """The index of the last word of a phrase that begins at word ``first``, or None."""
    wanted, position = iter(phrase), first
    awaited = next(wanted, None)
    while position < len(found):
        word = found[position]
        if position > first and not _JOINT.fullmatch(text[found[position - 1].end : word.start]):
            return None
        if word.stem == awaited:
            awaited = next(wanted, None)
            if awaited is None:
                return position
        elif position == first or word.text.casefold() not in between:
            return None
        position += 1
    return None


def count_phrase(text: str, phrase: str) -> int:
    """How often a phrase is used in a text, in any inflection."""
    return sum(1 for _ in occurrences(text, words(text), phrase_stems(phrase)))


def covers(text: str | Iterable[str], phrase: str) -> bool:
    """Whether every meaningful word of ``phrase`` is used in ``text`` (or its stems), in any order and inflection."""
    have = set(phrase_stems(text) if isinstance(text, str) else text)
    wanted = content_stems(phrase)
    return bool(wanted) and have.issuperset(wanted)
