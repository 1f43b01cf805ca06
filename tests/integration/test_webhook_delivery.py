"""Events reach those who asked for them: signed, once a subscription, again when it did not work, and never on a detour."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import WebhookVerificationError
from webhook_accounts import LOCAL, VAULT, Hooked

from igny8_resources.ownership import this_process
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks import posting, sending
from igny8_resources.webhooks.catalogue import Message
from igny8_resources.webhooks.fan_out import fan_out
from igny8_resources.webhooks.posting import Reach
from igny8_resources.webhooks.sending import BACK_OFF, MOST_ATTEMPTS, Told, send_due, wait_after
from igny8_resources.webhooks.subscriptions import (
    NothingToReplay,
    forget_finished,
    replay,
    replay_dead,
    rotate_secret,
    send_ping,
)
from tests.stand_ins.webhook_receiver import Answer, WebhookReceiver

ROOT = Path(__file__).parents[2]


@pytest.fixture
def account(warehouse: Warehouse) -> Hooked:
    return Hooked(warehouse)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def deliver(account: Hooked, *, reach: Reach = LOCAL) -> Told:
    """What one tick of the sensor does."""
    account.read_events()
    return send_due(account.warehouse, VAULT, reach, seconds=5)


def test_an_event_arrives_signed_and_says_no_more_than_its_kind_tells(account: Hooked, receiver: WebhookReceiver):
    _, secret = account.subscribe(f"{receiver.address}/hooks?for=igny8")
    event_id = account.happen("article.published", content_id=7, url="https://crema.example/a/", by="user:me@x.example")
    assert deliver(account).delivered == 1
    [message] = receiver.arrived
    told = message.verified(secret)
    assert told["data"] == {"content_id": 7, "url": "https://crema.example/a/"}
    assert (told["id"], told["kind"], told["subject"], told["site"]) == (
        f"evt_{event_id}",
        "article.published",
        "crema-lane-1",
        None,
    )
    assert datetime.fromisoformat(told["created_at"]).tzinfo is not None
    assert message.path == "/hooks?for=igny8"
    assert message.headers["host"] == receiver.address.removeprefix("http://")
    assert message.headers["webhook-id"] == f"evt_{event_id}"
    assert message.headers["content-type"] == "application/json"
    [delivery] = account.deliveries()
    assert (delivery.status, delivery.attempts, delivery.answer_status, delivery.owner) == ("delivered", 1, 204, "")


def test_each_subscription_hears_its_kinds_once_however_often_events_are_read(
    account: Hooked, receiver: WebhookReceiver
):
    account.happen("article.published", "from-before")
    everything, _ = account.subscribe(f"{receiver.address}/all")
    approvals, _ = account.subscribe(f"{receiver.address}/approvals", "article.approved")
    other = Hooked(account.warehouse, "trail")
    other.subscribe(f"{receiver.address}/theirs")
    for kind in ("article.approved", "article.published", "prompt.saved"):
        account.happen(kind)
    readers = [threading.Thread(target=fan_out, args=(account.warehouse,), kwargs={"seconds": 5}) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    account.read_events()
    assert Counter(row.subscription_id for row in account.deliveries()) == {everything: 2, approvals: 1}
    account.read_events()
    deliver(account)
    paths = Counter(message.path for message in receiver.arrived)
    assert paths == {"/all": 2, "/approvals": 1}


def test_more_events_than_one_pass_reads_are_all_delivered_to(account: Hooked, receiver: WebhookReceiver, monkeypatch):
    monkeypatch.setattr("igny8_resources.webhooks.fan_out.EVENTS_AT_ONCE", 7)
    account.subscribe(receiver.address)
    for number in range(30):
        account.happen("article.ready", f"crema-lane-{number}")
    account.read_events()
    assert len(account.deliveries()) == 30
    assert deliver(account).delivered == 30
    assert len({message.headers["webhook-id"] for message in receiver.arrived}) == 30
    assert 1 < receiver.most_at_once <= sending.AT_ONCE_EACH


def test_what_fails_is_sent_again_later_under_the_same_id(account: Hooked, receiver: WebhookReceiver):
    subscription, secret = account.subscribe(receiver.address)
    account.happen("article.ready")
    receiver.script(Answer(500), Answer(drop=True), Answer(302, {"Location": "http://127.0.0.1:1/"}))
    assert deliver(account).to_retry == 1
    [waiting] = account.deliveries()
    assert waiting.status == "waiting"
    assert "500" in waiting.error
    assert timedelta(0) < waiting.next_attempt_at - utc_now() < timedelta(seconds=7)
    assert deliver(account).attempts == 0, "not before its time"
    for complaint in ("connection failed", "redirects are not followed"):
        account.time_passes()
        deliver(account)
        assert complaint in account.deliveries()[0].error
    assert account.subscription(subscription).failures == 3
    account.time_passes()
    assert deliver(account).delivered == 1
    assert account.subscription(subscription).failures == 0
    assert len({message.headers["webhook-id"] for message in receiver.arrived}) == 1
    assert len({message.body for message in receiver.arrived}) == 1
    receiver.arrived[-1].verified(secret)


def test_a_receiver_that_wants_to_be_left_alone_is(account: Hooked, receiver: WebhookReceiver):
    account.subscribe(receiver.address)
    receiver.script(Answer(429, {"Retry-After": "600"}))
    account.happen("article.ready")
    deliver(account)
    assert account.deliveries()[0].next_attempt_at - utc_now() > timedelta(seconds=590)


def test_waits_grow_and_have_an_end():
    waits = [wait_after(number).total_seconds() for number in range(1, MOST_ATTEMPTS)]
    for planned, wait in zip(BACK_OFF, waits, strict=True):
        assert planned <= wait <= planned * 1.2
    assert wait_after(1, 60.0).total_seconds() == 60
    assert wait_after(1, 10.0**8) <= timedelta(days=1.2)


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("120", 120, 120),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0, 0),
        ("soon", None, None),
        ("-5", None, None),
        ("", None, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(said: str, low: float | None, high: float | None):
    import httpx

    found = posting._retry_after(httpx.Headers({"retry-after": said}))
    assert found is None if low is None or high is None else low <= found <= high


def test_a_date_to_come_is_the_seconds_until_then():
    import httpx

    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    found = posting._retry_after(httpx.Headers({"retry-after": in_an_hour}))
    assert found is not None
    assert 3000 <= found <= 3601


def test_a_slow_receiver_is_given_up_even_when_it_drips(account: Hooked, receiver: WebhookReceiver, monkeypatch):
    monkeypatch.setattr(posting, "MOST_SECONDS", 1.0)
    account.subscribe(receiver.address)
    receiver.script(Answer(seconds=5), Answer(drips=True))
    account.happen("article.ready")
    account.happen("article.ready", "another")
    assert deliver(account).to_retry == 2
    assert {row.error for row in account.deliveries()} == {"the receiver did not answer within 1 seconds"}


def test_an_endless_answer_is_cut(account: Hooked, receiver: WebhookReceiver):
    account.subscribe(receiver.address)
    receiver.script(Answer(200, endless=True))
    account.happen("article.ready")
    assert deliver(account).delivered == 1
    while receiver.at_once:
        time.sleep(0.05)
    assert receiver.bytes_sent < 2**24, "what the kernel's buffers held when the connection was closed"


def test_gone_switches_the_subscription_off_and_says_so(account: Hooked, receiver: WebhookReceiver):
    subscription, _ = account.subscribe(f"{receiver.address}/token-in-the-path")
    receiver.script(Answer(410))
    account.happen("article.ready")
    told = deliver(account)
    assert told.dead == 1
    assert "410" in told.switched_off[0]
    row = account.subscription(subscription)
    assert not row.is_active
    assert row.disabled_because == "The receiver answered 410 Gone."
    with account.warehouse.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "webhook.disabled")).one()
    assert event.payload == {"host": "127.0.0.1", "reason": row.disabled_because}
    account.happen("article.approved")
    assert deliver(account).attempts == 0
    assert len(account.deliveries()) == 1, "what is switched off gets no deliveries"


def test_after_the_last_attempt_a_delivery_is_dead_and_can_be_sent_once_more(
    account: Hooked, receiver: WebhookReceiver
):
    """A message that one receiver never takes does not switch it off while it takes others."""
    subscription, _ = account.subscribe(receiver.address)
    receiver.script(Answer(500))
    account.happen("article.ready", "refused")
    account.happen("article.ready", "taken")
    deliver(account)
    receiver.always(Answer(400))
    for _ in range(MOST_ATTEMPTS - 1):
        account.time_passes()
        deliver(account)
    dead, delivered = sorted(account.deliveries(), key=lambda row: row.status)
    if dead.status != "dead":
        dead, delivered = delivered, dead
    assert (dead.status, dead.attempts, delivered.status) == ("dead", MOST_ATTEMPTS, "delivered")
    assert account.subscription(subscription).is_active
    account.time_passes()
    assert deliver(account).attempts == 0
    receiver.always(Answer())
    with account.warehouse.write() as session:
        assert replay_dead(session, subscription + 1) == 0
        assert replay_dead(session) == 1
    assert deliver(account).delivered == 1
    assert {row.status for row in account.deliveries()} == {"delivered"}


def test_a_receiver_that_takes_nothing_for_days_is_switched_off(account: Hooked, receiver: WebhookReceiver):
    subscription, _ = account.subscribe(receiver.address)
    receiver.always(Answer(503))
    account.happen("article.ready")
    for _ in range(MOST_ATTEMPTS):
        deliver(account)
        account.time_passes()
    row = account.subscription(subscription)
    assert not row.is_active
    assert row.disabled_because.startswith("Nothing has arrived since")
    assert row.disabled_because.endswith("answered 503")
    with account.warehouse.write() as session:
        assert replay_dead(session) == 0, "it is switched off"
        with pytest.raises(NothingToReplay):
            replay(session, account.deliveries()[0].id)


def test_two_senders_never_send_the_same_at_once(account: Hooked, receiver: WebhookReceiver):
    for number in range(4):
        account.subscribe(f"{receiver.address}/{number}")
    for number in range(20):
        account.happen("article.ready", f"crema-lane-{number}")
    account.read_events()
    senders = [
        threading.Thread(target=send_due, args=(account.warehouse, VAULT, LOCAL), kwargs={"seconds": 30})
        for _ in range(3)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert Counter((row.status, row.error) for row in account.deliveries()) == {("delivered", ""): 80}
    sent = Counter((message.path, message.headers["webhook-id"]) for message in receiver.arrived)
    assert len(sent) == 80
    assert set(sent.values()) == {1}


def test_what_a_killed_sender_held_is_sent_by_the_next_one(account: Hooked, receiver: WebhookReceiver, tmp_path: Path):
    account.subscribe(receiver.address)
    account.happen("article.ready")
    account.read_events()
    receiver.script(Answer(seconds=30))
    url = account.warehouse.url.render_as_string(hide_password=False)
    program = (
        "from igny8_resources.warehouse.engine import Warehouse\n"
        "from igny8_resources.webhooks.sending import send_due\n"
        "from webhook_accounts import LOCAL, VAULT\n"
        f"send_due(Warehouse({url!r}), VAULT, LOCAL, seconds=30)\n"
    )
    paths = [str(ROOT), str(Path(__file__).parent)]
    with subprocess.Popen([sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{program}"]) as sender:
        while not receiver.arrived:
            assert sender.poll() is None
        [held] = account.deliveries()
        assert held.status == "sending"
        assert send_due(account.warehouse, VAULT, LOCAL, seconds=5).attempts == 0, "its sender is alive"
        sender.kill()
    assert send_due(account.warehouse, VAULT, LOCAL, seconds=5).delivered == 1
    first, again = receiver.arrived
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert account.deliveries()[0].attempts == 2


def test_a_lease_that_ran_out_on_another_host_is_taken_over(account: Hooked, receiver: WebhookReceiver):
    account.subscribe(receiver.address)
    account.happen("article.ready")
    account.read_events()
    with account.warehouse.write() as session:
        row = session.scalars(select(WebhookDelivery)).one()
        row.status, row.owner, row.lease_until = "sending", "elsewhere/12/34/1", utc_now() + timedelta(seconds=60)
    assert deliver(account).attempts == 0
    with account.warehouse.write() as session:
        row = session.scalars(select(WebhookDelivery)).one()
        row.lease_until = utc_now() - timedelta(seconds=1)
    assert deliver(account).delivered == 1
    assert this_process() not in account.deliveries()[0].owner


def test_one_slow_receiver_leaves_room_for_the_others(account: Hooked, receiver: WebhookReceiver, monkeypatch):
    monkeypatch.setattr(posting, "MOST_SECONDS", 3.0)
    with WebhookReceiver() as slow:
        slow.always(Answer(seconds=20))
        account.subscribe(slow.address)
        for number in range(3 * sending.AT_ONCE):
            account.happen("article.ready", f"crema-lane-{number}")
        account.subscribe(receiver.address)
        account.happen("article.approved")
        account.read_events()
        told = send_due(account.warehouse, VAULT, LOCAL, seconds=1)
        assert slow.most_at_once <= sending.AT_ONCE_EACH
    assert told.delivered == 1
    assert len(receiver.arrived) == 1


def test_a_deleted_subscription_takes_its_deliveries_along(account: Hooked, receiver: WebhookReceiver):
    subscription, _ = account.subscribe(receiver.address)
    account.happen("article.ready")
    account.read_events()
    with account.warehouse.write() as session:
        session.delete(session.get_one(WebhookSubscription, subscription))
    assert deliver(account).attempts == 0
    assert account.deliveries() == []


def test_old_deliveries_are_forgotten_when_they_are_finished(account: Hooked, receiver: WebhookReceiver):
    account.subscribe(receiver.address)
    receiver.script(Answer(), Answer(500))
    for subject in ("delivered", "waiting"):
        account.happen("article.ready", subject)
    deliver(account)
    with account.warehouse.write() as session:
        assert forget_finished(session, utc_now() - timedelta(days=1)) == 0
        assert forget_finished(session, utc_now()) == 1
    assert [row.status for row in account.deliveries()] == ["waiting"]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(account: Hooked, receiver: WebhookReceiver):
    subscription, old = account.subscribe(receiver.address)
    with account.warehouse.write() as session:
        new = rotate_secret(session, VAULT, session.get_one(WebhookSubscription, subscription), by="system")
    assert old not in account.subscription(subscription).secret
    account.happen("article.ready")
    deliver(account)
    [message] = receiver.arrived
    assert message.verified(old) == message.verified(new)
    signing = sending.unsealed(VAULT, account.subscription(subscription).secret)
    assert len(signing.headers(Message("evt_1", {}), utc_now())["webhook-signature"].split()) == 2
    tomorrow = utc_now() + timedelta(hours=25)
    assert len(signing.headers(Message("evt_1", {}), tomorrow)["webhook-signature"].split()) == 1
    with pytest.raises(WebhookVerificationError):
        message.verified("whsec_" + "A" * 43 + "=")


def test_a_ping_is_sent_now_and_leaves_no_row(account: Hooked, receiver: WebhookReceiver):
    subscription, secret = account.subscribe(receiver.address)
    receiver.script(Answer(), Answer(500))
    assert send_ping(VAULT, LOCAL, account.subscription(subscription)).delivered
    told = receiver.arrived[0].verified(secret)
    assert told["kind"] == "webhook.ping"
    failed = send_ping(VAULT, LOCAL, account.subscription(subscription))
    assert (failed.status, failed.error) == (500, "the receiver answered 500")
    assert account.deliveries() == []


def test_nothing_goes_to_an_address_that_became_private(account: Hooked, receiver: WebhookReceiver):
    """It was allowed when it was saved; at the sending it is asked again."""
    account.subscribe(receiver.address)
    account.happen("article.ready")
    assert deliver(account, reach=Reach(allow_http=True)).to_retry == 1
    assert receiver.arrived == []
    [row] = account.deliveries()
    assert "not a public address" in row.error
    assert json.dumps(row.error)
