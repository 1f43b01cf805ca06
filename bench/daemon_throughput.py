"""Articles a minute through the running daemon with the offline provider, a run each, beside an empty job.

One daemon serves the product's code locations and ``bench.empty_job``; batches of both take turns. An article comes about
as it does in production: a request for articles, a planning run, the events of its tasks, the event sensor, the run queue, a
process of its own. Its clock runs from the moment the tasks are in the warehouse to the end of the last run.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bench.empty_job import JOB as EMPTY_JOB
from bench.empty_job import VARIABLE as EMPTY_RUNS
from bench.home import ROOT, Home
from bench.process_tree import cpu_seconds
from bench.results import Figure, MeasurementFailed, median_figure, median_ratio

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from igny8_resources.platform import Platform

ROUNDS = 2
RUNS_A_BATCH = 20
QUICK_RUNS = 6
SECONDS_TO_WAIT = 600
SECONDS_OF_IDLENESS = 20
SECONDS_TO_END = 30


@dataclass(frozen=True)
class _Batch:
    runs: int
    seconds: float
    cpu: float

    @property
    def per_minute(self) -> float:
        return 60 * self.runs / self.seconds

    @property
    def cpu_a_run(self) -> float:
        return self.cpu / self.runs


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """After one run of each to warm up: the idle daemon, then batches of empty runs and of articles in turn."""
    runs, rounds = (QUICK_RUNS, 1) if quick else (RUNS_A_BATCH, ROUNDS)
    wanted = home.folder / "empty-runs"
    wanted.write_text("0")
    with home.entered():
        os.environ[EMPTY_RUNS] = str(wanted)
        from cli.instance import dagster_instance, prepare
        from igny8_resources.platform import Platform
        from igny8_resources.settings import load_settings

        parts = Platform(load_settings())
        prepare(parts)
        with dagster_instance(parts.settings) as instance:
            _set_up_site(parts, instance)
        with dagster_instance(parts.settings) as instance, _daemon(home) as daemon:
            driver = _Driver(parts, instance, daemon, home.folder / "daemon.log", wanted)
            driver.empty_runs(1)
            driver.articles(1)
            idle = driver.idle()
            empty: list[_Batch] = []
            articles: list[_Batch] = []
            for _ in range(rounds):
                empty.append(driver.empty_runs(runs))
                articles.append(driver.articles(runs))
        parts.warehouse.dispose()
    return _figures(empty, articles, idle, runs)


def _set_up_site(parts: "Platform", instance: "DagsterInstance") -> None:
    """The demonstration's site, its keywords planned; planning and writing alone are on, so that nothing else runs beside."""
    from sqlalchemy import update

    from cli import demo
    from cli.engine import Engine
    from igny8_resources.warehouse.tables.automation import AutomationStage

    demo.set_up(parts, 0)
    with parts.warehouse.write() as session:
        others = AutomationStage.stage.not_in(("planning", "writing"))
        session.execute(update(AutomationStage).where(others).values(enabled=False))
    engine = Engine(parts, instance)
    for work in engine.due().works:
        outcome = engine.execute(work)
        if outcome.failure:
            raise MeasurementFailed(f"{work.job} {work.partition}: {outcome.failure}")


