"""Cropping a picture to another shape around what has the most detail, with the cut through calm parts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Box = tuple[float, float, float, float]

_READ_AT = 256  # pixels of the longer side; more detail than that does not move a crop


def crop_box(picture: "Image.Image", aspect: float) -> Box:
    """The largest part of a picture with this shape (width by height) that keeps most of what it shows.

    Returns:
        Left, top, right and bottom in pixels of the picture.
    """
    detail = _detail(picture)
    if picture.width / picture.height > aspect:
        width = picture.height * aspect
        left = min(_best_start(detail.sum(axis=0), width / picture.width) * picture.width, picture.width - width)
        return left, 0.0, left + width, float(picture.height)
    height = picture.width / aspect
    top = min(_best_start(detail.sum(axis=1), height / picture.height) * picture.height, picture.height - height)
    return 0.0, top, float(picture.width), top + height


def _detail(picture: "Image.Image") -> "NDArray[np.float64]":
    """How much happens at each place: the strength of the edges on a small grey copy."""
    import numpy as np
    from PIL import Image

    scale = _READ_AT / max(picture.size)
    small = picture.convert("L").resize(
        (max(8, round(picture.width * scale)), max(8, round(picture.height * scale))), Image.Resampling.BOX
    )
    down, right = np.gradient(np.asarray(small, dtype=np.float64))
    detail: NDArray[np.float64] = np.hypot(down, right)
    return detail


def _best_start(detail: "NDArray[np.float64]", share: float) -> float:
    """Where along the profile a window of ``share`` of its length starts best, as a share of the length."""
    import numpy as np

    length = len(detail)
    window = max(1, min(length, round(length * share)))
    total = float(detail.sum()) or 1.0
    sums = np.concatenate(([0.0], np.cumsum(detail)))
    # At the picture's own edge nothing is cut.
    fence = np.concatenate(([0.0], detail[1:], [0.0]))
    starts = np.arange(length - window + 1)
    inside = (sums[starts + window] - sums[starts]) / total
    cuts = (fence[starts] + fence[starts + window]) / (total / length)
    # A trim as narrow as a margin stays even at both sides unless the middle is clearly elsewhere.
    off_centre = np.abs(starts - (length - window) / 2) / length
    return float(starts[int(np.argmax(inside - 0.02 * cuts - 1.2 * off_centre))] / length)
