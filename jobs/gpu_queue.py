"""The queue ``gpu``: how a step gets through RabbitMQ to a worker, and what the worker does with it.

The application is dagster-celery's. Its own task executes a step inside the worker's pool; this one gives the step a process:
a render may then have child processes (Celery's pool forbids them), stops when its run is cancelled, and gives back memory and
GPU. A step is acknowledged when it is done, so that RabbitMQ hands it to the next worker when this one is lost.
"""

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from igny8_resources.settings import Settings, SettingsError
from jobs.names import RENDER_QUEUE

if TYPE_CHECKING:
    from celery import Celery
    from dagster import DagsterInstance, DagsterRun
    from dagster._grpc.types import ExecuteStepArgs

EXECUTE_STEP = "igny8.execute_step"
WORKER_COMMAND = "igny8 render-worker"
SECONDS_BETWEEN_LOOKS = 2.0
# How long RabbitMQ (3.12 and later; before, its setting consumer_timeout) waits for the end of one step.
_MILLISECONDS_TO_RENDER = 4 * 60 * 60 * 1000


class StepProcessDied(Exception):
    """A step's process ended without telling Dagster how; the message names its exit code."""


def queue_app(settings: Settings) -> "Celery":
    """The Celery application of both ends.

    Raises:
        SettingsError: the package or the broker is missing.
    """
    try:
        from dagster_celery.executor import CeleryExecutor
        from dagster_celery.make_app import make_app
    except ImportError as missing:
        raise SettingsError(
            "IGNY8_RENDER_EXECUTOR: celery needs the package dagster-celery; install it with: pip install 'igny8[celery]'"
        ) from missing
    from kombu.entity import Exchange, Queue

    if settings.celery_broker is None:
        raise SettingsError(
            "IGNY8_CELERY_BROKER: name the RabbitMQ server of the render queue, such as "
            "amqp://user:password@rabbit.internal:5672/igny8"
        )
    backend = settings.celery_backend.get_secret_value() if settings.celery_backend else "rpc://"
    described = CeleryExecutor.for_cli(broker=settings.celery_broker.get_secret_value(), backend=backend)
    app: Celery = make_app(described.app_args())
    app.conf.update(
        task_queues=[
            Queue(
                RENDER_QUEUE,
                Exchange(RENDER_QUEUE),
                routing_key=RENDER_QUEUE,
                queue_arguments={"x-consumer-timeout": _MILLISECONDS_TO_RENDER},
            )
        ],
        task_routes={EXECUTE_STEP: {"queue": RENDER_QUEUE}},
        task_default_queue=RENDER_QUEUE,
        task_acks_late=True,
        task_track_started=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
    )
    app.task(bind=True, name=EXECUTE_STEP)(_execute_step)
    return app


def work_on_queue(settings: Settings, name: str, queue: str = RENDER_QUEUE) -> None:
    """Take steps from a queue, one at a time, until the process is asked to end.

    A thread waits for the step's process, so that the connection to RabbitMQ stays alive however long it renders.
    """
    queue_app(settings).worker_main(
        [
            *("worker", "--pool", "threads", "--concurrency", "1", "--queues", queue, "--hostname", f"{name}@%h"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        ]
    )


@dataclass(frozen=True)
class QueueState:
    """``workers`` connected to a queue and ``waiting`` messages that none of them has taken yet."""

    workers: int
    waiting: int


def state_of(app: "Celery", queue: str) -> QueueState:
    """Ask RabbitMQ who listens to a queue.

    Raises:
        kombu.exceptions.OperationalError: it cannot be reached.
    """
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        said = connection.default_channel.queue_declare(queue=queue, passive=True)
    return QueueState(workers=said.consumer_count, waiting=said.message_count)


def _execute_step(task: Any, packed: Any) -> None:
    """Execute one step of a run on this host, with this host's own Dagster folder."""
    import dagster as dg
    from dagster._grpc.types import ExecuteStepArgs
    from dagster._record import copy
    from dagster._serdes import unpack_value

    with dg.DagsterInstance.get() as instance:
        args = copy(unpack_value(packed, ExecuteStepArgs), instance_ref=instance.get_ref())
        [step] = args.step_keys_to_execute or []
        run = _open_run(instance, args)
        if run is None:
            return
        again = ", again: the worker that had it is gone" if task.request.delivery_info.get("redelivered") else ""
        said = f"The worker {task.request.hostname} on {socket.gethostname()} begins this step{again}."
        instance.report_engine_event(said, run, step_key=step)
        _watched(instance, args)


def _open_run(instance: "DagsterInstance", args: "ExecuteStepArgs") -> "DagsterRun | None":
    """The run of a step while it goes on; None when it has ended or is being cancelled."""
    from dagster import DagsterRunStatus

    run = instance.get_run_by_id(args.run_id)
    return None if run is None or run.is_finished or run.status is DagsterRunStatus.CANCELING else run


def _watched(instance: "DagsterInstance", args: "ExecuteStepArgs") -> None:
    """Let a step run to its end, or end it when nobody wants its result any more.

    Raises:
        StepProcessDied: it ended with an error of its own.
    """
    from jobs.step_process import StepProcess

    process = StepProcess(args)
    try:
        while (code := process.exit_code()) is None:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            if _open_run(instance, args) is None:
                return
    finally:
        process.end()
    if code:
        raise StepProcessDied(exit_reason(code))


def exit_reason(code: int) -> str:
    """What an exit code of a step's process says to a person."""
    if code < 0:
        return f"its process was killed by signal {-code}; signal 9 often means that the host ran out of memory"
    return f"its process ended with exit code {code}"
