"""Pictures to each platform's measure: cropped where that costs nothing that matters, else placed whole on a ground.

Sizes are the product's own specification of post images. Byte limits are the platforms' (documented or known from
refused uploads, July 2026); where the specification allows more than the platform takes, the platform's figure counts.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from igny8_assets.picture_cropping import crop_box
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.vocabulary import SocialPlatform
from igny8_resources.palettes import rgb
from igny8_resources.picture_files import on_ground, open_picture

if TYPE_CHECKING:
    from PIL import Image

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class SocialImageSize:
    """A platform's post image: pixels, and the most bytes an upload may have."""

    width: int
    height: int
    max_bytes: int


SOCIAL_IMAGE_SIZES: dict[SocialPlatform, SocialImageSize] = {
    # LinkedIn limits pixels (36,152,320), not bytes; 10 MB is the specification's.
    "linkedin": SocialImageSize(1200, 627, 10 * MEGABYTE),
    "twitter": SocialImageSize(1600, 900, 5 * MEGABYTE),
    # The Graph API refuses photos above 4 MB (error 1366046), although the specification has 10 MB.
    "facebook": SocialImageSize(1200, 630, 4 * MEGABYTE),
    # JPEG only, 4:5 to 1.91:1, 320 to 1440 pixels wide.
    "instagram": SocialImageSize(1080, 1080, 8 * MEGABYTE),
    # Photo posts: JPEG or WebP, at most 1080p; the 72 MB of the specification are for video.
    "tiktok": SocialImageSize(1080, 1920, 20 * MEGABYTE),
}

# A crop that keeps less than this share of the picture would cut into what it shows.
_KEEPS_AT_LEAST = 0.86
_QUALITIES = (92, 86, 80, 72, 62, 50)


class PictureTooLarge(ValueError):
    """No JPEG quality worth showing brings the picture under the platform's byte limit."""


def fit_for_platform(data: bytes, platform: SocialPlatform, palette: Palette | None = None) -> bytes:
    """A platform's post image as JPEG.

    When the shapes are near, the picture is cropped around what has the most detail, with the cut through calm parts.
    Otherwise it is placed whole, so that no words are cut: on one of the palette's colours, or, without a palette, on a
    blurred and dimmed enlargement of itself. A designed card is better painted anew at the platform's size.

    Args:
        data: the original file: PNG, JPEG, WebP, GIF (its first frame), TIFF or BMP.
        platform: where it will be posted.
        palette: the site's colours.

    Raises:
        PictureUnreadable: the bytes are not a whole picture.
        PictureTooLarge: the result cannot be brought under the platform's limit.
    """
    size = SOCIAL_IMAGE_SIZES[platform]
    picture = on_ground(open_picture(data), rgb(palette.paper) if palette else (255, 255, 255))
    wanted, given = size.width / size.height, picture.width / picture.height
    kept = min(wanted, given) / max(wanted, given)
    fitted = _cropped(picture, size) if kept >= _KEEPS_AT_LEAST else _placed(picture, size, palette)
    return _under_limit(fitted, platform, size.max_bytes)


def _cropped(picture: "Image.Image", size: SocialImageSize) -> "Image.Image":
    from PIL import Image

    box = crop_box(picture, size.width / size.height)
    return picture.resize((size.width, size.height), Image.Resampling.LANCZOS, box=box)


def _placed(picture: "Image.Image", size: SocialImageSize, palette: Palette | None) -> "Image.Image":
    from PIL import Image

    margin = round(0.055 * min(size.width, size.height)) if palette else 0
    scale = min((size.width - 2 * margin) / picture.width, (size.height - 2 * margin) / picture.height)
    shown = picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.LANCZOS
    )
    whole = (size.width, size.height)
    ground = Image.new("RGB", whole, _ground_for(shown, palette)) if palette else _blurred(picture, size)
    ground.paste(shown, ((size.width - shown.width) // 2, (size.height - shown.height) // 2))
    return ground


def _ground_for(shown: "Image.Image", palette: Palette) -> tuple[int, int, int]:
    """The first of soft, paper and ink into which the picture's rim does not dissolve."""
    import numpy as np

    pixels = np.asarray(shown, dtype=np.int16)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colours = [rgb(colour) for colour in (palette.soft, palette.paper, palette.ink)]
    alike = [float((np.abs(rim - np.asarray(colour, dtype=np.int16)).max(axis=1) < 14).mean()) for colour in colours]
    return next((colour for colour, share in zip(colours, alike, strict=True) if share < 0.05), colours[-1])


def _blurred(picture: "Image.Image", size: SocialImageSize) -> "Image.Image":
    """The picture enlarged until it covers the size, blurred beyond recognition and dimmed."""
    from PIL import Image, ImageFilter, ImageOps

    # Blurring a small copy and enlarging that is the same to the eye and far cheaper.
    small = ImageOps.fit(picture, (max(1, size.width // 12), max(1, size.height // 12)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(max(small.size) / 16))
    wide = soft.resize((size.width, size.height), Image.Resampling.BICUBIC)
    return Image.blend(wide, Image.new("RGB", wide.size, (18, 18, 20)), 0.28)


def _under_limit(picture: "Image.Image", platform: str, max_bytes: int) -> bytes:
    for quality in _QUALITIES:
        encoded = io.BytesIO()
        picture.save(encoded, "JPEG", quality=quality, optimize=True, progressive=True, subsampling=0)
        if encoded.tell() <= max_bytes:
            return encoded.getvalue()
    raise PictureTooLarge(
        f"the picture for {platform} has {encoded.tell():,} bytes even at JPEG quality {_QUALITIES[-1]}, at most "
        f"{max_bytes:,} are accepted: use a picture with less fine grain"
    )
