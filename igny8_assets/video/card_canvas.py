"""The ground of a card and the pieces it is put together from, all in the site's palette.

All words stand in the upper part of the safe area, so that captions have the part below to themselves.
"""

from dataclasses import dataclass, field
from typing import Literal

from PIL import Image, ImageDraw

from igny8_assets.video.lettering import Lines, spaced_capitals, wrapped
from igny8_assets.video.presets import Box, Preset
from igny8_assets.video.timeline import CARD_ZOOM
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import CodeBlock
from igny8_resources.typesetting import is_right_to_left

CardStyle = Literal[
    "title_card", "text_card", "list_card", "quote_card", "statistic_card", "comparison_card", "code_card"
]


@dataclass(frozen=True)
class CardContent:
    """What a card says.

    ``items`` are for lists and for the two sides of a comparison, ``figure`` for a statistic, ``code`` for code cards,
    ``footer`` for an address under a call to action.
    """

    style: CardStyle
    headline: str
    items: tuple[str, ...] = ()
    kicker: str = ""
    footer: str = ""
    figure: str = ""
    code: CodeBlock | None = field(default=None)


def _held(edge: float, whole: int) -> float:
    """The place that a zoom to ``CARD_ZOOM`` around the middle moves to ``edge``."""
    return whole / 2 + (edge - whole / 2) / CARD_ZOOM


class CardCanvas:
    """A card in the making: its ground, its text box, and the pieces that cards are put together from."""

    def __init__(self, content: CardContent, preset: Preset, palette: Palette, variant: int) -> None:
        self.content, self.preset, self.palette, self.variant = content, preset, palette, variant
        self.is_rtl = is_right_to_left(content.headline)
        on_accent = content.style == "title_card"
        # Statements that follow each other stand on two grounds in turn.
        plain = palette.soft if content.style == "text_card" and variant % 2 else palette.paper
        ground = {"title_card": palette.accent, "quote_card": palette.soft}.get(content.style, plain)
        self.ink = palette.on_accent if on_accent else palette.ink
        self.mark = palette.on_accent if on_accent else palette.accent
        self.picture = Image.new("RGB", (preset.width, preset.height), ground)
        # The accent on the soft tone, which has the palette's second hue, would turn muddy.
        self._shapes(ground, *((palette.paper, 2.4) if ground == palette.soft else (self.mark, 1.0)))
        self.pen = ImageDraw.Draw(self.picture)
        area = preset.safe_area
        # Inset so that the text is still inside the safe area when the camera is closest.
        left = round(_held(area.left, preset.width))
        top = round(_held(area.top, preset.height))
        right = round(_held(area.right, preset.width))
        if preset.is_vertical:
            # Captions of two lines take about 200 pixels at the bottom of the safe area.
            self.box = Box(left, top, right, area.bottom - self.px(230))
        else:
            self.box = Box(left + self.px(60), top, right - self.px(420), area.bottom - self.px(200))

    def beginning(self, width: int) -> int:
        """The left edge of something of this width that stands where lines begin: at the right for Arabic and Hebrew."""
        return self.box.right - width if self.is_rtl else self.box.left

    def write(self, lines: Lines, top: float, colour: str) -> None:
        """Lines across the text box from the side where they begin."""
        lines.draw(self.pen, self.box.left, top, colour, room=self.box.width)

    def px(self, design: float) -> int:
        """A length of the 1080-pixel design in pixels of the preset."""
        return round(design * self.preset.unit)

    def wrapped(
        self, text: str, size: int, *, smallest: int, max_lines: int, bold: bool = True, width: int = 0
    ) -> Lines:
        """Text in lines; sizes in the design's pixels, ``width`` in the preset's (0: the text box)."""
        return wrapped(
            text,
            "display_bold" if bold else "text_bold",
            size=max(8, self.px(size)),
            smallest=max(6, self.px(smallest)),
            width=width or self.box.width,
            max_lines=max_lines,
            leading=1.14 if bold else 1.28,
        )

    def _shapes(self, ground: str, mark: str, strength: float) -> None:
        """Large rings that leave the frame at the lower edge, where platforms put their own buttons."""
        width, height = self.preset.width, self.preset.height
        layer = Image.new("L", (width * 2, height * 2), 0)
        pen = ImageDraw.Draw(layer)
        side = -1 if self.variant % 2 else 1
        short = min(width, height) * 2
        centre_x = width + side * short * (0.34 if self.preset.is_vertical else 0.62)
        centre_y = height * 2 * (0.93 if self.preset.is_vertical else 0.86)
        for radius, value in ((0.74, 20), (0.56, 30), (0.38, 44)):
            reach = short * radius
            pen.ellipse(
                (centre_x - reach, centre_y - reach, centre_x + reach, centre_y + reach), fill=round(value * strength)
            )
        core = short * 0.2
        pen.ellipse((centre_x - core, centre_y - core, centre_x + core, centre_y + core), fill=round(70 * strength))
        layer = layer.resize((width, height), Image.Resampling.BOX)
        self.picture = Image.composite(
            Image.new("RGB", (width, height), mark), Image.new("RGB", (width, height), ground), layer
        )

    def draw_kicker(self, top: int) -> int:
        """The brand and a short rule; returns where the next thing may begin."""
        if not self.content.kicker:
            return top
        kicker = spaced_capitals(self.content.kicker, self.px(30))
        kicker.draw(self.pen, self.beginning(kicker.width), top, self.mark)
        rule, left = top + self.px(30 * 1.4 + 14), self.beginning(self.px(96))
        self.pen.rectangle((left, rule, left + self.px(96), rule + self.px(7)), fill=self.mark)
        return top + self.kicker_height()

    def kicker_height(self) -> int:
        """How much room brand and rule take."""
        return self.px(30 * 1.4 + 14 + 7 + 36) if self.content.kicker else 0

    def from_top(self, height: int) -> int:
        """Where a block of this height begins: slightly above the middle of the text's box."""
        return self.box.top + max(0, round((self.box.height - height) * 0.42))

    def headline(self, sizes: range, smallest: int, room: int, max_lines: int) -> Lines:
        """The headline at the first of these sizes at which it is no higher than ``room``."""
        for size in sizes:
            lines = self.wrapped(self.content.headline, size, smallest=smallest, max_lines=max_lines)
            if lines.height <= room:
                break
        return lines

    def rounded(self, box: Box, radius: int, colour: str) -> None:
        """A rectangle with smooth round corners."""
        mask = Image.new("L", (box.width * 2, box.height * 2), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, box.width * 2 - 1, box.height * 2 - 1), radius * 2, fill=255)
        self.picture.paste(
            Image.new("RGB", (box.width, box.height), colour),
            (box.left, box.top),
            mask.resize((box.width, box.height), Image.Resampling.BOX),
        )
