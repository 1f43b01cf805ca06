"""The nightly work: old runs go, partitions of articles finished long ago go, nothing that is in use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.runs.schema import RunsTable
from deployments import SITE, Deployment
from sqlalchemy import select

from igny8_resources.ai.catalogue import ModelFacts
from igny8_resources.warehouse.store.models import choose_models, set_model
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import Account
from jobs import names

LONG_AGO = datetime.now(UTC) - timedelta(days=100)


def published_long_ago(deployment: Deployment, *partitions: str) -> None:
    for partition in partitions:
        with deployment.article(partition) as (_, content, task):
            content.status = task.status = "published"
            content.published_at = LONG_AGO


def night(deployment: Deployment) -> dg.ExecuteInProcessResult:
    done = deployment.content.resolve_job_def("housekeeping").execute_in_process(instance=deployment.instance)
    assert done.success
    return done


def made_long_ago(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    storage: Any = instance.run_storage
    with storage.connect() as connection:
        connection.execute(
            RunsTable.update()
            .where(RunsTable.c.run_id == run.run_id)
            .values(create_timestamp=LONG_AGO.replace(tzinfo=None))
        )


def run_of(deployment: Deployment, partition: str, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    return deployment.instance.create_run_for_job(
        deployment.job(names.WRITE_ARTICLE), tags={"dagster/partition": partition}, status=status
    )


def test_articles_published_long_ago_leave_the_partition_set_and_stay_in_the_warehouse(site: Deployment) -> None:
    published_long_ago(site, f"{SITE}-1", f"{SITE}-2")
    done = night(site)
    assert done.output_for_node("retire_partitions") == 2
    assert list(site.instance.get_dynamic_partitions("articles")) == [f"{SITE}-3"]
    assert len(site.articles) == 3
    assert night(site).output_for_node("retire_partitions") == 0


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ],
)
def test_a_partition_with_a_run_in_flight_stays(site: Deployment, status: dg.DagsterRunStatus) -> None:
    published_long_ago(site, f"{SITE}-1")
    run_of(site, f"{SITE}-1", status)
    assert night(site).output_for_node("retire_partitions") == 0
    assert f"{SITE}-1" in site.instance.get_dynamic_partitions("articles")


def test_articles_published_lately_stay(site: Deployment) -> None:
    published_long_ago(site, f"{SITE}-1")
    with site.article(f"{SITE}-1") as (_, content, _):
        content.published_at = datetime.now(UTC) - timedelta(days=80)
    assert night(site).output_for_node("retire_partitions") == 0


def test_only_runs_that_ended_long_ago_are_deleted(site: Deployment) -> None:
    ended_long_ago = run_of(site, f"{SITE}-1", dg.DagsterRunStatus.SUCCESS)
    failed_long_ago = run_of(site, f"{SITE}-1", dg.DagsterRunStatus.FAILURE)
    ended_lately = run_of(site, f"{SITE}-2", dg.DagsterRunStatus.SUCCESS)
    still_going = run_of(site, f"{SITE}-3", dg.DagsterRunStatus.STARTED)
    for run in (ended_long_ago, failed_long_ago, still_going):
        made_long_ago(site.instance, run)
    done = night(site)
    assert done.output_for_node("purge_runs") == 2
    left = {run.run_id for run in site.instance.get_runs()}
    assert left == {ended_lately.run_id, still_going.run_id, done.run_id}


def test_accounts_are_told_of_a_model_that_ends_within_a_month(
    site: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.parts.warehouse.write() as session:
        soon = datetime.now(UTC).date() + timedelta(days=10)
        set_model(session, ModelFacts("openai", "text", "gpt-6-luna", sunset_on=soon))
        choose_models(
            session, account_id=site.rows(Account)[0].id, site=None, function="text", chain=[("openai", "gpt-6-luna")]
        )
    assert night(site).output_for_node("warn_of_ending_models") == 1
    with site.parts.warehouse.read() as session:
        told = session.scalars(select(Event).where(Event.kind == "ai.model_ends")).all()
    assert [event.subject for event in told] == ["openai/gpt-6-luna"]
