"""Music under a narration: looped, faded, and ducked where somebody speaks.

The whole narration is known before it is mixed, so the music is down before a word begins, where a side-chain compressor
would follow it. Everything is computed from the samples: the same inputs give the same file.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import MusicUnusable
from igny8_assets.video.loudness import QUIETEST, measure_loudness
from igny8_assets.video.music import MusicTrack

if TYPE_CHECKING:
    import numpy as np

RATE = 48_000  # Hz
DUCK_DB = 8.0  # how much louder the music is where nobody speaks
_CURVE_RATE = 100  # Hz: a gain for every 10 ms
_SPEECH_BELOW_PEAKS = 30.0  # dB: quieter is a pause
_BREATH_SECONDS = 0.9  # pauses as short as these are no reason to come up
_RAMP_SECONDS = 0.5
_FADE_IN, _FADE_OUT = 1.0, 2.0
_CROSS_FADE = 2.0  # where a track begins again
SHORTEST_TRACK = 3.0
_BLOCK_SECONDS = 10


def mix_music(narration: Path, track: MusicTrack, duration: float, out: Path, *, below_voice: float) -> None:
    """Write narration and music as one 48 kHz stereo WAV file of floats, ``duration`` seconds long.

    Args:
        narration: A 48 kHz stereo WAV file.
        track: The music.
        duration: In seconds.
        out: The file to write; not levelled yet, it may pass full scale.
        below_voice: How far the music stays below the voice while it speaks, LU.

    Raises:
        MusicUnusable: the track is no sound, silent or too short.
    """
    import numpy as np
    import soundfile

    frames = round(duration * RATE)
    with tempfile.TemporaryDirectory(prefix="igny8-music-") as folder:
        raw = Path(folder) / "music.raw"
        music = _decoded(track, raw, duration)
        level = _level(track, raw)
        voice = measure_loudness(narration).integrated
        loud_gain = voice - below_voice + DUCK_DB - level
        with (
            soundfile.SoundFile(narration) as spoken,
            soundfile.SoundFile(out, "w", samplerate=RATE, channels=2, subtype="FLOAT") as file,
        ):
            curve = 10 ** ((loud_gain - DUCK_DB * ducking(narration, frames)) / 20)
            for begin in range(0, frames, _BLOCK_SECONDS * RATE):
                places = np.arange(begin, min(begin + _BLOCK_SECONDS * RATE, frames))
                gain = np.interp(places / RATE, np.arange(len(curve)) / _CURVE_RATE, curve)
                gain *= np.minimum(places / RATE / _FADE_IN, 1.0)
                gain *= np.clip((frames - places) / RATE / _FADE_OUT, 0.0, 1.0)
                voice_block = spoken.read(len(places), dtype="float32", always_2d=True, fill_value=0.0)
                file.write(voice_block + looped(music, places) * gain[:, None].astype(np.float32))


def ducking(narration: Path, frames: int) -> "np.ndarray":
    """How far the music is down, 0 to 1, every 10 ms: down before the first word of a stretch, up again after its last."""
    import numpy as np
    import soundfile
    from scipy.ndimage import binary_closing, binary_dilation

    step = RATE // _CURVE_RATE
    levels = []
    with soundfile.SoundFile(narration) as file:
        for block in file.blocks(blocksize=step * 1000, dtype="float32", always_2d=True, fill_value=0.0):
            energy = (block.mean(axis=1) ** 2).reshape(-1, step).mean(axis=1)
            levels.append(10 * np.log10(energy + 1e-12))
    level = np.concatenate(levels)[: -(-frames // step)]
    speaks = level > np.percentile(level[level > -70], 95) - _SPEECH_BELOW_PEAKS if (level > -70).any() else level > 0
    half = round(_RAMP_SECONDS * _CURVE_RATE / 2)
    breath = round(_BREATH_SECONDS * _CURVE_RATE)
    # Room at both ends, so that closing sees silence there and not an edge.
    padded = np.pad(speaks, breath)
    padded = binary_closing(padded, np.ones(breath, bool))
    down = binary_dilation(padded, np.ones(2 * half + 1, bool)).astype(np.float64)
    ramp = np.hanning(2 * half + 3)[1:-1]
    smooth = np.convolve(down, ramp / ramp.sum(), mode="same")[breath:-breath]
    down_by: np.ndarray = np.clip(smooth, 0.0, 1.0)
    return down_by


def looped(music: "np.ndarray", places: "np.ndarray") -> "np.ndarray":
    """The music at sample positions of the video: it begins again as often as needed, fading over into itself."""
    import numpy as np

    length = len(music)
    if places[-1] < length:
        whole: np.ndarray = music[places].astype(np.float32) / 32768
        return whole
    fade = min(round(_CROSS_FADE * RATE), length // 4)
    period = length - fade
    inside = places % period
    sound: np.ndarray = music[inside].astype(np.float32) / 32768
    fading = (places >= period) & (inside < fade)
    share = inside[fading] / fade * (np.pi / 2)
    old = music[inside[fading] + period].astype(np.float32) / 32768
    sound[fading] = sound[fading] * np.sin(share)[:, None] + old * np.cos(share)[:, None]
    return sound


def _decoded(track: MusicTrack, raw: Path, duration: float) -> "np.ndarray":
    """As much of the track as is needed, 48 kHz stereo, 16 bit, on disk."""
    import numpy as np

    wanted = ["-map", "0:a:0", "-t", f"{duration + _CROSS_FADE + 1:.3f}", "-f", "s16le", "-ar", str(RATE), "-ac", "2"]
    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-y", "-i", str(track.path), *wanted, str(raw)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0 or not raw.exists() or not raw.stat().st_size:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise MusicUnusable(f"the music {track.name!r} holds no sound that can be read ({''.join(last)}).")
    music = np.memmap(raw, dtype="<i2", mode="r").reshape(-1, 2)
    if len(music) < SHORTEST_TRACK * RATE:
        seconds = len(music) / RATE
        raise MusicUnusable(
            f"the music {track.name!r} lasts {seconds:.1f} s; it needs {SHORTEST_TRACK:g} s to be looped."
        )
    return music


def _level(track: MusicTrack, raw: Path) -> float:
    loudness = measure_loudness(raw, "-f", "s16le", "-ar", str(RATE), "-ac", "2").integrated
    if loudness <= QUIETEST:
        raise MusicUnusable(f"the music {track.name!r} is silent.")
    return loudness
