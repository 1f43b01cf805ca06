"""Plain reads that go the short way answer as FastAPI's way would, to the byte, for everybody who may ask and who may not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from api_deployment import Deployment
from api_roles import callers_of
from api_tenants import Tenant
from every_endpoint import BY_NAME
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx import Response

from api.short_way import ShortWay, plain_read

KEYWORD, PROGRESS = "/api/v1/planner/keywords/{id}/", "/api/v1/system/settings/task_progress/{task_id}/"
# Made for each answer, or counted while it is made.
OF_THE_ANSWER = {"x-request-id"}
CHANGE_BY_THEMSELVES = {"GET /api/v1/system/status/", "GET /api/v1/automation/vocabulary/"}


@contextmanager
def the_long_way(app: FastAPI) -> Iterator[None]:
    """FastAPI answers everything while the block runs."""
    short = app.router.middleware_stack
    assert isinstance(short, ShortWay)
    app.router.middleware_stack = short.app
    try:
        yield
    finally:
        app.router.middleware_stack = short


def said(answer: Response) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_ANSWER}
    return answer.status_code, headers, answer.content


def plain_reads(app: FastAPI) -> set[str]:
    routes = iter_route_contexts(app.routes)
    return {f"GET {route.path}" for route in routes if "GET" in (route.methods or ()) and plain_read(route)}


@pytest.fixture
def both_ways(started: FastAPI, deployment: Deployment) -> Callable[[Callable[[], Response]], list[Response]]:
    def asked(ask: Callable[[], Response]) -> list[Response]:
        short = ask()
        with the_long_way(started):
            return [short, ask()]

    return asked


def test_reads_with_ids_alone_are_plain_and_others_are_not(started: FastAPI):
    plain = plain_reads(started)
    assert {f"GET {KEYWORD}", f"GET {PROGRESS}", "GET /api/v1/writer/content/{id}/versions/{number}/"} <= plain
    # Filters, files, streams and pages of the desk.
    assert not plain & {"GET /api/v1/planner/keywords/", "GET /api/v1/media/{key:path}", f"GET {PROGRESS}events/"}
    assert not any("/desk" in name for name in plain)


@pytest.mark.parametrize("of", ["their own", "another account's"])
def test_every_plain_read_answers_alike_on_both_ways(started: FastAPI, deployment: Deployment, both_ways, of: str):
    """Also to whoever may not: the same refusals, for the same callers."""
    statuses = set()
    for name in sorted(plain_reads(started) - CHANGE_BY_THEMSELVES):
        endpoint = BY_NAME[name]
        for caller in callers_of(deployment.theirs):
            rows = deployment.rows["crema" if of == "another account's" else "trail"]
            short, long = both_ways(lambda e=endpoint, c=caller, r=rows: deployment.call(e, c, r))
            assert said(short) == said(long), (name, caller.name)
            statuses.add(short.status_code)
    assert statuses >= ({200, 403, 404} if of == "their own" else {404})


def test_a_token_that_nobody_gave_out_opens_no_plain_read(started: FastAPI, deployment: Deployment, both_ways):
    for name in sorted(plain_reads(started)):
        sent = BY_NAME[name].request(deployment.rows["trail"])
        for token in (f"igny8_{'0' * 40}", "no.token.atall", "x"):
            sent["headers"]["Authorization"] = f"Bearer {token}"
            short, long = both_ways(lambda sent=sent: deployment.client.request(**sent))
            assert short.status_code == 401, name
            assert said(short) == said(long), name


@pytest.mark.parametrize(
    "path",
    [
        "planner/keywords/0/", "planner/keywords/-1/", "planner/keywords/1e3/", "planner/keywords/٣/",
        "planner/keywords/99999999999999999999/", "planner/keywords/1", "planner/keywords/1//", "planner/keywords/%2f/",
        "planner/keywords/%00/", "planner//keywords/1/", "planner/keywords/export",
        f"system/settings/task_progress/{'x' * 41}/", "system/settings/task_progress/%C3%A9/",
        "system/settings/task_progress/x%00/",
    ],
)  # fmt: skip
def test_odd_addresses_hear_the_same(client: TestClient, app: FastAPI, ours: Tenant, path: str):
    for headers in (ours.as_role(), {}, {"Authorization": "Bearer"}, {"Authorization": "Basic b3duZXI6eA=="}):
        short = client.get(f"/api/v1/{path}", headers=headers)
        with the_long_way(app):
            assert said(client.get(f"/api/v1/{path}", headers=headers)) == said(short)
        assert short.status_code in {400, 401, 404}


def test_other_methods_and_other_spellings_of_the_header(client: TestClient, app: FastAPI, ours: Tenant):
    path = f"/api/v1/planner/keywords/{2**40}/"
    token = ours.as_role()["Authorization"].partition(" ")[2]
    for method, scheme in (
        ("HEAD", "Bearer"),
        ("PUT", "Bearer"),
        ("GET", "bearer"),
        ("GET", "BEARER "),
        ("GET", "Token"),
    ):
        headers = {"Authorization": f"{scheme} {token}"}
        short = client.request(method, path, headers=headers)
        with the_long_way(app):
            assert said(client.request(method, path, headers=headers)) == said(short), (method, scheme)


def test_the_tag_of_a_plain_read_is_the_one_an_edit_takes(client: TestClient, ours: Tenant):
    site = client.get("/api/v1/sites/", headers=ours.as_role()).json()["results"][0]["key"]
    made = {"site": site, "keywords": [{"text": "flat white", "volume": 900}]}
    answer = client.post("/api/v1/planner/keywords/", json=made, headers=ours.as_role())
    assert answer.status_code in {200, 201}, answer.text
    [keyword] = client.get("/api/v1/planner/keywords/?search=flat+white", headers=ours.as_role()).json()["results"]
    path = f"/api/v1/planner/keywords/{keyword['id']}/"
    read = client.get(path, headers=ours.as_role())
    assert read.json()["data"]["volume"] == 900
    edited = client.patch(path, json={"volume": 901}, headers={**ours.as_role(), "If-Match": read.headers["ETag"]})
    assert edited.status_code == 200, edited.text
    again = client.get(path, headers=ours.as_role())
    assert again.json()["data"]["volume"] == 901
    assert again.headers["ETag"] == edited.headers["ETag"] != read.headers["ETag"]
