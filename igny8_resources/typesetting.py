"""Text of any script on one line of a picture: which font draws each part, in which order the parts stand, how wide it is.

Pillow shapes letters (libraqm with HarfBuzz); what it does not do is change the font in the middle of a line. Here a
line is cut into parts of one font and one direction, ordered after the Unicode bidirectional algorithm, and each part
is shaped by Pillow.
"""

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from igny8_resources.fonts import SHAPED_SCRIPTS, Face, FontFile, emoji_file, font_files, script_of

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

# A code point that no font draws: its picture is the font's "missing character" box.
_NO_CHARACTER = "\U0010fffe"
_TEST_SIZE = 32
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e")
_RTL_CLASSES, _NUMBER_CLASSES = frozenset({"R", "AL"}), frozenset({"EN", "AN"})


class TextUnsettable(Exception):
    """Text that cannot be drawn on this machine; the message says which character and what to install."""


@dataclass(frozen=True)
class Part:
    """A stretch of a line in one font and direction: ``start`` to ``end`` of the text, from ``x`` on, in pixels."""

    text: str
    start: int
    end: int
    font: "FreeTypeFont"
    is_rtl: bool
    x: float
    width: float


@dataclass(frozen=True)
class Typesetter:
    """A face at a size in pixels, with the fonts that stand in where it has no glyph.

    ``language`` (BCP 47) decides the shapes of Chinese characters; empty: the text's own kana or hangul do.
    """

    face: Face
    size: int
    language: str = ""

    def width(self, text: str) -> float:
        """How wide a line is, in pixels.

        Raises:
            TextUnsettable: no installed font has one of its characters, or its script cannot be shaped here.
        """
        return sum(part.width for part in self.parts(text))

    def metrics(self) -> tuple[int, int]:
        """Ascent and descent of the face itself, in pixels."""
        return opened(font_files(self.face, "a")[0], self.size).getmetrics()

    def reach(self, text: str) -> tuple[int, int]:
        """How far a line's ink goes above and below the baseline, in pixels; at least the face's own metrics.

        Raises:
            TextUnsettable: as ``width``.
        """
        above, below = self.ink(text)
        ascent, descent = self.metrics()
        return max(ascent, above), max(descent, below)

    def ink(self, text: str) -> tuple[int, int]:
        """How far a line's ink goes above and below the baseline, in pixels."""
        boxes = [part.font.getbbox(part.text, direction=_direction(part), anchor="ls") for part in self.parts(text)]
        return (
            max((math.ceil(-box[1]) for box in boxes), default=0),
            max((math.ceil(box[3]) for box in boxes), default=0),
        )

    def draw(self, pen: "ImageDraw", left: float, baseline: float, text: str, fill: str, **stroke: Any) -> None:
        """Write a line from ``left`` on the baseline; ``stroke`` is Pillow's ``stroke_width`` and ``stroke_fill``.

        Raises:
            TextUnsettable: as ``width``.
        """
        for part in self.parts(text):
            place = (left + part.x, baseline)
            pen.text(place, part.text, font=part.font, fill=fill, anchor="ls", direction=_direction(part), **stroke)

    def extent(self, text: str, start: int, end: int) -> tuple[float, float]:
        """Where characters ``start`` to ``end`` of a line stand: left and right, in pixels from the line's left edge."""
        edges: list[float] = []
        for part in self.parts(text):
            first, last = max(start, part.start), min(end, part.end)
            if first >= last:
                continue
            before = _width(part.text[: first - part.start], part.font, is_rtl=part.is_rtl)
            upto = _width(part.text[: last - part.start], part.font, is_rtl=part.is_rtl)
            near, far = (part.width - upto, part.width - before) if part.is_rtl else (before, upto)
            edges += [part.x + near, part.x + far]
        return (min(edges), max(edges)) if edges else (0.0, 0.0)

    def parts(self, text: str) -> tuple[Part, ...]:
        """The line's parts from left to right."""
        return _parts(text, self.face, self.size, self.language or _language_by_letters(text))


