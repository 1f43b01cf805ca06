"""Prompts, author profiles and strategies through the API; nobody sees or changes another account's."""

from typing import ClassVar

from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from igny8_resources.ai.prompting import choose_prompt
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import AiCall, Event
from igny8_resources.warehouse.tables.models import PromptVersion, Strategy
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Sector
from igny8_resources.warehouse.tables.writer import Task

PROMPTS = "/api/v1/thinker/prompts/"
CONTENT = f"{PROMPTS}generate_content/"
PROFILES = "/api/v1/thinker/author-profiles/"
STRATEGIES = "/api/v1/thinker/strategies/"


def save(client: TestClient, tenant: Tenant, text: str, **more: object):
    return client.post(f"{CONTENT}versions/", json={"text": text, **more}, headers=tenant.as_role())


class TestPrompts:
    def test_the_list_has_every_function_and_variant(self, client: TestClient, ours: Tenant):
        page = client.get(PROMPTS, headers=ours.as_role("viewer")).json()
        names = {(row["function"], row["variant"]) for row in page["results"]}
        assert page["count"] == len(page["results"]) == len(names)
        assert {("generate_content", ""), ("generate_content", "product"), ("adapt_for_social", "twitter")} <= names
        assert {row["source"] for row in page["results"]} == {"built-in"}
        only = client.get(f"{PROMPTS}?function=generate_image_prompts", headers=ours.as_role()).json()
        assert only["count"] == 1

    def test_one_prompt_comes_with_its_variables(self, client: TestClient, ours: Tenant):
        data = client.get(f"{CONTENT}?variant=product", headers=ours.as_role()).json()["data"]
        assert data["text"].startswith("You write for {{ voice.site_name }}")
        assert (data["version"], data["versions"]) == ("1", [])
        variables = {variable["path"]: variable for variable in data["variables"]}
        assert variables["primary_keyword.volume"]["kind"] == "number, may be missing"
        assert "product" in variables["content_type"]["values"]

    def test_versions_are_saved_compared_activated_and_reset(self, client: TestClient, ours: Tenant):
        first = save(client, ours, "About {{ title }}.", variant="post", note="shorter")
        assert first.status_code == 201
        assert first.json()["data"]["version"] == 1
        assert first.json()["data"]["created_by"] == "user:owner@crema.example"
        second = save(client, ours, "All about {{ title }}.", variant="post").json()["data"]
        assert (second["version"], second["is_active"]) == (2, True)
        assert save(client, ours, "All about {{ title }}.", variant="post").json()["data"]["version"] == 2
        aside = save(client, ours, "Not yet: {{ title }}.", variant="post", activate=False).json()
        assert aside["message"] == "Saved; it is not in use."
        detail = client.get(f"{CONTENT}?variant=post", headers=ours.as_role()).json()["data"]
        assert (detail["source"], detail["version"], detail["text"]) == (
            "account",
            "account-2",
            "All about {{ title }}.",
        )
        assert [row["version"] for row in detail["versions"]] == [3, 2, 1]
        diff = client.get(f"{CONTENT}diff/?variant=post&before=1&after=active", headers=ours.as_role()).json()["data"]
        assert "-About {{ title }}." in diff["diff"]
        assert "+All about {{ title }}." in diff["diff"]
        again = client.post(f"{CONTENT}activate/", json={"version": 1}, headers=ours.as_role())
        assert again.json()["data"]["is_active"]
        assert client.get(f"{CONTENT}versions/2/", headers=ours.as_role()).json()["data"]["is_active"] is False
        reset = client.post(f"{CONTENT}reset/", json={"variant": "post"}, headers=ours.as_role()).json()
        assert (reset["data"]["source"], reset["data"]["version"]) == ("built-in", "1")
        assert len(reset["data"]["versions"]) == 3

    def test_a_missing_variable_is_an_error_when_it_is_saved(
        self, client: TestClient, ours: Tenant, warehouse: Warehouse
    ):
        refusal = save(client, ours, "Write.\nAbout {{ primary_keyword.txt }}.")
        assert refusal.status_code == 400
        assert refusal.json()["errors"] == {
            "text": ["line 2: there is no variable `primary_keyword.txt`; did you mean `primary_keyword.text`?"]
        }
        with warehouse.read() as session:
            assert session.scalar(select(PromptVersion.id)) is None

    def test_what_cannot_be_saved(self, client: TestClient, ours: Tenant):
        for body, field in (
            ({}, "text"),
            ({"text": ""}, "text"),
            ({"text": "x" * 20_001}, "text"),
            ({"text": "{% if title %}"}, "text"),
            ({"text": "x", "note": "n" * 301}, "note"),
            ({"text": "x", "colour": "red"}, "colour"),
        ):
            refusal = client.post(f"{CONTENT}versions/", json=body, headers=ours.as_role())
            assert refusal.status_code == 400
            assert list(refusal.json()["errors"]) == [field]

    def test_names_that_do_not_exist(self, client: TestClient, ours: Tenant):
        unknown = client.get(f"{PROMPTS}generate_contnt/", headers=ours.as_role())
        assert unknown.status_code == 404
        assert "did you mean `generate_content`" in unknown.json()["errors"]["function"][0]
        variant = client.get(f"{CONTENT}?variant=prodct", headers=ours.as_role())
        assert (variant.status_code, list(variant.json()["errors"])) == (404, ["variant"])
        for path in ("versions/9/", "diff/?before=9"):
            assert client.get(f"{CONTENT}{path}", headers=ours.as_role()).status_code == 404
        assert client.post(f"{CONTENT}activate/", json={"version": 9}, headers=ours.as_role()).status_code == 404

    def test_the_accounts_prompts_are_changed_by_those_who_see_all_of_it(self, client: TestClient, ours: Tenant):
        for role in ("editor", "viewer"):
            refusal = client.post(f"{CONTENT}versions/", json={"text": "x"}, headers=ours.as_role(role))
            assert refusal.status_code == 403
            assert client.post(f"{CONTENT}reset/", json={}, headers=ours.as_role(role)).status_code == 403

    def test_another_account_has_its_own(self, client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse):
        save(client, theirs, "Theirs: {{ title }}.")
        assert client.get(CONTENT, headers=ours.as_role()).json()["data"]["versions"] == []
        assert client.get(f"{CONTENT}versions/1/", headers=ours.as_role()).status_code == 404
        assert client.post(f"{CONTENT}activate/", json={"version": 1}, headers=ours.as_role()).status_code == 404
        client.post(f"{CONTENT}reset/", json={}, headers=ours.as_role())
        assert save(client, ours, "Ours: {{ title }}.").json()["data"]["version"] == 1
        with warehouse.read() as session:
            assert {row.text for row in session.scalars(select(PromptVersion).where(PromptVersion.is_active))} == {
                "Theirs: {{ title }}.",
                "Ours: {{ title }}.",
            }


