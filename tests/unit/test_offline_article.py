"""The offline provider's ideas and articles: what an editor may rely on, whatever the cluster."""

import re
from collections import Counter
from functools import cache

import pytest

from igny8_assets.writer.keyword_use import secondary_keywords_covered
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.article_text import article_words
from igny8_resources.ai.offline.grammar import sentences
from igny8_resources.ai.offline.ideas import draft_idea
from igny8_resources.ai.offline.keyword_reading import names_phrase
from igny8_resources.ai.offline.prose import pattern_of
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft
from tests.unit.offline_briefs import CLUSTERS, COFFEE, article_brief, cluster_brief


@cache
def written(name: str, target_words: int = 1200) -> tuple[ArticleBrief, ArticleDraft]:
    brief = article_brief(cluster_brief(name), target_words=target_words)
    return brief, write_article(brief)


def prose_of(draft: ArticleDraft) -> list[str]:
    """Every running text of an article; table cells are no sentences."""
    texts = [*draft.introduction, *draft.key_takeaways, *draft.conclusion, draft.call_to_action]
    for section in draft.sections:
        texts += [*section.paragraphs, *section.bullets, *(step.text for step in section.steps)]
    for pair in draft.pros_cons:
        texts += [*pair.pros, *pair.cons]
    for item in draft.faq:
        texts += [item.question, item.answer]
    return texts


def whole_text(draft: ArticleDraft) -> str:
    cells = (cell for section in draft.sections if section.table for row in section.table.rows for cell in row)
    return "\n".join([*prose_of(draft), *cells]).lower()


def assert_editors_rules(brief: ArticleBrief, draft: ArticleDraft) -> None:
    keyword = brief.primary_keyword.text
    said = Counter(pattern_of(sentence) for text in prose_of(draft) for sentence in sentences(text))
    assert [sentence for sentence, times in said.items() if times > 1] == []
    headings = [section.heading for section in draft.sections]
    assert len(set(headings)) == len(headings)
    assert any(names_phrase(heading, keyword) for heading in headings)
    assert keyword in " ".join(" ".join(draft.introduction).split()[:100]).lower()
    assert names_phrase(draft.title, keyword)
    assert names_phrase(draft.meta_title, keyword)
    assert names_phrase(draft.meta_description, keyword)
    assert len(draft.meta_title) <= 60
    assert 120 <= len(draft.meta_description) <= 155
    assert re.fullmatch(r"[a-z0-9-]{1,60}", draft.slug)
    assert 3 <= len(draft.faq) <= 8
    assert (3 <= len(draft.key_takeaways) <= 5) == (brief.contract.part("key_takeaways") is not None)
    text = whole_text(draft)
    assert text.count(keyword) / article_words(draft) < 0.025
    assert not re.search(r"[{}<>\[\]|]|\.\.| ,|  ", " ".join(prose_of(draft)))
    for section in draft.sections:
        if section.table:
            assert all(len(row) == len(section.table.columns) for row in section.table.rows)


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("target_words", [800, 1200, 1600])
def test_an_article_keeps_the_editors_rules_at_the_length_asked_for(name: str, target_words: int) -> None:
    brief, draft = written(name, target_words)
    assert_editors_rules(brief, draft)
    # A hub has a part for each supporting topic, however short it is meant to be.
    most = brief.contract.words.most if brief.content_type == "cluster_hub" else 1.25 * target_words
    assert 0.75 * target_words <= article_words(draft) <= most


def test_every_search_has_a_section_or_an_answer_that_covers_it() -> None:
    for name in CLUSTERS:
        brief, draft = written(name)
        assert [finding.message for finding in secondary_keywords_covered(draft, brief)] == []


def test_the_outline_of_an_idea_is_what_gets_written() -> None:
    for name in CLUSTERS:
        brief, draft = written(name)
        headings = [section.heading for section in draft.sections]
        assert [heading for heading in headings if heading in brief.outline] == list(brief.outline)


