"""A sign-in from its first token to its end: refreshing, devices, passwords, and what slows guessing down."""

import asyncio
import email
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from api_tenants import PASSWORD, Tenant
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from typer.testing import CliRunner

from api.app import create_app
from api.client_limit import ClientLimit
from igny8_resources import password_resets, sign_in_delays
from igny8_resources.settings import Settings
from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.access_retention import forget_old_access
from igny8_resources.warehouse.tables.access import PasswordReset, RefreshToken, SignIn, SignInFailure
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import User

AUTH = "/api/v1/auth"
OWNER = "owner@crema.example"


def sign_in(client: TestClient, password: str = PASSWORD, agent: str = "a laptop") -> dict:
    answer = client.post(f"{AUTH}/login/", json={"email": OWNER, "password": password}, headers={"User-Agent": agent})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def bearer(session: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}


def refresh(client: TestClient, token: str):
    return client.post(f"{AUTH}/refresh/", json={"refresh_token": token})


def me(client: TestClient, session: dict) -> int:
    return client.get(f"{AUTH}/me/", headers=bearer(session)).status_code


def test_a_refresh_token_brings_the_next_one_and_works_once(client: TestClient, ours: Tenant, warehouse: Warehouse):
    first = sign_in(client)
    second = refresh(client, first["refresh_token"]).json()["data"]
    assert second["sign_in_id"] == first["sign_in_id"]
    assert second["refresh_token"] != first["refresh_token"]
    assert me(client, second) == 200
    # Sent again it is in two hands: whoever has which, both are out, with access tokens that had not expired.
    assert refresh(client, first["refresh_token"]).status_code == 401
    assert me(client, first) == me(client, second) == 401
    assert refresh(client, second["refresh_token"]).status_code == 401
    with warehouse.read() as session:
        assert session.get_one(SignIn, first["sign_in_id"]).revoked_because == "token_reused"
        stored = session.scalars(select(RefreshToken.token_hash)).all()
    assert digest(first["refresh_token"]) in stored
    assert first["refresh_token"] not in stored


def test_of_two_refreshes_at_once_one_wins_and_the_sign_in_ends(client: TestClient, ours: Tenant):
    first = sign_in(client)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(client, first["refresh_token"]), range(8)))
    won = [answer.json()["data"] for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert me(client, won[0]) == 401


def test_tokens_that_are_unknown_or_expired_continue_nothing(client: TestClient, ours: Tenant, warehouse: Warehouse):
    first = sign_in(client)
    assert refresh(client, "no such token").status_code == 401
    with warehouse.write() as session:
        session.execute(
            update(RefreshToken)
            .where(RefreshToken.token_hash == digest(first["refresh_token"]))
            .values(expires_at=utc_now() - timedelta(seconds=1))
        )
    assert refresh(client, first["refresh_token"]).status_code == 401
    assert me(client, first) == 200  # that the token was old says nothing about the access token


def test_signing_out_ends_this_device_and_signing_out_everywhere_all(client: TestClient, ours: Tenant):
    laptop, phone, tablet = sign_in(client), sign_in(client, agent="a phone"), sign_in(client, agent="a tablet")
    devices = client.get(f"{AUTH}/sign-ins/", headers=bearer(phone)).json()["data"]
    assert [device["user_agent"] for device in devices if device["is_current"]] == ["a phone"]
    assert {"a laptop", "a phone", "a tablet"} <= {device["user_agent"] for device in devices}

    assert client.post(f"{AUTH}/logout/", headers=bearer(laptop)).json()["data"] == {"count": 1}
    assert me(client, laptop) == 401
    assert refresh(client, laptop["refresh_token"]).status_code == 401
    ended = client.delete(f"{AUTH}/sign-ins/{tablet['sign_in_id']}/", headers=bearer(phone))
    assert (ended.status_code, me(client, tablet), me(client, phone)) == (200, 401, 200)

    assert client.post(f"{AUTH}/logout-everywhere/", headers=bearer(phone)).status_code == 200
    assert me(client, phone) == 401
    assert client.get(f"{AUTH}/me/", headers=ours.as_role()).status_code == 401
    assert me(client, sign_in(client)) == 200
    assert client.get(f"{AUTH}/me/", headers=ours.as_role("editor")).status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(client: TestClient, ours: Tenant):
    answer = client.delete(f"{AUTH}/sign-ins/{ours.sign_ins['owner']}/", headers=ours.as_role("developer"))
    assert answer.status_code == 404
    assert client.get(f"{AUTH}/me/", headers=ours.as_role()).status_code == 200


def test_a_new_password_ends_every_sign_in_and_begins_one(client: TestClient, ours: Tenant):
    here, elsewhere = sign_in(client), sign_in(client)
    change = {"current_password": "not mine at all", "new_password": "nine lives of a copper cat"}
    refused = client.post(f"{AUTH}/change-password/", json=change, headers=bearer(here))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["current_password"])
    change["current_password"] = PASSWORD
    now = client.post(f"{AUTH}/change-password/", json=change, headers=bearer(here)).json()["data"]
    assert [me(client, session) for session in (here, elsewhere, now)] == [401, 401, 200]
    assert me(client, sign_in(client, change["new_password"])) == 200
    short = {"current_password": change["new_password"], "new_password": "short"}
    assert client.post(f"{AUTH}/change-password/", json=short, headers=bearer(now)).status_code == 400


def test_after_five_wrong_passwords_an_address_waits_whether_or_not_somebody_has_it(
    client: TestClient, ours: Tenant, warehouse: Warehouse
):
    answers = {}
    for address in (OWNER, "nobody@crema.example"):
        wrong = {"email": address, "password": "wrong"}
        assert {client.post(f"{AUTH}/login/", json=wrong).status_code for _ in range(5)} == {401}
        with warehouse.write() as session:  # as long as nobody can wait for it to pass
            session.execute(update(SignInFailure).values(locked_until=utc_now() + timedelta(seconds=900)))
        answers[address] = client.post(f"{AUTH}/login/", json={"email": address, "password": PASSWORD})
    first, second = answers.values()
    assert first.status_code == second.status_code == 429
    assert 890 <= int(first.headers["retry-after"]) <= 900
    assert "try again in" in first.json()["error"]
    assert (
        client.post(f"{AUTH}/login/", json={"email": "editor@crema.example", "password": PASSWORD}).status_code == 200
    )
    with warehouse.write() as session:
        session.execute(update(SignInFailure).values(locked_until=utc_now()))
    sign_in(client)
    with warehouse.read() as session:
        subjects = session.scalars(select(SignInFailure.subject)).all()
        told = session.scalars(select(Event).where(Event.kind == "user.guessed_at")).all()
    assert subjects == [digest("nobody@crema.example")]
    assert [(event.subject, event.account_id) for event in told] == [(OWNER, ours.account_id)]


def test_the_wait_doubles_from_one_second_to_fifteen_minutes():
    seconds = [sign_in_delays.delay_after(failures).total_seconds() for failures in (4, 5, 6, 7, 14, 15, 10**9)]
    assert seconds == [0, 1, 2, 4, 512, 900, 900]


def test_wrong_passwords_at_once_are_all_counted(warehouse: Warehouse):
    def fail(_: int) -> int:
        with warehouse.write() as session:
            return sign_in_delays.count_failure(session, "Maya@Crema.example ").failures

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(fail, range(8))) == list(range(1, 9))
    with warehouse.read() as session:
        assert sign_in_delays.seconds_to_wait(session, "maya@crema.example") > 0