class TestPreview:
    def test_the_prompt_in_use_with_a_real_brief(self, client: TestClient, ours: Tenant):
        asked = {"site": ours.site_key, "task_id": ours.task("queued")}
        shown = client.post(f"{CONTENT}preview/", json=asked, headers=ours.as_role("viewer")).json()["data"]
        assert (shown["variant"], shown["version"]) == ("post", "1")
        assert "You write for Crema Lane, a site about home coffee brewing" in shown["text"]
        assert 'Write the article "Article 0"' in shown["text"]

    def test_a_text_that_is_not_saved_yet(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        asked = {"site": ours.site_key, "text": "On {{ title }} for {{ voice.site_name }}"}
        shown = client.post(f"{CONTENT}preview/", json=asked, headers=ours.as_role()).json()["data"]
        assert (shown["version"], shown["text"]) == ("unsaved", "On Article 2 for Crema Lane")
        refusal = client.post(f"{CONTENT}preview/", json=asked | {"text": "{{ titel }}"}, headers=ours.as_role())
        assert refusal.status_code == 400
        assert "did you mean `title`?" in refusal.json()["errors"]["text"][0]
        with warehouse.read() as session:
            assert session.scalar(select(PromptVersion.id)) is None

    def test_other_functions_show_the_inputs_of_their_newest_call(
        self, client: TestClient, ours: Tenant, warehouse: Warehouse
    ):
        path = f"{PROMPTS}generate_image_prompts/preview/"
        asked = {"site": ours.site_key, "text": "Pictures for {{ title }}"}
        none_yet = client.post(path, json=asked, headers=ours.as_role())
        assert none_yet.status_code == 409
        assert "no call of generate_image_prompts was made for crema-lane yet" in none_yet.json()["error"].lower()
        with warehouse.write() as session:
            site = site_by_key(session, ours.site_key)
            call = {"kind": "text", "function": "generate_image_prompts", "provider": "x", "model": "y"}
            session.add(
                AiCall(account_id=site.account_id, site_id=site.id, request_hash="p", inputs={"title": "Dose"}, **call)
            )
        assert client.post(path, json=asked, headers=ours.as_role()).json()["data"]["text"] == "Pictures for Dose"

    def test_another_accounts_site_or_task_is_not_there(self, client: TestClient, ours: Tenant, theirs: Tenant):
        for asked in ({"site": theirs.site_key}, {"site": ours.site_key, "task_id": theirs.task("queued")}):
            assert client.post(f"{CONTENT}preview/", json=asked, headers=ours.as_role()).status_code == 404

    def test_a_site_whose_thinker_is_off_is_not_worked_for(
        self, client: TestClient, ours: Tenant, warehouse: Warehouse
    ):
        with warehouse.write() as session:
            set_module(session, site_by_key(session, ours.site_key), "thinker", enabled=False)
        refusals = [
            client.post(f"{CONTENT}preview/", json={"site": ours.site_key}, headers=ours.as_role()),
            client.post(PROFILES, json={"site": ours.site_key, "name": "Ada"}, headers=ours.as_role()),
            client.post(STRATEGIES, json={"site": ours.site_key, "name": "Short"}, headers=ours.as_role()),
        ]
        for refusal in refusals:
            assert (refusal.status_code, refusal.json()["errors"]) == (403, {"module": ["thinker"]})


class TestAuthorProfiles:
    def add(self, client: TestClient, tenant: Tenant, name: str, **more: object):
        body = {"site": tenant.site_key, "name": name, **more}
        return client.post(PROFILES, json=body, headers=tenant.as_role("editor"))

    def test_a_voice_is_added_changed_and_deleted(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        added = self.add(client, ours, "Ada", tone="dry", language="de")
        assert added.status_code == 201
        profile = added.json()["data"]
        assert (profile["tone"], profile["language"], profile["is_default"]) == ("dry", "de", False)
        address = f"{PROFILES}{profile['id']}/"
        changed = client.patch(address, json={"tone": "warm", "is_default": True}, headers=ours.as_role()).json()[
            "data"
        ]
        assert (changed["tone"], changed["language"], changed["is_default"]) == ("warm", "de", True)
        page = client.get(f"{PROFILES}?is_default=true", headers=ours.as_role()).json()
        assert [row["name"] for row in page["results"]] == ["Ada"]
        assert client.delete(address, headers=ours.as_role()).status_code == 200
        assert client.get(address, headers=ours.as_role()).status_code == 404
        page = client.get(PROFILES, headers=ours.as_role()).json()
        assert [(row["name"], row["is_default"]) for row in page["results"]] == [("Maya Lindqvist", True)]
        with warehouse.read() as session:
            kinds = session.scalars(select(Event.kind).where(Event.kind.startswith("author_profile.")))
            assert list(kinds) == ["author_profile.created", "author_profile.changed", "author_profile.deleted"]

    def test_a_voice_in_use_is_not_deleted(self, client: TestClient, ours: Tenant, warehouse: Warehouse):
        profile = self.add(client, ours, "Ada").json()["data"]["id"]
        with warehouse.write() as session:
            session.execute(update(Task).where(Task.account_id == ours.account_id).values(author_id=profile))
        refusal = client.delete(f"{PROFILES}{profile}/", headers=ours.as_role())
        assert refusal.status_code == 409
        assert refusal.json()["error"] == "Ada cannot be deleted: it is the author of 3 tasks."

    def test_values_that_cannot_be_used(self, client: TestClient, ours: Tenant):
        for values, field in (
            ({"name": "Maya Lindqvist"}, "name"),
            ({"name": " "}, "name"),
            ({"name": "A" * 201}, "name"),
            ({"name": "Ada", "tone": "t" * 301}, "tone"),
            ({"name": "Ada", "language": "German!"}, "language"),
        ):
            refusal = client.post(PROFILES, json={"site": ours.site_key, **values}, headers=ours.as_role())
            assert refusal.status_code == 400
            assert list(refusal.json()["errors"]) == [field]

    def test_a_site_always_has_one_default(self, client: TestClient, ours: Tenant):
        maya = client.get(PROFILES, headers=ours.as_role()).json()["results"][0]["id"]
        refusal = client.patch(f"{PROFILES}{maya}/", json={"is_default": False}, headers=ours.as_role())
        assert refusal.status_code == 400
        assert "make another one the default" in refusal.json()["errors"]["is_default"][0]

    def test_another_accounts_voices_are_not_there(
        self, client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse
    ):
        theirs_id = client.get(PROFILES, headers=theirs.as_role()).json()["results"][0]["id"]
        address = f"{PROFILES}{theirs_id}/"
        assert client.get(address, headers=ours.as_role()).status_code == 404
        assert client.patch(address, json={"tone": "x"}, headers=ours.as_role()).status_code == 404
        assert client.delete(address, headers=ours.as_role()).status_code == 404
        body = {"site": theirs.site_key, "name": "Ada"}
        assert client.post(PROFILES, json=body, headers=ours.as_role()).status_code == 404
        with warehouse.read() as session:
            assert session.get_one(AuthorProfile, theirs_id).tone == ""
        assert client.patch(address, json={"tone": "x"}, headers=theirs.as_role("viewer")).status_code == 403


class TestStrategies:
    LOGIC: ClassVar = {
        "post/how_to": {"add": [{"heading": "What it costs"}], "leave_out": ["key_takeaways"], "first": ["faq"]}
    }

    def add(self, client: TestClient, tenant: Tenant, name: str, **more: object):
        body = {"site": tenant.site_key, "name": name, **more}
        return client.post(STRATEGIES, json=body, headers=tenant.as_role("editor"))

    def test_a_sectors_strategy_replaces_the_prompt_and_the_sections(
        self, client: TestClient, ours: Tenant, warehouse: Warehouse
    ):
        with warehouse.write() as session:
            sector = session.scalars(select(Sector.id).where(Sector.account_id == ours.account_id)).first()
            session.execute(update(Task).where(Task.id == ours.task("queued")).values(sector_id=sector))
        text = "{{ title }}: {% for part in contract.parts %}{{ part.part }} {% endfor %}| {{ outline }}"
        added = self.add(
            client, ours, "Espresso", sector_id=sector, prompts={"generate_content": text}, section_logic=self.LOGIC
        )
        assert added.status_code == 201, added.text
        assert added.json()["data"]["section_logic"] == self.LOGIC
        asked = {"site": ours.site_key, "task_id": ours.task("queued")}
        shown = client.post(f"{CONTENT}preview/", json=asked, headers=ours.as_role()).json()["data"]
        assert shown["version"] == f"strategy-{added.json()['data']['id']}"
        assert shown["text"].startswith("Article 0: introduction faq ")
        assert "key_takeaways" not in shown["text"]
        assert shown["text"].endswith("What it costs")
        elsewhere = client.post(
            f"{CONTENT}preview/", json={**asked, "task_id": ours.task("review")}, headers=ours.as_role()
        )
        assert elsewhere.json()["data"]["version"] == "1"

    def test_one_applies_at_a_time(self, client: TestClient, ours: Tenant):
        first = self.add(client, ours, "Long").json()["data"]["id"]
        second = self.add(client, ours, "Short", is_active=False).json()["data"]["id"]
        active = f"{STRATEGIES}?is_active=true"
        assert [row["name"] for row in client.get(active, headers=ours.as_role()).json()["results"]] == ["Long"]
        assert client.post(f"{STRATEGIES}{second}/activate/", headers=ours.as_role()).status_code == 200
        assert [row["name"] for row in client.get(active, headers=ours.as_role()).json()["results"]] == ["Short"]
        client.post(f"{STRATEGIES}{second}/deactivate/", headers=ours.as_role())
        assert client.get(active, headers=ours.as_role()).json()["count"] == 0
        assert client.delete(f"{STRATEGIES}{first}/", headers=ours.as_role()).status_code == 200
        assert client.get(STRATEGIES, headers=ours.as_role()).json()["count"] == 1

    def test_what_is_wrong_is_said_by_field(
        self, client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse
    ):
        with warehouse.read() as session:
            their_sector = session.scalars(select(Sector.id).where(Sector.account_id == theirs.account_id)).first()
        refusal = self.add(
            client,
            ours,
            "Odd",
            sector_id=their_sector,
            prompts={"generate_content/prodct": "x", "generate_ideas": "{{ titel }}"},
            section_logic={"pst": {}, "post/how_to": {"first": ["intro"], "leave_out": ["introduction"], "last": []}},
        )
        assert refusal.status_code == 400
        errors = refusal.json()["errors"]
        assert set(errors) == {
            "sector_id",
            "prompts.generate_content/prodct",
            "prompts.generate_ideas",
            "section_logic.pst",
            "section_logic.post/how_to.first.0",
            "section_logic.post/how_to.leave_out",
            "section_logic.post/how_to.last",
        }
        assert "did you mean `product`" in errors["prompts.generate_content/prodct"][0]
        assert "introduction cannot be left out" in errors["section_logic.post/how_to.leave_out"][0]
        self.add(client, ours, "Odd")
        assert list(self.add(client, ours, "Odd").json()["errors"]) == ["name"]

    def test_changes_keep_what_is_not_sent(self, client: TestClient, ours: Tenant):
        strategy = self.add(client, ours, "Long", prompts={"generate_content": "About {{ title }}"}).json()["data"]
        address = f"{STRATEGIES}{strategy['id']}/"
        changed = client.patch(address, json={"description": "for beginners"}, headers=ours.as_role()).json()["data"]
        assert (changed["description"], changed["prompts"]) == (
            "for beginners",
            {"generate_content": "About {{ title }}"},
        )
        bad = client.patch(address, json={"prompts": {"generate_content": "{{ titel }}"}}, headers=ours.as_role())
        assert bad.status_code == 400
        assert client.get(address, headers=ours.as_role()).json()["data"]["prompts"] == changed["prompts"]

    def test_another_accounts_strategies_are_not_there(
        self, client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse
    ):
        theirs_id = self.add(client, theirs, "Theirs", prompts={"generate_content": "Theirs"}).json()["data"]["id"]
        address = f"{STRATEGIES}{theirs_id}/"
        for method, path in (
            ("GET", address),
            ("PATCH", address),
            ("DELETE", address),
            ("POST", f"{address}activate/"),
            ("POST", f"{address}deactivate/"),
        ):
            body = {"name": "Mine"} if method == "PATCH" else None
            assert client.request(method, path, json=body, headers=ours.as_role()).status_code == 404, (method, path)
        assert client.get(STRATEGIES, headers=ours.as_role()).json()["count"] == 0
        with warehouse.read() as session:
            strategy = session.get_one(Strategy, theirs_id)
            assert (strategy.name, strategy.is_active) == ("Theirs", True)
            site = site_by_key(session, ours.site_key)
            owned = {"account_id": site.account_id, "site_id": site.id, "sector_id": None}
            assert choose_prompt(session, **owned, function="generate_content", variant="post").version == "1"


class TestImageTests:
    PATH = "/api/v1/thinker/image-tests/"

    def test_a_picture_is_made_and_the_same_again_is_taken_from_the_journal(self, client: TestClient, ours: Tenant):
        asked = {"site": ours.site_key, "prompt": "A portafilter on a scale", "provider": "offline", "width": 512}
        answer = client.post(self.PATH, json=asked, headers=ours.as_role("editor"))
        assert answer.status_code == 200, answer.text
        made = answer.json()["data"]
        assert (made["provider"], made["width"], made["credits"], made["replayed"]) == ("offline", 512, "0", False)
        picture = client.get(made["url"], headers=ours.as_role())
        assert picture.status_code == 200
        assert picture.headers["content-type"].startswith("image/")
        again = client.post(self.PATH, json=asked, headers=ours.as_role()).json()["data"]
        assert (again["media_key"], again["replayed"]) == (made["media_key"], True)

    def test_what_cannot_be_made_is_named(self, client: TestClient, ours: Tenant, theirs: Tenant):
        asked = {"site": ours.site_key, "prompt": "A cup"}
        missing = client.post(self.PATH, json=asked | {"provider": "runware"}, headers=ours.as_role())
        assert (missing.status_code, list(missing.json()["errors"])) == (409, ["provider"])
        assert "runware is not configured for images" in missing.json()["error"].lower()
        for body, status in (
            (asked | {"provider": "dall-e"}, 400),
            (asked | {"width": 9}, 400),
            (asked | {"site": theirs.site_key}, 404),
        ):
            assert client.post(self.PATH, json=body, headers=ours.as_role()).status_code == status
        assert client.post(self.PATH, json=asked, headers=ours.as_role("viewer")).status_code == 403
