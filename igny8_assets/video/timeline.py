"""What stands on screen and sounds when: sections, voices and pictures laid out in time.

All times are seconds from the start of the video. A timeline is plain values, so it can be tested without drawing a
frame.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from igny8_assets.video.captions import Caption, phrase_captions
from igny8_assets.video.failures import DurationOutsidePreset, ScriptInvalid
from igny8_assets.video.presets import Preset
from igny8_assets.video.voiceover import SectionVoice
from igny8_resources.contracts.video import ScriptSection, WordTiming
from igny8_resources.contracts.vocabulary import CaptionStyle

Transition = Literal["cut", "fade", "slide", "zoom"]
"""How a scene takes over from the one before: at once, through a cross-fade, pushing it out to the left, or flying into it."""
CROSS_FADE_SECONDS = 0.5
"""How long every transition but a cut takes."""
CARD_ZOOM = 1.04
_LEAD_SECONDS = 0.25
_PAUSE_SECONDS = 0.35
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.15, 0.9
_TAIL_SECONDS = 0.9
_SHORTEST_TAIL, _LONGEST_TAIL = 0.5, 2.5
_OVERLAY_DELAY, _OVERLAY_FADE = 0.3, 0.25
_PICTURE_ZOOM = 1.12


@dataclass(frozen=True)
class View:
    """The part of a picture that fills the frame: its centre (0..1 of the picture's sides) and magnification."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Scene:
    """One picture on screen from ``start`` to ``end``, moving from one view to another.

    Neighbouring scenes overlap by the transition: both are on screen while the later one takes over. ``is_card`` says
    that the picture was drawn for this frame and carries text of its own, ``is_clip`` that it is a video file, which
    moves by itself. ``transition`` is how the scene begins.
    """

    picture: Path
    is_card: bool
    start: float
    end: float
    move_from: View
    move_to: View
    section: int
    transition: Transition = "fade"
    is_clip: bool = False


@dataclass(frozen=True)
class Overlay:
    """A heading that stands over a picture."""

    text: str
    start: float
    end: float
    fade: float
    section: int


@dataclass(frozen=True)
class Shot:
    """One picture, card or clip of a section.

    ``first_word`` counts the section's caption words from 0: the shot stands from there on until the next one. Shots
    without it share their section evenly. ``subject`` is where the eye goes first (0..1 of the visible picture): moves
    end or begin there.
    """

    picture: Path
    is_card: bool = False
    is_clip: bool = False
    first_word: int | None = None
    subject: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True)
class SectionPictures:
    """What a section shows, in order; cards were drawn by ``video_cards``, the others are pictures or clips.

    ``transition`` is how the section takes over from the one before; pictures inside a section fade.
    """

    shots: tuple[Shot, ...]
    transition: Transition = "fade"

    @classmethod
    def of(cls, pictures: Sequence[Path], *, is_card: bool = False, transition: Transition = "fade") -> Self:
        """Pictures that share a section evenly."""
        return cls(tuple(Shot(picture, is_card) for picture in pictures), transition)


@dataclass(frozen=True)
class Timeline:
    """A whole video before it is drawn. ``voice_starts`` says when each section's recording begins.

    ``language`` (BCP 47) decides how Chinese characters look.
    """

    preset: Preset
    duration: float
    scenes: tuple[Scene, ...]
    overlays: tuple[Overlay, ...]
    captions: tuple[Caption, ...]
    words: tuple[WordTiming, ...]
    voice_starts: tuple[float, ...]
    caption_style: CaptionStyle = "phrase"
    language: str = ""

    @property
    def frames(self) -> int:
        """How many frames the video has."""
        return round(self.duration * self.preset.fps)


@dataclass(frozen=True)
class _Pauses:
    between: float
    tail: float


