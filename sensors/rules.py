"""The sensor that follows the outbox and the clock for the rules that people made.

Belongs here: how Dagster asks for a look. Does not belong here: what rules do (``igny8_resources.automation``). Rules write
requests, which the requests sensor turns into runs.
"""

import dagster as dg

from igny8_resources.resources import PlatformResource
from jobs.names import JOB_OF_REQUEST
from sensors.factory import SECONDS_BETWEEN_TICKS


def rule_sensor() -> dg.SensorDefinition:
    """Hold new events and the time against the rules of all sites; each occasion sets a rule off once."""

    @dg.sensor(
        name="automation_rules",
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads new events and looks at the clock, and asks for the work that the sites' rules call for.",
    )
    def follow_rules(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SkipReason:
        from igny8_resources.automation.running import work_rules

        # Where the rules have read to stands in the warehouse, so that the command line and the daemon share one place.
        said = work_rules(platform.platform.warehouse, JOB_OF_REQUEST)
        for line in said:
            context.log.info(line)
        return dg.SkipReason("; ".join(said) or "no rule had an occasion")

    return follow_rules
