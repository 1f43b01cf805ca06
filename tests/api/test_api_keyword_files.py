"""Keyword files through the API: looked into, imported, listed with what was refused, exported again."""

import csv
import io
import json
import zipfile

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from igny8_assets.planner.keywords.importing import load_staged
from igny8_resources.platform import Platform
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.planner import Keyword

IMPORTS = "/api/v1/planner/keywords/imports/"
EXPORT = "/api/v1/planner/keywords/export/"
# As Semrush writes it: the third row has no keyword, the fourth repeats the first, the fifth has no volume to speak of.
SEMRUSH = (
    "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),SERP Features\n"
    'grind size for espresso,Informational,1900,"0.5,1,0.9",31,0.42,"Reviews"\n'
    "espresso ratio,Commercial,880,,24,0.35,\n"
    ",Commercial,10,,24,0.35,\n"
    'grind size for espresso,Informational,1900,,31,0.42,"Reviews"\n'
    "burr alignment,Informational,many,,12,,\n"
)


def send(
    client: TestClient, headers: dict[str, str], path: str = IMPORTS, *, data: bytes | str = SEMRUSH, **fields: str
):
    content = data.encode() if isinstance(data, str) else data
    form = {"site": "crema-lane", **fields}
    return client.post(path, data=form, files={"file": ("keywords.csv", content, "text/csv")}, headers=headers)


def test_a_file_is_looked_into_without_storing_anything(client: TestClient, ours: Tenant, warehouse: Warehouse):
    looked = send(client, ours.as_role("editor"), f"{IMPORTS}preview/", market="us")
    assert looked.status_code == 200, looked.text
    found = looked.json()["data"]
    assert (found["tool"], found["good"], found["duplicates"], found["refused"]) == ("semrush_keyword_magic", 3, 1, 2)
    assert found["columns"]["keyword"] == "Keyword"
    assert (found["new"], found["updates"], found["unchanged"]) == (2, 0, 0)
    assert any("row 4" in problem and "row left out" in problem for problem in found["problems"])
    assert any("'many'" in problem for problem in found["problems"])
    assert found["sample"][0]["text"] == "grind size for espresso"
    assert client.get(IMPORTS, headers=ours.as_role()).json()["count"] == 0


def test_a_file_is_imported_once_and_its_refused_rows_are_kept(
    client: TestClient, settings: Settings, ours: Tenant, warehouse: Warehouse
):
    taken = send(client, ours.as_role("editor"))
    assert taken.status_code == 202, taken.text
    started = taken.json()["data"]
    assert (started["is_new"], started["status"]) == (True, "staged")
    again = send(client, ours.as_role()).json()["data"]
    assert (again["is_new"], again["task_id"], again["import_id"]) == (False, started["task_id"], started["import_id"])
    with warehouse.read() as session:
        assert session.get_one(Request, started["task_id"]).kind == "import"
        assert session.execute(select(RequestItem.job, RequestItem.subject)).tuples().all() == [
            ("load_keywords", "crema-lane")
        ]
    # What the run of that request does, as the warehouse's owner.
    load_staged(Platform(settings, warehouse), "crema-lane")
    (listed,) = client.get(f"{IMPORTS}?status=loaded", headers=ours.as_role("viewer")).json()["results"]
    assert (listed["rows_good"], listed["rows_duplicate"], listed["rows_refused"]) == (3, 1, 2)
    assert (listed["origin"], listed["tool"], listed["file_name"]) == ("api", "semrush_keyword_magic", "keywords.csv")
    detail = client.get(f"{IMPORTS}{listed['id']}/", headers=ours.as_role()).json()["data"]
    assert any("row left out" in problem for problem in detail["problems"])
    found = client.get("/api/v1/planner/keywords/?search=grind", headers=ours.as_role()).json()["results"]
    assert [(row["text"], row["volume"]) for row in found] == [("grind size for espresso", 1900)]


