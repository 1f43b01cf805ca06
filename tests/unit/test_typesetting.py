"""Lines of any script: which font draws what, in which order, and where a line may break."""

import pytest
from PIL import Image, ImageDraw

from igny8_resources import typesetting
from igny8_resources.line_breaking import columns, joined, units
from igny8_resources.typesetting import TextUnsettable, Typesetter, can_shape, is_right_to_left, missing_characters

needs_shaping = pytest.mark.skipif(not can_shape(), reason="Pillow finds no libfribidi")


def fonts_of(text, language=""):
    return [(part.text, part.font.getname()[0]) for part in Typesetter("display_bold", 40, language).parts(text)]


def test_each_script_has_a_font_and_spaces_stay_with_their_word():
    assert fonts_of("Coffee, 18 g") == [("Coffee, 18 g", "Manrope")]
    assert fonts_of("At home 🔥 now") == [("At home ", "Manrope"), ("🔥", "Noto Emoji"), (" now", "Manrope")]
    assert fonts_of("コーヒー 18 g") == [("コーヒー 18 ", "Noto Sans CJK JP"), ("g", "Manrope")]


def test_a_language_has_its_own_shapes_of_chinese_characters():
    assert [fonts_of("直", language)[0][1][-2:] for language in ("ja", "zh-Hans", "zh-TW", "ko", "")] == [
        "JP", "SC", "TC", "KR", "SC",
    ]  # fmt: skip
    assert fonts_of("直す")[0][1].endswith("JP")


@needs_shaping
def test_arabic_runs_from_the_right_and_what_is_in_it_from_the_left():
    parts = Typesetter("text", 40).parts("البن 18 غرام IGNY8 (نسخة)")
    assert [part.text.strip() for part in parts] == [")", "نسخة", "(", "IGNY8", "غرام", "18", "البن"]
    assert [part.is_rtl for part in parts] == [True, True, True, False, True, False, True]
    assert [part.x for part in parts] == sorted(part.x for part in parts)
    assert is_right_to_left("18 غرام")
    assert not is_right_to_left("IGNY8 غرام")


@needs_shaping
def test_a_percent_sign_follows_its_figure_in_the_direction_of_the_script():
    def from_the_left(text):
        return [part.text.strip() for part in Typesetter("text", 40).parts(text) if part.text.strip()]

    assert from_the_left("نحو 73% من") == ["من", "%", "73", "نحو"]
    assert from_the_left("כ 73% מן") == ["מן", "73%", "כ"]
    assert from_the_left("About 73% now") == ["About 73% now"]


@needs_shaping
def test_a_word_of_a_line_is_found_where_it_is_drawn():
    type_ = Typesetter("text", 40)
    arabic = "قهوة إسبريسو"
    first, second = type_.extent(arabic, 0, 4), type_.extent(arabic, 5, len(arabic))
    assert second[0] == 0
    assert second[1] < first[0]
    assert first[1] == pytest.approx(type_.width(arabic))
    latin = type_.extent("two words", 4, 9)
    assert latin[0] == pytest.approx(type_.width("two "), abs=1)


@needs_shaping
def test_letters_are_joined():
    """Four Arabic letters in a row are narrower than the same letters apart, because they take their joined shapes."""
    type_ = Typesetter("text", 60)
    assert type_.width("قهوة") < 0.85 * sum(type_.width(letter) for letter in "قهوة")
    assert type_.width("क्ष") < type_.width("क") + type_.width("ष")


def test_an_emoji_of_several_code_points_is_one_picture():
    type_ = Typesetter("text", 40)
    assert [part.text for part in type_.parts("👩‍🍳👍🏽🇩🇪")] == ["👩‍🍳👍🏽🇩🇪"]
    if can_shape():
        assert type_.width("👩‍🍳") == pytest.approx(type_.width("🔥"), rel=0.05)


def test_what_no_font_draws_is_named_with_its_script():
    with pytest.raises(TextUnsettable, match=r"No installed font draws 𐎠 \(U\+103A0, old persian sign a\)"):
        Typesetter("text", 20).width("a 𐎠")
    assert missing_characters("a 𐎠 日") == ["𐎠"]


def test_without_fribidi_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(typesetting, "can_shape", lambda: False)
    typesetting._parts.cache_clear()
    with pytest.raises(TextUnsettable, match="Arabic letters cannot be joined.*apt-get install libfribidi0"):
        Typesetter("text", 20).width("قهوة")
    assert Typesetter("text", 20).width("Coffee") > 0
    assert missing_characters("Coffee قه") == ["ق", "ه"]
    typesetting._parts.cache_clear()


def test_lines_are_drawn_with_every_font_they_need():
    picture = Image.new("L", (700, 80), 0)
    Typesetter("display_bold", 40).draw(ImageDraw.Draw(picture), 10, 55, "Coffee コーヒー ☕", "white")
    width = Typesetter("display_bold", 40).width("Coffee コーヒー ☕")
    assert picture.getbbox()[2] == pytest.approx(10 + width, abs=6)


def test_lines_break_between_phrases_and_words_come_together_again():
    assert joined(units("自宅で美味しいコーヒーを")) == "自宅で美味しいコーヒーを"
    assert [unit.strip("\u200b") for unit in units("自宅で美味しいコーヒーを")] == ["自宅で", "美味しい", "コーヒーを"]
    assert [unit.strip("\u200b") for unit in units("在家制作浓缩咖啡，很简单。")] == [
        "在家", "制作", "浓缩", "咖啡，", "很简单。",
    ]  # fmt: skip
    assert joined(units("กาแฟที่บ้าน ง่าย")) == "กาแฟที่บ้าน ง่าย"
    assert units("two  words") == ["two", "words"]
    assert (columns("咖啡"), columns("cafe\u0301"), columns("คำ")) == (4, 4, 2)
