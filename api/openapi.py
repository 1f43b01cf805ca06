"""The OpenAPI document: FastAPI's, told what this service really answers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.version import VERSION

TITLE = "IGNY8 API"
DESCRIPTION = """\
Read the warehouse, ask for work, follow its progress.

An object comes as `{"success": true, "data": {...}, "message": "..."}`, a list as `{"count": 3, "next": null,
"previous": null, "results": [...]}`, a refusal as `{"success": false, "error": "...", "errors": {"field": ["..."]}}`.
Times are UTC, amounts of credits are decimal numbers written as text, links inside answers are paths on this host.

Sign in at `POST /api/v1/auth/login/` and send the token as `Authorization: Bearer <access_token>`; programs send an API
key instead. Work that takes time is answered with 202 and a `task_id`; send an `Idempotency-Key` header to make repeating
such a request harmless."""

TAGS = (
    ("auth", "Signing in; the account, its people, keys and invitations."),
    ("sites", "The websites of the account."),
    ("planner", "Keywords, the clusters they form, and the ideas that come of them."),
    ("writer", "Tasks, articles, images; articles asked for and approved."),
    ("thinker", "Prompts with their versions, author profiles, strategies."),
    ("automation", "What runs by itself on a site, and the rules that people make."),
    ("socializer", "Posts drafted from published articles."),
    ("video", "Videos made from published articles."),
    ("publisher", "What was published where."),
    ("billing", "Credits: what there is and what it was spent on."),
    ("webhooks", "Addresses that hear of the account's events, and how each telling went."),
    ("media", "The files behind articles, posts and videos."),
    ("system", "Health, state, and the progress of work."),
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once an app."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=TITLE,
            version=VERSION,
            description=DESCRIPTION,
            routes=app.routes,
            tags=[{"name": name, "description": description} for name, description in TAGS],
        )
        _without_422(document)
        app.openapi_schema = document
    return app.openapi_schema


def _without_422(document: dict[str, Any]) -> None:
    """A value that cannot be used is answered with 400 in the envelope, which every route documents itself."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    schemas = document.get("components", {}).get("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
