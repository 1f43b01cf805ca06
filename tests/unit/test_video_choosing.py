"""A picture for every sentence: how narration is parted, what a card says, and what is chosen."""

import numpy as np
import pytest
from video_stand_ins import section

from igny8_assets.video.candidates import Candidate, article_candidates, belongs_to, search_words
from igny8_assets.video.card_choosing import card_for_sentence, says_a_fact
from igny8_assets.video.matching import Choice, Wanted, choose
from igny8_assets.video.outgoing import words_for
from igny8_assets.video.spoken_stretches import LONGEST, SHORTEST, stretches_of
from igny8_assets.video.stock_credits import credit_block, credits_of
from igny8_resources.contracts.video import WordTiming
from igny8_resources.stock.stock_files import StockFile
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject
from igny8_resources.warehouse.tables.writer import Image

ANY = Wanted(own_card=False, asks_picture=False, has_fact=False)


def voice(text, seconds_a_word=0.4):
    return [
        WordTiming(text=word, start=index * seconds_a_word, end=(index + 0.8) * seconds_a_word)
        for index, word in enumerate(text.split())
    ]


def test_short_sentences_share_a_picture_and_long_ones_get_several():
    text = (
        "Stop. Look at the spout before anything else, because it decides how the water falls. "
        "It should be thin, it should bend twice on its way out, and it should end in a sharp lip, so that the last drop "
        "goes back into the kettle and not down its side. Then lift it."
    )
    words = voice(text)
    found = stretches_of(words)
    assert found[0].text.startswith("Stop. Look at the spout")
    assert " ".join(stretch.text for stretch in found) == text
    assert all(stretch.seconds <= LONGEST + 1.5 for stretch in found)
    assert all(stretch.seconds >= SHORTEST - 1 for stretch in found)
    assert [stretch.first for stretch in found[1:]] == [stretch.end for stretch in found[:-1]]
    assert any(stretch.text.endswith(",") for stretch in found)


def test_a_word_or_two_never_have_a_picture_of_their_own():
    words = voice(
        "Start here. Treat any published figure as a first attempt, then adjust in equal steps until it tastes right."
    )
    first, second = stretches_of(words)
    assert first.text == "Start here. Treat any published figure as a first attempt,"
    assert second.text.startswith("then adjust")
    assert card_for_sentence(first.text).headline == "Treat any published figure as a first attempt"


def test_a_section_of_one_short_sentence_is_one_stretch():
    assert [stretch.text for stretch in stretches_of(voice("Ask us anything."))] == ["Ask us anything."]
    assert stretches_of([]) == []


@pytest.mark.parametrize(
    ("sentence", "style", "shown"),
    [
        ("About 73% of home baristas grind too coarse.", "statistic_card", "73%"),
        ("Pour at 93 °C and wait.", "statistic_card", "93 °C"),
        ("A good grinder costs $250 or more.", "statistic_card", "$250"),
        ("Rest the beans for 5–7 days.", "statistic_card", "5–7 days"),
        ("Drip vs espresso is a matter of time.", "comparison_card", ("Drip", "Espresso")),
        ("Burr grinders versus blade grinders.", "comparison_card", ("Burr grinders", "Blade grinders")),
        ("You need three things: a scale, a kettle and patience.", "list_card", ("A scale", "A kettle", "Patience")),
        ("As she says, “a slow pour is always a choice”.", "quote_card", "A slow pour is always a choice"),
        ("Taste it before you change anything.", "text_card", "Taste it before you change anything."),
        ("The word “crema” is Italian.", "text_card", "The word “crema” is Italian."),
        ("In 2019 we moved.", "text_card", "In 2019 we moved."),
        ("both rule candidates out.", "text_card", "Both rule candidates out."),
    ],
)
def test_a_card_suits_its_sentence(sentence, style, shown):
    card = card_for_sentence(sentence, heading="A heading", brand="Crema Lane")
    assert card.style == style
    assert shown in {card.figure, card.headline, card.items}
    assert says_a_fact(card) == (style != "text_card")


