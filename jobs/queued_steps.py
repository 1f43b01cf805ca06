"""The executor of the video location with ``IGNY8_RENDER_EXECUTOR=celery``.

Steps with a queue tag go through RabbitMQ to a worker; the others are child processes here, so that writing a script waits for no
GPU. A step that no worker takes says so in the run's log and to whoever asked for the video.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.execution.retries import RetryMode, get_retries_config
from dagster._core.executor.step_delegating import (
    CheckStepHealthResult,
    StepDelegatingExecutor,
    StepHandler,
    StepHandlerContext,
)
from dagster._serdes import pack_value

from igny8_resources.settings import Settings, load_settings
from jobs.gpu_queue import EXECUTE_STEP, WORKER_COMMAND, exit_reason, queue_app, state_of
from jobs.names import QUEUE_TAG
from jobs.step_process import StepProcess

if TYPE_CHECKING:
    from celery import Celery
    from celery.result import AsyncResult

SECONDS_BETWEEN_CHECKS = 5
Tell = Callable[[dg.DagsterRun, str], None]


class BrokerUnreachable(Exception):
    """RabbitMQ did not take a step."""


@dg.executor(
    name="celery",
    config_schema={"retries": get_retries_config()},
    requirements=dg.multiple_process_executor_requirements(),
)
def queued_executor(context: dg.InitExecutorContext) -> StepDelegatingExecutor:
    """Render on the workers of the queue ``gpu``; everything else is a child process of the run."""
    settings = load_settings()
    retries: Any = context.executor_config["retries"]
    return StepDelegatingExecutor(
        QueuedStepHandler(queue_app(settings), tell=telling(settings)),
        retries=RetryMode.from_config(retries) or RetryMode.DISABLED,
        check_step_health_interval_seconds=SECONDS_BETWEEN_CHECKS,
        max_concurrent=1,
    )


def telling(settings: Settings) -> Tell:
    """A callback that tells the requests that wait for a run's work."""

    def tell(run: dg.DagsterRun, message: str) -> None:
        from igny8_resources.platform import Platform
        from igny8_resources.requests import report_progress
        from igny8_resources.warehouse.tables import registry  # noqa: F401 (rows refer to tables of other modules)

        partition = run.tags.get("dagster/partition")
        if partition is None:
            return
        parts = Platform(settings)
        try:
            with parts.warehouse.write() as session:
                report_progress(session, partition, run.job_name, "SAVE", message, run.run_id)
        finally:
            parts.warehouse.dispose()

    return tell


@dataclass
class _Queued:
    queue: str
    result: "AsyncResult[Any]"
    said: str = ""


class QueuedStepHandler(StepHandler):
    """Begins steps, says how they are, and ends them."""

    def __init__(self, app: "Celery", tell: Tell) -> None:
        self._app, self._tell = app, tell
        self._here: dict[str, StepProcess] = {}
        self._queued: dict[str, _Queued] = {}

    @property
    def name(self) -> str:
        """How the run's log calls it."""
        return "QueuedStepHandler"

    def launch_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        """Send a step to its queue, or begin it here.

        Raises:
            BrokerUnreachable: RabbitMQ did not take it.
        """
        from kombu.exceptions import OperationalError

        step = _step_of(step_handler_context)
        queue = step_handler_context.step_tags[step].get(QUEUE_TAG)
        if queue is None:
            self._here[step] = StepProcess(step_handler_context.execute_step_args)
            return
        packed = pack_value(step_handler_context.execute_step_args)
        try:
            sent = self._app.send_task(EXECUTE_STEP, args=[packed], queue=queue)
        except OperationalError as unreachable:
            raise BrokerUnreachable(
                f"the step {step} could not be queued, RabbitMQ cannot be reached: {unreachable}; check IGNY8_CELERY_BROKER"
            ) from unreachable
        self._queued[step] = _Queued(queue, sent)
        yield DagsterEvent.step_worker_starting(
            step_handler_context.get_step_context(step), message=f"Sent {step} to the queue {queue}.", metadata={}
        )

    def check_step_health(self, step_handler_context: StepHandlerContext) -> CheckStepHealthResult:
        """Whether a step still can succeed; one that waits for a worker says so."""
        step = _step_of(step_handler_context)
        if step in self._here:
            code = self._here[step].exit_code()
            return CheckStepHealthResult.unhealthy(exit_reason(code)) if code else CheckStepHealthResult.healthy()
        queued = self._queued.get(step)
        if queued is None:
            return CheckStepHealthResult.unhealthy("the process that began it is gone")
        if queued.result.state == "FAILURE":
            return CheckStepHealthResult.unhealthy(str(queued.result.result))
        if queued.result.state == "PENDING":
            self._say_that_it_waits(step_handler_context, step, queued)
        return CheckStepHealthResult.healthy()

    def terminate_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        """End a step; a worker looks itself whether the run of its step is still wanted."""
        step = _step_of(step_handler_context)
        if step in self._here:
            self._here[step].end()
            return
        yield DagsterEvent.engine_event(
            step_handler_context.get_step_context(step),
            "The worker ends this step within seconds.",
            EngineEventData(),
        )

    def _say_that_it_waits(self, context: StepHandlerContext, step: str, queued: _Queued) -> None:
        state = state_of(self._app, queued.queue)
        if state.workers:
            said = f"{step} waits for its turn on the queue {queued.queue}: {_counted(state.workers)} busy."
        else:
            said = (
                f"{step} waits for a worker on the queue {queued.queue}: none is connected. "
                f"Start one on the GPU host with: {WORKER_COMMAND}"
            )
        if said == queued.said:
            return
        queued.said = said
        context.instance.report_engine_event(said, context.dagster_run, step_key=step)
        self._tell(context.dagster_run, said)


def _step_of(context: StepHandlerContext) -> str:
    [step] = context.execute_step_args.step_keys_to_execute or []
    return step


def _counted(workers: int) -> str:
    return "its worker is" if workers == 1 else f"its {workers} workers are"
