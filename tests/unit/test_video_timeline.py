"""Where things stand in time."""

import itertools

import numpy as np
import pytest
from video_stand_ins import RATE, SilentVoice, ToneVoice, section

from igny8_assets.video.failures import DurationOutsidePreset, FileUnreadable, ScriptInvalid
from igny8_assets.video.presets import PRESETS, preset_named
from igny8_assets.video.timeline import CROSS_FADE_SECONDS, SectionPictures, Shot, build_timeline
from igny8_assets.video.voiceover import SectionVoice, speak_section, voice_from_wav
from igny8_resources.contracts.video import WordTiming

SHORT = preset_named("youtube_short")


def voice(seconds):
    return SectionVoice(np.ones(round(seconds * RATE), np.int16), RATE, (), estimated=False)


def laid(preset, *seconds, overlay="", shots=1, is_card=True):
    sections = [section("Words.", overlay=overlay) for _ in seconds]
    shown = SectionPictures.of([f"{shot}.png" for shot in range(shots)], is_card=is_card)
    return build_timeline(preset, sections, [voice(length) for length in seconds], [shown] * len(seconds))


def test_presets_are_those_of_the_platforms():
    assert {key: (p.width, p.height, p.min_seconds, p.max_seconds) for key, p in PRESETS.items()} == {
        "youtube_long": (1920, 1080, 60, 900),
        "youtube_short": (1080, 1920, 30, 60),
        "instagram_reel": (1080, 1920, 30, 90),
        "tiktok": (1080, 1920, 30, 180),
    }
    with pytest.raises(ScriptInvalid, match="preset 'vimeo' is unknown"):
        preset_named("vimeo")


def test_voices_follow_each_other_and_scenes_overlap_by_the_cross_fade():
    timeline = laid(SHORT, 12, 12, 12, overlay="Heading", is_card=False)
    starts = timeline.voice_starts
    assert [after - before for before, after in itertools.pairwise(starts)] == pytest.approx([12.35, 12.35])
    first, second, third = timeline.scenes
    assert first.start == 0.0
    assert first.end - second.start == pytest.approx(CROSS_FADE_SECONDS)
    assert second.start < starts[1] < second.end
    assert third.end == timeline.duration == pytest.approx(0.25 + 36 + 0.7 + 0.9, abs=0.02)
    assert timeline.frames == round(timeline.duration * 30)
    for overlay, scene in zip(timeline.overlays, timeline.scenes, strict=True):
        assert scene.start <= overlay.start < overlay.end <= scene.end


def test_pauses_stretch_to_reach_the_shortest_length_and_shrink_to_keep_the_longest():
    assert laid(SHORT, 9, 9, 9).duration == pytest.approx(30.0, abs=0.05)
    assert laid(SHORT, 9, 9, 9).duration >= 30.0
    assert laid(SHORT, 19.5, 19.5, 19.5).duration <= 60.0


def test_a_script_that_cannot_fit_says_by_how_much():
    with pytest.raises(
        DurationOutsidePreset, match=r"allows 30 to 60 s: shorten .* .section 2 is the longest"
    ) as caught:
        laid(SHORT, 10, 70)
    assert caught.value.seconds > 80
    with pytest.raises(DurationOutsidePreset, match="add about 17 s of narration"):
        laid(SHORT, 10)


def test_more_pictures_share_a_section_and_move_differently():
    timeline = laid(SHORT, 20, 20, shots=2, is_card=False)
    assert [scene.section for scene in timeline.scenes] == [0, 0, 1, 1]
    assert len({(scene.move_from, scene.move_to) for scene in timeline.scenes}) == 4


def test_pictures_change_between_the_words_they_stand_under():
    """Each shot begins in the middle of the gap before its first word; a clip stands still, a picture moves to its subject."""
    words = tuple(WordTiming(text=f"w{at}", start=4.0 * at, end=4.0 * at + 3.0) for at in range(8))
    spoken = SectionVoice(np.ones(32 * RATE, np.int16), RATE, words, estimated=False)
    shots = (
        Shot("a.png", subject=(0.8, 0.5)),
        Shot("b.mp4", is_clip=True, first_word=3),
        Shot("c.png", is_card=True, first_word=6),
    )
    overlaid = [section("Words.", overlay="Heading")]
    timeline = build_timeline(SHORT, overlaid, [spoken], [SectionPictures(shots)])
    begin = timeline.voice_starts[0]
    first, clip, card = timeline.scenes
    assert first.end - CROSS_FADE_SECONDS / 2 == pytest.approx(begin + (2 * 4 + 3 + 3 * 4) / 2)
    assert card.start + CROSS_FADE_SECONDS / 2 == pytest.approx(begin + (5 * 4 + 3 + 6 * 4) / 2)
    assert first.move_to.x > 0.53
    assert clip.is_clip
    assert clip.move_from == clip.move_to
    [heading] = timeline.overlays
    assert heading.end < card.start + CROSS_FADE_SECONDS / 2


def test_a_card_slides_away_from_a_card_because_words_cannot_fade_into_words():
    cards, pictures = laid(SHORT, 12, 12, 12), laid(SHORT, 12, 12, 12, is_card=False)
    assert [scene.transition for scene in cards.scenes] == ["fade", "slide", "slide"]
    assert {scene.transition for scene in pictures.scenes} == {"fade"}


def test_lists_must_match():
    with pytest.raises(ScriptInvalid, match="no section"):
        build_timeline(SHORT, [], [], [])
    with pytest.raises(ScriptInvalid, match="Section 1: has no picture"):
        build_timeline(SHORT, [section("Words.")], [voice(40)], [SectionPictures(())])


def test_a_section_is_spoken_trimmed_and_survives_as_wav():
    spoken = speak_section("Use 18 g & taste.", speech=ToneVoice(), section=1)
    assert [word.text for word in spoken.words] == ["Use", "18\u00a0g", "&", "taste."]
    assert spoken.words[0].start == pytest.approx(0.02, abs=0.005)
    assert spoken.seconds == pytest.approx(5 * 0.25 + 0.04, abs=0.01)
    kept = voice_from_wav(spoken.to_wav(), spoken.words)
    assert np.array_equal(kept.samples, spoken.samples)
    assert kept.seconds == spoken.seconds


def test_empty_and_silent_sections_are_named():
    with pytest.raises(ScriptInvalid, match="Section 3: the narration is empty"):
        speak_section("**…**", speech=ToneVoice(), section=3)
    with pytest.raises(ScriptInvalid, match="Section 2: the voice returned no sound"):
        speak_section("Hello.", speech=SilentVoice(), section=2)
    with pytest.raises(FileUnreadable, match="not a readable WAV"):
        voice_from_wav(b"not sound", ())
