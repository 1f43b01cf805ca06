"""Abstract art made of fields: contour lines, ribbons, halftone waves, paper-cut layers, overprinted discs, weave.

Every pattern takes a size in pixels, the tones to use and a seeded source of chance, and gives an RGB picture. Edges
are smoothed analytically: a pixel is covered by as much as its distance to the edge says. Chance comes from the given
source alone, so that the same seed gives the same picture.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Tones:
    """What a picture is painted with: its ground, and tones that stand out from it, the strongest first."""

    ground: Rgb
    strong: Rgb
    second: Rgb
    deep: Rgb
    pale: Rgb

    @property
    def all(self) -> tuple[Rgb, ...]:
        """The tones without the ground."""
        return self.strong, self.second, self.deep, self.pale


_STEP = 4
_RIM = 3


def _field(
    width: int, height: int, value: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
) -> Floats:
    """A smooth function of x and y on every pixel: computed on every fourth and interpolated between."""
    columns, rows = math.ceil(width / _STEP) + 2 * _RIM, math.ceil(height / _STEP) + 2 * _RIM
    x = (np.arange(columns, dtype=np.float64) - _RIM + 0.5) * _STEP
    y = (np.arange(rows, dtype=np.float64) - _RIM + 0.5) * _STEP
    coarse = np.asarray(value(x[None, :], y[:, None]), dtype=np.float32)
    fine = Image.fromarray(coarse).resize((columns * _STEP, rows * _STEP), Image.Resampling.BICUBIC)
    rim = _RIM * _STEP
    return np.asarray(fine, dtype=np.float32)[rim : rim + height, rim : rim + width]


def _steepness(field: Floats) -> Floats:
    """How much a field changes from one pixel to the next."""
    down, right = np.gradient(field)
    steep: Floats = np.sqrt(down * down + right * right) + np.float32(1e-6)
    return steep


def _canvas(width: int, height: int, colour: Rgb) -> Floats:
    canvas = np.empty((height, width, 3), dtype=np.float32)
    canvas[:] = colour
    return canvas


def _lay(canvas: Floats, cover: Floats, colour: Rgb) -> None:
    """Paint a colour where ``cover`` (0..1) says, in place."""
    canvas += cover[..., None] * (np.asarray(colour, dtype=np.float32) - canvas)


def _picture(canvas: Floats) -> Image.Image:
    return Image.fromarray(np.clip(canvas + 0.5, 0, 255).astype(np.uint8))


def _between(a: Rgb, b: Rgb, share: float) -> Rgb:
    red, green, blue = (round(one + (other - one) * share) for one, other in zip(a, b, strict=True))
    return red, green, blue


def _banded(field: Floats, colours: list[Rgb]) -> Floats:
    """The colour of ``floor(field)``, counted round the list, with smooth borders."""
    steep = _steepness(field)
    index = np.floor(field)
    into = field - index
    table = np.asarray(colours, dtype=np.float32)
    which = index.astype(np.int64) % len(colours)
    canvas: Floats = table[which]
    for towards, distance in ((-1, into / steep), (1, (1 - into) / steep)):
        rows, columns = np.nonzero(distance < 0.5)
        own = (0.5 + distance[rows, columns])[:, None]
        neighbour = table[(which[rows, columns] + towards) % len(colours)]
        canvas[rows, columns] = canvas[rows, columns] * own + neighbour * (1 - own)
    return canvas


def contours(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """A map of hills: tinted steps, and contour lines of which every fifth is heavier."""
    size = min(max(width, height), 1.6 * min(width, height))
    hills = [
        (
            chance.uniform(-0.1, 1.1) * width,
            chance.uniform(-0.1, 1.1) * height,
            chance.uniform(0.16, 0.36) * size,
            chance.choice((1.0, 1.0, 0.7, -0.8)),
        )
        for _ in range(max(5, round(6 * max(width, height) / min(width, height))))
    ]
    tilt, phase = chance.uniform(-0.5, 0.5), chance.uniform(0, math.tau)

    def height_at(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        total = tilt * (x - y) / size + 0.12 * np.sin(x / size * 7 + phase) * np.sin(y / size * 6)
        for left, top, spread, lift in hills:
            total = total + lift * np.exp(-((x - left) ** 2 + (y - top) ** 2) / (2 * spread * spread))
        return total

    field = _field(width, height, height_at)
    low, high = float(field.min()), float(field.max())
    levels = 22
    field = (field - low) / max(high - low, 1e-6) * levels
    steps = 5
    reach = chance.uniform(0.55, 0.8)
    tint = [_between(tones.ground, tones.strong, reach * step / (steps - 1)) for step in range(steps)]
    # One colour per step and no more: the tints rise with the land and never start again.
    canvas = _banded(np.minimum(field * (steps / levels), steps - 0.001).astype(np.float32), tint)
    line = tones.deep if sum(tones.ground) > 384 else _between(tones.strong, tones.pale, 0.55)
    away = np.abs(field - np.round(field)) / _steepness(field)
    thin, heavy = size / 620, size / 300
    half = np.where(np.round(field) % 5 == 0, np.float32(heavy), np.float32(thin))
    cover = np.clip(half + 0.5 - away, 0, 1) * 0.92
    _lay(canvas, cover.astype(np.float32), line)
    return _picture(canvas)


def ribbons(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Wide stripes that swing together like cloth in wind."""
    size = min(width, height)
    angle = chance.uniform(0.35, 1.2) * chance.choice((-1, 1))
    across, along = math.cos(angle), math.sin(angle)
    stripe = size / chance.uniform(6.5, 9.0)
    swing, wave = chance.uniform(0.9, 1.6), size * chance.uniform(0.8, 1.2)
    phase = chance.uniform(0, math.tau)

    def stripe_at(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        u, v = x * along - y * across, x * across + y * along
        bend = swing * np.sin(v / wave * math.tau / 1.6 + phase) + 0.45 * swing * np.sin(v / wave * 2.4 + u / wave + 1)
        return (u / stripe) + bend + 64

    order = [tones.strong, tones.ground, tones.second, tones.deep, tones.ground, tones.pale]
    if chance.random() < 0.5:
        order = [
            tones.ground,
            tones.strong,
            _between(tones.strong, tones.second, 0.5),
            tones.second,
            tones.ground,
            tones.deep,
        ]
    return _picture(_banded(_field(width, height, stripe_at), order))


def halftone(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """A screen of dots that swell and shrink in waves, in front of a large disc."""
    size = min(width, height)
    cell = max(6.0, size / chance.uniform(24, 32))
    turn = chance.uniform(0.3, 1.1)
    cos, sin = math.cos(turn), math.sin(turn)
    x = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    canvas = _canvas(width, height, tones.ground)
    radius = size * chance.uniform(0.30, 0.38)
    left, top = width * chance.uniform(0.42, 0.62), height * chance.uniform(0.38, 0.6)
    disc = np.sqrt((x - np.float32(left)) ** 2 + (y - np.float32(top)) ** 2)
    _lay(canvas, np.clip(np.float32(radius + 0.5) - disc, 0, 1), tones.second)
    bend, wave, phase = chance.uniform(0.5, 1.2), size * chance.uniform(0.7, 1.1), chance.uniform(0, math.tau)
    angle = chance.uniform(0, math.tau)

    def tone_at(px: NDArray[np.float64], py: NDArray[np.float64]) -> NDArray[np.float64]:
        u = (px * math.cos(angle) + py * math.sin(angle)) / wave
        v = (py * math.cos(angle) - px * math.sin(angle)) / wave
        return np.asarray(0.5 + 0.5 * np.sin(u * 4.2 + bend * np.sin(v * 3.1 + phase) + phase))

    tone = _field(width, height, tone_at)
    u, v = (x * np.float32(cos) + y * np.float32(sin)) / cell, (y * np.float32(cos) - x * np.float32(sin)) / cell
    u -= np.floor(u) + np.float32(0.5)
    v -= np.floor(v) + np.float32(0.5)
    distance = np.sqrt(u * u + v * v) * np.float32(cell)
    dots = np.clip(np.float32(cell) * (np.float32(0.05) + np.float32(0.56) * tone) + np.float32(0.5) - distance, 0, 1)
    _lay(canvas, dots, tones.strong)
    return _picture(canvas)


def paper_cut(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Sheets of coloured paper laid over one another, each with a wavy edge that throws a shadow, below a sun."""
    size = min(width, height)
    layers = 6
    x = np.arange(width, dtype=np.float64) + 0.5
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    canvas = _canvas(width, height, tones.ground)
    sun = size * chance.uniform(0.15, 0.21)
    left, top = width * chance.uniform(0.3, 0.72), height * chance.uniform(0.22, 0.32)
    disc = np.sqrt((x[None, :].astype(np.float32) - np.float32(left)) ** 2 + (y - np.float32(top)) ** 2)
    _lay(canvas, np.clip(np.float32(sun + 0.5) - disc, 0, 1), tones.second)
    stops = (tones.pale, tones.strong, tones.deep)
    for layer in range(layers):
        share = layer / (layers - 1)
        colour = (
            _between(stops[0], stops[1], share * 2) if share <= 0.5 else _between(stops[1], stops[2], share * 2 - 1)
        )
        base = height * (0.34 + 0.56 * share)
        edge = np.full(width, base)
        slope = np.zeros(width)
        for wave, lift in ((1.5, 0.075), (0.72, 0.04), (0.36, 0.012)):
            length = size * wave * chance.uniform(0.8, 1.25)
            phase, amount = chance.uniform(0, math.tau), size * lift * chance.uniform(0.7, 1.2)
            edge += amount * np.sin(x / length * math.tau + phase)
            slope += amount * math.tau / length * np.cos(x / length * math.tau + phase)
        over = (y - edge[None, :].astype(np.float32)) / np.sqrt(1 + slope * slope)[None, :].astype(np.float32)
        first = max(0, int(edge.min() - size * 0.05))
        over = over[first:]
        shadow = np.exp(np.minimum(over, 0) / np.float32(size * 0.016)) * np.float32(0.26)
        _lay(canvas[first:], shadow, _between(tones.deep, (0, 0, 0), 0.55))
        _lay(canvas[first:], np.clip(over + np.float32(0.5), 0, 1), colour)
    return _picture(canvas)


def overprint(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Large discs and rings printed over one another in few inks, which mix where they meet."""
    size = min(width, height)
    is_light = sum(tones.ground) > 384
    canvas = _canvas(width, height, tones.ground)
    inks = [tones.strong, tones.second, tones.pale if not is_light else tones.strong, tones.second]
    count = 3 + round(max(width, height) / size)
    turn = chance.uniform(0, math.tau)
    for index in range(count):
        # Golden-angle steps spread the discs evenly and never in a row.
        angle, away = turn + index * 2.39996, 0.17 + 0.30 * math.sqrt(index / count)
        left, top = width * (0.5 + away * math.cos(angle)), height * (0.5 + away * math.sin(angle))
        radius = size * chance.choice((0.19, 0.26, 0.34, 0.42))
        box = (
            max(0, int(left - radius - 1)),
            max(0, int(top - radius - 1)),
            min(width, int(left + radius + 2)),
            min(height, int(top + radius + 2)),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        x = np.arange(box[0], box[2], dtype=np.float32)[None, :] + np.float32(0.5 - left)
        y = np.arange(box[1], box[3], dtype=np.float32)[:, None] + np.float32(0.5 - top)
        distance = np.sqrt(x * x + y * y)
        cover = np.clip(np.float32(radius + 0.5) - distance, 0, 1)
        if index % 3 == 2:
            cover = cover * np.clip(distance - np.float32(radius * 0.62 - 0.5), 0, 1)
        part = canvas[box[1] : box[3], box[0] : box[2]]
        ink = np.asarray(inks[index % len(inks)], dtype=np.float32)
        mixed = part * (ink / 255) if is_light else 255 - (255 - part) * (1 - ink * np.float32(0.8) / 255)
        part += cover[..., None] * (mixed - part)
    return _picture(canvas)


def weave(width: int, height: int, tones: Tones, chance: Random) -> Image.Image:
    """Bands that go over and under one another, turned by half a right angle."""
    size = min(width, height)
    cell = size / chance.choice((7.0, 8.5, 10.0))
    turn = math.radians(chance.choice((45, 45, 30, 60)))
    cos, sin = np.float32(math.cos(turn) / cell), np.float32(math.sin(turn) / cell)
    x = np.arange(width, dtype=np.float32)[None, :] + np.float32(chance.uniform(0, cell))
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(chance.uniform(0, cell))
    u, v = x * cos + y * sin + 64, y * cos - x * sin + 64
    column, row = np.floor(u), np.floor(v)
    across, along = np.abs(u - column - np.float32(0.5)), np.abs(v - row - np.float32(0.5))
    column, row = column.astype(np.int16), row.astype(np.int16)
    # Over two and under two, each row one further: a twill, whose slanting ribs say cloth at once.
    is_warp_up = (column + row) % 4 < 2
    warp, weft = column % 3, row % 3 + 3
    table = np.asarray(
        (tones.strong, tones.strong, tones.deep, tones.pale, tones.second, tones.second), dtype=np.float32
    )
    # Distance from the middle of the upper and of the lower band, in cells.
    upper, lower = np.where(is_warp_up, across, along), np.where(is_warp_up, along, across)
    half = np.float32(0.455)
    upper_cover = np.clip((half - upper) * np.float32(cell) + np.float32(0.5), 0, 1)
    lower_cover = np.clip((half - lower) * np.float32(cell) + np.float32(0.5), 0, 1)
    # The lower band darkens where it dives under the upper one.
    shade = 1 - np.float32(0.34) * np.clip((upper - np.float32(0.28)) * np.float32(4.5), 0, 1)
    canvas = _canvas(width, height, tones.ground)
    beneath = table[np.where(is_warp_up, weft, warp)]
    beneath *= shade[..., None]
    beneath -= canvas
    beneath *= lower_cover[..., None]
    canvas += beneath
    above = table[np.where(is_warp_up, warp, weft)]
    above -= canvas
    above *= upper_cover[..., None]
    canvas += above
    return _picture(canvas)
