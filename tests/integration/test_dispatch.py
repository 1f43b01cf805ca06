"""What happened decides what runs: the rules as they stand in the warehouse, asked without Dagster."""

import pytest
from sqlalchemy import select, update

from igny8_resources.events import append_event, position_of
from igny8_resources.requests import Item, finish_items, note_launched, report_progress, submit_request
from igny8_resources.warehouse.store.cursors import site_build_reader, write_cursor
from igny8_resources.warehouse.store.sites import set_module
from igny8_resources.warehouse.tables.automation import AutomationStage
from igny8_resources.warehouse.tables.ledgers import Event, Request
from igny8_resources.warehouse.tables.planner import Keyword, KeywordImport
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs.names import (
    BUILD_SITE,
    CONTENT_JOBS,
    CREATE_VIDEO_PROJECT,
    DRAFT_SOCIAL_POSTS,
    LIST_VIDEO,
    LOAD_KEYWORDS,
    PLAN_SITE,
    PUBLISH_ARTICLE,
    RENDER_VIDEO,
    VIDEO_JOBS,
    WRITE_ARTICLE,
)
from sensors.dispatch import EVENT_KINDS, Work, work_for_events, work_for_requests
from sensors.failures import first_sentence, record_failure
from tests.warehouse_samples import Place, add_article, make_place, site_of


@pytest.fixture
def place(warehouse) -> Place:
    return make_place(warehouse)


@pytest.fixture
def session(warehouse, place):
    """One transaction for the whole test: the rules are plain queries on what it holds."""
    with warehouse.write() as session:
        yield session


def happened(session, place: Place, kind: str, subject: str) -> Event:
    assert kind in EVENT_KINDS, "sensors ask for these kinds alone"
    event = append_event(session, kind, subject, account_id=place.account_id, site_id=place.site_id)
    session.flush()
    return event


def asked(session, *events: Event) -> list[tuple[str, str]]:
    return [(work.job, work.partition) for work in work_for_events(session, events)]


def switch_stage(session, stage: str, *, enabled: bool, cap: int | None = None) -> None:
    session.execute(
        update(AutomationStage).where(AutomationStage.stage == stage).values(enabled=enabled, daily_cap=cap)
    )


def open_video(session, place: Place, content_id: int, **values) -> str:
    project = VideoProject(
        **{**place.owned, "content_id": content_id, "video_type": "short", "render_preset": "tiktok", **values}
    )
    session.add(project)
    session.flush()
    project.partition_key = f"{place.key}-v{project.id}"
    return project.partition_key


def test_loaded_keywords_are_planned_until_they_are_clustered(session, place):
    event = happened(session, place, "keywords.loaded", "1")
    assert asked(session, event) == []
    session.add(Keyword(**place.owned, text="latte art", normalized_text="latte art"))
    session.flush()
    assert asked(session, event) == [(PLAN_SITE, "crema-lane")]


def test_a_staged_file_is_loaded_once(session, place):
    session.add(KeywordImport(**place.owned, file_name="a.csv", sha256="0" * 64, media_key="a"))
    event = happened(session, place, "keywords.staged", place.key)
    assert asked(session, event) == [(LOAD_KEYWORDS, "crema-lane")]
    session.execute(update(KeywordImport).values(status="loaded"))
    assert asked(session, event) == []


def test_a_task_is_written_once(session, place):
    partition, _ = add_article(session, place, "queued")
    event = happened(session, place, "task.created", partition)
    assert asked(session, event) == asked(session, event) == [(WRITE_ARTICLE, partition)]
    assert work_for_events(session, [event])[0].run_key == work_for_events(session, [event, event])[0].run_key
    session.execute(update(Task).values(status="review"))
    assert asked(session, event) == []


def test_work_says_for_whom_it_is(session, place):
    partition, _ = add_article(session, place, "queued")
    (work,) = work_for_events(session, [happened(session, place, "task.created", partition)])
    assert work.tags == {"igny8/site": "crema-lane", "igny8/account": str(place.account_id)}


def test_an_approved_article_is_published_until_it_is(session, place):
    partition, _ = add_article(session, place, "approved")
    event = happened(session, place, "article.approved", partition)
    assert asked(session, event) == [(PUBLISH_ARTICLE, partition)]
    session.execute(update(Content).values(status="review"))
    assert asked(session, event) == [], "approval was taken back"


