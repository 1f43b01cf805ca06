"""Cards that carry a sentence: title, text and quotation."""

from igny8_assets.video.card_canvas import CardCanvas
from igny8_assets.video.lettering import wrapped
from igny8_assets.video.presets import Box


def draw_title(canvas: CardCanvas) -> None:
    """The video's title on the accent colour."""
    _statement(canvas, range(112, 40, -8))


def draw_text(canvas: CardCanvas) -> None:
    """One statement."""
    _statement(canvas, range(92, 40, -8))


def draw_quote(canvas: CardCanvas) -> None:
    """A quotation under a large mark, its source below."""
    box, content = canvas.box, canvas.content
    mark = wrapped("“", "display_bold", size=canvas.px(300), smallest=canvas.px(100), width=box.width, max_lines=1)
    sign, source_height = canvas.px(150), canvas.px(80) if content.kicker else 0
    quoted = canvas.headline(range(78, 36, -6), 36, box.height - sign - source_height, max_lines=8)
    top = canvas.from_top(sign + quoted.height + source_height)
    shift = canvas.px(14) if canvas.is_rtl else -canvas.px(14)
    mark.draw(canvas.pen, canvas.beginning(mark.width) + shift, top - canvas.px(70), canvas.palette.accent)
    canvas.write(quoted, top + sign, canvas.ink)
    if content.kicker:
        source = canvas.wrapped(f"— {content.kicker}", 38, smallest=22, max_lines=1, bold=False)
        at = canvas.beginning(source.width)
        source.draw(canvas.pen, at, top + sign + quoted.height + canvas.px(30), canvas.palette.accent)


def _statement(canvas: CardCanvas, sizes: range) -> None:
    """Kicker, headline and address as one block."""
    lead = canvas.kicker_height()
    tail = canvas.px(44 + 90) if canvas.content.footer else 0
    headline = canvas.headline(sizes, 40, canvas.box.height - lead - tail, max_lines=7)
    top = canvas.draw_kicker(canvas.from_top(lead + headline.height + tail))
    canvas.write(headline, top, canvas.ink)
    if canvas.content.footer:
        _pill(canvas, top + headline.height + canvas.px(44))


def _pill(canvas: CardCanvas, top: int) -> None:
    """The address as a button: the colours of the card, reversed."""
    text = canvas.wrapped(canvas.content.footer, 40, smallest=24, max_lines=1, width=canvas.box.width - canvas.px(72))
    width, height = text.width + canvas.px(72), text.height + canvas.px(36)
    on_title = canvas.content.style == "title_card"
    ground = canvas.ink if on_title else canvas.palette.accent
    letters = canvas.palette.accent if on_title else canvas.palette.on_accent
    left = canvas.beginning(width)
    canvas.rounded(Box(left, top, left + width, top + height), height // 2, ground)
    text.draw(canvas.pen, left + canvas.px(36), top + canvas.px(18), letters)
