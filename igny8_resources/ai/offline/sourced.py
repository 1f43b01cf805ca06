"""The offline writer's use of sources: one sentence of each, quoted word by word where it fits best, and cited.

It understands no source. It looks for the sentence that shares most words with a section and says whose words they are.
"""

import re
from collections.abc import Iterator, Sequence

from igny8_resources.contracts.long_articles import SectionDraft
from igny8_resources.contracts.writer import ArticleDraft, Citation, Section, Source
from igny8_resources.word_stems import STOPWORDS, stem

# Shorter ones say nothing by themselves, longer ones are hard to read as a quotation.
FEWEST_WORDS, MOST_WORDS = 7, 40
MOST_TITLE = 90  # characters

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=[^\s])[^.!?\n]*)*[.!?]")
_WORD = re.compile(r"[^\W_]+")


def cite_sources(draft: ArticleDraft, sources: Sequence[Source]) -> ArticleDraft:
    """The draft with one quotation of each source that has a usable sentence, in the section that it fits best."""
    sections, citations = list(draft.sections), list(draft.citations)
    for place, source in placed_sources(draft.sections, sources):
        quoted = quoting(sections[place], [source])
        sections[place] = quoted.section
        citations += [
            citation.model_copy(update={"where": f"section:{place}/{citation.where}"}) for citation in quoted.citations
        ]
    return draft.model_copy(update={"sections": tuple(sections), "citations": tuple(citations)})


def placed_sources(sections: Sequence[Section], sources: Sequence[Source]) -> Iterator[tuple[int, Source]]:
    """For each source that can be quoted, the number of the section that it fits best."""
    for source in sources:
        ranked = [(_best(section, source)[0], -place) for place, section in enumerate(sections)]
        if ranked and max(ranked)[0] >= 0:
            yield -max(ranked)[1], source


def quoting(section: Section, sources: Sequence[Source]) -> SectionDraft:
    """A section with a closing paragraph for each source: its title and its words in quotation marks."""
    paragraphs, citations = list(section.paragraphs), []
    for source in sources:
        _, quote = _best(section, source)
        if not quote:
            continue
        title = source.title if len(source.title) <= MOST_TITLE else source.title[: MOST_TITLE - 1].rstrip() + "…"
        paragraphs.append(f"From the source “{title or source.id}”: “{quote}”")
        citations.append(
            Citation(where=f"paragraph:{len(paragraphs) - 1}", source_id=source.id, quote=quote),
        )
    return SectionDraft(
        section=section.model_copy(update={"paragraphs": tuple(paragraphs)}), citations=tuple(citations)
    )


def _best(section: Section, source: Source) -> tuple[int, str]:
    """The sentence of a source that shares most words with a section, and how many; (-1, "") where none can be quoted."""
    about = _stems(" ".join((section.heading, *section.paragraphs, *section.bullets)))
    usable = [sentence for passage in source.passages for sentence in _sentences(passage)]
    ranked = [(len(about & _stems(sentence)), -number) for number, sentence in enumerate(usable)]
    return (max(ranked)[0], usable[-max(ranked)[1]]) if ranked else (-1, "")


def _sentences(passage: str) -> Iterator[str]:
    for found in _SENTENCE.finditer(passage):
        sentence = found.group().strip()
        if FEWEST_WORDS <= len(sentence.split()) <= MOST_WORDS and not {"“", "”", '"'} & set(sentence):
            yield sentence


def _stems(text: str) -> set[str]:
    return {stem(word) for word in _WORD.findall(text.casefold()) if word not in STOPWORDS}
