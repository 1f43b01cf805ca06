"""What a re-clustering changed, told in words."""

from collections.abc import Mapping
from typing import Any

from igny8_assets.planner.clusters.identity import ClusterChanges, Merge, Move, Split

# The rest is counted; the whole report is kept with the clustering run.
MOST_LINES = 25


def changes_told(changes: ClusterChanges, names: Mapping[str, str], *, most: int = MOST_LINES) -> str:
    """The changes as Markdown: one line of figures, then merges, splits and moved keywords by name.

    Args:
        changes: What a clustering reported.
        names: Names of clusters by id, old ones included; an id without a name stands for itself.
        most: Lines of each kind before the rest is only counted.
    """

    def called(cluster_id: str) -> str:
        return f"*{names[cluster_id]}*" if cluster_id in names else cluster_id

    figures = (
        f"{len(changes.kept)} kept, {len(changes.created)} new, {len(changes.retired)} gone, "
        f"{len(changes.merges)} merges, {len(changes.splits)} splits, {len(changes.moves)} moves"
    )
    merges = [
        f"{called(merge.into)} took in {_listed([called(old) for old in merge.sources if old != merge.into])}"
        for merge in changes.merges
    ]
    splits = [
        f"{called(split.source)} fell into {_listed([called(part) for part in split.parts])}"
        for split in changes.splits
    ]
    moves = [f"“{move.keyword}” went from {called(move.source)} to {called(move.target)}" for move in changes.moves]
    parts = [figures]
    if not changes.kept and changes.created and not changes.retired:
        parts.append("The first clustering: every cluster is new.")
    for title, lines in (("Merged", merges), ("Split", splits), ("Moved", moves)):
        if lines:
            parts.append(f"**{title}**\n\n" + "\n".join(f"- {line}" for line in _cut(lines, most)))
    return "\n\n".join(parts)


def changes_from_json(kept: Mapping[str, Any]) -> ClusterChanges:
    """The changes as a clustering run keeps them in the warehouse."""
    return ClusterChanges(
        kept=tuple(kept.get("kept", ())),
        created=tuple(kept.get("created", ())),
        retired=tuple(kept.get("retired", ())),
        merges=tuple(Merge(each["into"], tuple(each["sources"])) for each in kept.get("merges", ())),
        splits=tuple(Split(each["source"], tuple(each["parts"])) for each in kept.get("splits", ())),
        moves=tuple(Move(each["keyword"], each["source"], each["target"]) for each in kept.get("moves", ())),
    )


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"… and {len(lines) - most} more"]


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
