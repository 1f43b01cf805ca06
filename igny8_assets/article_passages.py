"""An article's passages in reading order, each under the name by which findings, scripts and posts cite it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from igny8_assets.word_forms import count_words
from igny8_resources.contracts.video import ArticlePassage
from igny8_resources.contracts.writer import ArticleDraft, Section

PassageKind = Literal["heading", "prose", "cell"]


class Passage(NamedTuple):
    """One piece of plain text of an article's body.

    ``where`` names it: ``introduction:0``, ``takeaways:1``, ``section:2/paragraph:0``, ``section:2/step:1``, ``faq:0``.
    ``kind`` is ``heading`` (H2, question, step name, subject, caption), ``prose`` (sentences) or ``cell`` (of a table).
    """

    where: str
    kind: PassageKind
    text: str


def passages(draft: ArticleDraft) -> Iterator[Passage]:
    """Every piece of text that the body shows, in the order in which a reader meets it; title and meta are not body."""
    yield from _numbered("introduction", draft.introduction)
    yield from _numbered("takeaways", draft.key_takeaways)
    for index, section in enumerate(draft.sections):
        yield from _of_section(f"section:{index}", section)
    for index, entry in enumerate(draft.pros_cons):
        yield Passage(f"pros_cons:{index}", "heading", entry.subject)
        yield from _numbered(f"pros_cons:{index}/pro", entry.pros)
        yield from _numbered(f"pros_cons:{index}/con", entry.cons)
    for index, pair in enumerate(draft.faq):
        yield Passage(f"faq:{index}/question", "heading", pair.question)
        yield Passage(f"faq:{index}", "prose", pair.answer)
    yield from _numbered("conclusion", draft.conclusion)
    if draft.call_to_action:
        yield Passage("call_to_action", "prose", draft.call_to_action)


def citable_passages(draft: ArticleDraft) -> tuple[ArticlePassage, ...]:
    """The title and every passage of the body, each once under its id; the cells of a table's row are one passage."""
    found = {"title": ArticlePassage(id="title", kind="heading", text=draft.title)}
    for where, kind, text in passages(draft):
        if not text.strip():
            continue
        known = found.get(where)
        found[where] = ArticlePassage(id=where, kind=kind, text=f"{known.text} | {text}" if known else text)
    return tuple(found.values())


def plain_text(draft: ArticleDraft) -> str:
    """The body as plain text in reading order, passages parted by an empty line, headings and table cells included."""
    return "\n\n".join(passage.text.strip() for passage in passages(draft) if passage.text.strip())


def word_count(draft: ArticleDraft) -> int:
    """How many words the body has, headings and table cells included; the renderer's own labels are not counted."""
    return count_words(plain_text(draft))


def _of_section(where: str, section: Section) -> Iterator[Passage]:
    yield Passage(where, "heading", section.heading)
    yield from _numbered(f"{where}/paragraph", section.paragraphs)
    yield from _numbered(f"{where}/bullet", section.bullets)
    for index, step in enumerate(section.steps):
        yield Passage(f"{where}/step:{index}/name", "heading", step.name)
        yield Passage(f"{where}/step:{index}", "prose", step.text)
    if section.table is not None:
        yield Passage(f"{where}/caption", "heading", section.table.caption)
        for cell in section.table.columns:
            yield Passage(f"{where}/table", "cell", cell)
        for number, row in enumerate(section.table.rows):
            for cell in row:
                yield Passage(f"{where}/row:{number}", "cell", cell)


def _numbered(where: str, texts: tuple[str, ...]) -> Iterator[Passage]:
    for index, text in enumerate(texts):
        yield Passage(f"{where}:{index}", "prose", text)
