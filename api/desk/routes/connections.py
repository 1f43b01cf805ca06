"""Back from a platform: the person who agreed there finishes connecting the account with one click.

The platform sends the browser here, and with a visit that begins elsewhere browsers send no cookie of the desk. So the first
page knows nobody and changes nothing; its form, sent by the desk's own page, comes with the cookie.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from api.connecting import finished_connection
from api.desk.door import ROOT, OwnForm, Writer
from api.desk.pages import DeskRoute, error_page, page
from api.envelope import PlainText
from api.problems import Problem

router = APIRouter(prefix=f"{ROOT}/connections", route_class=DeskRoute, include_in_schema=False)

Given = Annotated[PlainText, Query(max_length=4000)]
Sent = Annotated[PlainText, Form(max_length=4000)]


@router.get("/return")
def read_return(code: Given = "", state: Given = "", error: Given = "") -> Response:
    """What the platform said, with the button that goes on."""
    if error or not code or not state:
        said = (
            "The platform did not give its permission."
            if error
            else "This page is for people who come from a platform."
        )
        return error_page(400, f"{said} Begin to connect the account again.")
    return page("connection.html.j2", code=code, state=state, name="", address=f"{ROOT}/connections/finish")


@router.post("/finish", dependencies=[OwnForm])
def finish(access: Writer, code: Sent, state: Sent) -> Response:
    """Connect the account."""
    if not access.principal.manages:
        raise Problem(403, f"The role {access.principal.role} may not manage the account.")
    shown = finished_connection(access, code, state)
    return page(
        "connection.html.j2", access, code="", state="", name=f"{shown.name} ({shown.platform})", address="", here=""
    )