def test_the_same_brief_gives_the_same_article_and_another_site_another_one() -> None:
    brief, draft = written("espresso machine")
    assert write_article(brief) == draft
    elsewhere = brief.model_copy(update={"voice": COFFEE.model_copy(update={"site_key": "other"})})
    assert write_article(elsewhere).introduction != draft.introduction


def test_articles_of_one_site_open_differently() -> None:
    openings = [written(name)[1].introduction[0].split(".")[0] for name in CLUSTERS]
    assert len(set(openings)) == len(openings)


def test_figures_come_from_the_brief() -> None:
    for name in CLUSTERS:
        brief, draft = written(name)
        keywords = (brief.primary_keyword, *brief.secondary_keywords)
        allowed = " ".join(one.text for one in keywords)
        known = {f"{one.volume:,}" for one in keywords}
        for text in prose_of(draft):
            unknown = [
                figure for figure in re.findall(r"\d[\d,]*\b", text) if figure not in known and figure not in allowed
            ]
            assert unknown == [], text


def test_titles_suit_their_structure() -> None:
    titles = {name: draft_idea(cluster_brief(name)).title for name in CLUSTERS}
    assert titles["clean grinder"].startswith("How to Clean a Coffee Grinder")
    assert titles["v60 vs chemex"].startswith("V60 vs Chemex")
    assert titles["sour espresso"].startswith("Why Is My Espresso Sour?")
    assert titles["pour over"] == "Pour Over Coffee: The Complete Guide"
    assert titles["flat feet"].startswith("Best Running Shoes for Flat Feet")


def test_a_comparison_has_a_table_a_column_a_thing_and_reasons_for_each() -> None:
    _, draft = written("v60 vs chemex")
    table = next(section.table for section in draft.sections if section.table)
    assert table.columns[1:3] == ("V60", "Chemex")
    assert table.rows[0][:3] == ("Searches a month that name it alone", "about 1,270", "about 4,430")
    assert [pair.subject for pair in draft.pros_cons] == ["V60", "Chemex"]
    assert all(len(pair.pros) >= 2 and len(pair.cons) >= 2 for pair in draft.pros_cons)


def test_a_how_to_has_steps_and_asks_its_questions_in_english() -> None:
    _, draft = written("clean grinder")
    assert any(len(section.steps) >= 6 for section in draft.sections)
    questions = [item.question for item in draft.faq]
    assert "How do you clean a burr grinder?" in questions
    assert "How often should you clean a coffee grinder?" in questions


def test_required_sections_of_products_services_and_hubs() -> None:
    product, service, hub = (written(name)[1] for name in ("trail shoes", "accounting services", "pour over"))
    assert any(section.table and section.table.columns[0] == "Specification" for section in product.sections)
    assert any(section.steps and section.steps[0].name == "First conversation" for section in service.sections)
    assert {"Pour over kettles", "Paper filters"} <= {section.heading for section in hub.sections}
    assert all(draft.call_to_action for draft in (product, service, hub))


def test_an_edited_outline_is_followed_and_a_thin_cluster_is_not_padded() -> None:
    brief = ArticleBrief(
        voice=COFFEE,
        content_type="post",
        content_structure="guide_tutorial",
        title="Moka Pots Near Me",
        angle="",
        primary_keyword=KeywordFacts(text="moka pot near me"),
        secondary_keywords=(),
        questions=("where can i buy a moka pot",),
        outline=("What my aunt taught me", "Moka pot cleaning"),
    )
    draft = write_article(brief)
    headings = [section.heading for section in draft.sections]
    assert [heading for heading in headings if heading in brief.outline] == list(brief.outline)
    assert article_words(draft) < 1200
    assert draft.faq[0].question == "Where can I buy a moka pot?"


@pytest.mark.parametrize("keyword", ["?", "***", ".", "", "what is", "咖啡"])
def test_a_keyword_of_nothing_but_signs_is_written_about_all_the_same(keyword: str) -> None:
    brief, _ = written("clean grinder")
    draft = write_article(brief.model_copy(update={"primary_keyword": KeywordFacts(text=keyword)}))
    assert article_words(draft) > 300
