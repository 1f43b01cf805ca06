"""From a published article to a rendered video: one video a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import VIDEOS, across, articles, videos
from igny8_assets.shown import OWNERS, credits_shown, markdown_table, skipped
from igny8_assets.video.shown import render_shown, reporting, script_shown, voiceover_shown
from igny8_resources.resources import PlatformResource
from jobs.names import CREATE_VIDEO_PROJECT, RENDER_VIDEO, REQUEST_TAG, VIDEO_RENDER_POOL


@dg.asset(
    partitions_def=articles,
    group_name="video",
    kinds={"table"},
    owners=OWNERS,
    code_version="1",
    deps=["published_article"],
)
def video_projects(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The video project of one article, opened because it was asked for or because the site's automation wants it."""
    from igny8_assets.video.projects import may_open, open_project
    from igny8_resources.requests import finish_items
    from igny8_resources.warehouse.store.sites import require_module
    from igny8_resources.warehouse.store.writer import content_of

    parts, partition = platform.platform, context.partition_key
    request_id = context.run.tags.get(REQUEST_TAG)
    with explained(), parts.warehouse.write() as session:
        content, task, site = content_of(session, partition)
        require_module(session, site, "video")
        if content.status != "published":
            raise NotReady(f"“{content.title}” is {content.status}; a video is made once it is published")
        if not may_open(session, content, request_id):
            return skipped("the site's daily cap of videos is reached; ask for this one to make it all the same")
        opened = open_project(session, content, site, request_id)
        task.error = ""
        finish_items(session, partition, CREATE_VIDEO_PROJECT)
    key = opened.project.partition_key or ""
    context.instance.add_dynamic_partitions(VIDEOS, [key])
    return dg.MaterializeResult(
        metadata={"video_partition": key, "preset": opened.project.render_preset, "opened_now": opened.is_new}
    )


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"ai", "table"},
    owners=OWNERS,
    code_version="1",
    deps=[across("video_projects")],
)
def video_script(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The narration of one video, section by section, each with what is seen and where in the article it comes from."""
    from igny8_assets.video.script_writing import write_script
    from igny8_resources.requests import report_progress
    from igny8_resources.warehouse.store import video as store
    from igny8_resources.warehouse.store.sites import require_module

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            _, _, site = store.project_of(session, partition)
            require_module(session, site, "video")
            report_progress(session, partition, RENDER_VIDEO, "AI_CALL", "writing the script", context.run_id)
        written = write_script(parts, partition)
    return dg.MaterializeResult(metadata=script_shown(written))


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
    from igny8_resources.requests import report_progress

    parts, partition = platform.platform, context.partition_key

    def on_section(number: int, total: int) -> None:
        with parts.warehouse.write() as session:
            said = f"speaking section {number} of {total}"
            report_progress(session, partition, RENDER_VIDEO, "AI_CALL", said, pieces=(number - 1, total))

    with explained():
        spoken = speak_script(parts, partition, on_section)
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
    """What is seen in each section of one video: the article's pictures and drawn cards."""
    from igny8_assets.video.production import collect_visuals

    with explained():
        chosen = collect_visuals(platform.platform, context.partition_key)
    return dg.MaterializeResult(
        metadata={"pictures": len(chosen), "by_section": dg.MetadataValue.md(markdown_table(["cue", "media"], chosen))}
    )


@dg.asset(
    partitions_def=videos,
    group_name="video",
    kinds={"video"},
    owners=OWNERS,
    code_version="1",
    deps=["visuals"],
    pool=VIDEO_RENDER_POOL,
)
def rendered_video(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The video file of one project with its subtitles and poster, rendered once for the same script, voice and pictures."""
    from igny8_assets.video.project_rendering import render_project
    from igny8_assets.video.projects import mark_rendered, mark_rendering
    from igny8_resources.warehouse.store.sites import require_module, tenant_of

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            project, site = mark_rendering(session, partition)
            require_module(session, site, "video")
        made = render_project(parts, partition, reporting(parts, partition, context.log.info))
        charge = parts.ai.charge(
            tenant_of(site),
            "video_composition",
            subject=partition,
            provider=project.voice_provider,
            inputs={"digest": made.row.input_digest},
        )
        with parts.warehouse.write() as session:
            project, content, site = mark_rendered(session, partition, made.row)
    shown = render_shown(made, project.title, parts.settings.public_url, f"/sites/{site.key}/{content.slug}/")
    return dg.MaterializeResult(metadata={**shown, **credits_shown([charge])})
