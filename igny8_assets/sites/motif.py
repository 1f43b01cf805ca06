"""The site's ornament, a patch of circles and arcs that a name decides, in the site's colours; and the favicon."""

from hashlib import sha256
from html import escape

from igny8_resources.ai.providers import Palette

TILE = 60
_INKS = ("m-accent", "m-shape", "m-ink", "m-line")


def motif(seed: str, columns: int, rows: int) -> str:
    """An SVG of ``columns`` × ``rows`` tiles, the same for the same seed, coloured by the theme's classes.

    It says nothing to a reader, so it is hidden from assistive technology.
    """
    draw = sha256(seed.encode()).digest() * (columns * rows // 16 + 1)
    tiles = []
    last = -1
    for index in range(columns * rows):
        left, top = index % columns * TILE, index // columns * TILE
        shape = draw[2 * index % len(draw)] % len(_SHAPES)
        shape = (shape + 1) % len(_SHAPES) if shape == last else shape
        last = shape
        colour = _INKS[draw[(2 * index + 1) % len(draw)] * 7 % 16 * len(_INKS) // 16]
        tiles.append(f'<g transform="translate({left} {top})" class="{colour}">{_SHAPES[shape]}</g>')
    return (
        f'<svg class="motif" viewBox="0 0 {columns * TILE} {rows * TILE}" aria-hidden="true" focusable="false">'
        f"{''.join(tiles)}</svg>"
    )


def favicon(name: str, palette: Palette) -> bytes:
    """The site's initial on its accent colour, as SVG."""
    initial = escape(next((letter for letter in name if letter.isalnum()), "•").upper())
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="14" fill="{palette.accent}"/>'
        f'<text x="32" y="33" fill="{palette.on_accent}" font-family="system-ui, sans-serif" font-size="38" '
        'font-weight="700" text-anchor="middle" dominant-baseline="central">'
        f"{initial}</text></svg>\n"
    ).encode()


_SHAPES = (
    '<path d="M0 0A60 60 0 0 1 60 60H0Z"/>',
    '<path d="M60 0A60 60 0 0 0 0 60H60Z"/>',
    '<path d="M60 60A60 60 0 0 1 0 0H60Z"/>',
    '<path d="M0 60A60 60 0 0 0 60 0H0Z"/>',
    '<circle cx="30" cy="30" r="30"/>',
    '<path d="M0 0H60A30 30 0 0 1 0 0ZM0 30H60A30 30 0 0 1 0 30Z"/>',
    '<path d="M30 0A30 30 0 1 1 30 60 30 30 0 1 1 30 0M30 16A14 14 0 1 0 30 44 14 14 0 1 0 30 16"/>',
    '<path d="M0 0A60 60 0 0 0 60 60V36A36 36 0 0 1 24 0Z"/>',
)
