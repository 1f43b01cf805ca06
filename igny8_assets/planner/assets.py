"""Keywords, clusters, ideas and tasks: one site a partition."""

import dagster as dg

from igny8_assets.explained import TRANSIENT_RETRIES, NotReady, explained
from igny8_assets.partitions import ARTICLES, sites
from igny8_assets.shown import OWNERS, credits_shown, markdown_table, preview
from igny8_resources.resources import PlatformResource
from jobs.names import PLAN_SITE, REQUEST_TAG

MOST_ROWS_SHOWN = 60


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    retry_policy=TRANSIENT_RETRIES,
    kinds={"table", "pandas"},
)
def keywords(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The keywords of one site, one row per market and normalised text, loaded from the files that were handed in."""
    from igny8_assets.planner.importing import load_staged
    from igny8_resources.requests import report_progress
    from igny8_resources.warehouse.store import planner as store
    from igny8_resources.warehouse.store.sites import require_module, site_by_key

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            site = site_by_key(session, partition)
            require_module(session, site, "planner")
            report_progress(session, partition, PLAN_SITE, "PREP", "loading keywords", context.run_id)
        loaded = load_staged(parts, partition)
        with parts.warehouse.read() as session:
            rows = store.keywords_of(session, site.id)
    top = sorted(rows, key=lambda row: -(row.volume or 0))[:20]
    files = [(file.name, file.tool, file.keywords, file.new, file.duplicates, file.refused) for file in loaded]
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "files_loaded": dg.MetadataValue.md(
                markdown_table(["file", "tool", "keywords", "new", "duplicates", "refused"], files)
            ),
            "most_searched": dg.MetadataValue.md(
                markdown_table(
                    ["keyword", "volume", "difficulty", "intents"],
                    [(row.text, row.volume, row.difficulty, ", ".join(row.intents)) for row in top],
                )
            ),
        }
    )


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    retry_policy=TRANSIENT_RETRIES,
    kinds={"ai", "table"},
    deps=["keywords"],
)
def clusters(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Keywords that one page can answer: each keyword in exactly one cluster, ids that outlive re-clustering."""
    from igny8_assets.planner.planning import cluster_site
    from igny8_resources.requests import report_progress

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            report_progress(session, partition, PLAN_SITE, "PREP", "clustering keywords")
        try:
            made = cluster_site(parts, partition)
        except LookupError as empty:
            raise NotReady(str(empty)) from empty
    rows = [
        (c.name, len(c.keywords), c.total_volume, c.median_difficulty, ", ".join(c.intent_mix), c.opportunity.total)
        for c in made.clusters
    ]
    changes = made.changes
    return dg.MaterializeResult(
        metadata={
            "dagster/partition_row_count": len(rows),
            "keywords": sum(len(cluster.keywords) for cluster in made.clusters),
            "clusters": dg.MetadataValue.md(
                markdown_table(
                    ["cluster", "keywords", "volume", "difficulty", "intents", "opportunity"], rows[:MOST_ROWS_SHOWN]
                )
            ),
            "changes": (
                f"{len(changes.kept)} kept, {len(changes.created)} new, {len(changes.retired)} gone, "
                f"{len(changes.merges)} merges, {len(changes.splits)} splits, {len(changes.moves)} moves"
            ),
            **credits_shown([made.call]),
        }
    )


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    retry_policy=TRANSIENT_RETRIES,
    kinds={"ai", "table"},
    deps=["clusters"],
)
def ideas(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Pages worth writing, typed by what their cluster's searchers want; ideas that would compete are marked, not queued."""
    from igny8_assets.planner.planning import find_ideas
    from igny8_resources.requests import report_progress

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            report_progress(session, partition, PLAN_SITE, "AI_CALL", "finding ideas")
        planned = find_ideas(parts, partition, context.run.tags.get(REQUEST_TAG))
    rows = [
        (i.title, f"{i.content_type} / {i.content_structure}", i.target_keyword, "; ".join(i.reasons), i.conflict)
        for i in planned.made
    ]
    return dg.MaterializeResult(
        metadata={
            "ideas_made_now": len(rows),
            "conflicts": len(planned.conflicts),
            "preview": preview(markdown_table(["title", "type", "target keyword", "why", "conflict"], rows)),
            **credits_shown(planned.calls),
        }
    )


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    retry_policy=TRANSIENT_RETRIES,
    kinds={"table"},
    deps=["ideas"],
)
def tasks(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Articles to write, each the partition of its own: as many as were asked for, the most promising ideas first."""
    from igny8_assets.planner.planning import create_tasks
    from igny8_resources.events import append_event
    from igny8_resources.requests import finish_items
    from igny8_resources.warehouse.store.sites import site_by_key

    parts, partition = platform.platform, context.partition_key
    with explained(), parts.warehouse.write() as session:
        site = site_by_key(session, partition)
        made = create_tasks(session, site, context.run.tags.get(REQUEST_TAG))
        append_event(
            session,
            "tasks.created",
            partition,
            account_id=site.account_id,
            site_id=site.id,
            payload={"tasks": len(made)},
        )
        finish_items(session, partition, PLAN_SITE)
    keys = [task.partition_key or "" for task in made]
    context.instance.add_dynamic_partitions(ARTICLES, keys)
    return dg.MaterializeResult(
        metadata={
            "tasks_made_now": len(made),
            "preview": preview(
                markdown_table(
                    ["partition", "title", "type", "primary keyword"],
                    [(t.partition_key, t.title, t.content_type, t.primary_keyword) for t in made],
                )
            ),
        }
    )
