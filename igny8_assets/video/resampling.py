"""Where the samples of a moved picture come from, to a small part of a pixel.

Resizing a whole rectangle is more than twice as fast as warping it, but both rectangles have whole sides and whole places.
A rectangle a few samples larger than the frame gives enough pairs of sides, and enough places to begin, to come within
``LARGEST_ERROR`` of nearly every view; for the others (near a magnification of exactly one, where all pairs fall
together) the backends warp. ``STILL_SCALE`` keeps the usual views away from there.
"""

from dataclasses import dataclass, replace

import numpy as np

STILL_SCALE = 1.16
"""Sides of a prepared still in sides of the frame: 1.04 samples a pixel at the largest usual magnification, 1.12."""
BORDER = 64
"""Samples that a prepared still repeats beyond each edge, for rectangles that reach over it."""
LARGEST_ERROR = 0.06
"""The most that a fitted sample may be away from its true place, in samples of the frame; usual is a third of it."""
_MOST_EXTRA = 48
_RATIOS_TRIED = 6
_EXTRA = np.arange(2, _MOST_EXTRA)
_SKIPPED = np.arange(1, _MOST_EXTRA)


@dataclass(frozen=True)
class Fit:
    """``taken`` source samples from ``first`` on are resized to ``made``; the frame begins at sample ``skipped``."""

    first: int
    taken: int
    made: int
    skipped: int


@dataclass(frozen=True)
class Axis:
    """One direction of one plane: target sample ``i`` shows the source at ``start + i * step`` (sample centres).

    ``length`` is the number of target samples, ``fit`` how resizing comes close enough, None where it does not.
    """

    start: float
    step: float
    length: int
    fit: Fit | None = None

    def fitted(self, source_length: int) -> "Axis":
        """The same axis with its best fit inside a source of ``source_length`` samples, if that is close enough."""
        return replace(self, fit=_best_fit(self.start, self.step, self.length, source_length))

    def part(self, begin: int, end: int, at: int) -> "Axis":
        """The target samples ``begin`` to ``end`` when sample ``at`` of the whole axis stands at ``begin``."""
        return Axis(self.start + at * self.step, self.step, end - begin)


def _best_fit(start: float, step: float, length: int, source_length: int) -> Fit | None:
    made = length + _EXTRA
    taken = np.rint(made * step)
    middle = (length - 1) / 2
    ratio_error = np.abs(taken / made - step) * (length / 2)
    tried = np.argpartition(ratio_error, _RATIOS_TRIED)[:_RATIOS_TRIED]
    ratio = (taken[tried] / made[tried])[:, None]
    wanted = start + middle * step - ((middle + _SKIPPED + 0.5) * ratio - 0.5)
    first = np.rint(wanted)
    error = (np.abs(wanted - first) + ratio_error[tried][:, None]) / step
    usable = (_EXTRA[tried][:, None] > _SKIPPED) & (first >= 0) & (first + taken[tried][:, None] <= source_length)
    error = np.where(usable, error, np.inf)
    best = int(error.argmin())
    row, column = divmod(best, error.shape[1])
    if error[row, column] > LARGEST_ERROR:
        return None
    pair = tried[row]
    return Fit(int(first[row, column]), int(taken[pair]), int(made[pair]), int(_SKIPPED[column]))


@dataclass(frozen=True)
class Sampling:
    """How one plane of a still fills a rectangle of the frame's plane."""

    x: Axis
    y: Axis

    @property
    def is_fitted(self) -> bool:
        """Whether both directions can be resized."""
        return self.x.fit is not None and self.y.fit is not None

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """The source places of all target columns and rows that a backend uses, fitted ones where it resizes."""
        return self._places(self.x), self._places(self.y)

    def _places(self, axis: Axis) -> np.ndarray:
        index = np.arange(axis.length, dtype=np.float64)
        fit = axis.fit
        if not self.is_fitted or fit is None:
            return axis.start + index * axis.step
        return fit.first + (index + fit.skipped + 0.5) * (fit.taken / fit.made) - 0.5
