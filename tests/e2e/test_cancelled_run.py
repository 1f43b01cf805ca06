"""A request that is cancelled while its run waits for a model: the daemon ends the run, and what it held comes back."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import func, select

from cli.instance import prepare_dagster
from igny8_resources.requests import Item, cancel_request, submit_request
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import AiCall, Request
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import WRITE_ARTICLE
from tests.e2e.homes import ROOT, Home
from tests.stand_ins.openai_server import API_KEY, MODEL, StandIn
from tests.warehouse_samples import add_article, make_place

PATIENCE_SECONDS = 120


@pytest.fixture
def silent_model() -> Iterator[StandIn]:
    """A model that is asked and does not answer."""
    let_go = threading.Event()

    def never(_function: str, _brief: dict[str, Any]) -> dict[str, Any]:
        let_go.wait(PATIENCE_SECONDS)
        return {}

    with StandIn(answer=never) as server:
        yield server
        let_go.set()


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A site with one article to write that nobody has asked for."""
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    shutil.copyfile(migrated_sqlite, home.folder / "warehouse.db")
    warehouse = Warehouse(home.warehouse_url)
    place = make_place(warehouse, enabled_stages=())
    with warehouse.write() as session:
        add_article(session, place, "queued")
    warehouse.dispose()
    # ``prepare_dagster`` points this process at the instance; the fixture takes that back.
    monkeypatch.setenv("DAGSTER_HOME", str(home.folder / "dagster"))
    monkeypatch.setenv("IGNY8_HOME", str(home.folder))
    prepare_dagster(Settings(home=home.folder))
    return home


@pytest.fixture
def daemon(home: Home, silent_model: StandIn, tmp_path: Path) -> Iterator[Path]:
    """The daemon with the code location that writes; where it writes what it has to say."""
    environment = {
        **home.environment,
        "DAGSTER_HOME": str(home.folder / "dagster"),
        "IGNY8_OPENAI_BASE_URL": silent_model.base_url,
        "IGNY8_OPENAI_API_KEY": API_KEY,
        "IGNY8_OPENAI_MODEL": MODEL,
    }
    log = tmp_path / "daemon.log"
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "run", "-m", "igny8_assets.definitions"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield log
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_the_run_ends_and_its_credits_come_back(home: Home, daemon: Path, silent_model: StandIn) -> None:
    warehouse = Warehouse(home.warehouse_url)
    with warehouse.write() as session:
        [task] = session.scalars(select(Task))
        before = session.scalars(select(Account.credit_balance)).one()
        request, _ = submit_request(
            session,
            account_id=task.account_id,
            site_id=task.site_id,
            kind="content",
            payload={},
            items=[Item(WRITE_ARTICLE, task.partition_key or "")],
        )

    def until(condition: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{complaint}\n{daemon.read_text(errors='replace')[-3000:]}"
            time.sleep(0.3)

    def open_calls() -> int:
        with warehouse.read() as session:
            return session.scalar(select(func.count()).select_from(AiCall).where(AiCall.status == "pending")) or 0

    until(lambda: open_calls() > 0 and len(silent_model.requests) > 0, "the model was not asked")
    with warehouse.write() as session:
        assert session.scalars(select(Account.credit_balance)).one() < before
        assert cancel_request(session, request.id, actor="user:maya@cremalane.example")

    with dg.DagsterInstance.from_config(str(home.folder / "dagster")) as instance:
        of_request = dg.RunsFilter(tags={"igny8/request": request.id})
        until(lambda: all(run.is_finished for run in instance.get_runs(of_request)), "the run goes on")
        [run] = instance.get_runs(of_request)
    assert run.status is dg.DagsterRunStatus.CANCELED
    until(lambda: open_calls() == 0, "a call is still held")

    def task_error() -> str:
        with warehouse.read() as session:
            return session.scalars(select(Task.error)).one()

    until(lambda: task_error() != "", "the task does not say why")
    with warehouse.read() as session:
        assert session.scalars(select(Account.credit_balance)).one() == before
        assert session.get_one(Request, request.id).status == "cancelled"
    assert task_error() == "cancelled by user:maya@cremalane.example; ask for it again to have it done"
    warehouse.dispose()
