"""A section's narration as stretches of three to seven seconds, each of which gets a picture of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from igny8_assets.video.captions import COMMAS, ends_sentence, ends_with
from igny8_resources.contracts.video import WordTiming
from igny8_resources.line_breaking import joined

# Below three seconds a picture is gone before it is seen, above seven the eye has left it.
SHORTEST, LONGEST = 3.0, 7.0
_LEAST = 2.0  # of a part of a long sentence


@dataclass(frozen=True)
class Stretch:
    """Words ``first`` up to, without, ``end`` of a section; ``seconds`` is how long they sound with the pause after them."""

    first: int
    end: int
    text: str
    seconds: float


def stretches_of(words: Sequence[WordTiming]) -> list[Stretch]:
    """Sentences, short ones joined with a neighbour and long ones parted where the voice pauses."""
    if not words:
        return []
    sentences: list[tuple[int, int]] = []
    first = 0
    for index, word in enumerate(words):
        if ends_sentence(word) or index + 1 == len(words):
            sentences.append((first, index + 1))
            first = index + 1
    found = []
    for start, end in (part for span in _merged(words, sentences) for part in _parted(words, *span)):
        text = joined([word.text for word in words[start:end]])
        found.append(Stretch(start, end, text, _seconds(words, start, end)))
    return found


def _seconds(words: Sequence[WordTiming], first: int, end: int) -> float:
    until = words[end].start if end < len(words) else words[-1].end
    return until - words[first].start


def _merged(words: Sequence[WordTiming], sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """No sentence that is over too soon stands alone: it goes with the one after it, the last one with the one before."""
    merged: list[tuple[int, int]] = []
    for start, end in sentences:
        if merged and _seconds(words, *merged[-1]) < SHORTEST:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    if len(merged) > 1 and _seconds(words, *merged[-1]) < SHORTEST:
        last = merged.pop()
        merged[-1] = (merged[-1][0], last[1])
    return merged


def _parted(words: Sequence[WordTiming], first: int, end: int) -> list[tuple[int, int]]:
    """A stretch in as few parts as needed, each ending near an even share, after a full stop or comma where there is one."""
    seconds = _seconds(words, first, end)
    parts = int(-(-seconds // LONGEST))
    spans, begin = [], first
    for part in range(1, parts):
        ideal = words[first].start + seconds * part / parts
        far_enough = [
            at
            for at in range(begin + 1, end)
            if words[at].start - words[begin].start >= _LEAST and words[end - 1].end - words[at].start >= _LEAST
        ]
        if not far_enough:
            break
        best = min(far_enough, key=lambda at: abs(words[at].start - ideal) + _breaking(words[at - 1]))
        spans.append((begin, best))
        begin = best
    return [*spans, (begin, end)]


def _breaking(word: WordTiming) -> float:
    """What it costs, in seconds away from the even share, to change the picture after a word."""
    if ends_sentence(word):
        return 0.0
    return 0.5 if ends_with(word, COMMAS) else 1.5
