"""Where the eye goes first in a picture: the way that the camera moves."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from igny8_assets.picture_cropping import crop_box
from igny8_assets.video.presets import Preset

_READ_AT = 512  # pixels of the longer side
# The spectral residual (Hou and Zhang, 2007) is looked for at the size at which they found it to work.
_SPECTRUM = 64
_BLUR = 2.5
# The most striking share of the places decides; the rest is background.
_STRIKING = 0.06


def subject_of(path: Path, preset: Preset) -> tuple[float, float]:
    """The middle of what stands out, from 0 to 1 across and down the part of the picture that fills the frame.

    The same file gives the same place. A picture in which nothing stands out has its subject in the middle.
    """
    with Image.open(path) as opened:
        opened.draft("RGB", (_READ_AT, _READ_AT))
        small = opened.convert("RGB")
    small.thumbnail((_READ_AT, _READ_AT))
    cropped = small.crop(tuple(round(edge) for edge in crop_box(small, preset.width / preset.height)))
    return _middle_of(saliency(np.asarray(cropped)))


def saliency(rgb: np.ndarray) -> np.ndarray:
    """How much each place stands out, 0 to 1, in 64 x 64 places: what the spectrum of natural pictures does not expect."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_SPECTRUM, _SPECTRUM), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(small)
    amplitude = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    found = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    smooth = cv2.GaussianBlur(found.astype(np.float32), (0, 0), _BLUR)
    # Frames and vignettes stand out at the border, where no subject is.
    edge = np.hanning(_SPECTRUM + 2)[1:-1] ** 0.25
    smooth = smooth * np.outer(edge, edge).astype(np.float32)
    spread = float(smooth.max() - smooth.min())
    if spread <= 1e-9 or float(small.std()) < 1.0:
        return np.zeros_like(smooth)
    stretched: np.ndarray = (smooth - smooth.min()) / spread
    return stretched


def _middle_of(places: np.ndarray) -> tuple[float, float]:
    if not places.any():
        return 0.5, 0.5
    floor = np.quantile(places, 1 - _STRIKING)
    weights = np.where(places >= floor, places, 0.0)
    rows, columns = np.indices(places.shape)
    total = float(weights.sum())
    size = places.shape[0]
    x = float((weights * (columns + 0.5)).sum()) / total / size
    y = float((weights * (rows + 0.5)).sum()) / total / size
    return round(x, 3), round(y, 3)
