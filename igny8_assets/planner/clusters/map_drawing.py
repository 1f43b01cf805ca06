"""A picture of a site's clusters: near subjects stand near each other, pillars share a colour, area is demand.

Pure: names, figures and vectors in, a PNG out.
"""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image, ImageDraw

from igny8_assets.planner.clusters.naming import ClusterFacts
from igny8_resources.fonts import Face
from igny8_resources.palettes import rgb
from igny8_resources.typesetting import Typesetter, missing_characters

WIDTH, HEIGHT = 1600, 1000
# More circles than this are dust on a screen; the picture says how many it leaves out.
MOST_CLUSTERS_DRAWN = 240
MOST_PILLARS_NAMED = 12
_LEGEND_WIDTH = 400
_MARGIN = 36
_TITLE_HEIGHT = 84
_SCALE = 2
_PAPER, _INK, _QUIET, _OTHER = "#fbfaf7", "#1c2126", "#6b7280", "#c3c7cc"
# Twelve hues told apart by people with any colour vision as far as twelve can be, after Paul Tol's muted scheme.
_HUES = (
    "#332288", "#cc6677", "#117733", "#ddaa33", "#88ccee", "#aa4499",
    "#44aa99", "#882255", "#999933", "#4477aa", "#ee8866", "#5b4636",
)  # fmt: skip
_SMALLEST, _LARGEST = 5.0, 62.0


@dataclass(frozen=True)
class MappedCluster:
    """One circle: ``weight`` (searches, or keywords where searches are unknown) gives its area; the vector its place."""

    name: str
    pillar: str
    keywords: int
    weight: float
    vector: np.ndarray


@dataclass(frozen=True)
class _Circle:
    cluster: MappedCluster
    x: float
    y: float
    radius: float
    colour: str


def mapped_clusters(
    clusters: Sequence[ClusterFacts],
    pillar_of: Mapping[str, str],
    members: Mapping[str, Sequence[int]],
    vectors: np.ndarray,
) -> list[MappedCluster]:
    """Circles for clusters: area is searches, or keywords where no searches are known at all.

    Args:
        clusters: The clusters.
        pillar_of: The name of each cluster's pillar, by the cluster's id.
        members: Each cluster's rows in ``vectors``, by its id.
        vectors: One row a keyword; a cluster stands at the mean of its keywords.
    """
    measured = any(cluster.total_volume for cluster in clusters)
    return [
        MappedCluster(
            name=cluster.name,
            pillar=pillar_of[cluster.id],
            keywords=len(cluster.keywords),
            weight=float((cluster.total_volume or 0) if measured else len(cluster.keywords)),
            vector=np.asarray(vectors[list(members[cluster.id])]).mean(axis=0),
        )
        for cluster in clusters
    ]


def draw_cluster_map(clusters: Sequence[MappedCluster], *, title: str, subtitle: str = "") -> bytes:
    """The map as a PNG of 1600 x 1000 pixels; the same clusters give the same picture.

    The heaviest ``MOST_CLUSTERS_DRAWN`` are drawn, and of their pillars the heaviest ``MOST_PILLARS_NAMED`` have a
    colour and a line in the legend.

    Raises:
        ValueError: there is no cluster.
    """
    if not clusters:
        raise ValueError("a map needs at least one cluster")
    drawn = sorted(clusters, key=lambda each: (-each.weight, each.name))[:MOST_CLUSTERS_DRAWN]
    colours = _pillar_colours(drawn)
    circles = _placed(drawn, colours)
    picture = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _PAPER)
    canvas = ImageDraw.Draw(picture)
    room = WIDTH - 2 * _MARGIN
    _write(canvas, (_MARGIN, 26), _fitted(title, "display_bold", 28, room), "display_bold", 28, _INK)
    left_out = len(clusters) - len(drawn)
    note = subtitle + (f" – the {len(drawn)} largest of {len(clusters)} clusters are drawn" if left_out else "")
    _write(canvas, (_MARGIN, 62), _fitted(note, "text", 17, room), "text", 17, _QUIET)
    for circle in circles:
        _circle(canvas, circle)
    _labels(canvas, circles)
    _legend(canvas, clusters, drawn, colours)
    kept = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    kept.save(file, "PNG", optimize=True)
    return file.getvalue()


