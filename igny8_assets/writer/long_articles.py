"""A long article in steps: an outline, every section by a call of its own at the same time, one pass over the whole.

Every step goes through the journal, so that a run that died begins where it ended. What is charged: the outline nothing
(operation ``article_outline``), each section and the closing pass by the words of their answers (operation ``content``).
The pass answers with what frames the sections and with the paragraphs that it changes, never with the sections themselves, so
that no word is charged that was not written.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass

from igny8_resources.ai.calls import Answered
from igny8_resources.ai.router import TextResult
from igny8_resources.contracts.long_articles import (
    ArticleOutline,
    ArticleRevision,
    OutlinedSection,
    RevisionBrief,
    SectionBrief,
    SectionDraft,
)
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Citation, Section
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant

# From here on one answer would be long enough to be cut, or to grow thin towards its end.
LONG_ARTICLE_WORDS = 1_800
# Of an article's words, what introduction, takeaways, questions and conclusion take.
FRAME_SHARE = 0.22
FEWEST_WORDS_OF_A_SECTION = 60

_OWN_SECTION = re.compile(r"^section:\d+/")


@dataclass(frozen=True)
class Drafted:
    """A draft, the calls it took, and what of the answers could not be used."""

    draft: ArticleDraft
    calls: tuple[Answered, ...]
    left_out: tuple[str, ...] = ()


def is_long(brief: ArticleBrief) -> bool:
    """Whether an article is written in steps."""
    return brief.target_words > LONG_ARTICLE_WORDS


def write_in_steps(
    parts: Platform,
    tenant: Tenant,
    partition: str,
    brief: ArticleBrief,
    *,
    sector_id: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Drafted:
    """Outline, sections at the same time, closing pass; ``say`` hears how far it is.

    Raises:
        ProviderError: a step got no usable answer. The steps that did are in the journal, and a repeat takes them from there.
        InsufficientCredits: the account cannot pay.
    """
    say("outlining")
    outlined = parts.ai.text(
        tenant,
        "outline_article",
        subject=partition,
        inputs=brief,
        schema=ArticleOutline,
        operation="article_outline",
        sector_id=sector_id,
    )
    outline = with_shares(outlined.value, brief)
    shared = brief.model_copy(update={"sources": ()})
    written = _sections(parts, tenant, partition, section_briefs(brief, shared, outline), sector_id, say)
    say("making it one article")
    revised = parts.ai.text(
        tenant,
        "revise_article",
        subject=partition,
        inputs=RevisionBrief(article=shared, outline=outline, sections=tuple(each.value.section for each in written)),
        schema=ArticleRevision,
        operation="content",
        expected_words=max(1, round(brief.target_words * FRAME_SHARE)),
        sector_id=sector_id,
    )
    draft, left_out = assembled(outline, [each.value for each in written], revised.value)
    return Drafted(draft, (outlined.call, *(each.call for each in written), revised.call), left_out)


def with_shares(outline: ArticleOutline, brief: ArticleBrief) -> ArticleOutline:
    """The outline with the sections' words scaled to what the brief leaves for them, and sources that the brief has."""
    asked = [max(FEWEST_WORDS_OF_A_SECTION, section.target_words) for section in outline.sections]
    scale = brief.target_words * (1 - FRAME_SHARE) / sum(asked)
    known = {source.id for source in brief.sources}
    sections = [
        section.model_copy(
            update={
                "target_words": max(FEWEST_WORDS_OF_A_SECTION, round(words * scale)),
                "source_ids": tuple(id_ for id_ in section.source_ids if id_ in known),
            }
        )
        for section, words in zip(outline.sections, asked, strict=True)
    ]
    return outline.model_copy(update={"sections": tuple(sections)})


def section_briefs(brief: ArticleBrief, shared: ArticleBrief, outline: ArticleOutline) -> list[SectionBrief]:
    """What each section's call is given: everything that is shared, and its own sources alone."""
    return [
        SectionBrief(
            article=shared,
            outline=outline,
            index=index,
            sources=tuple(source for source in brief.sources if source.id in section.source_ids),
        )
        for index, section in enumerate(outline.sections)
    ]


def write_one_section(
    parts: Platform,
    tenant: Tenant,
    partition: str,
    brief: SectionBrief,
    *,
    sector_id: int | None = None,
    salt: str = "",
) -> TextResult[SectionDraft]:
    """One section by a call of its own; ``salt`` asks for a fresh one.

    Raises:
        ProviderError: there is no usable answer.
        InsufficientCredits: the account cannot pay.
    """
    return parts.ai.text(
        tenant,
        "write_section",
        subject=partition,
        inputs=brief,
        schema=SectionDraft,
        operation="content",
        expected_words=brief.wanted.target_words,
        sector_id=sector_id,
        salt=salt,
    )


