"""Draws the frames of a timeline: pictures that move, cross-fades, captions, headings and a progress line.

Everything is drawn in Y, U and V planes; words are rendered once and blended only in their own box. A frame depends on
its number and the timeline alone, so the same script and pictures give the same frames, in any order.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import cv2

from igny8_assets.video.colour_planes import Frame, Patch, colour_of
from igny8_assets.video.failures import GlyphMissing, PictureUnusable, ScriptInvalid
from igny8_assets.video.lettering import caption_patch, caption_type, overlay_patch, word_patch
from igny8_assets.video.stills import Still, load_still, view_into
from igny8_assets.video.timeline import Overlay, Scene, Timeline, View
from igny8_resources.ai.providers import Palette

_STILLS_KEPT = 3  # the two of a cross-fade and the next one
_PATCHES_KEPT = 4
_PROGRESS_HEIGHT = 10

_Drawing = TypeVar("_Drawing", Still, Patch)


class _Recent(Generic[_Drawing]):
    """The last few drawings made; memory does not grow with the length of the video."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._items: OrderedDict[object, _Drawing] = OrderedDict()

    def get(self, key: object, make: Callable[[], _Drawing]) -> _Drawing:
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key]
        item = make()
        self._items[key] = item
        if len(self._items) > self._kept:
            self._items.popitem(last=False)
        return item


class Compositor:
    """Draws any frame of one timeline."""

    def __init__(self, timeline: Timeline, palette: Palette, brand: str = "") -> None:
        """``brand`` stands in small letters over headings.

        Raises:
            GlyphMissing: a caption or heading has a character that no bundled font draws.
        """
        self._timeline, self._palette, self._brand = timeline, palette, brand
        self._preset = timeline.preset
        self._type = caption_type(timeline.captions, self._preset, timeline.language)
        self._stills: _Recent[Still] = _Recent(_STILLS_KEPT)
        self._patches: _Recent[Patch] = _Recent(_PATCHES_KEPT)
        self._incoming = Frame(self._preset.width, self._preset.height)
        self._progress_colour = colour_of(palette.accent)
        for overlay in timeline.overlays:
            try:
                self._heading(overlay)
            except GlyphMissing as error:
                raise ScriptInvalid(str(error), overlay.section + 1) from error

    def draw(self, number: int, frame: Frame) -> None:
        """Draw frame ``number`` (from 0) into ``frame``.

        Raises:
            ScriptInvalid: a picture cannot be used; the section is named.
        """
        now = number / self._preset.fps
        self._pictures(now, frame)
        for overlay in self._timeline.overlays:
            if overlay.start <= now < overlay.end:
                self._heading(overlay).blend(frame, _fade(overlay, now))
        for index, caption in enumerate(self._timeline.captions):
            if round(caption.start * self._preset.fps) <= number < round(caption.end * self._preset.fps):
                patch = self._patches.get(("caption", index), partial(caption_patch, caption, self._type, self._preset))
                patch.blend(frame)
                if self._timeline.caption_style == "word":
                    self._spoken_word(index, now, frame)
        self._progress(number, frame)

    def _pictures(self, now: float, frame: Frame) -> None:
        visible = [scene for scene in self._timeline.scenes if scene.start <= now < scene.end]
        first = visible[0] if visible else self._timeline.scenes[-1]
        self._picture(first, now, frame)
        if len(visible) < 2:
            return
        following = visible[1]
        overlap = first.end - following.start
        share = min(1.0, max(0.0, (now - following.start) / overlap))
        weight = share * share * (3 - 2 * share)
        if weight <= 0:
            return
        self._picture(following, now, self._incoming)
        for below, above in zip(frame.planes, self._incoming.planes, strict=True):
            cv2.addWeighted(below, 1 - weight, above, weight, 0, dst=below)

    def _picture(self, scene: Scene, now: float, frame: Frame) -> None:
        try:
            still = self._stills.get(
                scene.picture, lambda: load_still(scene.picture, self._preset, self._palette.accent)
            )
        except PictureUnusable as error:
            raise ScriptInvalid(str(error), scene.section + 1) from error
        share = (now - scene.start) / max(scene.end - scene.start, 1e-6)
        view_into(still, _view_at(scene, share), self._preset.width, self._preset.height, frame.planes)

    def _spoken_word(self, index: int, now: float, frame: Frame) -> None:
        caption = self._timeline.captions[index]
        word = caption.word_at(now)
        if word is not None:
            make = partial(word_patch, caption, word, self._type, self._preset, self._palette)
            self._patches.get(("word", index, word), make).blend(frame)

    def _heading(self, overlay: Overlay) -> Patch:
        return self._patches.get(overlay, lambda: overlay_patch(overlay, self._palette, self._brand, self._preset))

    def _progress(self, number: int, frame: Frame) -> None:
        """A thin line along the top edge that tells how much is left."""
        height = max(2, 2 * round(_PROGRESS_HEIGHT * self._preset.unit / 2))
        reached = 2 * round(self._preset.width * (number + 1) / self._timeline.frames / 2)
        y, u, v = self._progress_colour
        frame.y[:height, :reached] = y
        frame.u[: height // 2, : reached // 2] = u
        frame.v[: height // 2, : reached // 2] = v


def _view_at(scene: Scene, share: float) -> View:
    """Where the camera is: the magnification grows by equal factors, which the eye sees as an even speed."""
    begin, end = scene.move_from, scene.move_to
    return View(
        begin.x + (end.x - begin.x) * share,
        begin.y + (end.y - begin.y) * share,
        begin.zoom * (end.zoom / begin.zoom) ** share,
    )


def _fade(overlay: Overlay, now: float) -> float:
    nearest = min(now - overlay.start, overlay.end - now)
    return min(1.0, max(0.0, nearest / overlay.fade))
