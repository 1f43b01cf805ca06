"""Cards drawn for the frame itself: title, text, list and quote, in the site's palette.

All words stand in the upper part of the safe area, so that captions have the part below to themselves.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw

from igny8_assets.video.failures import GlyphMissing, ScriptInvalid
from igny8_assets.video.lettering import Lines, spaced_capitals, wrapped
from igny8_assets.video.presets import Box, Preset
from igny8_assets.video.timeline import CARD_ZOOM
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import ScriptSection
from igny8_resources.fonts import FontFile, font_path
from igny8_resources.typesetting import opened

CardStyle = Literal["title_card", "text_card", "list_card", "quote_card"]
CARD_STYLES: tuple[CardStyle, ...] = ("title_card", "text_card", "list_card", "quote_card")
_MOST_ITEMS = 5


@dataclass(frozen=True)
class CardContent:
    """What a card says. ``items`` are for lists, ``footer`` for an address under a call to action."""

    style: CardStyle
    headline: str
    items: tuple[str, ...] = ()
    kicker: str = ""
    footer: str = ""


def card_content(section: ScriptSection, *, title: str, brand: str = "", address: str = "") -> CardContent:
    """What the card of a section says.

    The first line of ``text_overlay`` is the headline and any further lines are list items; without a text overlay the
    video's title (hook, intro) or the narration's first sentence stands in. ``address`` is shown on the call to action.
    """
    lines = [line.strip(" \t•-–") for line in section.text_overlay.replace("|", "\n").splitlines()]
    lines = [line for line in lines if line]
    headline = (
        lines[0] if lines else (title if section.type in ("hook", "intro") else _first_sentence(section.narration))
    )
    items = tuple(lines[1 : _MOST_ITEMS + 1])
    style: CardStyle = "text_card" if section.visual_cue == "article_image" else section.visual_cue
    if style == "list_card" and not items:
        style = "text_card"
    footer = address if section.type == "cta" else ""
    return CardContent(style, headline, items if style == "list_card" else (), brand, footer)


def card_for_section(
    section: ScriptSection,
    out: Path,
    *,
    preset: Preset,
    palette: Palette,
    number: int,
    title: str,
    brand: str = "",
    address: str = "",
) -> Path:
    """Draw a section's card as a PNG of the preset's size; ``number`` counts sections from 1.

    Raises:
        ScriptInvalid: the text has a character that no bundled font draws.
    """
    try:
        picture = draw_card(
            card_content(section, title=title, brand=brand, address=address),
            preset=preset,
            palette=palette,
            variant=number,
        )
    except GlyphMissing as error:
        raise ScriptInvalid(str(error), number) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.save(out, "PNG")
    return out


def draw_card(content: CardContent, *, preset: Preset, palette: Palette, variant: int = 0) -> Image.Image:
    """Draw a card; ``variant`` moves the shapes in the background.

    Raises:
        GlyphMissing: the text has a character that no bundled font draws.
    """
    canvas = _Canvas(content, preset, palette, variant)
    draw = {
        "title_card": canvas.title,
        "text_card": canvas.text,
        "list_card": canvas.list,
        "quote_card": canvas.quote,
    }[content.style]
    draw()
    return canvas.picture


def _held(edge: float, whole: int) -> float:
    """The place that a zoom to ``CARD_ZOOM`` around the middle moves to ``edge``."""
    return whole / 2 + (edge - whole / 2) / CARD_ZOOM


def _first_sentence(text: str) -> str:
    for position, character in enumerate(text):
        if character in ".!?" and text[position + 1 : position + 2] in ("", " "):
            return text[: position + 1]
    return text


class _Canvas:
    def __init__(self, content: CardContent, preset: Preset, palette: Palette, variant: int) -> None:
        self._content, self._preset, self._palette, self._variant = content, preset, palette, variant
        on_accent = content.style == "title_card"
        ground = {"title_card": palette.accent, "quote_card": palette.soft}.get(content.style, palette.paper)
        self._ink = palette.on_accent if on_accent else palette.ink
        self._mark = palette.on_accent if on_accent else palette.accent
        self.picture = Image.new("RGB", (preset.width, preset.height), ground)
        self._shapes(ground, self._mark)
        self._pen = ImageDraw.Draw(self.picture)
        area = preset.safe_area
        # Inset so that the text is still inside the safe area when the camera is closest.
        left = round(_held(area.left, preset.width))
        top = round(_held(area.top, preset.height))
        right = round(_held(area.right, preset.width))
        if preset.is_vertical:
            # Captions of two lines take about 200 pixels at the bottom of the safe area.
            self._box = Box(left, top, right, area.bottom - self._px(230))
        else:
            self._box = Box(left + self._px(60), top, right - self._px(420), area.bottom - self._px(200))

    def _px(self, design: float) -> int:
        return round(design * self._preset.unit)

    def _wrapped(
        self, text: str, size: int, *, smallest: int, max_lines: int, bold: bool = True, width: int = 0
    ) -> Lines:
        return wrapped(
            text,
            "display_bold" if bold else "text_bold",
            size=max(8, self._px(size)),
            smallest=max(6, self._px(smallest)),
            width=width or self._box.width,
            max_lines=max_lines,
            leading=1.14 if bold else 1.28,
        )

    def _shapes(self, ground: str, mark: str) -> None:
        """Large rings that leave the frame at the lower edge, where platforms put their own buttons."""
        width, height = self._preset.width, self._preset.height
        layer = Image.new("L", (width * 2, height * 2), 0)
        pen = ImageDraw.Draw(layer)
        side = -1 if self._variant % 2 else 1
        short = min(width, height) * 2
        centre_x = width + side * short * (0.34 if self._preset.is_vertical else 0.62)
        centre_y = height * 2 * (0.93 if self._preset.is_vertical else 0.86)
        for radius, value in ((0.74, 20), (0.56, 30), (0.38, 44)):
            reach = short * radius
            pen.ellipse((centre_x - reach, centre_y - reach, centre_x + reach, centre_y + reach), fill=value)
        core = short * 0.2
        pen.ellipse((centre_x - core, centre_y - core, centre_x + core, centre_y + core), fill=70)
        layer = layer.resize((width, height), Image.Resampling.BOX)
        self.picture = Image.composite(
            Image.new("RGB", (width, height), mark), Image.new("RGB", (width, height), ground), layer
        )

    def _kicker(self, top: int) -> int:
        """The brand and a short rule; returns where the next thing may begin."""
        if not self._content.kicker:
            return top
        kicker = spaced_capitals(self._content.kicker, self._px(30))
        kicker.draw(self._pen, self._box.left, top, self._mark)
        rule = top + self._px(30 * 1.4 + 14)
        self._pen.rectangle((self._box.left, rule, self._box.left + self._px(96), rule + self._px(7)), fill=self._mark)
        return top + self._kicker_height()

    def _kicker_height(self) -> int:
        return self._px(30 * 1.4 + 14 + 7 + 36) if self._content.kicker else 0

    def _from_top(self, height: int) -> int:
        """Where a block of this height begins: slightly above the middle of the text's box."""
        return self._box.top + max(0, round((self._box.height - height) * 0.42))

    def _headline(self, sizes: range, smallest: int, room: int, max_lines: int) -> Lines:
        """The headline at the first of these sizes at which it is no higher than ``room``."""
        for size in sizes:
            lines = self._wrapped(self._content.headline, size, smallest=smallest, max_lines=max_lines)
            if lines.height <= room:
                break
        return lines

    def _statement(self, sizes: range) -> None:
        """Kicker, headline and address as one block."""
        lead = self._kicker_height()
        tail = self._px(44 + 90) if self._content.footer else 0
        headline = self._headline(sizes, 40, self._box.height - lead - tail, max_lines=7)
        top = self._kicker(self._from_top(lead + headline.height + tail))
        headline.draw(self._pen, self._box.left, top, self._ink)
        if self._content.footer:
            self._pill(top + headline.height + self._px(44))

    def title(self) -> None:
        self._statement(range(112, 40, -8))

    def text(self) -> None:
        self._statement(range(92, 40, -8))

    def quote(self) -> None:
        box = self._box
        mark = wrapped("“", "display_bold", size=self._px(300), smallest=self._px(100), width=box.width, max_lines=1)
        sign, source_height = self._px(150), self._px(80) if self._content.kicker else 0
        quoted = self._headline(range(78, 36, -6), 36, box.height - sign - source_height, max_lines=8)
        top = self._from_top(sign + quoted.height + source_height)
        mark.draw(self._pen, box.left - self._px(14), top - self._px(70), self._palette.accent)
        quoted.draw(self._pen, box.left, top + sign, self._ink)
        if self._content.kicker:
            source = self._wrapped(f"— {self._content.kicker}", 38, smallest=22, max_lines=1, bold=False)
            source.draw(self._pen, box.left, top + sign + quoted.height + self._px(30), self._palette.accent)

    def list(self) -> None:
        box, lead = self._box, self._kicker_height()
        for scale in (1.0, 0.92, 0.85, 0.78, 0.7, 0.62, 0.55, 0.48):
            headline = self._wrapped(self._content.headline, round(84 * scale), smallest=30, max_lines=3)
            size = round({1: 68, 2: 68, 3: 64, 4: 56}.get(len(self._content.items), 48) * scale)
            badge, gap, spacing = self._px(size + 20), self._px(28), self._px(38 * scale)
            rows = [
                self._wrapped(item, size, smallest=20, max_lines=2, bold=False, width=box.width - badge - gap)
                for item in self._content.items
            ]
            heights = [max(badge, row.height) for row in rows]
            whole = lead + headline.height + self._px(44) + sum(heights) + spacing * (len(rows) - 1)
            if whole <= box.height:
                break
        top = self._kicker(self._from_top(whole))
        headline.draw(self._pen, box.left, top, self._ink)
        top += headline.height + self._px(44)
        for number, (row, height) in enumerate(zip(rows, heights, strict=True), start=1):
            self._badge(number, box.left, top + (height - badge) // 2, badge)
            row.draw(self._pen, box.left + badge + gap, top + (height - row.height) / 2, self._ink)
            top += height + spacing

    def _badge(self, number: int, left: int, top: int, size: int) -> None:
        disc = Image.new("L", (size * 4, size * 4), 0)
        ImageDraw.Draw(disc).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
        self.picture.paste(
            Image.new("RGB", (size, size), self._palette.accent),
            (left, top),
            disc.resize((size, size), Image.Resampling.BOX),
        )
        figure = opened(FontFile(font_path("display_bold")), max(6, round(size * 0.5)))
        self._pen.text(
            (left + size / 2, top + size / 2), str(number), font=figure, fill=self._palette.on_accent, anchor="mm"
        )

    def _pill(self, top: int) -> None:
        """The address as a button: the colours of the card, reversed."""
        text = self._wrapped(self._content.footer, 40, smallest=24, max_lines=1, width=self._box.width - self._px(72))
        width, height = text.width + self._px(72), text.height + self._px(36)
        pill = Image.new("L", (width * 2, height * 2), 0)
        ImageDraw.Draw(pill).rounded_rectangle((0, 0, width * 2 - 1, height * 2 - 1), height, fill=255)
        ground = self._ink if self._content.style == "title_card" else self._palette.accent
        letters = self._palette.accent if self._content.style == "title_card" else self._palette.on_accent
        self.picture.paste(
            Image.new("RGB", (width, height), ground),
            (self._box.left, top),
            pill.resize((width, height), Image.Resampling.BOX),
        )
        text.draw(self._pen, self._box.left + self._px(36), top + self._px(18), letters)
