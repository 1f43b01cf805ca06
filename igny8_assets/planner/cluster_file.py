"""A keyword file in, a file with clusters out, no warehouse: the engine of ``igny8 cluster``."""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.planner.cluster_identity import ClusterChanges
from igny8_assets.planner.cluster_naming import ClusterFacts, describe_cluster, word_casing
from igny8_assets.planner.ideas import plan_idea
from igny8_assets.planner.keyword_files import KeywordFile, KeywordFileError, read_keywords
from igny8_assets.planner.keyword_rows import spreadsheet_safe
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.word_stems import normalise

if TYPE_CHECKING:
    from igny8_resources.ai.providers import EmbeddingProvider

COLUMNS = (
    "keyword",
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
    """What was read, made and written. ``clusters`` are in the order of the file: highest opportunity first."""

    source: KeywordFile
    clusters: tuple[ClusterFacts, ...]
    keywords: int
    singletons: int
    changes: ClusterChanges
    embeddings: str
    out_path: Path


def cluster_file(
    in_path: str | Path,
    out_path: str | Path,
    *,
    resolution: float | None = None,
    similarity_floor: float | None = None,
    embeddings: "EmbeddingProvider | None" = None,
    previous: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> ClusterFileReport:
    """Cluster the keywords of a file and write one row per keyword with its cluster.

    Keywords of several markets are clustered together, because a cluster is a topic; each keeps its row. The output is
    written beside its place and moved there when complete, so that a crash leaves no half file.

    Args:
        in_path: Any keyword file that ``read_keywords`` knows.
        out_path: The CSV to write, UTF-8, with ``COLUMNS``; safe to open in a spreadsheet.
        resolution: How fine the clusters are; None takes the default.
        similarity_floor: Least similarity of a link; None takes the default.
        embeddings: The provider of vectors; None takes the lexical one.
        previous: A file that this function wrote earlier: its cluster ids persist where most of a cluster does.
        columns: The user's own column mapping, header by field.

    Raises:
        KeywordFileError: the input or ``previous`` cannot be used, or the output cannot be written.
        ValueError: a parameter is out of range.
    """
    from igny8_assets.planner.clustering import RESOLUTION, SIMILARITY_FLOOR, cluster_keywords
    from igny8_resources.ai.lexical_embeddings import LexicalEmbeddings

    source = read_keywords(in_path, columns=columns)
    rows = source.keywords()
    provider = embeddings or LexicalEmbeddings()
    texts = [row.text for row in rows]
    clustering = cluster_keywords(
        texts,
        provider.embed([row.normalised for row in rows]),
        intents=[row.intents for row in rows],
        volumes=[row.volume for row in rows],
        resolution=RESOLUTION if resolution is None else resolution,
        similarity_floor=SIMILARITY_FLOOR if similarity_floor is None else similarity_floor,
        previous=_assignment(Path(previous)) if previous else None,
    )
    casing = word_casing(texts)
    facts = [
        KeywordFacts(text=row.text, volume=row.volume, difficulty=row.difficulty, intents=row.intents) for row in rows
    ]
    described = [
        describe_cluster(cluster.id, [facts[member] for member in cluster.members], casing=casing)
        for cluster in clustering.clusters
    ]
    described.sort(key=lambda cluster: (-cluster.opportunity.total, cluster.id))
    out = Path(out_path)
    try:
        _write(out, described)
    except OSError as error:
        raise KeywordFileError(f"cannot write {out}: {error.strerror}") from error
    return ClusterFileReport(
        source=source,
        clusters=tuple(described),
        keywords=len(rows),
        singletons=sum(len(cluster.keywords) == 1 for cluster in described),
        changes=clustering.changes,
        embeddings=f"{provider.name}/{provider.model}",
        out_path=out,
    )


def _assignment(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as sheet:
            rows = csv.DictReader(sheet)
            if not {"keyword", "cluster_id"} <= set(rows.fieldnames or ()):
                raise KeywordFileError(f"{path} has no columns 'keyword' and 'cluster_id': expected an earlier output.")
            return {normalise(row["keyword"]): row["cluster_id"] for row in rows if row["cluster_id"]}
    except (OSError, UnicodeDecodeError) as error:
        raise KeywordFileError(f"cannot read {path}: {error}") from error


def _write(out: Path, clusters: list[ClusterFacts]) -> None:
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.writer(sheet)
            writer.writerow(COLUMNS)
            for cluster in clusters:
                plan = plan_idea(cluster)
                for keyword in cluster.keywords:
                    cells = (
                        keyword.text,
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