def test_columns_can_be_named_and_what_cannot_be_used_is_said(client: TestClient, ours: Tenant):
    headers = ours.as_role()
    german = "Suchbegriff;Menge\nmahlgrad;10\n"
    named = send(client, headers, f"{IMPORTS}preview/", data=german, columns=json.dumps({"keyword": "Suchbegriff"}))
    assert named.json()["data"]["columns"]["keyword"] == "Suchbegriff"
    for data, message in (("", "empty"), ("a,b\n1,2\n", "keyword"), (b"\x89PNG\r\n\x1a\n\0\0\0", "")):
        refused = send(client, headers, data=data)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["file"]), refused.text
        assert message in refused.json()["errors"]["file"][0]
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("a.csv", SEMRUSH)
    assert send(client, headers, data=broken.getvalue()[:-30]).status_code == 400
    for fields, field in (
        ({"columns": "not json"}, "columns"),
        ({"colour": "red"}, "colour"),
        ({"purpose": "fun"}, "purpose"),
        ({"site": "no-such-site"}, "site"),
        ({"sector": "no-such-sector"}, "file"),
    ):
        refused = send(client, headers, **fields)
        assert refused.status_code in {400, 404}, refused.text
        assert list(refused.json()["errors"]) == [field]
    no_file = client.post(IMPORTS, data={"site": "crema-lane"}, headers=headers)
    assert (no_file.status_code, no_file.json()["errors"]) == (400, {"file": ["Field required"]})
    cut = client.post(
        IMPORTS, content=b"--x\r\nnothing", headers=headers | {"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert cut.status_code == 400


def test_files_have_a_limit_of_their_own(client: TestClient, ours: Tenant, settings: Settings):
    """Three MiB of keywords are taken, though no other body may be so large; who is not signed in sends nothing."""
    note = "seen " * 200
    rows = "".join(f"coffee number {number},{number},{note}\n" for number in range(3_200))
    large = "Keyword,Volume,Note\n" + rows
    assert len(large) > 3 * 1024 * 1024
    looked = send(client, ours.as_role(), f"{IMPORTS}preview/", data=large)
    assert (looked.status_code, looked.json()["data"]["good"]) == (200, 3_200)
    assert (
        client.post(IMPORTS, content=b"x", headers={"Content-Type": "multipart/form-data; boundary=x"}).status_code
        == 401
    )
    small = create_app(settings.model_copy(update={"import_max_bytes": 2048}))
    with TestClient(small, base_url="http://127.0.0.1:8000") as narrow:
        told = send(narrow, ours.as_role(), data=large)
        assert (told.status_code, "larger than" in told.json()["error"]) == (413, True)
        refused = send(narrow, ours.as_role(), data=large[:4096])
        assert "IGNY8_IMPORT_MAX_BYTES" in refused.json()["errors"]["file"][0]


def test_keywords_are_exported_with_the_lists_own_filters_and_run_nothing(
    client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse
):
    with warehouse.write() as session:
        site_id = session.scalars(select(Keyword.site_id).where(Keyword.id == ours.ids["keyword"])).one()
        for text in ("=1+1 ratio", "+espresso", "@home espresso"):
            session.add(
                Keyword(account_id=ours.account_id, site_id=site_id, text=text, normalized_text=text, market="de")
            )
    answer = client.get(f"{EXPORT}?market=de", headers=ours.as_role("viewer"))
    assert answer.headers["content-disposition"] == 'attachment; filename="keywords.csv"'
    records = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(record["Keyword"] for record in records) == ["'+espresso", "'=1+1 ratio", "'@home espresso"]
    clustered = client.get(f"{EXPORT}?clustered=true&search=calculator", headers=ours.as_role())
    assert [record["Keyword"] for record in csv.DictReader(io.StringIO(clustered.content.decode("utf-8-sig")))] == [
        "espresso ratio calculator"
    ]
    everything = client.get(EXPORT, headers=ours.as_role()).content
    assert everything.count(b"\r\n") == 1 + 6, "their keywords are not among ours"
    back = send(client, ours.as_role(), f"{IMPORTS}preview/", data=everything)
    assert (back.json()["data"]["good"], back.json()["data"]["new"]) == (6, 0), back.text
    assert client.get(f"{EXPORT}?colour=red", headers=ours.as_role()).status_code == 400


def test_an_industrys_seeds_are_taken_once(client: TestClient, ours: Tenant):
    seeds = client.get("/api/v1/planner/keywords/seeds/", headers=ours.as_role("viewer")).json()
    industry = seeds["results"][0]
    path = "/api/v1/planner/keywords/bulk_add_from_seed/"
    taken = client.post(path, json={"site": "crema-lane", "industry": industry["industry"]}, headers=ours.as_role())
    assert (taken.status_code, taken.json()["data"]["file"]["good"]) == (202, industry["seeds"]), taken.text
    unknown = client.post(path, json={"site": "crema-lane", "industry": "astrology"}, headers=ours.as_role())
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["industry"])


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "a\x00b.csv"])
def test_a_files_name_is_only_a_name(client: TestClient, ours: Tenant, name: str):
    files = {"file": (name, SEMRUSH.encode(), "text/csv")}
    taken = client.post(IMPORTS, data={"site": "crema-lane"}, files=files, headers=ours.as_role())
    assert taken.status_code == 202, taken.text
    (listed,) = client.get(IMPORTS, headers=ours.as_role()).json()["results"]
    assert not set(listed["file_name"]) & set("/\\\0")
