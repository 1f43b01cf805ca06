"""The picture that a video is chosen by."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import videos
from igny8_assets.shown import OWNERS
from igny8_assets.video.shown import thumbnails_shown
from igny8_resources.resources import PlatformResource


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"image"},
    owners=OWNERS,
    code_version="1",
    deps=["rendered_video"],
)
def video_thumbnail(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The thumbnails of one video, wide and tall: its best picture under a headline whose contrast was measured."""
    from igny8_assets.video.project_thumbnail import make_thumbnails

    parts = platform.platform
    with explained():
        made = make_thumbnails(parts, context.partition_key)
    return dg.MaterializeResult(metadata=thumbnails_shown(made, parts.settings.public_url))
