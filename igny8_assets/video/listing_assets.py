"""From a rendered video to what it is found by: one video a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import videos
from igny8_assets.shown import OWNERS, credits_shown, markdown_table
from igny8_resources.resources import PlatformResource
from jobs.names import LIST_VIDEO, REQUEST_TAG


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"ai", "table"},
    owners=OWNERS,
    code_version="1",
    deps=["rendered_video"],
)
def video_listings(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """How one video is listed on each of its platforms: title, description, tags, hashtags, chapters and link."""
    from igny8_assets.video.listing_writing import write_listings
    from igny8_resources.requests import finish_items

    parts, partition = platform.platform, context.partition_key
    with explained():
        listed = write_listings(parts, partition, again=REQUEST_TAG in context.run.tags)
        with parts.warehouse.write() as session:
            finish_items(session, partition, LIST_VIDEO)
    rows = [(each.platform, each.title, "; ".join(f.message for f in each.findings)) for each in listed]
    return dg.MaterializeResult(
        metadata={
            "platforms": len(listed),
            "preview": dg.MetadataValue.md(markdown_table(["platform", "title", "to mend"], rows)),
            **credits_shown(each.call for each in listed if each.call is not None),
        }
    )
