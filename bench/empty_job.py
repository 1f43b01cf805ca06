"""The peer of an article in the daemon: a job of two empty assets, started the same way, a run each.

``IGNY8_BENCH_EMPTY_RUNS`` names a file that holds how many runs are wanted in all; the sensor asks for those that are new.
"""

import os
from pathlib import Path

import dagster as dg

VARIABLE = "IGNY8_BENCH_EMPTY_RUNS"
JOB = "empty_job"


@dg.asset
def first() -> None:
    """Nothing."""


@dg.asset(deps=[first])
def second() -> None:
    """Nothing."""


empty_job = dg.define_asset_job(JOB, selection=[first, second])


@dg.sensor(job=empty_job, minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def ask_for_empty_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """The runs that are wanted and have not been asked for."""
    asked, wanted = int(context.cursor or 0), int(Path(os.environ[VARIABLE]).read_text())
    if wanted <= asked:
        return dg.SensorResult(skip_reason="no run is wanted")
    runs = [dg.RunRequest(run_key=str(number)) for number in range(asked, wanted)]
    return dg.SensorResult(run_requests=runs, cursor=str(wanted))


defs = dg.Definitions(
    assets=[first, second], jobs=[empty_job], sensors=[ask_for_empty_runs], executor=dg.in_process_executor
)
