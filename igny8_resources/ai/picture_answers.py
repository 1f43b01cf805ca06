"""A picture as a provider sent it: what it really is, and the sizes that image models take.

Belongs here: what all image providers share. Does not belong here: cropping and other formats (the picture's user).
"""

import base64
import binascii
import io
import math

from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.providers import ImageAnswer

_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def picture_in(data: bytes, server: str) -> ImageAnswer:
    """The picture that a provider answered with, with its real size in pixels.

    Raises:
        AnswerInvalid: it is no whole PNG, JPEG or WebP.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=tuple(_MEDIA_TYPES)) as picture:
            picture.load()
            return ImageAnswer(data, _MEDIA_TYPES[str(picture.format)], picture.width, picture.height)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as broken:
        raise AnswerInvalid(
            f"{server} sent {len(data):,} bytes that are no whole PNG, JPEG or WebP picture. Run it again."
        ) from broken


def decoded(text: str, server: str) -> bytes:
    """The bytes of base64, with or without ``data:…;base64,`` before it.

    Raises:
        AnswerInvalid: it is no base64.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise AnswerInvalid(f"{server} sent a picture that is not base64. Run it again.") from broken


def fitted(width: int, height: int, *, step: int, least: int, most: int, ratio: float = 3.0) -> tuple[int, int]:
    """The smallest size that covers ``width`` × ``height`` as far as a model takes it; what is too much is cropped.

    Both sides become multiples of ``step`` between ``least`` and ``most``, the longer one at most ``ratio`` times the
    shorter. A picture larger than ``most`` is made smaller in proportion.
    """
    shrink = min(1.0, most / max(width, height))
    wide, high = width * shrink, height * shrink
    wide, high = max(wide, high / ratio, least), max(high, wide / ratio, least)
    # Rounded first: what shrinking leaves behind the point must not cost a whole step.
    return tuple(min(most, math.ceil(round(side, 3) / step) * step) for side in (wide, high))  # type: ignore[return-value]
