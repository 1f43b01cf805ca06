"""Sentences and paragraphs that say the same twice, in the same words or nearly so.

Two texts are near when they share most of their meaningful words, whatever the order and the inflection. Measured by
Jaccard's index over the sets of stems; below six such words every sentence on a subject looks like the next one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_assets.word_forms import content_stems, sentences
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

FEWEST_WORDS_OF_A_SENTENCE = 4  # shorter ones ("That is all.") may recur
FEWEST_STEMS = 6
NEAR_SENTENCES = 0.75
NEAR_PARAGRAPHS = 0.6
FEWEST_STEMS_OF_A_PARAGRAPH = 15
MOST_FINDINGS = 10


class _Said(NamedTuple):
    """A sentence or paragraph, where it stands and the stems of its meaningful words."""

    where: str
    text: str
    stems: frozenset[str]


def no_sentence_twice(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """No sentence of four words or more stands twice in the body; one that says nearly the same is a hint."""
    first_seen: dict[str, str] = {}
    different: list[_Said] = []
    for passage in passages(draft):
        if passage.kind != "prose":
            continue
        for sentence in sentences(passage.text):
            plain = " ".join(re.findall(r"\w+", sentence.casefold()))
            if plain.count(" ") + 1 < FEWEST_WORDS_OF_A_SENTENCE:
                continue
            if plain in first_seen:
                yield Finding(
                    check="repeated_sentence",
                    severity="error",
                    passage=passage.where,
                    message=f"“{sentence}” already stands in {first_seen[plain]}. Keep one of the two.",
                )
                continue
            first_seen[plain] = passage.where
            different.append(_Said(passage.where, sentence, frozenset(content_stems(sentence))))
    for one, other in _near(different, FEWEST_STEMS, NEAR_SENTENCES):
        yield Finding(
            check="repeated_sentence",
            severity="warning",
            passage=other.where,
            message=f"“{other.text}” says nearly what “{one.text}” says in {one.where}. Keep the better one.",
        )


def no_paragraph_twice(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """No two paragraphs, answers or steps say nearly the same."""
    prose = [passage for passage in passages(draft) if passage.kind == "prose"]
    said = [_Said(passage.where, passage.text, frozenset(content_stems(passage.text))) for passage in prose]
    for one, other in _near(said, FEWEST_STEMS_OF_A_PARAGRAPH, NEAR_PARAGRAPHS):
        yield Finding(
            check="repeated_paragraph",
            severity="error" if one.text == other.text else "warning",
            passage=other.where,
            message=(
                f"The paragraph “{excerpt(other.text)}” repeats {one.where} (“{excerpt(one.text)}”). "
                "Merge the two or say what is different."
            ),
        )


def excerpt(text: str, most: int = 90) -> str:
    """The beginning of a passage, cut between words, as findings quote it."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"


def _near(said: Sequence[_Said], fewest: int, share: float) -> Iterator[tuple[_Said, _Said]]:
    """Pairs that share most of their stems, the earlier one first; each text is told once, against the first like it."""
    holding: defaultdict[str, list[int]] = defaultdict(list)
    found = 0
    for number, text in enumerate(said):
        if len(text.stems) < fewest:
            continue
        common = Counter(earlier for stem in text.stems for earlier in holding[stem])
        for earlier, together in sorted(common.items()):
            if together >= share * (len(text.stems) + len(said[earlier].stems) - together):
                yield said[earlier], text
                found += 1
                break
        if found == MOST_FINDINGS:
            return
        for stem in text.stems:
            holding[stem].append(number)
