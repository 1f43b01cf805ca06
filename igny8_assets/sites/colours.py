"""A site's palette as CSS custom properties, in a light and a dark scheme that both meet WCAG 2.2 AA.

Colours are moved in OKLCH (Ottosson, "A perceptual color space for image processing", 2020): changing its lightness
keeps the hue a person sees. Contrast is WCAG's ratio of relative luminances: 4.5:1 for text, 3:1 for the shapes of
controls.
"""

from igny8_resources.ai.providers import Palette
from igny8_resources.palettes import contrast, from_oklab, from_oklch, luminance, oklab, oklch

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0


def light_scheme(palette: Palette) -> dict[str, str]:
    """Custom properties of the light scheme: name without ``--`` to ``#rrggbb``."""
    return _scheme(paper=palette.paper, ink=palette.ink, soft=palette.soft, accent=palette.accent, palette=palette)


def dark_scheme(palette: Palette) -> dict[str, str]:
    """Custom properties of the dark scheme: the same hues on a dark ground, the accent lifted until it reads."""
    _, ink_chroma, ink_hue = oklch(palette.ink)
    _, accent_chroma, accent_hue = oklch(palette.accent)
    hue = ink_hue if ink_chroma > 0.01 else accent_hue
    tint = min(max(ink_chroma, 0.006), 0.018)
    paper = from_oklch(0.185, tint, hue)
    return _scheme(
        paper=paper,
        ink=from_oklch(0.93, 0.008, hue),
        soft=from_oklch(0.245, tint * 1.2, hue),
        accent=_readable(from_oklch(0.72, min(accent_chroma, 0.14), accent_hue), (paper,), TEXT_CONTRAST),
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
    lightness, chroma, hue = oklch(colour)
    away = -0.01 if min(luminance(ground) for ground in grounds) > 0.18 else 0.01
    while min(contrast(colour, ground) for ground in grounds) < ratio and 0.0 < lightness < 1.0:
        lightness = min(1.0, max(0.0, lightness + away))
        colour = from_oklch(lightness, chroma, hue)
    return colour


def _mixed(one: str, other: str, share: float) -> str:
    """The colour that is ``share`` of the way from ``one`` to ``other``, mixed in OKLab."""
    return from_oklab(*(a + (b - a) * share for a, b in zip(oklab(one), oklab(other), strict=True)))