@contextmanager
def _daemon(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """Dagster's daemon with its code servers, as ``igny8 dev`` starts it but for the web pages."""
    from cli.instance import WORKSPACE, deployment_file

    workspace = yaml.safe_load(deployment_file(WORKSPACE).read_text())
    workspace["load_from"].append({"python_module": {"module_name": "bench.empty_job", "location_name": "empty"}})
    described = home.folder / "workspace.yaml"
    described.write_text(yaml.safe_dump(workspace))
    environment = {**home.environment, "DAGSTER_HOME": os.environ["DAGSTER_HOME"], EMPTY_RUNS: os.environ[EMPTY_RUNS]}
    with (home.folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [_program("dagster-daemon"), "run", "-w", str(described)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class _Driver:
    """Asks the daemon for batches and waits for them."""

    parts: "Platform"
    instance: "DagsterInstance"
    daemon: subprocess.Popen[bytes]
    log: Path
    wanted: Path

    def idle(self) -> float:
        """CPU-seconds a minute of a daemon with nothing to do."""
        before = cpu_seconds(self.daemon.pid)
        time.sleep(SECONDS_OF_IDLENESS)
        return 60 * (cpu_seconds(self.daemon.pid) - before) / SECONDS_OF_IDLENESS

    def empty_runs(self, count: int) -> _Batch:
        """So many runs of the empty job."""
        done = self._succeeded(EMPTY_JOB)
        self.wanted.write_text(str(int(self.wanted.read_text()) + count))
        return self._measured(EMPTY_JOB, done, count)

    def articles(self, count: int) -> _Batch:
        """So many articles, asked for as the API and ``igny8 run --articles`` do."""
        from cli.demo import SITE_KEY
        from igny8_resources.requests import Item, submit_request
        from igny8_resources.warehouse.store.sites import site_by_key
        from jobs.names import PLAN_SITE, WRITE_ARTICLE

        done = self._succeeded(WRITE_ARTICLE)
        tasks = self._tasks() + count
        with self.parts.warehouse.write() as session:
            site = site_by_key(session, SITE_KEY)
            submit_request(
                session,
                account_id=site.account_id,
                site_id=site.id,
                kind="plan",
                payload={"site_key": SITE_KEY, "articles": count},
                items=[Item(PLAN_SITE, SITE_KEY)],
            )
        self._wait(lambda: self._tasks() >= tasks, f"{count} tasks from the planning run")
        return self._measured(WRITE_ARTICLE, done, count)

    def _measured(self, job: str, done: int, count: int) -> _Batch:
        began, cpu = time.perf_counter(), cpu_seconds(self.daemon.pid)
        self._wait(lambda: self._succeeded(job) >= done + count, f"{count} runs of {job}")
        return _Batch(count, time.perf_counter() - began, cpu_seconds(self.daemon.pid) - cpu)

    def _tasks(self) -> int:
        from sqlalchemy import func, select

        from igny8_resources.warehouse.tables.writer import Task

        with self.parts.warehouse.read() as session:
            return session.scalar(select(func.count()).select_from(Task)) or 0

    def _succeeded(self, job: str) -> int:
        import dagster as dg

        statuses = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
        failed = self.instance.get_runs(dg.RunsFilter(statuses=statuses), limit=1)
        if failed:
            raise MeasurementFailed(f"a run of {failed[0].job_name} failed: {self._reason(failed[0].run_id)}")
        return self.instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]))

    def _reason(self, run_id: str) -> str:
        import dagster as dg

        for entry in self.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
            error = entry.get_dagster_event().step_failure_data.error
            if error is not None:
                return (error.cause or error).message.strip()
        return self._last_words()

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not is_there():
            if self.daemon.poll() is not None:
                raise MeasurementFailed(f"the daemon ended with {self.daemon.returncode}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise MeasurementFailed(f"no {what} within {SECONDS_TO_WAIT} s: {self._last_words()}")
            time.sleep(0.5)

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-800:]


def _figures(empty: list[_Batch], articles: list[_Batch], idle: float, runs: int) -> list[Figure]:
    batch = f"batches of {runs}"
    article_cpu, empty_cpu = [each.cpu_a_run for each in articles], [each.cpu_a_run for each in empty]
    article_rate, empty_rate = [each.per_minute for each in articles], [each.per_minute for each in empty]
    return [
        median_figure("articles a minute", article_rate, "/min", note=f"{batch}, a run each"),
        median_figure("empty runs a minute", empty_rate, "/min", note=f"{batch}, two empty assets"),
        median_figure("CPU an article", article_cpu, "CPU-s", note="daemon, code servers and run processes together"),
        median_figure("CPU an empty run", empty_cpu, "CPU-s"),
        median_ratio("CPU, article / empty run", article_cpu, empty_cpu),
        median_ratio("rate, article / empty run", article_rate, empty_rate),
        Figure("CPU of the idle daemon", idle, "CPU-s/min", note="sensors ticking, nothing to do"),
    ]
