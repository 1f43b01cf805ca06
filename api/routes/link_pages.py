"""Where the links of letters lead: joining an account, and setting a new password.

The token stands behind the # of the address, which browsers send to nobody, so that no server's log ever holds one. The
page's own script takes it from there to the API.
"""

from pathlib import Path

import jinja2
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import FileResponse, Response

from api.links import ROOT
from api.version import VERSION
from igny8_resources.warehouse.store.people import SHORTEST_PASSWORD

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent.parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def _page(*, joins: bool) -> HTMLResponse:
    loader = jinja2.FileSystemLoader(_FOLDER / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    html = environment.get_template("link.html.j2").render(
        version=VERSION, root=ROOT, joins=joins, shortest=SHORTEST_PASSWORD
    )
    return HTMLResponse(html, headers=_HEADERS)


@router.get("/join")
def read_join() -> HTMLResponse:
    """The form that accepts an invitation."""
    return _page(joins=True)


@router.get("/reset-password")
def read_reset() -> HTMLResponse:
    """The form that sets a new password."""
    return _page(joins=False)


@router.get("/static/link.js")
def read_script() -> Response:
    """The forms' script."""
    return FileResponse(
        _FOLDER / "static" / "link.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )
