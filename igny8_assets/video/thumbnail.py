"""Thumbnails: the best picture of a video under a headline that can be read, 1280 x 720 and 1080 x 1920.

A frame of the video carries captions, so the video's own pictures come first, then frames between two captions, then a
picture made for the purpose. Which one is best is measured: sharp, colourful, neither dark nor washed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from igny8_assets.picture_cropping import crop_box
from igny8_assets.video.lettering import Lines, wrapped
from igny8_assets.video.presets import Box
from igny8_resources.ai.providers import Palette
from igny8_resources.palettes import READABLE, luminance

_MEASURED_AT = 360  # pixels of the longer side
_LEAST_SHADE, _LARGEST_SHADE, _SHADE_STEP = 165, 245, 10
_WHITE = "#ffffff"
# The share of the letters' ground that may be lighter than what the contrast is measured against.
_LIGHTEST = 0.99


@dataclass(frozen=True)
class Format:
    """A thumbnail's size in pixels, and where its headline may stand."""

    name: str
    width: int
    height: int
    text: Box


FORMATS = (
    # YouTube writes the duration into the lower right corner.
    Format("wide", 1280, 720, Box(64, 64, 1216, 620)),
    # The safe area of upright videos.
    Format("tall", 1080, 1920, Box(120, 288, 888, 1248)),
)


@dataclass(frozen=True)
class Candidate:
    """A picture that could be the thumbnail; ``source`` says where it comes from, for people."""

    picture: Image.Image
    source: str


@dataclass(frozen=True)
class Thumbnail:
    """A finished thumbnail; ``contrast`` is what was measured between the headline and the lightest of its ground."""

    picture: Image.Image
    format: Format
    contrast: float


def appeal(picture: Image.Image) -> float:
    """How good a picture is as a thumbnail, from 0: sharpness times colourfulness, less for very dark or light ones.

    Sharpness is the spread of the Laplacian, colourfulness that of Hasler and Suesstrunk (2003).
    """
    small = picture.convert("RGB")
    small.thumbnail((_MEASURED_AT, _MEASURED_AT), Image.Resampling.BOX)
    rgb = np.asarray(small, np.float32)
    grey = cv2.cvtColor(np.asarray(small), cv2.COLOR_RGB2GRAY)
    sharpness = float(np.log1p(cv2.Laplacian(grey, cv2.CV_32F).std()))
    red_green = rgb[..., 0] - rgb[..., 1]
    yellow_blue = (rgb[..., 0] + rgb[..., 1]) / 2 - rgb[..., 2]
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    colourfulness = float(np.log1p(spread + 0.3 * float(np.hypot(red_green.mean(), yellow_blue.mean()))))
    light = float(grey.mean()) / 255
    exposure = 1 - min(1.0, abs(light - 0.5) * 2) ** 2
    return sharpness * colourfulness * exposure


def best_of(candidates: Sequence[Candidate]) -> Candidate:
    """The candidate with the most appeal, the first of equals.

    Raises:
        ValueError: there is none.
    """
    return max(candidates, key=lambda candidate: appeal(candidate.picture))


def draw_thumbnail(picture: Image.Image, headline: str, brand: str, palette: Palette, form: Format) -> Thumbnail:
    """Crop a picture to a format and set the headline on it, on as much shade as it needs to be read.

    Raises:
        GlyphMissing: the headline has a character that no font here draws.
    """
    ground = _cropped(picture, form)
    area, upright = form.text, form.height > form.width
    lines = wrapped(
        headline,
        "display_bold",
        size=112 if upright else 104,
        smallest=48,
        width=area.width if upright else round(area.width * 0.82),
        max_lines=5 if upright else 3,
        leading=1.12,
    )
    top = area.bottom - lines.height
    # The brightest ground decides, so the shade is deepened until even there the letters stand out.
    for shade in range(_LEAST_SHADE, _LARGEST_SHADE + 1, _SHADE_STEP):
        shaded = _shaded(ground, top - 90, shade)
        measured = contrast_on(shaded, _ink_box(lines, area.left, top, form))
        if measured >= READABLE:
            break
    pen = ImageDraw.Draw(shaded)
    lines.draw(pen, area.left, top, _WHITE, room=area.width)
    pen.rectangle((area.left, top - 38, area.left + 120, top - 26), fill=palette.accent)
    if brand:
        label = wrapped(brand.upper(), "display_bold", size=34, smallest=20, width=area.width - 60, max_lines=1)
        pad = 18
        box = (area.left, area.top, area.left + label.width + 2 * pad, area.top + label.height + pad)
        pen.rounded_rectangle(box, 10, fill=palette.accent)
        label.draw(pen, area.left + pad, area.top + pad / 2, palette.on_accent)
    return Thumbnail(shaded, form, measured)


def contrast_on(picture: Image.Image, box: Box) -> float:
    """WCAG contrast between white and the lightest hundredth of a part of a picture, before letters are set on it."""
    part = np.asarray(picture.crop((box.left, box.top, box.right, box.bottom)).convert("RGB"), np.float64) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    return (luminance(_WHITE) + 0.05) / (float(np.quantile(light, _LIGHTEST)) + 0.05)


def _cropped(picture: Image.Image, form: Format) -> Image.Image:
    box = crop_box(picture, form.width / form.height)
    return picture.convert("RGB").resize((form.width, form.height), Image.Resampling.LANCZOS, box=box)


def _shaded(ground: Image.Image, top: int, shade: int) -> Image.Image:
    """A copy that darkens from ``top`` on: within 90 pixels to full ``shade``, and stays so to the lower edge."""
    rows = np.clip((np.arange(ground.height) - top) / 90, 0, 1) * shade
    mask = Image.fromarray(np.repeat(rows.astype(np.uint8)[:, None], ground.width, axis=1))
    return Image.composite(Image.new("RGB", ground.size, "#0c0d10"), ground, mask)


def _ink_box(lines: Lines, left: int, top: int, form: Format) -> Box:
    """Where letters may fall: the text's lines over the whole width that they are set in."""
    return Box(left, top, min(form.width, max(left + lines.width, form.text.right)), top + lines.height)
