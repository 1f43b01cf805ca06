"""The narration as one sound track: laid in time with MoviePy, brought to -14 LUFS in two passes of loudnorm."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, inf
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import EncodingFailed, FileUnreadable
from igny8_assets.video.voiceover import SectionVoice

if TYPE_CHECKING:
    import numpy as np

TARGET_LUFS = -14.0
TRUE_PEAK_DBTP = -1.5
_TARGET_RANGE = 11.0
# What a narrator's chain does before levelling: no rumble, an even level, so that the peaks leave room to reach -14
# LUFS without loudnorm falling back to its dynamic mode.
_VOICE_CHAIN = (
    "highpass=f=75,acompressor=threshold=-22dB:ratio=3:attack=6:release=120:knee=6,"
    "alimiter=limit={limit:.4f}:attack=2:release=60:level=false"
)
_QUIETEST = -70.0  # LUFS: below it there is nothing to level


@dataclass(frozen=True)
class Loudness:
    """EBU R 128: integrated loudness (LUFS), range (LU), true peak (dBTP); silence is -inf."""

    integrated: float
    range: float
    true_peak: float


@dataclass(frozen=True)
class SoundTrack:
    """A finished 48 kHz stereo file, how loud it is, and how loudnorm worked (``linear`` or ``dynamic``)."""

    path: Path
    loudness: Loudness
    normalization: str


def make_soundtrack(voices: Sequence[SectionVoice], starts: Sequence[float], duration: float, out: Path) -> SoundTrack:
    """Lay each voice at its start (seconds), fill up to ``duration``, level to -14 LUFS at -1.5 dBTP, write a WAV file.

    Raises:
        EncodingFailed: ffmpeg ended with an error, or the narration is silent.
    """
    laid = out.with_name(f"{out.stem}.laid.wav")
    try:
        lay_voices(voices, starts, duration, laid)
        return _levelled(laid, out, duration)
    finally:
        laid.unlink(missing_ok=True)


def lay_voices(voices: Sequence[SectionVoice], starts: Sequence[float], duration: float, out: Path) -> None:
    """Write the voices at their starts (seconds) into one stereo WAV file at the highest of their rates."""
    import numpy as np
    import soundfile
    from moviepy import AudioArrayClip, CompositeAudioClip

    rate = max(voice.sample_rate for voice in voices)
    clips = [
        AudioArrayClip(_resampled(voice, rate)[:, None], fps=rate).with_start(round(start * rate) / rate)
        for voice, start in zip(voices, starts, strict=True)
    ]
    track = CompositeAudioClip(clips).with_duration(duration)
    moments = np.arange(round(duration * rate)) / rate
    block = 10 * rate  # MoviePy makes several copies of what it is asked for
    with soundfile.SoundFile(out, "w", samplerate=rate, channels=2, subtype="PCM_16") as file:
        for begin in range(0, len(moments), block):
            piece = np.broadcast_to(
                track.get_frame(moments[begin : begin + block]), (len(moments[begin : begin + block]), 2)
            )
            file.write(np.clip(piece, -1.0, 1.0))


def _resampled(voice: SectionVoice, rate: int) -> "np.ndarray":
    import numpy as np

    samples = voice.samples.astype(np.float32) / 32768
    if voice.sample_rate != rate:
        from scipy.signal import resample_poly

        common = gcd(rate, voice.sample_rate)
        samples = resample_poly(samples, rate // common, voice.sample_rate // common)
    return samples


def _levelled(laid: Path, out: Path, duration: float) -> SoundTrack:
    # The limiter works on the unlevelled signal: its ceiling is what reaches -1.5 dBTP after the gain that is needed,
    # so the first measurement is without it and the second one with it.
    limit = 1.0
    measured = _loudnorm(laid, _VOICE_CHAIN.format(limit=limit))
    loudness = float(measured["input_i"])
    if loudness <= _QUIETEST:
        raise EncodingFailed(
            "The narration is silent: there is nothing to bring to -14 LUFS. Make the voiceover again."
        )
    for _ in range(4):
        gain = TARGET_LUFS - float(measured["input_i"])
        if float(measured["input_tp"]) + gain <= TRUE_PEAK_DBTP - 0.4:
            break
        # 0.8 dB below: the limiter sees samples and the limit is on the curve between them, and AAC adds some tenths.
        limit = min(limit, max(0.0625, 10 ** ((TRUE_PEAK_DBTP - 0.8 - gain) / 20)))
        measured = _loudnorm(laid, _VOICE_CHAIN.format(limit=limit))
    chain = _VOICE_CHAIN.format(limit=limit)
    second = _loudnorm(laid, chain, measured=measured, out=out, duration=duration)
    return SoundTrack(out, measure_loudness(out), second.get("normalization_type", "unknown"))


def _loudnorm(
    source: Path, chain: str, *, measured: dict[str, str] | None = None, out: Path | None = None, duration: float = 0.0
) -> dict[str, str]:
    """One pass of loudnorm; with ``measured`` and ``out`` the second one, which writes exactly ``duration`` seconds."""
    settings = f"loudnorm=I={TARGET_LUFS}:TP={TRUE_PEAK_DBTP}:LRA={_TARGET_RANGE}:print_format=json"
    if measured:
        settings += (
            f":linear=true:measured_I={measured['input_i']}:measured_TP={measured['input_tp']}"
            f":measured_LRA={measured['input_lra']}:measured_thresh={measured['input_thresh']}"
            f":offset={measured['target_offset']}"
        )
    # The dynamic mode puts out 192 kHz: the rate is always set.
    target = (
        ["-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le", "-t", f"{duration:.6f}", str(out)]
        if out
        else ["-f", "null", "-"]
    )
    said = _ffmpeg("-i", str(source), "-af", f"{chain},{settings}", *target)
    found = re.findall(r"\{[^{}]*\"input_i\"[^{}]*\}", said)
    if not found:
        raise EncodingFailed(f"ffmpeg measured no loudness of {source.name}:\n{said[-600:]}")
    report: dict[str, str] = json.loads(found[-1])
    return report


def measure_loudness(path: Path) -> Loudness:
    """How loud a sound or video file is.

    Raises:
        FileUnreadable: it has no sound that ffmpeg can read.
    """
    try:
        said = _ffmpeg("-i", str(path), "-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
    except EncodingFailed as error:
        raise FileUnreadable(f"{path.name} has no sound that can be measured.\n{error}") from error
    summary = said[said.rfind("Summary:") :]

    def figure(label: str) -> float:
        match = re.search(rf"{label}:\s+(-?[\d.]+|-?inf|nan)", summary)
        return float(match[1]) if match and match[1] != "nan" else -inf

    integrated = figure("I")
    return Loudness(-inf if integrated <= _QUIETEST else integrated, max(figure("LRA"), 0.0), figure("Peak"))


def _ffmpeg(*arguments: str) -> str:
    done = subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments], capture_output=True, check=False
    )
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        last = "\n".join(said.splitlines()[-6:])
        raise EncodingFailed(f"ffmpeg stopped with exit code {done.returncode}:\n{last}")
    return said
