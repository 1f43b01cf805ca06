"""Reading a picture that came from anywhere: upright, in sRGB, and nothing in it but its pixels."""

import io
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# The formats that providers, stock libraries and people hand in; anything else is not worth the parser's risk.
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")
MOST_PIXELS = 80_000_000


class PictureUnreadable(ValueError):
    """The bytes are not a whole picture of a known format; the message says what is wrong and what to do."""


def open_picture(data: bytes) -> "Image.Image":
    """Decode a picture (the first frame if it moves), upright and in sRGB.

    Args:
        data: a PNG, JPEG, WebP, GIF, TIFF or BMP file.

    Returns:
        An ``RGB`` picture, or ``RGBA`` when some of it is transparent; without EXIF, profile or comments.

    Raises:
        PictureUnreadable: the file is empty, of another format, damaged, cut short, or larger than 80 megapixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise PictureUnreadable("the picture file is empty (0 bytes): make or upload it again")
    try:
        with warnings.catch_warnings():
            # Pillow warns about large pictures by its own measure; the limit here is checked below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureUnreadable(
                    f"the picture has {opened.width} x {opened.height} pixels, at most {MOST_PIXELS:,} are read: "
                    "make it smaller first"
                )
            opened.load()
        upright = ImageOps.exif_transpose(opened)
    except UnidentifiedImageError as error:
        raise PictureUnreadable(
            f"the file ({len(data):,} bytes) is not a picture of a known format: {', '.join(_FORMATS)} are read"
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        if isinstance(error, PictureUnreadable):
            raise
        raise PictureUnreadable(f"the picture is damaged or cut short ({error}): make or upload it again") from error
    profile = upright.info.get("icc_profile")
    coloured = _in_srgb(upright, profile) if profile else upright
    has_alpha = "A" in coloured.getbands() or "transparency" in coloured.info
    plain = coloured.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


def _in_srgb(picture: "Image.Image", profile: bytes) -> "Image.Image":
    """The picture's colours moved from its own profile; a broken profile is taken for sRGB, as browsers do."""
    from PIL import ImageCms

    if picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        moved = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError):
        return picture
    return moved if moved is not None else picture


def on_ground(picture: "Image.Image", ground: tuple[int, int, int] = (255, 255, 255)) -> "Image.Image":
    """The picture as RGB, its transparent parts filled with ``ground``."""
    from PIL import Image

    if picture.mode != "RGBA":
        return picture.convert("RGB")
    flat = Image.new("RGB", picture.size, ground)
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat
