"""What happened starts what is due: each once, each in its own location, and nothing when nothing happened."""

from typing import Any

import dagster as dg
import pytest
from deployments import SITE, Deployment

from igny8_resources.events import append_event
from igny8_resources.requests import Item, report_progress, submit_request
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from jobs import names
from sensors.failures import first_sentence, record_failure

ARTICLE = f"{SITE}-1"
VIDEO = f"{SITE}-v1"


def tick(deployment: Deployment, sensor: str, cursor: str | None = None) -> dg.SensorResult:
    """One evaluation of a sensor, as the daemon makes it."""
    location = deployment.video if sensor.startswith("video") else deployment.content
    context = dg.build_sensor_context(
        instance=deployment.instance, cursor=cursor, resources={"platform": deployment.resource}
    )
    result = location.get_repository_def().get_sensor_def(sensor)(context)
    assert isinstance(result, dg.SensorResult)
    return result


def runs_of(result: dg.SensorResult) -> list[tuple[str | None, str | None]]:
    return [(request.job_name, request.partition_key) for request in result.run_requests or []]


def ask(deployment: Deployment, *items: Item) -> str:
    with deployment.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        request, _ = submit_request(
            session, account_id=site.account_id, site_id=site.id, kind="content", payload={}, items=items
        )
        return request.id


def approve_article(deployment: Deployment, partition: str) -> None:
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, partition)
        approve(session, content, task, site, by="user:1")


def item_of(deployment: Deployment, request: str) -> RequestItem:
    [item] = deployment.rows(RequestItem, RequestItem.request_id == request)
    return item


class TestEvents:
    def test_new_tasks_are_written_each_in_a_run_of_its_own(self, to_write: Deployment) -> None:
        result = tick(to_write, "content_events")
        assert runs_of(result) == [(names.WRITE_ARTICLE, partition) for partition in to_write.articles]
        [request, *_] = result.run_requests or []
        [created, *_] = to_write.rows(Event, Event.kind == "task.created")
        assert request.run_key == f"write_article/{ARTICLE}/0-{created.id}"
        assert request.tags[names.SITE_TAG] == SITE
        assert request.tags[names.ACCOUNT_TAG] == "1"
        assert result.cursor == f"0:{to_write.rows(Event)[-1].id}", "events that no rule listens to are read once"
        assert not result.dynamic_partitions_requests

    def test_a_tick_with_nothing_new_says_so_and_stays_where_it_is(self, to_write: Deployment) -> None:
        first = tick(to_write, "content_events")
        second = tick(to_write, "content_events", first.cursor)
        assert second.run_requests == []
        assert second.skip_reason is not None
        assert second.skip_reason.skip_message == "nothing to do has happened since the last tick"
        assert second.cursor == first.cursor

    def test_an_event_read_twice_asks_with_the_same_run_key(self, to_write: Deployment) -> None:
        keys = [[request.run_key for request in tick(to_write, "content_events").run_requests or []] for _ in range(2)]
        assert keys[0] == keys[1]
        assert len(set(keys[0])) == 3

    def test_each_location_asks_for_its_own_jobs_and_moves_past_the_others(self, site: Deployment) -> None:
        approve_article(site, ARTICLE)
        assert site.run(names.PUBLISH_ARTICLE, ARTICLE).success
        content, video = tick(site, "content_events"), tick(site, "video_events")
        assert runs_of(content) == [(names.BUILD_SITE, SITE), (names.DRAFT_SOCIAL_POSTS, ARTICLE)]
        assert runs_of(video) == [(names.CREATE_VIDEO_PROJECT, ARTICLE)]
        assert content.cursor == video.cursor

    def test_what_is_done_meanwhile_is_not_asked_for_again(self, written: Deployment) -> None:
        assert runs_of(tick(written, "content_events")) == []

    def test_an_approval_publishes(self, site: Deployment) -> None:
        approve_article(site, ARTICLE)
        assert runs_of(tick(site, "content_events")) == [(names.PUBLISH_ARTICLE, ARTICLE)]

    def test_two_events_for_one_site_build_it_once(self, site: Deployment) -> None:
        for partition in site.articles[:2]:
            approve_article(site, partition)
            assert site.run(names.PUBLISH_ARTICLE, partition).success
        builds = [run for run in runs_of(tick(site, "content_events")) if run[0] == names.BUILD_SITE]
        assert builds == [(names.BUILD_SITE, SITE)]

    def test_partitions_that_dagster_does_not_know_yet_are_added_with_the_runs(self, to_write: Deployment) -> None:
        # The process that made the tasks died before it could tell Dagster.
        to_write.instance.delete_dynamic_partition("articles", ARTICLE)
        result = tick(to_write, "content_events")
        [added] = result.dynamic_partitions_requests or []
        assert isinstance(added, dg.AddDynamicPartitionsRequest)
        assert (added.partitions_def_name, list(added.partition_keys)) == ("articles", [ARTICLE])
        assert (names.WRITE_ARTICLE, ARTICLE) in runs_of(result)

    @pytest.mark.parametrize("change", ["module", "site"])
    def test_what_is_switched_off_starts_nothing(self, to_write: Deployment, change: str) -> None:
        with to_write.parts.warehouse.write() as session:
            site = site_by_key(session, SITE)
            if change == "module":
                set_module(session, site, "writer", enabled=False)
            else:
                site.status = "paused"
        result = tick(to_write, "content_events")
        assert runs_of(result) == []
        assert result.cursor is not None

    def test_a_cursor_that_nobody_wrote_is_refused(self, to_write: Deployment) -> None:
        with pytest.raises(Exception, match="'yesterday' is not a position in the outbox"):
            tick(to_write, "content_events", "yesterday")

    def test_a_burst_is_read_in_slices_and_nothing_is_lost(self, to_write: Deployment) -> None:
        with to_write.parts.warehouse.write() as session:
            site = site_by_key(session, SITE)
            for _ in range(1200):
                append_event(session, "video.rendered", "nobody", account_id=site.account_id, site_id=site.id)
        last, cursor = to_write.rows(Event)[-1], None
        cursors = [cursor := tick(to_write, "content_events", cursor).cursor for _ in range(4)]
        assert len(set(cursors)) == 3
        assert cursors[-2:] == [f"0:{last.id}"] * 2


