"""What keeps an article from going out, and what is only advice."""

import pytest
from article_samples import COMPARISON, COMPARISON_BRIEF, HOW_TO, HOW_TO_BRIEF, SAMPLES, section

from igny8_assets.word_forms import count_phrase, covers, sentences
from igny8_assets.writer.quality import check_article, passed
from igny8_assets.writer.readability import reading_ease, syllables
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import QuestionAnswer, Table


def found(draft=HOW_TO, brief=HOW_TO_BRIEF, **changes):
    return {(f.check, f.severity, f.passage) for f in check_article(draft.model_copy(update=changes), brief)}


@pytest.mark.parametrize("name", SAMPLES)
def test_good_articles_pass_without_a_word(name):
    assert check_article(*SAMPLES[name]) == []


def test_an_empty_or_thin_article_is_an_error():
    nothing = found(introduction=(), key_takeaways=(), sections=(), faq=(), conclusion=(), call_to_action="")
    assert ("length", "error", "body") in nothing
    thin = check_article(HOW_TO, HOW_TO_BRIEF.model_copy(update={"target_words": 2000}))
    assert [f.message for f in thin] == [
        (
            "The body has 445 words; a post needs at least 1000 (asked for: 2000). "
            "Answer more of the questions in the brief."
        )
    ]
    assert not passed(thin)


def test_a_sentence_twice_is_found_whatever_its_dress():
    twice = (*HOW_TO.conclusion, "Wait! SOFTER water is the only lasting  cure…")
    assert ("repeated_sentence", "error", "conclusion:1") in found(conclusion=twice)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Lorem ipsum dolor sit amet.", "placeholder"),
        ("TODO: add a source.", "placeholder"),
        ("Visit [Insert link here] for more.", "placeholder"),
        ("As an AI language model, I love coffee.", "model_talk"),
        ("Use **soft** water.", "markup"),
        ("Use <b>soft</b> water.", "markup"),
    ],
)
def test_text_that_was_never_meant_for_readers_is_an_error(text, check):
    assert (check, "error", "conclusion:1") in found(conclusion=(*HOW_TO.conclusion, text))


def test_everyday_words_are_not_mistaken_for_placeholders():
    kept = (*HOW_TO.conclusion, "I can't taste scale, and my to-do list is short; add your own beans [see above].")
    assert found(conclusion=kept) == set()


def test_the_primary_keyword_stands_where_it_counts():
    checks = found(
        title="A Clean Machine",
        introduction=("Scale builds up wherever hard water is heated.",),
        meta_title="Clean",
    )
    assert {
        ("keyword_in_title", "error", "title"),
        ("keyword_in_introduction", "error", "introduction"),
        ("keyword_in_meta_title", "warning", "meta_title"),
    } <= checks
    # "descaling" in a title is a use of "descale"
    assert ("keyword_in_title", "error", "title") not in found(title="Descaling Espresso Machines at Home")


def test_stuffing_is_an_error_and_named_with_its_figures():
    crammed = " ".join(["Descale espresso machine."] * 14)
    findings = check_article(HOW_TO.model_copy(update={"conclusion": (crammed,)}), HOW_TO_BRIEF)
    stuffed = [f for f in findings if f.check == "keyword_stuffing"]
    assert [f.severity for f in stuffed] == ["error", "warning"]
    assert "is used 14 times in" in stuffed[0].message


def test_secondary_keywords_are_met_in_any_inflection():
    missing = tuple(KeywordFacts(text=text) for text in ("boiler gasket", "portafilter basket", "descaling schedules"))
    brief = HOW_TO_BRIEF.model_copy(update={"secondary_keywords": missing})
    [finding] = check_article(HOW_TO, brief)
    assert (finding.check, finding.severity) == ("secondary_keywords", "warning")
    assert "boiler gasket, portafilter basket." in finding.message


@pytest.mark.parametrize(
    ("name", "changes", "passage"),
    [
        ("comparison", {"pros_cons": ()}, "pros_cons"),
        ("product", {"call_to_action": " "}, "call_to_action"),
        ("product", {"sections": SAMPLES["product"][0].sections[:1]}, "specs_table"),
        ("service", {"sections": SAMPLES["post"][0].sections}, "process_steps"),
        ("hub", {"sections": SAMPLES["hub"][0].sections[:2]}, "subtopics"),
        ("how_to", {"sections": SAMPLES["post"][0].sections}, "steps"),
    ],
)
def test_each_type_needs_its_own_parts(name, changes, passage):
    draft, brief = SAMPLES[name]
    assert ("required_sections", "error", passage) in found(draft, brief, **changes)


