"""The sensor that goes on with publications: those that wait for an allowance, for a platform's work, or for better days."""

import time

import dagster as dg

from igny8_resources.resources import PlatformResource
from jobs import names

SECONDS_BETWEEN_TICKS = 60
MOST_A_TICK = 20
# A run that could not even begin is asked for again after this time.
SECONDS_BEFORE_ANOTHER_TRY = 1800


def publication_sensor() -> dg.SensorDefinition:
    """Ask for another run of videos whose publication is due, one a video."""

    @dg.sensor(
        name="video_publications",
        job_name=names.PUBLISH_VIDEO,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Goes on with videos that waited for a platform: for its allowance, its work or its return.",
    )
    def follow_publications(
        context: dg.SensorEvaluationContext, platform: PlatformResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        from igny8_resources.warehouse.store.video_publishing import publications_due

        with platform.platform.warehouse.read() as session:
            due = publications_due(session, MOST_A_TICK)
        if not due:
            return dg.SkipReason("no publication is due")
        attempt = int(time.time()) // SECONDS_BEFORE_ANOTHER_TRY
        by_video = {partition: row for row, partition in due}
        for partition in by_video:
            if not context.instance.has_dynamic_partition("videos", partition):
                context.instance.add_dynamic_partitions("videos", [partition])
        return [
            dg.RunRequest(
                run_key=f"{names.PUBLISH_VIDEO}/{partition}/{row.id}-{row.attempts}/{attempt}",
                partition_key=partition,
                tags={names.ACCOUNT_TAG: str(row.account_id)},
            )
            for partition, row in by_video.items()
        ]

    return follow_publications
