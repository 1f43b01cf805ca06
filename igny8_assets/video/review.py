"""Whether a rendered file is what its preset and its platform promise; every finding says where it is and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from igny8_assets.video.loudness import Loudness
from igny8_assets.video.presets import PLATFORM_OF_PRESET, Box, Preset
from igny8_assets.video.probe import Stretch, VideoFacts
from igny8_assets.video.subtitle_reading import Cue
from igny8_resources.contracts.video import WordTiming
from igny8_resources.line_breaking import GLUE

CheckName = Literal[
    "stream_data_fits_preset",
    "sound_is_levelled",
    "picture_keeps_moving",
    "captions_follow_the_voice",
    "text_stays_in_safe_area",
    "file_fits_platform",
]
CHECKS: tuple[CheckName, ...] = get_args(CheckName)

TARGET_LUFS = -14.0
# What a platform's own normalisation would leave alone; short speech never lands exactly on the target.
LUFS_TOLERANCE = 1.5
# The sound is limited to -1.5 dBTP before it is encoded; AAC moves single peaks by up to half a decibel.
HIGHEST_PEAK_DBTP = -1.0
LONGEST_STILL_SECONDS = 2.0
MOST_DRIFT_SECONDS = 0.080
_DURATION_TOLERANCE = 0.1
MIB = 1024 * 1024
# Largest file a platform takes: YouTube 256 GB, Instagram 300 MB, TikTok 4 GB (social_video_google_apis.md).
LARGEST_BYTES = {"youtube": 256_000_000_000, "instagram": 300_000_000, "tiktok": 4_000_000_000}


@dataclass(frozen=True)
class Finding:
    """What is wrong, from ``start`` to ``end`` (seconds) in ``section`` (from 1) where it has a place, and what to do."""

    check: CheckName
    what: str
    remedy: str
    start: float | None = None
    end: float | None = None
    section: int | None = None

    @property
    def sentence(self) -> str:
        """All of it for a person."""
        place = ""
        if self.start is not None:
            place = clock(self.start) + (f" to {clock(self.end)}" if self.end is not None else "")
            place += f", section {self.section}: " if self.section is not None else ": "
        return f"{place}{self.what}; {self.remedy}"


@dataclass(frozen=True)
class Span:
    """A section (from 1) on screen, in seconds."""

    section: int
    start: float
    end: float


@dataclass(frozen=True)
class TextBox:
    """A caption or heading on screen: which words, when (seconds) and where (pixels)."""

    text: str
    start: float
    end: float
    box: Box


@dataclass(frozen=True)
class Spoken:
    """A section's words at the moments at which they are heard in the file; None where the voice was not found in it."""

    section: int
    expected: float
    words: tuple[WordTiming, ...] | None


def clock(seconds: float) -> str:
    """A moment as a player shows it, with tenths: ``1:07.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def section_at(spans: Sequence[Span], moment: float) -> int | None:
    """The section (from 1) on screen at a moment."""
    return next((span.section for span in reversed(spans) if span.start <= moment), None)


def stream_findings(facts: VideoFacts, preset: Preset) -> list[Finding]:
    """Codec, profile, size, rate, order of the file's parts and duration against the preset."""
    again = "materialise rendered_video again with the encoder settings of this release"
    expected: list[tuple[str, object, object]] = [
        ("codec", facts.codec, "h264"),
        ("profile", facts.profile, "High"),
        ("pixel format", facts.pix_fmt, "yuv420p"),
        ("size", (facts.width, facts.height), (preset.width, preset.height)),
        ("audio codec", facts.audio_codec, "aac"),
        ("audio rate", facts.audio_rate, 48_000),
        ("index before media data", facts.moov_before_mdat, True),
    ]
    found = [
        Finding("stream_data_fits_preset", f"{name} is {seen}, expected {wanted}", again)
        for name, seen, wanted in expected
        if seen != wanted
    ]
    if abs(facts.fps - preset.fps) > 0.01:
        rate = f"{facts.fps:g} frames a second, expected {preset.fps}"
        found.append(Finding("stream_data_fits_preset", rate, again))
    if not preset.min_seconds - _DURATION_TOLERANCE <= facts.duration <= preset.max_seconds + _DURATION_TOLERANCE:
        limits = f"lasts {facts.duration:.1f} s, the preset allows {preset.min_seconds:g} to {preset.max_seconds:g}"
        change = "shorten" if facts.duration > preset.max_seconds else "lengthen"
        found.append(
            Finding("stream_data_fits_preset", limits, f"{change} the script's narration or choose another preset")
        )
    return found


def sound_findings(loudness: Loudness | None) -> list[Finding]:
    """Loudness and highest peak against what platforms play unchanged."""
    if loudness is None:
        return [Finding("sound_is_levelled", "no sound", "materialise voiceover and rendered_video again")]
    found = []
    if abs(loudness.integrated - TARGET_LUFS) > LUFS_TOLERANCE:
        measured = f"loudness {loudness.integrated:.1f} LUFS, expected {TARGET_LUFS:g} ± {LUFS_TOLERANCE:g}"
        remedy = "choose a voice with an even level or quieter music, then render again"
        found.append(Finding("sound_is_levelled", measured, remedy))
    if loudness.true_peak > HIGHEST_PEAK_DBTP:
        measured = f"peaks reach {loudness.true_peak:.1f} dBTP, expected at most {HIGHEST_PEAK_DBTP:g}"
        found.append(Finding("sound_is_levelled", measured, "choose quieter music, then render again"))
    return found


def movement_findings(stretches: Sequence[Stretch], spans: Sequence[Span]) -> list[Finding]:
    """Black or frozen parts that last longer than a viewer's patience."""
    remedies = {
        "black": "replace the picture or clip of this section, materialise visuals again and render",
        "frozen": "replace the clip of this section or give it a second picture, then render again",
    }
    return [
        Finding(
            "picture_keeps_moving",
            f"{stretch.kind} for {stretch.end - stretch.start:.1f} s",
            remedies[stretch.kind],
            stretch.start,
            stretch.end,
            section_at(spans, stretch.start),
        )
        for stretch in stretches
        if stretch.end - stretch.start > LONGEST_STILL_SECONDS
    ]


def caption_findings(cues: Sequence[Cue], spoken: Sequence[Spoken]) -> list[Finding]:
    """Captions that begin before or after the word they begin with is heard, and captions that say something else."""
    name: CheckName = "captions_follow_the_voice"
    again = "materialise rendered_video again"
    found = [
        Finding(
            name, "the voice of this section is not heard where it should be", again, each.expected, None, each.section
        )
        for each in spoken
        if each.words is None
    ]
    if found:
        return found
    words = [(each.section, word) for each in spoken for word in each.words or ()]
    starts: dict[int, tuple[int, WordTiming]] = {}
    said = ""
    for section, word in words:
        starts[len(said)] = (section, word)
        said += _bare(word.text)
    at = 0
    for cue in cues:
        text = _bare(cue.text)
        begins = starts.get(at)
        if begins is None or not said.startswith(text, at):
            what = f"the caption “{cue.text}” is not what the voice says"
            return [*found, Finding(name, what, again, cue.start, cue.end, begins[0] if begins else None)]
        section, word = begins
        if abs(cue.start - word.start) > MOST_DRIFT_SECONDS:
            late = round((cue.start - word.start) * 1000)
            what = f"the caption “{cue.text}” comes {abs(late)} ms {'after' if late > 0 else 'before'} its first word"
            found.append(Finding(name, what, again, cue.start, cue.end, section))
        at += len(text)
    if at < len(said):
        section, word = next(start for position, start in starts.items() if position >= at)
        found.append(Finding(name, "words from here on have no caption", again, word.start, None, section))
    return found


def drift_of(cues: Sequence[Cue], spoken: Sequence[Spoken]) -> float:
    """The largest distance in seconds between a caption and its first word, of captions that match the words in order."""
    starts, said = {}, ""
    for each in spoken:
        for word in each.words or ():
            starts[len(said)] = word.start
            said += _bare(word.text)
    worst, at = 0.0, 0
    for cue in cues:
        if at in starts:
            worst = max(worst, abs(cue.start - starts[at]))
        at += len(_bare(cue.text))
    return worst


def text_findings(boxes: Sequence[TextBox], preset: Preset, spans: Sequence[Span]) -> list[Finding]:
    """Captions and headings that the buttons of a platform would cover."""
    area = preset.safe_area
    found = []
    for each in boxes:
        box = each.box
        beyond = {
            "left": area.left - box.left,
            "top": area.top - box.top,
            "right": box.right - area.right,
            "bottom": box.bottom - area.bottom,
        }
        # Drawings are widened to even pixels.
        sides = [f"{pixels} px at the {side}" for side, pixels in beyond.items() if pixels > 1]
        if sides:
            found.append(
                Finding(
                    "text_stays_in_safe_area",
                    f"“{each.text}” leaves the safe area by {', '.join(sides)}",
                    "shorten the text of this section, then render again",
                    each.start,
                    each.end,
                    section_at(spans, each.start),
                )
            )
    return found


def size_findings(size: int, preset: Preset) -> list[Finding]:
    """A file larger than its platform takes; ``size`` in bytes."""
    platform = PLATFORM_OF_PRESET[preset.key]
    if size <= LARGEST_BYTES[platform]:
        return []
    what = f"the file has {size / 1e6:.0f} MB, {platform} takes {LARGEST_BYTES[platform] / 1e6:.0f} MB"
    return [Finding("file_fits_platform", what, "shorten the script, or choose another preset")]


def _bare(text: str) -> str:
    """Text without what line breaking adds or takes away."""
    return "".join(character for character in text if not character.isspace() and character not in GLUE)
