"""API, database and daemon are killed under many concurrent requests: none that was accepted is lost or doubled.

The API serves with two workers on PostgreSQL, Dagster's daemon turns requests into runs. Its run queue lets no run begin
(``max_concurrent_runs: 0``), so that what is counted are runs and not what they do. A client repeats whatever was not
answered, with its ``Idempotency-Key``, as clients do. The database is a server of the test's own and is killed with
``SIGKILL``; where PostgreSQL's programs are not installed, every connection to the shared server is ended instead.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
import httpx
import pytest
import yaml
from sqlalchemy import create_engine, func, select, text

from cli.instance import prepare_dagster
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.store.people import NewUser, add_user
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.writer import Task
from tests.e2e.homes import ROOT
from tests.e2e.own_postgres import free_port, own_postgres, programs
from tests.warehouse_fixtures import PostgresServer
from tests.warehouse_samples import add_article, add_cluster, make_place

ARTICLES = 32
KEYWORDS = 60
REQUESTS = 500
AT_ONCE = 40
PATIENCE_SECONDS = 120
EMAIL, PASSWORD = "owner@crema.example", "long enough to be one"


class Program:
    """A program that can be killed with all its children and started again."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]


class Database(Protocol):
    """What the warehouse is on."""

    def kill(self) -> None: ...

    def start(self) -> None: ...


class SharedServer:
    """A database on a server that must not be killed: its connections are."""

    def __init__(self, url: str) -> None:
        self._url = url

    def kill(self) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()

    def start(self) -> None:
        """It has not stopped."""


@dataclass
class Scene:
    """One deployment under fire."""

    warehouse: Warehouse
    database: Database
    address: str
    api: Program
    daemon: Program
    instance: dg.DagsterInstance
    tasks: list[int]
    token: str = ""
    # What was answered with 202: the request's ids by key. More than one id would be a request that was doubled.
    accepted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cancelled: set[str] = field(default_factory=set)
    unforeseen: list[tuple[str, int, str]] = field(default_factory=list)
    answered: int = 0
    failed_attempts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, method: str, path: str, *, key: str = "", body: Any = None) -> httpx.Response:
        """Repeat a request until the service has answered it."""
        sent = {"Authorization": self.token and f"Bearer {self.token}", "Idempotency-Key": key}
        headers = {name: value for name, value in sent.items() if value}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = httpx.request(method, f"{self.address}/api/v1{path}", headers=headers, json=body, timeout=20)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                with self.lock:
                    self.answered += 1
                return answer
            with self.lock:
                self.failed_attempts += 1
            assert time.monotonic() < deadline, self.api.last_words
            time.sleep(0.2)

    def ask(self, number: int) -> None:
        """Ask for one article."""
        key = f"article-{number}"
        answer = self.send("POST", "/writer/content/generate/", key=key, body={"task_ids": [self.tasks[number]]})
        if answer.status_code != 202:
            self.unforeseen.append((key, answer.status_code, answer.text))
            return
        with self.lock:
            self.accepted[key].add(answer.json()["data"]["task_id"])

    def stop(self, number: int) -> None:
        """Ask for one article, then stop it."""
        self.ask(number)
        [task_id] = self.accepted[f"article-{number}"]
        answer = self.send("POST", f"/system/settings/task_progress/{task_id}/cancel/")
        # A cancellation that was carried out and not answered is refused when it is sent again.
        if answer.status_code == 200 or answer.json().get("error", "").startswith("The request is cancelled"):
            with self.lock:
                self.cancelled.add(task_id)
        else:
            self.unforeseen.append((task_id, answer.status_code, answer.text))

    def enter(self, number: int) -> None:
        """Enter one keyword."""
        key = f"keyword-{number}"
        body = {"site": "crema-lane", "keywords": [{"text": f"ristretto {number}"}]}
        answer = self.send("POST", "/planner/keywords/", key=key, body=body)
        if answer.status_code != 201:
            self.unforeseen.append((key, answer.status_code, answer.text))

    def look(self, path: str) -> None:
        """Read something."""
        answer = self.send("GET", path)
        if answer.status_code != 200:
            self.unforeseen.append((path, answer.status_code, answer.text))

    def runs(self) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs())

    def wait(self, condition: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{complaint}\n{self.api.last_words}\n{self.daemon.last_words}"
            time.sleep(0.1)


@contextmanager
def killable_database(request: pytest.FixtureRequest) -> Iterator[tuple[str, Database]]:
    """The URL of an empty database, and how to kill it."""
    if (found := programs()) is not None:
        with own_postgres(found) as server:
            yield server.url, server
        return
    warnings.warn("PostgreSQL's programs are not here: its connections are ended, it is not killed", stacklevel=1)
    shared: PostgresServer = request.getfixturevalue("postgres_server")
    with shared.database() as url:
        yield url, SharedServer(url)


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    for name in [name for name in os.environ if name.startswith(("IGNY8_", "DAGSTER_"))]:
        monkeypatch.delenv(name)
    with ExitStack() as stack:
        url, database = stack.enter_context(killable_database(request))
        settings = Settings(home=tmp_path, warehouse_url=url)
        # ``prepare_dagster`` points this process at the instance; the fixture takes that back.
        monkeypatch.setenv("DAGSTER_HOME", str(settings.dagster_home))
        monkeypatch.setenv("IGNY8_HOME", str(tmp_path))
        prepare_dagster(settings)
        described = settings.dagster_home / "dagster.yaml"
        described.write_text(described.read_text().replace("max_concurrent_runs: 2", "max_concurrent_runs: 0"))
        workspace = tmp_path / "workspace.yaml"
        location = {"module_name": "igny8_assets.definitions", "location_name": "content"}
        workspace.write_text(yaml.safe_dump({"load_from": [{"python_module": location}]}))
        environment = {**os.environ, "IGNY8_WAREHOUSE_URL": url}
        warehouse = Warehouse(url)
        stack.callback(warehouse.dispose)
        migrate(warehouse)
        command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(workspace)]
        daemon = Program(command, environment, tmp_path / "daemon.log")
        stack.callback(daemon.kill)
        port = str(free_port())
        program = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--workers", "2", "--port", port]
        api = Program(program, environment, tmp_path / "api.log")
        stack.callback(api.kill)
        tasks = prepared_tasks(warehouse)
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(settings.dagster_home)))
        scene = Scene(warehouse, database, f"http://127.0.0.1:{port}", api, daemon, instance, tasks)
        signed_in = scene.send("POST", "/auth/login/", body={"email": EMAIL, "password": PASSWORD})
        scene.token = signed_in.json()["data"]["access_token"]
        yield scene


