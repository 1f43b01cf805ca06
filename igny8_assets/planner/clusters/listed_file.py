"""A keyword file in, a file with clusters out, no warehouse: the engine of ``igny8 cluster``."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.planner.clusters.identity import ClusterChanges
from igny8_assets.planner.clusters.naming import ClusterFacts, describe_cluster, word_casing
from igny8_assets.planner.clusters.pillar_naming import PillarFacts, describe_pillar
from igny8_assets.planner.ideas.composing import pillar_heads, plan_idea
from igny8_assets.planner.keywords.files import KeywordFile, KeywordFileError, read_keywords
from igny8_assets.planner.keywords.rows import KeywordRow, spreadsheet_safe
from igny8_assets.planner.keywords.text import search_kinds
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.word_stems import normalise

if TYPE_CHECKING:
    import numpy as np

    from igny8_resources.ai.providers import EmbeddingProvider

COLUMNS = (
    "keyword",
    "market",
    "pillar_id",
    "pillar_name",
    "cluster_id",
    "cluster_name",
    "head_keyword",
    "volume",
    "difficulty",
    "intents",
    "content_type",
    "content_structure",
    "opportunity",
)


@dataclass(frozen=True)
class ClusterFileReport:
    """What was read, made and written. ``clusters`` are in the order of the file: highest opportunity first.

    ``names`` are the clusters' names by id, those of the earlier file included; ``notice`` says what a person should
    know about how the vectors were made.
    """

    source: KeywordFile
    clusters: tuple[ClusterFacts, ...]
    pillars: tuple[PillarFacts, ...]
    names: Mapping[str, str]
    keywords: int
    singletons: int
    changes: ClusterChanges
    embeddings: str
    notice: str
    out_path: Path
    map_path: Path | None


def cluster_file(
    in_path: str | Path,
    out_path: str | Path,
    embeddings: "EmbeddingProvider",
    *,
    resolution: float | None = None,
    similarity_floor: float | None = None,
    mix_intents: bool = False,
    mix_markets: bool = False,
    previous: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    map_path: str | Path | None = None,
) -> ClusterFileReport:
    """Cluster the keywords of a file and write one row per keyword with its cluster and pillar.

    The output is written beside its place and moved there when complete, so that a crash leaves no half file.

    Args:
        in_path: Any keyword file that ``read_keywords`` knows.
        out_path: The CSV to write, UTF-8, with ``COLUMNS``; safe to open in a spreadsheet.
        embeddings: The provider of the keywords' vectors.
        resolution: How fine the clusters are; None has it chosen from the keywords.
        similarity_floor: Least similarity of a link; None takes the default.
        mix_intents: Whether keywords of different intents may share a cluster.
        mix_markets: Whether keywords of different markets may share a cluster.
        previous: A file that this function wrote earlier: its cluster ids persist where most of a cluster does.
        columns: The user's own column mapping, header by field.
        map_path: Where to draw the map of the clusters (PNG); None draws none.

    Raises:
        KeywordFileError: the input or ``previous`` cannot be used, or an output cannot be written.
        ValueError: a parameter is out of range.
    """
    from igny8_assets.planner.clustering import RESOLUTION, SIMILARITY_FLOOR, cluster_keywords

    source = read_keywords(in_path, columns=columns)
    rows = source.keywords()
    before = _assignment(Path(previous)) if previous else _Earlier()
    vectors = embeddings.embed([row.normalised for row in rows])
    clustering = cluster_keywords(
        [row.text for row in rows],
        vectors,
        intents=[search_kinds(row.text, row.intents) for row in rows],
        markets=[row.market or "" for row in rows],
        serp=[row.serp_urls for row in rows],
        topics=[row.topic or "" for row in rows],
        volumes=[row.volume for row in rows],
        mix_intents=mix_intents,
        mix_markets=mix_markets,
        previous=before.cluster_of,
        previous_pillars=before.pillar_of,
        resolution=RESOLUTION if resolution is None else resolution,
        similarity_floor=SIMILARITY_FLOOR if similarity_floor is None else similarity_floor,
    )
    casing = word_casing([row.text for row in rows])
    facts = [
        KeywordFacts(text=row.text, volume=row.volume, difficulty=row.difficulty, intents=row.intents) for row in rows
    ]
    described = {
        cluster.id: describe_cluster(cluster.id, [facts[member] for member in cluster.members], casing=casing)
        for cluster in clustering.clusters
    }
    pillars = [
        describe_pillar(pillar.id, [described[cluster_id] for cluster_id in pillar.clusters])
        for pillar in clustering.pillars
    ]
    members = {cluster.id: cluster.members for cluster in clustering.clusters}
    keywords = {
        cluster: sorted((rows[number] for number in numbers), key=lambda row: -(row.volume or 0))
        for cluster, numbers in members.items()
    }
    listed = sorted(described.values(), key=lambda cluster: (-cluster.opportunity.total, cluster.id))
    out, picture = Path(out_path), None if map_path is None else Path(map_path)
    with _named(out):
        _write(out, listed, pillars, keywords)
    if picture is not None:
        with _named(picture):
            picture.write_bytes(_drawn(source.name, pillars, members, vectors))
    return ClusterFileReport(
        source=source,
        clusters=tuple(listed),
        pillars=tuple(sorted(pillars, key=lambda pillar: (-pillar.opportunity, pillar.id))),
        names=before.names | {cluster.id: cluster.name for cluster in listed},
        keywords=len(rows),
        singletons=sum(len(cluster.keywords) == 1 for cluster in listed),
        changes=clustering.changes,
        embeddings=f"{embeddings.name}/{embeddings.model}",
        notice=embeddings.notice,
        out_path=out,
        map_path=picture,
    )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeywordFileError(f"cannot write {path}: {error.strerror}") from error


def _drawn(
    title: str, pillars: Sequence[PillarFacts], members: Mapping[str, Sequence[int]], vectors: "np.ndarray"
) -> bytes:
    from igny8_assets.planner.clusters.map_drawing import draw_cluster_map, mapped_clusters

    pillar_of = {cluster.id: pillar.name for pillar in pillars for cluster in pillar.clusters}
    clusters = [cluster for pillar in pillars for cluster in pillar.clusters]
    return draw_cluster_map(
        mapped_clusters(clusters, pillar_of, members, vectors),
        title=title,
        subtitle=f"{len(vectors):,} keywords, {len(clusters):,} clusters, {len(pillars):,} pillars",
    )


@dataclass(frozen=True)
class _Earlier:
    """What an earlier output says: ids by keyword and market, pillars by cluster, and names."""

    cluster_of: dict[tuple[str, str], str] = field(default_factory=dict)
    pillar_of: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def _assignment(path: Path) -> _Earlier:
    earlier = _Earlier()
    try:
        with path.open(encoding="utf-8-sig", newline="") as sheet:
            rows = csv.DictReader(sheet)
            if not {"keyword", "cluster_id"} <= set(rows.fieldnames or ()):
                raise KeywordFileError(f"{path} has no columns 'keyword' and 'cluster_id': expected an earlier output.")
            for row in rows:
                if cluster := row["cluster_id"]:
                    earlier.cluster_of[row.get("market") or "", normalise(row["keyword"].removeprefix("'"))] = cluster
                    earlier.names[cluster] = row.get("cluster_name") or cluster
                    if pillar := row.get("pillar_id"):
                        earlier.pillar_of[cluster] = pillar
    except (OSError, UnicodeDecodeError) as error:
        raise KeywordFileError(f"cannot read {path}: {error}") from error
    return earlier


def _write(
    out: Path,
    clusters: Sequence[ClusterFacts],
    pillars: Sequence[PillarFacts],
    keywords: Mapping[str, Sequence[KeywordRow]],
) -> None:
    pillar_of = {cluster.id: pillar for pillar in pillars for cluster in pillar.clusters}
    heads = pillar_heads(clusters, {cluster: pillar.id for cluster, pillar in pillar_of.items()})
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.writer(sheet)
            writer.writerow(COLUMNS)
            for cluster in clusters:
                pillar = pillar_of[cluster.id]
                plan = plan_idea(cluster, hub_of=f"pillar {pillar.name}" if cluster.id in heads else "")
                for keyword in keywords[cluster.id]:
                    cells = (
                        keyword.text,
                        keyword.market or "",
                        pillar.id,
                        pillar.name,
                        cluster.id,
                        cluster.name,
                        cluster.head_keyword,
                        "" if keyword.volume is None else str(keyword.volume),
                        "" if keyword.difficulty is None else f"{keyword.difficulty:g}",
                        ", ".join(keyword.intents),
                        plan.content_type,
                        plan.content_structure,
                        f"{cluster.opportunity.total:g}",
                    )
                    writer.writerow([spreadsheet_safe(cell) for cell in cells])
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
