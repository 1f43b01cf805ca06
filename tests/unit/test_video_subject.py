"""The camera moves to what a picture shows."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from igny8_assets.video.presets import preset_named
from igny8_assets.video.subject import subject_of

WIDE = preset_named("youtube_long")


def photo(path, place, size=(960, 540)):
    """A textured ground with one bright object."""
    noise = np.random.default_rng(3).normal(110, 6, (size[1], size[0], 3))
    picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    x, y = place[0] * size[0], place[1] * size[1]
    ImageDraw.Draw(picture).ellipse((x - 60, y - 60, x + 60, y + 60), fill="#f2c14e", outline="#2b1d0e", width=8)
    picture.save(path)
    return path


@pytest.mark.parametrize("place", [(0.25, 0.4), (0.75, 0.6), (0.5, 0.5)])
def test_the_subject_is_found_where_it_is(tmp_path, place):
    found = subject_of(photo(tmp_path / "photo.png", place), WIDE)
    assert found == pytest.approx(place, abs=0.08)
    assert subject_of(tmp_path / "photo.png", WIDE) == found


def test_in_an_upright_frame_the_place_is_that_of_the_part_that_is_seen(tmp_path):
    upright = preset_named("youtube_short")
    assert subject_of(photo(tmp_path / "photo.png", (0.8, 0.5)), upright)[0] == pytest.approx(0.5, abs=0.25)


def test_a_plain_picture_has_its_subject_in_the_middle(tmp_path):
    Image.new("RGB", (400, 300), "#806040").save(tmp_path / "plain.jpg")
    assert subject_of(tmp_path / "plain.jpg", WIDE) == (0.5, 0.5)
