"""How hard English prose is to read, after Flesch (1948): 206.835 - 1.015 words/sentence - 84.6 syllables/word.

Syllables are counted by rule, not from a dictionary: groups of vowels, less a silent final ``e``, ``es`` or ``ed``, at
least one a word. On running prose the rule is right for most words and its errors nearly cancel; it is not fit for
judging one word.
"""

import re
from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_assets.word_forms import count_words, sentences, words
from igny8_assets.writer.repetition import excerpt
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

LEAST_READING_EASE = 50.0  # 50-60 is "fairly difficult": the level of a quality newspaper
LONG_SENTENCE = 25  # words
MOST_LONG_SENTENCES = 0.25  # share of all sentences
LONG_PARAGRAPH = 150  # words
_FEWEST_WORDS = 100  # the formula says nothing about less
_FEWEST_WORDS_OF_A_SENTENCE = 8  # a short sentence with a long word in it is not the one to mend

_VOWELS = re.compile(r"[aeiouy]+")
_HIATUS = re.compile(  # vowels side by side that are spoken apart: idea, creating, lion, quiet, science, usual
    r"(?<=[aeiouy][^aeiouy])ea$|(?<=cr)ea(?=t)|[eo](?=ing)|(?<![tcsgx])i[ao](?!us)|(?<=[^c])ie(?=t|nc)|u(?=a[lt])|(?<=id)eo"
)
_SILENT = re.compile(r"(?<=[^laeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeioucsxzgh])es$|(?<=[aeiouy]l)e$")


def syllables(word: str) -> int:
    """How many syllables an English word has, by rule."""
    spoken = _SILENT.sub("", word.casefold().replace("’", "'").removesuffix("'s"))
    return max(1, len(_VOWELS.findall(spoken)) + len(_HIATUS.findall(spoken)))


def reading_ease(text: str) -> float | None:
    """Flesch reading ease of English prose, about 0 (dense) to 100 (plain); None under 100 words."""
    found = words(text)
    if len(found) < _FEWEST_WORDS:
        return None
    spoken = sum(syllables(word.text) for word in found)
    return 206.835 - 1.015 * len(found) / max(1, len(sentences(text))) - 84.6 * spoken / len(found)


def hard_to_read(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Warnings on dense prose, too many long sentences and overlong paragraphs; English only, as the formula is."""
    prose = [passage for passage in passages(draft) if passage.kind == "prose"]
    for passage in prose:
        length = count_words(passage.text)
        if length > LONG_PARAGRAPH:
            yield Finding(
                check="paragraph_length",
                severity="warning",
                passage=passage.where,
                message=(
                    f"The paragraph “{excerpt(passage.text)}” has {length} words. Split it where the thought turns, "
                    f"below {LONG_PARAGRAPH}."
                ),
            )
    if not brief.voice.language.casefold().startswith("en"):
        return
    text = "\n".join(passage.text for passage in prose)
    ease = reading_ease(text)
    said = [(passage.where, sentence) for passage in prose for sentence in sentences(passage.text)]
    if ease is not None and ease < LEAST_READING_EASE and said:
        where, hardest = max(said, key=lambda each: _hardness(each[1]))
        yield Finding(
            check="readability",
            severity="warning",
            passage=where,
            message=(
                f"Flesch reading ease is {ease:.0f}, below {LEAST_READING_EASE:.0f}. "
                f"Use shorter sentences and plainer words. Hardest to read: “{hardest}”"
            ),
        )
    lengths = [count_words(sentence) for _, sentence in said]
    long = sum(length > LONG_SENTENCE for length in lengths)
    if len(lengths) >= 8 and long > MOST_LONG_SENTENCES * len(lengths):
        where, longest = said[lengths.index(max(lengths))]
        yield Finding(
            check="sentence_length",
            severity="warning",
            passage=where,
            message=(
                f"{long} of {len(lengths)} sentences have more than {LONG_SENTENCE} words. Split the longest "
                f"({max(lengths)} words): “{longest}”"
            ),
        )


def _hardness(sentence: str) -> float:
    """What a sentence takes from the reading ease of its text; of a few words, nothing can be said."""
    found = words(sentence)
    spoken = sum(syllables(word.text) for word in found)
    return 1.015 * len(found) + 84.6 * spoken / len(found) if len(found) >= _FEWEST_WORDS_OF_A_SENTENCE else 0.0
