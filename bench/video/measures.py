"""What is measured about making videos, each beside its anchor or peer in the same rounds."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.home import ROOT, Home
from bench.planner.at_least import times_as_fast
from bench.process_tree import PeakMemory
from bench.results import Figure, MeasurementFailed, median_figure, median_ratio
from bench.video import motion
from bench.video.encode_alone import MEMORY, draw_frames, encode
from bench.video.example import NEAR, Example, example
from igny8_assets.video.encoder import Encoding
from igny8_resources.contracts.vocabulary import RenderSpeed

ROUNDS = 3
SECONDS = (30.0, 60.0)
QUICK_SECONDS = 6.0
MOVIEPY_SECONDS, QUICK_MOVIEPY_SECONDS = 10.0, 2.0
# Wall time against encoding alone, by speed and workers.
LIMITS: Mapping[tuple[str, int], float] = {
    ("veryfast", 1): 1.25,
    ("veryfast", 2): 1.10,
    ("medium", 1): 1.05,
    ("medium", 2): 0.97,
}
LEAST_TIMES_MOVIEPY = 10.0
MOST_JITTER = 0.10
MOST_MEMORY_MIB = 700.0
MOST_GROWTH = 1.1
_LAST = 600


def veryfast(home: Home, *, quick: bool) -> list[Figure]:
    """Our render at x264's veryfast beside encoding alone."""
    return _against_encoding(home, "veryfast", quick=quick)


def medium(home: Home, *, quick: bool) -> list[Figure]:
    """Our render at x264's medium beside encoding alone."""
    return _against_encoding(home, "medium", quick=quick)


def moviepy(home: Home, *, quick: bool) -> list[Figure]:
    """Our render beside the same video composed with MoviePy."""
    seconds = QUICK_MOVIEPY_SECONDS if quick else MOVIEPY_SECONDS
    ours: list[float] = []
    theirs: list[float] = []
    with _in_memory() as folder:
        example(folder, seconds)
        for _ in range(1 if quick else ROUNDS):
            ours.append(_rendered(home, folder, seconds, 2, "veryfast")["seconds"])
            peer = ["bench.video.moviepy_peer", str(folder), f"{seconds:g}", str(folder / "peer.mp4")]
            theirs.append(_program(home, *peer)["seconds"])
    length = f"{seconds:g} s of video"
    return [
        times_as_fast(
            f"faster than MoviePy, {length}, two workers",
            ours,
            theirs,
            least=LEAST_TIMES_MOVIEPY,
            note="veryfast; imports are not counted",
        ),
        median_figure(f"MoviePy, {length}", theirs, "s"),
        median_figure(f"ours, {length}, two workers", ours, "s"),
    ]


def memory(home: Home, *, quick: bool) -> list[Figure]:
    """The most memory that the process and its ffmpegs hold together (PSS), by length."""
    figures = []
    lengths = (QUICK_SECONDS, 2 * QUICK_SECONDS) if quick else SECONDS
    with _in_memory() as folder:
        for workers in (1, 2):
            peaks = []
            for seconds in lengths:
                example(folder, seconds)
                process = _start(home, *_render_arguments(folder, seconds, workers, "veryfast"))
                with PeakMemory(process.pid).watched() as watched:
                    _answer(process)
                peaks.append(watched.peak / 2**20)
                name = f"peak memory, {seconds:g} s, {_workers(workers)}"
                figures.append(Figure(name, peaks[-1], "MiB", MOST_MEMORY_MIB, note="veryfast, 1080×1920"))
            name = f"peak memory, {lengths[1]:g} s / {lengths[0]:g} s, {_workers(workers)}"
            figures.append(Figure(name, peaks[1] / peaks[0], "x", MOST_GROWTH))
    return figures


def movement(home: Home, *, quick: bool) -> list[Figure]:  # noqa: ARG001  # nothing here needs a home or can be shorter
    """How evenly a zoom moves, beside ffmpeg's zoompan and MoviePy."""
    with _in_memory() as folder:
        still = motion.a_still(folder / "detail.png")
        drawn = {
            "ours": (motion.our_frames(still), motion.geometric),
            "zoompan": (motion.zoompan_frames(still), motion.even),
            "MoviePy": (motion.moviepy_frames(still), motion.even),
        }
        figures = []
        for name, (frames, zoom) in drawn.items():
            across, down = motion.jitter(motion.displacements(frames, motion.Ideal(still, zoom)))
            limit = MOST_JITTER if name == "ours" else None
            note = f"{len(motion.FRAMES)} frames of a zoom to {NEAR:g} in {motion.SECONDS:g} s"
            figures.append(Figure(f"jitter across, {name}", across, "px rms", limit, note=note))
            figures.append(Figure(f"jitter down, {name}", down, "px rms", limit, note=note))
        return figures


def _against_encoding(home: Home, speed: RenderSpeed, *, quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    for seconds in (QUICK_SECONDS,) if quick else SECONDS:
        with _in_memory() as folder:
            shown = example(folder, seconds)
            figures += _rounds(home, folder, shown, speed, 1 if quick else ROUNDS)
    return figures


def _rounds(home: Home, folder: Path, shown: Example, speed: RenderSpeed, rounds: int) -> list[Figure]:
    seconds = shown.timeline.duration
    raw, encoding = folder / "frames.yuv", Encoding(speed=speed)
    draw_frames(shown, raw)
    alone: list[tuple[float, float]] = []
    ours: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
    for number in range(rounds):
        # Each round in another order: what the first one pays for the others is shared out.
        for turn in range(3):
            who = (number + turn) % 3
            if who == 0:
                alone.append(encode(shown, raw, folder / "alone.mp4", encoding))
            else:
                ours[who].append(_rendered(home, folder, seconds, who, speed))
    raw.unlink()
    length = f"{seconds:g} s, {speed}"
    figures = [median_figure(f"encoding alone, {length}", [wall for wall, _ in alone], "s")]
    for workers, made in ours.items():
        walls, used = [one["seconds"] for one in made], [one["processor_seconds"] for one in made]
        figures += [
            median_ratio(
                f"render / encoding alone, {length}, {_workers(workers)}",
                walls,
                [wall for wall, _ in alone],
                limit=LIMITS[speed, workers],
            ),
            median_ratio(
                f"the same in processor time, {length}, {_workers(workers)}",
                used,
                [processor for _, processor in alone],
            ),
            median_figure(f"render, {length}, {_workers(workers)}", walls, "s"),
        ]
    return figures


def _workers(number: int) -> str:
    return "one worker" if number == 1 else f"{number} workers"


@contextmanager
def _in_memory() -> Iterator[Path]:
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="igny8-bench-video-", dir=where) as folder:
        yield Path(folder)


def _render_arguments(folder: Path, seconds: float, workers: int, speed: str) -> tuple[str, ...]:
    return ("bench.video.one_render", str(folder), f"{seconds:g}", str(folder / "ours.mp4"), str(workers), speed)


def _rendered(home: Home, folder: Path, seconds: float, workers: int, speed: str) -> dict[str, Any]:
    return _program(home, *_render_arguments(folder, seconds, workers, speed))


def _program(home: Home, *arguments: str) -> dict[str, Any]:
    return _answer(_start(home, *arguments))


def _start(home: Home, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=home.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    said, trouble = process.communicate()
    if process.returncode != 0:
        raise MeasurementFailed(f"{process.args!r} ended with {process.returncode}: {trouble[-_LAST:]}")
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer
