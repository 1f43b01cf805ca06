"""Where a line of text may break, in scripts with and without spaces, and how many columns text takes.

Japanese, Chinese, Thai, Lao, Khmer and Burmese have no spaces between words. BudouX finds the phrases of Japanese at
whose ends a reader accepts a break, ICU's dictionaries the words of the others. A unit that follows without a space begins
with ``GLUE``; ``joined`` puts units together again.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import budoux

# The zero-width space: "a line may end here", and nothing is seen.
GLUE = "\u200b"
_KANA, _HAN = "\u3041-\u30ff\u31f0-\u31ff", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_THAI, _LAO, _MYANMAR, _KHMER = "\u0e00-\u0e7f", "\u0e80-\u0eff", "\u1000-\u109f", "\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_KANA}{_HAN}{_THAI}{_LAO}{_MYANMAR}{_KHMER}]")
_JAPANESE = re.compile(f"[{_KANA}]")
# No line begins with these (the kinsoku rule for closing punctuation, small kana and marks of length).
_NEVER_FIRST = frozenset(
    "、。，．・：；？！ー々ゝゞ）］｝〉》」』】〕〗ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ…‥%％!?,.:;)]}”’"
)
_NEVER_LAST = frozenset("（［｛〈《「『【〔〖([{“‘")


def units(text: str) -> list[str]:
    """What a line breaks between: words, and phrases of scripts without spaces, in order."""
    found: list[str] = []
    for word in text.split():
        if not _UNSPACED.search(word):
            found.append(word)
            continue
        phrases = _kept_together(_phrases(word))
        found += [phrases[0], *(GLUE + phrase for phrase in phrases[1:])]
    return found


def joined(parts: Sequence[str]) -> str:
    """Units as one text: a space between two of them, none before a glued one."""
    return " ".join(parts).replace(f" {GLUE}", "").replace(GLUE, "")


def columns(text: str) -> int:
    """How wide text reads: one for a letter, two for a Chinese, Japanese or Korean character or an emoji, none for a mark."""
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _phrases(word: str) -> list[str]:
    if _JAPANESE.search(word):
        return list(_japanese().parse(word))
    from icu4py.breakers import WordBreaker

    return list(WordBreaker(word, "zh"))


def _kept_together(phrases: list[str]) -> list[str]:
    kept: list[str] = []
    for phrase in phrases:
        if kept and (phrase[0] in _NEVER_FIRST or kept[-1][-1] in _NEVER_LAST):
            kept[-1] += phrase
        else:
            kept.append(phrase)
    return kept


@lru_cache(maxsize=1)
def _japanese() -> "budoux.Parser":
    import budoux

    return budoux.load_default_japanese_parser()
