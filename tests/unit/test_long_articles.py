"""Long articles: the steps of the offline writer, and how outline, sections and closing pass become one draft."""

import pytest
from offline_briefs import CLUSTERS, COFFEE

from igny8_assets.article_passages import word_count
from igny8_assets.writer.long_articles import FRAME_SHARE, assembled, section_briefs, with_shares
from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.offline.long_article import outline_article, revise_article, write_section
from igny8_resources.ai.offline.sourced import cite_sources
from igny8_resources.ai.offline.text import OfflineTextProvider
from igny8_resources.ai.providers import TextCall
from igny8_resources.contracts.long_articles import (
    ArticleOutline,
    ArticleRevision,
    OutlinedSection,
    ParagraphEdit,
    RevisionBrief,
    SectionDraft,
    Transition,
)
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Citation, Section, Source

SCALE = Source(
    id="s1",
    title="Water report",
    passages=("Hard water shortens the life of an espresso machine boiler by several years in most kitchens.",),
)


def long_brief(*sources: Source) -> ArticleBrief:
    keywords = [entry.strip().rsplit(" ", 1) for entry in CLUSTERS["espresso machine"][3].split(";")]
    facts = [KeywordFacts(text=text, volume=int(volume)) for text, volume in keywords]
    return ArticleBrief(
        voice=COFFEE,
        content_type="post",
        content_structure="guide_tutorial",
        title="How to Choose an Espresso Machine",
        angle="",
        primary_keyword=facts[0],
        secondary_keywords=tuple(facts[1:]),
        questions=("How long do espresso machines last?",),
        outline=(),
        target_words=2600,
        sources=sources,
    )


def in_steps(brief: ArticleBrief) -> tuple[ArticleOutline, list[SectionDraft], ArticleRevision]:
    shared = brief.model_copy(update={"sources": ()})
    outline = with_shares(outline_article(brief), brief)
    written = [write_section(each) for each in section_briefs(brief, shared, outline)]
    sections = tuple(each.section for each in written)
    return outline, written, revise_article(RevisionBrief(article=shared, outline=outline, sections=sections))


def test_the_offline_writer_writes_the_same_article_in_steps_as_at_once():
    brief = long_brief(SCALE)
    draft, left_out = assembled(*in_steps(brief))
    at_once = OfflineTextProvider().complete(TextCall("generate_content", "", brief, ArticleDraft))
    assert draft == ArticleDraft.model_validate(at_once.payload)
    assert left_out == ()
    assert word_count(draft) > 1800
    [citation] = draft.citations
    assert citation.quote == SCALE.passages[0]


def test_the_sections_share_the_words_that_the_frame_leaves():
    brief = long_brief(SCALE)
    outline = outline_article(brief)
    greedy = outline.model_copy(
        update={
            "sections": tuple(
                section.model_copy(update={"target_words": 90_000, "source_ids": ("s1", "s9")})
                for section in outline.sections
            )
        }
    )
    shared = with_shares(greedy, brief)
    asked = sum(section.target_words for section in shared.sections)
    assert asked == pytest.approx(brief.target_words * (1 - FRAME_SHARE), rel=0.02)
    assert {section.source_ids for section in shared.sections} == {("s1",)}
    # A call pays for the passages of its own sources alone.
    briefs = section_briefs(brief, brief.model_copy(update={"sources": ()}), outline_article(brief))
    assert sorted(len(each.sources) for each in briefs) == [0] * (len(briefs) - 1) + [1]
    assert all(each.article.sources == () for each in briefs)


def a_section(heading: str, *paragraphs: str) -> SectionDraft:
    section = Section(heading=f"{heading}, renamed", paragraphs=paragraphs, bullets=(), steps=(), table=None)
    citations = tuple(
        Citation(where=f"paragraph:{number}", source_id=f"s{number}", quote=text)
        for number, text in enumerate(paragraphs)
    )
    return SectionDraft(section=section, citations=citations)


def an_outline(*headings: str) -> ArticleOutline:
    sections = tuple(
        OutlinedSection(heading=heading, part="topic", covers="", keywords=(), source_ids=(), target_words=100)
        for heading in headings
    )
    return ArticleOutline(title="T", slug="t", meta_title="T", meta_description="D", sections=sections)


def test_the_closing_pass_changes_what_it_names_and_says_what_it_could_not():
    revision = ArticleRevision(
        introduction=("Begin here.",),
        key_takeaways=(),
        transitions=(Transition(section=1, text="So much for the first."), Transition(section=7, text="Lost.")),
        edits=(
            ParagraphEdit(section=0, paragraph=1, text=""),
            ParagraphEdit(section=1, paragraph=0, text="The new second."),
            ParagraphEdit(section=0, paragraph=9, text="Lost."),
        ),
        pros_cons=(),
        faq=(),
        conclusion=("End there.",),
        call_to_action="Go.",
    )
    written = [a_section("First", "One.", "One again.", "Two."), a_section("Second", "Old second.")]
    draft, left_out = assembled(an_outline("First", "Second"), written, revision)
    assert [(section.heading, section.part, section.paragraphs) for section in draft.sections] == [
        ("First", "topic", ("One.", "Two.")),
        ("Second", "topic", ("So much for the first. The new second.",)),
    ]
    # What was taken out takes its citation along, and those behind it move up.
    assert [(citation.where, citation.quote) for citation in draft.citations] == [
        ("section:0/paragraph:0", "One."),
        ("section:0/paragraph:1", "Two."),
        ("section:1/paragraph:0", "Old second."),
    ]
    assert left_out == (
        "an edit of section 0, paragraph 9, which is not there",
        "a transition to section 7, which is not there",
    )


def test_citations_that_name_the_whole_place_are_read_as_well():
    section = a_section("First", "One.")
    [citation] = section.citations
    whole = section.model_copy(update={"citations": (citation.model_copy(update={"where": "section:5/paragraph:0"}),)})
    quiet = ArticleRevision(
        introduction=(), key_takeaways=(), transitions=(), edits=(), pros_cons=(), faq=(), conclusion=(), call_to_action=""
    )  # fmt: skip
    draft, _ = assembled(an_outline("First", "Second"), [whole, a_section("Second")], quiet)
    assert [each.where for each in draft.citations] == ["section:0/paragraph:0"]


def test_a_section_that_is_not_in_the_plan_is_not_made_up():
    brief = long_brief()
    outline = outline_article(brief)
    other = outline.sections[0].model_copy(update={"heading": "The weather in March"})
    changed = outline.model_copy(update={"sections": (other, *outline.sections[1:])})
    with pytest.raises(ProviderRejected, match="no section “The weather in March”"):
        write_section(section_briefs(brief, brief, changed)[0])


def test_a_source_without_a_sentence_is_not_quoted():
    brief = long_brief()
    at_once = OfflineTextProvider().complete(TextCall("generate_content", "", brief, ArticleDraft))
    draft = ArticleDraft.model_validate(at_once.payload)
    assert cite_sources(draft, [Source(id="s1", title="List", passages=("boiler\npump\nvalve",))]) == draft