def build_timeline(
    preset: Preset,
    sections: Sequence[ScriptSection],
    voices: Sequence[SectionVoice],
    pictures: Sequence[SectionPictures],
    *,
    caption_style: CaptionStyle | None = None,
    language: str = "",
) -> Timeline:
    """Lay out one voice and the pictures of each section, in script order; ``caption_style`` is the preset's if None.

    The pauses between sections stretch or shrink a little so that the video falls within the preset's limits.

    Raises:
        ScriptInvalid: the three lists do not match, or a section has no picture.
        DurationOutsidePreset: the narration is too short or too long even so; the message says by how much.
    """
    if not sections:
        raise ScriptInvalid("The script has no section: a video needs at least one with narration.")
    if not len(sections) == len(voices) == len(pictures):
        raise ScriptInvalid(
            f"The script has {len(sections)} sections, but {len(voices)} voices and {len(pictures)} sets of "
            "pictures were given."
        )
    for number, shown in enumerate(pictures, start=1):
        if not shown.shots:
            raise ScriptInvalid("has no picture to show.", number)
    pauses = _pauses(preset, voices)
    starts, now = [], _LEAD_SECONDS
    for voice in voices:
        starts.append(now)
        now += voice.seconds + pauses.between
    duration = round((now - pauses.between + pauses.tail) * preset.fps) / preset.fps
    # The picture changes in the middle of the pause before the voice goes on.
    cuts = [0.0, *(start - pauses.between / 2 for start in starts[1:]), duration]
    words: list[WordTiming] = []
    captions: list[Caption] = []
    overlays: list[Overlay] = []
    for index, voice in enumerate(voices):
        spoken = tuple(_shifted(word, starts[index]) for word in voice.words)
        words.extend(spoken)
        until = cuts[index + 1] - 1 / preset.fps if index + 1 < len(sections) else duration - 0.1
        captions.extend(phrase_captions(spoken, line_characters=preset.caption_characters, fps=preset.fps, until=until))
    scenes = _scenes(pictures, voices, starts, cuts)
    for index, section in enumerate(sections):
        overlays.extend(_headings(section, index, scenes, is_last=index + 1 == len(sections)))
    return Timeline(
        preset=preset,
        duration=duration,
        scenes=_overlapping(scenes),
        overlays=tuple(overlays),
        captions=tuple(captions),
        words=tuple(words),
        voice_starts=tuple(starts),
        caption_style=caption_style or preset.caption_style,
        language=language,
    )


def _shifted(word: WordTiming, seconds: float) -> WordTiming:
    return WordTiming(text=word.text, start=word.start + seconds, end=word.end + seconds)


def _pauses(preset: Preset, voices: Sequence[SectionVoice]) -> _Pauses:
    spoken = sum(voice.seconds for voice in voices)
    gaps = len(voices) - 1

    def total(pauses: _Pauses) -> float:
        return _LEAD_SECONDS + spoken + gaps * pauses.between + pauses.tail

    usual = _Pauses(_PAUSE_SECONDS, _TAIL_SECONDS)
    shortest, longest = _Pauses(_SHORTEST_PAUSE, _SHORTEST_TAIL), _Pauses(_LONGEST_PAUSE, _LONGEST_TAIL)
    limits = f"preset {preset.key} allows {preset.min_seconds:g} to {preset.max_seconds:g} s"
    if total(shortest) > preset.max_seconds:
        longest_section = max(range(len(voices)), key=lambda index: voices[index].seconds) + 1
        raise DurationOutsidePreset(
            f"The video would last {total(shortest):.1f} s, {limits}: shorten the narration by about "
            f"{total(shortest) - preset.max_seconds:.0f} s (section {longest_section} is the longest) or choose "
            "another preset.",
            total(shortest),
            preset.min_seconds,
            preset.max_seconds,
        )
    if total(longest) < preset.min_seconds:
        raise DurationOutsidePreset(
            f"The video would last {total(usual):.1f} s, {limits}: add about "
            f"{preset.min_seconds - total(longest):.0f} s of narration or choose another preset.",
            total(usual),
            preset.min_seconds,
            preset.max_seconds,
        )
    if total(usual) > preset.max_seconds:
        return _between(shortest, usual, (preset.max_seconds - total(shortest)) / (total(usual) - total(shortest)))
    if total(usual) < preset.min_seconds:
        # One frame more than asked, because the duration is rounded to a whole frame.
        wanted = preset.min_seconds + 1 / preset.fps
        return _between(usual, longest, min(1.0, (wanted - total(usual)) / (total(longest) - total(usual))))
    return usual


def _between(low: _Pauses, high: _Pauses, share: float) -> _Pauses:
    return _Pauses(low.between + (high.between - low.between) * share, low.tail + (high.tail - low.tail) * share)


def _scenes(
    pictures: Sequence[SectionPictures], voices: Sequence[SectionVoice], starts: Sequence[float], cuts: Sequence[float]
) -> list[Scene]:
    """Every shot from cut to cut."""
    scenes: list[Scene] = []
    for index, shown in enumerate(pictures):
        inner = _inner_cuts(shown.shots, voices[index], starts[index], cuts[index], cuts[index + 1])
        edges = [cuts[index], *inner, cuts[index + 1]]
        for number, (shot, start, end) in enumerate(zip(shown.shots, edges[:-1], edges[1:], strict=True)):
            move_from, move_to = _move(len(scenes), shot)
            begins = "fade" if number else shown.transition
            if begins == "fade" and shot.is_card and scenes and scenes[-1].is_card:
                begins = "slide"  # words that fade into other words cannot be read
            scenes.append(
                Scene(shot.picture, shot.is_card, start, end, move_from, move_to, index, begins, is_clip=shot.is_clip)
            )
    return scenes


