"""Everything that can go wrong, answered in one envelope: ``{"success": false, "error": ..., "errors": {...}}``.

``error`` is a sentence for a person; ``errors`` names fields (or checks) with their messages. Nothing here shows a
traceback, a query or another account's data.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from igny8_resources.warehouse.api_role import RoleRefused
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import WarehouseNotReady, require_schema
from igny8_resources.warehouse.store.sites import ModuleDisabled

log = logging.getLogger("igny8.api")

FieldErrors = Mapping[str, Sequence[str]]


class Problem(Exception):
    """The request is refused with this status; raised by routes, answered by the handler below."""

    def __init__(
        self, status: int, error: str, errors: FieldErrors | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.errors = errors or {}
        self.headers = headers


def not_found(what: str) -> Problem:
    """404 for a row that does not exist or belongs to somebody else: the two look the same."""
    return Problem(404, f"There is no {what} with this id.")


def signed_out(reason: str) -> Problem:
    """401: nobody is signed in."""
    return Problem(401, reason, headers={"WWW-Authenticate": "Bearer"})


def problem_response(
    status: int, error: str, errors: FieldErrors | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The envelope of a refusal."""
    body = {"success": False, "error": error, "errors": {field: list(lines) for field, lines in (errors or {}).items()}}
    return JSONResponse(body, status_code=status, headers=dict(headers) if headers else None)


# Which role it is and what it may do is for the operator, who reads the log.
_ROLE_REFUSED = "The database role of this service is refused; its log says why."
_UNREADABLE = "The request body cannot be read: it has to be JSON in UTF-8."
_SENTENCES = {
    400: _UNREADABLE,
    404: "There is nothing at this address. API paths begin with /api/v1/ and end with a slash.",
    405: "This address does not take that method.",
    413: "The request body is larger than this service takes.",
}


def install(app: FastAPI, warehouse: Warehouse) -> None:
    """Answer every kind of failure of the app in the envelope."""

    async def on_problem(_request: Request, problem: Problem) -> JSONResponse:
        return problem_response(problem.status, problem.error, problem.errors, problem.headers)

    async def on_module_off(_request: Request, disabled: ModuleDisabled) -> JSONResponse:
        sentence = str(disabled)
        return problem_response(403, f"{sentence[0].upper()}{sentence[1:]}.", {"module": [disabled.module]})

    async def on_http(_request: Request, refused: HTTPException) -> JSONResponse:
        sentence = _SENTENCES.get(refused.status_code, str(refused.detail))
        errors = {"body": [_UNREADABLE]} if refused.status_code == 400 else None
        return problem_response(refused.status_code, sentence, errors, refused.headers)

    async def on_invalid(_request: Request, invalid: RequestValidationError) -> JSONResponse:
        return problem_response(400, "Some values cannot be used; errors names them.", field_messages(invalid.errors()))

    def on_database(request: Request, failure: DBAPIError) -> JSONResponse:
        log.error("database failure in %s %s: %s", request.method, request.url.path, type(failure.orig).__name__)
        return problem_response(503, database_trouble(warehouse) or "The database did not answer; try again shortly.")

    async def on_role(_request: Request, refused: RoleRefused) -> JSONResponse:
        log.error("%s", refused)
        return problem_response(503, _ROLE_REFUSED)

    app.add_exception_handler(Problem, on_problem)  # type: ignore[arg-type]
    app.add_exception_handler(ModuleDisabled, on_module_off)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, on_http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, on_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(DBAPIError, on_database)  # type: ignore[arg-type]
    app.add_exception_handler(RoleRefused, on_role)  # type: ignore[arg-type]


def database_trouble(warehouse: Warehouse) -> str | None:
    """What is wrong with the warehouse, without its address or credentials; None when it is well."""
    try:
        require_schema(warehouse)
    except WarehouseNotReady as not_ready:
        sentence = str(not_ready)
        return f"{sentence[0].upper()}{sentence[1:]}."
    except RoleRefused as refused:
        log.error("%s", refused)  # noqa: TRY400 - the sentence is the whole story
        return _ROLE_REFUSED
    except DBAPIError:
        return "The database cannot be reached."
    return None


def field_messages(invalid: Sequence[Any]) -> dict[str, list[str]]:
    """Validation failures by field: ``{"task_ids.0": ["Input should be a valid integer"]}``.

    The values themselves are not repeated: one of them may be a password.
    """
    messages: dict[str, list[str]] = {}
    for failure in invalid:
        place, *path = failure["loc"]
        if failure["type"] == "json_invalid":
            field, message = "body", f"not valid JSON at character {path[0]}: {failure['ctx']['error']}"
        else:
            field = ".".join(str(part) for part in path) or str(place)
            message = str(failure["msg"]).removeprefix("Value error, ")
        messages.setdefault(field, []).append(message)
    return messages
