"""Every endpoint there is, described once, for the tests that walk all of them."""

from collections.abc import Iterator

from endpoints_of_people import AUTH, PUBLIC, SITES
from endpoints_of_service import AUTOMATION, BILLING, DESK, SYSTEM, THINKER, WEBHOOKS
from endpoints_of_work import DISTRIBUTION, PLANNER, WRITER
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

ENDPOINTS = (
    *PUBLIC,
    *AUTH,
    *SITES,
    *PLANNER,
    *WRITER,
    *DISTRIBUTION,
    *BILLING,
    *THINKER,
    *AUTOMATION,
    *WEBHOOKS,
    *SYSTEM,
    *DESK,
)
BY_NAME = {str(endpoint): endpoint for endpoint in ENDPOINTS}


def routed(app: FastAPI) -> Iterator[str]:
    """What the router itself has: ``GET /api/v1/planner/keywords/`` ..."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield f"{method} {route.path}"
