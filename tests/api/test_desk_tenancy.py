"""The desk shows an account its own rows and lets each role do what it may: walked over every route of the router itself."""

import re

import pytest
from api_drafts import add_drafts
from api_tenants import Tenant
from desk_people import OWN, desk_of
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from igny8_resources.warehouse.engine import Warehouse

# Pages that need nobody to be signed in.
# A platform leads people back to "return" with a code that it made for one account: test_api_video_publishing.py.
PUBLIC = {
    "/desk", "/desk/connections/return", "/desk/sign-in", "/desk/sign-out", "/desk/static/{name}", "/desk/{path:path}"
}  # fmt: skip
PARAMETERS = {
    "/desk/sites/{key}/": lambda of: {"key": of.site_key},
    "/desk/sites/{key}/articles": lambda of: {"key": of.site_key},
    "/desk/sites/{key}/automation": lambda of: {"key": of.site_key},
    "/desk/sites/{key}/stages/{stage}": lambda of: {"key": of.site_key, "stage": "review"},
    "/desk/articles/{id}/": lambda of: {"id": of.article("queued")},
    "/desk/articles/{id}/approve": lambda of: {"id": of.article("review")},
    "/desk/articles/{id}/reject": lambda of: {"id": of.article("review")},
    "/desk/articles/{id}/sections/{index}/rewrite": lambda of: {"id": of.article("queued"), "index": 0},
    "/desk/articles/{id}/versions/{number}/": lambda of: {"id": of.article("queued"), "number": 2},
    "/desk/articles/{id}/versions/{number}/accept": lambda of: {"id": of.article("queued"), "number": 2},
    "/desk/articles/{id}/versions/{number}/reject": lambda of: {"id": of.article("queued"), "number": 3},
    "/desk/media/{key:path}": lambda of: {"key": of.media_key},
    "/desk/requests/{request_id}/": lambda of: {"request_id": of.request_id},
    "/desk/requests/{request_id}/cancel": lambda of: {"request_id": of.request_id},
}
FORMS = {
    "/desk/connections/finish": {"code": "c", "state": "s"},
    "/desk/sites/{key}/articles": {"articles": "1", "nonce": "a"},
    "/desk/sites/{key}/automation": {"auto_approve": "on", "planning_batch_size": "5"},
    "/desk/articles/{id}/approve": {"version": "1"},
    "/desk/articles/{id}/reject": {"version": "1", "reason": "too short"},
    "/desk/articles/{id}/sections/{index}/rewrite": {"wish": ""},
    "/desk/articles/{id}/versions/{number}/accept": {"version": "1"},
    "/desk/articles/{id}/versions/{number}/reject": {},
    "/desk/requests/{request_id}/cancel": {},
}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
        if str(route.path).startswith("/desk")
    ]


def address_of(path: str, tenant: Tenant) -> str:
    for name, value in PARAMETERS.get(path, lambda _of: {})(tenant).items():
        path = re.sub(r"\{" + name + r"(:path)?\}", str(value), path)
    assert "{" not in path, f"{path} needs a row in PARAMETERS"
    return path


@pytest.fixture
def filled(theirs: Tenant, warehouse: Warehouse) -> Tenant:
    """Their account with drafts to decide on and a request that somebody may stop."""
    add_drafts(warehouse, theirs)
    with desk_of(theirs) as browser:
        form = {"articles": "1", "nonce": "first"}
        asked = browser.post(f"/desk/sites/{theirs.site_key}/articles", data=form, headers=OWN)
    theirs.request_id = asked.headers["location"].split("/")[3]  # type: ignore[attr-defined]
    return theirs


def test_their_rows_are_not_there_for_us(app: FastAPI, ours: Tenant, filled: Tenant):
    walked = set()
    for tenant, role in ((ours, "owner"), (ours, "editor"), (filled, "owner")):
        with desk_of(tenant, role) as browser:
            for method, path in routes(app):
                walked.add(path)
                if path in PUBLIC:
                    continue
                answer = browser.request(
                    method, address_of(path, filled), data=FORMS[path] if method == "POST" else None, headers=OWN
                )
                if path == "/desk/connections/finish":
                    # A code that no platform gave leads nowhere, for anybody.
                    assert answer.status_code == (400 if role == "owner" else 403)
                    assert "Trail" not in answer.text
                elif tenant is filled:
                    assert answer.status_code in ({200, 303, 409} if method == "POST" else {200}), (path, answer.text)
                elif method == "POST" and path.endswith("/automation") and role == "editor":
                    # Refused before anything is looked up.
                    assert answer.status_code == 403
                elif path in PARAMETERS:
                    assert answer.status_code == 404, (method, path, answer.text)
                    assert "Trail" not in answer.text
                else:
                    assert answer.status_code == 200
                    assert "Trail" not in answer.text, path
                    assert "trail" not in answer.text, path
    assert walked == PUBLIC | set(PARAMETERS) | {
        "/desk/",
        "/desk/connections/finish",
        "/desk/help",
        "/desk/requests/",
        "/desk/requests/running",
        "/desk/credits/",
    }
    assert set(FORMS) == {path for method, path in routes(app) if method == "POST"} - PUBLIC


def test_filters_by_their_site_find_no_page(ours: Tenant, theirs: Tenant):
    with desk_of(ours) as browser:
        for path in ("/desk/requests/", "/desk/requests/running", "/desk/credits/"):
            assert browser.get(f"{path}?site={theirs.site_key}").status_code == 404


def test_a_viewer_reads_everything_and_changes_nothing(app: FastAPI, filled: Tenant):
    with desk_of(filled, "viewer") as browser:
        for method, path in routes(app):
            if path in PUBLIC:
                continue
            answer = browser.request(
                method, address_of(path, filled), data=FORMS[path] if method == "POST" else None, headers=OWN
            )
            if method == "POST":
                assert answer.status_code == 403, path
                assert "The role viewer may read but not change anything." in answer.text
            else:
                assert answer.status_code == 200, path
                forms = re.findall(r'<form method="post" action="([^"]+)"', answer.text)
                assert forms in ([], ["/desk/sign-out"]), (path, forms)


def test_nobody_signed_in_sees_nothing(app: FastAPI, filled: Tenant):
    with desk_of(filled) as browser:
        browser.cookies.clear()
        for method, path in routes(app):
            if path in PUBLIC:
                continue
            answer = browser.request(method, address_of(path, filled), data=FORMS.get(path), headers=OWN)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/desk/sign-in"), path
