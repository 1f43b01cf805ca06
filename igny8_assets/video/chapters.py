"""Chapters of a long video: where they begin and what they are called, as YouTube takes them from a description.

YouTube wants the first at 0:00, at least three in ascending order, each at least ten seconds long; a list that misses one of
these is ignored as a whole. Upright videos become Shorts, which have no chapters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from igny8_assets.video.presets import preset_named
from igny8_resources.contracts.video import ScriptSection

FEWEST = 3
SHORTEST_SECONDS = 10
LONGEST_TITLE = 60
OPENING = "Introduction"
CLOSING = "In short"
# The same as in the timeline: before the first voice and after the last one.
_LEAD, _TAIL = 0.25, 0.9


@dataclass(frozen=True)
class Chapter:
    """One chapter: whole seconds from the start of the video, and its title."""

    seconds: int
    title: str

    @property
    def stamp(self) -> str:
        """The moment as a description has it: ``0:00``, ``12:05``, ``1:02:03``."""
        hours, minutes = divmod(self.seconds // 60, 60)
        return f"{hours}:{minutes:02}:{self.seconds % 60:02}" if hours else f"{minutes}:{self.seconds % 60:02}"


def has_chapters(platform: str, preset: str) -> bool:
    """Whether the platform shows chapters of a video in this preset."""
    return platform == "youtube" and not preset_named(preset).is_vertical


def section_starts(voices: Sequence[float], duration: float) -> tuple[float, ...]:
    """When each section's voice begins, of a video that lasts ``duration`` seconds; the pauses between them are equal."""
    gaps = max(1, len(voices) - 1)
    pause = max(0.0, (duration - sum(voices) - _LEAD - _TAIL) / gaps)
    starts, now = [], _LEAD
    for seconds in voices:
        starts.append(now)
        now += seconds + pause
    return tuple(starts)


def chapters_of(sections: Sequence[ScriptSection], starts: Sequence[float], duration: float) -> tuple[Chapter, ...]:
    """The chapters of a script: one a point; what would be too short belongs to the chapter before it.

    Returns:
        None at all where there would be fewer than three.
    """
    found = [Chapter(0, OPENING)]
    for section, start in zip(sections, starts, strict=True):
        if section.type not in {"point", "cta"}:
            continue
        title = CLOSING if section.type == "cta" else section.text_overlay.strip()[:LONGEST_TITLE]
        if title and int(start) - found[-1].seconds >= SHORTEST_SECONDS and duration - start >= SHORTEST_SECONDS:
            found.append(Chapter(int(start), title))
    return tuple(found) if len(found) >= FEWEST else ()