class TestRequests:
    def test_a_request_becomes_a_run_that_knows_it(self, to_write: Deployment) -> None:
        request = ask(to_write, Item(names.WRITE_ARTICLE, ARTICLE))
        result = tick(to_write, "content_requests")
        [run] = result.run_requests or []
        assert (run.job_name, run.partition_key) == (names.WRITE_ARTICLE, ARTICLE)
        assert run.run_key == f"request/{request}/write_article/{ARTICLE}"
        assert run.tags[names.REQUEST_TAG] == request
        again = tick(to_write, "content_requests")
        assert [each.run_key for each in again.run_requests or []] == [run.run_key]

    def test_nothing_is_asked_for_once_the_run_has_begun(self, to_write: Deployment) -> None:
        ask(to_write, Item(names.WRITE_ARTICLE, ARTICLE))
        with to_write.parts.warehouse.write() as session:
            report_progress(session, ARTICLE, names.WRITE_ARTICLE, "AI_CALL", "writing", "run-1")
        assert tick(to_write, "content_requests").skip_reason == dg.SkipReason("no request is waiting")

    def test_each_location_asks_for_its_own_jobs(self, to_write: Deployment) -> None:
        ask(to_write, Item(names.CREATE_VIDEO_PROJECT, ARTICLE), Item(names.PUBLISH_ARTICLE, ARTICLE))
        assert runs_of(tick(to_write, "content_requests")) == [(names.PUBLISH_ARTICLE, ARTICLE)]
        assert runs_of(tick(to_write, "video_requests")) == [(names.CREATE_VIDEO_PROJECT, ARTICLE)]

    def test_a_finished_run_finishes_its_request(self, to_write: Deployment) -> None:
        request = ask(to_write, Item(names.WRITE_ARTICLE, ARTICLE))
        assert to_write.run(names.WRITE_ARTICLE, ARTICLE, request=request).success
        assert item_of(to_write, request).status == "done"
        [row] = to_write.rows(Request, Request.id == request)
        assert (row.status, row.phase) == ("done", "DONE")
        assert tick(to_write, "content_requests").skip_reason is not None

    def test_missing_partitions_are_added(self, to_write: Deployment) -> None:
        ask(to_write, Item(names.RENDER_VIDEO, VIDEO))
        result = tick(to_write, "video_requests")
        [added] = result.dynamic_partitions_requests or []
        assert (added.partitions_def_name, list(added.partition_keys)) == ("videos", [VIDEO])


