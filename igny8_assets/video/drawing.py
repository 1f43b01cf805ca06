"""What a compositor draws with: one interface, with a backend in main memory here and one on a graphics card beside it.

Both draw the same samples to within rounding: the places that samples come from are decided before (``resampling``), and
every step rounds to whole levels in the same place.
"""

from typing import Protocol

import cv2
import numpy as np

from igny8_assets.video.colour_planes import Frame, Patch, Plane
from igny8_assets.video.resampling import Sampling
from igny8_assets.video.stills import Moved, Still

_ROOM = 48  # samples by which a fitted rectangle may be larger than the frame


class Canvas(Protocol):
    """Draws one frame at a time: ``begin``, any of the four drawing steps, ``end``. Not to be shared by threads."""

    def begin(self, frame: Frame) -> None:
        """Start a frame that is to end up in ``frame``."""
        ...

    def show(self, still: Still, moved: Moved) -> None:
        """Fill the columns of ``moved`` with the still."""
        ...

    def mix(self, still: Still, moved: Moved, weight: float) -> None:
        """Lay the still over those columns with an even ``weight`` 0..1."""
        ...

    def lay(self, patch: Patch, strength: float) -> None:
        """Blend a patch into its box; ``strength`` 0..1 fades it."""
        ...

    def fill(self, rows: int, columns: int, colour: tuple[int, int, int]) -> None:
        """Fill the first ``rows`` and ``columns`` (even) with a colour (Y, U, V)."""
        ...

    def end(self) -> None:
        """The frame is complete and in main memory."""
        ...


class CpuCanvas:
    """Draws straight into the frame with OpenCV; nothing is allocated per frame but headers."""

    def __init__(self, width: int, height: int) -> None:
        self._scratch = np.empty((width + _ROOM) * (height + _ROOM), np.uint8)
        self._frame: Frame | None = None

    @property
    def frame(self) -> Frame:
        """The frame being drawn."""
        if self._frame is None:
            raise RuntimeError("Nothing can be drawn before begin().")
        return self._frame

    def begin(self, frame: Frame) -> None:
        """See ``Canvas``."""
        self._frame = frame

    def show(self, still: Still, moved: Moved) -> None:
        """See ``Canvas``."""
        for target, source, sampling in self._parts(still, moved):
            if sampling.is_fitted:
                np.copyto(target, self._resized(source, sampling))
            else:
                _warped(source, sampling, target)

    def mix(self, still: Still, moved: Moved, weight: float) -> None:
        """See ``Canvas``."""
        for target, source, sampling in self._parts(still, moved):
            if sampling.is_fitted:
                above = self._resized(source, sampling)
            else:
                above = self._scratch[: target.size].reshape(target.shape)
                _warped(source, sampling, above)
            cv2.addWeighted(target, 1 - weight, above, weight, 0, dst=target)

    def lay(self, patch: Patch, strength: float) -> None:
        """See ``Canvas``."""
        patch.blend(self.frame, strength)

    def fill(self, rows: int, columns: int, colour: tuple[int, int, int]) -> None:
        """See ``Canvas``."""
        for plane, half, value in zip(self.frame.planes, (1, 2, 2), colour, strict=True):
            plane[: rows // half, : columns // half] = value

    def end(self) -> None:
        """See ``Canvas``."""
        self._frame = None

    def _parts(self, still: Still, moved: Moved) -> list[tuple[Plane, Plane, Sampling]]:
        y, u, v = self.frame.planes
        half = slice(moved.begin // 2, moved.end // 2)
        return [
            (y[:, moved.begin : moved.end], still.planes.y, moved.luma),
            (u[:, half], still.planes.u, moved.colour),
            (v[:, half], still.planes.v, moved.colour),
        ]

    def _resized(self, source: Plane, sampling: Sampling) -> Plane:
        x, y = sampling.x.fit, sampling.y.fit
        if x is None or y is None:
            raise ValueError("Only a fitted sampling can be resized.")
        made = self._scratch[: x.made * y.made].reshape(y.made, x.made)
        taken = source[y.first : y.first + y.taken, x.first : x.first + x.taken]
        cv2.resize(taken, (x.made, y.made), dst=made, interpolation=cv2.INTER_LINEAR)
        return made[y.skipped : y.skipped + sampling.y.length, x.skipped : x.skipped + sampling.x.length]


def _warped(source: Plane, sampling: Sampling, target: Plane) -> None:
    matrix = np.array([[sampling.x.step, 0, sampling.x.start], [0, sampling.y.step, sampling.y.start]], np.float64)
    cv2.warpAffine(
        source,
        matrix,
        (target.shape[1], target.shape[0]),
        dst=target,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
