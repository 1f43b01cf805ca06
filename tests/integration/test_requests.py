"""Work that somebody asked for: recorded once, followed by phase, ended with its last item."""

from functools import partial

import pytest
from sqlalchemy import func, select, update

from igny8_resources.requests import (
    PHASES,
    Item,
    Progress,
    add_waiting_items,
    finish_items,
    progress_of,
    report_progress,
    submit_request,
)
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from jobs.names import CREATE_VIDEO_PROJECT, DRAFT_SOCIAL_POSTS, PLAN_SITE, WRITE_ARTICLE
from tests.at_once import at_once
from tests.warehouse_samples import Place, make_place

ARTICLES = ("crema-lane-1", "crema-lane-2")


@pytest.fixture
def place(warehouse) -> Place:
    return make_place(warehouse)


def submit(warehouse: Warehouse, place: Place, *items: Item, key: str | None = None) -> tuple[str, bool]:
    with warehouse.write() as session:
        request, is_new = submit_request(
            session,
            account_id=place.account_id,
            site_id=place.site_id,
            kind="content",
            payload={"task_ids": [1, 2]},
            items=items or [Item(WRITE_ARTICLE, partition) for partition in ARTICLES],
            idempotency_key=key,
        )
        return request.id, is_new


def report(warehouse: Warehouse, partition: str, phase: str, message: str = "", job: str = WRITE_ARTICLE) -> None:
    with warehouse.write() as session:
        report_progress(session, partition, job, phase, message, run_id="run-1")


def finish(warehouse: Warehouse, partition: str, job: str = WRITE_ARTICLE, failure: str = "") -> None:
    with warehouse.write() as session:
        finish_items(session, partition, job, failure=failure)


def progress(warehouse: Warehouse, request_id: str) -> Progress:
    with warehouse.read() as session:
        return progress_of(session, session.get_one(Request, request_id))


def events(warehouse: Warehouse, request_id: str) -> list[str]:
    with warehouse.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.subject == request_id).order_by(Event.id)))


def test_the_same_key_gives_the_first_request_back(warehouse, place):
    first, second = submit(warehouse, place, key="order-7"), submit(warehouse, place, key="order-7")
    assert first == (second[0], True)
    assert not second[1]
    assert events(warehouse, first[0]) == ["request.created"]
    assert progress(warehouse, first[0]).total == 2


def test_a_key_belongs_to_its_account(warehouse, place):
    other = make_place(warehouse, slug="other", key="other")
    assert submit(warehouse, place, key="order-7")[0] != submit(warehouse, other, key="order-7")[0]


def test_without_a_key_every_request_is_new(warehouse, place):
    assert submit(warehouse, place)[0] != submit(warehouse, place)[0]


def test_ten_at_once_with_the_same_key_record_one_request(warehouse, place):
    told = at_once([partial(submit, warehouse, place, key="order-7")] * 10)
    assert sorted(is_new for _, is_new in told) == [False] * 9 + [True]
    assert len({request_id for request_id, _ in told}) == 1
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(RequestItem)) == 2


def test_a_request_without_items_is_refused_for_it_could_never_end(warehouse, place):
    with pytest.raises(ValueError, match="a plan request needs at least one item"), warehouse.write() as session:
        submit_request(session, account_id=place.account_id, site_id=place.site_id, kind="plan", payload={}, items=[])


def test_one_request_may_ask_for_two_jobs_of_one_article(warehouse, place):
    request_id, _ = submit(
        warehouse, place, Item(DRAFT_SOCIAL_POSTS, ARTICLES[0]), Item(CREATE_VIDEO_PROJECT, ARTICLES[0])
    )
    finish(warehouse, ARTICLES[0], DRAFT_SOCIAL_POSTS)
    assert (progress(warehouse, request_id).done, progress(warehouse, request_id).total) == (1, 2)


def test_progress_goes_through_the_phases_to_the_end(warehouse, place):
    request_id, _ = submit(warehouse, place)
    assert progress(warehouse, request_id) == Progress("queued", "INIT", "", 2, 0, 0)
    percents = [progress(warehouse, request_id).percent]
    for number, partition in enumerate(ARTICLES):
        for phase in PHASES:
            report(warehouse, partition, phase, f"{phase.lower()} of {partition}")
            now = progress(warehouse, request_id)
            assert (now.status, now.phase, now.message) == ("running", phase, f"{phase.lower()} of {partition}")
            assert now.done == number
            percents.append(now.percent)
        finish(warehouse, partition)
        percents.append(progress(warehouse, request_id).percent)
    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[7] == 50, "one of two is done"
    assert percents[-2] < percents[-1] == 100
    ended = progress(warehouse, request_id)
    assert (ended.status, ended.phase, ended.message) == ("done", "DONE", "2 of 2 done")
    assert events(warehouse, request_id) == ["request.created", "request.done"]
    with warehouse.read() as session:
        assert session.get_one(Request, request_id).finished_at is not None
        assert set(session.scalars(select(RequestItem.run_id))) == {"run-1"}


