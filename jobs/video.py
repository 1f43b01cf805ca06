"""The jobs of the video location, and the executor that pins rendering."""

import dagster as dg

from igny8_resources.resources import PlatformResource
from igny8_resources.settings import Settings, SettingsError
from jobs import names

create_video_project = dg.define_asset_job(
    names.CREATE_VIDEO_PROJECT,
    selection=dg.AssetSelection.assets("video_projects"),
    description="Open a video project for one published article.",
)
write_video_script = dg.define_asset_job(
    names.WRITE_VIDEO_SCRIPT,
    selection=dg.AssetSelection.assets("video_script"),
    description="Write the script of one video, which then waits for approval or approves itself.",
)
speak_video = dg.define_asset_job(
    names.SPEAK_VIDEO,
    selection=dg.AssetSelection.assets("voiceover"),
    description="Speak the approved script of one video.",
)
illustrate_video = dg.define_asset_job(
    names.ILLUSTRATE_VIDEO,
    selection=dg.AssetSelection.assets("visuals"),
    description="Choose what is seen in one video.",
)
render_video = dg.define_asset_job(
    names.RENDER_VIDEO,
    selection=dg.AssetSelection.assets("video_script", "voiceover", "visuals", "rendered_video", "video_thumbnail"),
    description="Script, voice, pictures, rendering and thumbnail of one video.",
)
list_video = dg.define_asset_job(
    names.LIST_VIDEO,
    selection=dg.AssetSelection.assets("video_listings"),
    description="Write what one video is found by on its platforms.",
)

# Both wait on the network: they need no process of their own, and no machine that renders.
publish_video = dg.define_asset_job(
    names.PUBLISH_VIDEO,
    selection=dg.AssetSelection.assets("published_video"),
    executor_def=dg.in_process_executor,
    description="Publish one rendered video on the platforms that it was asked for.",
)
measure_videos = dg.define_asset_job(
    names.MEASURE_VIDEOS,
    selection=dg.AssetSelection.assets("video_metrics"),
    executor_def=dg.in_process_executor,
    description="Ask the platforms how the published videos are watched.",
)

video_jobs = [
    create_video_project,
    write_video_script,
    speak_video,
    illustrate_video,
    render_video,
    list_video,
    publish_video,
]


@dg.schedule(
    job=measure_videos,
    cron_schedule="40 */12 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Twice a day, if any video is published; starts no run otherwise.",
)
def video_metrics_schedule(
    context: dg.ScheduleEvaluationContext, platform: PlatformResource
) -> dg.RunRequest | dg.SkipReason:
    """A run for the half day under way when a published video has not been measured in it."""
    from igny8_resources.warehouse.store.video_publishing import period_of, publications_to_measure

    now = context.scheduled_execution_time
    with platform.platform.warehouse.read() as session:
        due = len(publications_to_measure(session, period_of(now)))
    if not due:
        return dg.SkipReason("no published video is to be measured")
    return dg.RunRequest(partition_key=f"{now:%Y-%m-%d}", run_key=f"{now:%Y-%m-%dT%H}")


def render_executor(settings: Settings) -> dg.ExecutorDefinition:
    """The executor of the video location, which decides where its steps run.

    ``local`` gives each step a child process that takes its memory with it, one at a time.

    Raises:
        SettingsError: the executor's package is not installed, or a setting that it needs is missing or cannot be read.
    """
    if settings.render_executor == "celery":
        from jobs.gpu_queue import queue_app
        from jobs.queued_steps import queued_executor

        queue_app(settings)
        return queued_executor
    if settings.render_executor == "k8s":
        try:
            from jobs.gpu_pods import gpu_node, pod_executor
        except ImportError as missing:
            raise SettingsError(
                "IGNY8_RENDER_EXECUTOR: k8s needs the package dagster-k8s; install it with: pip install 'igny8[k8s]'"
            ) from missing
        gpu_node(settings)
        return pod_executor
    return dg.multiprocess_executor.configured({"max_concurrent": 1})
