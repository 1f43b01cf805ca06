"""A section's narration as stretches of three to seven seconds, each of which gets a picture of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from igny8_assets.video.captions import COMMAS, ends_sentence, ends_with
from igny8_resources.contracts.video import WordTiming
from igny8_resources.line_breaking import joined

# Below three seconds a picture is gone before it is seen, above seven the eye has left it.
SHORTEST, LONGEST = 3.0, 7.0


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
    spans: list[tuple[int, int]] = []
    first = 0
    for index, word in enumerate(words):
        if ends_sentence(word) or index + 1 == len(words):
            spans.extend(_parted(words, first, index + 1))
            first = index + 1
    found = []
    for start, end in _merged(words, spans):
        text = joined([word.text for word in words[start:end]])
        found.append(Stretch(start, end, text, _seconds(words, start, end)))
    return found


def _seconds(words: Sequence[WordTiming], first: int, end: int) -> float:
    until = words[end].start if end < len(words) else words[-1].end
    return until - words[first].start


def _parted(words: Sequence[WordTiming], first: int, end: int) -> list[tuple[int, int]]:
    """A sentence in as few parts as needed, each ending near an even share, after a comma where there is one."""
    seconds = _seconds(words, first, end)
    parts = int(-(-seconds // LONGEST))
    if parts < 2:
        return [(first, end)]
    spans, begin = [], first
    for part in range(1, parts):
        ideal = words[first].start + seconds * part / parts
        options = range(begin + 1, end - 1)
        if not options:
            break
        best = min(
            options, key=lambda at: abs(words[at].start - ideal) + (0.0 if ends_with(words[at - 1], COMMAS) else 1.0)
        )
        spans.append((begin, best))
        begin = best
    return [*spans, (begin, end)]


def _merged(words: Sequence[WordTiming], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of at least the shortest length where a neighbour can take in what is shorter."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged:
            before = merged[-1]
            is_short = min(_seconds(words, *before), _seconds(words, start, end)) < SHORTEST
            if is_short and _seconds(words, before[0], end) <= LONGEST:
                merged[-1] = (before[0], end)
                continue
        merged.append((start, end))
    if len(merged) > 1 and _seconds(words, *merged[-1]) < SHORTEST:
        # The last one is held by the pause after it; only a very short one joins what came before, whatever its length.
        last = merged.pop()
        merged[-1] = (merged[-1][0], last[1])
    return merged
