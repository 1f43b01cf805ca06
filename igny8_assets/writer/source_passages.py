"""Which passages of the sources bear on a brief: chosen by meaning, within a budget, and it is said how much was chosen.

A source of two hundred pages does not fit into a brief, and its first ten pages are seldom the ones that matter. Every
source is split into passages; those nearest in meaning to the brief's title, keywords, questions and headings are taken,
each source's best one first, until the budget is used up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from igny8_assets.word_forms import sentences
from igny8_resources.contracts.writer import ArticleBrief

if TYPE_CHECKING:
    import numpy as np

BUDGET = 24_000
"""Characters of sources that a brief carries: about 6,000 tokens, which every model's context has room for."""
PASSAGE = 900
"""Characters of a passage at most: a few sentences, which the embedding model reads whole."""

Embed = Callable[[list[str]], "np.ndarray"]


@dataclass(frozen=True)
class Chosen:
    """The passages of one source that go into the brief, in the source's order, and what share of it they are."""

    passages: tuple[str, ...]
    characters: int
    of_characters: int


def split_passages(text: str) -> list[str]:
    """A text as passages of at most ``PASSAGE`` characters that end with a paragraph or, where one is longer, a sentence.

    Nothing is lost but the white space between them; only a sentence that is longer by itself is cut.
    """
    passages: list[str] = []
    current = ""
    for paragraph in text.split("\n\n"):
        for piece in _pieces(paragraph.strip()):
            glue = "\n" if piece[1] else " "
            if current and len(current) + len(glue) + len(piece[0]) > PASSAGE:
                passages.append(current)
                current = ""
            current = f"{current}{glue}{piece[0]}" if current else piece[0]
    return [*passages, current] if current else passages


def _pieces(paragraph: str) -> list[tuple[str, bool]]:
    """A paragraph, or its sentences where it is too long; each with whether it begins a paragraph."""
    if not paragraph:
        return []
    if len(paragraph) <= PASSAGE:
        return [(paragraph, True)]
    pieces = []
    for sentence in sentences(paragraph):
        pieces += [sentence[at : at + PASSAGE] for at in range(0, len(sentence), PASSAGE)]
    return [(piece, number == 0) for number, piece in enumerate(pieces)]


def questions_of(brief: ArticleBrief) -> list[str]:
    """What the article wants to know, as texts to compare passages with."""
    keywords = (brief.primary_keyword, *brief.secondary_keywords)
    texts = [brief.title, brief.angle, *brief.questions, *brief.outline, *(keyword.text for keyword in keywords)]
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))


def choose_passages(texts: Sequence[str], wanted: Sequence[str], embed: Embed, budget: int = BUDGET) -> list[Chosen]:
    """The passages of each text that go into the brief; texts that fit the budget together are taken whole.

    ``embed`` is called once with everything, because some models place texts only relative to one another.
    """
    split = [split_passages(text) for text in texts]
    lengths = [sum(map(len, passages)) for passages in split]
    if sum(lengths) <= budget:
        return [Chosen(tuple(passages), length, length) for passages, length in zip(split, lengths, strict=True)]
    if not wanted:
        return _evenly(split, lengths, budget)
    flat = [(source, place) for source, passages in enumerate(split) for place in range(len(passages))]
    vectors = embed([*wanted, *(split[source][place] for source, place in flat)])
    near = (vectors[len(wanted) :] @ vectors[: len(wanted)].T).max(axis=1)
    ranked = [flat[number] for number in sorted(range(len(flat)), key=lambda number: (-float(near[number]), number))]
    # Each source's best passage first: an editor who names a source expects to find it in the article.
    best = [next(key for key in ranked if key[0] == source) for source, passages in enumerate(split) if passages]
    taken: set[tuple[int, int]] = set()
    spent = 0
    for source, place in [*best, *ranked]:
        length = len(split[source][place])
        if (source, place) not in taken and spent + length <= budget:
            taken.add((source, place))
            spent += length
    return _in_order(split, lengths, taken)


def _evenly(split: Sequence[Sequence[str]], lengths: Sequence[int], budget: int) -> list[Chosen]:
    """Without anything to compare with: passages spread over each source, each source with its share."""
    taken: set[tuple[int, int]] = set()
    for source, passages in enumerate(split):
        fitting = max(1, budget // len(split) // PASSAGE)
        step = max(1, len(passages) // fitting)
        taken |= {(source, place) for place in range(0, len(passages), step)[:fitting]}
    return _in_order(split, lengths, taken)


def _in_order(split: Sequence[Sequence[str]], lengths: Sequence[int], taken: set[tuple[int, int]]) -> list[Chosen]:
    chosen = []
    for source, passages in enumerate(split):
        kept = tuple(passage for place, passage in enumerate(passages) if (source, place) in taken)
        chosen.append(Chosen(kept, sum(map(len, kept)), lengths[source]))
    return chosen
