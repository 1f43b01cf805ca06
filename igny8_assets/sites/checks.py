"""Checks of the built site, read from the built pages themselves."""

import dagster as dg

from igny8_assets.partitions import sites
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="site_build", partitions_def=sites)
def site_is_sound(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """No broken link, no orphan page, a valid sitemap and feed, one connected graph of structured data on every page."""
    from igny8_assets.sites.site_check import check_site
    from igny8_resources.warehouse.store.sites import site_by_key

    parts, partition = platform.platform, context.partition_key
    with parts.warehouse.read() as session:
        site = site_by_key(session, partition)
    problems = check_site(parts.settings.sites_folder / partition, site.base_url)
    listed = "\n".join(f"- `{problem.page}` {problem.kind}: {problem.detail}" for problem in problems[:50])
    return dg.AssetCheckResult(
        passed=not problems,
        description=f"{len(problems)} problems; the first: {problems[0].kind} on {problems[0].page}"
        if problems
        else "sound",
        metadata={"problems": dg.MetadataValue.md(listed or "none")},
    )
