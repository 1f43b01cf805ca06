"""The shapes that a card is arranged with: boxes, rows of letters with their real ink, rules, the whole card."""

from dataclasses import dataclass
from typing import Literal

from igny8_resources.ai.offline import card_type
from igny8_resources.ai.offline.card_block import Block, Role
from igny8_resources.fonts import Face

Composition = Literal["split", "inset", "panel", "band", "belt"]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; right and bottom are not part of it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top

    def inset(self, x: float, y: float) -> "Box":
        """The rectangle smaller by ``x`` at both sides and ``y`` at top and bottom."""
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)

    def contains(self, other: "Box") -> bool:
        """Whether the other rectangle lies wholly inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlaps(self, other: "Box") -> bool:
        """Whether the rectangles share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Row:
    """One row of type: each letter with the x of its origin, and the box of the ink that the font really draws."""

    role: Role
    text: str
    face: Face
    size: int
    baseline: int
    letters: tuple[tuple[str, float], ...]
    ink: Box


@dataclass(frozen=True)
class Rule:
    """A filled rectangle of the typography."""

    kind: Literal["bar", "hairline"]
    box: Box


@dataclass(frozen=True)
class CardLayout:
    """A whole card. ``art`` is painted first, ``ground`` over it, the words on ``ground``, all of them within ``safe``.

    Without a headline the art fills the card, and ``ground`` and ``safe`` are None. ``left_out`` counts list entries
    for which there was no room; ``is_shortened`` says that the headline ends in an ellipsis.
    """

    width: int
    height: int
    composition: Composition
    art: Box
    ground: Box | None
    safe: Box | None
    rows: tuple[Row, ...]
    rules: tuple[Rule, ...]
    is_shortened: bool
    left_out: int


def stand(block: Block, column: Box, *, spread: bool) -> tuple[tuple[Row, ...], tuple[Rule, ...]]:
    """Give every letter of a block its place in a column.

    Spread puts the bar and the kicker at the column's top and the rest at its bottom.
    """
    gap = max(0.0, column.height - block.height) if spread else 0.0
    rows = []
    for row in block.rows:
        down = gap if row.role != "kicker" else 0.0
        baseline = round(column.top + row.baseline + down)
        letters, _ = card_type.placed(row.text, row.style)
        # A capital's stem stands a little inside its advance; taking that off aligns rows of all sizes optically.
        font = card_type.font(row.style.face, row.size)
        origin = column.left - font.getbbox(letters[0][0], anchor="ls", features=card_type.FEATURES)[0]
        set_letters = tuple((letter, origin + x * row.size) for letter, x in letters)
        rows.append(
            Row(
                row.role,
                row.text,
                row.style.face,
                row.size,
                baseline,
                set_letters,
                _ink(row.style.face, row.size, baseline, set_letters),
            )
        )
    rules = []
    for rule in block.rules:
        top = round(column.top + rule.top + (gap if rule.kind == "hairline" else 0.0))
        rules.append(Rule(rule.kind, Box(round(column.left), top, round(column.left + rule.width), top + rule.height)))
    return tuple(rows), tuple(rules)


def _ink(face: Face, size: int, baseline: int, letters: tuple[tuple[str, float], ...]) -> Box:
    """The box around everything that a row's letters draw."""
    font = card_type.font(face, size)
    boxes = []
    for letter, x in letters:
        left, top, right, bottom = font.getbbox(letter, anchor="ls", features=card_type.FEATURES)
        if right > left and bottom > top:
            boxes.append((x + left, baseline + top, x + right, baseline + bottom))
    return Box(
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
