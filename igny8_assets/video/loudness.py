"""Loudness by EBU R 128: measured, and brought to -14 LUFS at -1.5 dBTP in two passes.

One gain for the whole file and a limiter for its peaks, as ffmpeg's loudnorm does in its linear mode. loudnorm itself takes
eight times as long to measure, and where the range or the peaks do not suit it falls back to a mode that pumps, puts out
192 kHz and loses the last tenths of a second.
"""

import re
import subprocess
from dataclasses import dataclass
from math import inf
from pathlib import Path

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import EncodingFailed, FileUnreadable

TARGET_LUFS = -14.0
TRUE_PEAK_DBTP = -1.5
QUIETEST = -70.0  # LUFS: below it there is nothing to level
# AAC and the filter that halves the rate add some tenths to the peaks.
_PEAK_MARGIN = 0.6
_CLOSE_ENOUGH = 0.1  # LU and dB
_TRIES = 5
# The limiter works at twice the rate, where samples come near to the curve between them.
_LIMITER = "aresample=96000,alimiter=limit={ceiling:.5f}:attack=2:release=60:level=false,aresample=48000"
_MEASURE = "ebur128=peak=true:framelog=quiet"


@dataclass(frozen=True)
class Loudness:
    """EBU R 128: integrated loudness (LUFS), range (LU), true peak (dBTP); silence is -inf."""

    integrated: float
    range: float
    true_peak: float


def measure_loudness(path: Path, *how: str) -> Loudness:
    """How loud a sound or video file is; ``how`` are ffmpeg's options for a file without a header.

    Raises:
        FileUnreadable: it has no sound that ffmpeg can read.
    """
    measuring = ("-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
    try:
        said = run_ffmpeg(*how, "-i", str(path), *measuring)
    except EncodingFailed as error:
        raise FileUnreadable(f"{path.name} has no sound that can be measured.\n{error}") from error
    return _measured(said)


def _measured(said: str) -> Loudness:
    summary = said[said.rfind("Summary:") :]

    def figure(label: str) -> float:
        match = re.search(rf"{label}:\s+(-?[\d.]+|-?inf|nan)", summary)
        return float(match[1]) if match and match[1] != "nan" else -inf

    integrated = figure("I")
    return Loudness(-inf if integrated <= QUIETEST else integrated, max(figure("LRA"), 0.0), figure("Peak"))


def level(source: Path, out: Path, duration: float, *, chain: str = "") -> Loudness:
    """Write ``source``, levelled, as a 48 kHz stereo WAV file of exactly ``duration`` seconds; says how loud that is.

    Args:
        source: Any sound file.
        out: The WAV file to write.
        duration: In seconds.
        chain: ffmpeg's filters before levelling.

    Raises:
        EncodingFailed: ffmpeg ended with an error, or the source is silent.
    """
    first = f"{chain}," if chain else ""
    before = _measured(run_ffmpeg("-i", str(source), "-af", f"{first}{_MEASURE}", "-f", "null", "-"))
    if before.integrated <= QUIETEST:
        raise EncodingFailed(
            "The narration is silent: there is nothing to bring to -14 LUFS. Make the voiceover again."
        )
    gain, ceiling = TARGET_LUFS - before.integrated, TRUE_PEAK_DBTP - _PEAK_MARGIN
    for _ in range(_TRIES):
        limiter = _LIMITER.format(ceiling=10 ** (ceiling / 20))
        # Silence to the end: filters may hold some samples back.
        filters = f"{first}volume={gain:.3f}dB,{limiter},apad,{_MEASURE}"
        target = ("-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le", "-t", f"{duration:.6f}", str(out))
        made = _measured(run_ffmpeg("-i", str(source), "-af", filters, *target))
        short, over = TARGET_LUFS - made.integrated, made.true_peak - (TRUE_PEAK_DBTP - _PEAK_MARGIN / 2)
        if abs(short) <= _CLOSE_ENOUGH and over <= 0:
            break
        # What the limiter took is given back.
        gain += short
        ceiling -= max(0.0, over)
    return made


def run_ffmpeg(*arguments: str) -> str:
    """What ffmpeg says while it works.

    Raises:
        EncodingFailed: it ended with an error; its last lines are in the message.
    """
    done = subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments], capture_output=True, check=False
    )
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        last = "\n".join(said.splitlines()[-6:])
        raise EncodingFailed(f"ffmpeg stopped with exit code {done.returncode}:\n{last}")
    return said
