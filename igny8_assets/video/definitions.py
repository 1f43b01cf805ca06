"""Code location ``video``: its own executor, so that rendering can be pinned to a host with a GPU.

Dagster gives ad-hoc runs and backfills the executor of their location; a location of its own is what keeps a render off
every other machine.
"""

from collections.abc import Mapping

import dagster as dg

from igny8_assets.video import assets as video
from igny8_assets.video import checks as video_checks
from igny8_assets.video import listing_assets, publishing_assets, script_assets, thumbnail_assets
from igny8_assets.video.scratch_job import clean_video_scratch, clean_video_scratch_schedule
from igny8_resources.resources import resources_from_environment
from igny8_resources.settings import load_settings
from jobs.names import VIDEO_JOBS
from jobs.video import measure_videos, render_executor, video_jobs, video_metrics_schedule
from sensors.factory import event_sensor, request_sensor
from sensors.publications import publication_sensor


def build_defs(resources: Mapping[str, object] | None = None) -> dg.Definitions:
    """The location's definitions; ``resources`` replaces those of the environment, for tests."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules([script_assets, video, thumbnail_assets, listing_assets, publishing_assets]),
        asset_checks=dg.load_asset_checks_from_modules([video_checks]),
        jobs=[*video_jobs, measure_videos, clean_video_scratch],
        schedules=[video_metrics_schedule, clean_video_scratch_schedule],
        sensors=[
            event_sensor("video_events", video_jobs, VIDEO_JOBS),
            request_sensor("video_requests", video_jobs, VIDEO_JOBS),
            publication_sensor(),
        ],
        executor=render_executor(load_settings()),
        resources=dict(resources) if resources is not None else resources_from_environment(),
    )


defs = build_defs()
