"""The offline writer's long article in steps: the same text that it writes in one call, handed out part by part."""

import re
from functools import lru_cache

from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.article_text import section_texts, section_words
from igny8_resources.ai.offline.sourced import placed_sources, quoting
from igny8_resources.contracts.long_articles import (
    ArticleOutline,
    ArticleRevision,
    OutlinedSection,
    RevisionBrief,
    SectionBrief,
    SectionDraft,
)
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Section


def outline_article(brief: ArticleBrief) -> ArticleOutline:
    """The sections that the article will have, in its own words and at their length."""
    draft = _whole(_without_sources(brief))
    placed: dict[int, list[str]] = {}
    for place, source in placed_sources(draft.sections, brief.sources):
        placed.setdefault(place, []).append(source.id)
    return ArticleOutline(
        title=draft.title,
        slug=draft.slug,
        meta_title=draft.meta_title,
        meta_description=draft.meta_description,
        sections=tuple(
            OutlinedSection(
                heading=section.heading,
                part=section.part,
                covers=_first_sentence(section),
                keywords=tuple(k.text for k in brief.secondary_keywords if _names(section, k.text)),
                source_ids=tuple(placed.get(place, ())),
                target_words=section_words(section),
            )
            for place, section in enumerate(draft.sections)
        ),
    )


def write_section(brief: SectionBrief) -> SectionDraft:
    """One section of the article, with its sources quoted.

    Raises:
        ProviderRejected: the offline writer has no such section in its plan.
    """
    heading = brief.wanted.heading
    section = next((one for one in _whole(brief.article).sections if one.heading == heading), None)
    if section is None:
        raise ProviderRejected(
            f"The offline provider has no section “{heading}” in its plan of “{brief.article.title}”. "
            "Name a model to have it written, or write it yourself."
        )
    return quoting(section, brief.sources)


def revise_article(brief: RevisionBrief) -> ArticleRevision:
    """What frames the sections. They come from one plan, so that there is nothing to mend between them."""
    draft = _whole(brief.article)
    return ArticleRevision(
        introduction=draft.introduction,
        key_takeaways=draft.key_takeaways,
        transitions=(),
        edits=(),
        pros_cons=draft.pros_cons,
        faq=draft.faq,
        conclusion=draft.conclusion,
        call_to_action=draft.call_to_action,
    )


@lru_cache(maxsize=8)
def _whole(brief: ArticleBrief) -> ArticleDraft:
    """The whole article, kept for a moment: each of its sections is asked for by itself."""
    return write_article(brief)


def _without_sources(brief: ArticleBrief) -> ArticleBrief:
    return brief.model_copy(update={"sources": ()})


def _first_sentence(section: Section) -> str:
    text = next((text for text in section_texts(section) if text.strip()), section.heading)
    return re.split(r"(?<=[.!?])\s", text.strip())[0]


def _names(section: Section, keyword: str) -> bool:
    return keyword.casefold() in " ".join((section.heading, *section_texts(section))).casefold()
