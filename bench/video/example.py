"""The video that everything is measured on: six stills that move, cross-fades, captions, a title, a sound track.

The stills are cut from the two photographs that come with scikit-learn, enlarged, with a camera's grain put back; so
nothing has to be downloaded, and the encoder has something to do.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from igny8_assets.video.captions import Caption
from igny8_assets.video.presets import preset_named
from igny8_assets.video.timeline import CROSS_FADE_SECONDS, Overlay, Scene, Timeline, View
from igny8_resources.ai.providers import Palette

PRESET = preset_named("youtube_short")
PALETTE = Palette(paper="#fbf7f1", ink="#221a14", accent="#9a4a1f", on_accent="#fffaf3", soft="#f0e4d4")
STILLS = 6
STILL_SIZE = (1200, 1600)
NEAR = 1.12  # the magnification that scenes begin or end at
TITLE = "Three checks before you buy a kettle"
CAPTION_SECONDS = 2.0
_CAPTIONS = (
    ("Most kettles pour", "too fast for coffee."),
    ("Look at the spout:", "it should be thin."),
    ("Hold the handle", "with the kettle full."),
    ("A slow pour is", "a choice you make."),
)
_GRAIN = 3.0  # standard deviation in levels
_RATE = 48_000


@dataclass(frozen=True)
class Example:
    """The timeline with the folder of its stills and its finished sound track."""

    timeline: Timeline
    stills: tuple[Path, ...]
    sound: Path


def example(folder: Path, seconds: float) -> Example:
    """The video in a length, its files below ``folder``; what is there already is used again."""
    stills = _stills(folder)
    shown = stills if seconds >= 4 * STILLS else stills[: max(2, round(seconds / 5))]
    return Example(timeline_of(shown, seconds), shown, _sound(folder, seconds))


def timeline_of(stills: tuple[Path, ...], seconds: float) -> Timeline:
    """The stills one after the other, in, across and out by turns."""
    drift = (1 - 1 / NEAR) / 2
    far, near = View(0.5, 0.5, 1.0), View(0.5, 0.5, NEAR)
    moves = ((far, near), (View(0.5 - drift, 0.5, NEAR), View(0.5 + drift, 0.5, NEAR)), (near, far))
    each, half = seconds / len(stills), CROSS_FADE_SECONDS / 2
    scenes = tuple(
        Scene(
            still,
            is_card=False,
            start=max(0.0, index * each - half),
            end=min(seconds, (index + 1) * each + half),
            move_from=moves[index % 3][0],
            move_to=moves[index % 3][1],
            section=index,
        )
        for index, still in enumerate(stills)
    )
    captions = tuple(
        Caption(
            _CAPTIONS[index % len(_CAPTIONS)], index * CAPTION_SECONDS + 0.1, (index + 1) * CAPTION_SECONDS - 0.1, ()
        )
        for index in range(int(seconds / CAPTION_SECONDS))
    )
    title = (Overlay(TITLE, 0.3, seconds, 0.25, 0),)
    return Timeline(PRESET, seconds, scenes, title, captions, (), (0.0,), caption_style="phrase")


def _stills(folder: Path) -> tuple[Path, ...]:
    paths = tuple(folder / f"still-{number}.png" for number in range(STILLS))
    if all(path.exists() for path in paths):
        return paths
    # Only where the stills are made: it would count as memory of the render.
    from sklearn.datasets import load_sample_images

    folder.mkdir(parents=True, exist_ok=True)
    photographs = load_sample_images().images
    random = np.random.default_rng(7)
    for number, path in enumerate(paths):
        photograph = Image.fromarray(photographs[number % len(photographs)])
        left, top = 40 * number, 8 * number
        part = photograph.crop((left, top, left + 270, top + 360)).resize(STILL_SIZE, Image.Resampling.LANCZOS)
        grain = random.normal(0, _GRAIN, (*STILL_SIZE[::-1], 1))
        Image.fromarray(np.clip(np.asarray(part) + grain, 0, 255).astype(np.uint8)).save(path)
    return paths


def _sound(folder: Path, seconds: float) -> Path:
    import soundfile

    path = folder / f"sound-{seconds:g}.wav"
    if not path.exists():
        moments = np.arange(round(seconds * _RATE)) / _RATE
        voice = np.sin(2 * np.pi * 180 * moments) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * moments)) * 0.2
        noise = np.random.default_rng(3).normal(0, 0.01, len(moments))
        soundfile.write(path, np.stack([voice + noise] * 2, 1).astype(np.float32), _RATE, subtype="PCM_16")
    return path
