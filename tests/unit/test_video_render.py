"""A script file becomes a video; what is in the file is read from the file."""

import json
import os
import signal
import subprocess

import pytest
from video_stand_ins import PALETTE, ToneVoice, picture, section

from igny8_assets.video import encoder as encoding
from igny8_assets.video.encoder import Encoder, Encoding
from igny8_assets.video.failures import EncodingFailed, FileUnreadable, MusicUnusable, RenderCancelled, ScriptInvalid
from igny8_assets.video.loudness import measure_loudness
from igny8_assets.video.presets import preset_named
from igny8_assets.video.probe import black_or_frozen, probe, top_level_boxes
from igny8_assets.video.render_script import load_script, render
from igny8_assets.video.rendering import render_timeline
from igny8_assets.video.soundtrack import lay_voices, make_soundtrack
from igny8_assets.video.timeline import SectionPictures, build_timeline
from igny8_assets.video.voiceover import speak_section

TINY = preset_named("youtube_short").resized(270, 480, min_seconds=1)
SECTIONS = [
    {"type": "hook", "narration": "Sour shot? Read on.", "visual_cue": "title_card", "text_overlay": "Sour?"},
    {
        "narration": "Use 18 g & taste.",
        "visual_cue": "article_image",
        "image": "photo.jpg",
        "text_overlay": "A recipe",
    },
    {"type": "cta", "narration": "Save this.", "text_overlay": "Save it"},
]


def write_script(folder, sections=SECTIONS, **fields):
    picture(folder / "photo.jpg", "#446688", (640, 360))
    path = folder / "script.json"
    path.write_text(json.dumps({"title": "Dial in", "sections": sections, **fields}))
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("render")
    reports = []
    script = load_script(write_script(folder, brand="Crema Lane"))
    result = render(script, folder / "out.mp4", speech=ToneVoice(), preset=TINY, progress=reports.append)
    return result, reports


def test_the_file_is_what_platforms_take(rendered):
    facts = rendered[0].facts
    assert (facts.codec, facts.profile, facts.pix_fmt) == ("h264", "High", "yuv420p")
    assert (facts.width, facts.height, facts.fps) == (270, 480, 30.0)
    assert (facts.audio_codec, facts.audio_rate, facts.audio_channels) == ("aac", 48000, 2)
    assert facts.is_bt709
    assert "tv" in facts.colour
    assert facts.moov_before_mdat
    assert facts.duration == pytest.approx(rendered[0].duration, abs=0.05)
    assert facts.loudness.integrated == pytest.approx(-14, abs=1)
    assert facts.loudness.true_peak <= -1.0
    assert facts.size == rendered[0].video.stat().st_size


def test_subtitles_and_word_times_come_with_it(rendered):
    result, reports = rendered
    assert [word.text for word in result.words][:4] == ["Sour", "shot?", "Read", "on."]
    assert "Use 18\u00a0g" in result.srt.read_text(encoding="utf-8").replace("\n", " ")
    assert result.vtt.read_text(encoding="utf-8").startswith("WEBVTT\n\n00:00:00.")
    assert result.estimated is False
    assert reports[-1].frame == reports[-1].frames == round(result.duration * 30)
    assert reports[-1].seconds_left == 0.0
    assert sorted(path.suffix for path in result.video.parent.iterdir()) == [".jpg", ".json", ".mp4", ".srt", ".vtt"]


def test_nothing_in_it_is_black_or_frozen_for_long(rendered):
    assert not [stretch for stretch in black_or_frozen(rendered[0].video, 2.0) if stretch.kind == "black"]


def test_music_plays_under_the_narration_at_the_same_loudness(rendered, tmp_path):
    import numpy as np
    import soundfile

    moments = np.arange(5 * 44_100) / 44_100
    soundfile.write(tmp_path / "calm.flac", 0.5 * np.sin(2 * np.pi * 523 * moments), 44_100)
    path = write_script(tmp_path, music="calm.flac")
    with pytest.raises(MusicUnusable, match=r"put a file calm\.txt beside it"):
        render(load_script(path), tmp_path / "o.mp4", speech=None, preset=TINY)
    (tmp_path / "calm.txt").write_text("Calm by Ada Example, CC0")
    made = render(load_script(path), tmp_path / "o.mp4", speech=ToneVoice(), preset=TINY)
    assert (made.music.name, made.music.attribution) == ("calm.flac", "Calm by Ada Example, CC0")
    for facts in (made.facts, rendered[0].facts):
        assert facts.loudness.integrated == pytest.approx(-14, abs=0.3)
        assert facts.loudness.true_peak <= -1.5
        assert facts.audio_rate == 48000
    assert rendered[0].music is None


def test_the_same_script_gives_the_same_file(rendered, tmp_path):
    again = render(
        load_script(write_script(tmp_path, brand="Crema Lane")), tmp_path / "a.mp4", speech=ToneVoice(), preset=TINY
    )
    frames = [
        subprocess.run(
            [encoding.ffmpeg_path(), "-v", "error", "-i", str(path), "-map", "0:v", "-f", "md5", "-"],
            capture_output=True,
            check=True,
        ).stdout
        for path in (rendered[0].video, again.video)
    ]
    assert frames[0] == frames[1]


