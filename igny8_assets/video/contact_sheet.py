"""A video at one glance: frames at regular moments with their times, on one picture."""

import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import FileUnreadable
from igny8_assets.video.review import clock
from igny8_resources.fonts import font_path

FRAMES = 16
_LONG_SIDE = 420  # pixels of one frame
_GAP, _LABEL = 16, 40
_GROUND, _INK = "#17181c", "#f4f4f5"
_SECONDS_ALLOWED = 300


def moments_of(duration: float, frames: int = FRAMES) -> list[float]:
    """Seconds in the middles of equal parts, so that neither the first fade nor the last frame is taken."""
    return [duration * (index + 0.5) / frames for index in range(frames)]


def frames_at(video: Path, moments: Sequence[float], size: tuple[int, int]) -> list[Image.Image]:
    """The frames at these moments (seconds) at a size in pixels, by one process that jumps from one to the next.

    Raises:
        FileUnreadable: ffmpeg could not read the video at one of them.
    """
    inputs = [word for moment in moments for word in ("-threads", "1", "-ss", f"{moment:.3f}", "-i", str(video))]
    cut = f"trim=end_frame=1,scale={size[0]}:{size[1]},setsar=1,setpts=0"
    chains = [f"[{index}:v]{cut}[f{index}]" for index in range(len(moments))]
    joined = "".join(f"[f{index}]" for index in range(len(moments)))
    graph = ";".join([*chains, f"{joined}concat=n={len(moments)}[all]"])
    raw = ["-map", "[all]", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(
        [ffmpeg_path(), "-v", "error", "-nostdin", *inputs, "-filter_complex", graph, *raw],
        capture_output=True,
        timeout=_SECONDS_ALLOWED,
        check=False,
    )
    one = size[0] * size[1] * 3
    if done.returncode or len(done.stdout) != one * len(moments):
        said = done.stderr.decode(errors="replace")[-300:]
        raise FileUnreadable(
            f"{video.name} has not all frames between {moments[0]:.1f} and {moments[-1]:.1f} s: {said}"
        )
    return [Image.frombytes("RGB", size, done.stdout[index * one : (index + 1) * one]) for index in range(len(moments))]


def contact_sheet(video: Path, duration: float, shape: tuple[int, int]) -> bytes:
    """A PNG with ``FRAMES`` frames of a video, each over the moment at which it is seen.

    ``duration`` is the video's in seconds, ``shape`` its width and height in pixels.

    Raises:
        FileUnreadable: ffmpeg could not read the video.
    """
    moments = moments_of(duration)
    shrunk = _LONG_SIDE / max(shape)
    width, height = (round(side * shrunk / 2) * 2 for side in shape)
    frames = frames_at(video, moments, (width, height))
    columns = 8 if height > width else 4
    rows = -(-len(frames) // columns)
    size = (_GAP + columns * (width + _GAP), _GAP + rows * (height + _LABEL + _GAP))
    sheet = Image.new("RGB", size, _GROUND)
    pen, face = ImageDraw.Draw(sheet), ImageFont.truetype(str(font_path("text_bold")), 24)
    for index, (moment, frame) in enumerate(zip(moments, frames, strict=True)):
        left = _GAP + index % columns * (width + _GAP)
        top = _GAP + index // columns * (height + _LABEL + _GAP)
        sheet.paste(frame, (left, top))
        pen.text((left, top + height + _LABEL / 2), clock(moment), font=face, fill=_INK, anchor="lm")
    written = BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return written.getvalue()
