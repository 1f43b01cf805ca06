"""Webhooks through the API: made, tried out, changed, replayed; by those who manage the account alone."""

from collections.abc import Iterator

import pytest
from api_tenants import Tenant
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from igny8_resources.events import all_readable, append_event
from igny8_resources.settings import Settings
from igny8_resources.vault import open_vault
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks.fan_out import fan_out
from igny8_resources.webhooks.posting import Reach
from igny8_resources.webhooks.sending import send_due
from igny8_resources.webhooks.subscriptions import MOST_SUBSCRIPTIONS
from tests.stand_ins.webhook_receiver import Answer, WebhookReceiver

HOOKS = "/api/v1/webhooks/"
PUBLIC = "https://93.184.216.34/hooks"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Receivers of the tests are on this machine, and have no certificates."""
    return settings.model_copy(update={"webhooks_allow_private": True, "webhooks_allow_http": True})


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


def add(client: TestClient, tenant: Tenant, **asked: object) -> dict:
    answer = client.post(HOOKS, json={"url": PUBLIC, **asked}, headers=tenant.as_role())
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def publish(warehouse: Warehouse, settings: Settings, tenant: Tenant, subject: str = "crema-lane-1") -> None:
    """An article is published, and the sensor ticks."""
    with warehouse.write() as session:
        site = site_by_key(session, tenant.site_key)
        append_event(
            session,
            "article.published",
            subject,
            account_id=site.account_id,
            site_id=site.id,
            payload={"content_id": 3, "url": "https://crema.example/a/"},
        )
    is_all = False
    while not is_all:
        with warehouse.read() as session:
            is_all = all_readable(session)
        fan_out(warehouse, seconds=5)
    send_due(warehouse, open_vault(settings), Reach.of(settings), seconds=5)


def test_a_webhook_is_made_and_its_messages_arrive(
    client: TestClient, ours: Tenant, warehouse: Warehouse, settings: Settings, receiver: WebhookReceiver
):
    made = add(client, ours, url=receiver.address, kinds=["article.published"], site=ours.site_key, description="CMS")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    shown = client.get(f"{HOOKS}{made['id']}/", headers=ours.as_role()).json()["data"]
    assert shown == made
    assert (shown["site"], shown["kinds"], shown["is_active"]) == (ours.site_key, ["article.published"], True)
    publish(warehouse, settings, ours)
    [message] = receiver.arrived
    told = message.verified(secret)
    assert (told["site"], told["subject"]) == (ours.site_key, "crema-lane-1")
    listed = client.get(f"{HOOKS}deliveries/?subscription={made['id']}", headers=ours.as_role()).json()
    assert [(row["kind"], row["status"]) for row in listed["results"]] == [("article.published", "delivered")]
    one = client.get(f"{HOOKS}deliveries/{listed['results'][0]['id']}/", headers=ours.as_role()).json()["data"]
    assert one["message"] == told


def test_the_secret_is_shown_once_and_kept_encrypted(client: TestClient, ours: Tenant, warehouse: Warehouse):
    headers = ours.as_role() | {"Idempotency-Key": "once"}
    first, again = (client.post(HOOKS, json={"url": PUBLIC}, headers=headers).json()["data"] for _ in range(2))
    assert first["secret"]
    assert again == first | {"secret": None}
    assert client.get(HOOKS, headers=ours.as_role()).json()["count"] == 1
    assert "secret" not in client.get(f"{HOOKS}{first['id']}/", headers=ours.as_role()).json()["data"]
    with warehouse.read() as session:
        assert first["secret"] not in session.get_one(WebhookSubscription, first["id"]).secret
    rotated = client.post(f"{HOOKS}{first['id']}/rotate-secret/", headers=ours.as_role()).json()["data"]
    assert rotated["secret"] not in {None, first["secret"]}


def test_a_ping_tells_how_it_was_taken_and_nothing_of_the_answer(
    client: TestClient, ours: Tenant, receiver: WebhookReceiver
):
    made = add(client, ours, url=f"{receiver.address}/hook")
    receiver.script(Answer(), Answer(503, {"X-Internal": "secret of the receiver"}))
    path = f"{HOOKS}{made['id']}/test/"
    taken = client.post(path, headers=ours.as_role()).json()["data"]
    assert (taken["delivered"], taken["status"], taken["error"]) == (True, 204, "")
    receiver.arrived[0].verified(made["secret"])
    failed = client.post(path, headers=ours.as_role())
    assert failed.status_code == 200
    assert failed.json()["data"]["status"] == 503
    assert "secret of the receiver" not in failed.text
    assert client.get(f"{HOOKS}deliveries/", headers=ours.as_role()).json()["count"] == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "http://93.184.216.34/"}, "url"),
        ({"url": "https://169.254.169.254/latest/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://user:pass@93.184.216.34/"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"url": "https://93.184.216.34/\r\nX-Evil: 1"}, "url"),
        ({"url": "https://93.184.216.34/" + "x" * 2001}, "url"),
        ({"kinds": ["article.exploded"]}, "kinds"),
        ({"kinds": ["article.ready\0"]}, "kinds.0"),
        ({"secret": "mine"}, "secret"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_what_cannot_be_is_refused_with_the_fields_name(
    warehouse: Warehouse, ours: Tenant, settings: Settings, asked: dict, field: str
):
    strict = create_app(settings.model_copy(update={"webhooks_allow_private": False, "webhooks_allow_http": False}))
    answer = TestClient(strict).post(HOOKS, json={"url": PUBLIC} | asked, headers=ours.as_role())
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["errors"]) == [field]


def test_only_those_who_manage_the_account_see_webhooks(app: FastAPI, client: TestClient, ours: Tenant):
    made = add(client, ours)
    paths = [
        ("GET", HOOKS), ("POST", HOOKS), ("GET", f"{HOOKS}kinds/"), ("GET", f"{HOOKS}deliveries/"),
        ("POST", f"{HOOKS}deliveries/replay/"), ("GET", f"{HOOKS}{made['id']}/"), ("PATCH", f"{HOOKS}{made['id']}/"),
        ("DELETE", f"{HOOKS}{made['id']}/"), ("POST", f"{HOOKS}{made['id']}/test/"),
        ("POST", f"{HOOKS}{made['id']}/rotate-secret/"),
    ]  # fmt: skip
    for method, path in paths:
        for role in ("editor", "viewer"):
            assert client.request(method, path, json={}, headers=ours.as_role(role)).status_code in {400, 403}
            body = {"url": PUBLIC} if path == HOOKS else {}
            assert client.request(method, path, json=body, headers=ours.as_role(role)).status_code == 403, path
        assert client.request(method, path, json={}).status_code == 401


def test_an_edit_says_what_it_was_made_to(client: TestClient, ours: Tenant, warehouse: Warehouse):
    made = add(client, ours)
    path = f"{HOOKS}{made['id']}/"
    tag = client.get(path, headers=ours.as_role()).headers["ETag"]
    assert client.patch(path, json={"description": "A"}, headers=ours.as_role()).status_code == 428
    with warehouse.write() as session:
        session.get_one(WebhookSubscription, made["id"]).failures = 3
    first = client.patch(path, json={"description": "A"}, headers=ours.as_role() | {"If-Match": tag})
    assert first.status_code == 200, "a failed delivery in between is no edit"
    assert first.json()["data"]["description"] == "A"
    late = client.patch(path, json={"description": "B"}, headers=ours.as_role() | {"If-Match": tag})
    assert late.status_code == 409
    newer = ours.as_role() | {"If-Match": first.headers["ETag"]}
    changed = client.patch(path, json={"kinds": ["site.built", "article.ready"], "is_active": False}, headers=newer)
    assert changed.json()["data"]["kinds"] == ["article.ready", "site.built"]
    assert changed.json()["data"]["is_active"] is False


def test_dead_letters_are_seen_and_sent_once_more(
    client: TestClient, ours: Tenant, warehouse: Warehouse, settings: Settings, receiver: WebhookReceiver
):
    made = add(client, ours, url=receiver.address)
    receiver.script(Answer(410), Answer(410))
    publish(warehouse, settings, ours)
    dead = client.get(f"{HOOKS}deliveries/?status=dead", headers=ours.as_role()).json()["results"]
    assert [(row["answer_status"], row["error"]) for row in dead] == [(410, "the receiver answered 410")]
    path = f"{HOOKS}{made['id']}/"
    off = client.get(path, headers=ours.as_role())
    assert off.json()["data"]["disabled_because"] == "The receiver answered 410 Gone."
    replay = f"{HOOKS}deliveries/{dead[0]['id']}/replay/"
    assert client.post(replay, headers=ours.as_role()).status_code == 409, "the webhook is off"
    on = client.patch(path, json={"is_active": True}, headers=ours.as_role() | {"If-Match": off.headers["ETag"]})
    assert on.json()["data"]["disabled_because"] == ""
    again = client.post(replay, headers=ours.as_role())
    assert again.json()["data"]["status"] == "waiting"
    with warehouse.write() as session:
        session.get_one(WebhookDelivery, dead[0]["id"]).status = "dead"
    everything = client.post(f"{HOOKS}deliveries/replay/", json={"subscription": made["id"]}, headers=ours.as_role())
    assert everything.json()["data"] == {"deliveries": 1}
    receiver._script.clear()
    publish(warehouse, settings, ours, "another")
    listed = client.get(f"{HOOKS}deliveries/", headers=ours.as_role()).json()["results"]
    assert {row["status"] for row in listed} == {"delivered"}
    kinds = {row["kind"] for row in listed}
    assert kinds == {"article.published", "webhook.disabled"} - ({"webhook.disabled"} - kinds)


def test_an_account_has_an_end_of_webhooks(client: TestClient, ours: Tenant):
    for _ in range(MOST_SUBSCRIPTIONS):
        add(client, ours)
    answer = client.post(HOOKS, json={"url": PUBLIC}, headers=ours.as_role())
    assert answer.status_code == 400
    assert "at most" in answer.json()["errors"]["url"][0]


def test_deleted_with_its_deliveries(
    client: TestClient, ours: Tenant, warehouse: Warehouse, settings: Settings, receiver: WebhookReceiver
):
    made = add(client, ours, url=receiver.address)
    publish(warehouse, settings, ours)
    assert client.delete(f"{HOOKS}{made['id']}/", headers=ours.as_role()).status_code == 200
    assert client.get(f"{HOOKS}{made['id']}/", headers=ours.as_role()).status_code == 404
    assert client.get(f"{HOOKS}deliveries/", headers=ours.as_role()).json()["count"] == 0


def test_the_kinds_are_listed_with_their_meaning(client: TestClient, ours: Tenant):
    kinds = client.get(f"{HOOKS}kinds/", headers=ours.as_role()).json()["data"]
    assert all(each["meaning"].endswith(".") for each in kinds)
    assert {
        "kind": "article.published",
        "meaning": "An article is live at its address.",
        "data": ["content_id", "url"],
    } in kinds
