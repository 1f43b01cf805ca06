"""From a published article to a video's script: one video a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import VIDEOS, across, articles, videos
from igny8_assets.shown import OWNERS, skipped
from igny8_assets.video.shown import followed_job, script_shown
from igny8_resources.resources import PlatformResource
from jobs.names import CREATE_VIDEO_PROJECT, RENDER_VIDEO, REQUEST_TAG, WRITE_VIDEO_SCRIPT


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
    from igny8_resources.requests import finish_items, report_progress
    from igny8_resources.warehouse.store import video as store
    from igny8_resources.warehouse.store.sites import require_module
    from igny8_resources.warehouse.tables.ledgers import Request

    parts, partition, job = platform.platform, context.partition_key, followed_job(context)
    with explained():
        with parts.warehouse.write() as session:
            _, _, site = store.project_of(session, partition)
            require_module(session, site, "video")
            request = session.get(Request, context.run.tags.get(REQUEST_TAG, ""))
            is_asked_for = request is not None and request.kind == "video_script"
            report_progress(session, partition, job, "AI_CALL", "writing the script", context.run_id)
        written = write_script(parts, partition, again=is_asked_for)
        with parts.warehouse.write() as session:
            if written.status != "approved":
                said = f"version {written.version} of the script waits for approval"
                report_progress(session, partition, RENDER_VIDEO, "PREP", said)
            finish_items(session, partition, WRITE_VIDEO_SCRIPT)
    return dg.MaterializeResult(metadata=script_shown(written))
