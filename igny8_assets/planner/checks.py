"""Checks of the planner's rows."""

import dagster as dg

from igny8_assets.partitions import sites
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="clusters", partitions_def=sites, blocking=True)
def every_keyword_in_one_cluster(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """No keyword is lost by clustering, singletons included."""
    from sqlalchemy import func, select

    from igny8_resources.warehouse.store import planner as store
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.planner import ClusterKeyword

    with platform.platform.warehouse.read() as session:
        site = site_by_key(session, context.partition_key)
        keywords = store.keyword_count(session, site.id)
        placed = session.scalar(
            select(func.count()).select_from(ClusterKeyword).where(ClusterKeyword.site_id == site.id)
        )
    return dg.AssetCheckResult(
        passed=keywords == placed,
        description=f"{placed} of {keywords} keywords are in a cluster",
        metadata={"keywords": keywords, "placed": placed or 0},
    )


@dg.asset_check(asset="keywords", partitions_def=sites)
def few_rows_refused(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """Most rows of every file could be used; the refused ones are listed with the reason."""
    from sqlalchemy import select

    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.planner import KeywordImport

    with platform.platform.warehouse.read() as session:
        site = site_by_key(session, context.partition_key)
        files = list(session.scalars(select(KeywordImport).where(KeywordImport.site_id == site.id)))
    worst = [file for file in files if file.rows_refused * 10 > file.rows_good]
    listed = [f"{file.file_name}: {problem}" for file in files for problem in file.problems[:20]]
    return dg.AssetCheckResult(
        passed=not worst,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{file.file_name}: {file.rows_refused} rows refused" for file in worst)
        or "files are sound",
        metadata={"problems": dg.MetadataValue.md("\n".join(f"- {line}" for line in listed) or "none")},
    )
