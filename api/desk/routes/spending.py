"""Credits: what there is, and what it went on."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.desk.door import ROOT, Reader
from api.desk.pages import DeskRoute, page
from api.desk.views.board import site_named
from api.desk.views.spending import PERIODS, Measure, spending_page
from api.envelope import PlainText

router = APIRouter(prefix=ROOT, route_class=DeskRoute, include_in_schema=False)


@router.get("/credits/")
def read_credits(
    access: Reader,
    key: Annotated[PlainText, Query(alias="site", max_length=60)] = "",
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    measure: Measure | None = None,
) -> Response:
    """The balance, its course, and spending by day, operation, site and model."""
    with access.read() as session:
        site = site_named(session, key) if key else None
        shown = spending_page(session, access, site, days, measure)
    return page("credits.html.j2", access, spending=shown, periods=PERIODS, here="credits")
