"""Words on screen, drawn once with Pillow: captions and headings, always inside the safe area."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from igny8_assets.video.captions import Caption
from igny8_assets.video.colour_planes import Patch
from igny8_assets.video.failures import GlyphMissing
from igny8_assets.video.presets import Box, Preset
from igny8_assets.video.timeline import Overlay
from igny8_resources.ai.providers import Palette
from igny8_resources.fonts import Face, font_path

_CAPTION_SIZE, _SMALLEST_CAPTION = 62, 34
_CAPTION_GROUND = (12, 13, 16, 205)
_HEADING_SIZE, _SMALLEST_HEADING = 56, 34
_TWO_LINES = 56  # characters
# A code point that no font draws: its picture is the font's "missing character" box.
_NO_CHARACTER = "\U0010fffe"


@dataclass(frozen=True)
class Lines:
    """Wrapped text with the font that draws it; sizes in pixels."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    leading: int

    @property
    def width(self) -> int:
        """The widest line."""
        return max(round(self.font.getlength(line)) for line in self.lines)

    @property
    def height(self) -> int:
        """All lines, from the first one's ascent to the last one's descent."""
        ascent, descent = self.font.getmetrics()
        return self.leading * (len(self.lines) - 1) + ascent + descent

    def draw(
        self, canvas: ImageDraw.ImageDraw, left: float, top: float, colour: str, *, centre: int | None = None
    ) -> None:
        """Write the lines from a top left corner, or each centred on ``centre``."""
        ascent, _ = self.font.getmetrics()
        for index, line in enumerate(self.lines):
            x = left if centre is None else centre - self.font.getlength(line) / 2
            canvas.text((x, top + ascent + index * self.leading), line, font=self.font, fill=colour, anchor="ls")


@lru_cache(maxsize=64)
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """A bundled face at a size in pixels."""
    return ImageFont.truetype(str(font_path(face)), size)


@lru_cache(maxsize=4096)
def _draws(face: Face, character: str) -> bool:
    if character.isspace():
        return True
    at = font(face, 32)
    return bytes(at.getmask(character)) != bytes(at.getmask(_NO_CHARACTER))


def face_for(text: str, preferred: Face) -> Face:
    """The preferred face, or another bundled one that has every character of the text.

    Raises:
        GlyphMissing: none has.
    """
    faces: tuple[Face, ...] = (preferred, "text_bold", "display_bold")
    for face in faces:
        if all(_draws(face, character) for character in text):
            return face
    missing = sorted({character for character in text if not any(_draws(face, character) for face in faces)})
    shown = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing[:8])
    raise GlyphMissing(
        f"The bundled fonts cannot draw {shown or 'this mix of characters'} in {text[:60]!r}: reword the text."
    )


def wrapped(
    text: str, face: Face, *, size: int, smallest: int, width: int, max_lines: int, leading: float = 1.18
) -> Lines:
    """Text in balanced lines at the largest size at which it fits; past ``smallest`` it ends in an ellipsis."""
    face = face_for(text, face)
    step = max(1, size // 30)
    for points in range(size, smallest - 1, -step):
        at = font(face, points)
        lines = _broken(text.split(), at, width)
        if len(lines) <= max_lines and all(at.getlength(line) <= width for line in lines):
            return Lines(_balanced(lines, at, width), at, round(points * leading))
    at = font(face, smallest)
    lines = [_cut(line, at, width) for line in _broken(text.split(), at, width)]
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], _cut(" ".join(lines[max_lines - 1 :]), at, width)]
    return Lines(tuple(lines), at, round(smallest * leading))


def _broken(words: list[str], at: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and at.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def _balanced(lines: list[str], at: ImageFont.FreeTypeFont, width: float) -> tuple[str, ...]:
    """The same number of lines with the narrowest column that holds them: no lone word at the end."""
    words = " ".join(lines).split(" ")
    low, high = max(at.getlength(word) for word in words), width
    for _ in range(12):
        middle = (low + high) / 2
        if len(_broken(words, at, middle)) <= len(lines):
            high = middle
        else:
            low = middle
    return tuple(_broken(words, at, high))


def _cut(line: str, at: ImageFont.FreeTypeFont, width: float) -> str:
    if at.getlength(line) <= width:
        return line
    while line and at.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip(' ,;:')}…"


def caption_font(captions: Sequence[Caption], preset: Preset) -> ImageFont.FreeTypeFont:
    """One font for all captions of a video: the largest at which every line fits the safe area.

    Raises:
        GlyphMissing: a caption has a character that no bundled font draws.
    """
    lines = [line for caption in captions for line in caption.lines]
    face = face_for("".join(sorted({character for line in lines for character in line})), "display_bold")
    design = _CAPTION_SIZE if preset.is_vertical else 46
    size = max(8, round(design * preset.unit))
    room = preset.safe_area.width - 2 * round(30 * preset.unit)
    widest = max((font(face, size).getlength(line) for line in lines), default=0)
    if widest > room:
        size = max(round(_SMALLEST_CAPTION * preset.unit), int(size * room / widest))
    return font(face, size)


