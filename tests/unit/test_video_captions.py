"""Captions that break where a reader would pause."""

import itertools

import pytest

from igny8_assets.video.captions import GAP_FRAMES, Caption, phrase_captions, to_srt, to_webvtt
from igny8_assets.video.narration import narrate
from igny8_resources.contracts.video import WordTiming

TEXT = (
    "Most people blame the beans when their espresso tastes sour. The truth is simpler: the grind is too coarse, the "
    "water is too cool, or the shot ran too fast. Change one thing at a time and taste before you touch anything else."
)


def voice(text, per_character=0.06, pause=0.4):
    words, now = [], 0.0
    for word in text.split():
        length = 0.08 + per_character * len(word)
        words.append(WordTiming(text=word, start=now, end=now + length))
        now += length + (pause if word[-1] in ".,:;!?" else 0.0)
    return words


@pytest.mark.parametrize(("characters", "fps"), [(20, 30), (25, 25), (42, 30)])
def test_captions_keep_the_limits_and_lose_no_word(characters, fps):
    words = voice(TEXT)
    captions = phrase_captions(words, line_characters=characters, fps=fps)
    assert " ".join(caption.text for caption in captions) == TEXT
    for caption in captions:
        assert len(caption.lines) <= 2
        assert all(len(line) <= characters for line in caption.lines)
        assert caption.start == caption.words[0].start
        assert caption.end >= caption.words[-1].end - (GAP_FRAMES + 1) / fps
        assert len(caption.text) / (caption.end - caption.start) <= 20
    for before, after in itertools.pairwise(captions):
        assert after.start - before.end >= GAP_FRAMES / fps - 1e-9


def test_captions_end_with_phrases():
    lines = [" / ".join(caption.lines) for caption in phrase_captions(voice(TEXT), line_characters=42)]
    assert lines[0] == "Most people blame the beans / when their espresso tastes sour."
    assert all(line[-1] in ".,:;" for line in lines[:-1])


def test_no_line_ends_on_a_word_that_leans_on_the_next():
    captions = phrase_captions(voice(TEXT), line_characters=20)
    assert not [caption for caption in captions if caption.lines[-1].split()[-1] in {"the", "a", "is", "when", "their"}]


def test_a_word_longer_than_a_line_stands_alone():
    captions = phrase_captions(voice("Try Donaudampfschifffahrtsgesellschaft beans"), line_characters=20)
    assert "Donaudampfschifffahrtsgesellschaft" in [line for caption in captions for line in caption.lines]


def test_the_last_caption_is_gone_when_asked():
    assert phrase_captions(voice("Short words."), line_characters=20, until=1.0)[-1].end == 1.0
    assert phrase_captions([], line_characters=20) == ()


def test_subtitle_files():
    captions = (
        Caption(("18 < 20", "& rising"), 0.25, 1.5, ()),
        Caption(("Über café",), 3661.0, 3662.0416, ()),
    )
    assert to_srt(captions) == (
        "1\n00:00:00,250 --> 00:00:01,500\n18 < 20\n& rising\n\n2\n01:01:01,000 --> 01:01:02,042\nÜber café\n"
    )
    assert to_webvtt(captions) == (
        "WEBVTT\n\n"
        "00:00:00.250 --> 00:00:01.500\n18 &lt; 20\n&amp; rising\n\n01:01:01.000 --> 01:01:02.042\nÜber café\n"
    )


def test_japanese_breaks_between_phrases_and_counts_two_columns_a_character():
    text = "自宅で美味しいエスプレッソを淹れるには、豆の挽き方が一番大切です。"
    said = [word.caption for word in narrate(text, "ja").words]
    words = [WordTiming(text=word, start=0.4 * at, end=0.4 * at + 0.4) for at, word in enumerate(said)]
    captions = phrase_captions(words, line_characters=20)
    assert [caption.lines for caption in captions] == [
        ("自宅で美味しい", "エスプレッソを"),
        ("淹れるには、", "豆の挽き方が"),
        ("一番大切です。",),
    ]
    assert "".join(caption.text for caption in captions) == text
    assert all(line[0] not in "、。ーっ" for caption in captions for line in caption.lines)


def test_webvtt_can_carry_the_moment_of_every_word():
    words = tuple(
        WordTiming(text=text, start=at, end=at + 0.3) for text, at in (("Salt", 1.0), ("&", 1.25), ("pepper", 1.5))
    )
    caption = Caption(("Salt &", "pepper"), 1.0, 2.0, words)
    assert to_webvtt([caption], by_word=True) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"
        "<00:00:01.000><c>Salt</c> <00:00:01.250><c>&amp;</c>\n"
        "<00:00:01.500><c>pepper</c>\n"
    )
