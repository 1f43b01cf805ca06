"""How many requests a second the service reads with, beside a bare Starlette that sends the same statements; and how that grows.

Both are processes of their own under uvicorn, one worker each, on the same database, and take turns. The bare one exists twice:
once it sends every statement that the service sent, once without those that find out who is asking. The limit is on the
first; the second is told.
"""

import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.api import bare, rows
from bench.api.load import Load, at_once, at_pace
from bench.api.postgres import temporary_database
from bench.api.serving import answering, free_port, process
from bench.home import Home
from bench.results import Figure, MeasurementFailed, median_figure

if TYPE_CHECKING:
    from igny8_resources.warehouse.engine import Warehouse

KEYWORDS, ARTICLES = 100_000, 10_000
FEW, MANY_KEYWORDS, MANY_ARTICLES = 10_000, 1_000_000, 100_000
VARIANTS = 20
CONNECTIONS = 8
ROUNDS, QUICK_ROUNDS = 3, 1
SECONDS, QUICK_SECONDS = 4.0, 1.5
PACED_SECONDS, QUICK_PACED_SECONDS = 12.0, 4.0
SHARE_OF_THE_LOAD = 0.8
LOOKS, QUICK_LOOKS = 60, 20
LEAST_SHARE, MOST_SPREAD, MOST_GROWTH = 0.6, 3.0, 2.0
# How many statements find out who is asking; the owner of an account has no grants to be looked up.
STATEMENTS_OF_SIGN_IN = 1


@dataclass(frozen=True)
class Endpoint:
    """One kind of request: its addresses, each a little different."""

    name: str
    addresses: tuple[str, ...]


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """Requests a second of list, detail and progress with 100,000 keywords."""
    with _deployment(home) as (url, warehouse, environment):
        rows.grow(warehouse, keywords=(0, KEYWORDS), articles=(0, ARTICLES))
        endpoints = _endpoints(warehouse)
        whole, own = _recorded(url, home, endpoints)
        with ExitStack() as stack:
            token, service = stack.enter_context(_service(home, environment))
            peer = stack.enter_context(_peer(home, environment, url, "whole", whole))
            short = stack.enter_context(_peer(home, environment, url, "own", own))
            ask = partial(at_once, token=token, connections=CONNECTIONS, seconds=QUICK_SECONDS if quick else SECONDS)
            return [
                figure
                for endpoint in endpoints
                for figure in _throughput(endpoint, ask, service, peer, short, token, quick=quick)
            ]


def measure_growth(home: Home, *, quick: bool) -> list[Figure]:
    """The time of the lists with a million keywords and 100,000 articles in the site, against 10,000 of each."""
    with _deployment(home) as (_, warehouse, environment):
        rows.grow(warehouse, keywords=(0, FEW), articles=(0, FEW))
        with _service(home, environment) as (token, service):
            few = _alone(service, token, quick=quick)
            rows.grow(warehouse, keywords=(FEW, MANY_KEYWORDS), articles=(FEW, MANY_ARTICLES))
            many = _alone(service, token, quick=quick)
    return [
        Figure(
            f"{name}, many rows / few",
            many[name] / few[name],
            "x",
            MOST_GROWTH if name in LISTS else None,
            note=f"{many[name]:.1f} ms with 1,000,000 keywords and 100,000 articles; {few[name]:.1f} ms with 10,000 of each",
        )
        for name in few
    ]


# Lists as they come, and as people filter and sort them most.
LISTS: Mapping[str, str] = {
    "keywords": "/planner/keywords/",
    "keywords, filtered and sorted by volume": "/planner/keywords/?status=active&volume_min=1000&ordering=-volume",
    "clusters": "/planner/clusters/",
    "ideas": "/planner/ideas/",
    "tasks": "/writer/tasks/",
    "articles": "/writer/content/",
    "articles in review": "/writer/content/?status=review",
}
# What no index serves: it is sorted each time. An index more would cost every import.
SORTED_EACH_TIME: Mapping[str, str] = {
    "keywords by difficulty": "/planner/keywords/?ordering=-difficulty",
    "keywords by text, page 20": "/planner/keywords/?ordering=text&page=20",
    "articles by their last change": "/writer/content/?ordering=-updated_at",
}


def _alone(port: int, token: str, *, quick: bool) -> dict[str, float]:
    """The median of each list's latency in milliseconds, one request at a time."""
    looks = QUICK_LOOKS if quick else LOOKS
    found = {}
    for name, path in {**LISTS, **SORTED_EACH_TIME}.items():
        addresses = [f"/api/v1{path}{'&' if '?' in path else '?'}site={rows.SITE}"]
        at_once(port, token, addresses, connections=1, seconds=0.3)
        load = at_once(port, token, addresses, connections=1, seconds=looks / 30)
        found[name] = load.percentile(50)
    return found