def test_a_message_stays_until_there_is_another(warehouse, place):
    request_id, _ = submit(warehouse, place)
    report(warehouse, ARTICLES[0], "PREP", "reading the brief")
    report(warehouse, ARTICLES[0], "AI_CALL")
    assert progress(warehouse, request_id).message == "reading the brief"


def test_a_failure_is_counted_and_named_and_the_rest_goes_on(warehouse, place):
    request_id, _ = submit(warehouse, place)
    report(warehouse, ARTICLES[0], "AI_CALL")
    finish(warehouse, ARTICLES[0], failure="the account has 3 credits")
    now = progress(warehouse, request_id)
    assert (now.status, now.failed, now.percent) == ("running", 1, 50)
    finish(warehouse, ARTICLES[1])
    ended = progress(warehouse, request_id)
    assert (ended.status, ended.done, ended.failed, ended.percent) == ("failed", 1, 1, 99)
    assert ended.message == "the account has 3 credits"
    assert events(warehouse, request_id)[-1] == "request.failed"


def test_a_repeat_that_succeeds_turns_failed_into_done(warehouse, place):
    request_id, _ = submit(warehouse, place)
    finish(warehouse, ARTICLES[0], failure="the account has 3 credits")
    finish(warehouse, ARTICLES[1])
    finish(warehouse, ARTICLES[0])
    ended = progress(warehouse, request_id)
    assert (ended.status, ended.done, ended.failed, ended.percent) == ("done", 2, 0, 100)
    assert events(warehouse, request_id)[-2:] == ["request.failed", "request.done"]


def test_what_is_done_stays_done(warehouse, place):
    request_id, _ = submit(warehouse, place)
    for partition in ARTICLES:
        finish(warehouse, partition)
    report(warehouse, ARTICLES[0], "PREP")
    finish(warehouse, ARTICLES[0], failure="too late")
    assert progress(warehouse, request_id).status == "done"


def test_one_piece_of_work_serves_every_request_that_waits_for_it(warehouse, place):
    first, second = submit(warehouse, place)[0], submit(warehouse, place, Item(WRITE_ARTICLE, ARTICLES[0]))[0]
    finish(warehouse, ARTICLES[0])
    assert progress(warehouse, first).done == 1
    assert progress(warehouse, second).status == "done"


def test_other_work_on_the_same_partition_is_not_meant(warehouse, place):
    request_id, _ = submit(warehouse, place)
    finish(warehouse, ARTICLES[0], DRAFT_SOCIAL_POSTS)
    assert progress(warehouse, request_id).done == 0


def test_planning_waits_for_the_articles_that_it_brings_about(warehouse, place):
    request_id, _ = submit(warehouse, place, Item(PLAN_SITE, place.key))
    for _ in range(2):
        with warehouse.write() as session:
            add_waiting_items(session, request_id, [Item(WRITE_ARTICLE, partition) for partition in ARTICLES])
    finish(warehouse, place.key, PLAN_SITE)
    assert progress(warehouse, request_id).total == 3
    assert progress(warehouse, request_id).status != "done"
    for partition in ARTICLES:
        finish(warehouse, partition)
    assert progress(warehouse, request_id).status == "done"


def test_a_cancelled_request_stays_cancelled(warehouse, place):
    request_id, _ = submit(warehouse, place)
    with warehouse.write() as session:
        session.execute(update(Request).values(status="cancelled"))
    report(warehouse, ARTICLES[0], "PREP")
    for partition in ARTICLES:
        finish(warehouse, partition)
    assert progress(warehouse, request_id).status == "cancelled"


def test_the_last_two_items_may_end_at_the_same_instant(warehouse, place):
    """Neither transaction sees the other's item as done; one of them must end the request all the same."""
    partitions = [f"crema-lane-{number}" for number in range(8)]
    request_ids = [
        submit(warehouse, place, *(Item(WRITE_ARTICLE, partition) for partition in partitions))[0] for _ in range(2)
    ]

    def work(partition: str) -> None:
        report(warehouse, partition, "SAVE")
        finish(warehouse, partition)

    assert at_once(partial(work, partition) for partition in partitions) == [None] * 8
    for request_id in request_ids:
        assert progress(warehouse, request_id).status == "done"
        assert events(warehouse, request_id) == ["request.created", "request.done"]
