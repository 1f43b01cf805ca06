"""What is refused, how, and that nobody ever sees a traceback."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path

import pytest
from api_tenants import PASSWORD, Tenant
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.middleware import MOST_BODY_BYTES
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse

LOGIN = "/api/v1/auth/login/"
GENERATE = "/api/v1/writer/content/generate/"
JSON = {"Content-Type": "application/json"}


def test_bodies_that_cannot_be_used(client: TestClient, ours: Tenant):
    """Each is a 400 that names the field and says what was expected; the value itself is not repeated."""
    cases: tuple[tuple[object, str, str], ...] = (
        (b'{"task_ids": [1,', "body", "not valid JSON at character 16"),
        (b'{"site": "\xff"}', "body", "cannot be read"),
        (b"[" * 200_000, "body", "cannot be read"),
        (b"", "body", "Field required"),
        (b"[1]", "body", "valid dictionary"),
        ({"task_ids": "all"}, "task_ids", "valid list"),
        ({"task_ids": [1, "two"]}, "task_ids.1", "valid integer"),
        ({"task_ids": [0]}, "task_ids.0", "greater than or equal to 1"),
        ({"task_ids": [2**63]}, "task_ids.0", "less than or equal to"),
        ({"task_ids": []}, "task_ids", "at least 1 item"),
        ({"task_ids": [1], "colour": "red"}, "colour", "Extra inputs are not permitted"),
        ({}, "body", "send either"),
        ({"site": "crema-lane"}, "body", "send either"),
        ({"task_ids": [1], "site": "crema-lane", "articles": 1}, "body", "send either"),
        ({"site": "crema-lane", "articles": 51}, "articles", "less than or equal to 50"),
        ({"site": "a\0b", "articles": 1}, "site", "NUL"),
        (b'{"site": "\\ud800", "articles": 1}', "site", "unicode"),
    )
    for body, field, message in cases:
        sent = {"content": body, "headers": ours.as_role() | JSON} if isinstance(body, bytes) else {"json": body}
        answer = client.post(GENERATE, **({"headers": ours.as_role()} | sent))  # type: ignore[arg-type]
        refusal = answer.json()
        assert (answer.status_code, refusal["success"]) == (400, False), (body, answer.text)
        assert any(message in line for line in refusal["errors"][field]), (body, refusal)
    form = client.post(GENERATE, data={"site": "crema-lane"}, headers=ours.as_role())
    assert form.status_code == 400


def test_a_password_is_never_repeated(client: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    answer = client.post(LOGIN, json={"email": "a" * 300, "password": PASSWORD, "passwort": PASSWORD})
    assert set(answer.json()["errors"]) == {"email", "passwort"}
    assert PASSWORD not in answer.text + caplog.text


def test_large_bodies_are_refused_whether_or_not_they_say_their_length(client: TestClient, ours: Tenant):
    body = b'{"site": "' + b"a" * 10_000_000 + b'"}'
    told = client.post(GENERATE, content=body, headers=ours.as_role() | JSON)
    piecewise = client.post(
        GENERATE, content=(body[at : at + 65536] for at in range(0, len(body), 65536)), headers=ours.as_role() | JSON
    )
    for answer in (told, piecewise):
        assert answer.status_code == 413
        assert answer.json()["error"].startswith("The request body is larger than")
    lying = client.post(LOGIN, content=b"{}", headers=JSON | {"Content-Length": "-5"})
    assert lying.status_code == 400


@pytest.mark.parametrize(("says_its_length", "most_read"), [(True, 0), (False, MOST_BODY_BYTES + 65_536)])
def test_a_large_body_is_refused_before_it_is_read(app: FastAPI, ours: Tenant, says_its_length: bool, most_read: int):
    """Of 10 MB nothing is taken where their length is told, and otherwise no more than what is allowed."""
    read, answered = 0, []

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 65_536
        return {"type": "http.request", "body": b"a" * 65_536, "more_body": read < 10_000_000}

    async def send(message: MutableMapping[str, object]) -> None:
        answered.append(message.get("status"))

    headers = {**ours.as_role(), **JSON, **({"Content-Length": "10000000"} if says_its_length else {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": GENERATE,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(app(scope, receive, send))
    assert answered[0] == 413
    assert read <= most_read


def test_query_parameters_that_cannot_be_used(client: TestClient, ours: Tenant):
    cases = {
        "page=0": "page",
        "page=two": "page",
        "page=99999999999999999999": "page",
        "page_size=201": "page_size",
        "ordering=password_hash": "ordering",
        "volume_min=-1": "volume_min",
        "difficulty_min=nan": "difficulty_min",
        "intent=buying": "intent",
        "cluster=9223372036854775808": "cluster",
        "colour=red": "colour",
        f"search={'a' * 201}": "search",
    }
    for query, field in cases.items():
        answer = client.get(f"/api/v1/planner/keywords/?{query}", headers=ours.as_role())
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), (query, answer.text)
    nul = client.get("/api/v1/planner/keywords/?search=%00", headers=ours.as_role())
    assert (nul.status_code, nul.json()["error"]) == (400, "The address contains a NUL character.")


def test_ids_that_are_none(client: TestClient, ours: Tenant):
    for given, status in {
        "0": 400,
        "abc": 400,
        "1.5": 400,
        "9223372036854775808": 400,
        "9223372036854775807": 404,
    }.items():
        answer = client.get(f"/api/v1/writer/content/{given}/", headers=ours.as_role())
        assert (answer.status_code, answer.json()["success"]) == (status, False), given
    assert client.get("/api/v1/sites/%00/", headers=ours.as_role()).status_code == 400
    assert client.get(f"/api/v1/sites/{'x' * 61}/", headers=ours.as_role()).status_code == 400


def test_addresses_and_methods_that_do_not_exist(client: TestClient, ours: Tenant):
    lost = client.get("/api/v1/planner/keywords", headers=ours.as_role())
    assert lost.status_code == 404
    assert "end with a slash" in lost.json()["error"]
    wrong = client.delete("/api/v1/planner/keywords/", headers=ours.as_role())
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
    assert wrong.json() == {"success": False, "error": "This address does not take that method.", "errors": {}}


def test_idempotency_keys_that_cannot_be_used(client: TestClient, ours: Tenant):
    for key in ("", "k" * 101):
        headers = ours.as_role() | {"Idempotency-Key": key}
        answer = client.post(GENERATE, json={"site": "crema-lane", "articles": 1}, headers=headers)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])


def test_every_answer_has_an_id_and_safe_headers(client: TestClient, ours: Tenant):
    answer = client.get("/api/v1/planner/keywords/", headers=ours.as_role() | {"X-Request-ID": "trace-7"})
    assert answer.headers["x-request-id"] == "trace-7"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    invented = client.get("/nowhere", headers={"X-Request-ID": "a" * 65})
    assert len(invented.headers["x-request-id"]) == 16
    assert "strict-transport-security" not in answer.headers


def test_an_unforeseen_failure_is_logged_and_says_nothing(settings: Settings, caplog: pytest.LogCaptureFixture):
    app = create_app(settings)

    @app.get("/api/v1/broken/")
    def broken() -> None:
        raise RuntimeError("the secret detail")

    with TestClient(app) as client:
        answer = client.get("/api/v1/broken/")
    request_id = answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert answer.json()["error"].startswith(f"Something went wrong on our side. Quote request {request_id}")
    assert "secret detail" not in answer.text
    assert "the secret detail" in caplog.text


def test_a_warehouse_that_is_not_ready_says_what_to_run(tmp_path: Path):
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        for path in ("/api/v1/system/health/", LOGIN):
            body = {"email": "a@b.example", "password": "x"}
            answer = client.post(path, json=body) if path == LOGIN else client.get(path)
            assert (answer.status_code, answer.json()["error"]) == (
                503,
                "The warehouse is empty: run `igny8 init` first.",
            )
        assert "igny8 init" in client.get("/").text


def test_a_database_that_is_away_is_a_503_without_its_address(tmp_path: Path):
    settings = Settings(home=tmp_path, warehouse_url="postgresql+psycopg2://user:hunter2@127.0.0.1:1/igny8")
    with TestClient(create_app(settings)) as client:
        answer = client.get("/api/v1/system/health/")
        assert (answer.status_code, answer.json()["error"]) == (503, "The database cannot be reached.")
        assert "hunter2" not in answer.text
        assert client.post(LOGIN, json={"email": "a@b.example", "password": "x"}).status_code == 503


def test_health_and_status(client: TestClient, ours: Tenant, warehouse: Warehouse):
    health = client.get("/api/v1/system/health/").json()["data"]
    assert (health["status"], health["database"]) == ("ok", "reachable")
    client.post(GENERATE, json={"site": "crema-lane", "articles": 1}, headers=ours.as_role())
    status = client.get("/api/v1/system/status/", headers=ours.as_role("viewer")).json()["data"]
    assert status["database"] == ("sqlite" if warehouse.is_sqlite else "postgresql")
    assert (status["requests"], status["text_models"]) == ({"queued": 1}, ["offline"])
    assert 0 <= status["oldest_queued_seconds"] < 60


def test_the_service_loads_no_dagster():
    """The API process has no use for it, and importing it costs seconds."""
    program = (
        "import sys, api.app; "
        "heavy = {'dagster', 'pandas', 'numpy', 'PIL', 'sklearn', 'openai', 'moviepy', 'boto3'}; "
        "print(sorted(m for m in sys.modules if m.partition('.')[0] in heavy or 'dagster' in m "
        "or m.startswith('igny8_assets') and m.endswith(('assets', 'definitions')) "
        "or m.partition('.')[0] == 'sensors' or m in {'jobs.content', 'jobs.video'}))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_whoever_may_not_do_it_hears_that_before_what_is_wrong_with_their_values(client: TestClient, ours: Tenant):
    nonsense = {"task_ids": "all of them"}
    answers = {
        role: client.post(GENERATE, json=nonsense, headers=ours.as_role(role)).status_code
        for role in ("owner", "viewer")
    }
    assert answers == {"owner": 400, "viewer": 403}
    signed_out = ours.as_role("owner")
    assert client.post("/api/v1/auth/logout-everywhere/", headers=signed_out).status_code == 200
    assert client.post(GENERATE, json=nonsense, headers=signed_out).status_code == 401
