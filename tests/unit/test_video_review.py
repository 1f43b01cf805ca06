"""What a review of a rendered video finds, and that it says where and what to do."""

import dataclasses
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from video_stand_ins import PALETTE, RATE, picture, section

from igny8_assets.video import review
from igny8_assets.video.contact_sheet import FRAMES, contact_sheet, moments_of
from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import FileUnreadable
from igny8_assets.video.loudness import Loudness
from igny8_assets.video.presets import Box, preset_named
from igny8_assets.video.probe import Stretch, VideoFacts, probe
from igny8_assets.video.rendering import render_timeline
from igny8_assets.video.review import Finding, Span, Spoken, TextBox
from igny8_assets.video.reviewing import review_file, spans_of, text_boxes
from igny8_assets.video.subtitle_reading import Cue, read_webvtt
from igny8_assets.video.timeline import SectionPictures, Timeline, build_timeline
from igny8_assets.video.voice_finding import voice_starts
from igny8_assets.video.voiceover import SectionVoice
from igny8_resources.contracts.video import WordTiming

SHORT = preset_named("youtube_short")
TINY = dataclasses.replace(SHORT.resized(270, 480, min_seconds=1), fps=10)
GOOD = VideoFacts(
    codec="h264",
    profile="High",
    pix_fmt="yuv420p",
    width=1080,
    height=1920,
    fps=30.0,
    duration=42.0,
    colour=("tv", "bt709"),
    audio_codec="aac",
    audio_rate=48_000,
    audio_channels=2,
    loudness=Loudness(-14.2, 3.0, -1.6),
    moov_before_mdat=True,
    size=6_000_000,
)
SPANS = [Span(1, 0.0, 10.0), Span(2, 10.0, 42.0)]


def changed(**values: object) -> VideoFacts:
    return dataclasses.replace(GOOD, **values)


def sentences(found: list[Finding]) -> list[str]:
    return [each.sentence for each in found]


class TestStreams:
    def test_a_file_as_promised_has_nothing_to_find(self) -> None:
        assert review.stream_findings(GOOD, SHORT) == []
        assert review.sound_findings(GOOD.loudness) == []
        assert review.size_findings(GOOD.size, SHORT) == []

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"width": 720}, "size is (720, 1920), expected (1080, 1920)"),
            ({"profile": "Main"}, "profile is Main, expected High"),
            ({"moov_before_mdat": False}, "index before media data is False"),
            ({"fps": 25.0}, "25 frames a second, expected 30"),
            ({"duration": 61.0}, "lasts 61.0 s, the preset allows 30 to 60; shorten the script's narration"),
            ({"duration": 12.0}, "lasts 12.0 s, the preset allows 30 to 60; lengthen the script's narration"),
        ],
    )
    def test_what_differs_is_named_with_what_to_do(self, wrong: dict[str, object], said: str) -> None:
        [found] = sentences(review.stream_findings(changed(**wrong), SHORT))
        assert said in found

    def test_sound_that_platforms_would_change_is_found(self) -> None:
        assert "loudness -19.0 LUFS" in sentences(review.sound_findings(Loudness(-19.0, 3.0, -6.0)))[0]
        assert "peaks reach -0.2 dBTP" in sentences(review.sound_findings(Loudness(-14.0, 3.0, -0.2)))[0]
        assert sentences(review.sound_findings(None)) == ["no sound; materialise voiceover and rendered_video again"]

    def test_a_file_that_is_too_large_for_its_platform_is_found(self) -> None:
        [found] = review.size_findings(310_000_000, preset_named("instagram_reel"))
        assert found.sentence.startswith("the file has 310 MB, instagram takes 300 MB")
        assert review.size_findings(310_000_000, preset_named("tiktok")) == []


def test_black_and_frozen_stretches_name_their_section() -> None:
    stretches = [Stretch("black", 0.0, 1.5), Stretch("frozen", 12.0, 15.25)]
    [found] = sentences(review.movement_findings(stretches, SPANS))
    assert found == (
        "0:12.0 to 0:15.2, section 2: frozen for 3.2 s; "
        "replace the clip of this section or give it a second picture, then render again"
    )


