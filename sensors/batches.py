"""The sensor that follows batches at a provider: one question each, less often the longer they take."""

import dagster as dg

from igny8_resources.resources import PlatformResource

SECONDS_BETWEEN_TICKS = 30


def batch_sensor() -> dg.SensorDefinition:
    """Collect batches that have come back; the requests sensor then asks for the next pass of their requests."""

    @dg.sensor(
        name="batches",
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks at open batches of model calls, and takes in those that have come back.",
    )
    def follow_batches(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SkipReason:
        from igny8_resources.ai.batch_collecting import look_after
        from igny8_resources.ai.openai_batch import batches_of

        parts = platform.platform
        client = batches_of(parts.settings)
        if client is None:
            return dg.SkipReason("no provider with batches is configured")
        said = look_after(parts.warehouse, client)
        for line in said:
            context.log.info(line)
        return dg.SkipReason("; ".join(said) or "no batch is due to be looked at")

    return follow_batches
