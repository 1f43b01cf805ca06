"""Cards that carry facts: a list, a figure, a comparison of two."""

from PIL import Image, ImageDraw

from igny8_assets.video.card_canvas import CardCanvas
from igny8_assets.video.lettering import Lines
from igny8_assets.video.presets import Box
from igny8_resources.fonts import FontFile, font_path
from igny8_resources.typesetting import opened

_LIST_SIZES = {1: 68, 2: 68, 3: 64, 4: 56}
_SCALES = (1.0, 0.92, 0.85, 0.78, 0.7, 0.62, 0.55, 0.48)


def draw_list(canvas: CardCanvas) -> None:
    """A headline and up to five numbered items, all at the first size at which they fit."""
    box, lead, items = canvas.box, canvas.kicker_height(), canvas.content.items
    for scale in _SCALES:
        headline = canvas.wrapped(canvas.content.headline, round(84 * scale), smallest=30, max_lines=3)
        size = round(_LIST_SIZES.get(len(items), 48) * scale)
        badge, gap, spacing = canvas.px(size + 20), canvas.px(28), canvas.px(38 * scale)
        room = box.width - badge - gap
        rows = [canvas.wrapped(item, size, smallest=20, max_lines=2, bold=False, width=room) for item in items]
        heights = [max(badge, row.height) for row in rows]
        whole = lead + headline.height + canvas.px(44) + sum(heights) + spacing * (len(rows) - 1)
        if whole <= box.height:
            break
    top = canvas.draw_kicker(canvas.from_top(whole))
    canvas.write(headline, top, canvas.ink)
    top += headline.height + canvas.px(44)
    for number, (row, height) in enumerate(zip(rows, heights, strict=True), start=1):
        _badge(canvas, number, canvas.beginning(badge), top + (height - badge) // 2, badge)
        left = box.left if canvas.is_rtl else box.left + badge + gap
        row.draw(canvas.pen, left, top + (height - row.height) / 2, canvas.ink, room=room)
        top += height + spacing


def draw_statistic(canvas: CardCanvas) -> None:
    """A figure as large as fits on one line, and what it is."""
    box, lead = canvas.box, canvas.kicker_height()
    for size in range(300, 80, -12):
        figure = canvas.wrapped(canvas.content.figure, size, smallest=size, max_lines=1)
        label = canvas.headline(range(64, 34, -4), 30, box.height, max_lines=5)
        # The metrics of a line leave room for accents that figures do not have.
        above, below = figure.type.ink(figure.lines[0])
        whole = lead + canvas.px(24) + above + below + canvas.px(56) + label.height
        if figure.width <= box.width and whole <= box.height and not figure.lines[0].endswith("…"):
            break
    top = canvas.draw_kicker(canvas.from_top(whole)) + canvas.px(24)
    left = canvas.beginning(figure.width)
    figure.type.draw(canvas.pen, left, top + above, figure.lines[0], canvas.palette.accent)
    canvas.write(label, top + above + below + canvas.px(56), canvas.ink)


def draw_comparison(canvas: CardCanvas) -> None:
    """Two sides, one above the other in upright frames and side by side in wide ones, with "vs" between them."""
    box, lead, preset = canvas.box, canvas.kicker_height(), canvas.preset
    gap, pad = canvas.px(40), canvas.px(44)
    first, second = canvas.content.items[:2]
    for scale in _SCALES:
        headline = canvas.wrapped(canvas.content.headline, round(62 * scale), smallest=28, max_lines=3)
        width = box.width if preset.is_vertical else (box.width - gap) // 2
        sides = [
            canvas.wrapped(side, round(60 * scale), smallest=24, max_lines=3, width=width - 2 * pad)
            for side in (first, second)
        ]
        height = max(side.height for side in sides) + 2 * pad
        panels = 2 * height + gap if preset.is_vertical else height
        whole = lead + headline.height + canvas.px(44) + panels
        if whole <= box.height:
            break
    top = canvas.draw_kicker(canvas.from_top(whole))
    canvas.write(headline, top, canvas.ink)
    top += headline.height + canvas.px(44)
    below = Box(box.left, top + height + gap, box.left + width, top + 2 * height + gap)
    beside = Box(box.right - width, top, box.right, top + height)
    places = [Box(box.left, top, box.left + width, top + height), below if preset.is_vertical else beside]
    if canvas.is_rtl and not preset.is_vertical:
        places.reverse()
    colours = ((canvas.palette.soft, canvas.palette.ink), (canvas.palette.accent, canvas.palette.on_accent))
    for place, side, (ground, ink) in zip(places, sides, colours, strict=True):
        _side(canvas, place, side, ground, ink)
    middle = ((places[0].left + places[1].right) // 2, (places[0].top + places[1].bottom) // 2)
    if canvas.is_rtl and not preset.is_vertical:
        middle = ((places[1].left + places[0].right) // 2, middle[1])
    _versus(canvas, middle)


def _side(canvas: CardCanvas, place: Box, side: Lines, ground: str, ink: str) -> None:
    canvas.rounded(place, canvas.px(28), ground)
    side.draw(
        canvas.pen,
        place.left,
        place.top + (place.height - side.height) / 2,
        ink,
        centre=(place.left + place.right) // 2,
    )


def _versus(canvas: CardCanvas, middle: tuple[int, int]) -> None:
    size = canvas.px(92)
    _disc(canvas, middle[0] - size // 2, middle[1] - size // 2, size, canvas.palette.ink)
    font = opened(FontFile(font_path("display_bold")), max(6, canvas.px(36)))
    canvas.pen.text(middle, "vs", font=font, fill=canvas.palette.paper, anchor="mm")


def _badge(canvas: CardCanvas, number: int, left: int, top: int, size: int) -> None:
    _disc(canvas, left, top, size, canvas.palette.accent)
    figure = opened(FontFile(font_path("display_bold")), max(6, round(size * 0.5)))
    place = (left + size / 2, top + size / 2)
    canvas.pen.text(place, str(number), font=figure, fill=canvas.palette.on_accent, anchor="mm")


def _disc(canvas: CardCanvas, left: int, top: int, size: int, colour: str) -> None:
    disc = Image.new("L", (size * 4, size * 4), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    disc = disc.resize((size, size), Image.Resampling.BOX)
    canvas.picture.paste(Image.new("RGB", (size, size), colour), (left, top), disc)
