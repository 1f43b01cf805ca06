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
        ("product", {"sections": SAMPLES["product"][0].sections[:1]}, "specifications"),
        ("service", {"sections": SAMPLES["post"][0].sections}, "process"),
        ("hub", {"sections": SAMPLES["hub"][0].sections[:2]}, "subtopic"),
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


def test_a_marked_section_must_hold_what_its_part_is_made_of():
    draft, brief = SAMPLES["how_to"]
    first, *others = draft.sections
    marked = (first.model_copy(update={"part": "steps"}), *(each for each in others if not each.steps))
    findings = check_article(draft.model_copy(update={"sections": marked}), brief)
    [finding] = [f for f in findings if f.check == "required_sections" and f.severity == "error"]
    assert finding.passage == "section:0"
    assert finding.message.startswith(f"“{first.heading}” is the steps and needs at least 3 steps. The procedure,")


def test_a_draft_that_marks_its_parts_is_taken_at_its_word():
    # "Price and lifespan" was no verdict, and the one that was is called by its part now, whatever its heading says.
    verdict = COMPARISON.sections[3].model_copy(update={"heading": "Burrs for habit", "part": "verdict"})
    assert found(COMPARISON, COMPARISON_BRIEF, sections=(*COMPARISON.sections[:3], verdict)) == set()
    without = tuple(each.model_copy(update={"part": "topic"}) for each in COMPARISON.sections[1:3])
    missing = found(COMPARISON, COMPARISON_BRIEF, sections=(COMPARISON.sections[0], *without))
    assert ("required_sections", "error", "verdict") in missing


def test_facts_that_only_the_owner_knows_are_asked_for():
    asking = COMPARISON.sections[2].model_copy(update={"to_supply": ("the price of each grinder",)})
    sections = (*COMPARISON.sections[:2], asking, COMPARISON.sections[3])
    [finding] = check_article(COMPARISON.model_copy(update={"sections": sections}), COMPARISON_BRIEF)
    assert (finding.check, finding.severity, finding.passage) == ("facts_to_supply", "warning", "section:2")
    assert finding.message == "“Price and lifespan” waits for facts from you: the price of each grinder"


def test_too_long_a_page_is_told_where_to_cut():
    long = " ".join(f"Weigh bean number {number} before it meets the burrs." for number in range(1, 30))
    draft = HOW_TO.model_copy(update={"sections": (*HOW_TO.sections, section("Weighing beans", long))})
    findings = {f.check: f for f in check_article(draft, HOW_TO_BRIEF)}
    assert (findings["length"].severity, findings["length"].passage) == ("warning", "section:4")
    assert "has at most 480" in findings["length"].message


def test_what_is_nearly_said_twice_is_shown_beside_its_double():
    again = "Dissolve all of the powder, then fill the tank right to its mark with the descaling solution."
    near = "Fill the tank right to its mark with the descaling solution, then dissolve all of the powder."
    findings = check_article(HOW_TO.model_copy(update={"conclusion": (again, near)}), HOW_TO_BRIEF)
    [finding] = findings
    assert (finding.check, finding.severity, finding.passage) == ("repeated_sentence", "warning", "conclusion:1")
    assert again in finding.message
    assert "conclusion:0" in finding.message


def test_a_paragraph_that_repeats_another_one_is_shown():
    first = HOW_TO.sections[2].paragraphs[1]
    copied = first.replace("Flakes that keep coming", "Flakes that still keep coming").replace("repeat the", "run the")
    checks = {
        (f.check, f.passage) for f in check_article(HOW_TO.model_copy(update={"conclusion": (copied,)}), HOW_TO_BRIEF)
    }
    assert ("repeated_paragraph", "conclusion:0") in checks


def test_a_placeholder_is_shown_in_its_sentence():
    told = ("Coffee is a drink. Call [your company name here] for a quote today. Then wait.",)
    [finding] = check_article(HOW_TO.model_copy(update={"conclusion": told}), HOW_TO_BRIEF)
    assert finding.message == (
        "“[your company name here]” is a placeholder: write what belongs there. "
        "It stands in: “Call [your company name here] for a quote today.”"
    )


def test_keywords_that_were_planted_are_pointed_out():
    brief = HOW_TO_BRIEF.model_copy(update={"secondary_keywords": (KeywordFacts(text="filter cartridge"),)})
    places = ("tank", "pump", "boiler", "valve", "jug", "drawer", "tray", "sink", "shelf", "box")
    planted = tuple(f"The {place} likes a filter cartridge." for place in places)
    [finding] = check_article(HOW_TO.model_copy(update={"key_takeaways": planted}), brief)
    assert (finding.check, finding.severity, finding.passage) == ("keyword_stuffing", "warning", "takeaways:0")
    assert "“filter cartridge” is used 12 times" in finding.message
    headings = tuple(
        each.model_copy(update={"heading": f"Descale espresso machine: {name}"})
        for each, name in zip(HOW_TO.sections, ("tools", "step by step", "results", "prevention"), strict=True)
    )
    assert ("keyword_stuffing", "warning", "section:3") in found(sections=headings)


GERMAN = (
    "Kalk setzt sich überall dort ab, wo hartes Wasser erhitzt wird, und das ist in einer Maschine für Espresso nicht anders. "
    "Wer sie rechtzeitig entkalkt, der schont die Pumpe, und der Kaffee schmeckt wieder nach Kaffee. Die Arbeit ist nicht "
    "schwer, aber sie braucht etwas Zeit und ein Mittel, das für die Maschine gemacht ist."
)


@pytest.mark.parametrize(
    ("text", "language", "found_in"),
    [
        (GERMAN, "en", "in “de”"),
        (GERMAN, "de-AT", None),
        (" ".join(HOW_TO.introduction), "de", "in “en”"),
        (
            "Накипь появляется везде, где нагревают жёсткую воду, и машина для эспрессо не исключение.",
            "en",
            "in Cyrillic",
        ),
        (" ".join(HOW_TO.introduction), "ja", "in Latin script"),
        (GERMAN, "eo", None),  # a language that it does not know
        ("Short.", "de", None),
    ],
)
def test_an_answer_in_the_wrong_language_is_an_error(text, language, found_in):
    brief = HOW_TO_BRIEF.model_copy(update={"voice": HOW_TO_BRIEF.voice.model_copy(update={"language": language})})
    draft = HOW_TO.model_copy(
        update={
            "introduction": (text,),
            "key_takeaways": (),
            "sections": (),
            "faq": (),
            "conclusion": (),
            "call_to_action": "",
        }
    )
    wrong = [f.message for f in check_article(draft, brief) if f.check == "wrong_language"]
    assert len(wrong) == (found_in is not None)
    assert all(found_in in message for message in wrong)


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
