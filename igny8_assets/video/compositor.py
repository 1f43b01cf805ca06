"""Draws the frames of a timeline: pictures that move, transitions, captions, headings and a progress line.

Everything is drawn in Y, U and V planes; words are rendered once and blended only in their own box. A frame depends on
its number and the timeline alone, so the same script and pictures give the same frames, in any order.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar

from igny8_assets.video.clips import ClipShelf
from igny8_assets.video.colour_planes import Frame, Patch, colour_of
from igny8_assets.video.drawing import Canvas, CpuCanvas
from igny8_assets.video.failures import GlyphMissing, PictureUnusable, ScriptInvalid
from igny8_assets.video.lettering import caption_patch, caption_type, overlay_patch, word_patch
from igny8_assets.video.still_shelf import StillShelf
from igny8_assets.video.stills import Moved, Still
from igny8_assets.video.timeline import Overlay, Scene, Timeline, View
from igny8_resources.ai.providers import Palette

_PATCHES_KEPT = 4
_PROGRESS_HEIGHT = 10
# A zoom flies into the scene that ends, and the one that begins comes to rest from this magnification.
_ZOOM_INTO, _ZOOM_FROM = 1.35, 1.15

_Drawing = TypeVar("_Drawing")


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

    def __init__(
        self,
        timeline: Timeline,
        palette: Palette,
        brand: str = "",
        *,
        canvas: Canvas | None = None,
        shelf: StillShelf | None = None,
    ) -> None:
        """``brand`` stands in small letters over headings; ``shelf`` lets several compositors share their pictures.

        Raises:
            GlyphMissing: a caption or heading has a character that no bundled font draws.
        """
        self._timeline, self._palette, self._brand = timeline, palette, brand
        self._preset = timeline.preset
        self._type = caption_type(timeline.captions, self._preset, timeline.language)
        self._canvas: Canvas = canvas or CpuCanvas(self._preset.width, self._preset.height)
        self._shelf = shelf or StillShelf(self._preset, palette.accent)
        self._clips = ClipShelf(self._preset)
        self._patches: _Recent[Patch] = _Recent(_PATCHES_KEPT)
        self._progress_colour = colour_of(palette.accent)
        for overlay in timeline.overlays:
            try:
                self._heading(overlay)
            except GlyphMissing as error:
                raise ScriptInvalid(str(error), overlay.section + 1) from error

    @property
    def lettering(self) -> str:
        """How captions are set: their size depends on all of them."""
        return f"captions of {self._type.size} px"

    def draw(self, number: int, frame: Frame) -> None:
        """Draw frame ``number`` (from 0) into ``frame``.

        Raises:
            ScriptInvalid: a picture cannot be used; the section is named.
        """
        now = number / self._preset.fps
        self._canvas.begin(frame)
        self._pictures(now)
        for overlay in self._timeline.overlays:
            if overlay.start <= now < overlay.end:
                self._canvas.lay(self._heading(overlay), _fade(overlay, now))
        for index, caption in enumerate(self._timeline.captions):
            if round(caption.start * self._preset.fps) <= number < round(caption.end * self._preset.fps):
                patch = self._patches.get(("caption", index), partial(caption_patch, caption, self._type, self._preset))
                self._canvas.lay(patch, 1.0)
                if self._timeline.caption_style == "word":
                    self._spoken_word(index, now)
        self._progress(number)
        self._canvas.end()

    def _pictures(self, now: float) -> None:
        scenes = self._timeline.scenes
        visible = [index for index, scene in enumerate(scenes) if scene.start <= now < scene.end]
        index = visible[0] if visible else len(scenes) - 1
        if visible and visible[-1] + 1 < len(scenes) and not scenes[visible[-1] + 1].is_clip:
            self._shelf.fetch(scenes[visible[-1] + 1].picture)
        if len(visible) < 2:
            self._canvas.show(*self._moved(scenes[index], now))
            return
        self._transition(scenes[index], scenes[visible[1]], now)

    def _transition(self, ending: Scene, beginning: Scene, now: float) -> None:
        """Both scenes at once, from the beginning's start to the ending's end."""
        share = min(1.0, max(0.0, (now - beginning.start) / (ending.end - beginning.start)))
        weight = share * share * (3 - 2 * share)
        if beginning.transition == "slide":
            width = self._preset.width
            edge = width - 2 * round(width * weight / 2)
            if edge > 0:
                self._canvas.show(*self._moved(ending, now, part=(0, edge, width - edge)))
            if edge < width:
                self._canvas.show(*self._moved(beginning, now, part=(edge, width, 0)))
            return
        flight = weight if beginning.transition == "zoom" else 0.0
        self._canvas.show(*self._moved(ending, now, magnified=_ZOOM_INTO**flight))
        if weight > 0:
            magnified = _ZOOM_FROM ** (1 - flight) if beginning.transition == "zoom" else 1.0
            still, moved = self._moved(beginning, now, magnified=magnified)
            self._canvas.mix(still, moved, weight)

    def _moved(
        self, scene: Scene, now: float, *, magnified: float = 1.0, part: tuple[int, int, int] | None = None
    ) -> tuple[Still, Moved]:
        try:
            still = (
                self._clips.get(scene.picture, now - scene.start) if scene.is_clip else self._shelf.get(scene.picture)
            )
        except PictureUnusable as error:
            raise ScriptInvalid(str(error), scene.section + 1) from error
        share = (now - scene.start) / max(scene.end - scene.start, 1e-6)
        view = still.eased(_view_at(scene, share))
        view = replace(view, zoom=view.zoom * magnified)
        return still, still.sampling(view, (self._preset.width, self._preset.height), part=part)

    def _spoken_word(self, index: int, now: float) -> None:
        caption = self._timeline.captions[index]
        word = caption.word_at(now)
        if word is not None:
            make = partial(word_patch, caption, word, self._type, self._preset, self._palette)
            self._canvas.lay(self._patches.get(("word", index, word), make), 1.0)

    def _heading(self, overlay: Overlay) -> Patch:
        return self._patches.get(overlay, lambda: overlay_patch(overlay, self._palette, self._brand, self._preset))

    def _progress(self, number: int) -> None:
        """A thin line along the top edge that tells how much is left."""
        height = max(2, 2 * round(_PROGRESS_HEIGHT * self._preset.unit / 2))
        reached = 2 * round(self._preset.width * (number + 1) / self._timeline.frames / 2)
        self._canvas.fill(height, reached, self._progress_colour)


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
