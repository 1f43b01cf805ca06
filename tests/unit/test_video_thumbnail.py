"""Thumbnails: which picture is taken, and that its headline can be read on whatever ground."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from video_stand_ins import PALETTE, section

from igny8_assets.video.presets import Box, preset_named
from igny8_assets.video.project_thumbnail import headline_of
from igny8_assets.video.thumbnail import FORMATS, Candidate, appeal, best_of, contrast_on, draw_thumbnail
from igny8_resources.contracts.video import VideoScript

HEADLINE = "Why your espresso tastes sour and how to fix it"
READABLE = 4.5


def scene(seed: int = 1) -> Image.Image:
    """Coloured patches with sharp edges."""
    blocks = np.random.default_rng(seed).integers(0, 255, (18, 32, 3), np.uint8)
    return Image.fromarray(blocks).resize((1280, 720), Image.Resampling.NEAREST)


def test_a_sharp_and_colourful_picture_appeals_more() -> None:
    sharp = scene()
    worse = {
        "blurred": sharp.filter(ImageFilter.GaussianBlur(12)),
        "grey": sharp.convert("L").convert("RGB"),
        "dark": sharp.point(lambda value: value // 12),
        "washed out": sharp.point(lambda value: 235 + value // 14),
        "plain": Image.new("RGB", (1280, 720), "#884422"),
    }
    assert all(appeal(picture) < 0.8 * appeal(sharp) for picture in worse.values())
    candidates = [Candidate(picture, name) for name, picture in worse.items()]
    assert best_of([*candidates, Candidate(sharp, "sharp")]).source == "sharp"


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "ground", [Image.new("RGB", (900, 900), "#ffffff"), scene(2), Image.new("RGB", (640, 480), "#000000")]
)
def test_the_headline_stands_out_wherever_it_stands(ground: Image.Image, form: object) -> None:
    made = draw_thumbnail(ground, HEADLINE, "Crema Lane", PALETTE, form)
    assert made.picture.size == (form.width, form.height)
    assert made.contrast >= READABLE
    # What was measured before the letters were set holds for the ground between them as well.
    area = form.text
    below = Box(area.left, area.bottom + 20, area.right, min(form.height, area.bottom + 60))
    assert contrast_on(made.picture, below) >= READABLE * 0.9


def test_letters_stay_where_platforms_leave_room() -> None:
    for form in FORMATS:
        plain = Image.new("RGB", (form.width, form.height), "#000000")
        made = np.asarray(draw_thumbnail(plain, HEADLINE, "Crema Lane", PALETTE, form).picture.convert("L"))
        rows, columns = np.nonzero(made > 60)
        area = form.text
        assert columns.min() >= area.left - 2
        assert columns.max() <= area.right + 2
        assert rows.min() >= area.top - 2
        assert rows.max() <= area.bottom + 2
    tall = FORMATS[1]
    assert tall.text == preset_named("youtube_short").safe_area


def test_contrast_is_that_of_the_lightest_ground() -> None:
    half = Image.new("RGB", (100, 100), "#000000")
    half.paste("#767676", (0, 0, 100, 50))
    assert contrast_on(half, Box(0, 60, 100, 100)) == pytest.approx(21.0)
    # The grey that WCAG names as the lightest that white may stand on.
    assert contrast_on(half, Box(0, 0, 100, 100)) == pytest.approx(4.54, abs=0.01)


def test_the_hook_is_the_headline_where_it_is_short() -> None:
    def script(overlay: str) -> VideoScript:
        return VideoScript(
            title="The title", description="", tags=[], sections=[section("Read on.", kind="hook", overlay=overlay)] * 3
        )

    assert headline_of(script("Sour espresso?\nThree steps")) == "Sour espresso?"
    assert headline_of(script("")) == "The title"
    assert headline_of(script("word " * 20)) == "The title"
