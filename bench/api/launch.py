"""How long it takes from a POST to the first step of its run, with the daemon running.

The deployment is what ``igny8 dev`` starts, but for Dagster's web pages: the API under uvicorn, the daemon and its code
servers, each a process of its own. Requests for one article each are sent one after the other, at moments that have nothing
to do with the daemon's ticks: after the run before has ended, and a random while more (seeded, so that every measurement
waits alike). The clock starts before the POST and ends when Dagster records that the run's first step begins.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bench.api.postgres import temporary_database
from bench.api.serving import answering, free_port, last_words, process
from bench.home import Home
from bench.results import Figure, MeasurementFailed, median_figure

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from igny8_resources.platform import Platform

REQUESTS = 20
QUICK_REQUESTS = 5
# The longest pause between a run's end and the next request; longer than the daemon's loop, so that every phase of it is met.
LONGEST_PAUSE = 6.0
MOST_SECONDS = 6.0
SECONDS_TO_WAIT = 180


@dataclass(frozen=True)
class _Launch:
    """Seconds from the POST to each moment of one run."""

    answered: float
    recorded: float
    started: float
    begun: float


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """With the warehouse and Dagster's storage on SQLite."""
    return _measured(home, {}, quick=quick)


def measure_postgresql(home: Home, *, quick: bool) -> list[Figure]:
    """With both in databases of their own on PostgreSQL."""
    with temporary_database() as warehouse, temporary_database() as dagster:
        plain = dagster.replace("postgresql+psycopg2://", "postgresql://")
        return _measured(home, {"IGNY8_WAREHOUSE_URL": warehouse, "IGNY8_DAGSTER_POSTGRES_URL": plain}, quick=quick)


def _measured(home: Home, settings: dict[str, str], *, quick: bool) -> list[Figure]:
    count = QUICK_REQUESTS if quick else REQUESTS
    with home.entered(), ExitStack() as stack:
        os.environ.update(settings)
        from cli.instance import dagster_instance, prepare
        from igny8_resources.platform import Platform
        from igny8_resources.settings import load_settings

        parts = Platform(load_settings())
        prepare(parts)
        instance = stack.enter_context(dagster_instance(parts.settings))
        tasks = _planned_tasks(parts, instance, count + 1)
        parts.warehouse.dispose()
        environment = {**home.environment, **settings, "DAGSTER_HOME": os.environ["DAGSTER_HOME"]}
        daemon = stack.enter_context(process(home, "daemon", environment, *_daemon_command()))
        client = stack.enter_context(_service(home, environment))
        driver = _Driver(client, instance, daemon, home.folder / "daemon.log")
        # The first one waits for the code servers to load.
        driver.launch(tasks[0])
        # Seeded, for the same pauses in every measurement; nothing secret comes of it.
        pauses = random.Random(7)
        launches = []
        for task in tasks[1:]:
            time.sleep(pauses.uniform(0, LONGEST_PAUSE))
            launches.append(driver.launch(task))
    return _figures(launches)


def _planned_tasks(parts: "Platform", instance: "DagsterInstance", count: int) -> Sequence[int]:
    """The demonstration's site with so many tasks that nobody has asked to have written; automation is off."""
    from sqlalchemy import select, update

    from cli import demo
    from cli.engine import Engine
    from igny8_resources.warehouse.tables.automation import AutomationStage
    from igny8_resources.warehouse.tables.ledgers import Request
    from igny8_resources.warehouse.tables.writer import Task

    demo.set_up(parts, count)
    with parts.warehouse.write() as session:
        session.execute(update(AutomationStage).values(enabled=False))
    engine = Engine(parts, instance)
    [work] = engine.due().works
    outcome = engine.execute(work)
    if outcome.failure:
        raise MeasurementFailed(f"{work.job} {work.partition}: {outcome.failure}")
    with parts.warehouse.write() as session:
        # Each article is asked for by its own request; the one that planned them has done its part.
        session.execute(update(Task).values(request_id=None))
        session.execute(update(Request).values(status="done"))
        tasks = session.scalars(select(Task.id).order_by(Task.id).limit(count)).all()
    if len(tasks) < count:
        raise MeasurementFailed(f"the demonstration has {len(tasks)} articles to write; {count} are needed")
    return tasks


