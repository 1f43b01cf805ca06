"""Where everything on a card stands: the art, the ground of the words, and each letter with its real ink.

Pure geometry: it draws nothing, so that a test can prove that no word leaves its ground or touches another.
"""

from dataclasses import dataclass

from igny8_resources.ai.offline.card_block import Block, Words, set_block
from igny8_resources.ai.offline.card_geometry import Box, CardLayout, Composition, Row, Rule, stand

# Below this ratio a card is a vertical video frame, where platforms cover the edges: clear of every platform's
# controls is x 120-888 and y 288-1248 of 1080 x 1920.
_VERTICAL_VIDEO = 0.7
_SAFE = (120 / 1080, 288 / 1920, 888 / 1080, 1248 / 1920)


@dataclass(frozen=True)
class _Frame:
    """The card's size and the measures that follow from it."""

    width: int
    height: int

    @property
    def unit(self) -> float:
        return float((self.width * self.height) ** 0.5 / 100)

    @property
    def margin(self) -> float:
        return min(self.unit * 7.2, self.width * 0.1, self.height * 0.12)

    @property
    def is_wide(self) -> bool:
        return self.width / self.height >= 1.25

    @property
    def is_video(self) -> bool:
        return self.width / self.height <= _VERTICAL_VIDEO

    @property
    def whole(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def safe(self) -> Box:
        """Where words may stand at all."""
        if not self.is_video:
            return self.whole.inset(self.margin, self.margin)
        left, top, right, bottom = _SAFE
        return Box(self.width * left, self.height * top, self.width * right, self.height * bottom)


def compositions(width: int, height: int, words: Words) -> tuple[Composition, ...]:
    """The arrangements that suit a card of this shape and amount of text."""
    frame = _Frame(width, height)
    if frame.is_video:
        return ("band", "panel", "belt")
    if not frame.is_wide:
        return ("band", "panel", "inset")
    if width / height > 2.3 or len(words.headline) > 90 or frame.unit < 4:
        return ("split",)
    if words.lines or len(words.headline) > 64:
        return ("split", "inset", "panel")
    return ("split", "inset", "panel", "band")


def lay_out(width: int, height: int, words: Words, composition: Composition, *, mirrored: bool = False) -> CardLayout:
    """Arrange a card.

    Args:
        width: the card's width in pixels.
        height: its height in pixels.
        words: cleaned words that the faces cover.
        composition: one of ``compositions()``.
        mirrored: put the art on the other side.

    Returns:
        The arrangement; art alone when there is no headline, or when the card is too small for a single word.
    """
    frame = _Frame(width, height)
    if words.headline:
        arranged = _arranged(frame, words, composition, mirrored)
        if arranged is not None:
            return arranged
    left_out = len(words.lines) if words.headline else 0
    return CardLayout(width, height, composition, frame.whole, None, None, (), (), bool(words.headline), left_out)


def _arranged(frame: _Frame, words: Words, composition: Composition, mirrored: bool) -> CardLayout | None:
    if composition in ("panel", "belt"):
        return _over_art(frame, words, composition, mirrored)
    if frame.is_wide and composition != "band":
        return _beside_art(frame, words, composition, mirrored)
    return _stacked(frame, words, composition, mirrored)


def _largest(frame: _Frame, column: float) -> float:
    # Fewer than some eleven letters a row tear a headline to pieces.
    return min(frame.unit * 11.0, column / 6.2)


def _beside_art(frame: _Frame, words: Words, composition: Composition, mirrored: bool) -> CardLayout | None:
    """Words in a column, art in the other: to the edges (split) or framed by the ground (inset)."""
    is_full = len(words.headline) > 70 or len(words.lines) > 2
    share = 0.35 if is_full else 0.41
    if frame.unit < 4:
        share = 0.2
    edge = round(frame.width * (1 - share))
    column = Box(frame.margin, frame.margin, edge - frame.margin * 0.9, frame.height - frame.margin)
    art = Box(edge, 0, frame.width, frame.height)
    if composition == "inset":
        gap = round(frame.margin * 0.62)
        art = Box(edge, gap, frame.width - gap, frame.height - gap)
        column = Box(column.left, column.top, edge - frame.margin * 0.75, column.bottom)
    if mirrored:
        art = Box(frame.width - art.right, art.top, frame.width - art.left, art.bottom)
        column = Box(frame.width - column.right, column.top, frame.width - column.left, column.bottom)
    block = set_block(words, column.width, column.height, frame.unit, _largest(frame, column.width))
    if block is None:
        return None
    return _card(frame, composition, (art, frame.whole), block, stand(block, column, spread=True))


def _stacked(frame: _Frame, words: Words, composition: Composition, mirrored: bool) -> CardLayout | None:
    """Words above the art, or below it when mirrored; the art takes whatever the words leave."""
    safe = frame.safe
    least_art = frame.height * (0.36 if frame.is_wide else 0.34)
    room = safe.height if frame.is_video else frame.height - least_art - frame.margin * 1.8
    column = safe.width * (0.86 if frame.is_wide else 1.0)
    block = set_block(words, column, room, frame.unit, _largest(frame, column))
    if block is None:
        return None
    # A vertical frame keeps its words on top: what is under the safe area is covered by the platform's own text.
    if mirrored and not frame.is_video:
        top = frame.height - frame.margin - block.height
        art = Box(0, 0, frame.width, round(top - frame.margin * 0.85))
    else:
        top = safe.top
        art = Box(0, round(top + block.height + frame.margin * 0.85), frame.width, frame.height)
    if composition == "inset":
        gap = round(frame.margin * 0.62)
        art = Box(gap, max(art.top, gap), frame.width - gap, min(art.bottom, frame.height - gap))
    place = Box(safe.left, top, safe.left + column, top + block.height)
    return _card(frame, composition, (art, frame.whole), block, stand(block, place, spread=False))


def _over_art(frame: _Frame, words: Words, composition: Composition, mirrored: bool) -> CardLayout | None:
    """Art over the whole card and a solid panel for the words, hugging them; a belt runs from edge to edge."""
    pad = frame.unit * (5.6 if frame.is_wide else 5.2)
    outer = frame.whole.inset(frame.margin * 0.62, frame.margin * 0.62)
    if frame.is_video:
        room = frame.safe
    elif frame.is_wide:
        wide = outer.width * (0.66 if words.lines else 0.60)
        room = Box(outer.left, outer.top, outer.left + wide, outer.bottom).inset(pad, pad)
    else:
        room = Box(outer.left, outer.top + outer.height * 0.16, outer.right, outer.bottom).inset(pad, pad)
    block = set_block(words, room.width, room.height, frame.unit, _largest(frame, room.width))
    if block is None:
        return None
    least = frame.height * (0.40 if not frame.is_video else 0.2)
    tall = min(max(block.height, least), room.height)
    top = room.top + (room.height - tall) / 2 if frame.is_video else room.bottom - tall
    place = Box(room.left, top, room.right, top + tall)
    ground = Box(*(round(edge) for edge in (place.left - pad, top - pad, place.right + pad, top + tall + pad)))
    if composition == "belt":
        ground = Box(0, ground.top, frame.width, ground.bottom)
    elif mirrored and frame.is_wide:
        shift = outer.right - ground.right
        ground = Box(ground.left + shift, ground.top, ground.right + shift, ground.bottom)
        place = Box(place.left + shift, place.top, place.right + shift, place.bottom)
    return _card(frame, composition, (frame.whole, ground), block, stand(block, place, spread=True))


def _card(
    frame: _Frame,
    composition: Composition,
    art_and_ground: tuple[Box, Box],
    block: Block,
    standing: tuple[tuple[Row, ...], tuple[Rule, ...]],
) -> CardLayout:
    art, ground = art_and_ground
    return CardLayout(
        width=frame.width,
        height=frame.height,
        composition=composition,
        art=art,
        ground=ground,
        safe=frame.safe if frame.is_video else ground,
        rows=standing[0],
        rules=standing[1],
        is_shortened=block.is_shortened,
        left_out=block.left_out,
    )
