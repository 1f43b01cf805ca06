"""Setting type for cards: what a font covers, how wide words are, and where lines break.

Widths are measured once at a large size and scaled, so that trying many sizes costs nothing; kerning between neighbours
is kept and letters are placed one by one, which is what allows tracking.
"""

import itertools
import math
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from PIL import ImageFont

from igny8_resources.fonts import Face, font_path

_MEASURED_AT = 512
# Letters are drawn one by one, so a ligature could be measured but never drawn.
FEATURES = ["-liga", "-clig", "kern"]
# Characters that steer text and draw nothing: controls, joiners, variation selectors, direction marks.
_INVISIBLE = re.compile(r"[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SPACES = re.compile(r"[ \t\r\n\f\v\u1680\u2000-\u200a\u2028\u2029\u205f\u3000]+")
_SHORT_WORD = 3


class Style(NamedTuple):
    """How a run of text is set: tracking and leading are shares of the size in pixels."""

    face: Face
    tracking: float
    leading: float


@lru_cache(maxsize=256)
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """A face at a size in pixels."""
    return ImageFont.truetype(str(font_path(face)), size)


def clean(text: str) -> str:
    """``text`` composed (NFC), with one ordinary space between words and no invisible characters."""
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return _INVISIBLE.sub("", spaced).replace("\u2011", "-").strip()


@lru_cache(maxsize=8192)
def _shape(face: Face, character: str) -> tuple[bytes, tuple[float, ...]]:
    # A size at which no two glyphs share a bitmap by chance, and .notdef shows itself as what it is.
    measured = font(face, 48)
    mask = measured.getmask(character, mode="L")
    return bytes(mask), (*mask.size, measured.getlength(character))


@lru_cache(maxsize=8192)
def _covers(face: Face, character: str) -> bool:
    if character.isspace():
        return True
    # U+10FFFF is a noncharacter: no font may have it, so it always draws the font's .notdef.
    return _shape(face, character) != _shape(face, "\U0010ffff")


def missing_characters(text: str, face: Face) -> tuple[str, ...]:
    """The characters of ``text`` that ``face`` has no glyph for, each once, in order."""
    return tuple(dict.fromkeys(character for character in text if not _covers(face, character)))


def _clusters(text: str) -> list[str]:
    """Letters with the combining marks that follow them."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


@lru_cache(maxsize=16384)
def _advance(face: Face, cluster: str, following: str) -> float:
    """Advance in units of the size, kerned against the next letter."""
    measured = font(face, _MEASURED_AT)
    if not following:
        return measured.getlength(cluster, features=FEATURES) / _MEASURED_AT
    together = measured.getlength(cluster + following, features=FEATURES)
    return (together - measured.getlength(following, features=FEATURES)) / _MEASURED_AT


def placed(text: str, style: Style) -> tuple[list[tuple[str, float]], float]:
    """Each letter with its offset from the line's start, and the line's whole advance, both for size 1."""
    clusters = _clusters(text)
    letters: list[tuple[str, float]] = []
    x = 0.0
    for index, cluster in enumerate(clusters):
        letters.append((cluster, x))
        following = clusters[index + 1] if index + 1 < len(clusters) else ""
        x += _advance(style.face, cluster, following) + (style.tracking if following else 0.0)
    return letters, x


@lru_cache(maxsize=8192)
def width(text: str, style: Style) -> float:
    """The advance of a line for size 1."""
    return placed(text, style)[1]


@lru_cache(maxsize=4096)
def reach(text: str, face: Face) -> tuple[float, float]:
    """How far the ink of a line reaches above and below its baseline, for size 1."""
    _, top, _, bottom = font(face, _MEASURED_AT).getbbox(text or "x", anchor="ls", features=FEATURES)
    return max(0.0, -top / _MEASURED_AT), max(0.0, bottom / _MEASURED_AT)


def cap_height(face: Face) -> float:
    """Height of a capital without overshoot, for size 1."""
    return reach("H", face)[0]


def pitch(lines: list[str], style: Style) -> float:
    """Distance between baselines for size 1: the leading, or more where accents would touch the line above."""
    needed = [style.leading]
    for upper, lower in itertools.pairwise(lines):
        needed.append(reach(upper, style.face)[1] + reach(lower, style.face)[0] + 0.04)
    return max(needed)


def _syllable_start(clusters: list[str], cut: int) -> int:
    """A better place for a hyphen at or shortly before ``cut``: before a consonant that a vowel follows.

    Languages differ in where they hyphenate, and almost all of them allow this. Two letters alone on the next line look
    like a mistake.
    """
    cut = max(1, min(cut, len(clusters) - 3)) if len(clusters) > 5 else cut
    for place in range(cut, max(2, cut - 5), -1):
        before, after = clusters[place], clusters[place + 1] if place + 1 < len(clusters) else ""
        if before.isalpha() and not _is_vowel(before) and _is_vowel(after):
            return place
    return cut


def _is_vowel(cluster: str) -> bool:
    return unicodedata.normalize("NFD", cluster)[:1].lower() in set("aeiouyøæœαεηιουωаеиоуыэюя")


def _pieces(word: str, limit: float, style: Style) -> list[str]:
    """A word that is wider than the column, cut after its own hyphens and slashes, else hyphenated where it must be."""
    found: list[str] = []
    for part in re.findall(r"[^-/–—_]*[-/–—_]+|[^-/–—_]+", word):
        if found and width(found[-1] + part, style) <= limit:
            found[-1] += part
            continue
        rest = part
        while width(rest, style) > limit and len(_clusters(rest)) > 2:
            clusters = _clusters(rest)
            cut = len(clusters) - 1
            while cut > 1 and width("".join(clusters[:cut]) + "-", style) > limit:
                cut -= 1
            cut = _syllable_start(clusters, cut)
            found.append("".join(clusters[:cut]) + "-")
            rest = "".join(clusters[cut:])
        found.append(rest)
    return found


def _words(text: str, limit: float, style: Style, *, split: bool) -> list[str] | None:
    """The unbreakable parts of a text in order; None when one is too wide and may not be split."""
    found: list[str] = []
    for word in text.split(" "):
        if width(word, style) <= limit:
            found.append(word)
        elif split:
            found.extend(_pieces(word, limit, style))
        else:
            return None
    return found


def fewest_rows(text: str, limit: float, style: Style, *, split: bool = False) -> int | None:
    """How many rows a text needs at least; None when a word is wider than ``limit`` and may not be split."""
    words = _words(text, limit, style, split=split)
    return _greedy_count(words, limit, style) if words else None


def _greedy_count(words: list[str], limit: float, style: Style) -> int:
    lines, current = 1, words[0]
    for word in words[1:]:
        longer = f"{current} {word}"
        if width(longer, style) <= limit:
            current = longer
        else:
            lines, current = lines + 1, word
    return lines


def _is_orphan(words: list[str], start: int) -> bool:
    """Whether the last line would be one word that others could have kept company."""
    return start == len(words) - 1 and len(words) >= 4


def _break_cost(line: str, last: bool, slack: float) -> float:
    cost = slack * slack
    if last:
        return cost
    tail = line.rsplit(" ", 1)[-1]
    if tail[-1] in ":,;.!?—–":
        return cost - 0.02
    # A line that ends in "the" or "for" makes the reader stumble.
    return cost + (0.03 if len(tail) <= _SHORT_WORD and tail.isalpha() and tail.islower() else 0.0)


def balanced(text: str, limit: float, style: Style, *, split: bool = False, orphans: bool = False) -> list[str] | None:
    """``text`` in as few lines as ``limit`` allows, of lengths as even as possible.

    Args:
        text: cleaned text.
        limit: the column's width for size 1.
        style: how it is set.
        split: allow words that are wider than the column to be cut.
        orphans: allow a last line of one word.

    Returns:
        The lines, or None when a word is too wide or the last word cannot be given company.
    """
    words = _words(text, limit, style, split=split)
    if not words:
        return None
    count = _greedy_count(words, limit, style)
    for lines in (count, count + 1):
        found = _most_even(words, lines, limit, style, orphans=orphans)
        if found is not None:
            return found
    return None


def _most_even(words: list[str], count: int, limit: float, style: Style, *, orphans: bool) -> list[str] | None:
    """The cheapest way to set ``words`` in exactly ``count`` lines (dynamic programming over line ends)."""
    best: dict[tuple[int, int], tuple[float, list[str]]] = {(0, 0): (0.0, [])}
    for row in range(count):
        for start in range(len(words)):
            if (row, start) not in best:
                continue
            cost, lines = best[row, start]
            is_last = row == count - 1
            if is_last and not orphans and _is_orphan(words, start):
                continue
            for end in (len(words),) if is_last else range(start + 1, len(words)):
                line = " ".join(words[start:end])
                measured = width(line, style)
                if measured > limit:
                    break
                total = cost + _break_cost(line, is_last, (limit - measured) / limit)
                if (row + 1, end) not in best or total < best[row + 1, end][0]:
                    best[row + 1, end] = (total, [*lines, line])
    found = best.get((count, len(words)))
    return found[1] if found else None


def shortened(text: str, fits: int, limit: float, style: Style) -> list[str]:
    """``text`` cut at a word and closed with an ellipsis, so that it takes at most ``fits`` lines."""
    words = text.split(" ")
    for kept in range(len(words) - 1, 0, -1):
        candidate = " ".join(words[:kept]).rstrip(" ,;:.–—-&") + "…"
        if (fewest_rows(candidate, limit, style, split=True) or 0) > fits:
            continue
        lines = balanced(candidate, limit, style, split=True, orphans=True)
        if lines is not None and len(lines) <= fits:
            return lines
    clusters = _clusters(words[0])
    for kept in range(len(clusters), 0, -1):
        candidate = "".join(clusters[:kept]) + "…"
        if width(candidate, style) <= limit:
            return [candidate]
    return []


def raggedness(lines: list[str], style: Style) -> float:
    """How uneven a setting is: 0 for lines of one length, more for short lines and for breaks that trip the reader."""
    measured = [width(line, style) for line in lines]
    widest = max(measured)
    costs = (
        _break_cost(line, index == len(lines) - 1, 1 - measured[index] / widest) for index, line in enumerate(lines)
    )
    return sum(costs) / len(lines)


def sizes(largest: float, smallest: float) -> list[int]:
    """Whole sizes from the largest down, each some 3 % smaller than the one before."""
    found: list[int] = []
    size = max(largest, smallest)
    while size > smallest:
        found.append(round(size))
        size = min(size * 0.97, math.floor(size) - 1 if size < 34 else size * 0.97)
    return [*found, math.ceil(smallest)]