def test_a_live_article_that_got_a_link_is_published_again(session, place):
    partition, _ = add_article(session, place, "published")
    assert asked(session, happened(session, place, "article.relinked", partition)) == [(PUBLISH_ARTICLE, partition)]
    session.execute(update(Content).values(status="draft"))
    assert asked(session, happened(session, place, "article.relinked", partition)) == []


def test_publication_brings_the_site_the_posts_and_the_video(session, place):
    partition, content_id = add_article(session, place, "published")
    event = happened(session, place, "article.published", partition)
    assert asked(session, event) == [
        (BUILD_SITE, "crema-lane"),
        (DRAFT_SOCIAL_POSTS, partition),
        (CREATE_VIDEO_PROJECT, partition),
    ]
    session.add(SocialPost(**place.owned, content_id=content_id, platform="x", post_type="highlight", text_content="."))
    assert asked(session, event) == [(BUILD_SITE, "crema-lane"), (CREATE_VIDEO_PROJECT, partition)]
    open_video(session, place, content_id)
    assert asked(session, event) == [(BUILD_SITE, "crema-lane")]
    write_cursor(session, site_build_reader("crema-lane"), position_of(event))
    assert asked(session, event) == []


def test_one_build_serves_every_event_of_a_batch(session, place):
    events = []
    for keyword in ("espresso ratio", "espresso dose", "espresso yield"):
        partition, _ = add_article(session, place, "published", keyword=keyword)
        events.append(happened(session, place, "article.published", partition))
    builds = [work for work in work_for_events(session, events) if work.job == BUILD_SITE]
    assert [build.run_key for build in builds] == [f"build_site/crema-lane/{events[-1].txid}-{events[-1].id}"]


def test_a_build_that_saw_the_event_is_not_asked_for_again(session, place):
    first, _ = add_article(session, place, "published", keyword="espresso ratio")
    second, _ = add_article(session, place, "published", keyword="espresso dose")
    early, late = (happened(session, place, "article.published", partition) for partition in (first, second))
    write_cursor(session, site_build_reader("crema-lane"), position_of(early))
    assert (BUILD_SITE, "crema-lane") not in asked(session, early)
    assert (BUILD_SITE, "crema-lane") in asked(session, late)
    write_cursor(session, site_build_reader("another-site"), position_of(late))
    assert (BUILD_SITE, "crema-lane") in asked(session, late), "every site has a cursor of its own"


def test_a_video_is_rendered_while_it_is_a_draft_and_then_built_into_the_site(session, place):
    _, content_id = add_article(session, place, "published")
    partition = open_video(session, place, content_id)
    created = happened(session, place, "video.project_created", partition)
    assert asked(session, created) == [(RENDER_VIDEO, partition)]
    session.execute(update(VideoProject).values(status="rendered"))
    assert asked(session, created) == []
    assert asked(session, happened(session, place, "video.rendered", partition)) == [
        (LIST_VIDEO, partition), (BUILD_SITE, "crema-lane"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "module", "kind", "status", "job"),
    [
        ("writing", "writer", "task.created", "queued", WRITE_ARTICLE),
        ("publishing", "publisher", "article.approved", "approved", PUBLISH_ARTICLE),
        ("publishing", "publisher", "article.relinked", "published", PUBLISH_ARTICLE),
        ("site", "publisher", "article.published", "published", BUILD_SITE),
        ("social", "socializer", "article.published", "published", DRAFT_SOCIAL_POSTS),
        ("video", "video", "article.published", "published", CREATE_VIDEO_PROJECT),
    ],
)
def test_a_stage_or_a_module_that_is_off_is_skipped_and_the_others_go_on(
    session, place, stage, module, kind, status, job
):
    partition, _ = add_article(session, place, status)
    event = happened(session, place, kind, partition)
    all_on = {name for name, _ in asked(session, event)}
    assert job in all_on
    switch_stage(session, stage, enabled=False)
    assert {name for name, _ in asked(session, event)} == all_on - {job}
    switch_stage(session, stage, enabled=True)
    set_module(session, site_of(session, place), module, enabled=False)
    assert job not in {name for name, _ in asked(session, event)}
    set_module(session, site_of(session, place), module, enabled=True)
    assert {name for name, _ in asked(session, event)} == all_on


