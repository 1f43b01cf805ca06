"""Every content type in every structure that suits it: planned, written without a model, checked and rendered."""

import re
from functools import cache
from pathlib import Path

import pytest
from lxml import html as lxml_html

from igny8_assets.planner.ideas.composing import IdeaPlan
from igny8_assets.writer.article_html import render_article, word_count
from igny8_assets.writer.quality import check_article
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.strict_schema import strict_json_schema
from igny8_resources.contracts.outlines import CONTRACTS, OutlinePart, UnsuitableStructure, contract_for, structures_of
from igny8_resources.contracts.vocabulary import ARTICLE_PARTS, CONTENT_STRUCTURES, CONTENT_TYPES
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Section
from tests.unit.offline_briefs import CLUSTERS, article_brief, cluster_brief

PAGES = list(CONTRACTS)
DOCUMENT = Path(__file__).parents[2] / "docs" / "content-types.md"


@cache
def written(content_type: str, structure: str, cluster: str) -> tuple[ArticleBrief, ArticleDraft]:
    wanted = contract_for(content_type, structure)
    asked = cluster_brief(cluster, wanted.content_type, wanted.content_structure)
    brief = article_brief(asked, target_words=wanted.words.target)
    return brief, write_article(brief)


def held(draft: ArticleDraft, part: OutlinePart) -> bool:
    """Whether a draft holds a part in the block that the contract names."""
    sections = [section for section in draft.sections if section.part == part.part]
    match part.block:
        case "section":
            return bool(sections)
        case "section.bullets" | "section.steps":
            return any(len(getattr(one, part.block.split(".")[1])) >= part.at_least for one in sections)
        case "section.table":
            return any(one.table is not None and len(one.table.rows) >= part.at_least for one in sections)
    return bool(getattr(draft, part.block))


@pytest.mark.parametrize(("content_type", "structure"), PAGES)
def test_every_contract_is_fulfilled_without_a_model(content_type: str, structure: str) -> None:
    for cluster in list(CLUSTERS)[::2]:
        brief, draft = written(content_type, structure, cluster)
        missing = [part.part for part in brief.contract.parts if part.need != "optional" and not held(draft, part)]
        if brief.contract.part("subtopic") and not brief.sibling_topics:
            missing.remove("subtopic")
        assert missing == []
        assert [f.message for f in check_article(draft, brief) if f.severity == "error"] == []
        assert brief.contract.words.least <= word_count(draft) <= brief.contract.words.most
        assert not any(re.search(r"editor|supply|\[", text) for one in draft.sections for text in one.paragraphs)


@pytest.mark.parametrize(("content_type", "structure"), PAGES)
def test_the_parts_stand_in_the_page_in_the_order_of_the_contract(content_type: str, structure: str) -> None:
    brief, draft = written(content_type, structure, "trail shoes")
    body = lxml_html.fragment_fromstring(render_article(draft), create_parent="div")
    order = [part.part for part in brief.contract.parts]
    places = [order.index(section.part) for section in draft.sections if section.part]
    assert places == sorted(places)
    shown = {name for one in body.xpath(".//section[contains(@class, 'part ')]/@class") for name in one.split()[1:]}
    marked = {one.part.replace("_", "-") for one in draft.sections if one.part and "topic" not in one.part}
    assert shown == marked
    for part in brief.contract.parts:
        here = f".//section[contains(@class, ' {part.part.replace('_', '-')}')]"
        match part.part, part.block:
            case "pros_cons" | "faq" as name, _:
                assert body.xpath(f".//section[@class='{name.replace('_', '-')}']")
            case _, "section.steps" if part.need == "required":
                assert len(body.xpath(f"{here}/ol[@class='steps']/li[strong]")) >= part.at_least
            case _, "section.table" if part.need == "required":
                assert len(body.xpath(f"{here}/table/tbody/tr")) >= part.at_least
            case _, "section.bullets" if part.need == "required":
                assert len(body.xpath(f"{here}/ul/li")) >= part.at_least
    assert not any(request in body.text_content() for one in draft.sections for request in one.to_supply)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_two_pages_of_one_type_are_two_texts(content_type: str) -> None:
    structure = structures_of(content_type)[0]
    one = written(content_type, structure, "espresso machine")[1]
    other = written(content_type, structure, "flat feet")[1]
    assert one.introduction[0] != other.introduction[0]
    assert one.sections[0].paragraphs != other.sections[0].paragraphs
    assert {pair.answer for pair in one.faq} != {pair.answer for pair in other.faq}


