"""Signing in to the desk: the cookie, what other sites may not do, and where one lands."""

import pytest
from api_tenants import PASSWORD, Tenant
from desk_people import BASE, COOKIE, OWN, desk_of
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk.door import safe_next
from igny8_resources.settings import Settings


@pytest.fixture
def browser(client: TestClient) -> TestClient:
    client.follow_redirects = False
    return client


def form(to: str = "", password: str = PASSWORD) -> dict[str, str]:
    return {"email": "owner@crema.example", "password": password, "next": to}


def test_a_person_signs_in_works_and_signs_out(browser: TestClient, ours: Tenant):
    asked = browser.get("/desk/sites/crema-lane/?stage=review")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/desk/sign-in?next=/desk/sites/crema-lane/%3Fstage%3Dreview",
    )
    assert 'name="next" value="/desk/sites/crema-lane/?stage=review"' in browser.get(asked.headers["location"]).text
    signed_in = browser.post("/desk/sign-in", data=form("/desk/sites/crema-lane/?stage=review"), headers=OWN)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/desk/sites/crema-lane/?stage=review")
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    token = browser.cookies[COOKIE]
    assert "owner@crema.example" in browser.get("/desk/").text

    signed_out = browser.post("/desk/sign-out", headers=OWN)
    assert signed_out.headers["location"] == "/desk/sign-in?said=signed-out"
    assert "You are signed out." in browser.get(signed_out.headers["location"]).text
    assert browser.get("/desk/").status_code == 303
    # A copy of the cookie is worth nothing either.
    browser.cookies.set(COOKIE, token)
    assert browser.get("/desk/").headers["location"] == "/desk/sign-in"


def test_behind_https_the_cookie_is_held_to_this_host(settings: Settings, ours: Tenant):
    secure = settings.model_copy(update={"public_url": "https://desk.crema.example"})
    with TestClient(create_app(secure), base_url="https://desk.crema.example", follow_redirects=False) as browser:
        own = {"Origin": "https://desk.crema.example"}
        cookie = browser.post("/desk/sign-in", data=form(), headers=own).headers["set-cookie"]
        assert cookie.startswith("__Host-igny8_desk=")
        assert "Secure" in cookie
        assert browser.get("/desk/").status_code == 200


def test_a_wrong_password_is_told_in_the_form_and_costs_patience(browser: TestClient, ours: Tenant):
    for _ in range(5):
        wrong = browser.post("/desk/sign-in", data=form(password="wrong"), headers=OWN)
        assert wrong.status_code == 401
        assert "The email address or the password is wrong." in wrong.text
        assert 'value="owner@crema.example"' in wrong.text
        assert "set-cookie" not in wrong.headers
    locked = browser.post("/desk/sign-in", data=form(), headers=OWN)
    assert locked.status_code == 429
    assert "Too many wrong passwords for this address" in locked.text
    assert int(locked.headers["retry-after"]) >= 1
    assert browser.post("/desk/sign-in", data={"email": "", "password": ""}, headers=OWN).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": BASE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": BASE, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_does_nothing(ours: Tenant, headers: dict[str, str]):
    with desk_of(ours) as browser:
        address = f"/desk/articles/{ours.article('review')}/"
        refused = browser.post(f"{address}approve", data={"version": "1"}, headers=headers)
        assert refused.status_code == 403
        assert "was not sent by the desk" in refused.text
        assert browser.post("/desk/sign-in", data=form(), headers=headers).status_code == 403
        assert browser.post("/desk/sign-out", headers=headers).status_code == 403
        assert ">Review</span>" in browser.get(address).text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/desk/",
        "//evil.example/desk/",
        "/\\evil.example",
        "/desk/\\evil.example",
        "javascript:alert(1)",
        "/api/v1/docs",
        "/desk/../api/v1/docs",
        "/desk/sign-in",
        "/desk/\r\nX: y",
        "",
    ],
)
def test_no_address_leads_away_after_signing_in(wanted: str):
    assert safe_next(wanted) == "/desk/"


def test_a_forged_cookie_and_an_access_token_of_nobody_are_asked_to_sign_in(browser: TestClient, ours: Tenant):
    for token in ("x", "igny8_made_up", ours.as_role()["Authorization"][7:-2] + "xx"):
        browser.cookies.set(COOKIE, token)
        assert browser.get("/desk/credits/").headers["location"] == "/desk/sign-in?next=/desk/credits/"
        part = browser.get("/desk/requests/running", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/desk/sign-in")


def test_a_form_that_came_too_late_says_so_and_leads_back(browser: TestClient, ours: Tenant):
    address = f"/desk/articles/{ours.article('review')}/"
    late = browser.post(f"{address}approve", data={"version": "1"}, headers={**OWN, "Referer": f"{BASE}{address}"})
    assert late.headers["location"] == f"/desk/sign-in?next={address}&said=not-sent"
    told = browser.get(late.headers["location"]).text
    assert "nothing was changed. Sign in and do it again." in told
    assert f'name="next" value="{address}"' in told
    elsewhere = browser.post("/desk/requests/x/cancel", headers={**OWN, "Referer": "https://evil.example/trap"})
    assert elsewhere.headers["location"] == "/desk/sign-in?said=not-sent"
    page = {"HX-Request": "true", "HX-Current-URL": f"{BASE}/desk/requests/?said=asked"}
    assert browser.get("/desk/requests/running", headers=page).headers["hx-redirect"].endswith("?next=/desk/requests/")


def test_every_page_forbids_foreign_scripts_and_is_not_kept(ours: Tenant):
    with desk_of(ours) as browser:
        for path in ("/desk/", "/desk/requests/", "/desk/nowhere", "/desk/sign-in"):
            page = browser.get(path)
            policy = page.headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["x-frame-options"] == "DENY"
            assert "<script>" not in page.text
            assert " style=" not in page.text
            assert " onclick=" not in page.text
