"""Words on screen, drawn once with Pillow: captions and headings, always inside the safe area."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from igny8_assets.video.captions import Caption
from igny8_assets.video.colour_planes import Patch
from igny8_assets.video.failures import GlyphMissing
from igny8_assets.video.presets import Box, Preset
from igny8_assets.video.timeline import Overlay
from igny8_resources.ai.providers import Palette
from igny8_resources.fonts import Face
from igny8_resources.line_breaking import columns, joined, units
from igny8_resources.typesetting import TextUnsettable, Typesetter, is_right_to_left

_CAPTION_SIZE, _SMALLEST_CAPTION = 62, 34
_CAPTION_GROUND = (12, 13, 16, 205)
_HEADING_SIZE, _SMALLEST_HEADING = 56, 34
_TWO_LINES = 56  # characters


@dataclass(frozen=True)
class Lines:
    """Wrapped text and the type that sets it; sizes in pixels. Text that begins at the right is set flush right."""

    lines: tuple[str, ...]
    type: Typesetter
    leading: int

    @property
    def width(self) -> int:
        """The widest line."""
        return max(round(self.type.width(line)) for line in self.lines)

    @property
    def height(self) -> int:
        """All lines, from the first one's ascent to the last one's descent."""
        baselines = self.baselines
        return baselines[-1] + self.type.reach(self.lines[-1])[1]

    @property
    def baselines(self) -> list[int]:
        """Where each line stands below the top; further apart where marks above and below letters would touch."""
        found = [self.type.reach(self.lines[0])[0]]
        for upper, lower in zip(self.lines, self.lines[1:], strict=False):
            needed = self.type.ink(upper)[1] + self.type.ink(lower)[0] + round(self.type.size * 0.08)
            found.append(found[-1] + max(self.leading, needed))
        return found

    def places(
        self, left: float, top: float, *, centre: int | None = None, room: float = 0
    ) -> list[tuple[float, float]]:
        """Where each line begins and its baseline; ``room`` is the width that text from right to left is set flush in."""
        found = []
        for line, below in zip(self.lines, self.baselines, strict=True):
            width = self.type.width(line)
            at = left if centre is None else centre - width / 2
            if centre is None and is_right_to_left(line):
                at = left + max(room, self.width) - width
            found.append((at, top + below))
        return found

    def draw(
        self,
        canvas: ImageDraw.ImageDraw,
        left: float,
        top: float,
        colour: str,
        *,
        centre: int | None = None,
        room: float = 0,
    ) -> None:
        """Write the lines from a top left corner, or each centred on ``centre``."""
        for line, (x, baseline) in zip(self.lines, self.places(left, top, centre=centre, room=room), strict=True):
            self.type.draw(canvas, x, baseline, line, colour)


def checked_type(text: str, face: Face, size: int, language: str = "") -> Typesetter:
    """The type for a text.

    Raises:
        GlyphMissing: no installed font has one of its characters, or its script cannot be shaped on this machine.
    """
    chosen = Typesetter(face, size, language)
    try:
        chosen.parts(text)
    except TextUnsettable as error:
        raise GlyphMissing(f"{error} (in {text[:60]!r})") from error
    return chosen


def wrapped(
    text: str,
    face: Face,
    *,
    size: int,
    smallest: int,
    width: int,
    max_lines: int,
    leading: float = 1.18,
    language: str = "",
) -> Lines:
    """Text in balanced lines at the largest size at which it fits; past ``smallest`` it ends in an ellipsis.

    Raises:
        GlyphMissing: the text has a character that no font here draws.
    """
    checked_type(text, face, smallest, language)
    step, words = max(1, size // 30), units(text)
    for points in range(size, smallest - 1, -step):
        at = Typesetter(face, points, language)
        lines = _broken(words, at, width)
        if len(lines) <= max_lines and all(at.width(joined(line)) <= width for line in lines):
            return Lines(_balanced(lines, at, width), at, round(points * leading))
    at = Typesetter(face, smallest, language)
    cut = [_cut(joined(line), at, width) for line in _broken(words, at, width)]
    if len(cut) > max_lines:
        cut = [*cut[: max_lines - 1], _cut(" ".join(cut[max_lines - 1 :]), at, width)]
    return Lines(tuple(cut), at, round(smallest * leading))


def _broken(words: Sequence[str], at: Typesetter, width: float) -> list[list[str]]:
    lines: list[list[str]] = []
    for word in words:
        if lines and at.width(joined([*lines[-1], word])) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines or [[""]]


def _balanced(lines: list[list[str]], at: Typesetter, width: float) -> tuple[str, ...]:
    """The same number of lines with the narrowest column that holds them: no lone word at the end."""
    words = [word for line in lines for word in line]
    low, high = max(at.width(joined([word])) for word in words), width
    for _ in range(12):
        middle = (low + high) / 2
        if len(_broken(words, at, middle)) <= len(lines):
            high = middle
        else:
            low = middle
    return tuple(joined(line) for line in _broken(words, at, high))


def _cut(line: str, at: Typesetter, width: float) -> str:
    if at.width(line) <= width:
        return line
    while line and at.width(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip(' ,;:')}…"


def caption_type(captions: Sequence[Caption], preset: Preset, language: str = "") -> Typesetter:
    """One type for all captions of a video: the largest at which every line fits the safe area.

    A line longer than the preset's, which is a single long word, does not count: its caption alone is set smaller.

    Raises:
        GlyphMissing: a caption has a character that no font here draws.
    """
    every = [line for caption in captions for line in caption.lines]
    lines = [line for line in every if columns(line) <= preset.caption_characters]
    design = _CAPTION_SIZE if preset.is_vertical else 46
    size = max(8, round(design * preset.unit))
    room = preset.safe_area.width - 2 * round(30 * preset.unit)
    for line in every:
        checked_type(line, "display_bold", size, language)
    widest = max((Typesetter("display_bold", size, language).width(line) for line in lines), default=0)
    if widest > room:
        size = max(round(_SMALLEST_CAPTION * preset.unit), int(size * room / widest))
    return Typesetter("display_bold", size, language)


@dataclass(frozen=True)
class CaptionBox:
    """A caption's place in the frame: the dark box, and its lines with where each begins inside the box."""

    box: Box
    text: Lines
    places: tuple[tuple[float, float], ...]


