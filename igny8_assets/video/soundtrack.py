"""A video's sound track: voices laid in time with MoviePy, music under them, brought to -14 LUFS at -1.5 dBTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.video.failures import EncodingFailed
from igny8_assets.video.loudness import Loudness, level, run_ffmpeg
from igny8_assets.video.music import MusicTrack
from igny8_assets.video.music_bed import mix_music
from igny8_assets.video.voiceover import SectionVoice

if TYPE_CHECKING:
    import numpy as np

MUSIC_BELOW_VOICE = 18.0  # LU
# What a narrator's chain does before levelling: no rumble, an even level, so that little is left for the limiter.
_VOICE = "highpass=f=75,acompressor=threshold=-22dB:ratio=3:attack=6:release=120:knee=6"
# The chain's thresholds are made for speech at this level (dBFS); a provider's own level may be anything.
_SPEECH_LEVEL = -23.0
_MOST_GAIN = 46.0  # dB: what needs more is noise


@dataclass(frozen=True)
class SoundTrack:
    """A finished 48 kHz stereo file, how loud it is, and the music in it."""

    path: Path
    loudness: Loudness
    music: MusicTrack | None = None


def make_soundtrack(
    voices: Sequence[SectionVoice],
    starts: Sequence[float],
    duration: float,
    out: Path,
    *,
    music: MusicTrack | None = None,
    music_below_voice: float = MUSIC_BELOW_VOICE,
) -> SoundTrack:
    """Lay each voice at its start (seconds), put music under them, level to -14 LUFS at -1.5 dBTP, write a WAV file.

    The voices are brought to one level first, whatever their providers' are. ``music_below_voice`` is in LU.

    Raises:
        EncodingFailed: ffmpeg ended with an error, or the narration is silent.
        MusicUnusable: the music is no sound, silent or too short.
    """
    laid, even, mixed = (out.with_name(f"{out.stem}.{name}.wav") for name in ("laid", "even", "mixed"))
    try:
        lay_voices(voices, starts, duration, laid, gains=[_gain(voice) for voice in voices])
        if music is None:
            loudness = level(laid, out, duration, chain=_VOICE)
        else:
            floats = ("-ar", "48000", "-ac", "2", "-c:a", "pcm_f32le", "-t", f"{duration:.6f}")
            run_ffmpeg("-i", str(laid), "-af", _VOICE, *floats, str(even))
            mix_music(even, music, duration, mixed, below_voice=music_below_voice)
            loudness = level(mixed, out, duration)
        return SoundTrack(out, loudness, music)
    finally:
        for passing in (laid, even, mixed):
            passing.unlink(missing_ok=True)


def lay_voices(
    voices: Sequence[SectionVoice],
    starts: Sequence[float],
    duration: float,
    out: Path,
    *,
    gains: Sequence[float] | None = None,
) -> None:
    """Write the voices at their starts (seconds) into one stereo WAV file at the highest of their rates.

    ``gains`` are factors, one a voice.
    """
    import numpy as np
    import soundfile
    from moviepy import AudioArrayClip, CompositeAudioClip

    rate = max(voice.sample_rate for voice in voices)
    factors = gains or [1.0] * len(voices)
    clips = [
        AudioArrayClip(factor * _resampled(voice, rate)[:, None], fps=rate).with_start(round(start * rate) / rate)
        for voice, start, factor in zip(voices, starts, factors, strict=True)
    ]
    track = CompositeAudioClip(clips).with_duration(duration)
    frames = round(duration * rate)
    block = 10 * rate  # MoviePy makes several copies of what it is asked for
    subtype = "PCM_16" if gains is None else "FLOAT"  # a raised voice may pass full scale until it is levelled
    with soundfile.SoundFile(out, "w", samplerate=rate, channels=2, subtype=subtype) as file:
        for begin in range(0, frames, block):
            moments = np.arange(begin, min(begin + block, frames)) / rate
            piece = np.broadcast_to(track.get_frame(moments), (len(moments), 2))
            file.write(np.clip(piece, -1.0, 1.0) if gains is None else piece)


def _gain(voice: SectionVoice) -> float:
    """The factor that brings a voice's speech to the level that the chain is made for."""
    import numpy as np

    from igny8_resources.ai.word_estimates import spoken_stretches

    spoken = spoken_stretches(voice.samples, voice.sample_rate)
    if not spoken:
        return 1.0
    rate = voice.sample_rate
    parts = [voice.samples[round(part.start * rate) : round(part.end * rate)] for part in spoken]
    energy = np.mean(np.concatenate(parts).astype(np.float64) ** 2) / 32768**2
    decibels = _SPEECH_LEVEL - 10 * np.log10(energy + 1e-12)
    if decibels > _MOST_GAIN:
        raise EncodingFailed(
            f"The narration is too quiet to be raised ({_SPEECH_LEVEL - decibels:.0f} dBFS where it speaks). Make the "
            "voiceover again."
        )
    return float(10 ** (decibels / 20))


def _resampled(voice: SectionVoice, rate: int) -> "np.ndarray":
    import numpy as np

    samples = voice.samples.astype(np.float32) / 32768
    if voice.sample_rate != rate:
        from scipy.signal import resample_poly

        common = gcd(rate, voice.sample_rate)
        samples = resample_poly(samples, rate // common, voice.sample_rate // common)
    return samples