def test_a_figure_is_not_said_twice_and_a_quotation_is_not_put_in_the_brands_mouth():
    statistic = card_for_sentence("About 73% of home baristas grind too coarse.", brand="Crema Lane")
    assert (statistic.figure, statistic.headline) == ("73%", "of home baristas grind too coarse.")
    assert card_for_sentence("She says “a slow pour is a choice”.", brand="Crema Lane").kicker == ""


def test_a_long_sentence_is_cut_at_a_clause():
    card = card_for_sentence(
        "Change one thing at a time, taste what it does, write it down, and only then change the next thing, because two "
        "changes hide each other."
    )
    assert card.headline == "Change one thing at a time, taste what it does, write it down"


def test_the_nearest_picture_is_chosen_but_never_twice_in_a_row():
    cosines = np.array([[0.6, 0.4, 0.1], [0.6, 0.4, 0.1], [0.6, 0.4, 0.1], [0.1, 0.1, 0.1]])
    chosen = choose(cosines, [ANY] * 4)
    assert [choice.candidate for choice in chosen] == [0, 1, 0, None]
    assert chosen[0].score == 0.6
    assert chosen[3] == Choice(None, pytest.approx(0.1))


def test_a_card_with_a_fact_is_worth_more_than_a_picture_that_nearly_fits():
    cosines = np.array([[0.38]])
    assert choose(cosines, [ANY])[0].candidate == 0
    assert choose(cosines, [Wanted(own_card=False, asks_picture=False, has_fact=True)])[0].candidate is None
    assert choose(cosines, [Wanted(own_card=False, asks_picture=True, has_fact=True)])[0].candidate == 0
    assert choose(np.array([[0.9]]), [Wanted(own_card=True, asks_picture=False, has_fact=False)])[0].candidate is None


def test_without_candidates_everything_is_a_card():
    assert choose(np.zeros((2, 0)), [ANY, ANY]) == [Choice(None, 0.0), Choice(None, 0.0)]


def test_a_clip_that_ends_before_its_sentence_is_not_usable():
    clip = StockFile("pexels", "1", "clip", "water", "Ada", "", "https://x", "https://x/1.mp4", 1080, 1920, 5.0)
    assert Candidate("water", stock=clip).lasts(3.0)
    assert not Candidate("water", stock=clip).lasts(4.0)
    assert choose(np.array([[0.9, 0.5]]), [ANY], np.array([[False, True]]))[0].candidate == 1


def test_a_picture_of_the_article_knows_its_part():
    image = Image(alt_text="A kettle", caption="A kettle", headline="Pour slowly", section_index=2)
    [candidate] = article_candidates([image])
    assert candidate.shows == "A kettle. Pour slowly"
    about_it = section("Pour.").model_copy(update={"source": "section:2/paragraph:0"})
    assert belongs_to(candidate, about_it)
    assert not belongs_to(candidate, section("Pour."))


def test_a_search_names_the_subject_and_the_most_telling_words():
    words = search_words("Then hold the handle with the kettle full of water.", "How to choose a gooseneck kettle")
    assert words.split()[:2] == ["choose", "gooseneck"]
    assert {"handle", "kettle"} <= set(words.split())
    assert len(words.split()) <= 5


def test_stock_is_credited_in_the_description_in_the_order_of_appearance():
    lines = [f"Photo by Author {number} on Pexels: https://www.pexels.com/photo/{number}/" for number in range(30)]
    shots = [{"credit": line} for line in (lines[0], "", lines[1], lines[0])]
    assert credits_of([VideoAsset(facts={"shots": shots}), VideoAsset(facts={})]) == lines[:2]
    project = VideoProject(title="Kettles", script={"description": "How to choose.", "tags": []})
    said = words_for("youtube", project, None, lines[:2]).description
    assert said == "How to choose.\n\n" + "\n".join(lines[:2])
    assert words_for("youtube", project, None).description == "How to choose."
    assert credit_block([*lines, "Video by B on Pixabay: https://pixabay.com/1"]).endswith(
        "\nMore from Pexels and Pixabay"
    )
    assert len(credit_block(lines)) < 850
