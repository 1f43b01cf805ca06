"""A site's automation: how it is set, what a change would do, and the change."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api.desk.door import ROOT, AccountWriter, OwnForm, Reader
from api.desk.pages import DeskRoute, page, said, see_other
from api.desk.views.automation import automation_page, changes_in_words, wanted_of
from api.desk.views.board import site_named
from api.envelope import PlainText
from igny8_resources.automation.configs import change_choices, choices_of

router = APIRouter(prefix=f"{ROOT}/sites", route_class=DeskRoute, include_in_schema=False)

SiteKey = Annotated[PlainText, Path(max_length=60)]


async def _fields(request: Request) -> Mapping[str, str]:
    """The form's fields, whose names follow the site's stages."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Fields = Annotated[Mapping[str, str], Depends(_fields)]


@router.get("/{key}/automation")
def read_automation(access: Reader, request: Request, key: SiteKey) -> Response:
    """The switches."""
    with access.read() as session:
        site = site_named(session, key)
        shown = automation_page(site, choices_of(session, site))
    may_change = access.principal.may_write and access.principal.sees_whole_account
    return page("automation.html.j2", access, shown=shown, may_change=may_change, said=said(request), here="automation")


@router.post("/{key}/automation", dependencies=[OwnForm])
def change_automation(access: AccountWriter, key: SiteKey, form: Fields) -> Response:
    """Say first what would change; the confirmed form changes it."""
    address = f"{ROOT}/sites/{key}/automation"
    with access.write() as session:
        site = site_named(session, key)
        now = choices_of(session, site, lock=True)
        wanted = wanted_of(form, now)
        sentences = changes_in_words(now, wanted)
        if not sentences:
            return see_other(address, "unchanged")
        if form.get("confirmed") == "yes":
            change_choices(session, site, wanted, by=access.principal.actor)
            return see_other(address, "saved")
    kept = {name: value for name, value in form.items() if name != "confirmed"}
    return page("automation_confirm.html.j2", access, site=site, sentences=sentences, kept=kept, here="automation")
