"""What a site's clusters show beside its ideas: opportunities, and what its taxonomies stand for. One site a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import sites
from igny8_assets.planner.opportunities.shown import opportunities_shown, terms_shown
from igny8_assets.shown import OWNERS
from igny8_resources.resources import PlatformResource


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"ai", "table"},
    deps=["clusters"],
)
def taxonomies(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The terms of one site's taxonomies, each with the cluster that it stands for; a person's mapping is kept."""
    from igny8_assets.planner.taxonomies.site_terms import map_site_terms

    with explained():
        mapped = map_site_terms(platform.platform, context.partition_key)
    return dg.MaterializeResult(metadata=terms_shown(mapped))


@dg.asset(
    partitions_def=sites,
    group_name="planner",
    owners=OWNERS,
    code_version="1",
    kinds={"table"},
    deps=["keywords", "clusters"],
)
def opportunities(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What is worth doing next on one site: keyword gaps, quick wins, pages that compete, pages that nothing links to."""
    from igny8_assets.planner.opportunities.site_finding import find_opportunities

    with explained():
        found = find_opportunities(platform.platform, context.partition_key)
    return dg.MaterializeResult(metadata=opportunities_shown(found))
