"""Phrase captions out of word timings, and the two subtitle files that platforms take.

Limits (``reference/cms_ai_media_apis.md`` section 7): at most two lines of 15-25 characters burned into a vertical
video and of 42 in a horizontal one, at least 5/6 s on screen, at least two frames between captions, at most 20
characters a second. A Chinese, Japanese or Korean character counts as two. A word that begins with ``GLUE`` follows the
one before it without a space.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from igny8_resources.contracts.video import WordTiming
from igny8_resources.line_breaking import GLUE, columns, joined

MIN_SECONDS = 5 / 6
MAX_SECONDS = 7.0
GAP_FRAMES = 2
READING_SPEED = 20.0  # columns a second
# How long a caption may stay after its last word, so that it does not vanish with the voice.
_HOLD_SECONDS = 0.4
STOPS = (".", "!", "?", "…", "。", "！", "？", "؟", "।", "۔", "．")
COMMAS = (",", ";", ":", "—", "–", "、", "，", "；", "：", "،", "؛", "・")
_CLOSING = "\"'”’)]»」』）】"
# A silence longer than this ends a caption even without punctuation.
_PAUSE_SECONDS = 0.45

# Words that belong to the one that follows: a line or caption that ends on them reads badly.
_LEANING = """
    a an the this that these those my your his her its our their of to in on at by for from with without into over
    under about as and or but nor so if when while because than is are was were be been has have had will would
    can could should may might must do does did not no very more most too i you he she it we they who which what
    how where &
"""
_LEANS_ON_NEXT = frozenset(_LEANING.split())
# Words with which a new phrase begins: a caption may well end before them.
_OPENING = """
    and or but nor so because if when while before after until unless although that which who to for with without
    from in on at by into over than as &