def test_planning_and_rendering_obey_their_modules_too(session, place):
    session.add(KeywordImport(**place.owned, file_name="a.csv", sha256="0" * 64, media_key="a"))
    staged = happened(session, place, "keywords.staged", place.key)
    _, content_id = add_article(session, place, "published")
    opened = happened(session, place, "video.project_created", open_video(session, place, content_id))
    assert len(asked(session, staged, opened)) == 2
    for module in ("planner", "video"):
        set_module(session, site_of(session, place), module, enabled=False)
    assert asked(session, staged, opened) == []


def test_a_requested_task_is_written_even_where_writing_does_not_run_by_itself(session, place):
    partition, _ = add_article(session, place, "queued")
    switch_stage(session, "writing", enabled=False)
    session.execute(update(Task).values(request_id="r1"))
    assert asked(session, happened(session, place, "task.created", partition)) == [(WRITE_ARTICLE, partition)]


class TestDailyVideoCap:
    @pytest.fixture
    def events(self, session, place) -> list[Event]:
        """Four articles go live in one batch."""
        made = []
        for keyword in ("espresso ratio", "espresso dose", "espresso yield", "espresso time"):
            partition, _ = add_article(session, place, "published", keyword=keyword)
            made.append(happened(session, place, "article.published", partition))
        return made

    @staticmethod
    def videos(session, *events: Event) -> list[str]:
        return [partition for job, partition in asked(session, *events) if job == CREATE_VIDEO_PROJECT]

    def test_a_batch_stays_below_the_cap(self, session, events):
        switch_stage(session, "video", enabled=True, cap=2)
        assert self.videos(session, *events) == [events[0].subject, events[1].subject]

    def test_an_article_that_went_live_twice_counts_once(self, session, events):
        switch_stage(session, "video", enabled=True, cap=2)
        assert self.videos(session, events[0], events[0], *events[1:]) == [events[0].subject, events[1].subject]

    def test_what_was_opened_today_counts_and_what_was_requested_does_not(self, session, place, events):
        switch_stage(session, "video", enabled=True, cap=2)
        contents = session.scalars(select(Content.id).order_by(Content.id)).all()
        open_video(session, place, contents[3], request_id="r1")
        assert len(self.videos(session, *events)) == 2
        open_video(session, place, contents[2])
        assert self.videos(session, *events) == [events[0].subject]
        open_video(session, place, contents[1])
        assert self.videos(session, *events) == []

    def test_none_and_no_cap(self, session, events):
        switch_stage(session, "video", enabled=True, cap=0)
        assert self.videos(session, *events) == []
        switch_stage(session, "video", enabled=True, cap=None)
        assert len(self.videos(session, *events)) == 4


def test_an_inactive_site_starts_nothing(session, place):
    partition, _ = add_article(session, place, "queued")
    event = happened(session, place, "task.created", partition)
    requested, _ = add_article(session, place, "queued", keyword="filter papers")
    request, _ = _request(session, place, Item(WRITE_ARTICLE, requested))
    assert len(asked(session, event)) == len(work_for_requests(session, CONTENT_JOBS)) == 1
    session.execute(update(Site).values(status="paused"))
    assert asked(session, event) == []
    assert work_for_requests(session, CONTENT_JOBS) == []
    session.execute(update(Site).values(status="active"))
    assert [work.request_id for work in work_for_requests(session, CONTENT_JOBS)] == [request.id], "it had to wait"


@pytest.mark.parametrize("kind", [kind for kind in EVENT_KINDS if kind not in {"video.rendered"}])
def test_an_event_about_something_that_is_gone_asks_for_nothing(session, place, kind):
    assert asked(session, happened(session, place, kind, "crema-lane-4711")) == []


def _request(session, place: Place, *items: Item) -> tuple[Request, bool]:
    return submit_request(
        session, account_id=place.account_id, site_id=place.site_id, kind="content", payload={}, items=items
    )


def test_queued_items_are_asked_for_until_their_run_says_something(session, place):
    request, _ = _request(session, place, Item(WRITE_ARTICLE, "crema-lane-1"), Item(RENDER_VIDEO, "crema-lane-v1"))
    (work,) = work_for_requests(session, CONTENT_JOBS)
    assert work == Work(
        WRITE_ARTICLE,
        "crema-lane-1",
        f"request/{request.id}/write_article/crema-lane-1",
        "crema-lane",
        place.account_id,
        request.id,
    )
    assert work.tags["igny8/request"] == request.id
    assert work_for_requests(session, CONTENT_JOBS) == [work], "the run key makes asking twice harmless"
    report_progress(session, "crema-lane-1", WRITE_ARTICLE, "PREP")
    assert work_for_requests(session, CONTENT_JOBS) == []
    assert [work.job for work in work_for_requests(session, VIDEO_JOBS)] == [RENDER_VIDEO], "the other location's"


