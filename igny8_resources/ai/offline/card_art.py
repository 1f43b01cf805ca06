"""Which art a card carries, in which of the site's colours."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from igny8_resources.ai.offline import card_fields, card_tiles
from igny8_resources.ai.offline.card_fields import Tones
from igny8_resources.ai.providers import Palette
from igny8_resources.palettes import contrast, from_oklch, mix, oklch, readable_on, rgb

# Nine, so that consecutive seeds differ, and seeds a hundred apart do too.
STYLES: dict[str, Callable[[int, int, Tones, Random], Image.Image]] = {
    "contours": card_fields.contours,
    "bauhaus": card_tiles.bauhaus,
    "paper_cut": card_fields.paper_cut,
    "overprint": card_fields.overprint,
    "ripples": card_tiles.ripples,
    "halftone": card_fields.halftone,
    "arches": card_tiles.arches,
    "ribbons": card_fields.ribbons,
    "weave": card_fields.weave,
}


@dataclass(frozen=True)
class Colouring:
    """The colours of one card as ``#rrggbb``: the ground of its words, what is set on it, and the art's tones."""

    ground: str
    ink: str
    kicker: str
    bar: str
    hairline: str
    tones: Tones


# Ground of the words and ground of the art: most cards are light, so that a page of them stays calm.
_PAIRS = (
    ("paper", "soft"),
    ("paper", "accent"),
    ("paper", "ink"),
    ("soft", "paper"),
    ("soft", "ink"),
    ("ink", "accent"),
    ("ink", "soft"),
    ("ink", "ink"),
    ("accent", "ink"),
    ("accent", "soft"),
)
# On light grounds inks mix by darkening; on others an overprint turns to mud.
_LIGHT_PAIRS = (("paper", "soft"), ("soft", "paper"), ("ink", "soft"), ("accent", "soft"), ("paper", "paper"))


def style_for(seed: int) -> str:
    """The style of a seed."""
    return list(STYLES)[seed % len(STYLES)]


def _companion(palette: Palette) -> str:
    """The second colour of the art: the soft tone's hue, at a strength that holds its own beside the accent."""
    lightness, chroma, hue = oklch(palette.soft)
    accent_lightness, accent_chroma, _ = oklch(palette.accent)
    deepened = 0.76 if accent_lightness < 0.62 else 0.52
    if chroma < 0.006:
        return from_oklch(deepened, 0.0, 0.0)
    return from_oklch(min(deepened, lightness), max(0.07, min(0.095, accent_chroma * 0.75)), hue)


def _tones(palette: Palette, ground: str) -> Tones:
    second = _companion(palette)
    deep = mix(palette.accent, palette.ink, 0.78)
    match ground:
        case "accent":
            chosen = (palette.paper, second, palette.ink, palette.soft)
            if contrast(second, palette.accent) < 1.35:
                chosen = (palette.paper, mix(palette.accent, palette.ink, 0.55), palette.ink, palette.soft)
            base = palette.accent
        case "ink":
            base = palette.ink
            chosen = (palette.accent, second, mix(palette.accent, palette.ink, 0.55), palette.soft)
            if contrast(palette.accent, palette.ink) < 1.5:
                chosen = (mix(palette.accent, palette.paper, 0.4), second, palette.accent, palette.soft)
        case "soft":
            base = palette.soft
            chosen = (palette.accent, second, deep, palette.paper)
        case _:
            base = palette.paper
            chosen = (palette.accent, second, deep, palette.soft)
    if contrast(chosen[0], base) < 1.3:
        # A brand colour as pale as the paper would not be seen on it.
        chosen = (mix(palette.ink, base, 0.35), *chosen[1:])
    return Tones(rgb(base), *(rgb(colour) for colour in chosen))


def colouring_for(palette: Palette, style: str, chance: Random) -> Colouring:
    """The colours of a card in a style."""
    words, art = chance.choice(_LIGHT_PAIRS if style == "overprint" else _PAIRS)
    grounds = {"paper": palette.paper, "soft": palette.soft, "ink": palette.ink, "accent": palette.accent}
    ground = grounds[words]
    ink = {"ink": palette.paper, "accent": palette.on_accent}.get(words, palette.ink)
    ink = readable_on(ground, ink)
    # On its own ground the accent has contrast 1 and gives way to the ink as well.
    bar = palette.accent if contrast(palette.accent, ground) >= 1.6 else ink
    muted = mix(ink, ground, 0.30)
    return Colouring(
        ground=ground,
        ink=ink,
        kicker=readable_on(ground, muted, ink),
        bar=bar,
        hairline=mix(ground, ink, 0.26 if words in ("paper", "soft") else 0.30),
        tones=_tones(palette, art),
    )


def paint_art(style: str, width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """An RGB picture of the size in the style."""
    return STYLES[style](width, height, tones, chance)
