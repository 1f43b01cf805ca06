"""The pages for people: what runs here, and the API's documentation. No script, nothing from another host."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup, escape
from sqlalchemy import func, select
from starlette.responses import FileResponse, Response

from api.access import Anyone
from api.links import ROOT, preview_path
from api.openapi import describe
from api.previews import is_built
from api.problems import Problem, database_trouble
from api.reference import reference_of
from api.service import Service
from api.version import VERSION
from igny8_resources.fonts import font_path
from igny8_resources.warehouse.engine import bind_account
from igny8_resources.warehouse.row_security import only_account
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent.parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}
_KEPT = {"Cache-Control": "public, max-age=86400"}


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code_spans"] = _code_spans
    return environment


def _code_spans(text: str) -> Markup:
    """Text whose parts between backticks are code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    html = _templates().get_template(template).render(version=VERSION, root=ROOT, **values)
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


@dataclass(frozen=True)
class BuiltSite:
    """One line of the landing page."""

    name: str
    niche: str
    published: int
    path: str
    base_url: str


@router.get("/")
def read_landing(service: Anyone) -> HTMLResponse:
    """What runs here."""
    trouble = database_trouble(service.warehouse)
    shared, sites = (False, []) if trouble else _built_sites(service)
    return _page(
        "landing.html.j2",
        trouble=trouble,
        is_shared=shared,
        sites=sites,
        dagster_ui=service.settings.dagster_url,
        public_url=service.settings.public_url,
    )


def _built_sites(service: Service) -> tuple[bool, list[BuiltSite]]:
    """Whether several accounts share this deployment, and the built sites when none does.

    Nobody has signed in here. On a shared deployment the list would tell one customer about another.
    """
    with service.warehouse.read() as session:
        account_id = only_account(session)
        if not account_id:
            return account_id == 0, []
        bind_account(session, account_id)
        rows = session.execute(
            select(Site.key, Site.name, Site.niche, Site.base_url, func.count(Content.id))
            .outerjoin(Content, (Content.site_id == Site.id) & (Content.status == "published"))
            .group_by(Site.id)
            .order_by(Site.name, Site.id)
        ).tuples()
        return False, [
            BuiltSite(name, niche, published, preview_path(key), base_url)
            for key, name, niche, base_url, published in rows
            if is_built(service.settings.sites_folder, key)
        ]


@router.get(f"{ROOT}/openapi.json")
def read_openapi(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(describe(request.app), headers={"Cache-Control": "no-cache"})


@router.get(f"{ROOT}/docs")
def read_reference(request: Request, service: Anyone) -> HTMLResponse:
    """The API's documentation."""
    return _page("reference.html.j2", reference=reference_of(describe(request.app), service.settings.public_url))


@router.get("/static/service.css")
def read_stylesheet() -> Response:
    """The pages' stylesheet."""
    return FileResponse(
        _FOLDER / "static" / "service.css", media_type="text/css", headers={"Cache-Control": "no-cache"}
    )


@router.get("/static/icon.svg")
def read_icon() -> Response:
    """The pages' icon."""
    return FileResponse(_FOLDER / "static" / "icon.svg", media_type="image/svg+xml", headers=_KEPT)


@router.get("/static/fonts/{face}.ttf")
def read_font(face: str) -> Response:
    """A bundled font of the pages."""
    if face not in {"display", "display_bold"}:
        raise Problem(404, "There is no such font.")
    path = font_path("display" if face == "display" else "display_bold")
    return FileResponse(path, media_type="font/ttf", headers=_KEPT)