def prepared_tasks(warehouse: Warehouse) -> list[int]:
    place = make_place(warehouse)
    with warehouse.write() as session:
        add_user(session, NewUser(EMAIL, PASSWORD, "crema", role="owner"))
        cluster = add_cluster(session, place, "espresso", ["espresso"])
        for number in range(ARTICLES):
            add_article(session, place, "queued", cluster_id=cluster, keyword=f"espresso {number}")
        return list(session.scalars(select(Task.id).order_by(Task.id)))


def mixed_requests(scene: Scene) -> list[Callable[[], None]]:
    """500 requests: articles and keywords asked for twice with one key each, some of them stopped, lists read in between."""
    paths = ("/system/settings/tasks/?status=queued", "/planner/keywords/", "/writer/tasks/?page_size=20", "/sites/")
    acts: list[Callable[[], None]] = [lambda n=n: scene.ask(n) for n in range(ARTICLES) for _ in range(2)]
    acts += [lambda n=n: scene.enter(n) for n in range(KEYWORDS) for _ in range(2)]
    acts += [lambda n=n: scene.stop(n) for n in range(0, ARTICLES, 8)]
    acts += [lambda n=n: scene.look(paths[n % len(paths)]) for n in range(REQUESTS - len(acts))]
    # Seeded, so that a failure can be seen again.
    random.Random(11).shuffle(acts)
    return acts


@pytest.mark.slow
@pytest.mark.postgres
def test_what_was_accepted_is_there_once_and_gets_one_run(scene: Scene) -> None:
    def kill_api() -> None:
        scene.api.kill()
        scene.api.start()

    def kill_database() -> None:
        scene.database.kill()
        # It is away for a moment.
        time.sleep(0.5)
        scene.database.start()
        # The test's own connections are gone as well.
        scene.warehouse.dispose()

    def kill_daemon() -> None:
        scene.daemon.kill()
        scene.daemon.start()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        acts = [pool.submit(act) for act in mixed_requests(scene)]
        for answered, blow in ((100, kill_api), (220, kill_database), (340, kill_api)):
            scene.wait(lambda answered=answered: scene.answered >= answered, f"{answered} answers")  # type: ignore[misc]
            blow()
        scene.wait(lambda: len(scene.runs()) > 5, "the first runs")
        kill_daemon()
        kill_database()
        for act in acts:
            act.result()
    assert scene.failed_attempts > 0, "nothing was hit"
    assert scene.unforeseen == []
    assert len(scene.accepted) == ARTICLES

    wanted = {
        f"request/{request_id}/write_article/{subject}"
        for request_id, subject, status in items_of(scene)
        if status != "cancelled"
    }
    assert len(wanted) == ARTICLES - len(scene.cancelled)
    scene.wait(lambda: wanted <= {run.tags["dagster/run_key"] for run in scene.runs()}, "a run for every request")

    assert {len(ids) for ids in scene.accepted.values()} == {1}, "a key was answered with two requests"
    named = {request_id for ids in scene.accepted.values() for request_id in ids}
    with scene.warehouse.read() as session:
        assert set(session.scalars(select(Request.id))) == named
        created = session.scalar(select(func.count()).select_from(Event).where(Event.kind == "request.created"))
        entered = session.scalar(select(func.count()).where(Keyword.text.startswith("ristretto")))
    assert created == ARTICLES
    assert entered == KEYWORDS
    assert Counter(request_id for request_id, _, _ in items_of(scene)) == Counter(named)
    runs = Counter(run.tags["dagster/run_key"] for run in scene.runs())
    assert set(runs.values()) == {1}, "a request was launched twice"


def items_of(scene: Scene) -> list[tuple[str, str, str]]:
    with scene.warehouse.read() as session:
        rows = select(RequestItem.request_id, RequestItem.subject, RequestItem.status)
        return list(session.execute(rows).tuples())
