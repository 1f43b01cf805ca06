"""How the offline provider reads keywords and forms English around them."""

import pytest

from igny8_resources.ai.offline.grammar import (
    articled,
    capital,
    cased,
    clipped,
    gerund,
    listed,
    number_of,
    plural,
    sentences,
    title_case,
    with_article,
)
from igny8_resources.ai.offline.keyword_reading import names_phrase, read_keyword, trouble_of


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("espresso machine", "an espresso machine"),
        ("coffee grinder", "a coffee grinder"),
        ("cold brew", "cold brew"),
        ("running shoes", "running shoes"),
        ("chemex", "a chemex"),
        ("LLC", "an LLC"),
        ("S corp", "an S corp"),
        ("pour over coffee", "pour over coffee"),
        ("8 cup moka pot", "8 cup moka pot"),
        ("unique shoe", "a unique shoe"),
        ("my espresso machine", "my espresso machine"),
    ],
)
def test_a_phrase_gets_the_article_that_english_wants(phrase: str, expected: str) -> None:
    assert with_article(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("espresso machine", "espresso machines"),
        ("espresso machine under 500", "espresso machines under 500"),
        ("French press", "French presses"),
        ("accessory", "accessories"),
        ("bookkeeping", "bookkeeping"),
        ("running shoes", "running shoes"),
        ("sole proprietorship", "sole proprietorships"),
        ("pair of shoes", "pairs of shoes"),
    ],
)
def test_plurals_change_the_head_noun_only(phrase: str, expected: str) -> None:
    assert plural(phrase) == expected


def test_the_number_of_a_phrase_follows_its_head() -> None:
    assert [number_of(text) for text in ("grinder", "filters", "coffee", "V60")] == [
        "singular",
        "plural",
        "mass",
        "name",
    ]


def test_clipped_search_phrases_get_their_missing_articles() -> None:
    assert articled("milk without frother") == "milk without a frother"
    assert articled("coffee grinder at home") == "a coffee grinder at home"


def test_small_forms() -> None:
    assert [gerund(verb) for verb in ("clean", "make", "set up", "froth", "tie")] == [
        "cleaning",
        "making",
        "setting up",
        "frothing",
        "tying",
    ]
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert cased("v60 vs chemex in the us or uk") == "V60 vs Chemex in the us or UK"
    assert title_case("how to clean a burr grinder: the steps") == "How to Clean a Burr Grinder: The Steps"
    assert capital("“espresso” is") == "“Espresso” is"
    assert clipped("one word after the other", 14) == "one word after"
    assert sentences("One. “Two?” Three!") == ["One.", "“Two?", "Three!"]


@pytest.mark.parametrize(
    ("keyword", "kind", "subject"),
    [
        ("espresso machine under 500", "plain", "espresso machine"),
        ("best beans for cold brew", "best", "beans"),
        ("moka pot near me", "plain", "moka pot"),
        ("how to clean coffee grinder", "task", "coffee grinder"),
        ("why is my espresso sour", "question", "espresso"),
        ("v60 vs chemex", "versus", "V60 and Chemex"),
    ],
)
def test_keywords_are_taken_apart(keyword: str, kind: str, subject: str) -> None:
    reading = read_keyword(keyword)
    assert (reading.kind, reading.subject) == (kind, subject)


def test_a_reading_keeps_limits_uses_actions_and_sides() -> None:
    assert read_keyword("espresso machine under 500").price == "500"
    assert read_keyword("best beans for cold brew").use == "cold brew"
    assert read_keyword("how to clean coffee grinder").action == "clean a coffee grinder"
    assert read_keyword("burr vs blade grinder").sides == ("burr grinder", "blade grinder")
    assert read_keyword("difference between latte and cappuccino").sides == ("latte", "cappuccino")
    assert trouble_of("why is my moka pot so bitter") == ("moka pot", "bitter")


def test_a_keyword_counts_as_used_with_articles_and_plurals_between() -> None:
    assert names_phrase("How to Clean a Coffee Grinder", "how to clean coffee grinder")
    assert names_phrase("Espresso Machines Under 500", "espresso machine under 500")
    assert not names_phrase("Coffee machines", "espresso machine")
