"""What the planner's assets show in Dagster's UI."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from igny8_assets.planner.clusters.change_report import changes_told
from igny8_assets.shown import credits_shown, markdown_table, preview

if TYPE_CHECKING:
    from igny8_assets.planner.clusters.naming import ClusterFacts
    from igny8_assets.planner.clusters.site_clustering import Clustered
    from igny8_assets.planner.ideas.making import PlannedIdeas
    from igny8_assets.planner.keywords.importing import LoadedFile
    from igny8_resources.warehouse.tables.planner import Keyword
    from igny8_resources.warehouse.tables.writer import Task

MOST_CLUSTERS_SHOWN = 60
MOST_PILLARS_SHOWN = 30

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
    """The best clusters as a table, all of them as a map, and what changed since the last clustering."""
    pillar_of = made.pillar_names
    shown = made.clusters[:MOST_CLUSTERS_SHOWN]
    pillars = [
        (p.name, len(p.clusters), p.keyword_count, p.total_volume, p.median_difficulty, p.opportunity)
        for p in made.pillars[:MOST_PILLARS_SHOWN]
    ]
    return {
        "dagster/partition_row_count": len(made.clusters),
        "keywords": sum(len(cluster.keywords) for cluster in made.clusters),
        "singletons": sum(len(cluster.keywords) == 1 for cluster in made.clusters),
        "map": dg.MetadataValue.md(f"![clusters]({made.map_url})\n\n[open the map]({made.map_url})"),
        "clusters": dg.MetadataValue.table([_cluster_record(c, pillar_of[c.id]) for c in shown]),
        "pillars": dg.MetadataValue.md(
            markdown_table(["pillar", "clusters", "keywords", "volume", "difficulty", "opportunity"], pillars)
        ),
        "changes": dg.MetadataValue.md(changes_told(made.changes, made.names)),
        "embeddings": f"{made.embeddings}{': ' if made.notice else ''}{made.notice}",
        **credits_shown([made.call]),
    }


def _cluster_record(cluster: "ClusterFacts", pillar: str) -> dg.TableRecord:
    leading = ", ".join(f"{intent} {share:.0%}" for intent, share in list(cluster.intent_mix.items())[:2])
    score = cluster.opportunity
    return dg.TableRecord(
        {
            "cluster": cluster.name,
            "pillar": pillar,
            "keywords": len(cluster.keywords),
            "volume": "unknown" if cluster.total_volume is None else f"{cluster.total_volume:,}",
            "difficulty": "unknown" if cluster.median_difficulty is None else f"{cluster.median_difficulty:g}",
            "intent": f"{leading}{' (guessed)' if cluster.intents_guessed else ''}" or "unknown",
            "opportunity": score.total,
            "why": f"demand {score.demand:.2f}, ease {score.ease:.2f}, value {score.value:.2f}, "
            f"breadth {score.breadth:.2f}",
            "id": cluster.id,
        }
    )


def ideas_shown(planned: "PlannedIdeas") -> Shown:
    """The ideas that were made now, each with its reasons, its internal links and what it would compete with."""
    rows = [
        (
            i.title,
            f"{i.content_type} / {i.content_structure}",
            i.target_keyword,
            "; ".join(i.reasons),
            ", ".join(f"{target['title']} ({target['why']})" for target in i.link_targets),
            f"{i.status}: {i.conflict}" if i.conflict else "",
        )
        for i in planned.made
    ]
    return {
        "ideas_made_now": len(rows),
        "conflicts": sum(idea.status == "conflict" for idea, _ in planned.conflicts),
        "pages_to_refresh": sum(idea.status == "refresh" for idea, _ in planned.conflicts),
        "preview": preview(markdown_table(["title", "type", "target keyword", "why", "links to", "competes"], rows)),
        **credits_shown(planned.calls),
    }


def tasks_shown(made: "Sequence[Task]") -> Shown:
    """The articles that were ordered now, each with its partition."""
    rows = [(task.partition_key, task.title, task.content_type, task.primary_keyword) for task in made]
    return {
        "tasks_made_now": len(made),
        "preview": preview(markdown_table(["partition", "title", "type", "primary keyword"], rows)),
    }
