"""A site's palette as CSS custom properties, in a light and a dark scheme that both meet WCAG 2.2 AA.

Colours are moved in OKLCH (Ottosson, "A perceptual color space for image processing", 2020): changing its lightness
keeps the hue a person sees. Contrast is WCAG's ratio of relative luminances: 4.5:1 for text, 3:1 for the shapes of
controls.
"""

from math import atan2, cbrt, cos, hypot, sin

from igny8_resources.ai.providers import Palette

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0

Lch = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def light_scheme(palette: Palette) -> dict[str, str]:
    """Custom properties of the light scheme: name without ``--`` to ``#rrggbb``."""
    return _scheme(paper=palette.paper, ink=palette.ink, soft=palette.soft, accent=palette.accent, palette=palette)


def dark_scheme(palette: Palette) -> dict[str, str]:
    """Custom properties of the dark scheme: the same hues on a dark ground, the accent lifted until it reads."""
    _, ink_chroma, ink_hue = _to_lch(palette.ink)
    _, accent_chroma, accent_hue = _to_lch(palette.accent)
    hue = ink_hue if ink_chroma > 0.01 else accent_hue
    tint = min(max(ink_chroma, 0.006), 0.018)
    paper = _from_lch((0.185, tint, hue))
    return _scheme(
        paper=paper,
        ink=_from_lch((0.93, 0.008, hue)),
        soft=_from_lch((0.245, tint * 1.2, hue)),
        accent=_readable(_from_lch((0.72, min(accent_chroma, 0.14), accent_hue)), (paper,), TEXT_CONTRAST),
        palette=palette,
    )


def css_block(scheme: dict[str, str]) -> str:
    """The declarations of a scheme, one a line."""
    return "\n".join(f"  --{name}: {value};" for name, value in scheme.items())


def _scheme(*, paper: str, ink: str, soft: str, accent: str, palette: Palette) -> dict[str, str]:
    grounds = (paper, soft)
    ink = _readable(ink, grounds, 7.0)
    on_accent = max((palette.on_accent, palette.paper, palette.ink, "#ffffff"), key=lambda c: contrast(c, accent))
    if contrast(palette.on_accent, accent) >= TEXT_CONTRAST:
        on_accent = palette.on_accent
    fill = _readable(accent, (on_accent,), TEXT_CONTRAST)
    return {
        "paper": paper,
        "ink": ink,
        "soft": soft,
        "muted": _readable(_mixed(ink, paper, 0.36), grounds, TEXT_CONTRAST),
        "line": _mixed(ink, paper, 0.86),
        "line-strong": _readable(_mixed(ink, paper, 0.55), grounds, SHAPE_CONTRAST),
        "accent": fill,
        "on-accent": on_accent,
        "link": _readable(accent, grounds, TEXT_CONTRAST),
        "shape": _mixed(accent, soft, 0.62),
    }


def _readable(colour: str, grounds: tuple[str, ...], ratio: float) -> str:
    """``colour`` with its lightness moved away from the grounds, as little as reaches ``ratio`` on each of them."""
    lightness, chroma, hue = _to_lch(colour)
    away = -0.01 if min(_luminance(ground) for ground in grounds) > 0.18 else 0.01
    while min(contrast(colour, ground) for ground in grounds) < ratio and 0.0 < lightness < 1.0:
        lightness = min(1.0, max(0.0, lightness + away))
        colour = _from_lch((lightness, chroma, hue))
    return colour


def _mixed(one: str, other: str, share: float) -> str:
    """The colour that is ``share`` of the way from ``one`` to ``other``, mixed in OKLab."""
    return _from_lab(*(a + (b - a) * share for a, b in zip(_to_lab(one), _to_lab(other), strict=True)))


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _expand(red), _expand(green), _expand(blue)


def _expand(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _compress(channel: float) -> int:
    bounded = min(1.0, max(0.0, channel))
    return round(255 * (12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055))


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_lab(colour: str) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _lab_to_linear(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _from_lab(lightness: float, a: float, b: float) -> str:
    return "#" + "".join(f"{_compress(channel):02x}" for channel in _lab_to_linear(lightness, a, b))


def _to_lch(colour: str) -> Lch:
    lightness, a, b = _to_lab(colour)
    return lightness, hypot(a, b), atan2(b, a)


def _from_lch(lch: Lch) -> str:
    """The nearest sRGB colour of the same lightness and hue: chroma is lowered until every channel fits."""
    lightness, chroma, hue = lch
    while chroma > 0 and any(
        not -0.001 <= channel <= 1.001 for channel in _lab_to_linear(lightness, chroma * cos(hue), chroma * sin(hue))
    ):
        chroma = max(0.0, chroma - 0.004)
    return _from_lab(lightness, chroma * cos(hue), chroma * sin(hue))
