"""How the desk's pages are made: templates, headers, what every page shows around its content, and errors as pages."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.access import Access
from api.desk.door import ROOT, SignInNeeded, forget, keep_signed_in
from api.problems import Problem, database_trouble, field_messages
from api.service import service_of
from api.version import VERSION
from igny8_resources.billing.levels import held_credits, low_line
from igny8_resources.warehouse.store.sites import ModuleDisabled
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request as RequestRow
from igny8_resources.warehouse.tables.tenancy import Account, Site

_TEMPLATES = Path(__file__).parent.parent / "templates"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Whoever uses the browser next must not find the pages behind its back button.
    "Cache-Control": "no-store",
}
_TITLES = {
    400: "That could not be read",
    402: "Not enough credits",
    403: "That is not allowed",
    404: "There is nothing here",
    409: "That does not fit any more",
    423: "Locked for a while",
    429: "Too many attempts",
    502: "The model did not answer",
    503: "The warehouse does not answer",
}
# What a page says once after a form; the address names the sentence, so that nobody can put words into it.
SAID = {
    "approved": "Approved. Publication starts by itself.",
    "rejected": "Sent back to draft with your reason.",
    "rewritten": "The section was written anew. The checks follow by themselves.",
    "proposed": "The section was written anew. It waits below as a proposal, because a person wrote this text.",
    "same-text": "The model gave the same text again; nothing changed.",
    "accepted": "The proposal is the article’s text now. The checks follow by themselves.",
    "turned-down": "The proposal was turned down; it stays on record.",
    "cancelled": "Stopped. What is under way ends before its next stage.",
    "asked": "Asked for. It starts within seconds, and this page follows it.",
    "saved": "Saved.",
    "unchanged": "Nothing was different.",
    "signed-out": "You are signed out.",
    "not-sent": "You were not signed in any more, so nothing was changed. Sign in and do it again.",
}


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"amount": amount, "usd": usd, "moment": moment, "ago": ago, "words": words, "who": who}
    return environment


def amount(value: Decimal | int) -> str:
    """Credits or a count for a person: ``1,234.5``; at most two decimals."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def usd(value: Decimal | None) -> str:
    """US dollars for a person; small amounts keep the digits that matter, and a dash stands where nobody named a price."""
    if value is None:
        return "–"
    return f"${value:,.2f}" if value == 0 or value >= 1 else f"${value:.4f}"


def moment(value: datetime) -> str:
    """A moment in UTC: ``21 Nov 2026, 12:04``."""
    return f"{value.day} {value:%b %Y, %H:%M}"


def ago(value: datetime) -> str:
    """How long ago a moment was."""
    seconds = max(0, int((utc_now() - value).total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def who(actor: str) -> str:
    """Who did something, for a person: ``user:maya@acme.example`` is the address, ``automation:auto_approve`` the automation."""
    kind, separator, name = actor.partition(":")
    if not separator:
        return actor
    return {"user": name, "automation": "the automation", "offline": "the offline writer"}.get(kind, f"{name} ({kind})")


def words(name: str) -> str:
    """An identifier as words: ``generate_content`` becomes ``generate content``."""
    return name.replace("_", " ").replace("-", " ")


@dataclass(frozen=True)
class SiteLink:
    """A site in the navigation."""

    key: str
    name: str


@dataclass(frozen=True)
class Shell:
    """What every page shows around its content; ``low_credits`` is the balance when it is low, None when it is not."""

    email: str
    role: str
    may_write: bool
    sites: list[SiteLink]
    running: int
    low_credits: Decimal | None


def shell_of(access: Access) -> Shell:
    """The frame's facts: a constant number of queries, whatever the account holds."""
    who = access.principal
    with access.read() as session:
        sites = [
            SiteLink(key, name)
            for key, name in session.execute(select(Site.key, Site.name).order_by(Site.name)).tuples()
        ]
        running = session.scalar(
            select(func.count(RequestRow.id)).where(RequestRow.status.in_(("queued", "launched", "running")))
        )
        account = session.get_one(Account, who.account_id)
        settled = account.credit_balance + held_credits(session, account.id)
        is_low = settled < low_line(account.monthly_credits)
        return Shell(
            email=who.email,
            role=who.role,
            may_write=who.may_write,
            sites=sites,
            running=running or 0,
            low_credits=account.credit_balance if is_low else None,
        )


def page(template: str, access: Access | None = None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the desk; with an access it stands in the signed-in frame."""
    shell = None if access is None else shell_of(access)
    html = _templates().get_template(f"desk/{template}").render(shell=shell, version=VERSION, **values)
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def fragment(template: str, **values: Any) -> HTMLResponse:
    """A part of a page, for HTMX to put in its place."""
    return HTMLResponse(_templates().get_template(f"desk/{template}").render(**values), headers=_HEADERS)


def said(request: Request) -> str:
    """What the page is to say once, after a form that led to it."""
    return SAID.get(request.query_params.get("said", ""), "")


def see_other(path: str, said_key: str = "") -> RedirectResponse:
    """On to a page after a form, so that reloading it sends nothing again."""
    separator = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{separator}said={said_key}" if said_key else path, status_code=303)


def error_page(status: int, sentence: str, lines: list[str] | None = None, back: str = f"{ROOT}/") -> HTMLResponse:
    """A refusal as a page: what is wrong in a sentence, and a way back."""
    title = _TITLES.get(status, "That did not work")
    return page("error.html.j2", status=status, title=title, sentence=sentence, lines=lines or [], back=back)


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DeskRoute(APIRoute):
    """A route whose refusals are pages with a sentence, and whose answers renew the session."""

    def get_route_handler(self) -> Handler:
        """The handler with the desk's manners around it."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            service = service_of(request)
            try:
                response = await handler(request)
            except SignInNeeded as needed:
                response = _to_sign_in(request, needed)
                forget(response, service)
                return response
            except Problem as problem:
                lines = [f"{words(field)}: {line}" for field, said_ in problem.errors.items() for line in said_]
                response = error_page(problem.status, problem.error, lines, _back(request))
            except ModuleDisabled as disabled:
                sentence = str(disabled)
                response = error_page(403, f"{sentence[0].upper()}{sentence[1:]}.", back=_back(request))
            except RequestValidationError as invalid:
                messages = field_messages(invalid.errors())
                lines = [f"{words(field)}: {line}" for field, said_ in messages.items() for line in said_]
                # An address that names no row is one that leads nowhere.
                names_nothing = all(failure["loc"][0] == "path" for failure in invalid.errors())
                if names_nothing:
                    response = error_page(404, "There is no page at this address.")
                else:
                    response = error_page(400, "Some values cannot be used.", lines, _back(request))
            except DBAPIError:
                trouble = database_trouble(service.warehouse)
                return error_page(503, trouble or "The database did not answer; try again shortly.")
            except HTTPException as refused:
                response = error_page(refused.status_code, str(refused.detail))
            renewed = getattr(request.state, "renewed", None)
            if renewed:
                keep_signed_in(response, service, renewed)
            return response

        return answered


def _to_sign_in(request: Request, needed: SignInNeeded) -> Response:
    if "hx-request" in request.headers:
        # HTMX would follow a redirect and put the sign-in page into the middle of this one.
        return Response(status_code=401, headers={"HX-Redirect": needed.address})
    return RedirectResponse(needed.address, status_code=303)


def _back(request: Request) -> str:
    """Where a person came from, if that is a page of the desk."""
    from api.desk.door import parts_of, safe_next

    came_from = parts_of(request.headers.get("referer", ""))
    return safe_next(came_from.path) if came_from.netloc == request.headers.get("host") else f"{ROOT}/"
