"""The block of words on a card: bar, kicker, headline and list, set as large as a column allows.

Heights and widths are pixels. ``unit`` is a hundredth of the geometric mean of the card's sides, so that a card looks
the same at every size; text never goes below the sizes that stay legible.
"""

from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline import card_type
from igny8_resources.ai.offline.card_type import Style
from igny8_resources.fonts import Face

Role = Literal["kicker", "headline", "line"]

SMALLEST_HEADLINE = 13.0
SMALLEST_TEXT = 10.0
MOST_LINES = 6
_MOST_ROWS_A_LINE = 2
_MOST_HEADLINE_ROWS = 11
# A headline may be set this much smaller than possible, and a tenth of its size weighs this much, for even lines.
_SMALLER_FOR_BREAKS = 0.8
_SIZE_WORTH = 0.22


@dataclass(frozen=True)
class Faces:
    """The face of each role; they differ where a script is covered by one family only."""

    headline: Face = "display_bold"
    kicker: Face = "display"
    line: Face = "text"

    def style(self, role: Role) -> Style:
        """Tracking and leading that suit the role's face."""
        if role == "headline":
            return Style(self.headline, -0.022 if self.headline == "display_bold" else -0.005, 1.09)
        if role == "kicker":
            return Style(self.kicker, 0.11, 1.2)
        return Style(self.line, 0.0, 1.24)


@dataclass(frozen=True)
class SetRow:
    """One row of type; ``baseline`` counts from the block's top."""

    role: Role
    text: str
    style: Style
    size: int
    baseline: float


@dataclass(frozen=True)
class SetRule:
    """A bar in the accent colour or a hairline above a list entry; offsets count from the block's top left."""

    kind: Literal["bar", "hairline"]
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Block:
    """A set block. Rows and rules up to ``head`` pixels are the kicker part, which may stand apart from the rest."""

    rows: tuple[SetRow, ...]
    rules: tuple[SetRule, ...]
    head: float
    height: float
    width: float
    is_shortened: bool
    left_out: int


@dataclass(frozen=True)
class Words:
    """What a card says, cleaned."""

    kicker: str
    headline: str
    lines: tuple[str, ...]
    faces: Faces


@dataclass(frozen=True)
class _Setting:
    """Rows of a headline at one size."""

    rows: list[str]
    size: int
    above: float
    step: float
    below: float

    @property
    def height(self) -> float:
        return self.above + self.step * (len(self.rows) - 1) + self.below


@dataclass(frozen=True)
class _Space:
    width: float
    height: float


def _setting(rows: list[str], size: int, style: Style) -> _Setting:
    above = max(card_type.cap_height(style.face), card_type.reach(rows[0], style.face)[0])
    below = card_type.reach(rows[-1], style.face)[1]
    return _Setting(rows, size, above * size, card_type.pitch(rows, style) * size, below * size)


def _headline(text: str, style: Style, space: _Space, largest: float, smallest: float) -> _Setting | None:
    """The best setting that a space holds: as large as it goes, or a little smaller if that breaks better."""
    for orphans, split in ((False, False), (True, False), (True, True)):
        found: list[tuple[float, _Setting]] = []
        for size in card_type.sizes(largest, smallest):
            if found and size < found[0][1].size * _SMALLER_FOR_BREAKS:
                break
            limit = space.width / size
            least = card_type.fewest_rows(text, limit, style, split=split)
            if least is None or least > _MOST_HEADLINE_ROWS or (least - 0.4) * style.leading * size > space.height:
                continue
            rows = card_type.balanced(text, limit, style, split=split, orphans=orphans)
            if rows is None or len(rows) > _MOST_HEADLINE_ROWS:
                continue
            setting = _setting(rows, size, style)
            if setting.height <= space.height:
                first = found[0][1].size if found else size
                found.append((card_type.raggedness(rows, style) + _SIZE_WORTH * (1 - size / first), setting))
        if found:
            return min(found, key=lambda scored: scored[0])[1]
    return None


def _cut_headline(text: str, style: Style, space: _Space, size: float) -> _Setting | None:
    """The last resort: the smallest legible size, closed with an ellipsis."""
    whole = card_type.sizes(size, size)[-1]
    for fits in range(_MOST_HEADLINE_ROWS, 0, -1):
        rows = card_type.shortened(text, fits, space.width / whole, style)
        if rows and (setting := _setting(rows, whole, style)).height <= space.height:
            return setting
    return None


@dataclass(frozen=True)
class _Column:
    """The space for a block and the measures that follow from the card's size."""

    width: float
    height: float
    unit: float

    def text_size(self, units: float) -> int:
        return round(max(units * self.unit, SMALLEST_TEXT))


