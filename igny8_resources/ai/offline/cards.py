"""Pictures without a picture model: designed cards with the article's own words and abstract art in the site's colours.

Belongs here: the image provider, and drawing what ``card_layout`` arranged. Does not belong here: typography
(``card_type``, ``card_block``), geometry (``card_layout``), art (``card_art``).
"""

import io
from random import Random

from PIL import Image, ImageDraw

from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.offline import card_type
from igny8_resources.ai.offline.card_art import Colouring, colouring_for, paint_art, style_for
from igny8_resources.ai.offline.card_block import Faces, Words
from igny8_resources.ai.offline.card_geometry import CardLayout
from igny8_resources.ai.offline.card_layout import compositions, lay_out
from igny8_resources.ai.providers import ImageAnswer, ImageCall
from igny8_resources.fonts import Face
from igny8_resources.palettes import InvalidColour

# An 8K frame; more would only exhaust memory.
_MOST_PIXELS = 7680 * 4320
_SMALLEST_SIDE = 16
# More characters than any card can show; what is beyond them need not be measured to be cut off.
_MOST_CHARACTERS = 600


class GlyphMissing(ProviderRejected):
    """A card's words hold characters that no bundled font draws; ``characters`` says which."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in characters[:12])
        more = f" and {len(characters) - 12} more" if len(characters) > 12 else ""
        super().__init__(
            f"the bundled fonts cannot draw {named}{more}: use other words on the card, leave the headline empty for "
            "art without words, or choose another image provider"
        )


def _face_for(text: str, wanted: Face, instead: Face) -> Face:
    """The wanted face, or the other one when only that draws the whole text.

    Raises:
        GlyphMissing: neither does.
    """
    missing = card_type.missing_characters(text, wanted)
    if not missing:
        return wanted
    elsewhere = card_type.missing_characters(text, instead)
    if elsewhere:
        raise GlyphMissing(min(missing, elsewhere, key=len))
    return instead


def words_of(call: ImageCall) -> Words:
    """The words of a card, cleaned, with faces that cover them.

    Raises:
        GlyphMissing: a character is in none of the fonts.
    """
    headline = card_type.clean(call.headline)[:_MOST_CHARACTERS]
    if not headline:
        return Words("", "", (), Faces())
    kicker = card_type.clean(call.kicker)[:_MOST_CHARACTERS]
    lines = tuple(line for line in (card_type.clean(line)[:_MOST_CHARACTERS] for line in call.lines) if line)
    faces = Faces(
        headline=_face_for(headline + "…", "display_bold", "text_bold"),
        kicker=_face_for(kicker.upper() + "…", "display", "text_bold"),
        line=_face_for("".join(lines) + "…", "text", "display"),
    )
    return Words(kicker, headline, lines, faces)


def layout_of(call: ImageCall) -> CardLayout:
    """Where everything on the card of a call stands.

    Raises:
        ProviderRejected: the size is impossible, or (GlyphMissing) the fonts lack a character.
    """
    _check_size(call)
    words = words_of(call)
    chance = Random(f"layout {call.seed}")
    composition = chance.choice(compositions(call.width, call.height, words))
    return lay_out(call.width, call.height, words, composition, mirrored=chance.random() < 0.4)


def _check_size(call: ImageCall) -> None:
    if min(call.width, call.height) < _SMALLEST_SIDE or call.width * call.height > _MOST_PIXELS:
        raise ProviderRejected(
            f"a card of {call.width} x {call.height} pixels cannot be made: each side needs at least {_SMALLEST_SIDE} "
            f"pixels, and width x height at most {_MOST_PIXELS:,}"
        )


def _draw_words(picture: Image.Image, layout: CardLayout, colours: Colouring) -> None:
    pen = ImageDraw.Draw(picture)
    for rule in layout.rules:
        box = rule.box
        fill = colours.bar if rule.kind == "bar" else colours.hairline
        pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=fill)
    for row in layout.rows:
        fill = colours.kicker if row.role == "kicker" else colours.ink
        font = card_type.font(row.face, row.size)
        for letter, x in row.letters:
            pen.text((x, row.baseline), letter, font=font, fill=fill, anchor="ls", features=card_type.FEATURES)


def draw_card(call: ImageCall) -> Image.Image:
    """The card of a call as an RGB picture.

    Raises:
        ProviderRejected: the size is impossible, a colour is malformed, or (GlyphMissing) the fonts lack a character.
    """
    layout = layout_of(call)
    style = style_for(call.seed)
    chance = Random(f"art {call.seed}")
    try:
        colours = colouring_for(call.palette, style, chance)
    except InvalidColour as error:
        raise ProviderRejected(f"the card's palette is malformed: {error}") from error
    picture = Image.new("RGB", (call.width, call.height), colours.ground)
    art = layout.art
    left, top, right, bottom = (round(edge) for edge in (art.left, art.top, art.right, art.bottom))
    if right - left > 1 and bottom - top > 1:
        picture.paste(paint_art(style, right - left, bottom - top, colours.tones, chance), (left, top))
    if layout.ground is not None and layout.composition in ("panel", "belt"):
        ground = layout.ground
        picture.paste(
            colours.ground, (round(ground.left), round(ground.top), round(ground.right), round(ground.bottom))
        )
    _draw_words(picture, layout, colours)
    return picture


class OfflineImageProvider:
    """Draws designed cards in process: no key, no network, the same bytes for the same call.

    Consecutive seeds give different styles of art, so the pictures of one article are a family and not twins. Without a
    headline the card is art alone.
    """

    name = "offline"
    model = "cards-1"

    def paint(self, call: ImageCall) -> ImageAnswer:
        """Draw the card and encode it as PNG.

        Raises:
            ProviderRejected: the size is impossible, a colour is malformed, or (GlyphMissing) a character is lacking.
        """
        picture = draw_card(call)
        encoded = io.BytesIO()
        picture.save(encoded, "PNG", compress_level=6)
        return ImageAnswer(encoded.getvalue(), "image/png", picture.width, picture.height)
