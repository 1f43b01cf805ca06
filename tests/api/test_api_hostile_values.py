"""Values that mean harm: markup in every text, header and mail injection, forged tokens, others' ids in filters."""

import itertools
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jwt
import pytest
from api_deployment import Deployment
from api_endpoints import V1, Endpoint
from api_roles import Caller, Level
from api_tenants import PASSWORD, Tenant
from desk_people import COOKIE, OWN
from every_endpoint import BY_NAME, ENDPOINTS
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.middleware import watch_access_log
from igny8_resources import api_keys, mail
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.access import AnsweredPost
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event

on_sqlite = pytest.mark.parametrize("migrated", ["sqlite"], indirect=True, scope="session")

MARKUP = "<i x=1>\"'&amp;"
# Texts that say which row is meant, or that have a form of their own.
NAMES = {
    "site",
    "sites",
    "key",
    "email",
    "url",
    "base_url",
    "industry",
    "schedule",
    "currency",
    "variant",
    "function",
    "slug",
}


def _texts(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The free texts of a body: each field's name with a value that is nothing but markup."""
    for name, field in schema.get("properties", {}).items():
        parts = [
            shapes[part["$ref"].rpartition("/")[2]] if "$ref" in part else part for part in field.get("anyOf", [field])
        ]
        for part in parts:
            if name in NAMES or part.get("enum") or part.get("pattern") or part.get("format") or "const" in part:
                continue
            if part.get("type") == "string" and part.get("maxLength", 1000) >= len(MARKUP):
                yield name, MARKUP
            if part.get("type") == "array" and part["items"].get("type") == "string" and not part["items"].get("enum"):
                yield name, [MARKUP]


def _written(deployment: Deployment, endpoint: Endpoint, **changes: Any) -> Any:
    asker = Caller("developer", deployment.ours, "developer")
    sent = endpoint.request(deployment.rows["crema"])
    sent["headers"]["Authorization"] = f"Bearer {asker.token}"
    sent["json"] |= changes
    return deployment.client.request(**sent)


@on_sqlite
def test_markup_in_any_text_is_kept_as_text_and_shown_as_text(deployment: Deployment):
    document = deployment.client.get(f"{V1}openapi.json").json()
    shapes = document["components"]["schemas"]
    wrong, kept = [], 0
    for endpoint in ENDPOINTS:
        if endpoint.body is None or endpoint.needs is Level.PUBLIC or "password" in endpoint.path:
            continue
        content = document["paths"][endpoint.path][endpoint.method.lower()]["requestBody"]["content"]
        sent = content["application/json"]["schema"]
        # A body that may be left out is this shape or null.
        body = shapes[sent.get("anyOf", [sent])[0]["$ref"].rpartition("/")[2]]
        for name, value in _texts(body, shapes):
            answer = _written(deployment, endpoint, **{name: value})
            told = answer.json()
            if answer.status_code in {400, 409}:
                # Another name, or another choice between two ways of asking; never a word about markup.
                wrong += [] if told["errors"] or answer.status_code == 409 else [f"{endpoint}, {name}: {told}"]
            elif answer.status_code not in {200, 201, 202}:
                wrong.append(f"{endpoint}, {name}: {answer.status_code} {answer.text[:200]}")
            elif isinstance(told["data"], dict) and name in told["data"]:
                kept += 1
                if told["data"][name] != value:
                    wrong.append(f"{endpoint}, {name}: kept as {told['data'][name]!r}")
    assert not wrong, "\n".join(wrong)
    assert kept > 25
    shown = 0
    for endpoint in ENDPOINTS:
        if endpoint.is_desk and endpoint.method == "GET" and endpoint.needs is not Level.PUBLIC:
            page = deployment.call(endpoint, Caller("owner", deployment.ours, "owner"), deployment.rows["crema"])
            assert "<i x=1>" not in page.text, endpoint
            shown += page.text.count("&lt;i x=1&gt;")
    assert shown > 3, "the desk shows some of these texts, as text"
    deployment.kept.put_back()


def test_nothing_in_a_value_becomes_a_header(
    client: TestClient, ours: Tenant, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    evil = "a\r\nX-Evil: 1\r\n\r\n<b>"
    named = client.patch(
        f"{V1}writer/content/{ours.article('review')}/",
        json={"slug": evil},
        headers=ours.as_role() | {"If-Match": "1"},
    )
    assert named.status_code in {400, 409}
    exported = client.get(f"{V1}writer/content/{ours.article('review')}/export/", headers=ours.as_role())
    assert exported.headers["content-disposition"] == 'attachment; filename="article-1.html"'
    for asked in (
        "/sites/a%0d%0aX-Evil:%201",
        "/sites/a/%0d%0aX-Evil:%201",
        "/desk/sign-in?next=/desk/%0d%0aX-Evil:%201",
    ):
        answer = client.get(asked, follow_redirects=False)
        assert "x-evil" not in answer.headers
        assert "\n" not in answer.headers.get("location", "")
    # Names of files that are on disk already.
    folder = settings.home_path / "media" / f"accounts/{ours.account_id}" / ours.site_key
    (folder / 'a"\r\nX-Evil: 1.html').write_text("evil")
    saved = client.get(
        f"{V1}media/accounts/{ours.account_id}/{ours.site_key}/a%22%0d%0aX-Evil:%201.html", headers=ours.as_role()
    )
    assert "x-evil" not in saved.headers
    letters: list[tuple[str, str]] = []
    monkeypatch.setattr(mail, "can_send", lambda _settings: True)
    monkeypatch.setattr(mail, "send", lambda _settings, to, subject, text: letters.append((f"{to}\n{subject}", text)))
    tag = client.get(f"{V1}auth/account/", headers=ours.as_role()).headers["etag"]
    client.patch(
        f"{V1}auth/account/",
        json={"name": "Crema\n\nYour account ends\nPay here"},
        headers=ours.as_role() | {"If-Match": tag},
    )
    for email in ("noor@a.example\r\nBcc: all@b.example", "noor@[a.example", "noor@a.example,all@b.example"):
        refused = client.post(f"{V1}auth/invitations/", json={"email": email, "role": "admin"}, headers=ours.as_role())
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["email"])
    client.post(f"{V1}auth/invitations/", json={"email": "noor@a.example", "role": "admin"}, headers=ours.as_role())
    ((heading, text),) = letters
    assert heading == "noor@a.example\nYou are invited to IGNY8"
    assert "to Crema Your account ends Pay here on IGNY8" in text


@pytest.mark.parametrize(
    "url", ["http://[", "http://a.example:99999999/", "https://", "javascript:alert(1)", "//a.example"]
)
def test_addresses_that_are_none(client: TestClient, ours: Tenant, url: str):
    headers = ours.as_role() | {"If-Match": "*"}
    for method, path, field in (
        ("PATCH", f"sites/{ours.site_key}/", "base_url"),
        ("POST", "webhooks/", "url"),
        ("POST", f"writer/tasks/{ours.task('queued')}/sources/", "url"),
    ):
        answer = client.request(method, f"{V1}{path}", json={field: url}, headers=headers)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), (path, answer.text)
    # What a browser says of itself may be anything as well.
    for told in ("Referer", "Origin", "HX-Current-URL"):
        answer = client.post("/desk/sign-out", headers={told: url, "HX-Request": "true"}, follow_redirects=False)
        assert answer.status_code < 500, told


