"""Requests on their way to runs: launched once their run exists, asked for again when it is gone, ended when cancelled."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from deployments import SITE, Deployment
from sqlalchemy import update

from cli.engine import Engine
from igny8_resources.credits import reserve
from igny8_resources.events import append_event
from igny8_resources.requests import Item, add_waiting_items, cancel_request, report_progress, submit_request
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, Request, RequestItem
from jobs import names
from sensors.dispatch import Work, work_for_events
from sensors.requests import RequestFollower

ARTICLE, OTHER = f"{SITE}-1", f"{SITE}-2"
WRITE = Item(names.WRITE_ARTICLE, ARTICLE)


@pytest.fixture
def deployment(to_write: Deployment, tmp_path: Path) -> Iterator[Deployment]:
    """A planned site whose runs wait in a queue, as under the daemon. Nobody waits for its articles any more."""
    [planning] = to_write.rows(Request, Request.kind == "plan")
    cancel(to_write, planning.id)
    (tmp_path / "dagster").mkdir()
    queue = {"run_queue": {"max_concurrent_runs": 1}}
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster"), overrides=queue) as instance:
        to_write.instance = instance
        yield to_write


def ask(deployment: Deployment, *items: Item) -> str:
    with deployment.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        request, _ = submit_request(
            session, account_id=site.account_id, site_id=site.id, kind="content", payload={}, items=items
        )
        return request.id


def cancel(deployment: Deployment, request_id: str) -> None:
    with deployment.parts.warehouse.write() as session:
        assert cancel_request(session, request_id, actor="user:maya@crema.example")


def follower(deployment: Deployment, cursor: str | None = None) -> RequestFollower:
    return RequestFollower(deployment.parts, deployment.instance, names.CONTENT_JOBS, cursor)


def queued_run(deployment: Deployment, work: Work) -> dg.DagsterRun:
    """The run that the daemon makes of a run request."""
    return deployment.instance.create_run_for_job(
        deployment.job(work.job),
        tags={**work.tags, "dagster/run_key": work.run_key, "dagster/partition": work.partition},
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=RemoteJobOrigin(
            RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("content"), "__repository__"), work.job
        ),
        job_code_origin=JobPythonOrigin(
            work.job, RepositoryPythonOrigin("python", ModuleCodePointer("igny8_assets.definitions", "defs"))
        ),
    )


def status_of(deployment: Deployment, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = deployment.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def item(deployment: Deployment, request_id: str) -> RequestItem:
    [row] = deployment.rows(RequestItem, RequestItem.request_id == request_id)
    return row  # type: ignore[no-any-return]


def request_of(deployment: Deployment, request_id: str) -> Request:
    [row] = deployment.rows(Request, Request.id == request_id)
    return row  # type: ignore[no-any-return]


class TestLaunching:
    def test_a_request_is_launched_once_its_run_exists(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        [work] = follower(deployment).look()
        assert item(deployment, request_id).status == "queued", "the daemon may die before it makes the run"
        run = queued_run(deployment, work)
        assert follower(deployment).look() == []
        launched = item(deployment, request_id)
        assert (launched.status, launched.run_id) == ("launched", run.run_id)
        assert request_of(deployment, request_id).status == "launched"

    def test_many_that_wait_in_dagsters_queue_hold_nobody_back(
        self, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sensors.requests.LOOKED_AT_ONCE", 3)
        for _ in range(5):
            ask(deployment, WRITE)
        first = follower(deployment).look()
        for work in first:
            queued_run(deployment, work)
        second = follower(deployment).look()
        assert second == [], "a look that finds runs notes them"
        assert len(follower(deployment).look()) == 2

    def test_a_run_that_is_gone_is_asked_for_again(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        run = queued_run(deployment, follower(deployment).look()[0])
        assert follower(deployment).look() == []
        deployment.instance.delete_run(run.run_id)
        assert follower(deployment).look() == [], "it may only be late"
        with deployment.parts.warehouse.write() as session:
            session.execute(update(RequestItem).values(updated_at=utc_now() - timedelta(minutes=6)))
        assert [work.request_id for work in follower(deployment).look()] == [request_id]

    def test_the_command_line_does_what_a_daemon_that_is_gone_had_launched(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        run = queued_run(deployment, follower(deployment).look()[0])
        assert follower(deployment).look() == []
        engine = Engine(deployment.parts, deployment.instance)
        assert engine.due().works == []
        engine.take_back()
        assert [work.request_id for work in engine.due().works] == [request_id]
        assert status_of(deployment, run) is dg.DagsterRunStatus.CANCELED


class TestCancelling:
    def test_before_its_run_exists_nothing_is_launched(self, deployment: Deployment) -> None:
        cancel(deployment, ask(deployment, WRITE))
        assert follower(deployment).look() == []

    def test_a_run_in_the_queue_never_begins(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        run = queued_run(deployment, follower(deployment).look()[0])
        cancel(deployment, request_id)
        assert follower(deployment).look() == []
        assert status_of(deployment, run) is dg.DagsterRunStatus.CANCELED

    def test_a_run_that_comes_after_the_cancellation_is_ended_too(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        first = follower(deployment)
        [work] = first.look()
        cancel(deployment, request_id)
        second = follower(deployment, first.cursor)
        second.look()
        run = queued_run(deployment, work)
        follower(deployment, second.cursor).look()
        assert status_of(deployment, run) is dg.DagsterRunStatus.CANCELED

    def test_a_run_that_another_request_waits_for_goes_on(self, deployment: Deployment) -> None:
        first, second = ask(deployment, WRITE), ask(deployment, WRITE)
        works = follower(deployment).look()
        runs = {work.request_id: queued_run(deployment, work) for work in works}
        cancel(deployment, first)
        follower(deployment).look()
        assert status_of(deployment, runs[first]) is dg.DagsterRunStatus.QUEUED
        cancel(deployment, second)
        follower(deployment).look()
        assert {status_of(deployment, run) for run in runs.values()} == {dg.DagsterRunStatus.CANCELED}

    def test_another_requests_runs_are_left_alone(self, deployment: Deployment) -> None:
        cancelled, other = ask(deployment, WRITE), ask(deployment, Item(names.WRITE_ARTICLE, OTHER))
        runs = {work.request_id: queued_run(deployment, work) for work in follower(deployment).look()}
        cancel(deployment, cancelled)
        follower(deployment).look()
        assert status_of(deployment, runs[other]) is dg.DagsterRunStatus.QUEUED

    def test_what_a_planning_run_brings_about_afterwards_never_begins(self, deployment: Deployment) -> None:
        plan = ask(deployment, Item(names.PLAN_SITE, SITE))
        with deployment.article_task(ARTICLE) as task:
            task.request_id = plan
        cancel(deployment, plan)
        with deployment.parts.warehouse.write() as session:
            add_waiting_items(session, plan, [WRITE])
            site = site_by_key(session, SITE)
            event = append_event(
                session, "task.created", ARTICLE, account_id=site.account_id, site_id=site.id, payload={}
            )
            session.flush()
            assert work_for_events(session, [event]) == []
        assert {row.status for row in deployment.rows(RequestItem)} <= {"cancelled", "done"}

    def test_a_run_that_an_event_starts_knows_its_request_and_ends_with_it(self, deployment: Deployment) -> None:
        plan = ask(deployment, Item(names.PLAN_SITE, SITE))
        with deployment.article_task(ARTICLE) as task:
            task.request_id = plan
        with deployment.parts.warehouse.write() as session:
            add_waiting_items(session, plan, [WRITE])
            site = site_by_key(session, SITE)
            event = append_event(
                session, "task.created", ARTICLE, account_id=site.account_id, site_id=site.id, payload={}
            )
            session.flush()
            [work] = work_for_events(session, [event])
        assert work.tags[names.REQUEST_TAG] == plan
        run = queued_run(deployment, work)
        cancel(deployment, plan)
        follower(deployment).look()
        assert status_of(deployment, run) is dg.DagsterRunStatus.CANCELED

    def test_the_task_says_who_cancelled_and_held_credits_come_back(self, deployment: Deployment) -> None:
        request_id = ask(deployment, WRITE)
        run = queued_run(deployment, follower(deployment).look()[0])
        with deployment.parts.warehouse.write() as session:
            report_progress(session, ARTICLE, names.WRITE_ARTICLE, "AI_CALL", "writing", run.run_id)
        before = deployment.balance()
        self.leave_a_call_open(deployment)
        assert deployment.balance() < before
        cancel(deployment, request_id)
        follower(deployment).look()
        self.told(deployment, run)
        assert (
            deployment.task(ARTICLE).error == "cancelled by user:maya@crema.example; ask for it again to have it done"
        )
        assert deployment.balance() == before

    def leave_a_call_open(self, deployment: Deployment) -> None:
        """As a process does that is killed in the middle of a call."""
        with deployment.parts.warehouse.write() as session:
            site = site_by_key(session, SITE)
            call = AiCall(
                account_id=site.account_id,
                site_id=site.id,
                request_hash="0" * 64,
                kind="text",
                function="generate_content",
                subject=ARTICLE,
                provider="offline",
                model="offline",
                status="pending",
                owner="gone/1/1",
                lease_until=utc_now() - timedelta(minutes=1),
                attempts=1,
                reserved=Decimal(5),
            )
            session.add(call)
            session.flush()
            reserve(session, site.account_id, Decimal(5), reference=f"call:{call.id}:1", description="content")

    def told(self, deployment: Deployment, run: dg.DagsterRun) -> None:
        """Let the cancellation sensor see how the run ended."""
        context = dg.build_run_status_sensor_context(
            sensor_name="run_cancellations",
            dagster_instance=deployment.instance,
            dagster_run=deployment.instance.get_run_by_id(run.run_id),  # type: ignore[arg-type]
            dagster_event=deployment.instance.all_logs(run.run_id)[-1].dagster_event,  # type: ignore[arg-type]
            resources={"platform": deployment.resource},
        )
        deployment.content.get_repository_def().get_sensor_def("run_cancellations")(context)