def caption_box(caption: Caption, at: Typesetter, preset: Preset) -> CaptionBox:
    """Where a caption stands: at the bottom of the safe area, centred."""
    unit, area = preset.unit, preset.safe_area
    room = area.width - 2 * round(30 * unit)
    widest = max(at.width(line) for line in caption.lines)
    if widest > room:
        smallest = min(at.size, round(_SMALLEST_CAPTION * unit))
        at = replace(at, size=max(smallest, int(at.size * room / widest)))
    text = Lines(tuple(_cut(line, at, room) for line in caption.lines), at, round(at.size * 1.22))
    pad_x, pad_y = round(30 * unit), round(16 * unit)
    width, height = text.width + 2 * pad_x, text.height + 2 * pad_y
    centre = (area.left + area.right) // 2
    box = Box(centre - width // 2, area.bottom - height, centre - width // 2 + width, area.bottom)
    return CaptionBox(box, text, tuple(text.places(0, pad_y, centre=width // 2)))


def caption_patch(caption: Caption, at: Typesetter, preset: Preset) -> Patch:
    """A caption in a dark rounded box at the bottom of the safe area, centred."""
    placed = caption_box(caption, at, preset)
    drawing = _Drawing(placed.box, preset)
    drawing.rounded((0, 0, placed.box.width, placed.box.height), round(22 * preset.unit), _CAPTION_GROUND)
    for line, (x, baseline) in zip(placed.text.lines, placed.places, strict=True):
        placed.text.type.draw(drawing.pen, x, baseline, line, "#ffffff")
    return drawing.patch()


def word_patch(caption: Caption, word: int, at: Typesetter, preset: Preset, palette: Palette) -> Patch:
    """One word of a caption on the site's accent colour, exactly over the same word of ``caption_patch``."""
    placed = caption_box(caption, at, preset)
    at = placed.text.type
    line, start, end = caption.spans()[word]
    shown = placed.text.lines[line]
    left, right = at.extent(shown, start, end)
    x, baseline = placed.places[line]
    ascent, descent = at.reach(shown[start:end])
    # Between words there is a space to grow into; in scripts without spaces there is not.
    wide, narrow, pad_y = round(at.size * 0.12), round(at.size * 0.02), round(at.size * 0.02)
    before, after = shown[:start], shown[end:]
    pads = [wide if not beside or beside.isspace() else narrow for beside in (before[-1:], after[:1])]
    pad_left, pad_right = reversed(pads) if is_right_to_left(shown) else pads
    box = Box(
        max(placed.box.left, placed.box.left + round(x + left) - pad_left),
        max(placed.box.top, placed.box.top + round(baseline - ascent) + pad_y),
        min(placed.box.right, placed.box.left + round(x + right) + pad_right),
        min(placed.box.bottom, placed.box.top + round(baseline + descent) - pad_y),
    )
    drawing = _Drawing(box, preset)
    drawing.rounded((0, 0, box.width, box.height), round(at.size * 0.16), palette.accent)
    origin_x, origin_y = placed.box.left - box.left, placed.box.top - box.top
    at.draw(drawing.pen, origin_x + x + left, origin_y + baseline, shown[start:end], palette.on_accent)
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
    capitals = text.upper()
    # Letters that join must not be parted.
    shown = "\u200a".join(capitals) if capitals.isascii() else capitals
    return Lines((shown,), checked_type(shown, "display_bold", max(6, size)), size)


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