def _pillar_colours(drawn: Sequence[MappedCluster]) -> dict[str, str]:
    weights: dict[str, float] = {}
    for cluster in drawn:
        weights[cluster.pillar] = weights.get(cluster.pillar, 0.0) + cluster.weight
    named = sorted(weights, key=lambda pillar: (-weights[pillar], pillar))[:MOST_PILLARS_NAMED]
    return dict(zip(named, _HUES, strict=False))


def _placed(drawn: Sequence[MappedCluster], colours: dict[str, str]) -> list[_Circle]:
    places = _layout(np.stack([np.asarray(cluster.vector, dtype=np.float64) for cluster in drawn]))
    weights = np.array([max(cluster.weight, 0.0) for cluster in drawn])
    largest = weights.max() or 1.0
    # Area is the figure that the eye compares. The picture's own area bounds the sum, so that circles can part.
    radii = _LARGEST * np.sqrt(weights / largest)
    width, height = WIDTH - _LEGEND_WIDTH - 2 * _MARGIN, HEIGHT - _TITLE_HEIGHT - 2 * _MARGIN
    crowded = float((math.pi * radii**2).sum()) / (0.42 * width * height)
    radii = np.maximum(radii / math.sqrt(max(crowded, 1.0)), _SMALLEST)
    spread = places * (np.array([width, height]) / 2 * 0.94) + np.array([width, height]) / 2
    spread = _parted(spread, radii, width, height)
    return [
        _Circle(cluster, _MARGIN + x, _TITLE_HEIGHT + _MARGIN + y, radius, colours.get(cluster.pillar, _OTHER))
        for cluster, (x, y), radius in zip(drawn, spread.tolist(), radii.tolist(), strict=True)
    ]


