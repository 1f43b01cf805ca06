"""Citations: held against their sources, shown as numbers that lead to a list, and what a figure rests on."""

import pytest
from article_samples import HOW_TO, HOW_TO_BRIEF
from lxml import html

from igny8_assets.linker.html_blocks import read_page
from igny8_assets.writer.article_html import render_article
from igny8_assets.writer.citations import citation_findings
from igny8_assets.writer.quality import check_article
from igny8_resources.contracts.sources import CitableSource
from igny8_resources.contracts.writer import ArticleDraft, Citation, Source

TEXT = """The survey of 2021 asked 1,200 owners – most of them at home.

“Descaling every two months cuts repairs by 38%,” the report says, “and nobody needs a technician for it.”"""
REPORT = CitableSource(id="s1", title="Water <b>report</b>", url="https://water.example/report?a=1&b=2", text=TEXT)
NOTES = CitableSource(id="s2", title="", url="javascript:alert(1)", text="Soft water leaves hardly any scale at all.")


def cited(*citations: tuple[str, str, str], draft: ArticleDraft = HOW_TO) -> ArticleDraft:
    made = tuple(Citation(where=where, source_id=id_, quote=quote) for where, id_, quote in citations)
    return draft.model_copy(update={"citations": made})


def messages(draft: ArticleDraft) -> list[tuple[str, str, str]]:
    return [(f.severity, f.passage, f.message) for f in citation_findings(draft, [REPORT, NOTES])]


@pytest.mark.parametrize(
    "quote",
    [
        "Descaling every two months cuts repairs by 38%",
        '"descaling every two months  cuts repairs\nby 38%," the report says',
        "asked 1,200 owners - most of them at home.",
        "The survey of 2021 asked … most of them at home",
    ],
)
def test_a_quote_is_found_whatever_its_marks_and_white_space(quote: str):
    assert messages(cited(("section:0/paragraph:0", "s1", quote))) == []


def test_what_the_source_does_not_say_is_an_error_with_its_passage():
    draft = cited(
        ("section:0/paragraph:0", "s1", "Descaling every month cuts repairs by 38%"),
        ("introduction:0", "s7", "Soft water leaves hardly any scale"),
        ("section:99/paragraph:0", "s2", "Soft water leaves hardly any scale"),
        ("conclusion:0", "s2", "Soft water"),
    )
    assert messages(draft) == [
        (
            "error",
            "section:0/paragraph:0",
            (
                "The quote “Descaling every month cuts repairs by 38%” does not stand in s1 “Water <b>report</b>”. "
                "Quote it exactly or drop it."
            ),
        ),
        ("error", "introduction:0", "It cites the source “s7”, which does not exist. The task has s1, s2."),
        (
            "error",
            "citation:2",
            "It is for the passage “section:99/paragraph:0”, which the article does not have. Move or drop it.",
        ),
        ("warning", "conclusion:0", "The quote “Soft water” is too short to show anything. Quote the whole statement."),
    ]


def test_references_are_numbers_in_reading_order_that_lead_to_the_sources():
    draft = cited(
        ("conclusion:0", "s1", "…"),
        ("section:0/paragraph:0", "s2", "…"),
        ("section:0/bullet:1", "s1", "…"),
        ("section:1/step:0", "s9", "…"),
    )
    body = html.fragment_fromstring(render_article(draft, sources=[REPORT, NOTES]), create_parent="div")
    marks = [(mark.getparent().tag, mark.text_content()) for mark in body.iter("sup")]
    assert marks == [("p", "1"), ("li", "2"), ("p", "2")]
    listed = body.xpath("//section[@class='sources']//li")
    assert [(item.get("id"), item.text_content()) for item in listed] == [
        ("source-1", "javascript:alert(1)"),
        ("source-2", "Water <b>report</b>"),
    ]
    assert {link.get("href") for link in body.iter("a")} == {
        "#source-1",
        "#source-2",
        "https://water.example/report?a=1&b=2",
    }
    assert "Sources" not in render_article(HOW_TO, sources=[REPORT, NOTES])


def test_the_linker_leaves_references_and_sources_alone():
    page = read_page(render_article(cited(("section:0/paragraph:0", "s1", "…")), sources=[REPORT]))
    assert [link.href for link in page.links] == [REPORT.url]
    assert not any(run.linkable for block in page.blocks if "Water" in block.text for run in block.runs)


def test_markup_in_a_draft_or_a_source_is_shown_and_never_run():
    attack = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    draft = cited(("introduction:0", "s1", attack), draft=HOW_TO.model_copy(update={"introduction": (attack,)}))
    source = CitableSource(id="s1", title=attack, url='https://x.example/"><script>', text=attack)
    body = html.fragment_fromstring(render_article(draft, sources=[source]), create_parent="div")
    assert not list(body.iter("script", "img"))
    assert not body.xpath("//@onerror")
    assert body.text_content().count(attack) == 2


def test_a_figure_is_known_when_a_cited_source_has_it():
    said = HOW_TO.model_copy(
        update={"conclusion": (*HOW_TO.conclusion, "It cuts repairs by 38%, says a survey of 1,200 owners in 2021.")}
    )
    with_source = HOW_TO_BRIEF.model_copy(
        update={"sources": (Source(id="s1", title="Water report", passages=(TEXT,)),)}
    )

    def unknown(draft: ArticleDraft) -> list[str]:
        found = check_article(draft, with_source)
        return [finding.message for finding in found if finding.check == "unsourced_figures"]

    [message] = unknown(said)
    assert message.startswith("No source for: 38%, in 2021. ")
    assert unknown(cited(("conclusion:1", "s1", "asked 1,200 owners"), draft=said)) == []