def test_every_type_every_structure_and_every_part_is_used() -> None:
    assert {kind for kind, _ in PAGES} == set(CONTENT_TYPES)
    assert {structure for _, structure in PAGES} == set(CONTENT_STRUCTURES)
    assert {part.part for contract in CONTRACTS.values() for part in contract.parts} == set(ARTICLE_PARTS)


def test_a_page_that_makes_no_sense_is_refused_by_name() -> None:
    with pytest.raises(
        UnsuitableStructure, match="a product cannot have the structure 'company_team': it can have product_si"
    ):
        IdeaPlan("product", "company_team", "trail shoes", ())
    with pytest.raises(UnsuitableStructure, match="'how_to' belongs to post"):
        cluster = cluster_brief("trail shoes", "post", "how_to")
        article_brief(cluster).model_copy()
        ArticleBrief(**article_brief(cluster).model_dump(exclude={"contract", "content_type"}), content_type="service")
    with pytest.raises(UnsuitableStructure, match="there is no content type 'poem'"):
        contract_for("poem", "how_to")


def test_only_the_owner_knows_the_team_and_is_asked_for_it() -> None:
    brief, draft = written("company_page", "company_team", "accounting services")
    team = next(section for section in draft.sections if section.part == "team")
    assert "the name, the task and a line of experience of each person to introduce" in team.to_supply
    asked = [f for f in check_article(draft, brief) if f.check == "facts_to_supply"]
    assert {finding.severity for finding in asked} == {"warning"}
    named, known = written("company_page", "company_team", "espresso machine")
    assert named.voice.author_name in " ".join(next(s for s in known.sections if s.part == "team").paragraphs)


def test_a_strategy_that_changes_the_outline_changes_the_page() -> None:
    brief, _ = written("product", "product_single", "trail shoes")
    contract = brief.contract
    left = tuple(part for part in contract.parts if part.part not in {"faq", "alternatives", "call_to_action"})
    # An outline that was approved before keeps its headings; the parts are the contract's.
    shorter = brief.model_copy(update={"contract": contract.model_copy(update={"parts": left}), "outline": ()})
    draft = write_article(shorter)
    assert (draft.faq, draft.call_to_action) == ((), "")
    assert "alternatives" not in {section.part for section in draft.sections}
    assert [f for f in check_article(draft, shorter) if f.severity == "error"] == []


def test_the_length_asked_for_moves_the_range() -> None:
    guide = contract_for("post", "guide_tutorial")
    assert (guide.words.least, guide.words.target, guide.words.most) == (700, 1400, 2240)
    assert guide.for_words(3000).words.least == 1500
    assert guide.for_words(100).words.least == 300  # a post says something


def test_drafts_from_before_sections_had_parts_still_load() -> None:
    stored = {"heading": "H", "paragraphs": ["P."], "bullets": [], "steps": [], "table": None}
    assert Section.model_validate(stored).part is None
    schema = strict_json_schema(ArticleDraft)["$defs"]["Section"]
    assert {"part", "to_supply"} <= set(schema["required"])


def test_markup_in_an_answer_stays_text() -> None:
    _, draft = written("product", "product_single", "trail shoes")
    bad = '<script>alert(1)</script><img src=x onerror="alert(1)"> <a href="javascript:x()">b</a>'
    first = draft.sections[0].model_copy(update={"paragraphs": (bad,), "bullets": (bad, bad), "heading": bad})
    page = render_article(draft.model_copy(update={"sections": (first,), "call_to_action": bad}))
    body = lxml_html.fragment_fromstring(page, create_parent="div")
    assert not body.xpath(".//script | .//img | .//a | .//@onerror")
    assert body.xpath("string(.//p[@class='cta'])") == bad


def test_the_document_lists_every_contract_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for (content_type, structure), contract in CONTRACTS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{content_type}` | `{structure}` |"))
        words = contract.words
        assert row == documented_row(content_type, structure), words


def documented_row(content_type: str, structure: str) -> str:
    """The line of ``docs/content-types.md`` for one contract."""
    contract = contract_for(content_type, structure)
    marks = {"required": "**{}**", "when_asked": "*{}*", "advised": "{}", "optional": "({})"}
    parts = ", ".join(marks[part.need].format(part.part) for part in contract.parts)
    schema = ", ".join(contract.schema_parts) or "–"
    words = f"{contract.words.least} – {contract.words.target} – {contract.words.most}"
    return f"| `{content_type}` | `{structure}` | {parts} | {words} | {schema} |"
