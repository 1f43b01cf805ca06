"""How typed blocks become the body of a page."""

import pytest
from article_samples import COMPARISON, HOW_TO, SAMPLES, section
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from igny8_assets.article_anchors import article_anchors
from igny8_assets.writer.article_html import (
    ArticleLabels,
    ImageMisplacedError,
    PlacedImage,
    headings,
    plain_text,
    render_article,
    sanitise,
    word_count,
)
from igny8_resources.contracts.writer import QuestionAnswer, Step


def parsed(fragment: str):
    return lxml_html.fragment_fromstring(fragment, create_parent="div")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_renders_with_unique_ids_that_the_headings_know(name):
    draft, _ = SAMPLES[name]
    body = parsed(render_article(draft))
    ids = body.xpath(".//@id")
    assert len(ids) == len(set(ids))
    assert not body.xpath(".//h1")
    shown = [(int(h.tag[1]), h.text_content(), h.get("id")) for h in body.xpath(".//h2 | .//h3")]
    assert [tuple(heading) for heading in headings(draft)] == [h for h in shown if h[2] != "key-takeaways"]
    assert len(body.xpath(".//aside[@class='takeaways']//li")) == len(draft.key_takeaways)


def test_steps_tables_pros_cons_and_faq_have_their_own_markup():
    how_to, comparison = parsed(render_article(HOW_TO)), parsed(render_article(COMPARISON))
    steps = how_to.xpath(".//ol[@class='steps']/li")
    assert steps[0].get("id") == "descale-the-machine-step-by-step-step-1"
    assert steps[0].text_content().startswith("Empty the tank. Pour out old water")
    table = comparison.find(".//table")
    assert table.find("caption").text == "Burr and blade grinders compared"
    assert table.xpath("./thead/tr/th/@scope") == ["col"] * 3
    assert table.xpath("./tbody/tr/th/@scope") == ["row"] * 3
    assert len(comparison.xpath(".//section[@class='pros-cons']/div[@class='cons']/ul/li")) == 4
    questions = comparison.xpath(".//section[@class='faq']/h3/@id")
    assert tuple(questions) == article_anchors(COMPARISON).questions
    assert comparison.xpath("string(.//p[@class='cta'])") == COMPARISON.call_to_action


def test_pictures_stand_in_their_section_and_leave_room_before_they_load():
    lead = PlacedImage(section_index=None, src="/a/lead.webp", alt="Two grinders", width=1200, height=630)
    inner = PlacedImage(
        section_index=1,
        src="/a/grind.webp",
        srcset="/a/grind-480.webp 480w",
        alt='Grounds, "fine" & coarse',
        caption="Fine <and> coarse",
        width=960,
        height=540,
    )
    body = parsed(render_article(COMPARISON, [inner, lead]))
    assert body[0].tag == "figure"
    assert body[0].find("img").get("loading") is None  # what is seen first loads at once
    picture = body.xpath(".//h2[@id='grind-size-and-taste']/following-sibling::figure[1]/img")[0]
    assert (picture.get("width"), picture.get("height"), picture.get("loading")) == ("960", "540", "lazy")
    assert picture.get("alt") == 'Grounds, "fine" & coarse'
    assert picture.get("srcset") == "/a/grind-480.webp 480w"
    assert picture.getnext().text == "Fine <and> coarse"
    with pytest.raises(ImageMisplacedError, match="under section 9, but the article has sections 0 to 3"):
        render_article(COMPARISON, [inner.model_copy(update={"section_index": 9})])


def test_repeated_and_unwritable_headings_still_get_ids_of_their_own():
    draft = HOW_TO.model_copy(
        update={"sections": (section("FAQ", "a"), section("Twice", "b"), section("Twice", "c"), section("???", "d"))}
    )
    assert article_anchors(draft).sections == ("faq-2", "twice", "twice-2", "section-4")
    assert 'id="twice-2"' in render_article(draft)


def test_a_step_name_without_a_full_stop_gets_one_before_its_text():
    step = Step(name="Rinse", text="Run clean water.")
    draft = HOW_TO.model_copy(update={"sections": (section("Do it", steps=(step,)),)})
    assert '<li id="do-it-step-1"><strong>Rinse.</strong> Run clean water.</li>' in render_article(draft)


def test_labels_follow_the_site_language():
    said = ArticleLabels(takeaways="Das Wichtigste", faq="Häufige Fragen", conclusion="Kurz gesagt")
    assert ">Häufige Fragen</h2>" in render_article(HOW_TO, labels=said)


def test_sanitise_drops_what_an_article_may_not_hold():
    kept = '<a data-link-id="out-1" href="/c/">c</a>'
    dirty = f'<p onclick="x()">a<script>alert(1)</script></p><a href="javascript:x()">b</a>{kept}'
    assert sanitise(dirty) == f"<p>a</p><a>b</a>{kept}"


def test_word_count_counts_what_plain_text_shows():
    assert word_count(COMPARISON) == 378
    text = plain_text(COMPARISON)
    assert text.index("One crushes beans") < text.index("A short scream") < text.index("If coffee is a habit")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_becomes_markup(heading, answer):
    draft = HOW_TO.model_copy(
        update={"sections": (section(heading, answer),), "faq": (QuestionAnswer(question=heading, answer=answer),)}
    )
    rendered = render_article(draft)
    plain = render_article(HOW_TO.model_copy(update={"sections": (section("a", "a"),), "faq": draft.faq[:0]}))
    tags = {element.tag for element in parsed(rendered.replace("\x0c", "")).iter()} if "\x00" not in rendered else set()
    assert tags <= {element.tag for element in parsed(plain).iter()} | {"section", "h3", "h2", "p"}
    assert sanitise(rendered) == rendered
