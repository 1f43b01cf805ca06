"""Videos on their platforms, and how they are watched there."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import across, days_to_now, videos
from igny8_assets.shown import OWNERS, markdown_table, skipped
from igny8_resources.resources import PlatformResource
from jobs.names import PUBLISH_VIDEO


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"web"},
    owners=OWNERS,
    code_version="1",
    deps=["rendered_video", "video_thumbnail", "video_listings"],
)
def published_video(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """One video on each platform that it was asked for, there exactly once and recorded in the effects ledger."""
    from igny8_assets.video.publication import ask_for_connected, publish_project, require_publishable
    from igny8_resources.requests import finish_items, report_progress
    from igny8_resources.warehouse.store import video as store
    from igny8_resources.warehouse.store.sites import require_module

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            _, _, site = store.project_of(session, partition)
            require_module(session, site, "video")
            require_module(session, site, "publisher")
            report_progress(session, partition, PUBLISH_VIDEO, "SAVE", "publishing the video", context.run_id)
        require_publishable(parts, partition)
        unconnected = ask_for_connected(parts, partition)
        outcomes = publish_project(parts, partition, context.log.info)
        refused = "; ".join(f"{each.platform}: {each.message}" for each in outcomes if each.status == "failed")
        waits = "; ".join(
            f"{each.platform} {each.message}" for each in outcomes if each.status not in {"failed", "published"}
        )
        with parts.warehouse.write() as session:
            if waits:
                report_progress(session, partition, PUBLISH_VIDEO, "SAVE", waits)
            elif not refused:
                finish_items(session, partition, PUBLISH_VIDEO)
        if refused:
            raise NotReady(refused)
    if not outcomes:
        names = " and ".join(unconnected) or "any platform"
        return skipped(
            f"no account is connected on {names}: connect one with POST /api/v1/video/connections/ "
            "(docs/video-publishing.md), then publish again"
        )
    rows = [(each.platform, each.status, each.url or each.external_id, each.message) for each in outcomes]
    return dg.MaterializeResult(
        metadata={
            "published": sum(each.status == "published" for each in outcomes),
            "published_now": sum(each.acted_now for each in outcomes),
            "not_connected": ", ".join(unconnected) or "none",
            "platforms": dg.MetadataValue.md(markdown_table(["platform", "status", "where", "message"], rows)),
        }
    )


@dg.asset(
    partitions_def=days_to_now,
    group_name="video",
    kinds={"table"},
    owners=OWNERS,
    code_version="1",
    deps=[across("published_video")],
)
def video_metrics(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """What the platforms say about every published video in this half day: views, likes, comments, shares, watch time."""
    from igny8_assets.video.measuring import measure_published, renew_ahead
    from igny8_resources.warehouse.store.video_publishing import period_of
    from igny8_resources.warehouse.tables.columns import utc_now

    parts, now = platform.platform, utc_now()
    if context.partition_key != f"{now:%Y-%m-%d}":
        # Platforms tell totals as they are now; what they were on another day nobody can ask any more.
        return skipped(f"the platforms tell totals of today, {now:%Y-%m-%d}, not of {context.partition_key}")
    with explained():
        renewed = renew_ahead(parts, context.log.warning)
        counted = measure_published(parts, period_of(now), context.log.warning)
    return dg.MaterializeResult(metadata={"measured": sum(counted.values()), "tokens_renewed": renewed, **counted})