def _throughput(
    endpoint: Endpoint,
    ask: Callable[..., Load],
    service: int,
    peer: int,
    short: int,
    token: str,
    *,
    quick: bool,
) -> Iterator[Figure]:
    ports = {"service": service, "peer": peer, "short": short}
    for port in ports.values():
        ask(port, paths=endpoint.addresses, seconds=0.5)
    rates: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        for name, port in ports.items():
            rates[name].append(ask(port, paths=endpoint.addresses).rate)
    rate = statistics.median(rates["service"])
    slowness = [mine / other for mine, other in zip(rates["peer"], rates["service"], strict=True)]
    yield median_figure(f"{endpoint.name}: requests a second", rates["service"], "1/s")
    yield median_figure(f"{endpoint.name}: bare Starlette", rates["peer"], "1/s", note="every statement")
    yield median_figure(f"{endpoint.name}: bare Starlette without sign-in", rates["short"], "1/s")
    yield median_figure(
        f"{endpoint.name}: bare / service",
        slowness,
        "x",
        limit=round(1 / LEAST_SHARE, 3),
        note=f"the service reaches {100 / statistics.median(slowness):.0f} %",
    )
    paced = at_pace(
        service,
        token,
        endpoint.addresses,
        connections=2 * CONNECTIONS,
        seconds=QUICK_PACED_SECONDS if quick else PACED_SECONDS,
        rate=SHARE_OF_THE_LOAD * rate,
    )
    middle, slow = paced.percentile(50), paced.percentile(99)
    yield Figure(
        f"{endpoint.name}: p99 / p50 at 80 %",
        slow / middle,
        "x",
        MOST_SPREAD,
        note=f"{middle:.1f} and {slow:.1f} ms at {paced.rate:.0f} requests a second",
    )


def _endpoints(warehouse: "Warehouse") -> list[Endpoint]:
    # Seeded, so that every measurement asks alike; nothing secret comes of it.
    choose = random.Random(5)
    lists = tuple(
        f"/api/v1/planner/keywords/?site={rows.SITE}&status=active&volume_min={choose.randrange(20, 20_000)}"
        f"&ordering={order}volume&page_size=50"
        for _ in range(VARIANTS // 2)
        for order in ("-", "")
    )
    details = tuple(f"/api/v1/planner/keywords/{choose.randint(1, KEYWORDS)}/" for _ in range(VARIANTS))
    ids = choose.sample(rows.request_ids(warehouse), VARIANTS)
    progress = tuple(f"/api/v1/system/settings/task_progress/{request_id}/" for request_id in ids)
    return [Endpoint("list", lists), Endpoint("detail", details), Endpoint("progress", progress)]


Statements = dict[str, list[tuple[str, Any]]]


def _recorded(url: str, home: Home, endpoints: Sequence[Endpoint]) -> tuple[Statements, Statements]:
    """By address every statement of one request, and those that follow once it is known who asks."""
    from fastapi.testclient import TestClient
    from sqlalchemy import event

    from api.app import create_app
    from igny8_resources.settings import Settings

    app = create_app(Settings(home=home.folder, warehouse_url=url))
    sent: list[tuple[str, Any]] = []
    engine = app.state.service.warehouse.engine
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    event.listen(engine, "begin", lambda _connection: sent.append(bare.BEGIN))
    event.listen(engine, "rollback", lambda _connection: sent.append(bare.END))
    client = TestClient(app)
    signed_in = client.post("/api/v1/auth/login/", json={"email": rows.EMAIL, "password": rows.PASSWORD}).json()
    client.headers["Authorization"] = f"Bearer {signed_in['data']['access_token']}"
    whole: Statements = {}
    own: Statements = {}
    for address in (address for endpoint in endpoints for address in endpoint.addresses):
        sent.clear()
        answer = client.get(address)
        if answer.status_code != 200:
            raise MeasurementFailed(f"{address} was answered with {answer.status_code}: {answer.text}")
        whole[address], own[address] = list(sent), sent[STATEMENTS_OF_SIGN_IN:]
    app.state.service.warehouse.dispose()
    return whole, own


@contextmanager
def _deployment(home: Home) -> Iterator[tuple[str, "Warehouse", dict[str, str]]]:
    """A migrated warehouse on PostgreSQL with the site in it, and the environment of its programs."""
    from igny8_resources.warehouse.engine import Warehouse
    from igny8_resources.warehouse.migrate import migrate

    with temporary_database() as url:
        warehouse = Warehouse(url)
        try:
            migrate(warehouse)
            rows.set_up(warehouse)
            yield url, warehouse, {**home.environment, "IGNY8_WAREHOUSE_URL": url}
        finally:
            warehouse.dispose()


@contextmanager
def _service(home: Home, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The API: an access token for it, and its port."""
    port = free_port()
    command = _uvicorn("api.app:create_app", port)
    with (
        process(home, "api", environment, *command) as running,
        answering(running, port, home.folder / "api.log", "/api/v1/system/health/") as client,
    ):
        signed_in = client.post("/api/v1/auth/login/", json={"email": rows.EMAIL, "password": rows.PASSWORD})
        yield signed_in.json()["data"]["access_token"], port


@contextmanager
def _peer(home: Home, environment: dict[str, str], url: str, name: str, statements: Statements) -> Iterator[int]:
    """A bare Starlette that sends these statements; its port."""
    port, file = free_port(), home.folder / f"{name}.json"
    file.write_text(json.dumps(statements, default=str))
    environment = {**environment, bare.STATEMENTS: str(file), bare.DATABASE: url}
    command = _uvicorn("bench.api.bare:create_app", port)
    first = next(iter(statements))
    with (
        process(home, name, environment, *command) as running,
        answering(running, port, home.folder / f"{name}.log", first),
    ):
        yield port


def _uvicorn(factory: str, port: int) -> Sequence[str]:
    # As `igny8 serve` starts it; a line a request would be the same work for both.
    return (sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--no-access-log")
