"""The map of the clusters: a picture that is the same every time, whatever is handed to it."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from igny8_assets.planner.clusters.map_drawing import HEIGHT, WIDTH, MappedCluster, draw_cluster_map

MAP_END, LEGEND = WIDTH - 400, WIDTH - 376


def subjects(count: int, pillars: int = 4) -> list[MappedCluster]:
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(pillars, 16))
    return [
        MappedCluster(
            name=f"Subject {number}",
            pillar=f"Pillar {number % pillars}",
            keywords=1 + number % 9,
            weight=float(10_000 / (number + 1)),
            vector=centres[number % pillars] + 0.3 * chance.normal(size=16),
        )
        for number in range(count)
    ]


def picture(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    return np.asarray(image.convert("RGB"))


def ink(pixels: np.ndarray) -> np.ndarray:
    """Which pixels are clearly not the paper's colour."""
    return np.abs(pixels.astype(int) - pixels[5, 5]).sum(axis=2) > 60


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_any_number_of_clusters_makes_a_map(count):
    pixels = picture(draw_cluster_map(subjects(count), title="Crema Lane", subtitle="keywords"))
    left = pixels[100:, :MAP_END].reshape(-1, 3)
    assert len(np.unique(left, axis=0)) > 5, "nothing was drawn"


def test_the_same_clusters_give_the_same_picture_in_any_order():
    made = subjects(30)
    assert draw_cluster_map(made, title="A") == draw_cluster_map(made[::-1], title="A")


def test_clusters_without_any_demand_and_in_one_place_are_drawn_beside_each_other():
    same = [MappedCluster(f"Twin {n}", "One", 1, 0.0, np.ones(8)) for n in range(12)]
    pixels = picture(draw_cluster_map(same, title="Twins"))
    drawn = np.argwhere(ink(pixels)[100:, :MAP_END])
    assert np.ptp(drawn[:, 1]) > 100


def test_long_and_foreign_names_do_not_break_it():
    names = ["a" * 200, "المطبخ", "エスプレッソ", ""]
    made = [MappedCluster(name, name or "none", 3, 5.0, np.eye(4)[n]) for n, name in enumerate(names)]
    drawn = ink(picture(draw_cluster_map(made, title="x" * 300, subtitle="y" * 300)))
    assert drawn[:100].any(), "no title"
    assert drawn[100:, :MAP_END].any(), "no map"
    assert drawn[100:, LEGEND:].any(), "no legend"
    assert not drawn[100:, MAP_END:LEGEND].any(), "a name runs into the legend"
    drawn[8:-8, 8:-8] = False
    assert not drawn.any(), "something runs over the picture's edge"


def test_no_cluster_is_an_error():
    with pytest.raises(ValueError, match="at least one cluster"):
        draw_cluster_map([], title="Empty")


def test_names_in_any_script_are_drawn_and_not_as_boxes():
    """Two Japanese names give different pictures: boxes would be the same. What no font has stands as one square."""

    def named(name):
        [cluster] = subjects(1)
        renamed = dataclasses.replace(cluster, name=name, pillar=name)
        return picture(draw_cluster_map([renamed], title="Crema Lane"))

    coffee, kettle, arabic = named("珈琲"), named("薬缶"), named("قهوة")
    assert (coffee != kettle).any()
    assert ink(arabic).sum() != ink(coffee).sum()
    assert (named("\U000103a0") == named("\U000103a1")).all()
