"""The colours of a site: a designed palette per site key, or one derived from a brand colour.

Belongs here: colour arithmetic and the curated list. Contrast is WCAG 2.1's; mixing and hue turns happen in OKLCH
(Björn Ottosson, 2020), where equal steps look equal.
"""

import hashlib
import math
import re

from igny8_resources.ai.providers import Palette

# WCAG 2.1 success criterion 1.4.3 (AA) for text of ordinary size.
READABLE = 4.5

# paper, ink, accent, soft; the soft tone carries the palette's second hue.
_DESIGNED: tuple[tuple[str, str, str, str], ...] = (
    ("#faf5ec", "#2a1c14", "#b8502a", "#e8d9b5"),  # terracotta and straw
    ("#f6f6f0", "#18251f", "#2f6b4f", "#ecd9c6"),  # forest and shell
    ("#f7f5f8", "#1d1a2f", "#5a45a8", "#f3d8c8"),  # iris and apricot
    ("#f4f7f9", "#10222f", "#1f6391", "#f2dfae"),  # harbour and wheat
    ("#fbf4f1", "#2c1620", "#a92f4c", "#d3e2dd"),  # garnet and mist
    ("#f8f6ee", "#1f2421", "#d9982a", "#cfdfe0"),  # saffron and lake
    ("#f3f6f6", "#0f2629", "#137a7f", "#f4d3c4"),  # teal and coral
    ("#f9f6f3", "#24202a", "#c4452d", "#cddcea"),  # vermilion and sky
    ("#f6f7f2", "#20261a", "#64722a", "#ead5dc"),  # olive and rose
    ("#f5f6fa", "#141b34", "#3551c4", "#f6dcc0"),  # cobalt and peach
    ("#faf4f5", "#2b1726", "#96397f", "#dce4c4"),  # plum and pistachio
    ("#f7f4ef", "#261d17", "#8a5a33", "#cfdfd6"),  # walnut and sage
    ("#f4f6f4", "#16211f", "#e0694c", "#cfe3d6"),  # salmon and mint
    ("#f6f5f1", "#1b1f27", "#4a6076", "#f0d5b8"),  # slate and amber
)

_SOFT_TURNS = (0.0, 40.0, 150.0, 180.0, 210.0)


class InvalidColour(ValueError):
    """A colour that is not written ``#rgb`` or ``#rrggbb``."""


def _channels(colour: str) -> tuple[float, float, float]:
    """Channels in sRGB, 0..1, of ``#rgb`` or ``#rrggbb``."""
    digits = colour.strip().removeprefix("#")
    if not re.fullmatch(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", digits):
        raise InvalidColour(f"{colour!r} is not a colour: write it as #rrggbb, for example #b8502a")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def rgb(colour: str) -> tuple[int, int, int]:
    """The three 8-bit channels of ``#rgb`` or ``#rrggbb``.

    Raises:
        InvalidColour: the text is not a colour.
    """
    red, green, blue = _channels(colour)
    return round(red * 255), round(green * 255), round(blue * 255)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours after WCAG 2.1, from 1 (equal) to 21 (black on white).

    Raises:
        InvalidColour: one of the texts is not a colour.
    """
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def oklab(colour: str) -> tuple[float, float, float]:
    """Lightness 0..1 and the two colour axes, near which equal steps look equal (Ottosson, 2020)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _linear_from_oklab(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def from_oklab(lightness: float, a: float, b: float) -> str:
    """The ``#rrggbb`` of an OKLab colour; a channel that sRGB does not reach stops at its end."""
    channels = (_gamma(min(max(channel, 0.0), 1.0)) for channel in _linear_from_oklab(lightness, a, b))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0..1, chroma (0 is grey) and hue in degrees."""
    lightness, a, b = oklab(colour)
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The ``#rrggbb`` of an OKLCH colour; chroma is lowered until the colour exists in sRGB."""
    while True:
        a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
        if chroma <= 0 or all(-0.0005 <= channel <= 1.0005 for channel in _linear_from_oklab(lightness, a, b)):
            return from_oklab(lightness, a, b)
        chroma = max(0.0, chroma - 0.004)


def mix(a: str, b: str, share: float) -> str:
    """``a`` with ``share`` (0..1) of ``b``, mixed in linear light."""
    pairs = zip(_channels(a), _channels(b), strict=True)
    channels = (_gamma(_linear(one) * (1 - share) + _linear(other) * share) for one, other in pairs)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def readable_on(ground: str, *wanted: str) -> str:
    """The first wanted colour that reaches 4.5:1 on ``ground``, else white or black: one of the two always does."""
    for colour in (*wanted, "#ffffff"):
        if contrast(colour, ground) >= READABLE:
            return colour
    return "#000000"


def _derived(site_key: str, accent: str) -> Palette:
    """A palette around a brand colour, which is kept as it is; the key chooses the second hue."""
    _, chroma, hue = oklch(accent)
    digest = hashlib.sha256(site_key.encode()).digest()
    # A grey brand stays grey: a tint would be invented.
    tint = min(chroma / 0.1, 1.0)
    paper = from_oklch(0.974, 0.010 * tint, hue)
    ink = from_oklch(0.225, 0.030 * tint, hue)
    soft = from_oklch(0.905, 0.042 * tint, hue + _SOFT_TURNS[digest[1] % len(_SOFT_TURNS)])
    return Palette(paper=paper, ink=ink, accent=accent, on_accent=readable_on(accent, paper, ink), soft=soft)


def palette_for(site_key: str, accent: str | None = None) -> Palette:
    """The palette of a site: always the same for the same key.

    Args:
        site_key: the site's key; its SHA-256 picks one of the designed palettes.
        accent: a brand colour ``#rrggbb``; then paper, ink and soft are derived from it and it is used unchanged.

    Returns:
        Colours of which ``ink`` on ``paper``, ``ink`` on ``soft`` and ``on_accent`` on ``accent`` reach 4.5:1.

    Raises:
        InvalidColour: ``accent`` is not a colour.
    """
    if accent is not None and accent.strip():
        return _derived(site_key, "#" + "".join(f"{channel:02x}" for channel in rgb(accent)))
    digest = hashlib.sha256(site_key.encode()).digest()
    paper, ink, chosen, soft = _DESIGNED[int.from_bytes(digest[:4], "big") % len(_DESIGNED)]
    return Palette(paper=paper, ink=ink, accent=chosen, on_accent=readable_on(chosen, paper, ink), soft=soft)


def designed_palettes() -> tuple[Palette, ...]:
    """Every curated palette, in a fixed order."""
    return tuple(
        Palette(paper=paper, ink=ink, accent=accent, on_accent=readable_on(accent, paper, ink), soft=soft)
        for paper, ink, accent, soft in _DESIGNED
    )
