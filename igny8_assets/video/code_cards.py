"""Code as an editor shows it: coloured by Pygments on a dark panel, at the largest size at which every line fits."""

import re

from igny8_assets.video.card_canvas import CardCanvas
from igny8_assets.video.lettering import checked_type
from igny8_assets.video.presets import Box
from igny8_resources.contracts.video import CodeBlock
from igny8_resources.typesetting import Typesetter

_STYLE = "github-dark"
_LARGEST, _SMALLEST = 46, 28
_CONTINUED = "    "
_MOST_LINES = 24
_LEADING = 1.5
_DOTS = ("#ff5f57", "#febc2e", "#28c840")
_PLAIN = "#e6edf3"

Token = tuple[str, str]


class UnknownLanguage(ValueError):
    """A programming language that Pygments has no lexer for."""


def coloured_lines(block: CodeBlock) -> list[list[Token]]:
    """The lines of a piece of code, each as pieces with their colour; beyond 24 lines the rest is cut with "…".

    Raises:
        UnknownLanguage: there is no such language.
    """
    from pygments.lexers import get_lexer_by_name
    from pygments.styles import get_style_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(block.language or "text", stripnl=True, ensurenl=False, tabsize=4)
    except ClassNotFound as error:
        raise UnknownLanguage(
            f"the language {block.language!r} is unknown: use a short name of Pygments such as python, bash or json, or text."
        ) from error
    style = get_style_by_name(_STYLE)
    lines: list[list[Token]] = [[]]
    for kind, value in lexer.get_tokens(block.code.strip("\n")):
        colour = style.style_for_token(kind)["color"]
        for index, piece in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if piece:
                lines[-1].append((piece, f"#{colour}" if colour else _PLAIN))
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], [("…", _PLAIN)]]
    return lines


def draw_code(canvas: CardCanvas) -> None:
    """A headline and the code below it."""
    from pygments.styles import get_style_by_name

    lines = coloured_lines(canvas.content.code or CodeBlock(language="text", code=""))
    box, pad, bar = canvas.box, canvas.px(40), canvas.px(64)
    headline = canvas.wrapped(canvas.content.headline, 54, smallest=30, max_lines=2)
    lead = canvas.kicker_height() + headline.height + canvas.px(36)
    type_, lines = _fitted(canvas, lines, box.width - 2 * pad, box.height - lead - bar - pad)
    step = round(type_.size * _LEADING)
    height = bar + step * len(lines) + pad
    top = canvas.draw_kicker(canvas.from_top(lead + height))
    canvas.write(headline, top, canvas.ink)
    panel = Box(box.left, top + headline.height + canvas.px(36), box.right, 0)
    panel = Box(panel.left, panel.top, panel.right, panel.top + height)
    canvas.rounded(panel, canvas.px(24), get_style_by_name(_STYLE).background_color)
    _window_bar(canvas, panel, bar)
    for index, line in enumerate(lines):
        x, baseline = float(panel.left + pad), panel.top + bar + step * index + round(type_.size * 1.1)
        for piece, colour in line:
            type_.draw(canvas.pen, x, baseline, piece, colour)
            x += type_.width(piece)


def _fitted(
    canvas: CardCanvas, lines: list[list[Token]], width: int, height: int
) -> tuple[Typesetter, list[list[Token]]]:
    """The largest type at which the lines fit, at the smallest with long lines carried over and the last ones cut off."""
    texts = ["".join(piece for piece, _ in line) for line in lines]
    checked_type("".join(texts), "code", canvas.px(_SMALLEST))
    for size in range(_LARGEST, _SMALLEST - 1, -2):
        type_ = Typesetter("code", max(6, canvas.px(size)))
        if round(type_.size * _LEADING) * len(lines) <= height and all(type_.width(text) <= width for text in texts):
            return type_, lines
    columns = max(12, int(width / type_.width("M")))
    carried = [part for line in lines for part in _carried_over(line, columns)]
    most = max(1, height // round(type_.size * _LEADING))
    return type_, carried if len(carried) <= most else [*carried[: most - 1], [("…", _PLAIN)]]


def _carried_over(line: list[Token], columns: int) -> list[list[Token]]:
    """A line as lines of at most so many characters, cut between words where there are any."""
    rows: list[list[Token]] = [[]]
    used = 0
    for piece, colour in line:
        for word in re.findall(r"\s+|\S+", piece):
            if used + len(word) > columns and used > len(_CONTINUED):
                rows.append([(_CONTINUED, _PLAIN)])
                used = len(_CONTINUED)
                if word.isspace():
                    continue
            rows[-1].append((word, colour))
            used += len(word)
    return rows


def _window_bar(canvas: CardCanvas, panel: Box, bar: int) -> None:
    radius, gap = canvas.px(9), canvas.px(30)
    for index, colour in enumerate(_DOTS):
        x, y = panel.left + canvas.px(44) + index * gap, panel.top + bar // 2
        canvas.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