def caption_patch(caption: Caption, at: ImageFont.FreeTypeFont, preset: Preset) -> Patch:
    """A caption in a dark rounded box at the bottom of the safe area, centred."""
    unit, area = preset.unit, preset.safe_area
    room = area.width - 2 * round(30 * unit)
    text = Lines(tuple(_cut(line, at, room) for line in caption.lines), at, round(at.size * 1.22))
    pad_x, pad_y = round(30 * unit), round(16 * unit)
    width, height = text.width + 2 * pad_x, text.height + 2 * pad_y
    centre = (area.left + area.right) // 2
    drawing = _Drawing(Box(centre - width // 2, area.bottom - height, centre - width // 2 + width, area.bottom), preset)
    drawing.rounded((0, 0, width, height), round(22 * unit), _CAPTION_GROUND)
    text.draw(drawing.pen, 0, pad_y, "#ffffff", centre=width // 2)
    return drawing.patch()


def overlay_patch(overlay: Overlay, palette: Palette, brand: str, preset: Preset) -> Patch:
    """A heading on a paper-coloured slip with an accent bar at the top of the safe area, the brand above."""
    unit, area = preset.unit, preset.safe_area
    pad_x, pad_y, bar = round(34 * unit), round(26 * unit), round(10 * unit)
    heading = wrapped(
        overlay.text,
        "display_bold",
        size=max(8, round(_HEADING_SIZE * unit)),
        smallest=max(6, round(_SMALLEST_HEADING * unit)),
        width=min(area.width, round(900 * unit)) - 2 * pad_x - bar,
        max_lines=2 if len(overlay.text) <= _TWO_LINES else 3,
    )
    kicker = spaced_capitals(brand, round(26 * unit)) if brand else None
    gap = round(8 * unit)
    kicker_height = kicker.height + gap if kicker else 0
    width = max(heading.width, kicker.width if kicker else 0) + 2 * pad_x + bar
    height = heading.height + kicker_height + 2 * pad_y
    drawing = _Drawing(Box(area.left, area.top, area.left + width, area.top + height), preset)
    drawing.rounded((0, 0, width, height), round(14 * unit), palette.paper)
    drawing.bar((0, 0, bar, height), palette.accent)
    if kicker:
        kicker.draw(drawing.pen, bar + pad_x, pad_y, palette.accent)
    heading.draw(drawing.pen, bar + pad_x, pad_y + kicker_height, palette.ink)
    return drawing.patch()


def spaced_capitals(text: str, size: int) -> Lines:
    """A brand or label in capitals on one line; hair spaces widen them, because small capitals look cramped without."""
    shown = "\u200a".join(text.upper())
    return Lines((shown,), font(face_for(shown, "display_bold"), max(6, size)), size)


class _Drawing:
    """A transparent canvas over a box of the frame, widened to even pixels."""

    def __init__(self, box: Box, preset: Preset) -> None:
        self._left, self._top = box.left - box.left % 2, box.top - box.top % 2
        right, bottom = min(box.right + box.right % 2, preset.width), min(box.bottom + box.bottom % 2, preset.height)
        self._picture = Image.new("RGBA", (right - self._left, bottom - self._top), (0, 0, 0, 0))
        self.pen = ImageDraw.Draw(self._picture)
        self._mask: Image.Image | None = None

    def rounded(self, box: tuple[int, int, int, int], radius: int, fill: str | tuple[int, int, int, int]) -> None:
        """A rounded rectangle with smooth corners."""
        large = Image.new("L", (self._picture.width * 4, self._picture.height * 4), 0)
        edges = tuple(edge * 4 - (1 if index > 1 else 0) for index, edge in enumerate(box))
        ImageDraw.Draw(large).rounded_rectangle(edges, radius * 4, fill=255)
        self._mask = large.resize(self._picture.size, Image.Resampling.BOX)
        ground = Image.new("RGBA", self._picture.size, fill)
        opacity = fill[3] if isinstance(fill, tuple) else 255
        ground.putalpha(self._mask.point(lambda value: value * opacity // 255))
        self._picture.paste(ground, (0, 0))

    def bar(self, box: tuple[int, int, int, int], fill: str) -> None:
        """A rectangle cut to the rounded ground drawn before."""
        stripe = Image.new("RGBA", self._picture.size, (0, 0, 0, 0))
        ImageDraw.Draw(stripe).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=fill)
        inside = Image.composite(
            stripe.getchannel("A"), Image.new("L", self._picture.size, 0), self._mask or stripe.getchannel("A")
        )
        self._picture.paste(stripe.convert("RGB"), (0, 0), inside)

    def patch(self) -> Patch:
        """The drawing, ready to be blended."""
        return Patch(np.asarray(self._picture), self._left, self._top)
