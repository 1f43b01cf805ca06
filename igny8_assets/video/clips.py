"""Video files shown inside a video: muted, cut to the frame's shape, one picture for every moment of the frame rate.

MoviePy decodes them through ffmpeg, a frame at a time; only the frames on screen are in memory.
"""

import threading
import weakref
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from igny8_assets.video.colour_planes import BLUE, GREEN, RED, Plane, Planes
from igny8_assets.video.failures import PictureUnusable
from igny8_assets.video.presets import Preset
from igny8_assets.video.resampling import BORDER
from igny8_assets.video.stills import Still

if TYPE_CHECKING:
    from moviepy import VideoFileClip

CLIP_SUFFIXES = frozenset({".mp4", ".mov", ".webm", ".mkv", ".m4v"})
_OPEN = 2  # both of a transition


def is_clip(path: Path) -> bool:
    """Whether a file is shown as a clip, by its name."""
    return path.suffix.lower() in CLIP_SUFFIXES


def check_clip(path: Path) -> float:
    """How long a clip lasts (seconds), after its first frame was decoded.

    Raises:
        PictureUnusable: it is missing, not a video, or nothing of it can be decoded.
    """
    clip = _opened(path)
    try:
        clip.get_frame(0)
        return float(clip.duration)
    except (OSError, ValueError, IndexError) as error:
        raise _unusable(path, error) from error
    finally:
        clip.close()


class ClipReader:
    """One clip, decoded at the preset's size. ``at`` is fastest in the order of time, and right in any."""

    def __init__(self, path: Path, preset: Preset) -> None:
        """Open the file.

        Raises:
            PictureUnusable: it is missing or not a video.
        """
        self._path, self._preset = path, preset
        first = _opened(path)
        try:
            width, height = first.size
            self.seconds = float(first.duration)
            self._last = max(0.0, self.seconds - 1.0 / float(first.fps))
        finally:
            first.close()
        scale = max(preset.width / width, preset.height / height)
        self._size = (_even(width * scale, preset.width), _even(height * scale, preset.height))
        self._clip = _opened(path, self._size)

    def at(self, seconds: float) -> Still:
        """What the clip shows so long after its beginning; a clip that is over begins again.

        Raises:
            PictureUnusable: the file is damaged there.
        """
        moment = min(seconds % self.seconds if seconds > self._last else seconds, self._last)
        try:
            # A little more than the moment, or rounding would choose the frame before.
            frame = self._clip.get_frame(moment + 1e-4)
        except (OSError, ValueError, IndexError) as error:
            raise _unusable(self._path, error) from error
        left, top = (self._size[0] - self._preset.width) // 2, (self._size[1] - self._preset.height) // 2
        cropped = np.ascontiguousarray(frame[top : top + self._preset.height, left : left + self._preset.width])
        return Still(quick_planes(cropped).bordered(BORDER), self._preset.width, self._preset.height, framed=False)

    def close(self) -> None:
        """End the decoder."""
        self._clip.close()


def quick_planes(rgb: np.ndarray) -> Planes:
    """The planes of a picture to within two levels of ``planes_of``, an order of magnitude faster: a clip needs every frame's."""
    luma = np.array([[RED, GREEN, BLUE, 0.0]]) * (219 / 255)
    luma[0, 3] = 16
    y: Plane = cv2.transform(rgb, luma)
    # Colour samples sit on even columns and between rows, as in planes_of.
    across = cv2.filter2D(rgb, -1, np.array([[0.25, 0.5, 0.25]], np.float32), borderType=cv2.BORDER_REPLICATE)[:, ::2]
    small = cv2.resize(
        np.ascontiguousarray(across), (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA
    )
    blue, red = 224 / 255 / (2 * (1 - BLUE)), 224 / 255 / (2 * (1 - RED))
    colour = np.array(
        [
            [-RED * blue, -GREEN * blue, (1 - BLUE) * blue, 128],
            [(1 - RED) * red, -GREEN * red, -BLUE * red, 128],
        ]
    )
    u, v = cv2.split(cv2.transform(small, colour))
    return Planes(y, u, v)


class ClipShelf:
    """The clips on screen just now; each is opened once and closed when it is gone. Safe to share between threads."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._lock = threading.Lock()
        self._readers: OrderedDict[Path, ClipReader] = OrderedDict()
        weakref.finalize(self, _close_all, self._readers)

    def get(self, path: Path, seconds: float) -> Still:
        """What a clip shows so long after its beginning.

        Raises:
            PictureUnusable: as ``ClipReader``.
        """
        with self._lock:
            reader = self._readers.get(path)
            if reader is None:
                reader = self._readers[path] = ClipReader(path, self._preset)
            self._readers.move_to_end(path)
            while len(self._readers) > _OPEN:
                self._readers.popitem(last=False)[1].close()
            return reader.at(seconds)


def _close_all(readers: "OrderedDict[Path, ClipReader]") -> None:
    for reader in readers.values():
        reader.close()
    readers.clear()


def _opened(path: Path, size: tuple[int, int] | None = None) -> "VideoFileClip":
    from moviepy import VideoFileClip

    if not path.is_file():
        raise PictureUnusable(f"The clip {path} does not exist.")
    try:
        return VideoFileClip(str(path), audio=False, target_resolution=size)
    except (OSError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> PictureUnusable:
    said = str(error).strip().splitlines()
    reason = said[0][:160] if said else type(error).__name__
    return PictureUnusable(f"The clip {path.name} cannot be read ({reason}): export it again as MP4 with H.264.")


def _even(length: float, least: int) -> int:
    return max(least, 2 * round(length / 2))
