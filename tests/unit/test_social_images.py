"""Pictures for platforms: to size, under the limit, cropped around what matters or placed whole."""

import numpy as np
import pytest
from picture_samples import decoded, encoded, scene
from PIL import Image

from igny8_assets.social import images
from igny8_assets.social.images import SOCIAL_IMAGE_SIZES, PictureTooLarge, fit_for_platform
from igny8_resources.ai.offline.cards import OfflineImageProvider
from igny8_resources.ai.providers import ImageCall
from igny8_resources.contracts.vocabulary import SOCIAL_PLATFORMS
from igny8_resources.palettes import palette_for, rgb
from igny8_resources.picture_files import PictureUnreadable

PALETTE = palette_for("crema-lane")


def test_every_platform_has_a_size():
    assert set(SOCIAL_IMAGE_SIZES) == set(SOCIAL_PLATFORMS)
    instagram = SOCIAL_IMAGE_SIZES["instagram"]
    assert 0.8 <= instagram.width / instagram.height <= 1.91
    assert 320 <= instagram.width <= 1440


@pytest.mark.parametrize("platform", SOCIAL_PLATFORMS)
@pytest.mark.parametrize("shape", [(1600, 900), (1080, 1080), (700, 1400), (3000, 400), (90, 60)])
@pytest.mark.parametrize("palette", [None, PALETTE])
def test_any_picture_becomes_a_jpeg_of_the_platforms_size_under_its_limit(platform, shape, palette):
    data = fit_for_platform(encoded(scene(*shape)), platform, palette)
    size = SOCIAL_IMAGE_SIZES[platform]
    picture = decoded(data)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (size.width, size.height))
    assert len(data) <= size.max_bytes


def busy_centre(data):
    """Where the scene's busy patch lies, as shares of width and height."""
    pixels = np.asarray(decoded(data).convert("L"), dtype=float)
    rows, columns = np.nonzero(np.abs(pixels - np.median(pixels)) > 40)
    return columns.mean() / pixels.shape[1], rows.mean() / pixels.shape[0]


@pytest.mark.parametrize("low", [0.1, 0.9])
def test_a_near_shape_is_cropped_around_the_detail(low):
    # 4:3.6 to 1:1 loses a tenth of the width; the patch at the edge must be wholly kept.
    original = scene(1200, 1080, subject=(low, 0.5))
    x, _ = busy_centre(fit_for_platform(encoded(original), "instagram"))
    left = (low * 1200 - (0 if low < 0.5 else 120)) / 1080
    assert x == pytest.approx(left, abs=0.02)


def test_a_card_for_linkedin_loses_only_margin():
    answer = OfflineImageProvider().paint(
        ImageCall("", "Why does my espresso taste sour?", ("Grind finer",), "Crema Lane", PALETTE, 1600, 900, 705)
    )
    picture = decoded(fit_for_platform(answer.data, "linkedin"))
    assert picture.size == (1200, 627)


def test_a_far_shape_is_placed_whole_on_the_palettes_ground():
    picture = decoded(fit_for_platform(encoded(Image.new("RGB", (1600, 900), "#102030")), "tiktok", PALETTE))
    assert picture.getpixel((540, 60)) == pytest.approx(rgb(PALETTE.soft), abs=4)
    assert picture.getpixel((540, 960)) == pytest.approx((16, 32, 48), abs=4)


def test_the_ground_is_never_the_pictures_own_colour():
    picture = decoded(fit_for_platform(encoded(Image.new("RGB", (1600, 900), PALETTE.soft)), "instagram", PALETTE))
    assert picture.getpixel((540, 40)) == pytest.approx(rgb(PALETTE.paper), abs=4)


def test_quality_gives_way_to_the_byte_limit_and_an_impossible_one_is_named(monkeypatch):
    noise = encoded(Image.effect_noise((1080, 1080), 90).convert("RGB"))
    free = fit_for_platform(noise, "instagram")
    size = SOCIAL_IMAGE_SIZES["instagram"]
    monkeypatch.setitem(SOCIAL_IMAGE_SIZES, "instagram", images.SocialImageSize(size.width, size.height, len(free) - 1))
    assert len(fit_for_platform(noise, "instagram")) < len(free)
    monkeypatch.setitem(SOCIAL_IMAGE_SIZES, "instagram", images.SocialImageSize(size.width, size.height, 5_000))
    with pytest.raises(PictureTooLarge, match="at most 5,000 are accepted"):
        fit_for_platform(noise, "instagram")


def test_a_bad_file_is_named():
    with pytest.raises(PictureUnreadable):
        fit_for_platform(b"not a picture", "linkedin")
