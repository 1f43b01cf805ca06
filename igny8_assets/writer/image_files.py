"""The files a page needs of one picture: WebP at a few widths, so that a phone never loads desktop pixels, and JPEG beside."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from igny8_assets.page_pictures import FALLBACK_WIDTH
from igny8_assets.picture_cropping import crop_box
from igny8_resources.picture_files import on_ground, open_picture

if TYPE_CHECKING:
    from PIL import Image

# A phone's column, the same column on a dense screen, and the widest a page shows.
WIDTHS = (480, 960, 1600)
# Chosen by eye on cards and photographs: no ringing around letters at twice the size.
_WEBP_QUALITY = 82
_JPEG_QUALITY = 84
_SAME_SHAPE = 0.01


@dataclass(frozen=True)
class ImageVariant:
    """One encoded size of a picture."""

    data: bytes
    media_type: str
    width: int
    height: int


def site_variants(data: bytes, aspect: float | None = None) -> list[ImageVariant]:
    """Encode a picture for the web.

    Args:
        data: the original file: PNG, JPEG, WebP, GIF (its first frame), TIFF or BMP.
        aspect: the shape that the page wants, width by height; a picture of another one is cropped to it around what
            has the most detail. None keeps the picture's own.

    Returns:
        Per width of ``WIDTHS`` that the original reaches, narrowest first, a WebP; an original between two widths adds its
        own, so that nothing is enlarged and no detail is thrown away. After the WebP nearest to ``FALLBACK_WIDTH`` and
        after the widest one stands a JPEG of that width: pages and feeds use no other. All are sRGB without metadata;
        transparency stays in WebP and turns white in JPEG.

    Raises:
        PictureUnreadable: the bytes are not a whole picture.
    """
    original = _in_shape(open_picture(data), aspect)
    largest = min(original.width, WIDTHS[-1])
    widths = sorted({width for width in WIDTHS if width <= largest} | {largest}, reverse=True)
    with_jpeg = {largest, min(widths, key=lambda width: abs(width - FALLBACK_WIDTH))}
    variants: list[ImageVariant] = []
    sized = original
    for width in widths:
        # Each from the next wider one: the result is as sharp, and small ones are made of few pixels.
        sized = _resized(sized, width)
        variants[:0] = [_encoded(sized, kind) for kind in (("WEBP", "JPEG") if width in with_jpeg else ("WEBP",))]
    return variants


def _in_shape(original: "Image.Image", aspect: float | None) -> "Image.Image":
    """A picture in the shape that is wanted; a difference that nobody sees is left alone."""
    if aspect is None or abs(original.width / original.height / aspect - 1) < _SAME_SHAPE:
        return original
    left, top, right, bottom = (round(edge) for edge in crop_box(original, aspect))
    return original.crop((left, top, right, bottom))


def _resized(original: "Image.Image", width: int) -> "Image.Image":
    from PIL import Image

    if width == original.width:
        return original
    height = max(1, round(original.height * width / original.width))
    if original.mode == "RGB":
        # Each pixel the mean of those that it covers: a seventh of the processor time, and edges without halos.
        import cv2
        import numpy as np

        return Image.fromarray(cv2.resize(np.asarray(original), (width, height), interpolation=cv2.INTER_AREA))
    return original.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(picture: "Image.Image", kind: str) -> ImageVariant:
    encoded = io.BytesIO()
    if kind == "WEBP":
        picture.save(encoded, "WEBP", quality=_WEBP_QUALITY, method=2)
    else:
        # Full colour resolution: coloured letters would fray with halved chroma. Neither progressive nor with Huffman tables of
        # its own: each takes about twice the processor time for 4 % of the size, of files that hardly any browser loads.
        flat = on_ground(picture)
        flat.save(encoded, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return ImageVariant(encoded.getvalue(), f"image/{kind.lower()}", picture.width, picture.height)
