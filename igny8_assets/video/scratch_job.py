"""The daily clean-up of the machine that renders; a job of the video location, because its disk is the one that fills."""

import dagster as dg

from igny8_resources.resources import PlatformResource


@dg.op(description="Remove temporary files that killed renders left behind.")
def remove_video_scratch(context: dg.OpExecutionContext, platform: PlatformResource) -> int:
    """Returns how many folders went."""
    from igny8_assets.video.project_rendering import DAYS_SEGMENTS_ARE_KEPT
    from igny8_assets.video.scratch import remove_scratch

    segments = platform.platform.settings.home_path / "render-segments"
    gone = remove_scratch(segments, segment_days=DAYS_SEGMENTS_ARE_KEPT)
    context.log.info(
        "removed %d temporary folders (%.1f MB) and %d stores of segments",
        gone.folders,
        gone.freed / 1e6,
        gone.segments,
    )
    return gone.folders + gone.segments


@dg.job(
    executor_def=dg.in_process_executor,
    description="Daily: temporary files and segments of renders that nobody goes on with.",
)
def clean_video_scratch() -> None:
    """Remove them."""
    remove_video_scratch()


clean_video_scratch_schedule = dg.ScheduleDefinition(
    job=clean_video_scratch,
    cron_schedule="0 4 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
