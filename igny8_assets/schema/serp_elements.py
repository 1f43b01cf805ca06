"""The on-page elements that help a page to be quoted: short summary, contents, definition, table, searchers' questions.

Each is taken from what the article already says, word for word; what it does not say is left out, never written here.
"""

import re
from typing import TypedDict

from igny8_assets import article_anchors as ids
from igny8_assets.article_anchors import article_anchors
from igny8_assets.schema.classification import SCHEMA_MAP, ContentClass
from igny8_assets.word_forms import content_stems, count_words, sentences
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.word_stems import word_set

LONGEST_SUMMARY = 60  # words: about what an answer box shows
LONGEST_DEFINITION = 60  # words

_DEFINES = re.compile(
    r"^(?P<term>(?:(?:an?|the)\s+)?[\w'’\- ]{2,60}?)\s+(?:is|are|means|refers to|describes|stands for)\s+"
    r"(?:an?|the|any|when|where|how|what|that|to|one|making|taking)\b",
    re.IGNORECASE,
)
_ASKS_MEANING = re.compile(r"^(?:what (?:is|are|does)|meaning of|definition)\b|\b(?:explained|defined|meaning)$", re.I)
_PRONOUNS = word_set("it this that these those there they he she we you i here one which who what")


class ContentsEntry(TypedDict):
    """One line of the table of contents."""

    id: str
    text: str


class Definition(TypedDict):
    """A term and the sentence that defines it, with the id of the section where it stands."""

    term: str
    text: str
    section_id: str


class AnsweredQuestion(TypedDict):
    """A question that searchers ask and where the page answers it."""

    question: str
    answer: str
    id: str


class ComparisonTable(TypedDict):
    """The table that sets the options side by side."""

    caption: str
    columns: list[str]
    rows: list[list[str]]
    section_id: str


class SerpElements(TypedDict, total=False):
    """The elements that a page of its class carries and has the words for; plain JSON values."""

    tldr: str
    toc: list[ContentsEntry]
    definition_blocks: list[Definition]
    paa_subheadings: list[AnsweredQuestion]
    comparison_table: ComparisonTable


def serp_elements(draft: ArticleDraft, content_class: ContentClass) -> SerpElements:
    """The on-page elements of an article, for ``content.serp_elements``."""
    wanted, found = SCHEMA_MAP[content_class].elements, SerpElements()
    if "tldr" in wanted and (summary := short_summary(draft)):
        found["tldr"] = summary
    if "toc" in wanted and len(contents := table_of_contents(draft)) > 1:
        found["toc"] = contents
    if "definition_blocks" in wanted and (blocks := definitions(draft)):
        found["definition_blocks"] = blocks
    if "paa_subheadings" in wanted and (questions := asked_questions(draft)):
        found["paa_subheadings"] = questions
    if "comparison_table" in wanted and (table := _comparison_table(draft)):
        found["comparison_table"] = table
    return found


def short_summary(draft: ArticleDraft) -> str:
    """The article in at most 60 words: its takeaways, else its conclusion, else its opening sentences."""
    for texts in (draft.key_takeaways, draft.conclusion, draft.introduction):
        chosen: list[str] = []
        closed = (text.strip() if text.rstrip()[-1:] in ".!?…" else f"{text.strip()}." for text in texts)
        for sentence in sentences("\n".join(closed)):
            if count_words(" ".join([*chosen, sentence])) > LONGEST_SUMMARY:
                break
            chosen.append(sentence)
        if count_words(" ".join(chosen)) >= 8:
            return " ".join(chosen)
    return ""


def table_of_contents(draft: ArticleDraft) -> list[ContentsEntry]:
    """The sections in order, with the ids that the rendered page carries, and the FAQ if there is one."""
    anchors = article_anchors(draft)
    entries: list[ContentsEntry] = [
        {"id": anchor, "text": section.heading}
        for section, anchor in zip(draft.sections, anchors.sections, strict=True)
        if section.heading.strip()
    ]
    if draft.faq:
        entries.append({"id": ids.FAQ, "text": "FAQ"})
    return entries


def definitions(draft: ArticleDraft) -> list[Definition]:
    """Sentences that say what a term is, one a section: "A burr grinder is a ...", as the article words them."""
    anchors, blocks = article_anchors(draft), list[Definition]()
    for section, anchor in zip(draft.sections, anchors.sections, strict=True):
        for sentence in sentences("\n".join(section.paragraphs[:1]))[:2]:
            match = _DEFINES.match(sentence)
            if match is None or count_words(sentence) > LONGEST_DEFINITION:
                continue
            term = re.sub(r"^(?:an?|the)\s+", "", match["term"].strip(), flags=re.IGNORECASE)
            named = set(content_stems(term)) & set(content_stems(section.heading))
            if term.casefold().split()[0] in _PRONOUNS or not (named or _ASKS_MEANING.search(section.heading)):
                continue
            blocks.append({"term": term, "text": sentence, "section_id": anchor})
            break
    return blocks


def asked_questions(draft: ArticleDraft) -> list[AnsweredQuestion]:
    """Questions that the page answers under a heading of their own: question-shaped sections first, then the FAQ."""
    anchors = article_anchors(draft)
    found: list[AnsweredQuestion] = [
        {"question": section.heading, "answer": section.paragraphs[0], "id": anchor}
        for section, anchor in zip(draft.sections, anchors.sections, strict=True)
        if section.heading.rstrip().endswith("?") and section.paragraphs
    ]
    found += [
        {"question": pair.question, "answer": pair.answer, "id": anchor}
        for pair, anchor in zip(draft.faq, anchors.questions, strict=True)
        if pair.question.strip() and pair.answer.strip()
    ]
    return found


def _comparison_table(draft: ArticleDraft) -> ComparisonTable | None:
    """The first table with a column for the trait and at least two for what is compared."""
    for section, anchor in zip(draft.sections, article_anchors(draft).sections, strict=True):
        table = section.table
        if table is not None and len(table.columns) > 2 and table.rows:
            return {
                "caption": table.caption,
                "columns": list(table.columns),
                "rows": [list(row) for row in table.rows],
                "section_id": anchor,
            }
    return None
