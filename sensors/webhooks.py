"""The sensor that delivers webhooks. It asks for no runs: a message is sent in a moment, and a run takes seconds to start."""

import dagster as dg

from igny8_resources.resources import PlatformResource

SECONDS_BETWEEN_TICKS = 5
# A tick ends well within Dagster's limit of 60 seconds: nothing is begun after these, and an attempt takes 10 at most.
SECONDS_OF_READING = 5.0
SECONDS_OF_SENDING = 10.0


def webhook_sensor() -> dg.SensorDefinition:
    """Make deliveries of new events, and send those that are due."""

    @dg.sensor(
        name="webhooks",
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells applications what happened: new events become deliveries, and deliveries that are due are sent.",
    )
    def deliver_webhooks(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SkipReason:
        from igny8_resources.vault import open_vault
        from igny8_resources.webhooks.fan_out import fan_out
        from igny8_resources.webhooks.posting import Reach
        from igny8_resources.webhooks.sending import send_due

        parts = platform.platform
        fan_out(parts.warehouse, seconds=SECONDS_OF_READING)
        told = send_due(
            parts.warehouse, open_vault(parts.settings), Reach.of(parts.settings), seconds=SECONDS_OF_SENDING
        )
        for line in told.switched_off:
            context.log.warning(line)
        if not told.attempts:
            return dg.SkipReason("no delivery is due")
        return dg.SkipReason(f"{told.delivered} delivered, {told.to_retry} to be sent again, {told.dead} dead")

    return deliver_webhooks