def test_text_under_a_platform_s_buttons_is_found() -> None:
    area = SHORT.safe_area
    inside = TextBox("fine", 1.0, 2.0, area)
    low = TextBox("too low", 11.0, 13.0, Box(area.left, area.bottom - 10, area.right + 7, area.bottom + 40))
    [found] = review.text_findings([inside, low], SHORT, SPANS)
    assert (found.section, found.start, found.end) == (2, 11.0, 13.0)
    assert found.what == "“too low” leaves the safe area by 7 px at the right, 40 px at the bottom"


def words(*timed: tuple[str, float]) -> tuple[WordTiming, ...]:
    return tuple(WordTiming(text=text, start=start, end=start + 0.2) for text, start in timed)


class TestCaptions:
    spoken = (
        Spoken(1, 0.2, words(("Grind", 0.3), ("finer.", 0.6))),
        Spoken(2, 2.0, words(("Then", 2.1), ("taste.", 2.5))),
    )

    def test_captions_at_their_words_are_fine(self) -> None:
        cues = [Cue("Grind finer.", 0.34, 1.5), Cue("Then taste.", 2.03, 3.0)]
        assert review.caption_findings(cues, self.spoken) == []
        assert review.drift_of(cues, self.spoken) == pytest.approx(0.07)

    def test_a_caption_that_drifts_is_found_with_its_section(self) -> None:
        [found] = review.caption_findings([Cue("Grind finer.", 0.3, 1.5), Cue("Then taste.", 2.2, 3.0)], self.spoken)
        assert found.sentence == (
            "0:02.2 to 0:03.0, section 2: the caption “Then taste.” comes 100 ms after its first word; "
            "materialise rendered_video again"
        )

    def test_captions_that_say_something_else_or_stop_early_are_found(self) -> None:
        [other] = review.caption_findings([Cue("Grind coarser.", 0.3, 1.5)], self.spoken)
        assert other.what == "the caption “Grind coarser.” is not what the voice says"
        [short] = review.caption_findings([Cue("Grind finer.", 0.3, 1.5)], self.spoken)
        assert (short.what, short.section, short.start) == ("words from here on have no caption", 2, 2.1)

    def test_a_voice_that_is_not_in_the_file_is_found(self) -> None:
        [found] = review.caption_findings([], [Spoken(2, 61.5, None)])
        assert found.sentence.startswith("1:01.5, section 2: the voice of this section is not heard where it should be")

    def test_cues_are_read_as_players_do(self) -> None:
        text = (
            "WEBVTT\n\n00:01.250 --> 00:02.000 line:80%\n<00:01.250><c>Salt</c> &amp; <c>ice</c>\nmelt\n\n"
            "01:00:00.000 --> 01:00:01.500\nEnd\n"
        )
        assert read_webvtt(text) == [Cue("Salt & ice melt", 1.25, 2.0), Cue("End", 3600.0, 3601.5)]


