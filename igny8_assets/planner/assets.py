"""Keywords, clusters, ideas and tasks: one site a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import ARTICLES, sites
from igny8_assets.planner.shown import clusters_shown, ideas_shown, keywords_shown, tasks_shown
from igny8_assets.shown import OWNERS
from igny8_resources.resources import PlatformResource
from jobs.names import LOAD_KEYWORDS, PLAN_SITE, REQUEST_TAG


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"table", "pandas"},
)
def keywords(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The keywords of one site, one row per market and normalised text, loaded from the files that were handed in."""
    from igny8_assets.planner.keywords.importing import load_staged
    from igny8_resources.requests import finish_items, report_progress
    from igny8_resources.warehouse.store import planner as store
    from igny8_resources.warehouse.store.sites import require_module, site_by_key

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            site = site_by_key(session, partition)
            require_module(session, site, "planner")
            for job in (LOAD_KEYWORDS, PLAN_SITE):
                report_progress(session, partition, job, "PREP", "loading keywords", context.run_id)
        loaded = load_staged(parts, partition)
        with parts.warehouse.write() as session:
            finish_items(session, partition, LOAD_KEYWORDS)
            count = store.keyword_count(session, site.id)
            top = store.most_searched(session, site.id)
    return dg.MaterializeResult(metadata=keywords_shown(count, top, loaded))


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"ai", "table"},
    deps=["keywords"],
)
def clusters(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Keywords that one page can answer: each keyword in exactly one cluster, ids that outlive re-clustering."""
    from igny8_assets.planner.clusters.site_clustering import cluster_site
    from igny8_resources.requests import report_progress

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            report_progress(session, partition, PLAN_SITE, "PREP", "clustering keywords")
        try:
            made = cluster_site(parts, partition)
        except LookupError as empty:
            raise NotReady(str(empty)) from empty
    return dg.MaterializeResult(metadata=clusters_shown(made))


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"ai", "table"},
    deps=["clusters", "taxonomies"],
)
def ideas(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Pages worth writing, typed by what their cluster's searchers want; ideas that would compete are marked, not queued."""
    from igny8_assets.planner.ideas.making import find_ideas
    from igny8_resources.requests import report_progress

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            report_progress(session, partition, PLAN_SITE, "AI_CALL", "finding ideas")
        planned = find_ideas(parts, partition, context.run.tags.get(REQUEST_TAG))
    return dg.MaterializeResult(metadata=ideas_shown(planned))


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"table"},
    deps=["ideas"],
)
def tasks(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Articles to write, each the partition of its own: as many as were asked for, the most promising ideas first."""
    from igny8_assets.planner.ideas.task_making import create_tasks
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
    context.instance.add_dynamic_partitions(ARTICLES, [task.partition_key or "" for task in made])
    return dg.MaterializeResult(metadata=tasks_shown(made))