def _forged(ours: Tenant, theirs: Tenant) -> Mapping[str, str]:
    good = ours.as_role()["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    tokens = ours.app.state.service.tokens
    head, _, signature = good.split(".")
    signed = {"user_id": ours.users["owner"], "sign_in_id": ours.sign_ins["owner"], "role": "owner", "now": utc_now()}
    return {
        "no signature": jwt.encode(claims, "", algorithm="none"),
        "no signature, and the old one": f"{jwt.encode(claims, '', algorithm='none').rpartition('.')[0]}.{signature}",
        "another key": jwt.encode(claims, "x" * 64, algorithm="HS256"),
        "another way to sign": jwt.encode(claims, tokens._key, algorithm="HS512"),
        "another user": f"{head}.{jwt.encode(claims | {'sub': str(theirs.users['owner'])}, 'x' * 64).split('.')[1]}.{signature}",
        "a number that is none": jwt.encode(claims | {"sub": "1 OR 1=1"}, tokens._key, algorithm="HS256"),
        "a huge number": jwt.encode(claims | {"sub": str(2**70), "sid": 2**70}, tokens._key, algorithm="HS256"),
        "somebody of another account": tokens.issue(account_id=theirs.account_id, **signed),
        "somebody else's sign-in": tokens.issue(
            account_id=ours.account_id, **signed | {"sign_in_id": theirs.sign_ins["owner"]}
        ),
        "a key that never was": f"{api_keys.BEGINNING}{'0' * 48}",
        "a key and nothing": api_keys.BEGINNING,
        "not a text": "\u00ff\u00fe",
    }


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_forged_token_opens_neither_the_api_nor_the_desk(
    client: TestClient, ours: Tenant, theirs: Tenant, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    paths = ("auth/me/", "writer/content/", f"media/{ours.media_key}", "system/settings/task_progress/none/events/")
    for (told, token), path in itertools.product(_forged(ours, theirs).items(), paths):
        answer = client.get(f"{V1}{path}", headers={"Authorization": f"Bearer {token}".encode("latin-1")})
        assert (answer.status_code, answer.json()["success"]) == (401, False), (told, path)
        assert answer.headers["www-authenticate"] == "Bearer"
        client.cookies.set(COOKIE, token if token.isascii() else "nothing")
        desk = client.get("/desk/", follow_redirects=False)
        assert (desk.status_code, desk.headers["location"].partition("?")[0]) == (303, "/desk/sign-in"), told
        client.cookies.clear()
        assert len(token) < 20 or token not in caplog.text


FILTERS = {
    "sector": "sector",
    "cluster": "cluster",
    "idea": "idea",
    "task": "task:review",
    "content": "content:review",
    "mapped_cluster": "cluster",
    "rule": "rule",
    "subscription": "webhook",
    "site": "site",
    "request": "open request",
}


def test_somebody_elses_id_in_a_filter_finds_what_no_id_finds(deployment: Deployment):
    document = deployment.client.get(f"{V1}openapi.json").json()
    count = 0
    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        asked = {each["name"] for each in parameters if each["in"] == "query"} & FILTERS.keys()
        if not asked or not {"results", "page"} & {each["name"] for each in parameters}:
            continue
        endpoint = BY_NAME[f"GET {path}"]
        owner = Caller("owner", deployment.ours, "owner")
        for name in asked:
            theirs = deployment.rows["trail"][FILTERS[name]]
            answers = []
            for value in (theirs, 2**40 if isinstance(theirs, int) else "nothing"):
                url = f"{endpoint.address(deployment.rows['crema'])}?{name}={value}"
                headers = {"Authorization": f"Bearer {owner.token}"}
                answer = deployment.client.get(url, headers=headers)
                answers.append((answer.status_code, answer.text.replace(str(value), "")))
            assert answers[0] == answers[1], f"{path}?{name}="
            assert answers[0][0] in {200, 404}
            # The export of nothing is its heading, and the sum of nothing is of no videos.
            nothing = any(none in answers[0][1] for none in ('"count":0', '"videos":0'))
            nothing = nothing or answers[0][1].count("\n") == 1
            assert answers[0][0] == 404 or nothing, f"{path}?{name}= {answers[0][1][:300]}"
            count += 1
    assert count > 20


def test_no_secret_stands_in_the_log(
    client: TestClient,
    ours: Tenant,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Signing in and out, keys, invitations, resets and webhooks at the highest level of detail, what fails included."""
    caplog.set_level(logging.DEBUG)
    letters: list[str] = []
    monkeypatch.setattr(mail, "can_send", lambda _settings: True)
    monkeypatch.setattr(mail, "send", lambda _settings, _to, _subject, text: letters.append(text))

    def post(path: str, body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None) -> Any:
        answer = client.post(f"{V1}{path}", json=body or {}, headers=ours.as_role() if headers is None else headers)
        assert answer.status_code == status, answer.text
        return answer.json().get("data")

    secrets = {PASSWORD, "a wrong password", "brand new words", "words of a guest"}
    owner = {"email": "owner@crema.example"}
    post("auth/login/", owner | {"password": "a wrong password"}, status=401, headers={})
    post("auth/login/", owner | {"password": [PASSWORD]}, status=400, headers={})
    client.post(f"{V1}auth/login/", content=f'{{"password": "{PASSWORD}", oops'.encode())
    first = post("auth/login/", owner | {"password": PASSWORD}, headers={})
    renewed = post("auth/refresh/", {"refresh_token": first["refresh_token"]}, headers={})
    post("auth/refresh/", {"refresh_token": first["refresh_token"]}, status=401, headers={})
    key = post("auth/api-keys/", {"name": "export", "scopes": ["read"]}, status=201)["key"]
    assert client.get(f"{V1}auth/me/", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    hook = post("webhooks/", {"url": "https://93.184.216.34/hook"}, status=201)
    rotated = post(f"webhooks/{hook['id']}/rotate-secret/")
    post("auth/invitations/", {"email": "noor@a.example", "role": "admin"}, status=201)
    post("auth/password-reset/", owner, status=202, headers={})
    tokens = [re.search(r"#(\S+)", letter).group(1) for letter in letters]  # type: ignore[union-attr]
    assert len(tokens) == 2
    guest = {"token": tokens[0], "name": "Noor", "password": "words of a guest"}
    post("auth/invitations/preview/", {"token": tokens[0]}, headers={})
    joined = post("auth/invitations/accept/", guest, status=201, headers={})
    post("auth/password-reset/confirm/", {"token": tokens[1], "new_password": "brand new words"}, headers={})
    client.post("/desk/sign-in", data=owner | {"password": "brand new words"}, headers=OWN)
    secrets |= {client.cookies[COOKIE], key, hook["secret"], rotated["secret"], *tokens}
    for session in (first, renewed, joined):
        secrets |= {session["access_token"], session["refresh_token"]}
    draft = ours.app.state.service.settings.draft_token("crema-lane-1")
    watch_access_log()
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "1.2.3.4:5", "GET", f"/drafts/{draft}/", "1.1", 200
    )
    client.get(f"/drafts/{draft}/")
    # The test's own client logs what it asks for.
    ours_alone = [record for record in caplog.records if not record.name.startswith("http")]
    told = "\n".join(f"{logging.Formatter().format(record)} {vars(record)}" for record in ours_alone)
    assert "GET /drafts/***/" in told
    assert not [secret for secret in (*secrets, draft) if secret in told]
    # Nor in what the account's people and webhooks are told, nor in what is kept of answers.
    with warehouse.read() as session:
        kept = [row for table in (Event, AnsweredPost) for row in session.execute(select(table.__table__)).all()]
    assert not [secret for secret in secrets if secret in repr(kept)]
