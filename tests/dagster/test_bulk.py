"""A large request in one run: every article is told one by one, a failure is one article's, and what is left is finished."""

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from deployments import QUIET, SITE, Deployment, new_deployment

from igny8_assets.writer import bulk
from igny8_assets.writer.bulk_request import BulkRequest
from igny8_resources.ai.errors import ProviderUnavailable
from igny8_resources.requests import Item, cancel_request, submit_request
from igny8_resources.warehouse.store.sites import automation_of, set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import AiCall, Request, RequestItem
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names
from sensors.dispatch import Work, work_for_events, work_for_requests
from sensors.factory import bulk_config
from sensors.failures import record_failure

ABOVE = 2
ARTICLES = 4
STAGES = ("article", "image_prompts", "images", "article_schema", "internal_links")


@pytest.fixture(scope="module")
def planned_request(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A request for four articles, planned. To be read only."""
    deployment = new_deployment(tmp_path_factory.mktemp("bulk") / "home")
    with deployment.parts.warehouse.write() as session:
        # One picture an article is enough here, and most of an article's time.
        automation_of(session, site_by_key(session, SITE).id).in_article_images = 0
    assert len(deployment.plan(ARTICLES)) == ARTICLES
    return deployment


@pytest.fixture
def large(planned_request: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A copy of it, where two articles are the most that get runs of their own."""
    monkeypatch.setenv("IGNY8_BULK_ABOVE", str(ABOVE))
    monkeypatch.setenv("IGNY8_BULK_CONCURRENCY", "3")
    return planned_request.copied_to(tmp_path / "home")


def tick(deployment: Deployment, sensor: str) -> dg.SensorResult:
    context = dg.build_sensor_context(instance=deployment.instance, resources={"platform": deployment.resource})
    result = deployment.content.get_repository_def().get_sensor_def(sensor)(context)
    assert isinstance(result, dg.SensorResult)
    return result


def request_of(deployment: Deployment) -> Request:
    [request] = deployment.rows(Request)
    return request


def items(deployment: Deployment) -> Counter[str]:
    return Counter(item.status for item in deployment.rows(RequestItem, RequestItem.job == names.WRITE_ARTICLE))


def run(deployment: Deployment) -> dg.ExecuteInProcessResult:
    """The bulk run that the requests sensor asks for."""
    request = request_of(deployment)
    return deployment.job(names.WRITE_ARTICLES).execute_in_process(
        instance=deployment.instance,
        run_config={**QUIET, **bulk_config(request.id)},
        tags={names.REQUEST_TAG: request.id},
        raise_on_error=False,
    )


def materialised(deployment: Deployment, asset: str) -> set[str]:
    return set(deployment.instance.get_materialized_partitions(dg.AssetKey(asset)))


def test_a_large_request_gets_one_run_and_its_articles_none(large: Deployment) -> None:
    [asked] = tick(large, "content_requests").run_requests or []
    request = request_of(large)
    assert (asked.job_name, asked.partition_key) == (names.WRITE_ARTICLES, None)
    assert asked.run_key == f"request/{request.id}/write_articles/1"
    assert asked.run_config == bulk_config(request.id)
    assert asked.tags[names.ACCOUNT_TAG] == "1"
    assert asked.tags[names.ONE_AT_A_TIME_TAG] == f"bulk/{request.id}"
    assert not tick(large, "content_events").run_requests


def test_every_article_is_told_by_itself(large: Deployment) -> None:
    result = run(large)
    assert result.success
    for asset in STAGES:
        assert materialised(large, asset) == set(large.articles), asset
    evaluations = result.get_asset_check_evaluations()
    assert Counter(each.check_name for each in evaluations) == {
        "article_is_publishable": ARTICLES,
        "every_image_has_its_files": ARTICLES,
        "schema_is_one_sound_graph": ARTICLES,
        "ready_for_review": ARTICLES,
        "figures_have_sources": ARTICLES,
        "links_lead_somewhere": ARTICLES,
    }
    assert {each.partition for each in evaluations} == set(large.articles)
    assert {content.status for content in large.rows(Content)} == {"review"}
    request = request_of(large)
    assert (request.status, items(large)) == ("done", {"done": ARTICLES})
    [event] = [event for event in result.all_events if event.asset_key == dg.AssetKey("article")][:1]
    assert event.step_materialization_data.materialization.metadata["words"].value > 300
    assert not tick(large, "content_events").run_requests


def test_the_same_rows_as_by_runs_of_their_own(large: Deployment, planned_request: Deployment, tmp_path: Path) -> None:
    alone = planned_request.copied_to(tmp_path / "alone")
    for partition in alone.articles:
        assert alone.write(partition).success
    assert run(large).success

    def texts(deployment: Deployment) -> dict[str, tuple[object, ...]]:
        return {
            row.title: (row.slug, row.draft, row.word_count, row.status, row.version)
            for row in deployment.rows(Content)
        }

    assert texts(large) == texts(alone)


def test_one_failure_is_one_article_and_is_taken_up_when_it_is_asked_for_again(
    large: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = large.articles[1]
    make = bulk.plan_images

    def plan_images(parts: object, partition: str) -> object:
        if partition == broken:
            raise LookupError("the plan is gone")
        return make(parts, partition)

    monkeypatch.setattr(bulk, "plan_images", plan_images)
    assert run(large).success
    assert items(large) == {"done": ARTICLES - 1, "failed": 1}
    assert materialised(large, "article") == set(large.articles)
    assert materialised(large, "images") == set(large.articles) - {broken}
    request, task = request_of(large), large.task(broken)
    assert (request.status, request.message) == ("failed", "LookupError: the plan is gone")
    assert (task.status, task.error) == ("failed", "LookupError: the plan is gone")
    monkeypatch.undo()
    assert large.write(broken).success
    assert items(large) == {"done": ARTICLES}


def test_a_blocking_check_stops_an_article_in_place(large: Deployment) -> None:
    refused = large.articles[0]
    with large.article_task(refused) as task:
        task.target_words = 20_000
    assert run(large).success
    assert items(large) == {"done": ARTICLES - 1, "failed": 1}
    assert large.task(refused).error.startswith("the check article_is_publishable failed: ")
    assert refused not in materialised(large, "image_prompts")


def test_a_provider_that_is_away_for_a_moment_is_asked_again(
    large: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: Counter[str] = Counter()
    make = bulk.plan_images

    def plan_images(parts: object, partition: str) -> object:
        tries[partition] += 1
        if tries[partition] < 3:
            raise ProviderUnavailable("overloaded")
        return make(parts, partition)

    monkeypatch.setattr(bulk, "plan_images", plan_images)
    work = BulkRequest(large.parts, request_of(large).id, seconds_between=0.0)
    pace = work.work(work.open_articles(), _nothing)
    assert (pace.done, pace.failed) == (ARTICLES, 0)
    assert set(tries.values()) == {3}


def _nothing(outcome: bulk.Outcome, pace: bulk.Pace) -> None:
    """Nobody listens."""


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_run_that_dies_half_way_is_finished_by_the_next_one(
    large: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    request = request_of(large)

    def die(outcome: bulk.Outcome, pace: bulk.Pace) -> None:
        ended.append(outcome.partition)
        if len(ended) == 2:
            raise Killed

    work = BulkRequest(large.parts, request.id)
    with pytest.raises(Killed):
        work.work(work.open_articles(), die)
    before = {row.id: row.version for row in large.rows(Content)}
    calls = len(large.rows(AiCall, AiCall.status == "done"))
    left = work.open_articles()
    assert 0 < len(left) < ARTICLES
    again: list[str] = []
    monkeypatch.setattr(bulk, "write_whole_article", _noting(again, bulk.write_whole_article))
    assert run(large).success
    assert sorted(again) == sorted(left), "what was done is not done again"
    assert items(large) == {"done": ARTICLES}
    assert all(large.rows(Content, Content.id == id_)[0].version == version for id_, version in before.items())
    assert calls < len(large.rows(AiCall))


def _noting(seen: list[str], write: object) -> object:
    def noted(parts: object, partition: str, *rest: object) -> object:
        seen.append(partition)
        return write(parts, partition, *rest)  # type: ignore[operator]

    return noted


def test_cancelling_the_request_stops_it_between_articles(large: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setenv("IGNY8_BULK_CONCURRENCY", "1")
    request = request_of(large)

    def cancel(outcome: bulk.Outcome, pace: bulk.Pace) -> None:
        with large.parts.warehouse.write() as session:
            cancel_request(session, request.id)

    work = BulkRequest(Deployment(large.home).parts, request.id)
    pace = work.work(work.open_articles(), cancel)
    assert (pace.done, pace.total) == (1, ARTICLES)
    assert (request_of(large).status, items(large)) == ("cancelled", {"done": 1, "cancelled": ARTICLES - 1})
    assert not tick(large, "content_requests").run_requests


def test_a_run_that_fails_as_a_whole_leaves_articles_that_can_be_asked_for_again(large: Deployment) -> None:
    request = request_of(large)
    with large.parts.warehouse.write() as session:
        record_failure(session, names.WRITE_ARTICLES, request.id, "the machine was switched off")
    assert items(large) == {"failed": ARTICLES}
    assert {task.status for task in large.rows(Task)} == {"failed"}
    with large.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        again, _ = submit_request(
            session,
            account_id=site.account_id,
            site_id=site.id,
            kind="content",
            payload={},
            items=[Item(names.WRITE_ARTICLE, partition) for partition in large.articles],
        )
    with large.parts.warehouse.read() as session:
        works = work_for_requests(session, names.CONTENT_JOBS, bulk_above=ABOVE)
    assert [(work.job, work.partition) for work in works] == [(names.WRITE_ARTICLES, again.id)]


def test_a_small_request_gets_runs_of_its_own_unless_it_asks_for_a_batch(large: Deployment) -> None:
    def works(**payload: str) -> list[Work]:
        with large.parts.warehouse.write() as session:
            site = site_by_key(session, SITE)
            request, _ = submit_request(
                session,
                account_id=site.account_id,
                site_id=site.id,
                kind="content",
                payload=dict(payload),
                items=[Item(names.WRITE_ARTICLE, partition) for partition in large.articles[:2]],
            )
            session.flush()
            found = work_for_requests(session, names.CONTENT_JOBS, bulk_above=ABOVE)
            return [work for work in found if work.request_id == request.id]

    assert [work.job for work in works()] == [names.WRITE_ARTICLE] * 2
    assert [work.job for work in works(mode="live")] == [names.WRITE_ARTICLE] * 2
    assert [work.job for work in works(mode="batch")] == [names.WRITE_ARTICLES]


def test_planned_articles_wait_for_a_writer_that_is_off(large: Deployment) -> None:
    with large.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "writer", enabled=False)
    assert not tick(large, "content_requests").run_requests
    with large.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "writer", enabled=True)
    assert len(tick(large, "content_requests").run_requests or []) == 1
    from igny8_resources.events import EventPosition, read_events

    with large.parts.warehouse.read() as session:
        events = read_events(session, EventPosition.parse(None), limit=500)
        assert names.WRITE_ARTICLE not in {work.job for work in work_for_events(session, events, ABOVE)}
