"""A timeline becomes a video file with its subtitles: frames and sound at the same time, then a look at what came out."""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.video.captions import to_srt, to_webvtt
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.drawing import Canvas, CpuCanvas
from igny8_assets.video.encoder import Encoding, nvenc_works
from igny8_assets.video.joining import encode_sound, join
from igny8_assets.video.music import MusicTrack
from igny8_assets.video.presets import Preset
from igny8_assets.video.probe import VideoFacts, probe
from igny8_assets.video.segment_rendering import Progress, RenderProgress, SegmentWork, ShouldStop, cores_available
from igny8_assets.video.segment_store import SegmentStore
from igny8_assets.video.segments import segment_digest, segments_of
from igny8_assets.video.soundtrack import MUSIC_BELOW_VOICE, SoundTrack, make_soundtrack
from igny8_assets.video.still_shelf import StillShelf
from igny8_assets.video.timeline import Timeline
from igny8_assets.video.voiceover import SectionVoice
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import WordTiming
from igny8_resources.contracts.vocabulary import RenderBackend, RenderSpeed

MOST_WORKERS = 4
_STILLS_A_WORKER = 3  # both of a transition and the next one


@dataclass(frozen=True)
class RenderOptions:
    """How a render is done; nothing here changes what is seen, but for how much the encoder compresses.

    ``workers`` draw and encode at the same time; 0 is one for each core, four at most. ``segments`` is a folder where
    finished segments are kept until its owner removes it; None keeps them in a hidden folder beside the video until that is
    complete.
    """

    backend: RenderBackend = "cpu"
    workers: int = 0
    speed: RenderSpeed = "veryfast"
    segments: Path | None = None

    @property
    def workers_wanted(self) -> int:
        """How many workers that is on this machine."""
        return self.workers or min(MOST_WORKERS, cores_available())


@dataclass(frozen=True)
class RenderResult:
    """What a render made. ``music`` is what the sound track plays, ``estimated`` whether word times were guessed."""

    video: Path
    srt: Path
    vtt: Path
    duration: float
    words: tuple[WordTiming, ...]
    facts: VideoFacts
    music: MusicTrack | None
    estimated: bool


def no_progress(_: RenderProgress) -> None:
    """For callers that do not watch."""


def never_stop() -> bool:
    """For renders that nobody cancels."""
    return False


def canvas_maker(backend: RenderBackend, preset: Preset) -> Callable[[], Canvas]:
    """What makes the canvas of each worker.

    Raises:
        BackendUnavailable: the machine cannot draw that way; the message says what is missing.
    """
    if backend == "cuda":
        from igny8_assets.video.torch_drawing import TorchCanvas, cuda_device

        device = cuda_device()
        return lambda: TorchCanvas(preset.width, preset.height, device)
    return lambda: CpuCanvas(preset.width, preset.height)


def render_frames(
    timeline: Timeline,
    out: Path,
    sound: Callable[[], Path | None],
    *,
    palette: Palette,
    brand: str = "",
    options: RenderOptions | None = None,
    progress: Progress = no_progress,
    should_stop: ShouldStop = never_stop,
) -> None:
    """Draw, encode and join all frames into ``out`` with the sound that ``sound`` returns (AAC), made meanwhile.

    Finished segments survive a failure or a killed process and are used by the next call; a cancelled render leaves
    nothing. An earlier file at ``out`` is replaced only by a complete one.

    Raises:
        RenderCancelled: ``should_stop`` said yes.
        RenderUnderWay: another process renders the same video.
        BackendUnavailable: the machine has no such backend.
        ScriptInvalid: a picture or a text of a section cannot be used.
        EncodingFailed: ffmpeg ended with an error or the disk is full; the section is named.
    """
    options = options or RenderOptions()
    preset = timeline.preset
    make_canvas = canvas_maker(options.backend, preset)
    encoding = Encoding("h264_nvenc" if options.backend == "cuda" and nvenc_works() else "libx264", options.speed)
    out.parent.mkdir(parents=True, exist_ok=True)
    store = SegmentStore(options.segments or out.parent / f".{out.name}.segments")
    workers = options.workers_wanted
    shelf = StillShelf(preset, palette.accent, _STILLS_A_WORKER * workers)

    def compositor() -> Compositor:
        return Compositor(timeline, palette, brand, canvas=make_canvas(), shelf=shelf)

    try:
        # One is made before anything is written: it refuses what cannot be drawn.
        drawn_with = f"{options.backend}, {compositor().lettering}"
        with store.opened(owned=options.segments is None):
            segments = {
                segment_digest(
                    timeline,
                    segment,
                    palette=palette,
                    brand=brand,
                    drawn_with=drawn_with,
                    encoding=encoding,
                    picture_digest=store.picture_digest,
                ): segment
                for segment in segments_of(timeline)
            }
            with ThreadPoolExecutor(1, thread_name_prefix="sound") as beside:
                sounding: Future[Path | None] = beside.submit(sound)
                work = SegmentWork(
                    segments,
                    store,
                    preset=preset,
                    encoding=encoding,
                    compositor=compositor,
                    progress=progress,
                    should_stop=lambda: should_stop() or _failed(sounding),
                    name=out.name,
                )
                try:
                    work.run(workers)
                finally:
                    if _failed(sounding):
                        sounding.result()
            stretches = [(store.place(digest), segment.frames) for digest, segment in segments.items()]
            join(stretches, preset.fps, sounding.result(), out)
    finally:
        shelf.close()


def _failed(sounding: "Future[Path | None]") -> bool:
    return sounding.done() and sounding.exception() is not None


def render_timeline(
    timeline: Timeline,
    voices: Sequence[SectionVoice],
    out: Path,
    *,
    palette: Palette,
    brand: str = "",
    progress: Progress = no_progress,
    should_stop: ShouldStop = never_stop,
    options: RenderOptions | None = None,
    music: MusicTrack | None = None,
    music_below_voice: float = MUSIC_BELOW_VOICE,
) -> RenderResult:
    """Render to ``out`` (MP4) and write ``.srt`` and ``.vtt`` beside it; ``music_below_voice`` is in LU.

    Raises:
        VideoError: as ``render_frames``, or the narration is silent, or the music cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="igny8-sound-") as folder:
        tracks: list[SoundTrack] = []

        def sound() -> Path:
            wav = Path(folder) / "narration.wav"
            tracks.append(
                make_soundtrack(
                    voices,
                    timeline.voice_starts,
                    timeline.duration,
                    wav,
                    music=music,
                    music_below_voice=music_below_voice,
                )
            )
            return encode_sound(tracks[0].path, Path(folder) / "narration.m4a")

        render_frames(
            timeline,
            out,
            sound,
            palette=palette,
            brand=brand,
            options=options,
            progress=progress,
            should_stop=should_stop,
        )
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
        music=tracks[0].music,
        estimated=any(voice.estimated for voice in voices),
    )
