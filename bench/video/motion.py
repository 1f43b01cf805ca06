"""How evenly a picture moves: each frame beside the one that exact arithmetic gives, frame to frame.

The jitter of a frame is by how much its displacement from the ideal frame differs from that of the frame before. A constant
displacement is not seen; one that changes from frame to frame is.
"""

import subprocess
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scipy import ndimage

from bench.results import MeasurementFailed
from bench.video.example import NEAR, PALETTE, PRESET
from igny8_assets.video.colour_planes import Frame
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.timeline import Scene, Timeline, View

SECONDS = 5.0
FRAMES = range(20, 80)
SIZE = (1440, 2560)  # of the still: the frame's shape, so that nobody has to crop
_TILE = 256
_MARGIN, _SMOOTHING, _STEPS = 12, 1.5, 4
_TILES = ((120, 300), (640, 300), (380, 800), (120, 1300), (640, 1300))  # left, top; off the progress line

Luma = np.ndarray
Zoom = Callable[[float], float]


def geometric(seconds: float) -> float:
    """Our magnification: equal factors in equal times."""
    return float(NEAR ** (seconds / SECONDS))


def even(seconds: float) -> float:
    """The magnification that zoompan's and MoviePy's examples use: equal steps."""
    return 1 + (NEAR - 1) * seconds / SECONDS


def a_still(path: Path) -> Path:
    """A picture with detail at every scale, seeded."""
    random = np.random.default_rng(11)
    levels = np.full(SIZE[::-1], 128.0, np.float32)
    for size, strength in ((6, 14), (24, 30), (96, 40)):
        coarse = random.normal(0, 1, (SIZE[1] // size + 2, SIZE[0] // size + 2)).astype(np.float32)
        levels += strength * cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
    Image.fromarray(np.clip(levels, 16, 240).astype(np.uint8)).convert("RGB").save(path)
    return path


class Ideal:
    """A zoom into the middle of a still, sampled from the still itself with cubic splines at exact places."""

    def __init__(self, still: Path, zoom: Zoom) -> None:
        self._zoom = zoom
        with Image.open(still) as opened:
            levels = np.asarray(opened.convert("L"), np.float32)
        self._height, self._width = levels.shape
        # Before it is made smaller, what would alias is taken out, as every good scaler does.
        self._spline = ndimage.spline_filter(ndimage.gaussian_filter(levels, 0.5), order=3, output=np.float32)

    def tile(self, number: int, corner: tuple[int, int], moved: tuple[float, float]) -> Luma:
        """The tile at a corner (left, top) of frame ``number``, shown ``moved`` pixels further right and down."""
        factor = self._zoom(number / PRESET.fps)
        across = np.arange(_TILE) + corner[0] - moved[0] + 0.5 - PRESET.width / 2
        down = np.arange(_TILE) + corner[1] - moved[1] + 0.5 - PRESET.height / 2
        columns = across / PRESET.width * self._width / factor + self._width / 2 - 0.5
        rows = down / PRESET.height * self._height / factor + self._height / 2 - 0.5
        grid = np.meshgrid(rows, columns, indexing="ij")
        sampled: Luma = ndimage.map_coordinates(self._spline, grid, order=3, prefilter=False, mode="nearest")
        return sampled


def our_frames(still: Path) -> Iterable[Luma]:
    """What the compositor draws."""
    scene = Scene(
        still,
        is_card=False,
        start=0.0,
        end=SECONDS,
        move_from=View(0.5, 0.5, 1.0),
        move_to=View(0.5, 0.5, NEAR),
        section=0,
    )
    compositor = Compositor(Timeline(PRESET, SECONDS, (scene,), (), (), (), (0.0,)), PALETTE)
    frame = Frame(PRESET.width, PRESET.height)
    for number in FRAMES:
        compositor.draw(number, frame)
        yield frame.y.astype(np.float32)


def zoompan_frames(still: Path) -> Iterable[Luma]:
    """What ffmpeg's zoompan makes of the still as it is."""
    frames = round(SECONDS * PRESET.fps)
    zoom = f"1+{NEAR - 1:.6f}*on/{frames}"
    chain = (
        f"zoompan=z='{zoom}':x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)':d={frames}:"
        f"s={PRESET.width}x{PRESET.height}:fps={PRESET.fps},format=gray"
    )
    command = [ffmpeg_path(), "-v", "error", "-i", str(still), "-vf", chain]
    command += ["-frames:v", str(FRAMES.stop), "-f", "rawvideo", "-"]
    size = PRESET.width * PRESET.height
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        if process.stdout is None:
            raise MeasurementFailed("ffmpeg gave no frames")
        for number in range(FRAMES.stop):
            data = process.stdout.read(size)
            if len(data) != size:
                raise MeasurementFailed(f"zoompan ended at frame {number}")
            if number in FRAMES:
                yield np.frombuffer(data, np.uint8).reshape(PRESET.height, PRESET.width).astype(np.float32)


def moviepy_frames(still: Path) -> Iterable[Luma]:
    """What MoviePy composes of a clip that is resized over time."""
    from moviepy import CompositeVideoClip, ImageClip

    clip = ImageClip(str(still)).with_duration(SECONDS).resized(PRESET.height / SIZE[1])
    moving = clip.resized(even).with_position("center")
    video = CompositeVideoClip([moving], size=(PRESET.width, PRESET.height))
    for number in FRAMES:
        yield cv2.cvtColor(video.get_frame(number / PRESET.fps), cv2.COLOR_RGB2GRAY).astype(np.float32)


def displacement(seen: Luma, ideal: Callable[[tuple[float, float]], Luma]) -> tuple[float, float]:
    """By how many pixels (right, down) a tile lies off the ideal one, by Gauss and Newton's method.

    Both are smoothed alike, so that a softer interpolation is not taken for a displacement; brightness and contrast are fitted
    with it, because some frames are in the encoder's range.
    """
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    looked_at = ndimage.gaussian_filter(seen.astype(np.float64), _SMOOTHING)[inner].ravel()
    right = down = 0.0
    for _ in range(_STEPS):
        wanted = ndimage.gaussian_filter(ideal((right, down)).astype(np.float64), _SMOOTHING)
        down_slope, right_slope = np.gradient(wanted)
        terms = (wanted, right_slope, down_slope)
        columns = np.stack([*(term[inner].ravel() for term in terms), np.ones_like(looked_at)], 1)
        gain, across, along, _ = np.linalg.lstsq(columns.T @ columns, columns.T @ looked_at, rcond=None)[0]
        right, down = right - across / gain, down - along / gain
    return float(right), float(down)


def displacements(frames: Iterable[Luma], ideal: Ideal) -> np.ndarray:
    """The displacement of each tile of each frame: (frames, tiles, right and down)."""
    found = []
    for number, frame in zip(FRAMES, frames, strict=True):
        tiles = []
        for left, top in _TILES:
            seen = frame[top : top + _TILE, left : left + _TILE]
            tiles.append(displacement(seen, partial(ideal.tile, number, (left, top))))
        found.append(tiles)
    return np.array(found)


def jitter(displaced: np.ndarray | Sequence[Sequence[Sequence[float]]]) -> tuple[float, float]:
    """Root mean square of the change from frame to frame, in pixels: across, down."""
    steps = np.diff(np.asarray(displaced, np.float64), axis=0)
    across, down = np.sqrt(np.mean(np.square(steps), axis=(0, 1)))
    return float(across), float(down)
