"""Requests that schemathesis makes up from the OpenAPI document, as everybody: nothing fails, and every answer is documented.

Each caller sends to every operation requests that follow the document (as they come, and turned to rows that are there) and
some send requests that break it somewhere. They are the same in every run. For a deep run, say how many of each kind to make
up, and have everybody ask everything on both databases (most of an hour with 40):

    IGNY8_TEST_SCHEMATHESIS_EXAMPLES=40 pytest -o timeout=7200 tests/api/test_api_schemathesis.py

What is sent to the stream of a request's progress is about a request that has ended, whose stream ends too; that of one under
way goes on, and test_api_tasks.py listens to it. The desk's pages are no part of the document: test_desk.py.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from api_deployment import Deployment
from api_endpoints import Endpoint, named
from api_roles import NOBODY, Caller
from api_rows import Rows
from desk_people import BASE
from every_endpoint import BY_NAME
from fastapi import FastAPI
from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = int(os.environ.get("IGNY8_TEST_SCHEMATHESIS_EXAMPLES", "0"))
CALLERS = ("nobody", "viewer", "editor", "admin", "owner", "developer")
# Those whose requests take different ways: nowhere, into one site, into the whole account. What a role may does not depend on
# the database, nor does what is wrong with a request on most roles.
WITH_FAULTS = CALLERS if EXAMPLES else ("nobody", "editor", "owner")
ON_POSTGRESQL = CALLERS if EXAMPLES else ("editor", "owner")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def made_up(started: FastAPI) -> dict[APIOperation, list[Case]]:
    """Requests by operation, those that follow the document first."""
    schema = schemathesis.openapi.from_dict(started.openapi())
    schema.config.generation.update(with_security_parameters=False)
    operations = [found.ok() for found in schema.get_all_operations()]
    return {
        operation: _cases(operation, GenerationMode.POSITIVE)
        + [case for case in _cases(operation, GenerationMode.NEGATIVE) if case.body == _trimmed(case.body)]
        for operation in operations
    }


def _cases(operation: APIOperation, mode: GenerationMode) -> list[Case]:
    made: list[Case] = []

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=1 + max(1, EXAMPLES),
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def make(case: Case) -> None:
        made.append(case)

    try:
        make()
    except Unsatisfiable:
        # What takes no parameter and no body cannot be asked wrongly.
        assert mode is GenerationMode.NEGATIVE
    # The first one is the simplest there is.
    return made[1:] or made


def _trimmed(sent: Any) -> Any:
    """A body as the service reads it: texts are trimmed before they are measured."""
    if isinstance(sent, dict):
        return {name: _trimmed(value) for name, value in sent.items()}
    if isinstance(sent, list):
        return [_trimmed(value) for value in sent]
    return sent.strip() if isinstance(sent, str) else sent


def _at_real_rows(case: Case, endpoint: Endpoint, rows: Rows) -> Case:
    """The same request about a row that is there, with most of what makes it succeed."""
    chance = random.Random(f"{endpoint} {case.body}")
    wanted = endpoint.body(rows) if endpoint.body else None
    body = case.body
    if isinstance(body, dict) and isinstance(wanted, dict):
        body = {**body, **{name: value for name, value in wanted.items() if chance.random() < 0.8}}
    return case.operation.Case(
        path_parameters={name: named(rows, value) for name, value in endpoint.names.items()},
        query=case.query,
        headers={**case.headers, "If-Match": endpoint.match},
        body=body,
        media_type=case.media_type,
    )


def _answer(deployment: Deployment, case: Case, caller: Caller) -> Response:
    request = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    headers = {**request.headers}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    return deployment.client.request(str(request.method), str(request.url), content=request.body, headers=headers)


def _complaints(case: Case, answer: Response) -> Iterator[str]:
    """What schemathesis finds wrong with an answer."""
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failures:
        sent = "" if case.body is NOT_SET else f" {case.body!r:.600}"
        for failure in failures.exceptions:
            yield f"{failure}\n  {case.method} {answer.url}{sent}\n  {answer.status_code} {answer.text:.300}"


def _ask_everything(deployment: Deployment, made_up: dict[APIOperation, list[Case]], name: str) -> None:
    caller = NOBODY if name == "nobody" else Caller(name, deployment.ours, name)
    wrong: list[str] = []
    count = 0
    for operation, cases in made_up.items():
        endpoint = BY_NAME.get(operation.label) or BY_NAME[operation.label.replace("{key}", "{key:path}")]
        for case in cases:
            assert case.meta is not None
            asked = [case]
            if case.meta.generation.mode.is_positive:
                asked.append(_at_real_rows(case, endpoint, deployment.rows["crema"]))
            elif name not in WITH_FAULTS:
                continue
            for each in asked:
                answer = _answer(deployment, each, caller)
                wrong += _complaints(each, answer)
                count += 1
                # Deleted rows, ended sign-ins, new passwords: the next request finds none of it.
                if deployment.kept.was_changed:
                    deployment.kept.put_back()
    assert not wrong, f"{len(wrong)} of {count} answers are not as documented:\n\n" + "\n\n".join(wrong)
    assert count >= 2 * len(made_up)


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("migrated", ["sqlite"], indirect=True, scope="session")
def test_whatever_anybody_asks_is_answered_as_documented(
    deployment: Deployment, made_up: dict[APIOperation, list[Case]], name: str
):
    _ask_everything(deployment, made_up, name)


@pytest.mark.parametrize("name", ON_POSTGRESQL)
@pytest.mark.parametrize("migrated", ["postgresql"], indirect=True, scope="session")
def test_so_it_is_under_row_level_security(deployment: Deployment, made_up: dict[APIOperation, list[Case]], name: str):
    _ask_everything(deployment, made_up, name)
