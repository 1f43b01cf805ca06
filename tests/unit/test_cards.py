"""Designed cards: every word stands inside, apart, legible and readable, and the art is a family of its site."""

import io
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from PIL import Image, ImageChops

from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.offline import cards
from igny8_resources.ai.offline.card_art import STYLES, colouring_for, style_for
from igny8_resources.ai.offline.card_block import SMALLEST_HEADLINE, SMALLEST_TEXT
from igny8_resources.ai.offline.card_geometry import Box
from igny8_resources.ai.offline.card_layout import compositions, lay_out
from igny8_resources.ai.offline.cards import GlyphMissing, OfflineImageProvider, layout_of, words_of
from igny8_resources.ai.providers import ImageCall
from igny8_resources.palettes import contrast, designed_palettes, palette_for

LANDSCAPE, SQUARE, VERTICAL = (1600, 900), (1080, 1080), (1080, 1920)
SIZES = (
    LANDSCAPE,
    (1200, 627),
    SQUARE,
    VERTICAL,
    (1000, 1500),
    (1500, 500),
    (640, 360),
    (300, 200),
)
TWO_HUNDRED = (
    "A complete guide to water hardness, bicarbonate, magnesium and calcium for espresso and filter coffee at home, "
    "with test strips, recipes, remineralisation drops, softeners and what each does to a cup."
)
HEADLINES = (
    "Descaling",
    "How to dial in espresso at home",
    "Why does my espresso taste sour?",
    "V60 vs Chemex: which brewer suits your mornings?",
    "Ångström-fine Øl, café & crème brûlée: ÀÉÎÕÜ, Żółć",
    "Wie die Wasserenthärtungsanlagenhersteller Kaffeevollautomatenentkalkungsmittel prüfen",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "https://cremalane.example/guides/espresso/grinder-settings-and-burr-alignment?ref=home",
    TWO_HUNDRED,
)
LINES = (
    (),
    ("Grind finer, one step at a time", "Raise the brew temperature to 93 °C", "Let the shot run to a 1:2 ratio"),
    (
        "Magnesium carries flavour",
        TWO_HUNDRED,
        "Total hardness near 70 ppm",
        "Bicarbonate buffers acidity",
        "Sodium lends roundness",
    ),
)


def call(
    headline="How to dial in espresso at home", lines=(), *, size=LANDSCAPE, seed=7, kicker="Crema Lane", palette=None
):
    return ImageCall("", headline, tuple(lines), kicker, palette or palette_for("crema-lane"), *size, seed)


def every_layout():
    for size in SIZES:
        for headline in HEADLINES:
            for lines in (LINES[0], LINES[2]):
                words = words_of(call(headline, lines, size=size))
                for composition in compositions(*size, words):
                    for mirrored in (False, True):
                        yield lay_out(*size, words, composition, mirrored=mirrored)


def test_no_word_leaves_its_place_or_touches_another():
    checked = 0
    for layout in every_layout():
        canvas = Box(0, 0, layout.width, layout.height)
        assert layout.ground is not None, "every size holds at least one word"
        assert canvas.contains(layout.ground)
        assert canvas.contains(layout.art)
        rules = [rule.box for rule in layout.rules]
        for row in layout.rows:
            assert layout.ground.contains(row.ink), (layout.composition, row.text)
            assert not any(row.ink.overlaps(rule) for rule in rules), row.text
            assert row.size >= (SMALLEST_HEADLINE if row.role == "headline" else SMALLEST_TEXT)
            if layout.ground == canvas:
                assert not row.ink.overlaps(layout.art), "words never run into the art"
        for one, other in combinations(layout.rows, 2):
            assert not one.ink.overlaps(other.ink), (one.text, other.text)
        checked += 1
    assert checked > 700


@pytest.mark.parametrize("size", [LANDSCAPE, SQUARE, VERTICAL, (300, 200)])
@pytest.mark.parametrize("headline", HEADLINES[3:6])
def test_the_ink_boxes_are_what_is_really_drawn(size, headline):
    asked = call(headline, LINES[1], size=size)
    layout = layout_of(asked)
    colours = replace(colouring_for(asked.palette, "weave", Random(1)), ink="#ffffff", kicker="#ffffff", bar="#000000")
    blank = Image.new("RGB", size, "#000000")
    for row in layout.rows:
        drawn = blank.copy()
        cards._draw_words(drawn, replace(layout, rows=(row,), rules=()), colours)
        left, top, right, bottom = ImageChops.difference(drawn, blank).getbbox()
        # A letter that starts between two pixels colours a part of both.
        assert Box(left, top, right, bottom).inset(1, 1).width > 0
        assert row.ink.left - 1 <= left
        assert row.ink.top - 1 <= top
        assert right <= row.ink.right + 1
        assert bottom <= row.ink.bottom + 1


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("headline", HEADLINES)
def test_vertical_frames_keep_words_clear_of_the_platforms_controls(headline, mirrored):
    words = words_of(call(headline, LINES[1], size=VERTICAL))
    for composition in compositions(*VERTICAL, words):
        for row in lay_out(*VERTICAL, words, composition, mirrored=mirrored).rows:
            assert row.ink.left >= 120 - 1
            assert row.ink.right <= 888 + 1
            assert row.ink.top >= 288 - 1
            assert row.ink.bottom <= 1248 + 1


def headline_rows(layout):
    return [row.text for row in layout.rows if row.role == "headline"]


@pytest.mark.parametrize("size", [LANDSCAPE, SQUARE, VERTICAL])
@pytest.mark.parametrize("headline", [text for text in HEADLINES if text.count(" ") >= 3 and "Wasser" not in text])
def test_headlines_break_without_an_orphan_and_lose_no_word(size, headline):
    words = words_of(call(headline, size=size))
    for composition in compositions(*size, words):
        layout = lay_out(*size, words, composition)
        rows = headline_rows(layout)
        assert " ".join(rows) == words.headline
        assert len(rows) == 1 or " " in rows[-1]
        assert not layout.is_shortened


def test_a_word_wider_than_the_card_is_hyphenated_not_cut_off():
    layout = layout_of(call(HEADLINES[6]))
    rows = headline_rows(layout)
    assert len(rows) > 1
    assert all(row.endswith("-") for row in rows[:-1])
    assert "".join(row.rstrip("-") for row in rows) == HEADLINES[6]


def test_two_hundred_characters_fit_whole_and_only_a_stamp_needs_an_ellipsis():
    assert len(HEADLINES[-1]) >= 195
    assert not layout_of(call(HEADLINES[-1])).is_shortened
    stamp = layout_of(call(HEADLINES[-1], size=(160, 90)))
    assert stamp.is_shortened
    assert headline_rows(stamp)[-1].endswith("…")


@pytest.mark.parametrize("endless", ["x" * 50_000, "espresso " * 6_000])
def test_an_endless_headline_is_cut_with_an_ellipsis(endless):
    layout = layout_of(call(endless, (endless,), kicker=endless))
    assert layout.is_shortened
    assert headline_rows(layout)[-1].endswith("…")


def test_entries_without_room_are_counted_and_a_long_one_ends_in_an_ellipsis():
    layout = layout_of(call("Water", LINES[2], size=VERTICAL))
    assert layout.left_out == 0
    assert sum(row.text.endswith("…") for row in layout.rows) == 1
    assert layout_of(call("Water hardness and you", LINES[2], size=(200, 120))).left_out > 0


def test_the_kicker_stands_in_capitals_above_the_headline():
    rows = layout_of(call(kicker="Straße nach Crema")).rows
    assert rows[0].text == "STRASSE NACH CREMA"
    assert rows[0].ink.bottom < rows[1].ink.top
    assert not any(row.role == "kicker" for row in layout_of(call(kicker="  ")).rows)


def test_space_and_invisible_characters_are_cleaned():
    words = words_of(call("Cafe\u0301\u200b  au\n lait\u00ad", ("", " a ")))
    assert words.headline == "Café au lait"
    assert words.lines == ("a",)


def test_the_same_call_gives_the_same_bytes_and_a_decodable_png_of_the_size():
    provider = OfflineImageProvider()
    for seed, size in enumerate(
        [LANDSCAPE, SQUARE, VERTICAL, (300, 200), (301, 199), (1500, 500), (640, 360), (97, 61), (1200, 675)]
    ):
        asked = call(size=size, seed=seed)
        answer = provider.paint(asked)
        assert answer == provider.paint(asked)
        assert (answer.media_type, answer.width, answer.height) == ("image/png", *size)
        picture = Image.open(io.BytesIO(answer.data))
        assert (picture.format, picture.size, picture.mode) == ("PNG", size, "RGB")


def test_the_pictures_of_an_article_differ_in_style_and_articles_differ_in_their_first():
    assert len({style_for(4200 + position) for position in range(7)}) == 7
    assert len({style_for(task * 100) for task in range(1, 10)}) == len(STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_art_fills_a_card_without_words_with_smooth_edges_in_several_tones(style):
    seed = list(STYLES).index(style)
    asked = call("", ("ignored",), seed=seed, size=(800, 450))
    layout = layout_of(asked)
    assert layout.rows == ()
    assert layout.art == Box(0, 0, 800, 450)
    colours = cards.draw_card(asked).getcolors(800 * 450)
    assert sum(count > 800 * 450 * 0.03 for count, _ in colours) >= 2 or style in ("paper_cut", "contours")
    assert len(colours) > 30, "edges pass through in-between colours"


def test_words_are_readable_on_every_palette_and_ground():
    brands = [palette_for("crema-lane", accent) for accent in ("#ffffff", "#000000", "#ffee00", "#808080", "#0a84ff")]
    for palette in (*designed_palettes(), *brands):
        for seed in range(60):
            colours = colouring_for(palette, style_for(seed), Random(seed))
            assert contrast(colours.ink, colours.ground) >= 4.5
            assert contrast(colours.kicker, colours.ground) >= 4.5
            assert contrast(colours.bar, colours.ground) >= 1.5
            assert colours.tones.ground != colours.tones.strong


def test_greek_and_cyrillic_are_set_and_other_scripts_named():
    assert layout_of(call("Πώς να φτιάξεις εσπρέσο")).rows
    assert layout_of(call("Как сварить эспрессо дома")).rows
    with pytest.raises(GlyphMissing, match=r"'家' \(U\+5BB6\)") as refused:
        OfflineImageProvider().paint(call("Espresso 家で 家"))
    assert refused.value.characters == ("家", "で")
    assert isinstance(refused.value, ProviderRejected)
    with pytest.raises(GlyphMissing, match=r"U\+2615"):
        layout_of(call("Good morning", ("☕ first",)))


@pytest.mark.parametrize("size", [(0, 900), (1600, 0), (-5, -5), (8, 400), (100_000, 100_000)])
def test_impossible_sizes_are_rejected(size):
    with pytest.raises(ProviderRejected, match="pixels cannot be made"):
        OfflineImageProvider().paint(call(size=size))


def test_a_malformed_palette_is_rejected():
    with pytest.raises(ProviderRejected, match="palette is malformed"):
        OfflineImageProvider().paint(call(palette=replace(palette_for("x"), accent="orange")))