def _layout(vectors: np.ndarray) -> np.ndarray:
    """Places in the square from -1 to 1: t-SNE on cosine distances, or principal axes for a handful."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(vectors)
    if count == 1:
        return np.zeros((1, 2))
    if np.ptp(vectors, axis=0).max() < 1e-6:
        # Nothing tells them apart: a sunflower's spiral gives each a place.
        turn, reach = np.arange(count) * 2.399963, np.sqrt((np.arange(count) + 0.5) / count)
        return np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1)
    if count < 8:
        centred = PCA(2, svd_solver="full").fit_transform(vectors) if count > 2 else np.array([[-1.0, 0.0], [1.0, 0.0]])
    else:
        neighbours = min(30.0, (count - 1) / 3)
        tsne = TSNE(2, perplexity=neighbours, metric="cosine", init="pca", random_state=0, method="exact")
        centred = tsne.fit_transform(vectors)
    centred = centred - centred.mean(axis=0)
    # Ranks beside distances: outliers would otherwise push everything else into one heap.
    ranks = np.argsort(np.argsort(centred, axis=0), axis=0) / (count - 1) * 2 - 1
    scaled = centred / (np.abs(centred).max(axis=0) + 1e-9)
    return cast("np.ndarray", 0.5 * ranks + 0.5 * scaled)


def _parted(places: np.ndarray, radii: np.ndarray, width: float, height: float) -> np.ndarray:
    """Circles pushed apart until they hardly overlap, within the frame; larger ones give way less."""
    reach = radii[:, None] + radii[None, :] + 3.0
    share = (radii[None, :] ** 2) / (radii[:, None] ** 2 + radii[None, :] ** 2)
    least, most = radii[:, None], np.array([width, height]) - radii[:, None]
    places = np.clip(places, least, most)
    for _ in range(200):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.linalg.norm(apart, axis=2)
        # Two circles in one place part along a direction that their order decides.
        same = distance < 1e-6
        turn = np.arange(len(places), dtype=np.float64)
        apart[same] = np.stack([np.cos(turn), np.sin(turn)], axis=1)[np.nonzero(same)[0]]
        distance = np.where(same, 1.0, distance)
        overlap = np.maximum(reach - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if overlap.max(initial=0.0) < 0.5:
            break
        push = (apart / distance[..., None]) * (overlap * share)[..., None]
        places = np.clip(places + 0.6 * push.sum(axis=1), least, most)
    return places


def _circle(canvas: ImageDraw.ImageDraw, circle: _Circle) -> None:
    box = [
        (circle.x - circle.radius) * _SCALE, (circle.y - circle.radius) * _SCALE,
        (circle.x + circle.radius) * _SCALE, (circle.y + circle.radius) * _SCALE,
    ]  # fmt: skip
    fill = tuple(round(0.78 * channel + 0.22 * 255) for channel in rgb(circle.colour))
    canvas.ellipse(box, fill=fill, outline=circle.colour, width=_SCALE)


def _labels(canvas: ImageDraw.ImageDraw, circles: Sequence[_Circle]) -> None:
    """Names, the largest circles first; a name that would cover another one is left out."""
    taken: list[tuple[float, float, float, float]] = []
    for circle in circles:
        size = 15 if circle.radius > 26 else 13
        text = circle.cluster.name if len(circle.cluster.name) <= 32 else f"{circle.cluster.name[:31].rstrip()}…"
        width, height = _width(text, "text_bold", size), size * 1.15
        right_end = WIDTH - _LEGEND_WIDTH
        under = circle.y + circle.radius + 3
        for left, top in (
            (circle.x - width / 2, under),
            (circle.x - width / 2, circle.y - circle.radius - height - 3),
            (circle.x + circle.radius + 4, circle.y - height / 2),
            (circle.x - circle.radius - width - 4, circle.y - height / 2),
        ):
            box = (left, top, left + width, top + height)
            inside = left >= 6 and box[2] <= right_end and top >= _TITLE_HEIGHT and box[3] <= HEIGHT - 8
            if inside and not any(_meet(box, other) for other in taken) and not _covers(box, circle, circles):
                _write(canvas, (left, top), text, "text_bold", size, _INK, halo=True)
                taken.append(box)
                break


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _covers(box: tuple[float, float, float, float], own: _Circle, circles: Sequence[_Circle]) -> bool:
    """Whether a label would lie on a circle that is not its own, small ones aside."""
    for circle in circles:
        if circle is own or circle.radius < 9:
            continue
        x = min(max(circle.x, box[0]), box[2])
        y = min(max(circle.y, box[1]), box[3])
        if math.hypot(circle.x - x, circle.y - y) < circle.radius - 2:
            return True
    return False


def _legend(
    canvas: ImageDraw.ImageDraw,
    clusters: Sequence[MappedCluster],
    drawn: Sequence[MappedCluster],
    colours: dict[str, str],
) -> None:
    left, top = WIDTH - _LEGEND_WIDTH + 24, _TITLE_HEIGHT + 20
    _write(canvas, (left, top), "Pillars", "display", 20, _INK)
    top += 40
    for pillar, colour in colours.items():
        own = [cluster for cluster in clusters if cluster.pillar == pillar]
        keywords = sum(cluster.keywords for cluster in own)
        canvas.ellipse([left * _SCALE, (top + 3) * _SCALE, (left + 18) * _SCALE, (top + 21) * _SCALE], fill=colour)
        _write(
            canvas, (left + 30, top - 2), _fitted(pillar, "text_bold", 17, _LEGEND_WIDTH - 80), "text_bold", 17, _INK
        )
        counted = f"{_many(len(own), 'cluster')}, {_many(keywords, 'keyword')}"
        _write(canvas, (left + 30, top + 20), counted, "text", 15, _QUIET)
        top += 58
    rest = {cluster.pillar for cluster in drawn} - colours.keys()
    if rest:
        canvas.ellipse([left * _SCALE, (top + 3) * _SCALE, (left + 18) * _SCALE, (top + 21) * _SCALE], fill=_OTHER)
        _write(canvas, (left + 30, top - 2), f"{_many(len(rest), 'smaller pillar')}", "text", 17, _QUIET)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _fitted(text: str, face: Face, size: int, width: float) -> str:
    if _width(text, face, size) <= width:
        return text
    while text and _width(f"{text}…", face, size) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def _width(text: str, face: Face, size: int) -> float:
    return Typesetter(face, size * _SCALE).width(_drawable(text, face)) / _SCALE


def _drawable(text: str, face: Face) -> str:
    """The text with a white square for every character that no font here has: a map is drawn whatever a name holds."""
    missing = missing_characters(text, face) if not text.isascii() else []
    return "".join("□" if character in missing else character for character in text)


def _write(
    canvas: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    face: Face,
    size: int,
    colour: str,
    *,
    halo: bool = False,
) -> None:
    type_ = Typesetter(face, size * _SCALE)
    ascent, _ = type_.metrics()
    halo_drawn = {"stroke_width": 2 * _SCALE, "stroke_fill": _PAPER} if halo else {}
    type_.draw(canvas, place[0] * _SCALE, place[1] * _SCALE + ascent, _drawable(text, face), colour, **halo_drawn)
