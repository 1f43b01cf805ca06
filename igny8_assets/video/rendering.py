"""A timeline becomes a video file with its subtitles: sound first, then frames, then a look at what came out."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.video.captions import to_srt, to_webvtt
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.encoder import Encoder
from igny8_assets.video.failures import RenderCancelled
from igny8_assets.video.probe import VideoFacts, probe
from igny8_assets.video.soundtrack import make_soundtrack
from igny8_assets.video.timeline import Timeline
from igny8_assets.video.voiceover import SectionVoice
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import WordTiming

_FRAMES_BETWEEN_REPORTS = 15


@dataclass(frozen=True)
class RenderProgress:
    """How far a render is: frames written of all frames; ``seconds_left`` is None until it can be told."""

    frame: int
    frames: int
    seconds_left: float | None


@dataclass(frozen=True)
class RenderResult:
    """What a render made. ``normalization`` is how loudnorm worked, ``estimated`` whether word times were guessed."""

    video: Path
    srt: Path
    vtt: Path
    duration: float
    words: tuple[WordTiming, ...]
    facts: VideoFacts
    normalization: str
    estimated: bool


Progress = Callable[[RenderProgress], None]
ShouldStop = Callable[[], bool]


def no_progress(_: RenderProgress) -> None:
    """For callers that do not watch."""


def never_stop() -> bool:
    """For renders that nobody cancels."""
    return False


def render_timeline(
    timeline: Timeline,
    voices: Sequence[SectionVoice],
    out: Path,
    *,
    palette: Palette,
    brand: str = "",
    progress: Progress = no_progress,
    should_stop: ShouldStop = never_stop,
    speed: str = "veryfast",
) -> RenderResult:
    """Render to ``out`` (MP4) and write ``.srt`` and ``.vtt`` beside it.

    ``should_stop`` is asked before every frame; when it says yes, ffmpeg is killed and no file stays behind. An
    earlier file at ``out`` is replaced only by a complete one.

    Raises:
        RenderCancelled: ``should_stop`` said yes.
        ScriptInvalid: a picture or a text of a section cannot be used.
        EncodingFailed: ffmpeg ended with an error; its last lines are in the message.
    """
    compositor = Compositor(timeline, palette, brand)
    with tempfile.TemporaryDirectory(prefix="igny8-sound-") as folder:
        track = make_soundtrack(voices, timeline.voice_starts, timeline.duration, Path(folder) / "narration.wav")
        with Encoder(out, timeline.preset, track.path, speed=speed) as encoder:
            _pump(compositor, encoder, timeline.frames, name=out.name, progress=progress, should_stop=should_stop)
            encoder.finish()
    srt, vtt = out.with_suffix(".srt"), out.with_suffix(".vtt")
    srt.write_text(to_srt(timeline.captions), encoding="utf-8", newline="\n")
    vtt.write_text(
        to_webvtt(timeline.captions, by_word=timeline.caption_style == "word"), encoding="utf-8", newline="\n"
    )
    return RenderResult(
        video=out,
        srt=srt,
        vtt=vtt,
        duration=timeline.duration,
        words=timeline.words,
        facts=probe(out),
        normalization=track.normalization,
        estimated=any(voice.estimated for voice in voices),
    )


def _pump(
    compositor: Compositor, encoder: Encoder, frames: int, *, name: str, progress: Progress, should_stop: ShouldStop
) -> None:
    begun = time.monotonic()
    for number in range(frames):
        if should_stop():
            raise RenderCancelled(f"The render of {name} was cancelled at frame {number} of {frames}.")
        frame = encoder.blank()
        compositor.draw(number, frame)
        encoder.send(frame)
        done = number + 1
        if done % _FRAMES_BETWEEN_REPORTS == 0 or done == frames:
            left = (time.monotonic() - begun) / done * (frames - done)
            progress(RenderProgress(done, frames, left))
