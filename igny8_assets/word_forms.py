"""Words, their stems and the sentences they stand in: how a text is compared with a keyword.

Belongs here: the reading of plain text that several domains share, so that "espresso machines" counts as a use of
"espresso machine" everywhere or nowhere. Does not belong here: any judgement about the text.

English inflection (plural, -ing, -ed) is folded by rule; in other languages a word equals itself, whatever its case.
Two forms that differ in meaning ("grind", "grinder") stay apart on purpose: a keyword tool counts them apart too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COUNTED = re.compile(r"[^\W_]+(?:['’.,\-–/][^\W_]+)*")
_VOWEL = re.compile(r"[aeiouy]")
_DOUBLED = re.compile(r"([bcdfghjklmnpqrstvwxz])\1$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_a-z])|\n+")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|approx|no|fig|dr|mr|mrs|ms|st|cf|incl|max|min)\.$", re.IGNORECASE)
_JOINT = re.compile(r"[\s\-–\u00a0]+")

STOP_WORDS = frozenset(
    "a about an and are as at be been but by can do does for from had has have how i if in into is it its me my of on or"
    " our should than that the their them then there these they this those to us was we were what when where which who"
    " why will with you your".split()
)


class Word(NamedTuple):
    """One word of a text: as written, its stem, and where it stands (character offsets)."""

    text: str
    stem: str
    start: int
    end: int


def stem(word: str, language: str = "en") -> str:
    """The form under which inflections of one word meet: ``machines`` and ``machine``, ``brewed`` and ``brewing``.

    A stem is a key to compare with, not a word to show.
    """
    folded = word.casefold().replace("’", "'").removesuffix("'s").rstrip("'")
    if not language.casefold().startswith("en") or len(folded) <= 2 or not folded.isalpha():
        return folded
    folded = _without_participle(_without_plural(folded))
    if len(folded) > 2 and folded.endswith("e"):
        folded = folded[:-1]
    return _DOUBLED.sub(r"\1", folded) if len(folded) > 3 else folded


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:ss|x|ch|sh|zz)es$", word):
        return word[:-2]
    if word.endswith("s") and len(word) > 3 and not re.search(r"(?:ss|us|is)$", word):
        return word[:-1]
    return word


def _without_participle(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        core = word.removesuffix(ending)
        if core != word and len(core) > 2 and _VOWEL.search(core) and not word.endswith("eed"):
            return core
    return word


def words(text: str, language: str = "en") -> list[Word]:
    """Every word of a text in order; hyphenated words are read as their parts, so that "pour-over" meets "pour over"."""
    return [Word(found.group(), stem(found.group(), language), *found.span()) for found in _WORD.finditer(text)]


def stems(text: str, language: str = "en") -> tuple[str, ...]:
    """The stems of all words, in order."""
    return tuple(word.stem for word in words(text, language))


def content_stems(text: str, language: str = "en") -> tuple[str, ...]:
    """The stems of the words that carry meaning; of a phrase made of stop words alone, all of them."""
    kept = tuple(word.stem for word in words(text, language) if word.text.casefold() not in STOP_WORDS)
    return kept or stems(text, language)


def count_words(text: str) -> int:
    """How many words a reader counts: a hyphenated word, a decimal number or a contraction is one."""
    return sum(1 for _ in _COUNTED.finditer(text))


def sentences(text: str) -> list[str]:
    """The sentences of plain text, without surrounding space. A line break ends a sentence, an abbreviation does not."""
    pieces: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return [piece.strip() for piece in pieces if piece.strip()]


def occurrences(text: str, found: Sequence[Word], phrase: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a phrase, given as stems, stands in ``text``, whose words are ``found``: (start, end) offsets, left to right.

    Only spaces and hyphens may stand between the words: a phrase never spans a comma or a full stop.
    """
    length = len(phrase)
    if length == 0:
        return
    position = 0
    while position + length <= len(found):
        run = found[position : position + length]
        if all(word.stem == wanted for word, wanted in zip(run, phrase, strict=True)) and all(
            _JOINT.fullmatch(text[left.end : right.start]) for left, right in zip(run, run[1:], strict=False)
        ):
            yield run[0].start, run[-1].end
            position += length
        else:
            position += 1


def count_phrase(text: str, phrase: str, language: str = "en") -> int:
    """How often a phrase is used in a text, in any inflection."""
    return sum(1 for _ in occurrences(text, words(text, language), stems(phrase, language)))


def covers(text: str | Iterable[str], phrase: str, language: str = "en") -> bool:
    """Whether every meaningful word of ``phrase`` is used in ``text`` (or its stems), in any order and inflection."""
    have = set(stems(text, language) if isinstance(text, str) else text)
    wanted = content_stems(phrase, language)
    return bool(wanted) and have.issuperset(wanted)
