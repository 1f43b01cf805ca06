"""What the planner's assets show in Dagster's UI."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from igny8_assets.shown import credits_shown, markdown_table, preview

if TYPE_CHECKING:
    from igny8_assets.planner.idea_making import PlannedIdeas
    from igny8_assets.planner.importing import LoadedFile
    from igny8_assets.planner.site_clustering import Clustered
    from igny8_resources.warehouse.tables.planner import Keyword
    from igny8_resources.warehouse.tables.writer import Task

MOST_CLUSTERS_SHOWN = 60

Shown = Mapping[str, Any]


def keywords_shown(count: int, top: "Sequence[Keyword]", loaded: "Sequence[LoadedFile]") -> Shown:
    """How many keywords the site has, the files that were loaded now, and the most searched of all."""
    files = [(file.name, file.tool, file.keywords, file.new, file.duplicates, file.refused) for file in loaded]
    searched = [(row.text, row.volume, row.difficulty, ", ".join(row.intents)) for row in top]
    return {
        "dagster/partition_row_count": count,
        "files_loaded": dg.MetadataValue.md(
            markdown_table(["file", "tool", "keywords", "new", "duplicates", "refused"], files)
        ),
        "most_searched": dg.MetadataValue.md(markdown_table(["keyword", "volume", "difficulty", "intents"], searched)),
    }


def clusters_shown(made: "Clustered") -> Shown:
    """The best clusters, and what changed since the last clustering."""
    rows = [
        (c.name, len(c.keywords), c.total_volume, c.median_difficulty, ", ".join(c.intent_mix), c.opportunity.total)
        for c in made.clusters[:MOST_CLUSTERS_SHOWN]
    ]
    changes = made.changes
    return {
        "dagster/partition_row_count": len(made.clusters),
        "keywords": sum(len(cluster.keywords) for cluster in made.clusters),
        "clusters": dg.MetadataValue.md(
            markdown_table(["cluster", "keywords", "volume", "difficulty", "intents", "opportunity"], rows)
        ),
        "changes": (
            f"{len(changes.kept)} kept, {len(changes.created)} new, {len(changes.retired)} gone, "
            f"{len(changes.merges)} merges, {len(changes.splits)} splits, {len(changes.moves)} moves"
        ),
        **credits_shown([made.call]),
    }


def ideas_shown(planned: "PlannedIdeas") -> Shown:
    """The ideas that were made now, each with its reasons and what it would compete with."""
    rows = [
        (i.title, f"{i.content_type} / {i.content_structure}", i.target_keyword, "; ".join(i.reasons), i.conflict)
        for i in planned.made
    ]
    return {
        "ideas_made_now": len(rows),
        "conflicts": len(planned.conflicts),
        "preview": preview(markdown_table(["title", "type", "target keyword", "why", "conflict"], rows)),
        **credits_shown(planned.calls),
    }


def tasks_shown(made: "Sequence[Task]") -> Shown:
    """The articles that were ordered now, each with its partition."""
    rows = [(task.partition_key, task.title, task.content_type, task.primary_keyword) for task in made]
    return {
        "tasks_made_now": len(made),
        "preview": preview(markdown_table(["partition", "title", "type", "primary keyword"], rows)),
    }
