"""What the platform itself costs for one article through all article stages, in one process, with the offline provider.

Each article is executed as ``igny8 run`` executes it: a ``write_article`` run, then a ``publish_article`` run, on a real
instance. The provider's part is what the journal noted as the calls' latency; the rest is the platform's: Dagster's step and
event handling, the warehouse, checks, schema, links, the page document.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.home import Home
from bench.results import Figure, MeasurementFailed, median_figure

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from cli.engine import Engine, Outcome
    from igny8_resources.platform import Platform

MOST_SECONDS = 2.0
ARTICLES = 7
QUICK_ARTICLES = 3


@dataclass(frozen=True)
class _Article:
    seconds: float
    cpu_seconds: float
    provider_seconds: float
    steps: dict[str, float]

    @property
    def overhead(self) -> float:
        return self.seconds - self.provider_seconds

    @property
    def outside_steps(self) -> float:
        return self.seconds - sum(self.steps.values())


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """One article to warm up, then several, one after the other."""
    with home.entered():
        from cli import demo
        from cli.engine import Engine
        from cli.instance import dagster_instance, prepare
        from igny8_resources.platform import Platform
        from igny8_resources.settings import load_settings

        wanted = (QUICK_ARTICLES if quick else ARTICLES) + 1
        parts = Platform(load_settings())
        prepare(parts)
        demo.set_up(parts, wanted)
        with dagster_instance(parts.settings) as instance:
            instance.add_dynamic_partitions("sites", [demo.SITE_KEY])
            engine = Engine(parts, instance)
            for work in engine.due().works:
                _sound(engine.execute(work))
            made = [_write_and_publish(engine, instance, key) for key in _planned(parts)]
        parts.warehouse.dispose()
    return _figures(made[1:])


def _planned(parts: "Platform") -> list[str]:
    from sqlalchemy import select

    from igny8_resources.warehouse.tables.writer import Task

    with parts.warehouse.read() as session:
        return [key for key in session.scalars(select(Task.partition_key).order_by(Task.id)) if key]


def _write_and_publish(engine: "Engine", instance: "DagsterInstance", partition: str) -> _Article:
    from cli.demo import SITE_KEY
    from jobs.names import PUBLISH_ARTICLE, WRITE_ARTICLE
    from sensors.dispatch import Work

    steps: dict[str, float] = {}
    seconds, cpu = 0.0, time.process_time()
    for job in (WRITE_ARTICLE, PUBLISH_ARTICLE):
        outcome = engine.execute(Work(job, partition, f"bench/{job}/{partition}", SITE_KEY, 1))
        _sound(outcome)
        seconds += outcome.seconds
        for step in instance.get_run_step_stats(outcome.run_id):
            if step.start_time is not None and step.end_time is not None:
                steps[step.step_key] = step.end_time - step.start_time
    return _Article(seconds, time.process_time() - cpu, _provider_seconds(engine.parts, partition), steps)


def _sound(outcome: "Outcome") -> None:
    if outcome.failure:
        raise MeasurementFailed(f"{outcome.work.job} {outcome.work.partition}: {outcome.failure}")


def _provider_seconds(parts: "Platform", partition: str) -> float:
    from sqlalchemy import func, select

    from igny8_resources.warehouse.tables.ledgers import AiCall

    with parts.warehouse.read() as session:
        return session.scalar(select(func.sum(AiCall.latency_seconds)).where(AiCall.subject == partition)) or 0.0


def _figures(made: list[_Article]) -> list[Figure]:
    whole = [
        median_figure(
            "platform overhead of an article",
            [article.overhead for article in made],
            "s",
            limit=MOST_SECONDS,
            note="wall less the provider's own time",
        ),
        median_figure(
            "article, wall", [article.seconds for article in made], "s", note="write and publish, warm process"
        ),
        median_figure(
            "article, CPU",
            [article.cpu_seconds for article in made],
            "s",
            note="provider and platform; hardly minds load",
        ),
        median_figure(
            "offline provider", [article.provider_seconds for article in made], "s", note="ai_calls.latency_seconds"
        ),
        median_figure(
            "between the steps", [article.outside_steps for article in made], "s", note="run set-up, events, planning"
        ),
    ]
    steps = [
        median_figure(f"step {step}", [article.steps[step] for article in made if step in article.steps], "s")
        for step in made[0].steps
    ]
    return whole + sorted(steps, key=lambda figure: -figure.value)