def test_a_cancelled_render_leaves_nothing_and_spares_the_earlier_file(tmp_path):
    script = load_script(write_script(tmp_path))
    out = tmp_path / "out.mp4"
    out.write_bytes(b"earlier")
    drawn = []
    with pytest.raises(RenderCancelled, match=r"out\.mp4 was cancelled at frame [0-9]+ of [0-9]+"):
        render(
            script,
            out,
            speech=ToneVoice(),
            preset=TINY,
            progress=drawn.append,
            should_stop=lambda: bool(drawn) and drawn[-1].frame > 0,
        )
    assert 0 < drawn[-1].frame < drawn[-1].frames
    assert out.read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "photo.jpg", "script.json"]


def timeline_of(tmp_path):
    voices = [speak_section("One two three four five.", speech=ToneVoice(), section=1)]
    shown = [SectionPictures.of((picture(tmp_path / "p.png", "red"),))]
    return build_timeline(TINY, [section("One two three four five.")], voices, shown), voices


def test_ffmpeg_failing_says_so_with_its_last_lines(tmp_path, monkeypatch):
    timeline, voices = timeline_of(tmp_path)
    monkeypatch.setattr(Encoding, "arguments", lambda *_: ["-c:v", "no_such_codec"])
    with pytest.raises(EncodingFailed, match=r"(?s)Section 1: ffmpeg stopped with exit code .*no_such_codec"):
        render_timeline(timeline, voices, tmp_path / "out.mp4", palette=PALETTE)
    assert [path.name for path in tmp_path.iterdir()] == ["p.png"]


def test_ffmpeg_killed_midway_is_an_error_and_not_a_hang(tmp_path):
    def pump() -> None:
        with Encoder(tmp_path / "out.mp4", TINY) as encoder:
            for number in range(200):
                frame = encoder.blank()
                frame.data[:] = number
                encoder.send(frame)
                if number == 20:
                    os.kill(encoder.process_id, signal.SIGKILL)
            encoder.finish()

    with pytest.raises(EncodingFailed, match="exit code -9"):
        pump()
    assert list(tmp_path.iterdir()) == []


def test_voices_are_laid_to_the_sample(tmp_path):
    import soundfile

    voices = [speak_section(text, speech=ToneVoice(), section=1) for text in ("One two.", "Three.")]
    lay_voices(voices, (0.25, 1.5), 2.5, tmp_path / "laid.wav")
    samples, rate = soundfile.read(tmp_path / "laid.wav", dtype="int16")
    assert samples.shape == (round(2.5 * rate), 2)
    for voice, start in zip(voices, (0.25, 1.5), strict=True):
        begin = round(start * rate)
        assert abs(samples[begin : begin + len(voice.samples), 0].astype(int) - voice.samples).max() <= 1
    assert not samples[: round(0.25 * rate)].any()


def test_the_narration_is_levelled_and_silence_is_refused(tmp_path):
    voice = speak_section("One two three four five six.", speech=ToneVoice(), section=1)
    track = make_soundtrack([voice], [0.1], 2.0, tmp_path / "n.wav")
    assert measure_loudness(track.path).integrated == pytest.approx(-14, abs=0.2)
    quiet = type(voice)(voice.samples * 0, voice.sample_rate, (), estimated=False)
    with pytest.raises(EncodingFailed, match="narration is silent"):
        make_soundtrack([quiet], [0.1], 2.0, tmp_path / "q.wav")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visual_cue": "drone_footage"}, r"Section 2: visual_cue: .*'title_card'.* \(found 'drone_footage'\)"),
        ({"narration": "  "}, r"Section 2 \(point\): the narration is empty, it would last 0 seconds"),
        ({"image": None}, r"Section 2 \(point\): visual_cue article_image needs an image"),
        ({"duration": 5}, "Section 2: duration: Extra inputs are not permitted"),
    ],
)
def test_a_script_that_cannot_be_used_names_the_section(tmp_path, change, message):
    path = write_script(tmp_path, [SECTIONS[0], {**SECTIONS[1], **change}, SECTIONS[2]])
    with pytest.raises(ScriptInvalid, match=message):
        load_script(path)


def test_a_file_that_is_no_script_is_named(tmp_path):
    for name, text, message in (
        ("a.json", "{", "not valid JSON: .* line 1"),
        ("b.json", '{"title": "T", "sections": []}', "sections: .*at least 1"),
        ("c.json", '{"title": "T", "preset": "vhs", "sections": [{"narration": "Hi."}]}', "preset: .*'vhs'"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ScriptInvalid, match=message):
            load_script(tmp_path / name)
    with pytest.raises(ScriptInvalid, match="cannot be read: No such file"):
        load_script(tmp_path / "none.json")


def test_missing_and_corrupt_pictures_are_found_before_anything_is_spoken(tmp_path):
    script = load_script(write_script(tmp_path))
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    with pytest.raises(ScriptInvalid, match=r"Section 2: The picture photo\.jpg cannot be read"):
        render(script, tmp_path / "o.mp4", speech=None, preset=TINY)
    (tmp_path / "photo.jpg").unlink()
    with pytest.raises(ScriptInvalid, match=r"Section 2: The picture .* does not exist"):
        render(script, tmp_path / "o.mp4", speech=None, preset=TINY)


def test_probing_what_is_no_video(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"\x00\x00\x00\x02text")
    with pytest.raises(FileUnreadable, match="not a readable video"):
        probe(tmp_path / "x.mp4")
    with pytest.raises(FileUnreadable, match="does not exist"):
        probe(tmp_path / "y.mp4")
    assert top_level_boxes(tmp_path / "x.mp4") == []
