"""The ids of an article's parts: what a table of contents, a graph node and a deep link point at.

The renderer and the schema graph both take them from here, so that ``url#id`` always meets an element of the page.
"""

from collections.abc import Sequence

from igny8_resources.contracts.values import Value
from igny8_resources.contracts.writer import ArticleDraft

TAKEAWAYS = "key-takeaways"
PROS_CONS = "pros-and-cons"
FAQ = "faq"
CONCLUSION = "conclusion"
RELATED = "related-reading"
SOURCES = "sources"
_FIXED = frozenset({TAKEAWAYS, PROS_CONS, FAQ, CONCLUSION, RELATED, SOURCES})


class ArticleAnchors(Value):
    """One id for each section, pros-and-cons subject and question, in the draft's order; all are different."""

    sections: tuple[str, ...]
    subjects: tuple[str, ...]
    questions: tuple[str, ...]

    def step(self, section_index: int, step_index: int) -> str:
        """The id of one step (both indexes from 0)."""
        return f"{self.sections[section_index]}-step-{step_index + 1}"


def article_anchors(draft: ArticleDraft) -> ArticleAnchors:
    """Ids made from the draft's own headings and questions; a heading that is used twice gets ``-2``, ``-3`` ..."""
    taken = set(_FIXED)
    return ArticleAnchors(
        sections=_unique([section.heading for section in draft.sections], "section", taken),
        subjects=_unique([entry.subject for entry in draft.pros_cons], "option", taken),
        questions=_unique([entry.question for entry in draft.faq], "question", taken),
    )


def _unique(texts: Sequence[str], fallback: str, taken: set[str]) -> tuple[str, ...]:
    from slugify import slugify  # its transliteration tables are not needed to load a code location

    ids = []
    for number, text in enumerate(texts, start=1):
        stem = slugify(text, max_length=60, word_boundary=True) or f"{fallback}-{number}"
        anchor, copy = stem, 2
        # "<id>-step-1" belongs to the steps of section "<id>"
        while anchor in taken or _reads_as_step(anchor, taken):
            anchor, copy = f"{stem}-{copy}", copy + 1
        taken.add(anchor)
        ids.append(anchor)
    return tuple(ids)


def _reads_as_step(anchor: str, taken: set[str]) -> bool:
    head, mark, number = anchor.rpartition("-step-")
    return bool(mark) and number.isdigit() and head in taken
