"""The video benchmark's own rules: the same example every time, the same frames for both, jitter as it is defined."""

import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from bench.home import ROOT, temporary_home
from bench.results import MeasurementFailed
from bench.video import encode_alone, measures, motion
from bench.video.example import CAPTION_SECONDS, STILL_SIZE, STILLS, example, timeline_of
from bench.video.motion import Ideal, displacement, even, geometric, jitter
from igny8_assets.video.encoder import Encoding
from igny8_assets.video.timeline import CROSS_FADE_SECONDS


def test_the_example_has_six_moving_stills_that_fade_captions_and_a_title(tmp_path):
    stills = tuple(tmp_path / f"{number}.png" for number in range(STILLS))
    timeline = timeline_of(stills, 30.0)
    assert len(timeline.scenes) == 6
    assert timeline.frames == 900
    for before, after in pairwise(timeline.scenes):
        assert before.end - after.start == pytest.approx(CROSS_FADE_SECONDS)
        assert after.transition == "fade"
    assert all(scene.move_from != scene.move_to for scene in timeline.scenes)
    assert len(timeline.captions) == 30 / CAPTION_SECONDS
    assert len(timeline.overlays) == 1


def test_the_example_is_the_same_every_time(tmp_path):
    one, other = example(tmp_path / "a", 4.0), example(tmp_path / "b", 4.0)
    assert [still.read_bytes() for still in one.stills] == [still.read_bytes() for still in other.stills]
    assert one.sound.read_bytes() == other.sound.read_bytes()
    from PIL import Image

    with Image.open(one.stills[0]) as still:
        assert still.size == STILL_SIZE


def test_jitter_is_the_change_from_frame_to_frame_and_not_a_constant_offset():
    steady = [[(3.0, -1.0)] * 2] * 5
    assert jitter(steady) == (0.0, 0.0)
    across, down = jitter([[(0.0, 0.0)], [(0.3, 0.0)], [(0.0, 0.4)], [(0.3, 0.0)]])
    assert across == pytest.approx(0.3)
    assert down == pytest.approx(np.sqrt((0 + 0.16 + 0.16) / 3))


@pytest.mark.parametrize("moved", [(0.25, -0.5), (0.05, 0.02), (-1.3, 0.7)])
def test_a_displacement_is_found_to_a_hundredth_of_a_pixel(tmp_path, moved):
    ideal = Ideal(motion.a_still(tmp_path / "detail.png"), even)
    # Darker and flatter, as the encoder's range makes it.
    seen = ideal.tile(30, (380, 800), moved) * 0.86 + 16
    found = displacement(seen, lambda by: ideal.tile(30, (380, 800), by))
    assert found == pytest.approx(moved, abs=0.01)


def test_both_zooms_go_from_the_whole_picture_to_the_same_magnification():
    assert geometric(0) == even(0) == 1
    assert geometric(motion.SECONDS) == pytest.approx(even(motion.SECONDS))
    assert geometric(2.5) < even(2.5)


def test_every_speed_and_number_of_workers_has_its_limit():
    assert measures.LIMITS == {
        ("veryfast", 1): 1.25,
        ("veryfast", 2): 1.10,
        ("medium", 1): 1.05,
        ("medium", 2): 0.97,
    }


def test_frames_that_do_not_fit_into_memory_are_refused_before_they_are_drawn(tmp_path, monkeypatch):
    shown = example(tmp_path, 30.0)
    monkeypatch.setattr(encode_alone, "_available_bytes", lambda: 5 * 2**30)
    with pytest.raises(MeasurementFailed, match=r"frames of 30 s need 2\.6 GiB"):
        encode_alone.draw_frames(shown, tmp_path / "frames.yuv")
    assert not (tmp_path / "frames.yuv").exists()


@pytest.mark.slow
def test_drawn_frames_are_encoded_with_the_sound_and_rendered_alike(tmp_path):
    from igny8_assets.video.probe import probe

    shown = example(tmp_path, 1.0)
    encode_alone.draw_frames(shown, tmp_path / "frames.yuv")
    wall, processor = encode_alone.encode(shown, tmp_path / "frames.yuv", tmp_path / "alone.mp4", Encoding())
    assert wall > 0
    assert processor > 0
    program = ["bench.video.one_render", str(tmp_path), "1", str(tmp_path / "ours.mp4"), "1", "veryfast"]
    with temporary_home(tmp_path / "bytecode") as home:
        done = subprocess.run(
            [sys.executable, "-m", *program], cwd=ROOT, env=home.environment, capture_output=True, text=True, check=True
        )
    assert json.loads(done.stdout)["frames"] == 30
    alone, ours = probe(tmp_path / "alone.mp4"), probe(tmp_path / "ours.mp4")
    for fact in ("codec", "profile", "pix_fmt", "width", "height", "fps", "colour", "audio_codec", "audio_rate"):
        assert getattr(alone, fact) == getattr(ours, fact)
    assert alone.duration == pytest.approx(ours.duration, abs=0.05)
