"""Checks of publications."""

import dagster as dg

from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="published_article", partitions_def=articles)
def page_document_is_live(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """The page's document is at its place and says what was approved."""
    from igny8_assets.publishing.static_site import document_key, read_document
    from igny8_resources.warehouse.store import writer as store

    parts = platform.platform
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, context.partition_key)
    live = read_document(parts.media, document_key(site, content.slug))
    return dg.AssetCheckResult(
        passed=live is not None and live.title == content.title and live.version == content.version,
        description="live" if live else f"no document for /{content.slug}/; materialise published_article again",
        metadata={"version": live.version if live else 0},
    )
