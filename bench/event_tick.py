"""A tick of the event sensor with nothing new, beside one evaluation of ``AutomationCondition.eager()``.

Both look at the same dynamic partitions on the same instance (SQLite). The warehouse holds a task and the usual events of
every article, so that the sensor's query has something to be slow about.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bench.home import Home, temporary_home
from bench.results import Figure, MeasurementFailed, median_figure

if TYPE_CHECKING:
    import dagster as dg
    from sqlalchemy.orm import Session

    from igny8_resources.platform import Platform
    from igny8_resources.warehouse.tables.tenancy import Site

MOST_MILLISECONDS = 100
PARTITIONS = (100, 30_000)
TICKS = 30
EAGER_ASSETS = 8
# SQLite takes only so many values in one statement.
KEYS_AT_ONCE = 5_000
# What the stages of one article append; the sensor listens to some of them.
EVENTS_OF_AN_ARTICLE = (
    "task.created",
    "article.drafted",
    "article.linked",
    "article.ready",
    "article.approved",
    "article.published",
    "social.drafted",
)


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """For each number of partitions, in a home of its own: ticks, then eager's first and second evaluation."""
    figures = []
    for count in PARTITIONS:
        with temporary_home(home.bytecode) as own, own.entered():
            figures += _with_partitions(count, with_eager=count == PARTITIONS[0] or not quick)
    return figures


def _with_partitions(count: int, *, with_eager: bool) -> list[Figure]:
    from cli.instance import dagster_instance, prepare
    from igny8_resources.platform import Platform
    from igny8_resources.settings import load_settings

    parts = Platform(load_settings())
    prepare(parts)
    keys = [f"crema-lane-{number}" for number in range(1, count + 1)]
    _fill(parts, keys)
    at = f"{count:,} partitions"
    with dagster_instance(parts.settings) as instance:
        for some in _in_batches(keys):
            instance.add_dynamic_partitions("articles", list(some))
        tick = _tick(parts, instance)
        figures = [
            median_figure(f"tick, {at}", _milliseconds(tick, TICKS), "ms", limit=MOST_MILLISECONDS, note="nothing new")
        ]
        with parts.warehouse.write() as session:
            _append_events(session, _site(session), keys, ("article.drafted",))
        figures.append(
            median_figure(
                f"tick, {at}, as many unheard events",
                _milliseconds(tick, TICKS),
                "ms",
                note="an event that starts nothing for every article lies after the cursor",
            )
        )
        if with_eager:
            figures += _eager(instance, at)
    parts.warehouse.dispose()
    return figures


def _milliseconds(act: Callable[[], object], repeats: int) -> list[float]:
    act()
    spent = []
    for _ in range(repeats):
        began = time.perf_counter()
        act()
        spent.append(1000 * (time.perf_counter() - began))
    return spent


def _in_batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[start : start + KEYS_AT_ONCE]


def _tick(parts: "Platform", instance: "dg.DagsterInstance") -> Callable[[], object]:
    """One tick as the code server makes it: a fresh context with its resources, the cursor of the tick before."""
    import dagster as dg

    from igny8_assets.definitions import build_defs
    from igny8_resources.resources import resources_from_environment

    definitions = build_defs(resources_from_environment())
    sensor = definitions.resolve_sensor_def("content_events")
    cursor = _cursor_after_everything(parts)

    def act() -> None:
        with dg.build_sensor_context(
            instance=instance, cursor=cursor, definitions=definitions, resources=resources_from_environment()
        ) as context:
            ticked = sensor.evaluate_tick(context)
        if ticked.run_requests or not ticked.skip_message:
            raise MeasurementFailed("the tick found something to do; it was to find nothing new")

    return act


def _cursor_after_everything(parts: "Platform") -> str:
    """The cursor that a sensor has that has read every event it listens to."""
    from sqlalchemy import select

    from igny8_resources.events import position_of
    from igny8_resources.warehouse.tables.ledgers import Event
    from sensors.dispatch import EVENT_KINDS

    newest = select(Event).where(Event.kind.in_(EVENT_KINDS)).order_by(Event.txid.desc(), Event.id.desc()).limit(1)
    with parts.warehouse.read() as session:
        return str(position_of(session.scalars(newest).one()))


def _fill(parts: "Platform", keys: Sequence[str]) -> None:
    """The demonstration's site with an idea, a task and the usual events for every article partition."""
    from sqlalchemy import insert

    from cli import demo
    from igny8_resources.warehouse.store.sites import create_account, create_site
    from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
    from igny8_resources.warehouse.tables.writer import Task

    with parts.warehouse.write() as session:
        account = create_account(session, "bench", "Bench", credits=demo.FIRST_CREDITS)
        site = create_site(session, account, demo.SITE)
        owned = {"account_id": site.account_id, "site_id": site.id}
        cluster = Cluster(**owned, stable_id="c1", name="espresso", head_keyword="espresso")
        session.add(cluster)
        session.flush()
        about = {**owned, "cluster_id": cluster.id, "content_type": "post", "content_structure": "article"}
        ideas = [
            {**about, "id": number, "title": key, "target_keyword": key, "status": "queued"}
            for number, key in enumerate(keys, start=1)
        ]
        session.execute(insert(ContentIdea), ideas)
        tasks = [
            {
                **about,
                "idea_id": number,
                "title": key,
                "primary_keyword": key,
                "partition_key": key,
                "status": "published",
            }
            for number, key in enumerate(keys, start=1)
        ]
        session.execute(insert(Task), tasks)
        _append_events(session, site, keys, EVENTS_OF_AN_ARTICLE)


def _append_events(session: "Session", site: "Site", keys: Sequence[str], kinds: Sequence[str]) -> None:
    from sqlalchemy import insert

    from igny8_resources.warehouse.tables.ledgers import Event

    owned = {"account_id": site.account_id, "site_id": site.id}
    rows: list[dict[str, Any]] = [{**owned, "kind": kind, "subject": key} for key in keys for kind in kinds]
    session.execute(insert(Event), rows)


def _site(session: "Session") -> "Site":
    from cli.demo import SITE_KEY
    from igny8_resources.warehouse.store.sites import site_by_key

    return site_by_key(session, SITE_KEY)


def _eager(instance: "dg.DagsterInstance", at: str) -> list[Figure]:
    """Two evaluations of a chain of eager assets: the first sees everything for the first time, the second nothing new."""
    import dagster as dg

    chain = _eager_chain()
    with warnings.catch_warnings():
        # Dagster's own tester calls a beta parameter of Dagster's.
        warnings.simplefilter("ignore", dg.BetaWarning)
        began = time.perf_counter()
        first = dg.evaluate_automation_conditions(chain, instance)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        dg.evaluate_automation_conditions(chain, instance, cursor=first.cursor)
        again = time.perf_counter() - began
    what = f"{EAGER_ASSETS} assets in a chain, the same partitions"
    return [
        Figure(f"eager() first evaluation, {at}", 1000 * seconds, "ms", note=what),
        Figure(f"eager() next evaluation, {at}", 1000 * again, "ms", note=f"{what}, nothing new"),
    ]


def _eager_chain() -> "list[dg.AssetsDefinition]":
    import dagster as dg

    articles = dg.DynamicPartitionsDefinition(name="articles")

    def asset(number: int) -> dg.AssetsDefinition:
        @dg.asset(
            name=f"stage_{number}",
            partitions_def=articles,
            deps=[f"stage_{number - 1}"] if number else [],
            automation_condition=dg.AutomationCondition.eager(),
        )
        def stage() -> None: ...

        return stage

    return [asset(number) for number in range(EAGER_ASSETS)]
