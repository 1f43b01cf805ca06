"""Captions as a player reads them: cues out of a WebVTT file."""

import html
import re
from dataclasses import dataclass

_TIMES = re.compile(r"^(?:(\d+):)?(\d\d):(\d\d)\.(\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)\.(\d{3})")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Cue:
    """One caption from ``start`` to ``end`` (seconds); lines are joined by a space."""

    text: str
    start: float
    end: float


def read_webvtt(text: str) -> list[Cue]:
    """The cues of a WebVTT file in their order; tags are taken out, character references resolved."""
    cues = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = block.split("\n")
        for index, line in enumerate(lines):
            if times := _TIMES.match(line):
                start, end = (_seconds(*times.groups()[part : part + 4]) for part in (0, 4))
                cues.append(Cue(html.unescape(_TAG.sub("", " ".join(lines[index + 1 :]))).strip(), start, end))
                break
    return cues


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000