def test_two_jobs_of_one_article_are_two_runs(session, place):
    _request(session, place, Item(DRAFT_SOCIAL_POSTS, "crema-lane-1"), Item(PUBLISH_ARTICLE, "crema-lane-1"))
    assert len({work.run_key for work in work_for_requests(session, CONTENT_JOBS)}) == 2


def test_finished_and_cancelled_requests_ask_for_nothing(session, place):
    _request(session, place, Item(WRITE_ARTICLE, "crema-lane-1"))
    finish_items(session, "crema-lane-1", WRITE_ARTICLE)
    cancelled, _ = _request(session, place, Item(WRITE_ARTICLE, "crema-lane-2"))
    cancelled.status = "cancelled"
    assert work_for_requests(session, CONTENT_JOBS) == []


def test_the_oldest_request_comes_first_and_a_limit_is_kept(session, place):
    for number in range(3):
        _request(session, place, Item(WRITE_ARTICLE, f"crema-lane-{number}"))
    works = work_for_requests(session, CONTENT_JOBS, limit=2)
    assert [work.partition for work in works] == ["crema-lane-0", "crema-lane-1"]


class TestFailures:
    def test_a_failed_article_says_why_and_ends_what_waits_for_it(self, session, place):
        partition, _ = add_article(session, place, "queued")
        request, _ = _request(session, place, Item(WRITE_ARTICLE, partition))
        record_failure(session, WRITE_ARTICLE, partition, "igny8.Thing: the account has 3 credits\n  at x", run_id="r")
        task = session.scalars(select(Task)).one()
        assert (task.status, task.error) == ("failed", "the account has 3 credits")
        assert (request.status, request.message) == ("failed", "the account has 3 credits")
        told = session.scalars(select(Event).where(Event.kind == "write_article.failed")).one()
        assert (told.subject, told.payload) == (partition, {"reason": "the account has 3 credits", "run_id": "r"})

    def test_a_failed_publication_leaves_the_article_as_it_is(self, session, place):
        partition, _ = add_article(session, place, "approved")
        record_failure(session, PUBLISH_ARTICLE, partition, "the media store cannot be written")
        task = session.scalars(select(Task)).one()
        assert (task.status, task.error) == ("approved", "the media store cannot be written")

    def test_a_failed_video_says_so_on_the_video(self, session, place):
        _, content_id = add_article(session, place, "published")
        partition = open_video(session, place, content_id)
        record_failure(session, RENDER_VIDEO, partition, "ffmpeg ended with 1")
        video = session.scalars(select(VideoProject)).one()
        assert (video.status, video.error) == ("failed", "ffmpeg ended with 1")

    def test_a_failure_of_something_that_is_gone_is_no_error(self, session):
        record_failure(session, WRITE_ARTICLE, "crema-lane-4711", "whatever")
        assert session.scalars(select(Event).where(Event.subject == "crema-lane-4711")).all() == []

    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [
            ("igny8_resources.ai.errors.ProviderError: out of quota\nTraceback", "out of quota"),
            ("\n\n  plain words  \n", "plain words"),
            ("Note: this is not a class", "Note: this is not a class"),
            ("", "the run failed"),
            ("x" * 5_000, "x" * 1_000),
        ],
    )
    def test_a_reason_becomes_one_sentence(self, reason, sentence):
        assert first_sentence(reason) == sentence


def test_an_article_that_a_request_names_is_launched_by_the_request_alone(session, place):
    partition, _ = add_article(session, place, "queued")
    event = happened(session, place, "task.created", partition)
    switched = happened(session, place, "site.stage_switched", place.key)
    switched.payload = {"stage": "writing", "enabled": True}
    assert asked(session, event) == asked(session, switched) == [(WRITE_ARTICLE, partition)]
    request, _ = _request(session, place, Item(WRITE_ARTICLE, partition))
    assert asked(session, event, switched) == []
    assert [work.partition for work in work_for_requests(session, CONTENT_JOBS)] == [partition]
    note_launched(session, {(request.id, Item(WRITE_ARTICLE, partition)): "run-1"})
    assert asked(session, event, switched) == [], "its run waits for its turn in Dagster"
