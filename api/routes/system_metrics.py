"""How the service answers: requests by route."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.access import Manager
from api.envelope import AskedAsText, Envelope, Shape, refusals
from api.routing import Router
from igny8_resources.warehouse.store.request_metrics import summary_since
from igny8_resources.warehouse.tables.columns import utc_now

router = Router(prefix="/system", tags=["system"])


class MetricsQuery(AskedAsText):
    """Which hours to look at."""

    hours: int = Field(24, ge=1, le=720, description="How many hours back, to the minute.")


class RouteMetrics(Shape):
    """How one route was answered, whoever asked."""

    method: str
    route: str = Field(description="The route's pattern; `(none)` for addresses that match none.")
    count: int
    mean_seconds: float
    slowest_seconds: float
    client_errors: int = Field(description="Answers with a status of 400 to 499.")
    server_errors: int = Field(description="Answers with a status of 500 and more, and requests that got none.")
    error_share: float = Field(description="The share of `server_errors`, 0 to 1.")


@router.get("/request-metrics/", summary="Requests by route", responses=refusals(400, 401, 403))
def read_request_metrics(access: Manager, query: Annotated[MetricsQuery, Query()]) -> Envelope[list[RouteMetrics]]:
    """How the service answered in the last hours, the route that took most of its time first.

    Counts of the whole service, of all accounts together; the newest seconds are not in it yet.
    """
    with access.read() as session:
        rows = summary_since(session, utc_now() - timedelta(hours=query.hours))
    return Envelope(
        data=[RouteMetrics(**vars(row), error_share=round(row.server_errors / row.count, 4)) for row in rows]
    )
