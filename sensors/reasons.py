"""Why a run failed, read from its own events; the same words for Dagster's sensor and for the command line."""

from collections.abc import Iterable

import dagster as dg

# The events that a reason is read from.
TELLING = {dg.DagsterEventType.ASSET_CHECK_EVALUATION, dg.DagsterEventType.STEP_FAILURE}


def reason_of(events: Iterable[dg.DagsterEvent], otherwise: str = "the run failed") -> str:
    """What a person needs to know: what the check that stopped the run found, else what its failed step said."""
    said = ""
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if check.blocking and not check.passed and check.severity is dg.AssetCheckSeverity.ERROR:
                return f"the check {check.check_name} failed: {check.description or 'it gives no reason'}"
        elif event.is_step_failure and not said:
            failure = event.step_failure_data
            if failure.user_failure_data and failure.user_failure_data.description:
                said = failure.user_failure_data.description
            elif failure.error:
                # An exception that was raised again by Dagster's own machinery: the one underneath is the reason.
                said = (failure.error.cause or failure.error).message.strip()
    return said or otherwise
