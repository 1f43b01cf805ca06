"""No account ever sees or touches another one's rows: filters, traces, the scope itself, and that nothing goes around it.

That every endpoint keeps accounts apart, whoever asks, is ``test_api_matrix.py``.
"""

import ast
from pathlib import Path

from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.tenancy import principal_of, scope
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import OfAccount
from igny8_resources.warehouse.tables.ledgers import Event, Request
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.tables.writer import Content

API = Path(__file__).parents[2] / "api"


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
    assert opens_unscoped == {"access.py", "signing_in.py", "routes/pages.py"}
