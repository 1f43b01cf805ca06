"""No account ever sees or touches another one's rows: every route is walked, found from the router itself."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from api_drafts import SOURCE, add_drafts, ended
from api_tenants import Tenant
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.tenancy import principal_of, scope
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.columns import OfAccount
from igny8_resources.warehouse.tables.ledgers import Event, Request
from igny8_resources.warehouse.tables.models import PromptVersion, Strategy
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.tables.tenancy import AuthorProfile
from igny8_resources.warehouse.tables.writer import Content

API = Path(__file__).parents[2] / "api"
# Routes without an account behind them: sign-in, health, and pages and files that anybody may read.
PUBLIC = {
    "/",
    "/api/v1/auth/login/",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/api/v1/system/health/",
    "/sites/{key}",
    "/sites/{key}/{path:path}",
    "/drafts/{token}/{path:path}",
    "/static/fonts/{face}.ttf",
    "/static/icon.svg",
    "/static/service.css",
}
# The parameter of each path, filled with the id of a row of the given account.
PARAMETERS = {
    "/api/v1/sites/{key}/": lambda of: {"key": of.site_key},
    "/api/v1/planner/keywords/{id}/": lambda of: {"id": of.ids["keyword"]},
    "/api/v1/planner/clusters/{id}/": lambda of: {"id": of.ids["cluster"]},
    "/api/v1/planner/ideas/{id}/": lambda of: {"id": of.ids["idea"]},
    "/api/v1/writer/tasks/{id}/": lambda of: {"id": of.task("review")},
    "/api/v1/writer/content/{id}/": lambda of: {"id": of.article("review")},
    "/api/v1/writer/content/{id}/approve/": lambda of: {"id": of.article("review")},
    "/api/v1/writer/tasks/{id}/sources/": lambda of: {"id": of.task("review")},
    "/api/v1/writer/tasks/{id}/sources/{key}/": lambda of: {"id": of.task("review"), "key": "s1"},
    "/api/v1/writer/content/{id}/diff/": lambda of: {"id": of.article("review")},
    "/api/v1/writer/content/{id}/draft/": lambda of: {"id": of.article("queued")},
    "/api/v1/writer/content/{id}/sections/{index}/rewrite/": lambda of: {"id": of.article("queued"), "index": 0},
    "/api/v1/writer/content/{id}/versions/": lambda of: {"id": of.article("review")},
    "/api/v1/writer/content/{id}/versions/{number}/": lambda of: {"id": of.article("review"), "number": 1},
    "/api/v1/writer/content/{id}/versions/{number}/accept/": lambda of: {"id": of.article("queued"), "number": 2},
    "/api/v1/writer/content/{id}/versions/{number}/reject/": lambda of: {"id": of.article("queued"), "number": 3},
    "/api/v1/writer/images/{id}/": lambda of: {"id": of.ids["image"]},
    "/api/v1/socializer/posts/{id}/": lambda of: {"id": of.ids["post"]},
    "/api/v1/video/projects/{id}/": lambda of: {"id": of.ids["project"]},
    "/api/v1/publisher/records/{id}/": lambda of: {"id": of.ids["record"]},
    "/api/v1/media/{key:path}": lambda of: {"key": of.media_key},
    "/api/v1/thinker/author-profiles/{id}/": lambda of: {"id": of.ids["profile"]},
    "/api/v1/thinker/strategies/{id}/": lambda of: {"id": of.ids["strategy"]},
    "/api/v1/thinker/strategies/{id}/activate/": lambda of: {"id": of.ids["strategy"]},
    "/api/v1/thinker/strategies/{id}/deactivate/": lambda of: {"id": of.ids["strategy"]},
    "/api/v1/thinker/prompts/{function}/": lambda _of: {"function": "generate_content"},
    "/api/v1/thinker/prompts/{function}/diff/": lambda _of: {"function": "generate_content"},
    "/api/v1/thinker/prompts/{function}/versions/": lambda _of: {"function": "generate_content"},
    "/api/v1/thinker/prompts/{function}/versions/{version}/": lambda of: {
        "function": "generate_content",
        "version": of.ids["prompt_version"],
    },
    "/api/v1/thinker/prompts/{function}/activate/": lambda _of: {"function": "generate_content"},
    "/api/v1/thinker/prompts/{function}/reset/": lambda _of: {"function": "generate_content"},
    "/api/v1/thinker/prompts/{function}/preview/": lambda _of: {"function": "generate_content"},
}
# These speak of an AI function, which every account has: each account reads and changes its own prompts there.
OF_THE_CALLERS_ACCOUNT = {
    "/api/v1/thinker/prompts/{function}/",
    "/api/v1/thinker/prompts/{function}/diff/",
    "/api/v1/thinker/prompts/{function}/versions/",
    "/api/v1/thinker/prompts/{function}/reset/",
}
BODIES = {
    "/api/v1/system/settings/task_progress/{task_id}/cancel/": lambda _of: None,
    "/api/v1/writer/content/generate/": lambda of: {"site": of.site_key, "articles": 1},
    "/api/v1/writer/content/{id}/approve/": lambda _of: None,
    "/api/v1/writer/content/{id}/draft/": lambda _of: {"draft": ended("Another end.").model_dump(mode="json")},
    "/api/v1/writer/content/{id}/sections/{index}/rewrite/": lambda _of: {},
    "/api/v1/writer/content/{id}/versions/{number}/accept/": lambda _of: None,
    "/api/v1/writer/content/{id}/versions/{number}/reject/": lambda _of: None,
    "/api/v1/writer/tasks/{id}/sources/": lambda _of: {"name": "notes.md", "text": SOURCE},
    "/api/v1/socializer/posts/generate/": lambda of: {"content_id": of.article("published")},
    "/api/v1/video/projects/": lambda of: {"content_id": of.article("published")},
    "/api/v1/video/projects/create/": lambda of: {"content_id": of.article("published"), "video_type": "long"},
    "/api/v1/billing/grants/": lambda _of: {"amount": "5", "reason": "welcome"},
    "/api/v1/billing/adjustments/": lambda _of: {"amount": "-5", "reason": "granted twice"},
}
BODIES |= {
    "/api/v1/thinker/author-profiles/": lambda of: {"site": of.site_key, "name": "Ada"},
    "/api/v1/thinker/author-profiles/{id}/": lambda _of: {"tone": "dry"},
    "/api/v1/thinker/strategies/": lambda of: {"site": of.site_key, "name": "Short"},
    "/api/v1/thinker/strategies/{id}/": lambda _of: {"description": "for beginners"},
    "/api/v1/thinker/strategies/{id}/activate/": lambda _of: None,
    "/api/v1/thinker/strategies/{id}/deactivate/": lambda _of: None,
    "/api/v1/thinker/prompts/{function}/versions/": lambda _of: {"text": "About {{ title }}"},
    "/api/v1/thinker/prompts/{function}/activate/": lambda of: {"version": of.ids["prompt_version"]},
    "/api/v1/thinker/prompts/{function}/reset/": lambda _of: {},
    "/api/v1/thinker/prompts/{function}/preview/": lambda of: {"site": of.site_key},
    "/api/v1/thinker/image-tests/": lambda of: {"site": of.site_key, "prompt": "A cup", "provider": "offline"},
}
# Who may call a route that an owner may not.
ROLES = dict.fromkeys(("/api/v1/billing/grants/", "/api/v1/billing/adjustments/"), "developer")
OF_THE_CALLERS_ACCOUNT |= set(ROLES)


def add_thinker_rows(warehouse: Warehouse, tenant: Tenant) -> None:
    """A voice, a strategy and a version of a prompt whose number no other account has."""
    tenant.ids["prompt_version"] = 1000 * tenant.account_id
    with warehouse.write() as session:
        site = site_by_key(session, tenant.site_key)
        owned = {"account_id": site.account_id, "site_id": site.id}
        profile = AuthorProfile(**owned, name="Ines Okafor", is_default=False)
        strategy = Strategy(**owned, name="Espresso first", is_active=False)
        prompt = {"function": "generate_content", "version": tenant.ids["prompt_version"], "text": "{{ title }}"}
        session.add_all([profile, strategy, PromptVersion(account_id=site.account_id, **prompt, is_active=False)])
        session.flush()
        tenant.ids |= {"profile": profile.id, "strategy": strategy.id}


# Every edit says which version it was made to.
EDITED_VERSION = {"If-Match": "1"}
PROGRESS = "/api/v1/system/settings/task_progress/{task_id}/"


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, str(route.path)


def test_every_route_keeps_accounts_apart(
    app: FastAPI, client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse
):
    """Their rows, asked for by our owner, are 404 or absent; the same calls by their own owner succeed."""
    add_thinker_rows(warehouse, theirs)
    add_drafts(warehouse, theirs)
    their_request = client.post(
        "/api/v1/writer/content/generate/", json={"site": theirs.site_key, "articles": 1}, headers=theirs.as_role()
    ).json()["data"]["task_id"]
    parameters = {
        **PARAMETERS,
        **dict.fromkeys((PROGRESS, f"{PROGRESS}cancel/"), lambda _of: {"task_id": their_request}),
    }
    walked = set()
    # Their own owner goes last: by then our owner has had a try at every row as it was.
    for user, is_theirs in ((ours, False), (theirs, True)):
        for method, path in routes(app):
            walked.add(path)
            if path in PUBLIC:
                continue
            address = path
            for name, value in parameters.get(path, lambda _of: {})(theirs).items():
                address = re.sub(r"\{" + name + r"(:path)?\}", str(value), address)
            assert "{" not in address, f"{path} needs a row in PARAMETERS"
            body = BODIES[path](theirs) if method in {"POST", "PATCH", "PUT"} else None
            answer = client.request(
                method,
                address,
                json=body,
                headers=(EDITED_VERSION if method == "PUT" else {}) | user.as_role(ROLES.get(path, "owner")),
            )
            names_a_row = (path in parameters or method == "POST") and path not in OF_THE_CALLERS_ACCOUNT
            if is_theirs:
                assert answer.status_code in {200, 201, 202}, (method, path, answer.text)
            elif names_a_row:
                assert answer.status_code == 404, (method, path, answer.text)
                assert theirs.slug not in answer.text or path in {
                    "/api/v1/sites/{key}/",
                    "/api/v1/writer/content/generate/",
                    "/api/v1/thinker/author-profiles/",
                    "/api/v1/thinker/strategies/",
                    "/api/v1/thinker/image-tests/",
                    "/api/v1/thinker/prompts/{function}/preview/",
                }
            else:
                assert answer.status_code in {200, 201}
                # Trail Notes is theirs; no list of ours may contain a word of it.
                assert not re.search("trail", json.dumps(answer.json()), re.IGNORECASE), path
    assert walked >= PUBLIC | set(parameters) | set(BODIES), "these tables name a path that is gone"


def test_filters_by_their_ids_find_nothing(client: TestClient, ours: Tenant, theirs: Tenant):
    for path in (
        f"/api/v1/planner/keywords/?site={theirs.site_key}",
        f"/api/v1/planner/keywords/?cluster={theirs.ids['cluster']}",
        f"/api/v1/planner/ideas/?cluster={theirs.ids['cluster']}",
        f"/api/v1/writer/content/?task={theirs.task('review')}",
        f"/api/v1/writer/images/?content={theirs.article('published')}",
        f"/api/v1/socializer/posts/?content={theirs.article('published')}",
        f"/api/v1/video/projects/?content={theirs.article('published')}",
    ):
        assert client.get(path, headers=ours.as_role()).json()["count"] == 0, path
    usage = client.get(f"/api/v1/billing/usage/?site={theirs.site_key}", headers=ours.as_role())
    assert usage.json()["data"]["operations"] == []


def test_refused_attempts_leave_no_trace(client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse):
    with warehouse.read() as session:
        before = session.scalar(select(func.count()).select_from(Event))
    client.post(f"/api/v1/writer/content/{theirs.article('review')}/approve/", headers=ours.as_role())
    client.post("/api/v1/video/projects/", json={"content_id": theirs.article("published")}, headers=ours.as_role())
    with warehouse.read() as session:
        assert session.get_one(Content, theirs.article("review")).status == "review"
        assert session.scalar(select(func.count()).select_from(Request)) == 0
        assert session.scalar(select(func.count()).select_from(Event)) == before


def test_a_scoped_session_sees_one_account_in_every_table(warehouse: Warehouse, ours: Tenant, theirs: Tenant):
    """The scope holds for every mapped table of an account, also in joins, aliases, subqueries and bulk updates."""
    with warehouse.read() as session:
        found = principal_of(session, ours.users["owner"], ours.account_id)
        assert found is not None
        assert principal_of(session, ours.users["owner"], theirs.account_id) is None
        scope(session, found.principal)
        mapped = [mapper.class_ for mapper in Content.registry.mappers if issubclass(mapper.class_, OfAccount)]
        assert len(mapped) > 25
        assert {table.name for table in METADATA.sorted_tables if "account_id" in table.columns} == {
            entity.__tablename__ for entity in mapped
        }
        for entity in mapped:
            accounts = set(session.scalars(select(entity.account_id)))
            assert accounts <= {ours.account_id}, entity


def test_only_the_doors_open_sessions_and_only_the_scope_names_accounts():
    """Routes get their sessions from ``Access``; a tenant filter of their own would be one more to get wrong."""
    opens_unscoped = set()
    for path in sorted(API.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"read", "write"}:
                owner = node.value
                if isinstance(owner, ast.Attribute) and owner.attr == "warehouse":
                    opens_unscoped.add(path.relative_to(API).as_posix())
            is_filter = isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute)
            if is_filter and node.left.attr == "account_id":
                assert path.name == "tenancy.py", f"{path.name}:{node.lineno} filters by account"
    # Sign-in looks a user up before there is a principal; the landing page counts what anybody may know.
    assert opens_unscoped == {"access.py", "routes/auth.py", "routes/pages.py"}
