"""No endpoint asks the database once a row: with ten times the rows of everything, each GET sends as many statements."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from api_deployment import Deployment
from api_roles import About, callers_of
from every_endpoint import BY_NAME
from httpx import Response
from kept_warehouse import counted_statements
from many_rows import multiply
from sqlalchemy import func, select

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.planner import ContentIdea, Keyword
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.tables.writer import Task

FEW, MANY = 2, 20
# Nothing shows the rows of these, so nothing has to be in them.
NOT_SHOWN = {
    "ai_batch_items", "ai_batches", "ai_models", "answered_posts", "cluster_links", "clustering_runs", "effects",
    "event_cursors", "keyword_positions", "link_edges", "model_choices", "pillars", "planner_settings",
    "platform_connections", "platform_quotas", "prompt_texts", "provider_states", "request_metrics",
    "sign_in_failures", "site_builds", "text_vectors", "video_metrics", "video_publications",
}  # fmt: skip
READS = [name for name, endpoint in BY_NAME.items() if endpoint.method == "GET"]
Told = dict[str, tuple[list[str], Response]]


@pytest.fixture(scope="module")
def told(deployment: Deployment, migrated: Warehouse) -> dict[int, Told]:
    """By how often each row is there, and by endpoint: the statements that were sent, and the answer."""
    found = {}
    _read_all(deployment)
    for times in (FEW, MANY):
        _fill(migrated, times)
        found[times] = _read_all(deployment)
        if times == MANY:
            with migrated.read() as session:
                empty = {
                    table.name
                    for table in METADATA.sorted_tables
                    if (session.scalar(select(func.count()).select_from(table)) or 0) < MANY
                }
            assert empty - {"accounts", "credit_prices"} <= NOT_SHOWN, "add a row of each in api_rows.py"
        deployment.kept.put_back()
    return found


def _fill(warehouse: Warehouse, times: int) -> None:
    with warehouse.engine.begin() as connection:
        multiply(connection, times)


def _read_all(deployment: Deployment) -> Told:
    owner = next(caller for caller in callers_of(deployment.theirs) if caller.name == "owner")
    told: Told = {}
    for name in READS:
        with counted_statements(deployment.warehouse) as statements:
            answer = deployment.call(BY_NAME[name], owner, deployment.rows["trail"])
        assert answer.status_code == BY_NAME[name].ok, (name, answer.text)
        told[name] = statements, answer
    return told


@pytest.mark.parametrize("name", READS)
def test_a_get_sends_as_many_statements_for_many_rows_as_for_few(told: dict[int, Told], name: str):
    few, many = told[FEW][name], told[MANY][name]
    print(f"{name}: {len(few[0])} statements for {FEW} rows, {len(many[0])} for {MANY}")
    assert len(many[0]) == len(few[0]), "\n".join(many[0])


def test_lists_are_longer_where_there_is_more(told: dict[int, Told]):
    """Or the figures above would say nothing."""
    shorter = [name for name in READS if BY_NAME[name].about is About.LIST and not _is_longer(told, name)]
    # What is fixed or added up: the platform's prompts, terms of a taxonomy, spending by operation, work by status, views.
    added_up = ("billing/usage", "billing/cost-breakdown", "system/status", "video/analytics/overview")
    as_long = ("planner/taxonomies", "thinker/prompts", *added_up)
    assert set(shorter) == {f"GET /api/v1/{path}/" for path in as_long}


def _is_longer(told: dict[int, Told], name: str) -> bool:
    sizes = []
    for times in (FEW, MANY):
        answer = told[times][name][1]
        if "json" not in answer.headers["content-type"]:
            sizes.append(answer.text.count("\n"))
            continue
        said = answer.json()
        sizes.append(said["count"] if "count" in said else _rows(said["data"]))
    return sizes[1] > sizes[0]


def _rows(data: object) -> int:
    if isinstance(data, dict):
        return sum(_rows(value) for value in data.values())
    return len(data) if isinstance(data, list) else 0


def test_bulk_calls_look_as_often_for_many_rows_as_for_few(deployment: Deployment, migrated: Warehouse):
    """Looking alone: rows that get an id or an event are written one by one on either database."""
    _fill(migrated, MANY)
    with migrated.read() as session:
        of_site = site_by_key(session, deployment.theirs.site_key).id
        keywords = session.scalars(select(Keyword.id).where(Keyword.site_id == of_site)).all()
        free = select(ContentIdea.id).where(ContentIdea.site_id == of_site, ContentIdea.title == "Grind finer")
        ideas = session.scalars(free).all()
        queued = select(Task.id).where(Task.site_id == of_site, Task.title == "Clean it")
        tasks = session.scalars(queued).all()
    site = deployment.theirs.site_key
    numbers = range(20)
    cases: dict[str, tuple[Sequence[int], Callable[[Sequence[int]], dict[str, Any]]]] = {
        "planner/keywords/": (
            numbers,
            lambda some: {"site": site, "keywords": [{"text": f"new {number}"} for number in some]},
        ),
        "planner/keywords/bulk-status/": (keywords[:20], lambda some: {"ids": some, "status": "archived"}),
        "planner/clusters/": (keywords[20:40], lambda some: {"site": site, "keyword_ids": some}),
        "planner/keywords/bulk-delete/": (keywords[40:60], lambda some: {"ids": some}),
        "planner/ideas/bulk-decide/": (ideas[:10], lambda some: {"ids": some, "decision": "reject"}),
        "planner/ideas/bulk-queue/": (ideas[10:], lambda some: {"ids": some}),
        "writer/content/generate/": (tasks[:10], lambda some: {"task_ids": some}),
        "writer/tasks/bulk-delete/": (tasks[10:], lambda some: {"ids": some}),
    }
    owner = next(caller for caller in callers_of(deployment.theirs) if caller.name == "owner")
    for path, (rows, body) in cases.items():
        looks = []
        for some in (rows[:2], rows[2:]):
            sent = body(list(some))
            endpoint = dataclasses.replace(BY_NAME[f"POST /api/v1/{path}"], body=lambda _of, sent=sent: sent)
            with counted_statements(deployment.warehouse) as statements:
                answer = deployment.call(endpoint, owner, deployment.rows["trail"])
            assert answer.status_code == endpoint.ok, (path, answer.text)
            looks.append([statement for statement in statements if statement.startswith("SELECT")])
        print(f"{path}: {len(looks[0])} looks for 2 rows, {len(looks[1])} for {len(rows) - 2}")
        assert len(looks[0]) == len(looks[1]), "\n".join([path, *looks[1]])
    deployment.kept.put_back()
