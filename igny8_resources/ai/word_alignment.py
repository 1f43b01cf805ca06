"""The words of a script at the moments at which a transcription heard them.

A transcription misspells names, writes numbers in digits and drops or adds words. The two texts are aligned word by word; what
has no counterpart shares the time between its neighbours by syllables.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

from igny8_resources.ai.word_estimates import word_weight
from igny8_resources.contracts.video import WordTiming

# From here on two words are the same one, spelt differently.
_SAME_WORD = 0.55
_GAP = 0.6
# Below it the transcription is of something else.
LEAST_SHARE = 0.5
_SHORTEST_WORD = 0.03  # seconds


def aligned_words(text: str, heard: Sequence[WordTiming], seconds: float) -> tuple[WordTiming, ...] | None:
    """Every word of the script with its moments; None where too little of it was heard to believe the rest.

    Args:
        text: What was to be said.
        heard: What was heard, in order.
        seconds: How long the recording is.
    """
    words = [word for word in text.split() if any(map(str.isalnum, word))]
    spoken = [word for word in heard if any(map(str.isalnum, word.text))]
    if not words or not spoken:
        return None
    pairs = _pairs([_plain(word) for word in words], [_plain(word.text) for word in spoken])
    # Numbers are heard in digits: they cannot match letter by letter and do not count against it.
    countable = sum(1 for word in spoken if not any(map(str.isdigit, word.text)))
    if not pairs or len(pairs) < LEAST_SHARE * min(len(words), countable):
        return None
    spans: list[tuple[float, float] | None] = [None] * len(words)
    for mine, theirs in pairs:
        spans[mine] = (spoken[theirs].start, max(spoken[theirs].end, spoken[theirs].start + _SHORTEST_WORD))
    partner = dict(pairs)
    for is_open, run in groupby(range(len(words)), lambda index: spans[index] is None):
        if is_open:
            _share_out(list(run), words, spans, spoken, partner, seconds)
    return _in_order(words, [span for span in spans if span is not None])


def _share_out(
    run: list[int],
    words: Sequence[str],
    spans: list[tuple[float, float] | None],
    spoken: Sequence[WordTiming],
    partner: dict[int, int],
    seconds: float,
) -> None:
    """Give words without a counterpart the time of what was heard in their place, or of the silence there."""
    before, after = run[0] - 1, run[-1] + 1
    first = partner[before] + 1 if before >= 0 else 0
    last = partner[after] if after < len(words) else len(spoken)
    if last - first == len(run):  # each spelt otherwise, as "eighteen grams" and "18 g"
        for index, heard in zip(run, spoken[first:last], strict=True):
            spans[index] = (heard.start, max(heard.end, heard.start + _SHORTEST_WORD))
        return
    if first < last:
        begin, end = spoken[first].start, spoken[last - 1].end
    else:
        left, right = spans[before] if before >= 0 else None, spans[after] if after < len(words) else None
        begin, end = left[1] if left else 0.0, right[0] if right else seconds
        needed = _SHORTEST_WORD * len(run)
        if end - begin < needed and left is not None:
            # Said in one breath with the word before it: the two share its time.
            begin = max(left[0] + _SHORTEST_WORD, end - max(needed, (left[1] - left[0]) / 2))
            spans[before] = (left[0], begin)
    weights = [word_weight(words[index]) for index in run]
    total, done = sum(weights), 0.0
    for index, weight in zip(run, weights, strict=True):
        start = begin + (end - begin) * done / total
        done += weight
        spans[index] = (start, begin + (end - begin) * done / total)


def _in_order(words: Sequence[str], spans: Sequence[tuple[float, float]]) -> tuple[WordTiming, ...]:
    timed: list[WordTiming] = []
    floor = 0.0
    for word, (start, end) in zip(words, spans, strict=True):
        begin = max(start, floor)
        finish = max(end, begin)
        timed.append(WordTiming(text=word, start=begin, end=finish))
        floor = begin
    # A word gives way to the one that follows it.
    return tuple(
        word if index + 1 == len(timed) else word.model_copy(update={"end": min(word.end, timed[index + 1].start)})
        for index, word in enumerate(timed)
    )


def _pairs(mine: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of the best alignment that are the same word (Needleman and Wunsch)."""
    rows, columns = len(mine) + 1, len(theirs) + 1
    score = [[-_GAP * column for column in range(columns)]]
    for row in range(1, rows):
        line = [-_GAP * row]
        above = score[-1]
        for column in range(1, columns):
            alike = likeness(mine[row - 1], theirs[column - 1])
            line.append(max(above[column - 1] + 2 * alike - 0.8, above[column] - _GAP, line[-1] - _GAP))
        score.append(line)
    pairs: list[tuple[int, int]] = []
    row, column = rows - 1, columns - 1
    while row and column:
        alike = likeness(mine[row - 1], theirs[column - 1])
        if abs(score[row][column] - (score[row - 1][column - 1] + 2 * alike - 0.8)) < 1e-9:
            row, column = row - 1, column - 1
            if alike >= _SAME_WORD:
                pairs.append((row, column))
        elif abs(score[row][column] - (score[row - 1][column] - _GAP)) < 1e-9:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]


@lru_cache(maxsize=20_000)
def likeness(one: str, other: str) -> float:
    """How alike two words are spelt, 0 to 1."""
    if one == other:
        return 1.0
    if not one or not other or abs(len(one) - len(other)) > max(len(one), len(other)) // 2:
        return 0.0
    if not set(one) & set(other):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _plain(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())