def test_an_faq_is_demanded_when_people_are_known_to_ask():
    draft, brief = SAMPLES["comparison"]
    assert ("required_sections", "warning", "faq") in found(draft, brief, faq=())
    asked = brief.model_copy(update={"questions": ("is a burr grinder better",)})
    assert ("required_sections", "error", "faq") in found(draft, asked, faq=())


def test_parts_that_only_a_heading_shows_are_advice():
    draft, brief = SAMPLES["hub"]
    [finding] = check_article(draft, brief.model_copy(update={"sibling_topics": ("espresso tampers",)}))
    assert (finding.severity, "espresso tampers" in finding.message) == ("warning", True)


def test_headings_meta_faq_and_tables_are_sound():
    broken = section("", "text"), section("Same thing", "x"), section("Same things"), *HOW_TO.sections
    assert {
        ("headings", "error", "section:0"),
        ("headings", "error", "section:2"),
    } <= found(sections=broken)
    assert found(slug="Not A Slug", meta_title="x" * 61 + " descale espresso machine", meta_description="Short.") == {
        ("slug", "error", "slug"),
        ("meta_title", "warning", "meta_title"),
        ("meta_description", "warning", "meta_description"),
    }
    unanswered = (*HOW_TO.faq, QuestionAnswer(question="Why?", answer=" "))
    assert found(faq=unanswered) == {("faq", "error", "faq:2")}
    crooked = Table(caption="c", columns=("a", "b"), rows=(("1", "2"), ("1",)))
    assert ("table", "error", "section:0/row:1") in found(
        COMPARISON, COMPARISON_BRIEF, sections=(section("Burr vs blade", "t", table=crooked), *COMPARISON.sections)
    )


def test_figures_that_the_brief_does_not_know_are_pointed_out():
    told = (
        *HOW_TO.conclusion,
        "It costs $25, takes 20–30 minutes at 93 °C and saves 40% of 2,400 ml; Model 5 is fine.",
    )
    [finding] = check_article(HOW_TO.model_copy(update={"conclusion": told}), HOW_TO_BRIEF)
    assert (finding.check, finding.severity, finding.passage) == ("unsourced_figures", "warning", "conclusion:1")
    # 2,400 is the keyword's own volume
    assert "for: $25, 20–30 minutes, 93 °C, 40%. " in finding.message


def test_dense_prose_is_advice_in_english_only():
    dense = " ".join(
        f"Notwithstanding considerable institutional heterogeneity, contemporary beverage preparation methodologies "
        f"necessitate multidimensional operational considerations regarding extraction parameter x{number} "
        f"optimisation, calibration, standardisation, certification and comprehensive documentation "
        "across every conceivable institutional setting."
        for number in range(40)
    )
    checks = {check for check, _, _ in found(conclusion=(dense,))}
    assert {"readability", "sentence_length", "paragraph_length"} <= checks
    german = HOW_TO_BRIEF.model_copy(update={"voice": HOW_TO_BRIEF.voice.model_copy(update={"language": "de"})})
    assert "readability" not in {check for check, _, _ in found(brief=german, conclusion=(dense,))}


def test_syllables_by_rule():
    words = [
        "the",
        "coffee",
        "espresso",
        "machine",
        "table",
        "brewed",
        "wanted",
        "creating",
        "idea",
        "people",
        "boxes",
        "quiet",
        "grounds",
        "evenly",
    ]
    assert [syllables(word) for word in words] == [1, 2, 3, 2, 2, 1, 2, 3, 3, 2, 2, 2, 1, 3]
    assert reading_ease("Too short to say.") is None


def test_words_are_compared_by_stem_and_sentences_by_their_end():
    assert count_phrase("Espresso machines, or an espresso-machine; espresso, machine", "espresso machine") == 2
    assert covers("Descaling the machines", "how to descale a machine")
    assert sentences("Use soft water, e.g. Volvic. It has 1.5 mg. (Really.) “Good!” he said.") == [
        "Use soft water, e.g. Volvic.", "It has 1.5 mg.", "(Really.)", "“Good!”", "he said.",
    ]  # fmt: skip
