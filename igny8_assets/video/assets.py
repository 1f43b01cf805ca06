"""From a video's script to the rendered file: one video a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import videos
from igny8_assets.shown import OWNERS, credits_shown
from igny8_assets.video.shown import followed_job, render_shown, reporting, visuals_shown, voiceover_shown
from igny8_resources.resources import PlatformResource
from jobs.names import (
    ILLUSTRATE_VIDEO,
    QUEUE_TAG,
    RENDER_QUEUE,
    SPEAK_VIDEO,
    VIDEO_RENDER_POOL,
)


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"ai", "audio"},
    owners=OWNERS,
    code_version="1",
    deps=["video_script"],
)
def voiceover(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The spoken sections of one video with the moment of every word."""
    from igny8_assets.video.speaking import speak_script
    from igny8_resources.requests import finish_items, report_progress

    parts, partition, job = platform.platform, context.partition_key, followed_job(context)

    def on_section(number: int, total: int) -> None:
        with parts.warehouse.write() as session:
            said = f"speaking section {number} of {total}"
            report_progress(session, partition, job, "AI_CALL", said, pieces=(number - 1, total))

    with explained():
        spoken = speak_script(parts, partition, on_section)
        with parts.warehouse.write() as session:
            finish_items(session, partition, SPEAK_VIDEO)
    return dg.MaterializeResult(metadata=voiceover_shown(spoken))


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"image"},
    owners=OWNERS,
    code_version="1",
    deps=["voiceover"],
)
def visuals(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """What is seen while each sentence of one video is said: pictures, stock, clips and drawn cards, with how near each is."""
    from igny8_assets.video.scene_choosing import collect_visuals
    from igny8_resources.requests import finish_items

    parts, partition = platform.platform, context.partition_key
    with explained():
        chosen = collect_visuals(parts, partition)
        with parts.warehouse.write() as session:
            finish_items(session, partition, ILLUSTRATE_VIDEO)
    return dg.MaterializeResult(metadata=visuals_shown(chosen))


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"video"},
    owners=OWNERS,
    code_version="1",
    deps=["visuals"],
    pool=VIDEO_RENDER_POOL,
    op_tags={QUEUE_TAG: RENDER_QUEUE},
)
def rendered_video(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The video file of one project with its subtitles and poster, rendered once for the same script, voice and pictures."""
    from igny8_assets.video.project_rendering import render_project
    from igny8_assets.video.projects import mark_rendered, mark_rendering
    from igny8_assets.video.reviewing import keep_contact_sheet
    from igny8_resources.warehouse.store.sites import require_module, tenant_of

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            project, site = mark_rendering(session, partition)
            require_module(session, site, "video")
        made = render_project(parts, partition, reporting(parts, partition, context.log.info))
        sheet = keep_contact_sheet(parts, partition, made.row)
        charge = parts.ai.charge(
            tenant_of(site),
            "video_composition",
            subject=partition,
            provider=project.voice_provider,
            inputs={"digest": made.row.input_digest},
        )
        with parts.warehouse.write() as session:
            project, content, site = mark_rendered(session, partition, made.row)
    shown = render_shown(made, project.title, parts.settings.public_url, f"/sites/{site.key}/{content.slug}/", sheet)
    return dg.MaterializeResult(metadata={**shown, **credits_shown([charge])})
