"""Finished stretches of video and the sound become one file; no frame is encoded again."""

import subprocess
import uuid
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from igny8_assets.video.encoder import failure, ffmpeg_path

_BITS_PER_SECOND = "192k"


def encode_sound(wav: Path, out: Path) -> Path:
    """Encode a finished sound track as AAC, 48 kHz, stereo.

    Raises:
        EncodingFailed: ffmpeg ended with an error.
    """
    how = ["-c:a", "aac", "-b:a", _BITS_PER_SECOND, "-ar", "48000", "-ac", "2", "-fflags", "+bitexact"]
    _ffmpeg(["-i", str(wav), "-map_metadata", "-1", *how, str(out)], "encoding the sound")
    return out


def join(stretches: Sequence[tuple[Path, int]], fps: int, sound: Path | None, out: Path) -> None:
    """Put stretches (file and its number of frames) behind each other, add encoded sound, and write the index first.

    An earlier file at ``out`` is replaced by a complete one only.

    Raises:
        EncodingFailed: ffmpeg ended with an error.
    """
    part = out.parent / f".{out.stem}.{uuid.uuid4().hex}.part.mp4"
    listed = part.with_suffix(".txt")
    try:
        # Each duration is told: read from the files, rounding would add up.
        lines = ["ffconcat version 1.0"]
        for path, frames in stretches:
            quoted = str(path.absolute()).replace("'", r"'\''")
            lines += [f"file '{quoted}'", f"duration {float(Fraction(frames, fps)):.9f}"]
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        inputs = ["-f", "concat", "-safe", "0", "-i", str(listed), *(["-i", str(sound)] if sound else [])]
        maps = ["-map", "0:v", *(["-map", "1:a"] if sound else []), "-c", "copy"]
        whole = ["-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", str(part)]
        _ffmpeg([*inputs, *maps, *whole], f"writing {out.name}")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
        listed.unlink(missing_ok=True)


def _ffmpeg(arguments: list[str], doing: str) -> None:
    command = [ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        last = "\n".join(done.stderr.decode(errors="replace").splitlines()[-6:])
        raise failure(last, doing, done.returncode)