class TestFailures:
    def noted(self, deployment: Deployment, result: dg.ExecuteInProcessResult) -> None:
        """Let the failure sensor see how a run ended."""
        context = dg.build_run_status_sensor_context(
            sensor_name="run_failures",
            dagster_instance=deployment.instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
            resources={"platform": deployment.resource},
        ).for_run_failure()
        deployment.content.get_repository_def().get_sensor_def("run_failures")(context)

    def broken(self, deployment: Deployment) -> None:
        with deployment.article(ARTICLE) as (_, content, _):
            content.draft = {**content.draft, "conclusion": ["Lorem ipsum dolor sit amet."]}

    def test_a_failed_check_is_told_on_the_task_and_the_request(self, site: Deployment) -> None:
        self.broken(site)
        request = ask(site, Item(names.WRITE_ARTICLE, ARTICLE))
        failed = site.run(names.WRITE_ARTICLE, ARTICLE, request=request)
        self.noted(site, failed)
        said = (
            "the check article_is_publishable failed: “Lorem ipsum” is a placeholder: write what belongs there. "
            "It stands in: “Lorem ipsum dolor sit amet.”"
        )
        task, item = site.task(ARTICLE), item_of(site, request)
        assert (task.status, task.error) == ("failed", said)
        assert (item.status, item.message) == ("failed", said)
        assert site.rows(Request, Request.id == request)[0].status == "failed"
        [event] = site.rows(Event, Event.kind == "write_article.failed")
        assert event.payload == {"reason": said, "run_id": failed.run_id}

    def test_a_missing_thing_is_told_in_its_own_words(self, to_write: Deployment) -> None:
        with to_write.parts.warehouse.write() as session:
            set_module(session, site_by_key(session, SITE), "writer", enabled=False)
        self.noted(to_write, to_write.write(ARTICLE))
        assert to_write.task(ARTICLE).error == (
            f"the writer module is switched off for {SITE}; switch it on in the site's modules"
        )

    def test_a_failure_that_was_repeated_with_success_is_not_told(self, site: Deployment) -> None:
        draft = site.content_row(ARTICLE).draft
        self.broken(site)
        failed = site.write(ARTICLE)
        with site.article(ARTICLE) as (_, content, _):
            content.draft = draft
        assert site.write(ARTICLE).success
        self.noted(site, failed)
        assert (site.task(ARTICLE).status, site.task(ARTICLE).error) == ("review", "")

    def test_the_command_line_tells_its_own_failures(self, site: Deployment) -> None:
        self.broken(site)
        failed = site.job(names.WRITE_ARTICLE).execute_in_process(
            instance=site.instance,
            partition_key=ARTICLE,
            tags={names.DRIVER_TAG: "host/1/2"},
            raise_on_error=False,
        )
        self.noted(site, failed)
        assert site.task(ARTICLE).error == ""

    def test_a_run_that_was_cancelled_ends_its_request(self, to_write: Deployment) -> None:
        request = ask(to_write, Item(names.WRITE_ARTICLE, ARTICLE))
        run = to_write.instance.create_run_for_job(
            to_write.job(names.WRITE_ARTICLE), tags={"dagster/partition": ARTICLE}
        )
        to_write.instance.report_run_canceled(run)
        context = dg.build_run_status_sensor_context(
            sensor_name="run_cancellations",
            dagster_instance=to_write.instance,
            dagster_run=to_write.instance.get_run_by_id(run.run_id),
            dagster_event=to_write.instance.all_logs(run.run_id)[-1].dagster_event,
            resources={"platform": to_write.resource},
        )
        to_write.content.get_repository_def().get_sensor_def("run_cancellations")(context)
        item = item_of(to_write, request)
        assert (item.status, item.message) == ("failed", "the run was cancelled; ask for it again to have it done")
        assert to_write.task(ARTICLE).status == "failed"

    def test_a_failed_render_stands_on_its_project(self, site: Deployment) -> None:
        with site.parts.warehouse.write() as session:
            content, _, row = content_of(session, ARTICLE)
            session.add(
                VideoProject(
                    account_id=row.account_id,
                    site_id=row.id,
                    content_id=content.id,
                    partition_key=VIDEO,
                    video_type="short",
                    render_preset="youtube_short",
                )
            )
            session.flush()
            record_failure(session, names.RENDER_VIDEO, VIDEO, "x.y.VideoError: the voice has no words", run_id="r")
        [project] = site.rows(VideoProject)
        assert (project.status, project.error) == ("failed", "the voice has no words")

    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [
            ("pkg.errors.Refused: the model declined\n  at line 3", "the model declined"),
            (
                "this needs 90 credits and the account has 0; add some",
                "this needs 90 credits and the account has 0; add some",
            ),
            ("“A title: with colon” is draft", "“A title: with colon” is draft"),
            ("\n\n", "the run failed"),
        ],
    )
    def test_a_reason_is_one_sentence(self, reason: str, sentence: str) -> None:
        assert first_sentence(reason) == sentence


def test_a_request_of_a_paused_site_waits(to_write: Deployment) -> None:
    ask(to_write, Item(names.WRITE_ARTICLE, ARTICLE))

    def paused(status: str) -> Any:
        with to_write.parts.warehouse.write() as session:
            session.query(Site).update({"status": status})
        return tick(to_write, "content_requests")

    assert paused("paused").skip_reason is not None
    assert runs_of(paused("active")) == [(names.WRITE_ARTICLE, ARTICLE)]
