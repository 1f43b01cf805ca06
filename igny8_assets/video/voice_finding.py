"""Where in a finished video each recording is heard: its sound track is searched for the recordings themselves.

Times come from the file and not from the plan that made it, so a track that slipped is found out.
"""

import subprocess
from collections.abc import Sequence
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import FileUnreadable
from igny8_assets.video.voiceover import SectionVoice

if TYPE_CHECKING:
    import numpy as np

RATE = 8000  # Hz: speech has all it needs for this below 4 kHz, and 1/8000 s is far below the 80 ms that matter
# How far a recording may be from where the plan has it and still be found.
SEARCHED_SECONDS = 1.5
# Correlation of the loudest agreement; a compressor, a limiter and AAC leave well above it, another recording far below.
LEAST_LIKENESS = 0.35
_LONGEST_TAKEN = 12.0  # seconds of a recording that are compared
_SECONDS_ALLOWED = 600


def voice_starts(video: Path, voices: Sequence[SectionVoice], expected: Sequence[float]) -> list[float | None]:
    """The second at which each recording begins in the file's sound; None where it is not near the expected one.

    Raises:
        FileUnreadable: the sound cannot be decoded.
    """
    sound = _sound_of(video)
    return [_start_of(voice, sound, start) for voice, start in zip(voices, expected, strict=True)]


def _sound_of(video: Path) -> "np.ndarray":
    import numpy as np

    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-i", str(video), "-map", "0:a:0", "-ac", "1"]
    done = subprocess.run(
        [*command, "-ar", str(RATE), "-f", "s16le", "-"], capture_output=True, timeout=_SECONDS_ALLOWED, check=False
    )
    if done.returncode or not done.stdout:
        raise FileUnreadable(
            f"the sound of {video.name} cannot be decoded: {done.stderr.decode(errors='replace')[-300:]}"
        )
    return np.frombuffer(done.stdout, "<i2").astype(np.float32)


def _start_of(voice: SectionVoice, sound: "np.ndarray", expected: float) -> float | None:
    import numpy as np
    from scipy.signal import correlate, resample_poly

    common = gcd(RATE, voice.sample_rate)
    spoken = resample_poly(voice.samples.astype(np.float32), RATE // common, voice.sample_rate // common)
    spoken = spoken[: round(_LONGEST_TAKEN * RATE)]
    first = max(0, round((expected - SEARCHED_SECONDS) * RATE))
    heard = sound[first : round((expected + SEARCHED_SECONDS) * RATE) + len(spoken)]
    if len(heard) < len(spoken) or not spoken.any():
        return None
    agreement = correlate(heard, spoken, mode="valid", method="fft")
    power = np.cumsum(np.concatenate([[0.0], heard.astype(np.float64) ** 2]))
    power = power[len(spoken) :] - power[: -len(spoken)]
    likeness = agreement / np.sqrt(np.maximum(power, 1.0) * float((spoken.astype(np.float64) ** 2).sum()))
    best = int(likeness.argmax())
    return (first + best) / RATE if likeness[best] >= LEAST_LIKENESS else None