def _daemon_command() -> list[str]:
    from cli.instance import WORKSPACE, deployment_file

    return [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(deployment_file(WORKSPACE))]


@contextmanager
def _service(home: Home, environment: dict[str, str]) -> Iterator[httpx.Client]:
    """The API in a process of its own, and a client that is signed in."""
    from cli.demo import EMAIL, PASSWORD

    port = free_port()
    command = (sys.executable, "-m", "cli.main", "serve", "--port", str(port))
    with (
        process(home, "api", environment, *command) as running,
        answering(running, port, home.folder / "api.log", "/api/v1/system/health/") as client,
    ):
        client.base_url = client.base_url.join("/api/v1/")
        signed_in = client.post("/auth/login/", json={"email": EMAIL, "password": PASSWORD}).json()["data"]
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        yield client


@dataclass
class _Driver:
    """Sends requests and reads from Dagster when their runs began."""

    client: httpx.Client
    instance: "DagsterInstance"
    daemon: subprocess.Popen[bytes]
    log: Path

    def launch(self, task: int) -> _Launch:
        """Ask for one article, and wait until its run has ended."""
        import dagster as dg

        from jobs.names import REQUEST_TAG

        began = time.time()
        answer = self.client.post("/writer/content/generate/", json={"task_ids": [task]})
        answered = time.time()
        if answer.status_code != 202:
            raise MeasurementFailed(f"task {task} was refused: {answer.text}")
        of_request = dg.RunsFilter(tags={REQUEST_TAG: answer.json()["data"]["task_id"]})
        self._wait(lambda: any(run.is_finished for run in self.instance.get_runs(of_request)), f"run for task {task}")
        [record] = self.instance.get_run_records(of_request)
        run = record.dagster_run
        if not run.is_success:
            raise MeasurementFailed(f"the run for task {task} is {run.status.value}: {last_words(self.log)}")
        moments = {
            kind: min(entry.timestamp for entry in self.instance.all_logs(run.run_id, of_type=kind))
            for kind in (dg.DagsterEventType.RUN_STARTING, dg.DagsterEventType.STEP_START)
        }
        return _Launch(
            answered - began,
            record.create_timestamp.timestamp() - began,
            moments[dg.DagsterEventType.RUN_STARTING] - began,
            moments[dg.DagsterEventType.STEP_START] - began,
        )

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not is_there():
            if self.daemon.poll() is not None:
                raise MeasurementFailed(f"the daemon ended with {self.daemon.returncode}: {last_words(self.log)}")
            if time.monotonic() > deadline:
                raise MeasurementFailed(f"no {what} within {SECONDS_TO_WAIT} s: {last_words(self.log)}")
            time.sleep(0.5)


def _figures(launches: Sequence[_Launch]) -> list[Figure]:
    begun = [each.begun for each in launches]
    spaced = f"{len(begun)} requests for one article each, one after the other"
    return [
        median_figure("POST to the run's first step, p50", begun, "s", limit=MOST_SECONDS, note=spaced),
        Figure("POST to the run's first step, p90", statistics.quantiles(begun, n=10)[-1], "s"),
        median_figure("POST to its answer, p50", [1000 * each.answered for each in launches], "ms"),
        median_figure("of it: until the run is recorded, p50", [each.recorded for each in launches], "s"),
        median_figure("of it: in the queue, p50", [each.started - each.recorded for each in launches], "s"),
        median_figure("of it: start of its process, p50", [each.begun - each.started for each in launches], "s"),
    ]