def test_one_client_address_may_try_only_so_often(settings: Settings, ours: Tenant):
    app = create_app(settings.model_copy(update={"sign_ins_per_minute": 1}))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        sign_in(client)
        refused = client.post(f"{AUTH}/login/", json={"email": "x@y.example", "password": "wrong"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_client_limit_refills_evenly_and_counts_a_network_of_ipv6_as_one():
    now = 0.0
    limit = ClientLimit(2, clock=lambda: now)
    assert [limit.seconds_to_wait("10.0.0.1") for _ in range(3)] == [0, 0, 30]
    assert limit.seconds_to_wait("10.0.0.2") == 0
    assert [limit.seconds_to_wait(f"2001:db8::{host}") for host in (1, 2, 3)] == [0, 0, 30]
    now = 30.0
    assert [limit.seconds_to_wait("10.0.0.1") for _ in range(2)] == [0, 30]


def test_a_forgotten_password_is_answered_alike_and_says_nothing_secret(
    client: TestClient, ours: Tenant, warehouse: Warehouse, caplog
):
    known = client.post(f"{AUTH}/password-reset/", json={"email": OWNER})
    unknown = client.post(f"{AUTH}/password-reset/", json={"email": "nobody@crema.example"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    with warehouse.read() as session:
        events = session.scalars(select(Event).where(Event.kind == "user.password_reset_requested")).all()
        tokens = session.scalars(select(PasswordReset)).all()
    assert [(event.subject, event.payload) for event in events] == [(OWNER, {"user_id": ours.users["owner"]})]
    assert tokens == []  # nobody could deliver it


def test_the_link_of_a_reset_works_once(client: TestClient, ours: Tenant, warehouse: Warehouse):
    before = sign_in(client)
    with warehouse.write() as session:
        user = session.get_one(User, ours.users["owner"])
        replaced = password_resets.new_token(session, user, by="command line")
        token = password_resets.new_token(session, user, by="command line")
    confirm = f"{AUTH}/password-reset/confirm/"
    new = "nine lives of a copper cat"
    for refused in ("guessed", replaced):
        assert client.post(confirm, json={"token": refused, "new_password": new}).status_code == 400
    assert client.post(confirm, json={"token": token, "new_password": new}).status_code == 200
    assert client.post(confirm, json={"token": token, "new_password": "and another one"}).status_code == 400
    assert me(client, before) == 401
    assert me(client, sign_in(client, new)) == 200


def test_the_command_line_prints_a_link(ours: Tenant, warehouse: Warehouse, client: TestClient, tmp_path, monkeypatch):
    from cli.main import app as cli

    monkeypatch.setenv("IGNY8_HOME", str(tmp_path))
    monkeypatch.setenv("IGNY8_WAREHOUSE_URL", warehouse.url.render_as_string(hide_password=False))
    printed = CliRunner().invoke(cli, ["user", "reset-link", OWNER.upper()])
    assert printed.exit_code == 0, printed.output
    token = printed.output.strip().rpartition("#")[2]
    answer = client.post(f"{AUTH}/password-reset/confirm/", json={"token": token, "new_password": "brand new words"})
    assert answer.status_code == 200
    assert CliRunner().invoke(cli, ["user", "reset-link", "nobody@crema.example"]).exit_code == 1


def test_what_is_over_is_forgotten_and_what_lives_goes_on(client: TestClient, ours: Tenant, warehouse: Warehouse):
    old, living = sign_in(client), sign_in(client)
    long_ago = utc_now() - timedelta(days=40)
    with warehouse.write() as session:
        session.execute(update(SignIn).values(last_used_at=long_ago).where(SignIn.id == old["sign_in_id"]))
        session.execute(
            update(RefreshToken).values(expires_at=long_ago).where(RefreshToken.sign_in_id == old["sign_in_id"])
        )
        sign_in_delays.count_failure(session, "nobody@crema.example", long_ago)
        sign_in_delays.count_failure(session, "somebody@crema.example")
        gone = forget_old_access(session, utc_now())
    assert gone == {
        "answered_posts": 0,
        "sign_in_failures": 1,
        "password_resets": 0,
        "refresh_tokens": 1,
        "sign_ins": 1,
    }
    assert [me(client, old), me(client, living)] == [401, 200]
    assert refresh(client, living["refresh_token"]).status_code == 200


class Mailbox(asyncio.Protocol):
    """A mail server of few words that keeps the letters it gets."""

    letters: list[str]

    def connection_made(self, transport) -> None:
        self.transport, self.reading, self.lines = transport, False, []
        transport.write(b"220 mailbox\r\n")

    def data_received(self, data: bytes) -> None:
        for line in data.decode().splitlines():
            if self.reading:
                if line == ".":
                    self.letters.append("\n".join(self.lines))
                    self.reading = False
                    self.transport.write(b"250 kept\r\n")
                else:
                    self.lines.append(line)
            elif line.upper() == "DATA":
                self.reading = True
                self.transport.write(b"354 go on\r\n")
            else:
                self.transport.write(b"250 ok\r\n")


def test_with_a_mail_server_the_link_comes_by_letter(settings: Settings, ours: Tenant, app: FastAPI):
    import threading

    Mailbox.letters = []
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Mailbox, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        url = Settings(smtp_url=f"smtp://127.0.0.1:{port}").smtp_url
        mailing = create_app(settings.model_copy(update={"smtp_url": url}))
        with TestClient(mailing, base_url="http://127.0.0.1:8000") as client:
            for _ in range(2):  # asking again at once brings no second letter
                client.post(f"{AUTH}/password-reset/", json={"email": OWNER})
            letters = [email.message_from_string(letter) for letter in Mailbox.letters]
            assert [letter["To"] for letter in letters] == [OWNER]
            text = letters[0].get_payload(decode=True).decode()
            token = next(line for line in text.splitlines() if "#" in line).rpartition("#")[2]
            new = {"token": token, "new_password": "brand new words"}
            assert client.post(f"{AUTH}/password-reset/confirm/", json=new).status_code == 200
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()
