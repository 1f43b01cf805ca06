"""Signing in, tokens, roles, grants."""

from datetime import timedelta

import jwt
from api_tenants import PASSWORD, Tenant
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from igny8_resources.passwords import needs_rehash, verify_password
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.tenancy import Account, SiteAccess, User

LOGIN = "/api/v1/auth/login/"
ME = "/api/v1/auth/me/"


def test_a_password_buys_a_token_that_opens_the_account(client: TestClient, ours: Tenant):
    answer = client.post(LOGIN, json={"email": " Owner@CREMA.example ", "password": PASSWORD})
    session = answer.json()["data"]
    assert (answer.status_code, session["token_type"], session["expires_in"]) == (200, "bearer", 1800)
    me = client.get(ME, headers={"Authorization": f"Bearer {session['access_token']}"}).json()["data"]
    assert (me["email"], me["role"], me["may_write"]) == ("owner@crema.example", "owner", True)
    assert (me["account"]["slug"], [site["key"] for site in me["sites"]]) == ("crema", ["crema-lane"])


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(client: TestClient, ours: Tenant):
    wrong = client.post(LOGIN, json={"email": "owner@crema.example", "password": "wrong"})
    unknown = client.post(LOGIN, json={"email": "nobody@crema.example", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_a_user_who_left_and_an_account_that_is_suspended_are_out_at_once(
    client: TestClient, ours: Tenant, warehouse: Warehouse
):
    headers = ours.as_role("editor")
    with warehouse.write() as session:
        session.execute(update(User).where(User.id == ours.users["editor"]).values(is_active=False))
    assert client.get(ME, headers=headers).status_code == 401
    assert client.post(LOGIN, json={"email": "editor@crema.example", "password": PASSWORD}).status_code == 401
    with warehouse.write() as session:
        session.execute(update(Account).where(Account.id == ours.account_id).values(status="suspended"))
    for refused in (
        client.get(ME, headers=ours.as_role()),
        client.post(LOGIN, json={"email": "owner@crema.example", "password": PASSWORD}),
    ):
        assert (refused.status_code, refused.json()["error"]) == (403, "This account is suspended.")


def test_an_old_hash_is_made_anew_at_sign_in(client: TestClient, ours: Tenant, warehouse: Warehouse):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with warehouse.write() as session:
        session.execute(update(User).where(User.id == ours.users["owner"]).values(password_hash=weak))
    assert client.post(LOGIN, json={"email": "owner@crema.example", "password": PASSWORD}).status_code == 200
    with warehouse.read() as session:
        stored = session.get_one(User, ours.users["owner"]).password_hash
    assert needs_rehash(weak)
    assert not needs_rehash(stored)
    assert verify_password(stored, PASSWORD)


def test_no_token_but_our_own_unexpired_one_opens_anything(client: TestClient, ours: Tenant):
    good = ours.as_role()["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    forged = {
        "expired": ours.as_role(lifetime=timedelta(seconds=-1))["Authorization"].removeprefix("Bearer "),
        "another key": jwt.encode(claims, "x" * 40, algorithm="HS256"),
        "no signature": jwt.encode(claims, "", algorithm="none"),
        "no expiry": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, "x" * 40, algorithm="HS256"),
        "changed": good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        "no token": "hello",
        "empty": "",
    }
    for token in forged.values():
        answer = client.get(ME, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["success"] is False
    assert client.get(ME).status_code == 401
    assert "expired" in client.get(ME, headers={"Authorization": f"Bearer {forged['expired']}"}).json()["error"]


def test_a_token_says_who_but_the_warehouse_says_what(client: TestClient, ours: Tenant, warehouse: Warehouse):
    headers = ours.as_role("owner")
    with warehouse.write() as session:
        session.execute(update(User).where(User.id == ours.users["owner"]).values(role="viewer"))
    assert client.get(ME, headers=headers).json()["data"]["role"] == "viewer"
    assert client.get("/api/v1/writer/content/", headers=headers).json()["count"] == 0  # a viewer without a grant


def test_viewers_read_and_change_nothing(client: TestClient, ours: Tenant):
    body = {"task_ids": [ours.task("queued")]}
    refused = client.post("/api/v1/writer/content/generate/", json=body, headers=ours.as_role("viewer"))
    assert refused.status_code == 403
    assert refused.json()["error"] == "The role viewer may read but not change anything."
    assert client.get("/api/v1/writer/tasks/", headers=ours.as_role("viewer")).json()["count"] == 3


def test_editors_and_viewers_see_granted_sites_only(client: TestClient, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        session.execute(delete(SiteAccess).where(SiteAccess.user_id == ours.users["editor"]))
    editor = ours.as_role("editor")
    assert client.get("/api/v1/sites/", headers=editor).json()["count"] == 0
    assert client.get(f"/api/v1/sites/{ours.site_key}/", headers=editor).status_code == 404
    assert client.get(f"/api/v1/writer/content/{ours.article('review')}/", headers=editor).status_code == 404
    assert client.get(f"/api/v1/media/{ours.media_key}", headers=editor).status_code == 404
    assert client.get("/api/v1/billing/usage/", headers=editor).json()["data"]["operations"] == []
    asked = client.post("/api/v1/writer/content/generate/", json={"task_ids": [ours.task("queued")]}, headers=editor)
    assert asked.status_code == 404
    assert client.get(f"/api/v1/media/{ours.media_key}", headers=ours.as_role("viewer")).status_code == 200