def _list_rows(column: _Column, words: Words, size: int, top: float) -> tuple[list[SetRow], list[SetRule], float]:
    """Rows and hairlines of the list from ``top`` on, and where it ends."""
    style = words.faces.style("line")
    rows: list[SetRow] = []
    rules: list[SetRule] = []
    y = top
    hairline = max(1.0, round(column.unit * 0.12))
    for line in words.lines:
        limit = column.width / size
        broken = card_type.balanced(line, limit, style, split=True, orphans=True) or []
        if len(broken) > _MOST_ROWS_A_LINE:
            broken = card_type.shortened(line, _MOST_ROWS_A_LINE, limit, style)
        if not broken:
            continue
        rules.append(SetRule("hairline", y, column.width, hairline))
        y += hairline + size * 0.60
        above = max(card_type.cap_height(style.face), card_type.reach(broken[0], style.face)[0]) * size
        step = card_type.pitch(broken, style) * size
        for index, text in enumerate(broken):
            rows.append(SetRow("line", text, style, size, y + above + step * index))
        y += above + step * (len(broken) - 1)
        y += max(card_type.reach(broken[-1], style.face)[1], 0.2) * size + size * 0.40
    # The air under the last entry belongs to the margin.
    return rows, rules, (y - size * 0.40 if rows else y) - top


def _kicker_row(column: _Column, words: Words, top: float) -> tuple[list[SetRow], float]:
    """The kicker in tracked capitals on one row, and the height it takes."""
    if not words.kicker:
        return [], 0.0
    style, size = words.faces.style("kicker"), column.text_size(2.05)
    limit = column.width / size
    text = words.kicker.upper()
    if card_type.width(text, style) > limit:
        text = next(iter(card_type.shortened(text, 1, limit, style)), "")
    if not text:
        return [], 0.0
    above = max(card_type.cap_height(style.face), card_type.reach(text, style.face)[0]) * size
    below = card_type.reach(text, style.face)[1] * size
    return [SetRow("kicker", text, style, size, top + above)], above + below


def set_block(words: Words, width: float, height: float, unit: float, largest: float) -> Block | None:
    """Set the words in a column, giving up in this order what does not fit: headline size, list entries, kicker, words.

    Args:
        words: what to set; the headline must not be empty.
        width: the column's width.
        height: the most that the block may take.
        unit: see the module's description.
        largest: the largest headline size wanted, in pixels.

    Returns:
        The block, or None when not even one cut word fits.
    """
    column = _Column(width, height, unit)
    smallest = max(4.1 * unit, SMALLEST_HEADLINE)
    comfortable = max(5.4 * unit, SMALLEST_HEADLINE)
    kept = Words(words.kicker, words.headline, words.lines[:MOST_LINES], words.faces)
    for count in range(len(kept.lines), -1, -1):
        some = Words(kept.kicker, kept.headline, kept.lines[:count], kept.faces)
        for list_units in (3.1, 2.7) if count else (3.1,):
            # An entry is worth more than a bigger headline, but not more than a comfortable one.
            floor = comfortable if count else smallest
            if (block := _try(column, some, largest, floor, column.text_size(list_units))) is not None:
                return _counted(block, words)
    without = Words("", words.headline, (), words.faces)
    block = _try(column, without, largest, smallest, column.text_size(3.1), cut=True)
    return _counted(block, words) if block else None


def _counted(block: Block, words: Words) -> Block:
    shown = sum(rule.kind == "hairline" for rule in block.rules)
    left_out = len(words.lines) - shown
    return Block(block.rows, block.rules, block.head, block.height, block.width, block.is_shortened, left_out)


def _try(
    column: _Column, words: Words, largest: float, smallest: float, list_size: int, *, cut: bool = False
) -> Block | None:
    unit = column.unit
    rules: list[SetRule] = []
    y = 0.0
    if not cut:
        bar = max(2.0, round(unit * 0.5))
        rules.append(SetRule("bar", 0.0, min(round(unit * 4.6), column.width), bar))
        y = bar + (unit * 1.9 if words.kicker else 0.0)
    rows, taken = _kicker_row(column, words, y)
    y += taken
    head = y
    y += unit * (4.1 if rows else 3.4) if not cut else 0.0
    listed, hairlines, list_height = _list_rows(column, words, list_size, 0.0)
    list_gap = unit * 4.3 if listed else 0.0
    style = words.faces.style("headline")
    space = _Space(column.width, column.height - y - list_height - list_gap)
    setting = _headline(words.headline, style, space, largest, smallest)
    is_shortened = False
    if setting is None and cut:
        setting, is_shortened = _cut_headline(words.headline, style, space, smallest), True
    if setting is None:
        return None
    rows += [
        SetRow("headline", text, style, setting.size, y + setting.above + setting.step * index)
        for index, text in enumerate(setting.rows)
    ]
    y += setting.height + list_gap
    rows += [SetRow(row.role, row.text, row.style, row.size, row.baseline + y) for row in listed]
    rules += [SetRule(rule.kind, rule.top + y, rule.width, rule.height) for rule in hairlines]
    widest = max(card_type.width(row.text, row.style) * row.size for row in rows)
    return Block(tuple(rows), tuple(rules), head, y + list_height, widest, is_shortened, 0)
