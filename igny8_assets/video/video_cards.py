"""Cards for the sections of a script: what each says, and which way it is drawn."""

from pathlib import Path
from typing import get_args

from PIL import Image

from igny8_assets.video.card_canvas import CardCanvas, CardContent, CardStyle
from igny8_assets.video.code_cards import UnknownLanguage, draw_code
from igny8_assets.video.fact_cards import draw_comparison, draw_list, draw_statistic
from igny8_assets.video.failures import GlyphMissing, ScriptInvalid
from igny8_assets.video.presets import Preset
from igny8_assets.video.word_cards import draw_quote, draw_text, draw_title
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import ScriptSection

CARD_STYLES: tuple[CardStyle, ...] = get_args(CardStyle)
_MOST_ITEMS = 5
_FEWEST_ITEMS = {"list_card": 1, "comparison_card": 2}


def card_content(section: ScriptSection, *, title: str, brand: str = "", address: str = "") -> CardContent:
    """What the card of a section says.

    The first line of ``text_overlay`` is the headline and any further lines are list items; without a text overlay the
    video's title (hook, intro) or the narration's first sentence stands in. On a statistic the first line is the figure and
    the second what it is; on a comparison the second and third are its sides. ``address`` is shown on the call to action.
    """
    lines = [line.strip(" \t•-–") for line in section.text_overlay.replace("|", "\n").splitlines()]
    lines = [line for line in lines if line]
    headline = (
        lines[0] if lines else (title if section.type in ("hook", "intro") else _first_sentence(section.narration))
    )
    items = tuple(lines[1 : _MOST_ITEMS + 1])
    style: CardStyle = "text_card" if section.visual_cue == "article_image" else section.visual_cue
    if style in ("list_card", "comparison_card") and len(items) < _FEWEST_ITEMS[style]:
        style = "text_card"
    if style == "code_card" and section.code_block is None:
        style = "text_card"
    figure = ""
    if style == "statistic_card":
        figure, headline = (headline, items[0]) if items else ("", headline)
        style, items = ("statistic_card", ()) if figure else ("text_card", ())
    footer = address if section.type == "cta" else ""
    return CardContent(
        style,
        headline,
        items if style in ("list_card", "comparison_card") else (),
        brand,
        footer,
        figure,
        section.code_block if style == "code_card" else None,
    )


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
        ScriptInvalid: as ``save_card``.
    """
    content = card_content(section, title=title, brand=brand, address=address)
    return save_card(content, out, preset=preset, palette=palette, number=number, variant=number)


def save_card(
    content: CardContent, out: Path, *, preset: Preset, palette: Palette, number: int, variant: int = 0
) -> Path:
    """Draw a card as a PNG; ``number`` is the section (from 1) that errors name.

    Raises:
        ScriptInvalid: the text has a character that no font here draws, or code in a language that is not known.
    """
    try:
        picture = draw_card(content, preset=preset, palette=palette, variant=variant)
    except GlyphMissing as error:
        raise ScriptInvalid(str(error), number) from error
    except UnknownLanguage as error:
        raise ScriptInvalid(f"code_block: {error}", number) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.save(out, "PNG")
    return out


_DRAW = {
    "title_card": draw_title,
    "text_card": draw_text,
    "list_card": draw_list,
    "quote_card": draw_quote,
    "statistic_card": draw_statistic,
    "comparison_card": draw_comparison,
    "code_card": draw_code,
}


def draw_card(content: CardContent, *, preset: Preset, palette: Palette, variant: int = 0) -> Image.Image:
    """Draw a card; ``variant`` moves the shapes in the background.

    Raises:
        GlyphMissing: the text has a character that no font here draws.
        UnknownLanguage: Pygments does not know the language of the code.
    """
    canvas = CardCanvas(content, preset, palette, variant)
    _DRAW[content.style](canvas)
    return canvas.picture


def _first_sentence(text: str) -> str:
    for position, character in enumerate(text):
        if character in ".!?" and text[position + 1 : position + 2] in ("", " "):
            return text[: position + 1]
    return text
