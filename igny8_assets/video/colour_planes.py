"""Pictures as the encoder wants them: BT.709, limited range, 4:2:0, each plane for itself.

Converting a still once and moving its planes costs about half of moving RGB and converting every frame.
"""

from dataclasses import dataclass

import cv2
import numpy as np

Plane = np.ndarray
RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # BT.709 luma
_BAND = 128  # rows, even


@dataclass(frozen=True)
class Planes:
    """Luma (height x width) and the two colour differences (half of each), all uint8."""

    y: Plane
    u: Plane
    v: Plane

    def bordered(self, samples: int) -> "Planes":
        """The same planes with their edges repeated ``samples`` times on every side."""
        sides = (samples, samples, samples, samples)
        y, u, v = (cv2.copyMakeBorder(plane, *sides, cv2.BORDER_REPLICATE) for plane in (self.y, self.u, self.v))
        return Planes(y, u, v)


class Frame:
    """One raw yuv420p frame: a flat buffer and its three planes as views into it."""

    def __init__(self, width: int, height: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"A 4:2:0 frame needs even sides, not {width}x{height}.")
        self.width, self.height = width, height
        luma, chroma = width * height, width * height // 4
        self.data = np.empty(luma + 2 * chroma, np.uint8)
        self.y = self.data[:luma].reshape(height, width)
        self.u = self.data[luma : luma + chroma].reshape(height // 2, width // 2)
        self.v = self.data[luma + chroma :].reshape(height // 2, width // 2)

    @property
    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Luma and both colour differences."""
        return self.y, self.u, self.v


def _full_yuv(rgb: np.ndarray) -> tuple[Plane, Plane, Plane]:
    pixels = rgb.astype(np.float32)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    luma = RED * red + GREEN * green + BLUE * blue
    cb = (blue - luma) * (224 / 255 / (2 * (1 - BLUE))) + 128
    cr = (red - luma) * (224 / 255 / (2 * (1 - RED))) + 128
    return luma * (219 / 255) + 16, cb, cr


def _halved(plane: Plane) -> Plane:
    """Half size, samples on the even columns (left-sited, as H.264 decoders assume) and between the rows."""
    smooth = cv2.filter2D(plane, -1, np.array([[0.25, 0.5, 0.25]], np.float32), borderType=cv2.BORDER_REPLICATE)
    columns = smooth[:, ::2]
    return (columns[::2] + columns[1::2]) / 2


def _bytes(plane: Plane) -> Plane:
    rounded: Plane = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
    return rounded


def planes_of(rgb: np.ndarray) -> Planes:
    """The planes of an RGB picture, shape ``(height, width, 3)``, uint8, both sides even."""
    height, width = rgb.shape[:2]
    y = np.empty((height, width), np.uint8)
    u, v = np.empty((height // 2, width // 2), np.uint8), np.empty((height // 2, width // 2), np.uint8)
    # In bands: as floating-point numbers a whole picture would take twelve times its bytes, several times over.
    for top in range(0, height, _BAND):
        band = slice(top, min(top + _BAND, height))
        half = slice(band.start // 2, band.stop // 2)
        luma, cb, cr = _full_yuv(rgb[band])
        y[band], u[half], v[half] = _bytes(luma), _bytes(_halved(cb)), _bytes(_halved(cr))
    return Planes(y, u, v)


def colour_of(hex_colour: str) -> tuple[int, int, int]:
    """Y, U, V of one colour, written ``#rrggbb``."""
    pixel = np.array([[[int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]]], np.float32)
    luma, cb, cr = _full_yuv(pixel)
    return round(float(luma[0, 0])), round(float(cb[0, 0])), round(float(cr[0, 0]))


class Patch:
    """A drawing with transparency, ready to be blended into its box of a frame.

    ``left`` and ``top`` are even, so that the box falls on whole colour samples.
    """

    def __init__(self, rgba: np.ndarray, left: int, top: int) -> None:
        height, width = rgba.shape[:2]
        if width % 2 or height % 2 or left % 2 or top % 2:
            raise ValueError("A patch needs an even place and size.")
        self.left, self.top, self.width, self.height = left, top, width, height
        alpha = rgba[..., 3].astype(np.float32) / 255
        luma, cb, cr = _full_yuv(rgba[..., :3])
        small = _halved(alpha)
        # Colour is weighted by its own transparency before it is halved, or edges would take on the colour behind them.
        self.covers = (_bytes(alpha * 255), _bytes(small * 255), _bytes(small * 255))
        self.paints = (_bytes(luma * alpha), _bytes(_halved(cb * alpha)), _bytes(_halved(cr * alpha)))
        self._keeps = tuple(255 - cover for cover in self.covers)
        self._faded = tuple((np.empty_like(cover), np.empty_like(cover)) for cover in self.covers)

    def boxes(self) -> tuple[tuple[slice, slice], ...]:
        """The rows and columns that the patch covers, plane by plane."""
        return tuple(
            (
                slice(self.top // half, (self.top + self.height) // half),
                slice(self.left // half, (self.left + self.width) // half),
            )
            for half in (1, 2, 2)
        )

    def blend(self, frame: Frame, strength: float = 1.0) -> None:
        """Lay the patch over the frame; ``strength`` 0..1 fades it."""
        if strength <= 0:
            return
        for index, (plane, box) in enumerate(zip(frame.planes, self.boxes(), strict=True)):
            keep, paint = self._keeps[index], self.paints[index]
            if strength < 1:
                weaker_keep, weaker_paint = self._faded[index]
                keep = cv2.convertScaleAbs(self.covers[index], dst=weaker_keep, alpha=-strength, beta=255)
                paint = cv2.convertScaleAbs(paint, dst=weaker_paint, alpha=strength)
            below = plane[box]
            cv2.multiply(below, keep, dst=below, scale=1 / 255)
            cv2.add(below, paint, dst=below)