"""
_OPENS_PHRASE = frozenset(_OPENING.split())


@dataclass(frozen=True)
class Caption:
    """One or two lines on screen from ``start`` to ``end`` (seconds); ``words`` are the timings inside."""

    lines: tuple[str, ...]
    start: float
    end: float
    words: tuple[WordTiming, ...]

    @property
    def text(self) -> str:
        """The lines as one."""
        return joined([word.text for word in self.words]) if self.words else " ".join(self.lines)

    def spans(self) -> list[tuple[int, int, int]]:
        """Where each word stands: its line, and from which to which character of it."""
        found, line, at = [], 0, 0
        for word in self.words:
            text = word.text.removeprefix(GLUE)
            if self.lines[line][at:].lstrip() == "" and line + 1 < len(self.lines):
                line, at = line + 1, 0
            start = self.lines[line].index(text, at)
            at = start + len(text)
            found.append((line, start, at))
        return found

    def word_at(self, moment: float) -> int | None:
        """Which word is being spoken, or was last; None before the first."""
        spoken = [index for index, word in enumerate(self.words) if word.start <= moment]
        return spoken[-1] if spoken else None


@dataclass(frozen=True)
class _Break:
    cost: float
    start: int
    lines: tuple[str, ...]


def phrase_captions(
    words: Sequence[WordTiming], *, line_characters: int, fps: int = 30, max_lines: int = 2, until: float | None = None
) -> tuple[Caption, ...]:
    """Break one continuous stretch of speech into captions at the places where a reader would pause.

    Of all ways to break the words, the cheapest is taken: full stops are free, commas nearly so, a break inside a
    clause costs, and costs more after a word that leans on the next one. A word longer than a line stands alone on it.
    ``until`` (seconds) is where the last caption must be gone.
    """
    if not words:
        return ()
    best: list[_Break] = [_Break(0.0, 0, ())]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            lines = _lines([word.text for word in words[start:end]], line_characters, max_lines)
            if lines is None:
                break
            if words[end - 1].end - words[start].start > MAX_SECONDS and end - start > 1:
                break
            cost = best[start].cost + _cost(words, start, end, lines, line_characters)
            options.append(_Break(cost, start, lines))
        best.append(min(options, key=lambda option: (option.cost, option.start)))
    groups: list[tuple[int, int, tuple[str, ...]]] = []
    end = len(words)
    while end:
        groups.append((best[end].start, end, best[end].lines))
        end = best[end].start
    groups.reverse()
    return _timed([(tuple(words[start:end]), lines) for start, end, lines in groups], fps, until)


def _timed(
    groups: list[tuple[tuple[WordTiming, ...], tuple[str, ...]]], fps: int, until: float | None
) -> tuple[Caption, ...]:
    gap = GAP_FRAMES / fps
    captions = []
    for index, (words, lines) in enumerate(groups):
        start = words[0].start
        wanted = max(
            words[-1].end + _HOLD_SECONDS,
            start + MIN_SECONDS,
            start + sum(columns(line) for line in lines) / READING_SPEED,
        )
        limit = wanted if until is None else until
        if index + 1 < len(groups):
            limit = groups[index + 1][0][0].start - gap
        # A caption shorter than the gap itself would not be seen: then the gap gives way.
        end = min(wanted, limit) if limit - start > gap else words[-1].end
        captions.append(Caption(lines=lines, start=start, end=end, words=words))
    return tuple(captions)


def _cost(words: Sequence[WordTiming], start: int, end: int, lines: tuple[str, ...], line_characters: int) -> float:
    """What it costs to show words ``start`` to ``end`` as one caption; each costs 0.5: fewer changes are calmer."""
    is_final = end == len(words)
    cost = 0.5 + (0.0 if is_final else _break_cost(words, start, end))
    # A full stop or a pause inside a caption joins what the voice keeps apart.
    for inner in range(start, end - 1):
        if ends_with(words[inner], STOPS):
            cost += 2.5
        elif words[inner + 1].start - words[inner].end > _PAUSE_SECONDS:
            cost += 1.0
    room = (words[end - 1].end + _HOLD_SECONDS if is_final else words[end].start) - words[start].start
    characters = sum(columns(line) for line in lines)
    if room < MIN_SECONDS:
        cost += 3.0
    if characters / max(room, 0.01) > READING_SPEED:
        cost += 1.0
    if end - start == 1 and characters < 8:
        cost += 1.5
    if len(lines) == 2:
        cost += 0.4 * abs(columns(lines[0]) - columns(lines[1])) / line_characters
        cost += 0.5 if _leans(lines[0].rsplit(" ", 1)[-1]) else 0.0
    return cost


def _break_cost(words: Sequence[WordTiming], start: int, end: int) -> float:
    """What it costs to end a caption before word ``end``."""
    last = words[end - 1]
    if ends_with(last, STOPS):
        return 0.0
    if ends_with(last, COMMAS):
        return 0.6
    if words[end].start - last.end > _PAUSE_SECONDS:
        return 0.8
    hanging = 1.0 if end - start > 1 and ends_with(words[end - 2], STOPS + COMMAS) else 0.0
    if _leans(last.text):
        return 4.0 + hanging
    return (1.5 if words[end].text.lower() in _OPENS_PHRASE else 2.4) + hanging


def ends_with(word: WordTiming, signs: tuple[str, ...]) -> bool:
    """Whether a word ends with one of these signs, closing quotation marks and brackets aside."""
    return word.text.rstrip(_CLOSING).endswith(signs)


def ends_sentence(word: WordTiming) -> bool:
    """Whether a sentence ends with this word."""
    return ends_with(word, STOPS)


def _leans(word: str) -> bool:
    return word.strip("\"'“”‘’()").lower() in _LEANS_ON_NEXT


def _lines(texts: list[str], limit: int, max_lines: int) -> tuple[str, ...] | None:
    """The words on one line, or on two well-balanced ones; None if they do not fit."""
    whole = joined(texts)
    if columns(whole) <= limit or len(texts) == 1:
        return (whole,)
    if max_lines < 2:
        return None
    options = []
    for split in range(1, len(texts)):
        upper, lower = joined(texts[:split]), joined(texts[split:])
        wide, narrow = columns(upper), columns(lower)
        if (wide <= limit or split == 1) and (narrow <= limit or split == len(texts) - 1):
            penalty = abs(wide - narrow) / limit
            if texts[split - 1].endswith(STOPS + COMMAS):
                penalty -= 0.35
            elif _leans(texts[split - 1]):
                penalty += 0.4
            options.append((penalty, split, (upper, lower)))
    return min(options)[2] if options else None


def to_srt(captions: Sequence[Caption]) -> str:
    """The captions as SubRip text (to be written as UTF-8 without a byte-order mark)."""
    blocks = [
        f"{number}\n{_clock(caption.start, ',')} --> {_clock(caption.end, ',')}\n" + "\n".join(caption.lines) + "\n"
        for number, caption in enumerate(captions, start=1)
    ]
    return "\n".join(blocks)


def to_webvtt(captions: Sequence[Caption], *, by_word: bool = False) -> str:
    """The captions as WebVTT, markup characters escaped; ``by_word`` adds the moment of every word for players."""
    blocks = [
        f"{_clock(caption.start, '.')} --> {_clock(caption.end, '.')}\n"
        + "\n".join(_timed_lines(caption) if by_word and caption.words else map(_escaped, caption.lines))
        + "\n"
        for caption in captions
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _timed_lines(caption: Caption) -> list[str]:
    """The lines with ``<00:00:01.250><c>word</c>`` for every word."""
    lines = [""] * len(caption.lines)
    ends = [0] * len(caption.lines)
    for (line, start, end), word in zip(caption.spans(), caption.words, strict=True):
        # A player ignores a moment outside the cue.
        moment = _clock(min(max(word.start, caption.start), caption.end), ".")
        lines[line] += (
            f"{caption.lines[line][ends[line] : start]}<{moment}><c>{_escaped(caption.lines[line][start:end])}</c>"
        )
        ends[line] = end
    return lines


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}{point}{milliseconds % 1000:03d}"
