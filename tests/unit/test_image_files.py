"""The files of a picture for a page: sizes, formats, clean pixels, and clear words about bad files."""

import pytest
from picture_samples import decoded, encoded, scene
from PIL import Image, ImageCms

from igny8_assets.writer.image_files import site_variants
from igny8_assets.writer.image_texts import without_repeats
from igny8_resources.contracts.writer import ImagePlan, ImagePrompt
from igny8_resources.picture_files import PictureUnreadable, open_picture


def sizes(variants):
    return [(variant.media_type, variant.width, variant.height) for variant in variants]


def test_a_large_original_gives_webp_at_three_widths_and_jpeg_where_pages_use_it():
    variants = site_variants(encoded(scene(2400, 1350)))
    assert sizes(variants) == [
        ("image/webp", 480, 270),
        ("image/webp", 960, 540),
        ("image/jpeg", 960, 540),
        ("image/webp", 1600, 900),
        ("image/jpeg", 1600, 900),
    ]
    for variant in variants:
        picture = decoded(variant.data)
        assert picture.size == (variant.width, variant.height)
        assert picture.format == variant.media_type.partition("/")[2].upper()


@pytest.mark.parametrize(
    ("width", "expected"), [(1600, [480, 960, 1600]), (1200, [480, 960, 1200]), (480, [480]), (300, [300])]
)
def test_nothing_is_enlarged_and_no_detail_thrown_away(width, expected):
    webp = [each.width for each in site_variants(encoded(scene(width, width))) if each.media_type == "image/webp"]
    assert webp == expected


@pytest.mark.parametrize(
    ("width", "height", "subject"), [(1024, 1024, (0.5, 0.8)), (1536, 1024, (0.5, 0.2)), (2400, 900, (0.8, 0.5))]
)
def test_a_picture_of_another_shape_is_cropped_to_the_pages_around_its_subject(width, height, subject):
    variants = site_variants(encoded(scene(width, height, subject=subject)), 16 / 9)
    largest = decoded(variants[-1].data)
    assert largest.width / largest.height == pytest.approx(16 / 9, rel=0.01)
    # The busy patch is there whole: as many strong edges as before, within what encoding changes.
    assert busy(largest) == pytest.approx(busy(scene(width, height, subject=subject)), rel=0.15)


def busy(picture):
    """How much of a picture differs from its calm ground, in pixels of a picture as high as it was cropped."""
    grey = picture.convert("RGB").getdata()
    return sum(abs(red - 0x7F) + abs(green - 0xA0) + abs(blue - 0xB8) > 60 for red, green, blue in grey)


def test_a_picture_of_nearly_the_right_shape_is_left_whole():
    assert sizes(site_variants(encoded(scene(1600, 896)), 16 / 9))[-1] == ("image/jpeg", 1600, 896)


def test_a_caption_that_only_repeats_the_alternative_text_goes():
    def image(alt, caption):
        return ImagePrompt(
            role="in_article", section_index=0, prompt="", alt_text=alt, caption=caption, headline="", lines=()
        )

    plan = ImagePlan(
        images=(
            image("A burr grinder on a shelf", "a burr grinder, on a shelf."),
            image("A burr grinder on a shelf", "Burr grinders"),
            image("A burr grinder on a shelf", "Steel burrs last about as long as the motor"),
        )
    )
    kept = without_repeats(plan)
    assert [each.caption for each in kept.images] == ["", "", "Steel burrs last about as long as the motor"]
    assert {each.alt_text for each in kept.images} == {"A burr grinder on a shelf"}


def test_metadata_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by a quarter
    exif[0x010F] = "Camera maker"
    for variant in site_variants(encoded(scene(600, 300), "JPEG", exif=exif.tobytes(), comment=b"private")):
        picture = decoded(variant.data)
        assert picture.height > picture.width
        assert not picture.getexif()
        assert b"private" not in variant.data
        assert "icc_profile" not in picture.info


def test_colours_are_moved_to_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = scene(200, 100)
    assert open_picture(encoded(plain, icc_profile=lab)).getpixel((3, 3)) == pytest.approx(
        plain.getpixel((3, 3)), abs=1
    )
    assert open_picture(encoded(plain, icc_profile=b"broken profile")).getpixel((3, 3)) == plain.getpixel((3, 3))
    assert open_picture(encoded(plain.convert("CMYK"), "JPEG")).mode == "RGB"


def test_transparency_stays_in_webp_and_turns_white_in_jpeg():
    glass = Image.new("RGBA", (500, 300), (200, 30, 30, 0))
    webp, jpeg = site_variants(encoded(glass))[-2:]
    assert decoded(webp.data).getpixel((5, 5))[3] == 0
    assert decoded(jpeg.data).getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_unusual_kinds_of_pixels_are_read(mode):
    data = encoded(Image.new(mode, (490, 20)) if mode == "I;16" else scene(490, 20).convert(mode))
    assert len(site_variants(data)) == 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture of a known format"),
        (encoded(scene(400, 300))[:2000], "damaged or cut short"),
        (encoded(scene(400, 300), "JPEG")[:2000], "damaged or cut short"),
        (encoded(Image.new("1", (20_000, 5_000))), "20000 x 5000 pixels"),
    ],
)
def test_a_bad_file_is_named(data, says):
    with pytest.raises(PictureUnreadable, match=says):
        site_variants(data)


def test_the_same_original_gives_the_same_files():
    data = encoded(scene(700, 400))
    assert site_variants(data) == site_variants(data)
