"""The text of a finished draft: its words, and how many of them could go."""

from igny8_resources.ai.offline.grammar import word_count
from igny8_resources.ai.offline.paragraphs import without_a_sentence
from igny8_resources.contracts.writer import ArticleDraft, Section


def article_words(draft: ArticleDraft) -> int:
    """The words a reader sees: everything but the title and the lines for search engines."""
    texts = [*draft.introduction, *draft.key_takeaways, *draft.conclusion, draft.call_to_action]
    for section in draft.sections:
        texts += [section.heading, *section_texts(section)]
    for pair in draft.pros_cons:
        texts += [pair.subject, *pair.pros, *pair.cons]
    for item in draft.faq:
        texts += [item.question, item.answer]
    return sum(word_count(text) for text in texts)


def section_texts(section: Section) -> list[str]:
    """Every text under a section's heading, the cells of its table included."""
    texts = [*section.paragraphs, *section.bullets]
    for step in section.steps:
        texts += [step.name, step.text]
    if section.table:
        texts += [section.table.caption, *section.table.columns, *(cell for row in section.table.rows for cell in row)]
    return texts


def section_words(section: Section) -> int:
    """The words under and in a section's heading."""
    return sum(word_count(text) for text in (section.heading, *section_texts(section)))


def spare_words(section: Section) -> int:
    """How much plain text a section could lose: its paragraphs without the first sentence."""
    return sum(word_count(text) for text in section.paragraphs) if without_a_sentence(section) else 0
