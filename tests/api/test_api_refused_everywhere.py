"""What every operation refuses alike: bodies, query parameters and paths that cannot be used, walked from the document.

What is refused before the warehouse is asked does not depend on the database: SQLite alone stands for both.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from api_deployment import Deployment
from api_endpoints import V1, Endpoint
from api_roles import NOBODY, Caller, Level
from every_endpoint import ENDPOINTS
from httpx import Response

pytestmark = pytest.mark.parametrize("migrated", ["sqlite"], indirect=True, scope="session")

JSON = {"Content-Type": "application/json"}
HUGE = 2**63
API = [endpoint for endpoint in ENDPOINTS if endpoint.path.startswith(V1)]


def _asker(deployment: Deployment, endpoint: Endpoint) -> Caller:
    """Somebody whom nothing but the request itself keeps from it."""
    if endpoint.needs is Level.PUBLIC:
        return NOBODY
    return Caller("developer", deployment.ours, "developer")


def _ask(deployment: Deployment, endpoint: Endpoint, **sent: Any) -> Response:
    rows = deployment.rows["crema"]
    asked = {"method": endpoint.method, "url": endpoint.address(rows), **sent}
    asker = _asker(deployment, endpoint)
    headers = {"If-Match": endpoint.match, **asked.pop("headers", {})}
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"
    return deployment.client.request(headers=headers, **asked)


def _complaints(answer: Response, *, status: int = 400, names: str | None = None) -> Iterator[str]:
    """What is wrong with a refusal."""
    told = answer.json() if answer.headers.get("content-type") == "application/json" else {}
    errors = told.get("errors", {})
    if (answer.status_code, told.get("success")) != (status, False):
        yield f"{answer.status_code} {answer.text[:300]}"
    elif names is not None and not any(field == names or field.startswith(f"{names}.") for field in errors):
        yield f"names {sorted(errors)}, not {names}"


def test_a_body_that_cannot_be_used_is_refused_by_the_name_of_the_field(deployment: Deployment):
    wrong = []
    for endpoint in API:
        if endpoint.body is None:
            continue
        valid = endpoint.body(deployment.rows["crema"])
        cases: list[tuple[str, dict[str, Any], str]] = [
            ("broken", {"content": b'{"a": [1,', "headers": JSON}, "body"),
            ("not UTF-8", {"content": b'{"a": "\xff"}', "headers": JSON}, "body"),
            ("a list", {"json": [valid]}, "body"),
            ("an unknown field", {"json": {**valid, "colour": "red"}}, "colour"),
        ]
        cases += [(f"{name} of a wrong type", {"json": {**valid, name: {"not": ["this"]}}}, name) for name in valid]
        for told, sent, field in cases:
            wrong += [
                f"{endpoint}, {told}: {line}" for line in _complaints(_ask(deployment, endpoint, **sent), names=field)
            ]
    assert not wrong, "\n".join(wrong)
    assert not deployment.kept.was_changed


def _unusable(schema: Mapping[str, Any]) -> Iterator[str]:
    """Values that a query parameter of this schema does not take."""
    for part in schema.get("anyOf", [schema]):
        if part.get("type") == "array":
            yield from _unusable(part["items"])
        if "enum" in part:
            yield "nonsense"
        if part.get("type") in {"integer", "number", "boolean"}:
            yield "two"
        if part.get("type") in {"integer", "number"}:
            yield str(part.get("minimum", 0) - 1) if "minimum" in part else "nan"
            yield str(part["maximum"] + 1) if "maximum" in part else "1e400"
        if part.get("format") == "date":
            yield "2026-02-30"
        if "maxLength" in part:
            yield "x" * (part["maxLength"] + 1)


def test_a_query_parameter_that_cannot_be_used_is_refused_by_its_name(deployment: Deployment):
    document = deployment.client.get(f"{V1}openapi.json").json()
    wrong, count = [], 0
    for endpoint in API:
        operation = document["paths"].get(endpoint.path.replace(":path", ""), {}).get(endpoint.method.lower(), {})
        parameters = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}
        for name, parameter in parameters.items():
            # A schema that says several things at once has several values that it does not take.
            values = set(_unusable(parameter["schema"])) - {"two" if "enum" in str(parameter["schema"]) else ""}
            for value in sorted(values):
                count += 1
                answer = _ask(deployment, endpoint, params={name: value})
                wrong += [f"{endpoint}?{name}={value[:30]}: {line}" for line in _complaints(answer, names=name)]
        if "page" in parameters:
            answer = _ask(deployment, endpoint, params={"colour": "red"})
            wrong += [f"{endpoint}?colour=red: {line}" for line in _complaints(answer, names="colour")]
    assert not wrong, "\n".join(wrong)
    assert count > 200


def test_no_trick_in_a_path_leads_anywhere(deployment: Deployment):
    # A plain `..` never leaves the client.
    tricks = ("0", "abc", "1.5", str(HUGE), "%2e%2e", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "x" * 600, "%0d%0aX: 1")
    wrong = []
    for endpoint, trick in itertools.product(API, tricks):
        for name in endpoint.names:
            if (name, trick) == ("index", "0"):  # sections are counted from 0
                continue
            tricked = Endpoint(**{**vars(endpoint), "names": {**endpoint.names, name: trick}})
            body = {"json": endpoint.body(deployment.rows["crema"])} if endpoint.body else {}
            answer = _ask(deployment, tricked, **body)
            status = answer.status_code if answer.status_code in {404, 405} else 400
            wrong += [f"{endpoint}, {name}={trick[:30]}: {line}" for line in _complaints(answer, status=status)]
            if "X" in answer.headers:
                wrong.append(f"{endpoint}, {name}={trick}: a header came of it")
    assert not wrong, "\n".join(wrong)
    assert not deployment.kept.was_changed
