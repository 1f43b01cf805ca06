"""The built static site: one site a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import across, sites
from igny8_assets.shown import OWNERS, markdown_table
from igny8_resources.resources import PlatformResource
from jobs.names import BUILD_SITE


@dg.asset(
    partitions_def=sites,
    group_name="sites",
    kinds={"web"},
    owners=OWNERS,
    code_version="1",
    deps=["link_graph", across("published_article")],
)
def site_build(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The pages of one site as readers get them, rebuilt from what is published and replaced in one step."""
    from igny8_assets.sites.building import build, record_build
    from igny8_assets.sites.pages import SiteInputError
    from igny8_resources.events import append_event, newest_position
    from igny8_resources.requests import finish_items
    from igny8_resources.warehouse.store.cursors import site_build_reader, write_cursor
    from igny8_resources.warehouse.store.sites import require_module, site_by_key

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.read() as session:
            site = site_by_key(session, partition)
            require_module(session, site, "publisher")
            through = newest_position(session)
        try:
            built = build(parts, partition)
        except SiteInputError as failure:
            raise NotReady(str(failure)) from failure
        with parts.warehouse.write() as session:
            is_new = record_build(session, site, built)
            write_cursor(session, site_build_reader(partition), through)
            if is_new:
                append_event(
                    session,
                    "site.built",
                    partition,
                    account_id=site.account_id,
                    site_id=site.id,
                    payload={"pages": len(built.report.pages), "problems": len(built.problems)},
                )
            finish_items(session, partition, BUILD_SITE)
    return dg.MaterializeResult(
        metadata={
            "pages": len(built.report.pages),
            "files": built.report.files,
            "changed": len(built.report.changed),
            "removed": len(built.report.removed),
            "preview": dg.MetadataValue.url(f"{parts.settings.public_url}/sites/{partition}/"),
            "folder": dg.MetadataValue.path(str(built.folder)),
            "mended_by_the_builder": dg.MetadataValue.md(
                markdown_table(
                    ["page", "what", "detail"], [(p.page, p.kind, p.detail) for p in built.report.problems[:50]]
                )
            ),
        }
    )
