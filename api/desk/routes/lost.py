"""Addresses under ``/desk`` that lead nowhere; the last router of the desk."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.desk.door import ROOT
from api.desk.pages import DeskRoute, error_page

router = APIRouter(route_class=DeskRoute, include_in_schema=False)


@router.get(ROOT)
def to_the_slash() -> Response:
    """The desk's pages stand below the slash."""
    return RedirectResponse(f"{ROOT}/", status_code=308)


@router.api_route(f"{ROOT}/{{path:path}}", methods=["GET", "POST"])
def read_nothing(request: Request) -> Response:
    """A page that says so."""
    if request.method != "GET":
        return error_page(404, "There is nothing at this address that takes a form.")
    return error_page(404, "There is no page at this address.")