def _sections(
    parts: Platform,
    tenant: Tenant,
    partition: str,
    briefs: Sequence[SectionBrief],
    sector_id: int | None,
    say: Callable[[str], None],
) -> list[TextResult[SectionDraft]]:
    """Every section, at most ``IGNY8_AI_CONCURRENCY`` at the same time.

    When one fails the others are still finished: what they answer is in the journal and need not be asked for again.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, min(len(briefs), parts.settings.ai_concurrency)))
    with pool:
        asked: list[Future[TextResult[SectionDraft]]] = [
            # The context says whether calls are made now or kept for a batch; a thread of its own would not know.
            pool.submit(copy_context().run, write_one_section, parts, tenant, partition, brief, sector_id=sector_id)
            for brief in briefs
        ]
        for number, done in enumerate(as_completed(asked), start=1):
            if done.exception() is None:
                say(f"section {number} of {len(briefs)} written")
    return [each.result() for each in asked]


def assembled(
    outline: ArticleOutline, written: Sequence[SectionDraft], revision: ArticleRevision
) -> tuple[ArticleDraft, tuple[str, ...]]:
    """Sections and frame as one draft; with what of the revision names a place that does not exist."""
    sections = [
        each.section.model_copy(update={"heading": planned.heading, "part": planned.part})
        for each, planned in zip(written, outline.sections, strict=True)
    ]
    citations = [
        citation.model_copy(update={"where": f"section:{index}/{_OWN_SECTION.sub('', citation.where)}"})
        for index, each in enumerate(written)
        for citation in each.citations
    ]
    sections, citations, left_out = _revised(sections, citations, revision)
    draft = ArticleDraft(
        title=outline.title,
        slug=outline.slug,
        meta_title=outline.meta_title,
        meta_description=outline.meta_description,
        introduction=revision.introduction,
        key_takeaways=revision.key_takeaways,
        sections=tuple(sections),
        pros_cons=revision.pros_cons,
        faq=revision.faq,
        conclusion=revision.conclusion,
        call_to_action=revision.call_to_action,
        citations=tuple(citations),
    )
    return draft, left_out


def _revised(
    sections: list[Section], citations: list[Citation], revision: ArticleRevision
) -> tuple[list[Section], list[Citation], tuple[str, ...]]:
    left_out: list[str] = []
    paragraphs: list[list[str | None]] = [list(section.paragraphs) for section in sections]
    for edit in revision.edits:
        if 0 <= edit.section < len(sections) and 0 <= edit.paragraph < len(paragraphs[edit.section]):
            paragraphs[edit.section][edit.paragraph] = edit.text.strip() or None
        else:
            left_out.append(f"an edit of section {edit.section}, paragraph {edit.paragraph}, which is not there")
    for transition in revision.transitions:
        if not 0 <= transition.section < len(sections):
            left_out.append(f"a transition to section {transition.section}, which is not there")
            continue
        texts = paragraphs[transition.section]
        first = next((place for place, text in enumerate(texts) if text), None)
        if first is None:
            texts.append(transition.text.strip())
        else:
            texts[first] = f"{transition.text.strip()} {texts[first]}"
    moved: dict[str, str | None] = {}
    for index, texts in enumerate(paragraphs):
        kept = [place for place, text in enumerate(texts) if text]
        for place in range(len(sections[index].paragraphs)):
            to = f"section:{index}/paragraph:{kept.index(place)}" if place in kept else None
            moved[f"section:{index}/paragraph:{place}"] = to
        sections[index] = sections[index].model_copy(update={"paragraphs": tuple(text for text in texts if text)})
    # A paragraph that was taken out takes its citations along.
    placed = [(citation, moved.get(citation.where, citation.where)) for citation in citations]
    return (
        sections,
        [citation.model_copy(update={"where": where}) for citation, where in placed if where is not None],
        tuple(left_out),
    )


def outline_of(draft: ArticleDraft, brief: ArticleBrief, words: Sequence[int]) -> ArticleOutline:
    """The outline that a finished draft keeps; ``words`` are the lengths of its sections."""
    cited: dict[int, list[str]] = {}
    for citation in draft.citations:
        if found := re.match(r"section:(\d+)", citation.where):
            cited.setdefault(int(found[1]), []).append(citation.source_id)
    return ArticleOutline(
        title=draft.title,
        slug=draft.slug,
        meta_title=draft.meta_title,
        meta_description=draft.meta_description,
        sections=tuple(
            OutlinedSection(
                heading=section.heading,
                part=section.part,
                covers=next(
                    (text for text in (*section.paragraphs, *section.bullets) if text.strip()), section.heading
                ),
                keywords=tuple(
                    keyword.text
                    for keyword in brief.secondary_keywords
                    if keyword.text.casefold() in section.model_dump_json().casefold()
                ),
                source_ids=tuple(dict.fromkeys(cited.get(index, ()))),
                target_words=max(FEWEST_WORDS_OF_A_SECTION, words[index]),
            )
            for index, section in enumerate(draft.sections)
        ),
    )
