"""When words probably sound in a recording whose voice does not say: by syllables, between the pauses that can be heard.

The pauses are matched with the text's commas and full stops first; inside a stretch without a pause each word takes its share
of the syllables. This is a guess, and whoever uses it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from igny8_resources.ai.syllables import syllables_in
from igny8_resources.contracts.video import WordTiming

if TYPE_CHECKING:
    import numpy as np

FRAME_SECONDS = 0.01
# A stop consonant closes the mouth for up to about 130 ms; longer is a pause.
SHORTEST_PAUSE = 0.14
_QUIET_BELOW_SPEECH = 32.0  # dB below the loud parts
_ABOVE_NOISE = 6.0  # dB above the quietest parts
_MOST_STRETCHES = 80
_QUOTES = "\"'”’)]»"
_SENTENCE_ENDS, _CLAUSE_ENDS = ".!?…。！？।", ",;:—–、，；："
# What it costs to hear a pause where the text has none, and to hear none where it has one.
_PAUSE_ANYWHERE, _PAUSE_AT_CLAUSE = 3.0, 0.2
_NO_PAUSE_AT_SENTENCE, _NO_PAUSE_AT_CLAUSE = 1.5, 0.3
_LENGTHENED = 0.8  # the last word before a pause is drawn out, by about so much of a syllable
# How far a stretch is from what its syllables take, in shares of it.
_SPREAD = 0.2


@dataclass(frozen=True)
class Stretch:
    """A part of a recording without a pause, in seconds."""

    start: float
    end: float


def estimated_words(samples: "np.ndarray", sample_rate: int, text: str) -> tuple[WordTiming, ...]:
    """When each word of a text probably sounds; none in silence.

    Args:
        samples: Mono, 16 bit.
        sample_rate: Of the samples, Hz.
        text: What was spoken.
    """
    import numpy as np

    words = [word for word in text.split() if any(map(str.isalnum, word))]
    stretches = spoken_stretches(samples, sample_rate)
    if not words or not stretches:
        return ()
    while len(stretches) > min(len(words), _MOST_STRETCHES):
        stretches = _joined_at_shortest(stretches)
    weights = np.array([word_weight(word) for word in words])
    drawn_out = np.array([_LENGTHENED if _ends_clause(word) else 0.0 for word in words])
    ends = _last_words(words, weights + drawn_out, np.array([stretch.end - stretch.start for stretch in stretches]))
    timed: list[WordTiming] = []
    begin = 0
    for stretch, stop in zip(stretches, ends, strict=True):
        taken = weights[begin:stop].copy()
        taken[-1] += _LENGTHENED
        shares = np.cumsum(taken) / taken.sum()
        edges = stretch.start + np.concatenate([[0.0], shares]) * (stretch.end - stretch.start)
        timed.extend(
            WordTiming(text=word, start=float(start), end=float(end))
            for word, start, end in zip(words[begin:stop], edges[:-1], edges[1:], strict=True)
        )
        begin = stop
    return tuple(timed)


def word_weight(word: str) -> float:
    """What a word takes in time compared with others: its syllables, and a little for each letter."""
    letters = sum(map(str.isalnum, word))
    return max(1, syllables_in(word)) + 0.35 * letters + 0.3


def spoken_stretches(samples: "np.ndarray", sample_rate: int) -> list[Stretch]:
    """The parts of a recording between its pauses, in order."""
    import numpy as np

    step = max(1, round(sample_rate * FRAME_SECONDS))
    count = len(samples) // step
    if not count:
        return []
    frames = samples[: count * step].astype(np.float64).reshape(count, step)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-3)
    loud = float(np.percentile(level, 95))
    noise = float(np.percentile(level, 5))
    if loud < 10 * np.log10(33.0**2):
        return []
    threshold = min(max(loud - _QUIET_BELOW_SPEECH, noise + _ABOVE_NOISE), loud - 10)
    speaking = np.flatnonzero(level > threshold)
    if not speaking.size:
        return []
    breaks = np.flatnonzero(np.diff(speaking) * FRAME_SECONDS > SHORTEST_PAUSE)
    firsts = np.concatenate([[speaking[0]], speaking[breaks + 1]])
    lasts = np.concatenate([speaking[breaks], [speaking[-1]]])
    return [
        Stretch(float(first) * step / sample_rate, float(last + 1) * step / sample_rate)
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _joined_at_shortest(stretches: list[Stretch]) -> list[Stretch]:
    gaps = [after.start - before.end for before, after in pairwise(stretches)]
    place = gaps.index(min(gaps))
    joined = Stretch(stretches[place].start, stretches[place + 1].end)
    return [*stretches[:place], joined, *stretches[place + 2 :]]


def _last_words(words: Sequence[str], weights: "np.ndarray", lengths: "np.ndarray") -> list[int]:
    """After how many words each stretch ends: the cheapest of all ways to lay the words over the stretches."""
    import numpy as np

    total = len(words)
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    pace = lengths.sum() / sums[-1]
    # What a boundary after each word costs with a pause there, and without one.
    with_pause = np.array([_cost(word, 0.0, _PAUSE_AT_CLAUSE, _PAUSE_ANYWHERE) for word in words])
    without = np.array([_cost(word, _NO_PAUSE_AT_SENTENCE, _NO_PAUSE_AT_CLAUSE, 0.0) for word in words])
    passed = np.concatenate([[0.0], np.cumsum(without)])
    best = np.full(total + 1, np.inf)
    best[0] = 0.0
    came_from: list[np.ndarray] = []
    for number, length in enumerate(lengths):
        expected = (sums[None, :] - sums[:, None]) * pace  # [from, to]
        misfit = ((expected - length) / (_SPREAD * max(length, 0.3))) ** 2
        inside = passed[np.maximum(np.arange(total + 1) - 1, 0)][None, :] - passed[:, None]
        cost = best[:, None] + misfit + np.maximum(inside, 0.0)
        cost[np.arange(total + 1)[:, None] >= np.arange(total + 1)[None, :]] = np.inf
        if number + 1 < len(lengths):
            cost[:, 1:] += with_pause[None, :]
        came_from.append(np.argmin(cost, axis=0))
        best = np.min(cost, axis=0)
    ends = [total]
    for origin in reversed(came_from[1:]):
        ends.append(int(origin[ends[-1]]))
    return ends[::-1]


def _ends_clause(word: str) -> bool:
    return word.rstrip(_QUOTES)[-1:] in _SENTENCE_ENDS + _CLAUSE_ENDS


def _cost(word: str, sentence: float, clause: float, otherwise: float) -> float:
    last = word.rstrip(_QUOTES)[-1:]
    return sentence if last in _SENTENCE_ENDS else clause if last in _CLAUSE_ENDS else otherwise
