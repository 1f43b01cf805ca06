"""What is measured of the AI layer: calls within a limit, the bulk job, the overhead of a call, replay.

Each measurement has a home of its own and returns figures; limits are those that the project has set itself.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.ai.model_server import ModelServer, model_server
from bench.ai.site import request_articles, set_up
from bench.home import ROOT, Home
from bench.results import Figure, MeasurementFailed, median_figure

if TYPE_CHECKING:
    from igny8_resources.platform import Platform

LATENCY = 0.3
PER_MINUTE = 600.0
POSTGRES_VARIABLE = "IGNY8_BENCH_POSTGRES"
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def _platform(home: Home, environment: dict[str, str]) -> Iterator["Platform"]:
    """A prepared platform in a home, with settings of its own."""
    from cli.instance import prepare
    from igny8_resources.platform import Platform
    from igny8_resources.settings import load_settings

    with home.entered():
        os.environ.update(environment)
        parts = Platform(load_settings())
        prepare(parts)
        try:
            yield parts
        finally:
            parts.warehouse.dispose()


def limits(home: Home, *, quick: bool) -> list[Figure]:
    """The text calls of many articles against a model that takes 300 ms and 600 requests a minute."""
    from igny8_assets.writer.pictures import plan_images
    from igny8_assets.writer.writing import write_article

    articles = 40 if quick else 200
    with (
        model_server(home, latency=LATENCY, per_minute=PER_MINUTE) as server,
        _platform(home, server.settings) as parts,
    ):
        partitions = set_up(parts, articles)

        def texts(partition: str) -> None:
            write_article(parts, partition)
            plan_images(parts, partition)

        began = time.perf_counter()
        with ThreadPoolExecutor(parts.settings.bulk_concurrency) as pool:
            list(pool.map(texts, partitions))
        seconds = time.perf_counter() - began
        answered, refused = server.counts()
    # The bucket's first content is free; the rest comes at the limit's pace.
    at_once = max(1.0, PER_MINUTE * 0.02)
    dictated = (answered - at_once) / PER_MINUTE * 60 + LATENCY
    return [
        Figure("calls within the limit / the limit alone", seconds / dictated, "x", 1.15, note=f"{answered} calls"),
        Figure("refused calls", 100 * refused / (answered + refused), "%", 1.0, note="429"),
        Figure(
            "calls of the articles, wall",
            seconds,
            "s",
            note=f"{articles} articles; the limit dictates {dictated:.1f} s",
        ),
    ]


def bulk(home: Home, *, quick: bool) -> list[Figure]:
    """Many articles by the bulk job and a few by runs of their own, against a model that answers at once.

    The bulk run is killed when half of its articles are done, and another one finishes the rest.
    """
    articles, singles = (30, 2) if quick else (500, 5)
    with model_server(home) as server, _platform(home, server.settings) as parts:
        partitions = set_up(parts, articles + singles)
        alone = [_run(home, server, "write_article", partition) for partition in partitions[:singles]]
        request_id = request_articles(parts, partitions[singles:])
        asked = sum(server.counts())
        first = _killed_half_way(home, server, parts, request_id, articles)
        left = articles - _done(parts, request_id)
        second = _run(home, server, "write_articles", request_id)
        done, calls = _done(parts, request_id), sum(server.counts()) - asked
        paid = _paid_calls(parts, partitions[singles:])
    if done != articles:
        raise MeasurementFailed(f"{done} of {articles} articles are done after the second run")
    # The killed run cannot tell what its pictures took; the second one measures both.
    each = (second["cpu"] - second["model"]) / left
    single = [run["cpu"] - run["model"] for run in alone]
    average = sum(single) / len(single)
    return [
        Figure(
            "bulk job, CPU an article", each, "CPU-s", 0.5, note=f"{left} articles after the kill; start-up included"
        ),
        median_figure("a run each, CPU an article", single, "CPU-s", note="a process a run, as the daemon launches it"),
        Figure("bulk job / a run each", each / average, "x", 0.1),
        Figure("articles done when it was killed", first, "", note=f"of {articles}"),
        Figure(
            "calls made twice by the kill",
            max(0, calls - paid),
            "",
            float(parts.settings.bulk_concurrency),
            note=("answers that were under way when the process died"),
        ),
        Figure("bulk job, wall an article", second["seconds"] / left, "s"),
    ]


def _run(home: Home, server: ModelServer, job: str, subject: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ai.bulk_run", job, subject],
        cwd=ROOT,
        env={**home.environment, **server.settings, "DAGSTER_HOME": os.environ.get("DAGSTER_HOME", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    told = next((line for line in done.stdout.splitlines() if line.startswith('{"cpu"')), "")
    if done.returncode or not told:
        raise MeasurementFailed(f"{job} {subject}: {done.stderr[-800:]}")
    read: dict[str, Any] = json.loads(told)
    if read["failure"]:
        raise MeasurementFailed(f"{job} {subject}: {read['failure']}")
    return read


def _killed_half_way(home: Home, server: ModelServer, parts: "Platform", request_id: str, articles: int) -> int:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ai.bulk_run", "write_articles", request_id],
        cwd=ROOT,
        env={**home.environment, **server.settings, "DAGSTER_HOME": os.environ.get("DAGSTER_HOME", "")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while (done := _done(parts, request_id)) < articles / 2:
        if process.poll() is not None:
            raise MeasurementFailed(f"the bulk run ended by itself with {done} articles done")
        time.sleep(0.1)
    process.kill()
    process.wait()
    return _done(parts, request_id)


def _done(parts: "Platform", request_id: str) -> int:
    from sqlalchemy import func, select

    from igny8_resources.warehouse.tables.ledgers import RequestItem

    with parts.warehouse.read() as session:
        of_request = (RequestItem.request_id == request_id, RequestItem.status == "done")
        return session.scalar(select(func.count()).where(*of_request)) or 0


def _paid_calls(parts: "Platform", partitions: list[str]) -> int:
    from sqlalchemy import func, select

    from igny8_resources.warehouse.tables.ledgers import AiCall

    with parts.warehouse.read() as session:
        paid = (AiCall.subject.in_(partitions), AiCall.kind == "text", AiCall.status == "done")
        return session.scalar(select(func.count()).where(*paid)) or 0


def overhead(home: Home, *, quick: bool) -> list[Figure]:
    """What router, journal and ledger add to one call, on SQLite and on PostgreSQL."""
    import psycopg2
    from sqlalchemy.engine import make_url

    calls = 50 if quick else 300
    figures = [_overhead(home, {}, calls, "SQLite")]
    server = os.environ.get(POSTGRES_VARIABLE, POSTGRES)
    name = f"igny8_bench_{os.getpid()}"
    try:
        connection = psycopg2.connect(server, connect_timeout=3)
    except psycopg2.OperationalError as unreachable:
        raise MeasurementFailed(f"no PostgreSQL answers; {POSTGRES_VARIABLE} names one: {unreachable}") from unreachable
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            url = make_url(server).set(drivername="postgresql+psycopg2", database=name)
            place = {"IGNY8_WAREHOUSE_URL": url.render_as_string(hide_password=False)}
            figures.append(_overhead(home, place, calls, "PostgreSQL"))
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    connection.close()
    return figures


def _overhead(home: Home, environment: dict[str, str], calls: int, database: str) -> Figure:
    from igny8_resources.ai.offline.text import OfflineTextProvider
    from igny8_resources.contracts.writer import ImagePlan, ImagePlanBrief
    from igny8_resources.warehouse.store.sites import site_by_key, tenant_of, voice_of

    taken: list[float] = []
    complete = OfflineTextProvider.complete
    model = [0.0]

    def timed(*given: Any) -> Any:
        began = time.perf_counter()
        try:
            return complete(*given)
        finally:
            model[0] = time.perf_counter() - began

    with _platform(home, environment) as parts:
        set_up(parts, 1)
        with parts.warehouse.write() as session:
            site = site_by_key(session, "crema-lane")
            voice, tenant = voice_of(session, site), tenant_of(site)
            _price_offline(session)
        OfflineTextProvider.complete = timed  # type: ignore[method-assign, assignment]
        try:
            for number in range(calls + 5):
                brief = ImagePlanBrief(
                    voice=voice,
                    title=f"Coffee number {number}",
                    summary="How it is made",
                    headings=("First", "Second"),
                    key_takeaways=("One",),
                    in_article_images=1,
                )
                began = time.perf_counter()
                parts.ai.text(
                    tenant,
                    "generate_image_prompts",
                    subject=f"bench-{number}",
                    inputs=brief,
                    schema=ImagePlan,
                    operation="image_prompts",
                )
                taken.append(1000 * (time.perf_counter() - began - model[0]))
        finally:
            OfflineTextProvider.complete = complete  # type: ignore[method-assign]
    return median_figure(
        f"router, journal and ledger, a call on {database}",
        taken[5:],
        "ms",
        limit=10.0,
        note="reserved, settled and journalled; the model's own time taken off",
    )


def _price_offline(session: Any) -> None:
    """Give offline work a price, so that credits really move."""
    from sqlalchemy import text

    session.execute(text("UPDATE credit_prices SET credits = 1 WHERE provider <> '*'"))


def replay(home: Home, *, quick: bool) -> list[Figure]:
    """Articles written one after the other through a model that takes 300 ms, then rebuilt from the journal without one."""
    from decimal import Decimal

    from sqlalchemy import func, select

    from igny8_assets.replaying import replay_article
    from igny8_assets.writer.bulk import write_whole_article
    from igny8_resources.platform import Platform
    from igny8_resources.settings import load_settings
    from igny8_resources.warehouse.tables.ledgers import CreditTransaction

    articles = 10 if quick else 200
    with model_server(home, latency=LATENCY) as server, _platform(home, server.settings) as parts:
        partitions = set_up(parts, articles)
        written: list[float] = []
        for partition in partitions:
            began = time.perf_counter()
            outcome = write_whole_article(parts, partition)
            written.append(time.perf_counter() - began)
            if not outcome.done:
                raise MeasurementFailed(f"{partition}: {outcome.failure}")
    with home.entered():
        without = Platform(load_settings())

        def spent() -> Decimal:
            with without.warehouse.read() as session:
                return session.scalar(select(func.sum(CreditTransaction.amount))) or Decimal(0)

        before = spent()
        replay_article(without, partitions[0])
        rebuilt: list[float] = []
        different = 0
        for partition in partitions:
            began = time.perf_counter()
            different += not replay_article(without, partition).same
            rebuilt.append(time.perf_counter() - began)
        credits = float(before - spent())
        without.warehouse.dispose()
    return [
        Figure(
            "replay / writing", sum(rebuilt) / sum(written), "x", 0.02, note=f"{articles} articles, one after the other"
        ),
        median_figure("an article from the journal", rebuilt, "s"),
        median_figure("an article through the model", written, "s"),
        Figure("articles that differ", float(different), "", 0.0, note="draft, HTML without links, structured data"),
        Figure("credits for the replay", credits, "", 0.0),
    ]
