"""A site's palette: stable, designed, and readable whatever the brand colour is."""

import colorsys

import pytest

from igny8_resources.palettes import (
    InvalidColour,
    contrast,
    designed_palettes,
    from_oklch,
    mix,
    oklch,
    palette_for,
    readable_on,
)

BRANDS = [
    "#" + "".join(f"{round(channel * 255):02x}" for channel in colorsys.hsv_to_rgb(hue / 24, saturation, value))
    for hue in range(24)
    for saturation in (0.0, 0.4, 1.0)
    for value in (0.0, 0.35, 0.6, 0.85, 1.0)
]


def is_readable(palette):
    return (
        contrast(palette.ink, palette.paper) >= 4.5
        and contrast(palette.ink, palette.soft) >= 4.5
        and contrast(palette.on_accent, palette.accent) >= 4.5
    )


def test_contrast_is_the_ratio_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#fff", "#fff") == pytest.approx(1.0)
    # The best known pair of the field: #767676 is the lightest grey that passes AA on white.
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


def test_designed_palettes_are_many_distinct_and_readable():
    palettes = designed_palettes()
    assert len({palette.accent for palette in palettes}) == len(palettes) >= 12
    assert all(is_readable(palette) for palette in palettes)
    assert all(palette.on_accent in (palette.paper, palette.ink) for palette in palettes), "no bare black or white"


def test_a_site_keeps_its_palette_and_sites_differ():
    assert palette_for("crema-lane") == palette_for("crema-lane")
    assert len({palette_for(f"site-{number}").accent for number in range(200)}) == len(designed_palettes())
    assert palette_for("crema-lane", "  ") == palette_for("crema-lane")


@pytest.mark.parametrize("brand", BRANDS)
def test_any_brand_colour_gives_a_readable_palette_and_is_kept(brand):
    palette = palette_for("crema-lane", brand)
    assert palette.accent == brand
    assert is_readable(palette)


def test_a_grey_brand_stays_grey():
    palette = palette_for("crema-lane", "#888")
    assert all(oklch(colour)[1] < 0.005 for colour in (palette.paper, palette.ink, palette.soft))


def test_the_soft_tone_follows_the_site_when_the_brand_is_the_same():
    assert len({palette_for(f"site-{number}", "#0a84ff").soft for number in range(40)}) > 3


@pytest.mark.parametrize("wrong", ["red", "#12", "#12345", "#gggggg", "rgb(1,2,3)"])
def test_what_is_not_a_colour_is_refused(wrong):
    with pytest.raises(InvalidColour, match="write it as #rrggbb"):
        palette_for("crema-lane", wrong)


def test_oklch_goes_there_and_back():
    for colour in BRANDS[::7]:
        again = from_oklch(*oklch(colour))
        assert all(abs(int(colour[i : i + 2], 16) - int(again[i : i + 2], 16)) <= 2 for i in (1, 3, 5))


def test_mixing_and_reading():
    assert mix("#102030", "#ffffff", 0.0) == "#102030"
    assert mix("#102030", "#ffffff", 1.0) == "#ffffff"
    assert readable_on("#ffffff", "#eeeeee", "#333333") == "#333333"
    assert readable_on("#ffffff", "#eeeeee") == "#000000"
