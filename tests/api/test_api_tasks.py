"""Requests as the people who asked see them: listed, followed by asking and by listening, stopped for good."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from api_tenants import Tenant
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from api.progress_watch import ProgressWatch
from igny8_resources.requests import Item, finish_items, note_launched, report_progress
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event, RequestItem

GENERATE = "/api/v1/writer/content/generate/"
TASKS = "/api/v1/system/settings/tasks/"
PLAN = "plan_site"
SITE = "crema-lane"


def progress_address(task_id: str) -> str:
    return f"/api/v1/system/settings/task_progress/{task_id}/"


@pytest.fixture
def ask(client: TestClient, ours: Tenant) -> Callable[[], str]:
    """Ask for an article of the site; the request's id."""

    def send() -> str:
        answer = client.post(GENERATE, json={"site": SITE, "articles": 1}, headers=ours.as_role())
        return str(answer.json()["data"]["task_id"])

    return send


@pytest.fixture
def watch(app: FastAPI) -> ProgressWatch:
    """Looks often, so that no test waits long."""
    app.state.progress = ProgressWatch(interval=0.05, heartbeat=0.3, most_a_user=2)
    return app.state.progress


@pytest.fixture
def listen(client: TestClient, ours: Tenant, watch: ProgressWatch) -> Iterator[Callable[..., "Future[Response]"]]:
    """Listen beside the test; the answer is there when the stream has ended."""
    with ThreadPoolExecutor(4) as pool:

        def begin(task_id: str, **headers: str) -> "Future[Response]":
            before = len(watch)
            answer = pool.submit(client.get, f"{progress_address(task_id)}events/", headers=ours.as_role() | headers)
            while len(watch) == before and not answer.done():
                time.sleep(0.01)
            return answer

        yield begin


def progress(client: TestClient, ours: Tenant, task_id: str) -> dict[str, object]:
    return client.get(progress_address(task_id), headers=ours.as_role("viewer")).json()["data"]  # type: ignore[no-any-return]


def events_of(answer: Response) -> list[tuple[str, dict[str, object]]]:
    """The ids and data of a stream's progress events."""
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields.get("event") == "progress":
            found.append((fields["id"], json.loads(fields["data"])))
    return found


def report(warehouse: Warehouse, phase: str, message: str, pieces: tuple[int, int] = (0, 0)) -> None:
    with warehouse.write() as session:
        report_progress(session, SITE, PLAN, phase, message, "run-1", pieces)  # type: ignore[arg-type]


def finish(warehouse: Warehouse) -> None:
    with warehouse.write() as session:
        finish_items(session, SITE, PLAN)


class TestStates:
    def test_from_queued_through_launched_and_running_to_done(
        self, client: TestClient, ours: Tenant, ask: Callable[[], str], warehouse: Warehouse
    ) -> None:
        task_id = ask()
        assert progress(client, ours, task_id)["status"] == "queued"
        with warehouse.write() as session:
            note_launched(session, {(task_id, Item(PLAN, SITE)): "run-1"})
        launched = progress(client, ours, task_id)
        assert (launched["status"], launched["items"][0]["status"]) == ("launched", "launched")  # type: ignore[index]
        assert launched["items"][0]["run_id"] == "run-1"  # type: ignore[index]
        report(warehouse, "SAVE", "export.csv: 500 of 2,000 rows", (500, 2000))
        running = progress(client, ours, task_id)
        assert (running["status"], running["phase"], running["message"]) == (
            "running",
            "SAVE",
            "export.csv: 500 of 2,000 rows",
        )
        assert (running["phase_done"], running["phase_total"], running["total"]) == (500, 2000, 1)
        finish(warehouse)
        done = progress(client, ours, task_id)
        assert (done["status"], done["percentage"]) == ("done", 100)

    def test_a_run_that_has_begun_is_not_put_back(self, ask: Callable[[], str], warehouse: Warehouse) -> None:
        task_id = ask()
        report(warehouse, "PREP", "reading")
        with warehouse.write() as session:
            note_launched(session, {(task_id, Item(PLAN, SITE)): "run-2"})
            [item] = session.scalars(select(RequestItem).where(RequestItem.request_id == task_id))
            assert (item.status, item.run_id) == ("running", "run-1")


