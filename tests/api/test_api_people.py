"""People of an account: invited, given roles and sites, switched off; programs with keys; and the trail of all that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.access import AnsweredPost, ApiKey, Invitation
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Site, User

AUTH = "/api/v1/auth"
SITES = "/api/v1/sites/"
ANY = {"If-Match": "*"}
NEW_PASSWORD = "nine lives of a copper cat"


def invite(client: TestClient, tenant: Tenant, address: str, role: str = "editor", sites: tuple[str, ...] = ()) -> dict:
    asked = {"email": address, "role": role, "sites": list(sites)}
    answer = client.post(f"{AUTH}/invitations/", json=asked, headers=tenant.as_role())
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def token_of(invitation: dict) -> str:
    return invitation["link"].rpartition("#")[2]


def accept(client: TestClient, token: str):
    return client.post(f"{AUTH}/invitations/accept/", json={"token": token, "name": "Noor", "password": NEW_PASSWORD})


def make_key(client: TestClient, tenant: Tenant, *scopes: str, role: str = "owner") -> dict:
    asked = {"name": "nightly export", "scopes": list(scopes)}
    answer = client.post(f"{AUTH}/api-keys/", json=asked, headers=tenant.as_role(role))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def with_key(key: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {key['key']}"}


def test_whoever_is_invited_chooses_a_password_and_sees_the_granted_site(client: TestClient, ours: Tenant):
    invitation = invite(client, ours, " Noor@Crema.example", sites=(ours.site_key,))
    assert invitation["sent"] is False
    token = token_of(invitation)
    preview = client.post(f"{AUTH}/invitations/preview/", json={"token": token}).json()["data"]
    assert (preview["email"], preview["role"], preview["account"]) == ("noor@crema.example", "editor", "Crema")
    joined = accept(client, token)
    assert joined.status_code == 201
    headers = {"Authorization": f"Bearer {joined.json()['data']['access_token']}"}
    me = client.get(f"{AUTH}/me/", headers=headers).json()["data"]
    assert (me["name"], me["role"], [site["key"] for site in me["sites"]]) == ("Noor", "editor", [ours.site_key])
    assert accept(client, token).status_code == 404
    assert (
        client.post(f"{AUTH}/login/", json={"email": "noor@crema.example", "password": NEW_PASSWORD}).status_code == 200
    )


def test_an_invitation_is_accepted_once_however_many_try(client: TestClient, ours: Tenant, warehouse: Warehouse):
    token = token_of(invite(client, ours, "noor@crema.example"))
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda _: accept(client, token), range(4)))
    assert statuses == [201, 404, 404, 404]
    with warehouse.read() as session:
        assert session.scalar(select(func.count(User.id)).where(User.email == "noor@crema.example")) == 1


def test_invitations_end_by_being_replaced_revoked_or_too_old_and_with_whoever_made_them(
    client: TestClient, ours: Tenant, warehouse: Warehouse
):
    first = invite(client, ours, "noor@crema.example")
    second = invite(client, ours, "noor@crema.example")
    assert accept(client, token_of(first)).status_code == 404
    address = f"{AUTH}/invitations/{second['id']}/"
    assert client.delete(address, headers=ours.as_role()).status_code == 200
    assert client.delete(address, headers=ours.as_role()).status_code == 409
    assert accept(client, token_of(second)).status_code == 404
    third = invite(client, ours, "noor@crema.example")
    with warehouse.write() as session:
        session.execute(
            update(Invitation).where(Invitation.id == third["id"]).values(expires_at=utc_now() - timedelta(seconds=1))
        )
    assert accept(client, token_of(third)).status_code == 404
    fourth = invite(client, ours, "noor@crema.example", role="admin")
    with warehouse.write() as session:
        session.execute(update(User).where(User.id == ours.users["owner"]).values(role="editor"))
    assert accept(client, token_of(fourth)).status_code == 404  # who is an editor by now makes nobody an admin


def test_an_invitation_says_nothing_of_people_elsewhere(client: TestClient, ours: Tenant, theirs: Tenant):
    here = {"email": "viewer@crema.example", "role": "viewer"}
    assert client.post(f"{AUTH}/invitations/", json=here, headers=ours.as_role()).status_code == 400
    elsewhere = invite(client, ours, "viewer@trail.example", role="viewer")
    assert accept(client, token_of(elsewhere)).status_code == 409
    foreign_site = {"email": "noor@crema.example", "sites": [theirs.site_key]}
    assert client.post(f"{AUTH}/invitations/", json=foreign_site, headers=ours.as_role()).status_code == 404


def change(client: TestClient, tenant: Tenant, person: str, by: str = "owner", **changes):
    return client.patch(f"{AUTH}/users/{tenant.users[person]}/", json=changes, headers=ANY | tenant.as_role(by))


def test_nobody_gives_more_than_they_have_and_an_owner_stays(client: TestClient, ours: Tenant):
    assert change(client, ours, "editor", role="admin").json()["data"]["role"] == "admin"
    assert change(client, ours, "viewer", "editor", role="admin").status_code == 200
    assert change(client, ours, "viewer", "editor", role="owner").status_code == 403
    assert change(client, ours, "owner", "editor", role="viewer").status_code == 403
    assert change(client, ours, "developer", role="viewer").status_code == 403
    assert change(client, ours, "viewer", role="developer").status_code == 400
    last = change(client, ours, "owner", role="admin")
    assert (last.status_code, list(last.json()["errors"])) == (409, ["role"])
    assert change(client, ours, "owner", is_active=False).status_code == 409
    assert change(client, ours, "viewer", role="owner").status_code == 200
    assert change(client, ours, "owner", role="admin").status_code == 200


def test_two_owners_who_step_down_at_once_do_not_both(client: TestClient, ours: Tenant, warehouse: Warehouse):
    change(client, ours, "editor", role="owner")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda person: change(client, ours, person, person, role="admin"), ("owner", "editor")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    with warehouse.read() as session:
        owners = select(func.count(User.id)).where(User.account_id == ours.account_id, User.role == "owner")
        assert session.scalar(owners) == 1


def test_whoever_is_switched_off_is_out_with_their_keys(client: TestClient, ours: Tenant):
    change(client, ours, "editor", role="admin")
    key = make_key(client, ours, "read", role="editor")
    assert client.get(SITES, headers=with_key(key)).status_code == 200
    assert change(client, ours, "editor", is_active=False).json()["data"]["is_active"] is False
    assert client.get(SITES, headers=with_key(key)).status_code == 401
    assert client.get(SITES, headers=ours.as_role("editor")).status_code == 401
    change(client, ours, "editor", is_active=True)
    assert client.get(SITES, headers=ours.as_role("editor")).status_code == 401  # signed out stays signed out


def test_an_edit_of_what_somebody_else_changed_is_refused(client: TestClient, ours: Tenant):
    address = f"{AUTH}/users/{ours.users['viewer']}/"
    seen = client.get(address, headers=ours.as_role()).headers["etag"]
    assert client.patch(address, json={"name": "V"}, headers=ours.as_role()).status_code == 428
    saved = client.patch(address, json={"name": "Vera"}, headers={"If-Match": seen} | ours.as_role())
    assert (saved.status_code, saved.json()["data"]["name"]) == (200, "Vera")
    late = client.patch(address, json={"role": "editor"}, headers={"If-Match": seen} | ours.as_role())
    assert (late.status_code, late.headers["etag"]) == (409, saved.headers["etag"])
    account = client.get(f"{AUTH}/account/", headers=ours.as_role())
    renamed = client.patch(
        f"{AUTH}/account/", json={"name": "Crema Lane"}, headers={"If-Match": account.headers["etag"]} | ours.as_role()
    )
    assert renamed.json()["data"]["name"] == "Crema Lane"


def test_only_those_who_manage_the_account_see_its_people(client: TestClient, ours: Tenant):
    for path in ("users/", "invitations/", "api-keys/", "audit/", "account/"):
        statuses = {role: client.get(f"{AUTH}/{path}", headers=ours.as_role(role)).status_code for role in ours.users}
        assert statuses == {"owner": 200, "editor": 403, "viewer": 403, "developer": 200}, path


def test_a_key_acts_with_its_makers_role_within_its_scopes(client: TestClient, ours: Tenant, warehouse: Warehouse):
    reading, writing = make_key(client, ours, "read"), make_key(client, ours, "write")
    billing, managing = make_key(client, ours, "billing"), make_key(client, ours, "admin")
    body = {"task_ids": [ours.task("queued")]}
    expected = {
        ("GET", SITES): (200, 200, 403, 200),
        ("POST", "/api/v1/writer/content/generate/"): (403, 202, 403, 202),
        ("GET", "/api/v1/billing/usage/"): (403, 403, 200, 403),
        ("GET", f"{AUTH}/users/"): (403, 403, 403, 200),
        ("GET", f"{AUTH}/sign-ins/"): (403, 403, 403, 403),
        ("POST", f"{AUTH}/api-keys/"): (403, 403, 403, 403),
    }
    bodies = {"/api/v1/writer/content/generate/": body, f"{AUTH}/api-keys/": {"name": "another", "scopes": ["read"]}}
    for (method, path), statuses in expected.items():
        answers = [
            client.request(method, path, json=bodies.get(path), headers=with_key(key))
            for key in (reading, writing, billing, managing)
        ]
        assert tuple(answer.status_code for answer in answers) == statuses, path
    with warehouse.write() as session:
        session.execute(update(User).where(User.id == ours.users["owner"]).values(role="viewer"))
    assert client.post("/api/v1/writer/content/generate/", json=body, headers=with_key(writing)).status_code == 403


def test_a_key_is_shown_once_and_ends_when_it_is_revoked_or_expires(
    client: TestClient, ours: Tenant, warehouse: Warehouse
):
    key = make_key(client, ours, "read")
    listed = client.get(f"{AUTH}/api-keys/", headers=ours.as_role())
    assert key["key"].startswith(key["prefix"])
    assert key["key"] not in listed.text
    with warehouse.read() as session:
        row = session.get_one(ApiKey, key["id"])
        assert (row.key_hash, row.last_used_at) == (digest(key["key"]), None)
    client.get(SITES, headers=with_key(key))
    used = client.get(f"{AUTH}/api-keys/", headers=ours.as_role()).json()["data"][0]["last_used_at"]
    client.get(SITES, headers=with_key(key))
    assert used
    assert client.get(f"{AUTH}/api-keys/", headers=ours.as_role()).json()["data"][0]["last_used_at"] == used
    assert client.delete(f"{AUTH}/api-keys/{key['id']}/", headers=ours.as_role()).status_code == 200
    assert client.get(SITES, headers=with_key(key)).status_code == 401
    past = {"name": "old", "scopes": ["read"], "expires_at": (utc_now() - timedelta(days=1)).isoformat()}
    assert client.post(f"{AUTH}/api-keys/", json=past, headers=ours.as_role()).status_code == 400
    brief = make_key(client, ours, "read")
    with warehouse.write() as session:
        session.execute(update(ApiKey).where(ApiKey.id == brief["id"]).values(expires_at=utc_now()))
    assert client.get(SITES, headers=with_key(brief)).status_code == 401


def test_a_repeated_post_makes_one_row_and_is_answered_alike(client: TestClient, ours: Tenant, warehouse: Warehouse):
    headers = {"Idempotency-Key": "first export key"} | ours.as_role()
    asked = {"name": "export", "scopes": ["read"]}
    made = client.post(f"{AUTH}/api-keys/", json=asked, headers=headers)
    again = client.post(f"{AUTH}/api-keys/", json=asked, headers=headers)
    assert (made.status_code, again.status_code) == (201, 201)
    assert again.json()["data"] == made.json()["data"] | {"key": None}
    other = client.post(f"{AUTH}/api-keys/", json=asked | {"name": "import"}, headers=headers)
    assert other.status_code == 409
    somebody = client.post(f"{AUTH}/api-keys/", json=asked, headers=headers | ours.as_role("developer"))
    assert somebody.status_code == 201
    with warehouse.read() as session:
        assert session.scalar(select(func.count(ApiKey.id))) == 2
        kept = [row.answer["data"]["key"] for row in session.scalars(select(AnsweredPost))]
    assert kept == [None, None]


def test_the_same_post_many_times_at_once_makes_one_row(client: TestClient, ours: Tenant, warehouse: Warehouse):
    headers = {"Idempotency-Key": "one site"} | ours.as_role()
    asked = {"key": "filter-notes", "name": "Filter Notes", "base_url": "https://filter.example/"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post(SITES, json=asked, headers=headers), range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.text for answer in answers}) == 1
    with warehouse.read() as session:
        assert session.scalar(select(func.count(Site.id)).where(Site.key == "filter-notes")) == 1


def test_what_was_refused_may_be_tried_again_with_the_same_key(client: TestClient, ours: Tenant):
    headers = {"Idempotency-Key": "grant"} | ours.as_role()
    address = f"{SITES}{ours.site_key}/access/"
    asked = {"user_id": ours.users["editor"]}
    change(client, ours, "editor", role="admin")
    assert client.post(address, json=asked, headers=headers).status_code == 409
    change(client, ours, "editor", role="editor")
    assert client.post(address, json=asked, headers=headers).status_code == 201


def test_every_change_of_access_is_on_the_trail(client: TestClient, ours: Tenant, theirs: Tenant):
    key = make_key(client, ours, "read")
    client.delete(f"{AUTH}/api-keys/{key['id']}/", headers=ours.as_role())
    invite(client, ours, "noor@crema.example")
    change(client, ours, "viewer", role="editor")
    client.delete(f"{SITES}{ours.site_key}/access/{ours.users['editor']}/", headers=ours.as_role())
    trail = client.get(f"{AUTH}/audit/", headers=ours.as_role())
    rows = trail.json()["results"]
    assert [row["kind"] for row in rows][:5] == [
        "user.site_withdrawn",
        "user.changed",
        "invitation.created",
        "api_key.revoked",
        "api_key.created",
    ]
    assert {row["actor"] for row in rows[:5]} == {"user:owner@crema.example"}
    assert rows[1]["payload"]["changed"] == {"role": ["viewer", "editor"]}
    assert key["key"] not in trail.text
    one = client.get(f"{AUTH}/audit/?kind=user.changed", headers=ours.as_role()).json()
    assert one["count"] == 1
    assert client.get(f"{AUTH}/audit/?kind=content.approved", headers=ours.as_role()).status_code == 400
    theirs_trail = client.get(f"{AUTH}/audit/?kind=api_key.created", headers=theirs.as_role()).json()
    assert theirs_trail["count"] == 0


def test_links_lead_to_pages_whose_script_alone_reads_the_token(client: TestClient):
    for path, words in (("/join", "Join an account"), ("/reset-password", "Set a new password")):
        page = client.get(path)
        assert page.status_code == 200
        assert words in page.text
        assert '<script src="/static/link.js">' in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert client.get("/static/link.js").headers["content-type"].startswith("text/javascript")
