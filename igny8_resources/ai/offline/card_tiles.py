"""Abstract art made of tiles: Bauhaus squares, ripples that run from tile to tile, and nested arches.

Every pattern takes a size in pixels, the tones to use and a seeded source of chance, and gives an RGB picture. A tile
is drawn at four times its size and reduced, which smooths its edges.
"""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from PIL import Image, ImageDraw

from igny8_resources.ai.offline.card_fields import Rgb, Tones

_FINE = 4


def _tile(side: int, ground: Rgb, draw: Callable[[ImageDraw.ImageDraw, int], None]) -> Image.Image:
    """One square tile; ``draw`` gets a canvas of four times the side."""
    fine = Image.new("RGB", (side * _FINE, side * _FINE), ground)
    draw(ImageDraw.Draw(fine), side * _FINE)
    return fine.reduce(_FINE)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Rgb) -> None:
    pen.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=colour)


def _grid(width: int, height: int, rows: int) -> tuple[int, int, int]:
    """Side of a tile and how many columns and rows cover the picture."""
    side = math.ceil(min(width, height) / rows)
    return side, math.ceil(width / side), math.ceil(height / side)


Motif = Callable[[ImageDraw.ImageDraw, int, Rgb, Rgb], None]


def _quarter(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    _disc(pen, 0, side, side, fill)


def _rings(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, extra: Rgb) -> None:
    for step, colour in enumerate((fill, extra, fill, extra)):
        _disc(pen, 0, side, side * (1 - step * 0.25), colour)


def _leaf(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    turns = [math.pi / 2 * step / 48 for step in range(49)]
    upper = [(side * math.sin(turn), side - side * math.cos(turn)) for turn in turns]
    lower = [(side - side * math.sin(turn), side * math.cos(turn)) for turn in turns]
    pen.polygon(upper + lower, fill=fill)


def _halves(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, extra: Rgb) -> None:
    middle = side / 2
    pen.pieslice((0, -middle, side - 1, middle - 1), 0, 180, fill=fill)
    pen.pieslice((0, middle, side - 1, side + middle - 1), 0, 180, fill=extra)


def _dot(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    _disc(pen, side / 2, side / 2, side * 0.36, fill)


def _target(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, extra: Rgb) -> None:
    _disc(pen, side / 2, side / 2, side / 2, fill)
    _disc(pen, side / 2, side / 2, side * 0.26, extra)


def _triangle(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    pen.polygon(((0, 0), (side, side), (0, side)), fill=fill)


def _stripes(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    for step in range(0, 8, 2):
        pen.rectangle((0, side * step / 8, side, side * (step + 1) / 8 - 1), fill=fill)


def _dots(pen: ImageDraw.ImageDraw, side: int, fill: Rgb, _: Rgb) -> None:
    for column in range(3):
        for row in range(3):
            _disc(pen, side * (column + 0.5) / 3, side * (row + 0.5) / 3, side * 0.085, fill)


def _plain(_pen: ImageDraw.ImageDraw, _side: int, _fill: Rgb, _extra: Rgb) -> None:
    """A tile of its ground alone, where the eye rests."""


def _drawn(motif: Motif, inks: tuple[Rgb, Rgb], pen: ImageDraw.ImageDraw, side: int) -> None:
    motif(pen, side, *inks)


_MOTIFS: tuple[Motif, ...] = (
    *(_quarter, _quarter, _leaf, _rings, _halves, _target),
    *(_dot, _triangle, _stripes, _dots, _plain),
)


def bauhaus(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Squares of plain geometry, no two neighbours alike."""
    side, columns, rows = _grid(width, height, chance.choice((3, 4)) if width * height > 90_000 else 3)
    picture = Image.new("RGB", (columns * side, rows * side), tones.ground)
    grounds = (tones.ground, tones.ground, tones.pale, tones.second, tones.deep, tones.strong)
    above: list[tuple[Motif, Rgb] | None] = [None] * columns
    for row in range(rows):
        before: tuple[Motif, Rgb] | None = None
        for column in range(columns):
            neighbours = [tile for tile in (before, above[column]) if tile]
            motif, ground = chance.choice(_MOTIFS), chance.choice(grounds)
            while any(motif is other or ground == colour for other, colour in neighbours):
                motif, ground = chance.choice(_MOTIFS), chance.choice((*tones.all, tones.ground))
            fill, extra = chance.sample([tone for tone in (*tones.all, tones.ground) if tone != ground], 2)
            tile = _tile(side, ground, partial(_drawn, motif, (fill, extra)))
            picture.paste(tile.rotate(90 * chance.randrange(4)), (column * side, row * side))
            before = above[column] = (motif, ground)
    return _centred(picture, width, height)


def ripples(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Bundles of lines that turn a quarter circle in every tile and so wander without end (Truchet, 1704)."""
    side, columns, rows = _grid(width, height, chance.choice((3, 4, 5)) if width * height > 90_000 else 3)
    bands = 7
    colours = chance.choice(
        (
            (tones.strong, tones.ground, tones.second, tones.ground, tones.second, tones.ground, tones.strong),
            (tones.deep, tones.ground, tones.strong, tones.pale, tones.strong, tones.ground, tones.deep),
            (tones.ground, tones.strong, tones.ground, tones.second, tones.ground, tones.strong, tones.ground),
        )
    )

    def draw(pen: ImageDraw.ImageDraw, whole: int) -> None:
        # Bands lie symmetrically about the middle of each side, so that every turn of a tile meets its neighbours.
        for x, y in ((0, 0), (whole, whole)):
            for index in range(bands):
                outer = whole * (0.5 + 0.5 * (1 - 2 * index / bands) * 0.86)
                _disc(pen, x, y, outer, colours[index])
            _disc(pen, x, y, whole * (0.5 - 0.5 * 0.86), tones.ground)

    plain = _tile(side, tones.ground, draw)
    turned = plain.rotate(90)
    picture = Image.new("RGB", (columns * side, rows * side), tones.ground)
    for row in range(rows):
        for column in range(columns):
            picture.paste(plain if chance.random() < 0.5 else turned, (column * side, row * side))
    return _centred(picture, width, height)


def arches(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """A colonnade of nested arches of different heights."""
    # In a tall picture words cover the upper part: small arches keep their crowns in sight.
    is_tall = height > 1.5 * width
    count = 3 if is_tall else max(2, round(width / min(height * 0.5, width / 2) * chance.choice((0.8, 1.0))))
    side = math.ceil(width / count)
    picture = Image.new("RGB", (width, height), tones.ground)
    order = [tones.strong, tones.pale, tones.second, tones.deep]
    heights = [0.50, 0.78, 0.62, 0.90, 0.56, 0.84]
    offset = chance.randrange(len(heights))
    for column in range(count):
        reach = round(height * (heights[(column + offset) % len(heights)] + chance.uniform(-0.05, 0.05)))
        if is_tall:
            reach = min(reach, round(side * chance.uniform(1.2, 1.7)))
        shift = chance.randrange(len(order))
        tones_here = [order[(shift + step) % len(order)] for step in range(4)]
        arch = _arch(side, max(reach, side), tones.ground, tones_here)
        picture.paste(arch, (column * side, height - arch.height))
    return picture


def _arch(side: int, height: int, ground: Rgb, colours: list[Rgb]) -> Image.Image:
    """One arch of four nested bands, standing on the lower edge."""

    def draw(pen: ImageDraw.ImageDraw, whole: int) -> None:
        middle = whole / 2
        for index, colour in enumerate(colours):
            radius = middle * (0.97 - index * 0.235)
            _disc(pen, middle, middle, radius, colour)
            pen.rectangle((round(middle - radius), round(middle), round(middle + radius) - 1, whole), fill=colour)

    top = _tile(side, ground, draw)
    arch = Image.new("RGB", (side, height), ground)
    # Under the crown the bands run straight down: the last row of the crown, repeated.
    arch.paste(top.crop((0, side - 1, side, side)).resize((side, height)), (0, 0))
    arch.paste(top, (0, 0))
    return arch


def _centred(picture: Image.Image, width: int, height: int) -> Image.Image:
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))
