"""The desk's door: the cookie that a person stays signed in by, what keeps other sites out, and roles.

Belongs here: who is asking, and whether the request came from the desk itself. What a person may see is the scope of
``api.access``, the same as for every other client.
"""

from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from api.access import Access, access_of
from api.problems import Problem
from api.service import Service, its_service
from api.tenancy import Principal
from igny8_resources.warehouse.tables.columns import utc_now

ROOT = "/desk"
SIGN_IN = f"{ROOT}/sign-in"
_UNREADABLE_NEXT = ("\\", "\r", "\n", "\t", "\0")


class SignInNeeded(Exception):
    """Nobody is signed in; ``address`` is where to sign in and come back from."""

    def __init__(self, address: str) -> None:
        super().__init__("sign in first")
        self.address = address


def cookie_name(service: Service) -> str:
    """What the cookie is called; the prefix makes browsers hold it to this host and to HTTPS."""
    return "__Host-igny8_desk" if _is_https(service) else "igny8_desk"


def keep_signed_in(response: Response, service: Service, token: str) -> None:
    """Let the browser keep an access token, out of reach of scripts and of other sites, for as long as it is valid."""
    response.set_cookie(
        cookie_name(service),
        token,
        max_age=int(service.tokens.lifetime.total_seconds()),
        path="/",
        secure=_is_https(service),
        httponly=True,
        samesite="strict",
    )


def forget(response: Response, service: Service) -> None:
    """Take the cookie away."""
    response.delete_cookie(cookie_name(service), path="/", secure=_is_https(service), httponly=True, samesite="strict")


def _renewed(service: Service, who: Principal) -> str | None:
    if who.sign_in_id is None:
        return None
    return service.tokens.issue(
        user_id=who.user_id, account_id=who.account_id, sign_in_id=who.sign_in_id, role=who.role, now=utc_now()
    )


def _is_https(service: Service) -> bool:
    return service.settings.public_url.startswith("https://")


def signed_in(request: Request, service: Annotated[Service, Depends(its_service)]) -> Access:
    """Whoever the cookie speaks for.

    Raises:
        SignInNeeded: nobody is signed in, or not any more.
        Problem: 403, the account is not active.
    """
    token = request.cookies.get(cookie_name(service))
    if not token:
        raise SignInNeeded(_back_to(request))
    try:
        access = access_of(service, token)
    except Problem as refused:
        if refused.status != 401:
            raise
        raise SignInNeeded(_back_to(request)) from refused
    if access.principal.sign_in_id is None:
        # An API key is for programs; nobody signed in with it.
        raise SignInNeeded(_back_to(request))
    if "hx-request" not in request.headers:
        # A page that somebody opened renews the session; one that only polls does not, or it would never end. No refresh
        # token is needed, which two tabs would use twice: the access token names its sign-in, and dies with it.
        request.state.renewed = _renewed(service, access.principal)
    return access


def from_the_desk(request: Request, service: Annotated[Service, Depends(its_service)]) -> None:
    """Let a form through only if one of the desk's own pages sent it.

    Browsers say with every POST which site it came from; the cookie's ``SameSite=Strict`` is the lock beside this one.

    Raises:
        Problem: 403, it came from elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = origin is not None and origin in {_origin(service.settings.public_url), _own_origin(request)}
    if not is_own:
        raise Problem(403, "This form was not sent by the desk. Open the page again and repeat what you did.")


def may_change(access: Annotated[Access, Depends(signed_in)]) -> Access:
    """Whoever is signed in, if their role may change anything.

    Raises:
        Problem: 403, it may not.
    """
    if not access.principal.may_write:
        raise Problem(403, f"The role {access.principal.role} may read but not change anything.")
    return access


def may_change_account(access: Annotated[Access, Depends(may_change)]) -> Access:
    """Whoever may change what concerns the whole account.

    Raises:
        Problem: 403, this role sees single sites.
    """
    if not access.principal.sees_whole_account:
        raise Problem(
            403, f"The role {access.principal.role} sees single sites; this is for who sees the whole account."
        )
    return access


def parts_of(address: str) -> SplitResult:
    """The parts of an address that somebody sent; all empty where it is none, such as brackets that do not close."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def safe_next(address: str) -> str:
    """Where to go after signing in: a page of the desk, whatever was asked for."""
    parts = parts_of(address) if not any(sign in address for sign in _UNREADABLE_NEXT) else None
    if parts is None or parts.scheme or parts.netloc or not parts.path.startswith(f"{ROOT}/"):
        return f"{ROOT}/"
    if parts.path in {SIGN_IN, f"{ROOT}/sign-out"} or ".." in parts.path:
        return f"{ROOT}/"
    return parts._replace(fragment="").geturl()


def _back_to(request: Request) -> str:
    """The sign-in page that leads back: to the page that was opened, or to the one that a form or HTMX stood on."""
    if "hx-request" in request.headers:
        path = safe_next(parts_of(request.headers.get("hx-current-url", "")).path)
    elif request.method != "GET":
        path = safe_next(parts_of(request.headers.get("referer", "")).path)
    else:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    parameters = [f"next={quote(path, safe='/')}"] if path != f"{ROOT}/" else []
    if request.method != "GET":
        parameters.append("said=not-sent")
    return f"{SIGN_IN}?{'&'.join(parameters)}" if parameters else SIGN_IN


def _origin(url: str) -> str:
    parts = parts_of(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


Reader = Annotated[Access, Depends(signed_in)]
Writer = Annotated[Access, Depends(may_change)]
AccountWriter = Annotated[Access, Depends(may_change_account)]
OwnForm = Depends(from_the_desk)