def missing_characters(text: str, face: Face = "text", language: str = "") -> list[str]:
    """Characters of a text that cannot be drawn on this machine, each once, sorted."""

    def can_be_drawn(character: str) -> bool:
        return not _needs_shaping(character) and _file_for(character, face, language) is not None

    return sorted({character for character in text if not _is_invisible(character) and not can_be_drawn(character)})


def is_right_to_left(text: str) -> bool:
    """Whether a line begins at the right: its first letter with a direction decides."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return False
        if kind in _RTL_CLASSES:
            return True
    return False


@lru_cache(maxsize=256)
def opened(file: FontFile, size: int) -> "FreeTypeFont":
    """A font file at a size in pixels and its weight."""
    from PIL import ImageFont

    font = ImageFont.truetype(str(file.path), size, index=file.index)
    if file.weight is not None:
        (axis,) = font.get_variation_axes()
        least, most = axis["minimum"] or file.weight, axis["maximum"] or file.weight
        font.set_variation_by_axes([min(max(file.weight, least), most)])
    return font


@lru_cache(maxsize=2048)
def _parts(text: str, face: Face, size: int, language: str) -> tuple[Part, ...]:
    shown = "".join(character for character in text if character not in _DIRECTION_MARKS)
    runs = _visual_order(_runs(shown, face, language))
    parts: list[Part] = []
    x = 0.0
    for start, end, file, level in runs:
        font, stretch = opened(file, size), shown[start:end]
        width = _width(stretch, font, is_rtl=level % 2 == 1)
        parts.append(Part(stretch, start, end, font, level % 2 == 1, x, width))
        x += width
    return tuple(parts)


_Run = tuple[int, int, FontFile, int]


def _runs(text: str, face: Face, language: str) -> list[_Run]:
    """Stretches of one font and one bidirectional level, in reading order."""
    from icu4py.breakers import CharacterBreaker

    levels = _levels(text)
    runs: list[_Run] = []
    start = 0
    for cluster in CharacterBreaker(text, "en"):
        end, level = start + len(cluster), levels[start]
        before = runs[-1] if runs else None
        file = _file_of_cluster(cluster, face, language, before[2] if before else None)
        if before is not None and before[2:] == (file, level):
            runs[-1] = (before[0], end, file, level)
        else:
            runs.append((start, end, file, level))
        start = end
    return runs


def _file_of_cluster(cluster: str, face: Face, language: str, before: FontFile | None) -> FontFile:
    first = cluster[0]
    _require_shaping(first)
    emoji = emoji_file(face)
    sticks = before is not None and before != emoji and _is_neutral(first) and _EMOJI_STYLE not in cluster
    if before is not None and sticks and _draws(before, first):
        return before  # spaces, figures and punctuation stay with their word
    if (_EMOJI_STYLE in cluster or _JOINER in cluster) and _draws(emoji, first):
        return emoji
    file = _file_for(first, face, language)
    if file is None:
        name = unicodedata.name(first, "no Unicode name").lower()
        raise TextUnsettable(
            f"No installed font draws {first} (U+{ord(first):04X}, {name}): reword the text, or install a font for "
            f"the script {script_of(first).capitalize() or 'it belongs to'}."
        )
    return file


def _is_neutral(character: str) -> bool:
    return unicodedata.category(character)[0] in "ZPNS" and ord(character) < 0x2190


@lru_cache(maxsize=8192)
def _file_for(character: str, face: Face, language: str) -> FontFile | None:
    return next((file for file in font_files(face, character, language) if _draws(file, character)), None)


@lru_cache(maxsize=16384)
def _draws(file: FontFile, character: str) -> bool:
    if character.isspace() or _is_invisible(character):
        return True
    font = _unshaped(file)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER))


@lru_cache(maxsize=64)
def _unshaped(file: FontFile) -> "FreeTypeFont":
    """A font that takes characters one by one: shaping splits some of them and hides that a glyph is missing."""
    from PIL import ImageFont

    return ImageFont.truetype(str(file.path), _TEST_SIZE, index=file.index, layout_engine=ImageFont.Layout.BASIC)


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


def _levels(text: str) -> list[int]:
    """The embedding level of every character: even runs to the right, odd to the left (UAX 9 without explicit codes)."""
    base = 1 if is_right_to_left(text) else 0
    kinds: list[str] = []
    strong = "R" if base else "L"
    is_arabic = False
    for index, character in enumerate(text):
        kind = unicodedata.bidirectional(character)
        if kind == "NSM" or (kind == "BN" and kinds):
            kinds.append(kinds[-1] if kinds else strong)
        elif kind in _RTL_CLASSES or kind == "L":
            strong, is_arabic = ("L" if kind == "L" else "R"), kind == "AL"
            kinds.append(strong)
        elif kind in _NUMBER_CLASSES or _joins_number(text, index, kind, is_arabic=is_arabic):
            kinds.append("L" if strong == "L" else "N")
        else:
            kinds.append("")
    return [_level(kind, base) for kind in _resolved(kinds, "R" if base else "L")]


def _joins_number(text: str, index: int, kind: str, *, is_arabic: bool) -> bool:
    """Whether a sign belongs to the figure beside it: "1,5" everywhere, "73%" not after Arabic, where "%" stands at its left."""

    def is_number(at: int) -> bool:
        return 0 <= at < len(text) and unicodedata.bidirectional(text[at]) in _NUMBER_CLASSES

    both = is_number(index - 1) and is_number(index + 1)
    if kind == "CS" or (kind == "ES" and not is_arabic):
        return both
    return kind == "ET" and not is_arabic and (is_number(index - 1) or is_number(index + 1))


def _resolved(kinds: list[str], base: str) -> list[str]:
    """Neutral characters take the direction of both neighbours where these agree, else the line's own."""
    resolved = list(kinds)
    index = 0
    while index < len(kinds):
        if kinds[index]:
            index += 1
            continue
        stop = index
        while stop < len(kinds) and not kinds[stop]:
            stop += 1
        before = _side(kinds[index - 1]) if index else base
        after = _side(kinds[stop]) if stop < len(kinds) else base
        resolved[index:stop] = [before if before == after else base] * (stop - index)
        index = stop
    return resolved


def _side(kind: str) -> str:
    return "R" if kind == "N" else kind


def _level(kind: str, base: int) -> int:
    if kind == "R":
        return 1
    return 2 if kind == "N" or base else 0


def _visual_order(runs: list[_Run]) -> list[_Run]:
    """From left to right: stretches of each level are reversed, the highest first (UAX 9, rule L2)."""
    ordered = list(runs)
    for level in range(max((run[3] for run in runs), default=0), 0, -1):
        index = 0
        while index < len(ordered):
            stop = index
            while stop < len(ordered) and ordered[stop][3] >= level:
                stop += 1
            ordered[index:stop] = reversed(ordered[index:stop])
            index = max(stop, index + 1)
    return ordered


def _width(text: str, font: "FreeTypeFont", *, is_rtl: bool) -> float:
    return font.getlength(text, direction="rtl" if is_rtl else "ltr") if can_shape() else font.getlength(text)


def _direction(part: Part) -> str | None:
    if not can_shape():
        return None
    return "rtl" if part.is_rtl else "ltr"


@lru_cache(maxsize=1)
def can_shape() -> bool:
    """Whether Pillow finds what it needs to shape and order letters: libraqm, and libfribidi of the system."""
    from PIL import features

    return bool(features.check("raqm"))


def _needs_shaping(character: str) -> bool:
    """Whether a letter's script cannot be drawn right on this machine."""
    return ord(character) >= 0x0590 and not can_shape() and script_of(character) in SHAPED_SCRIPTS


def _require_shaping(character: str) -> None:
    if _needs_shaping(character):
        raise TextUnsettable(
            f"{script_of(character).capitalize()} letters cannot be joined and ordered, because Pillow finds no "
            "libfribidi on this machine: install it (Debian: apt-get install libfribidi0; macOS: brew install fribidi)."
        )


def _language_by_letters(text: str) -> str:
    for character in text:
        if "\u3040" <= character <= "\u30ff":
            return "ja"
        if "\uac00" <= character <= "\ud7a3":
            return "ko"
    return ""