class TestList:
    def test_filters_and_counts(
        self, client: TestClient, ours: Tenant, ask: Callable[[], str], warehouse: Warehouse
    ) -> None:
        first = ask()
        finish(warehouse)
        second = ask()

        def listed(**query: object) -> list[tuple[str, str]]:
            page = client.get(TASKS, params=query, headers=ours.as_role("editor")).json()  # type: ignore[arg-type]
            return [(row["task_id"], row["status"]) for row in page["results"]]

        assert listed() == [(second, "queued"), (first, "done")]
        assert listed(status=["done", "failed"]) == [(first, "done")]
        assert listed(site=SITE, kind="plan", ordering="created_at") == [(first, "done"), (second, "queued")]
        assert listed(kind="video") == []
        assert listed(site="elsewhere") == []
        [row] = client.get(TASKS, params={"status": "done"}, headers=ours.as_role()).json()["results"]
        assert (row["site"], row["total"], row["done"], row["failed"]) == (SITE, 1, 1, 0)
        assert client.get(TASKS, params={"status": "lost"}, headers=ours.as_role()).status_code == 400

    def test_another_account_sees_nothing_of_it(
        self, client: TestClient, theirs: Tenant, ask: Callable[[], str]
    ) -> None:
        ask()
        assert client.get(TASKS, headers=theirs.as_role()).json()["count"] == 0


class TestListening:
    def test_every_change_is_told_until_the_end(
        self,
        ask: Callable[[], str],
        listen: Callable[..., "Future[Response]"],
        warehouse: Warehouse,
        watch: ProgressWatch,
    ) -> None:
        task_id = ask()
        stream = listen(task_id)
        report(warehouse, "AI_CALL", "finding ideas")
        time.sleep(5 * watch.interval)
        finish(warehouse)
        answer = stream.result(20)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache" or "no-store" in answer.headers["cache-control"]
        assert answer.text.startswith("retry: 3000\n\n")
        told = events_of(answer)
        assert [data["status"] for _, data in told] == ["queued", "running", "done"]
        assert told[1][1]["message"] == "finding ideas"
        assert [int(version) for version, _ in told] == sorted({int(version) for version, _ in told})
        assert len(watch) == 0

    def test_whoever_comes_back_is_not_told_again_what_they_heard(
        self, ask: Callable[[], str], listen: Callable[..., "Future[Response]"], warehouse: Warehouse
    ) -> None:
        task_id = ask()
        stream = listen(task_id)
        report(warehouse, "PREP", "reading")
        finish(warehouse)
        [*_, (last, _)] = events_of(stream.result(20))
        assert listen(task_id, **{"Last-Event-ID": last}).result(20).status_code == 204
        [(again, data)] = events_of(listen(task_id, **{"Last-Event-ID": "1"}).result(20))
        assert (again, data["status"]) == (last, "done")

    def test_an_open_stream_says_that_it_is_there_and_reads_once_for_all(
        self,
        ask: Callable[[], str],
        listen: Callable[..., "Future[Response]"],
        warehouse: Warehouse,
        watch: ProgressWatch,
    ) -> None:
        task_id = ask()
        streams = [listen(task_id), listen(task_id)]
        looks = watch.looks
        time.sleep(4 * watch.heartbeat)
        elapsed = watch.looks - looks
        finish(warehouse)
        for stream in streams:
            assert ": still here" in stream.result(20).text
        assert elapsed <= 4 * watch.heartbeat / watch.interval + 1, "two listeners of one person cost one look"

    def test_one_person_has_so_many_streams_and_no_more(
        self, ask: Callable[[], str], listen: Callable[..., "Future[Response]"], warehouse: Warehouse
    ) -> None:
        task_id = ask()
        streams = [listen(task_id), listen(task_id)]
        refused = listen(task_id).result(20)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "15"
        finish(warehouse)
        assert [stream.result(20).status_code for stream in streams] == [200, 200]
        assert listen(task_id).result(20).status_code == 200

    def test_a_stream_ends_with_its_access(
        self, app: FastAPI, client: TestClient, ours: Tenant, ask: Callable[[], str], watch: ProgressWatch
    ) -> None:
        task_id = ask()
        tokens = app.state.service.tokens
        headers = ours.as_role()
        claims = tokens.read(headers["Authorization"].removeprefix("Bearer "))
        two_seconds_left = tokens.issue(
            user_id=claims.user_id,
            account_id=claims.account_id,
            sign_in_id=claims.sign_in_id,
            role="owner",
            now=utc_now() - tokens.lifetime + timedelta(seconds=2),
        )
        answer = client.get(
            f"{progress_address(task_id)}events/", headers={"Authorization": f"Bearer {two_seconds_left}"}
        )
        assert [data["status"] for _, data in events_of(answer)] == ["queued"]
        assert len(watch) == 0

    def test_another_accounts_request_is_not_there(
        self, client: TestClient, theirs: Tenant, ask: Callable[[], str]
    ) -> None:
        assert client.get(f"{progress_address(ask())}events/", headers=theirs.as_role()).status_code == 404


class TestCancelling:
    def test_it_says_who_and_nothing_brings_it_back(
        self, client: TestClient, ours: Tenant, ask: Callable[[], str], warehouse: Warehouse
    ) -> None:
        task_id = ask()
        report(warehouse, "PREP", "reading")
        stopped = client.post(f"{progress_address(task_id)}cancel/", headers=ours.as_role("editor")).json()["data"]
        assert (stopped["status"], stopped["cancelled_by"]) == ("cancelled", "user:editor@crema.example")
        assert [item["status"] for item in stopped["items"]] == ["cancelled"]
        report(warehouse, "SAVE", "too late")
        finish(warehouse)
        assert progress(client, ours, task_id)["status"] == "cancelled"
        with warehouse.read() as session:
            kinds = list(session.scalars(select(Event.kind).where(Event.subject == task_id).order_by(Event.id)))
        assert kinds == ["request.created", "request.cancelled"]

    def test_whoever_is_too_late_is_told_so(
        self, client: TestClient, ours: Tenant, ask: Callable[[], str], warehouse: Warehouse
    ) -> None:
        task_id = ask()
        finish(warehouse)
        late = client.post(f"{progress_address(task_id)}cancel/", headers=ours.as_role())
        assert (late.status_code, late.json()["error"]) == (409, "The request is done; there is nothing to stop.")

    def test_of_a_cancel_and_an_end_at_once_one_is_true(
        self, client: TestClient, ours: Tenant, ask: Callable[[], str], warehouse: Warehouse
    ) -> None:
        for _ in range(8):
            task_id = ask()
            with ThreadPoolExecutor(2) as pool:
                cancelled = pool.submit(client.post, f"{progress_address(task_id)}cancel/", headers=ours.as_role())
                pool.submit(finish, warehouse).result()
            status = progress(client, ours, task_id)["status"]
            assert (cancelled.result().status_code, status) in {(200, "cancelled"), (409, "done")}

    def test_a_repeated_post_still_names_its_request(self, client: TestClient, ours: Tenant) -> None:
        headers = ours.as_role() | {"Idempotency-Key": "once"}
        body = {"site": SITE, "articles": 1}
        task_id = client.post(GENERATE, json=body, headers=headers).json()["data"]["task_id"]
        client.post(f"{progress_address(task_id)}cancel/", headers=ours.as_role())
        repeated = client.post(GENERATE, json=body, headers=headers)
        assert (repeated.status_code, repeated.json()["data"]["task_id"]) == (202, task_id)
