"""The anchor: the very frames, drawn beforehand and held in memory, put through the very ffmpeg command and nothing else."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.results import MeasurementFailed
from bench.video.example import PALETTE, Example
from igny8_assets.video.colour_planes import Frame
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.encoder import Encoding, ffmpeg_path, raw_input

MEMORY = Path("/dev/shm")  # noqa: S108
_SPARE_BYTES = 4 * 2**30


def draw_frames(shown: Example, raw: Path) -> None:
    """Draw every frame of the video into a file in memory.

    Raises:
        MeasurementFailed: there is not enough memory for it.
    """
    preset = shown.timeline.preset
    needed = shown.timeline.frames * preset.width * preset.height * 3 // 2
    available = _available_bytes()
    if min(shutil.disk_usage(raw.parent).free, available - _SPARE_BYTES) < needed:
        raise MeasurementFailed(
            f"the frames of {shown.timeline.duration:g} s need {needed / 2**30:.1f} GiB in {raw.parent}, which has no room "
            "for them; choose a shorter one with --only, or give the machine more memory"
        )
    compositor, frame = Compositor(shown.timeline, PALETTE), Frame(preset.width, preset.height)
    with raw.open("wb") as file:
        for number in range(shown.timeline.frames):
            compositor.draw(number, frame)
            file.write(frame.data.data)


def encode(shown: Example, raw: Path, out: Path, encoding: Encoding) -> tuple[float, float]:
    """Encode drawn frames and the sound with ffmpeg alone; seconds by the clock, and of processor time.

    ffmpeg's standard input is the file itself: reading it costs less than any pipe.
    """
    sound = ["-i", str(shown.sound), "-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "192k"]
    command = [ffmpeg_path(), "-hide_banner", "-loglevel", "error", "-y", *raw_input(shown.timeline.preset), *sound]
    command += [*encoding.arguments(shown.timeline.preset), "-movflags", "+faststart", str(out)]
    before, began = os.times(), time.perf_counter()
    with raw.open("rb") as frames:
        done = subprocess.run(command, stdin=frames, capture_output=True, check=False)
    seconds, after = time.perf_counter() - began, os.times()
    if done.returncode != 0:
        raise MeasurementFailed(f"ffmpeg ended with {done.returncode}: {done.stderr.decode(errors='replace')[-400:]}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used


def _available_bytes() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