def noise(seconds: float, seed: int) -> np.ndarray:
    """A voice that is unlike any other: noise in bursts."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    bursts = np.repeat(random.uniform(0.1, 1.0, count // 800 + 1), 800)[:count]
    return (random.normal(0, 4000, count) * bursts).clip(-32000, 32000).astype(np.int16)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline, list[SectionVoice]]:
    """A real file of two sections."""
    folder = tmp_path_factory.mktemp("review")
    said = [words(("One", 0.2), ("two", 0.6), ("three.", 1.0)), words(("Four", 0.1), ("five", 0.7), ("six.", 1.2))]
    voices = [SectionVoice(noise(2.0, seed), RATE, each, estimated=False) for seed, each in enumerate(said)]
    sections = [section("One two three.", cue="article_image", overlay="A heading"), section("Four five six.")]
    detail = np.random.default_rng(1).integers(0, 255, (560, 320, 3), np.uint8)
    Image.fromarray(detail).resize((640, 1120)).save(folder / "detail.png")
    pictures = [
        SectionPictures.of((folder / "detail.png",)),
        SectionPictures.of((picture(folder / "card.png", "#884422", (270, 480)),), is_card=True),
    ]
    timeline = build_timeline(TINY, sections, voices, pictures)
    rendered = render_timeline(timeline, voices, folder / "out.mp4", palette=PALETTE, brand="Crema Lane")
    return rendered.video, timeline, voices


def test_the_voices_are_found_in_the_file_itself(made: tuple[Path, Timeline, list[SectionVoice]]) -> None:
    video, timeline, voices = made
    starts = voice_starts(video, voices, timeline.voice_starts)
    assert starts == pytest.approx(list(timeline.voice_starts), abs=0.03)
    # Planned half a second elsewhere, they are found where they are; another recording is not found at all.
    assert voice_starts(video, voices, [start + 0.5 for start in timeline.voice_starts]) == pytest.approx(starts)
    stranger = SectionVoice(noise(2.0, 9), RATE, (), estimated=False)
    assert voice_starts(video, [stranger], [timeline.voice_starts[0]]) == [None]


def test_a_file_whose_sound_slipped_is_found_out(
    made: tuple[Path, Timeline, list[SectionVoice]], tmp_path: Path
) -> None:
    video, timeline, voices = made
    slipped = tmp_path / "slipped.mp4"
    delay = ["-af", "adelay=200:all=1", "-c:v", "copy", "-movflags", "+faststart"]
    subprocess.run([ffmpeg_path(), "-v", "error", "-i", str(video), *delay, str(slipped)], check=True)
    cues = read_webvtt(video.with_suffix(".vtt").read_text())
    _, _, drift = review_file(video, timeline, voices, cues, PALETTE, "Crema Lane")
    assert drift < 0.04
    found, _, drift = review_file(slipped, timeline, voices, cues, PALETTE, "Crema Lane")
    assert drift == pytest.approx(0.2, abs=0.04)
    late = [each for each in found if each.check == "captions_follow_the_voice"]
    assert len(late) == len(cues)
    assert "ms before its first word" in late[0].what


def test_what_stands_still_is_found_and_what_moves_is_not(
    made: tuple[Path, Timeline, list[SectionVoice]], tmp_path: Path
) -> None:
    video, timeline, voices = made
    cues = read_webvtt(video.with_suffix(".vtt").read_text())
    stuck = tmp_path / "stuck.mp4"
    hold = ["-vf", "tpad=stop_mode=clone:stop_duration=3", "-af", "apad=pad_dur=3", "-movflags", "+faststart"]
    subprocess.run([ffmpeg_path(), "-v", "error", "-i", str(video), *hold, str(stuck)], check=True)
    found, _, _ = review_file(stuck, timeline, voices, cues, PALETTE, "")
    [still] = [each for each in found if each.check == "picture_keeps_moving" and each.end > timeline.duration]
    assert (still.section, still.what.split()[0]) == (2, "frozen")


def test_captions_and_headings_have_boxes_inside_the_safe_area(
    made: tuple[Path, Timeline, list[SectionVoice]],
) -> None:
    _, timeline, _ = made
    boxes = text_boxes(timeline, PALETTE, "Crema Lane")
    assert [each.text for each in boxes] == [*(each.text for each in timeline.captions), "A heading"]
    assert review.text_findings(boxes, TINY, spans_of(timeline)) == []
    assert [span.section for span in spans_of(timeline)] == [1, 2]


def test_a_contact_sheet_shows_regular_moments(made: tuple[Path, Timeline, list[SectionVoice]], tmp_path: Path) -> None:
    video, timeline, _ = made
    facts = probe(video)
    sheet = tmp_path / "sheet.png"
    sheet.write_bytes(contact_sheet(video, facts.duration, (facts.width, facts.height)))
    with Image.open(sheet) as shown:
        assert shown.width > shown.height > 800
    moments = moments_of(timeline.duration)
    assert len(moments) == FRAMES
    assert 0 < moments[0] < moments[-1] < timeline.duration
    with pytest.raises(FileUnreadable):
        contact_sheet(video, facts.duration * 3, (facts.width, facts.height))
