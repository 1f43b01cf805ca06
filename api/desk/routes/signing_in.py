"""Signing in to the desk and out of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from api.access import Anyone
from api.desk.door import ROOT, SIGN_IN, OwnForm, SignInNeeded, forget, keep_signed_in, safe_next, signed_in
from api.desk.pages import SAID, DeskRoute, page, said, see_other
from api.problems import Problem
from api.routes import auth
from api.routes.auth import Client
from api.signing_in import by_password

router = APIRouter(prefix=ROOT, route_class=DeskRoute, include_in_schema=False)


@router.get("/sign-in")
def read_sign_in(request: Request, to: Annotated[str, Query(alias="next", max_length=2000)] = "") -> Response:
    """The form."""
    told = said(request)
    trouble, told = (told, "") if told == SAID["not-sent"] else ("", told)
    return page("sign_in.html.j2", to=safe_next(to), email="", trouble=trouble, said=told)


@router.post("/sign-in", dependencies=[OwnForm])
def sign_in(
    request: Request,
    service: Anyone,
    client: Client,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    to: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    """Check the password as the API does, with the same patience, and let the browser keep the token."""
    email = email.strip()
    if not email or not password or "\0" in email + password:
        trouble = "Enter your email address and your password."
        return page("sign_in.html.j2", status=400, to=safe_next(to), email=email, trouble=trouble, said="")
    try:
        now = by_password(service, email, password, client=client, user_agent=request.headers.get("user-agent", ""))
    except Problem as refused:
        response = page(
            "sign_in.html.j2", status=refused.status, to=safe_next(to), email=email, trouble=refused.error, said=""
        )
        if refused.headers and "Retry-After" in refused.headers:
            response.headers["Retry-After"] = refused.headers["Retry-After"]
        return response
    answer = see_other(safe_next(to))
    keep_signed_in(answer, service, now.access_token)
    return answer


@router.post("/sign-out", dependencies=[OwnForm])
def sign_out(request: Request, service: Anyone) -> Response:
    """End the sign-in itself, so that a copy of the cookie is worth nothing either."""
    try:
        access = signed_in(request, service)
    except SignInNeeded:
        access = None
    if access is not None and access.principal.sign_in_id is not None:
        auth.sign_out(access)
    request.state.renewed = None
    response = see_other(SIGN_IN, "signed-out")
    forget(response, service)
    return response