def _overlapping(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """The scenes stretched over half of their transitions."""
    # Half of a transition before the cut, half after it; the video itself begins and ends without one.
    halves = [0.0, *(0.0 if scene.transition == "cut" else CROSS_FADE_SECONDS / 2 for scene in scenes[1:]), 0.0]
    return tuple(
        replace(scene, start=scene.start - before, end=scene.end + after)
        for scene, before, after in zip(scenes, halves[:-1], halves[1:], strict=True)
    )


def _headings(section: ScriptSection, index: int, scenes: Sequence[Scene], *, is_last: bool) -> Iterator[Overlay]:
    """The section's heading over each unbroken row of its pictures; cards have words of their own."""
    text = section.text_overlay.strip()
    own = [scene for scene in scenes if scene.section == index]
    for is_card, row in itertools.groupby(own, key=lambda scene: scene.is_card):
        if is_card or not text:
            continue
        stretch = list(row)
        begin, end = stretch[0].start + _OVERLAY_DELAY, stretch[-1].end
        if not is_last or stretch[-1] is not own[-1]:
            end -= _OVERLAY_DELAY
        yield Overlay(text, begin, end, _OVERLAY_FADE, index)


def _inner_cuts(shots: Sequence[Shot], voice: SectionVoice, start: float, begin: float, end: float) -> list[float]:
    """Where the picture changes inside a section: before the first word of each shot, or at even parts."""
    words = voice.words
    wanted = [shot.first_word for shot in shots[1:] if shot.first_word is not None and 0 < shot.first_word < len(words)]
    cuts: list[float] = []
    for word in wanted:
        moment = start + (words[word - 1].end + words[word].start) / 2
        # Two cross-fades must not run into each other.
        cuts.append(max(moment, (cuts[-1] if cuts else begin) + 2 * CROSS_FADE_SECONDS))
    fit = len(cuts) == len(shots) - 1 and (not cuts or cuts[-1] <= end - 2 * CROSS_FADE_SECONDS)
    return cuts if fit else _cuts_at_sentences(voice, start, len(shots), begin, end)


def _cuts_at_sentences(voice: SectionVoice, start: float, shots: int, begin: float, end: float) -> list[float]:
    """Where the picture changes inside a section: the ends of phrases nearest to equal parts."""
    cuts: list[float] = []
    candidates = [
        start + before.end + (after.start - before.end) / 2
        for before, after in zip(voice.words, voice.words[1:], strict=False)
        if before.text.rstrip("\"'”’)").endswith((".", "!", "?", ",", ";", ":", "…"))
    ]
    for shot in range(1, shots):
        ideal = begin + (end - begin) * shot / shots
        floor = (cuts[-1] if cuts else begin) + 2 * CROSS_FADE_SECONDS
        near = [moment for moment in candidates if moment > floor and moment < end - 2 * CROSS_FADE_SECONDS]
        best = min(near, key=lambda moment: abs(moment - ideal), default=ideal)
        cuts.append(best if abs(best - ideal) < (end - begin) / shots / 2 else max(ideal, floor))
    return cuts


def _move(position: int, shot: Shot) -> tuple[View, View]:
    """A slow move, another one for every scene: towards the subject, across to it, away from it, across from it.

    Cards only breathe, and clips stand still because what they show moves.
    """
    whole = View(0.5, 0.5, 1.0)
    if shot.is_clip:
        return whole, whole
    if shot.is_card:
        near = View(0.5, 0.5, CARD_ZOOM)
        return (whole, near) if position % 2 == 0 else (near, whole)
    # The largest drift that keeps the view inside the picture at this magnification.
    drift = (1 - 1 / _PICTURE_ZOOM) / 2
    right, down = (min(1.0, max(-1.0, 3 * (side - 0.5))) for side in shot.subject)
    close = View(0.5 + drift * right, 0.5 + drift * (down or -0.5), _PICTURE_ZOOM)
    # A subject in the middle is passed by; one at a side is where the pan ends.
    side = 1.0 if right >= 0 else -1.0
    far = View(0.5 - drift * side, close.y, _PICTURE_ZOOM)
    there = View(0.5 + drift * side, close.y, _PICTURE_ZOOM)
    moves = ((whole, close), (far, there), (close, whole), (there, far))
    return moves[position % len(moves)]
