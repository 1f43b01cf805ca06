"""One text for the ear and the eye."""

import itertools

import pytest

from igny8_assets.video.narration import caption_words, narrate, plain_text
from igny8_assets.video.spoken_numbers import cardinal, ordinal, spoken, year
from igny8_resources.contracts.video import WordTiming


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("92 °C", "ninety-two degrees Celsius"),
        ("18–20\u00a0g", "eighteen to twenty grams"),
        ("1 g", "one gram"),
        ("15-bar", "fifteen bar"),
        ("35%", "thirty-five percent"),
        ("1,250", "one thousand two hundred fifty"),
        ("0.25", "zero point two five"),
        ("$1,299.50", "one thousand two hundred ninety-nine dollars and fifty cents"),
        ("€1", "one euro"),
        ("£0.99", "ninety-nine pence"),
        ("$2-3", "two to three dollars"),
        ("$5k", "five thousand dollars"),
        ("1:2", "one to two"),
        ("7:05 am", "seven oh five A M"),
        ("21st", "twenty-first"),
        ("1½", "one and a half"),
        ("3/4", "three quarters"),
        ("2x", "two times"),
        ("-5 °C", "minus five degrees Celsius"),
        ("10+", "ten plus"),
        ("2026", "twenty twenty-six"),
        ("1990s", "nineteen nineties"),
        ("007", "zero zero seven"),
        ("coffee", None),
        ("1.2.3", None),
    ],
)
def test_figures_are_read_as_people_say_them(written, said):
    assert spoken(written) == said


def test_numbers_in_words():
    assert cardinal(1_000_001) == "one million one"
    assert [ordinal(number) for number in (1, 12, 40, 103)] == ["first", "twelfth", "fortieth", "one hundred third"]
    assert [year(number) for number in (1900, 2005, 1984)] == [
        "nineteen hundred",
        "two thousand five",
        "nineteen eighty-four",
    ]


def test_markup_links_and_entities_do_not_reach_the_voice():
    text = (
        "## Dial in **espresso**\n- Use [our guide](https://x.example/y) &amp; <b>taste</b>&nbsp;it, snake_case stays"
    )
    assert plain_text(text) == "Dial in espresso. Use our guide & taste it, snake_case stays"
    assert plain_text("See https://www.cremalane.example/espresso.") == "See cremalane.example."


def test_the_caption_shows_what_is_written_and_the_voice_says_it_in_words():
    text = narrate("Drip vs espresso & 18 g at cremalane.example — e.g. R&D #1!")
    assert text.caption == "Drip vs espresso & 18\u00a0g at cremalane.example\u00a0— e.g. R&D #1!"
    assert text.spoken == (
        "Drip versus espresso and eighteen grams at cremalane dot example — for example R and D number one!"
    )


def test_other_languages_leave_figures_to_the_voice():
    assert narrate("18 g Kaffee & Wasser", "de-DE").spoken == "18 g Kaffee & Wasser"


def timings(*words, each=0.5):
    return tuple(WordTiming(text=word, start=index * each, end=(index + 1) * each) for index, word in enumerate(words))


def test_a_caption_word_lasts_as_long_as_the_words_said_for_it():
    shown = caption_words(narrate("Use 18 g now"), timings("Use", "eighteen", "grams", "now"))
    assert [(word.text, word.start, word.end) for word in shown] == [
        ("Use", 0.0, 0.5),
        ("18\u00a0g", 0.5, 1.5),
        ("now", 1.5, 2.0),
    ]


def test_a_voice_that_splits_or_drops_words_still_times_every_caption_word():
    shown = caption_words(narrate("Don't use stale old beans"), timings("Do", "n't", "use", "beans"))
    assert [word.text for word in shown] == ["Don't", "use", "stale", "old", "beans"]
    assert (shown[0].start, shown[0].end) == (0.0, 1.0)
    assert shown[-1].end == 2.0
    assert all(before.end <= after.start for before, after in itertools.pairwise(shown))
