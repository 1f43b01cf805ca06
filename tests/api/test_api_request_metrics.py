"""How requests were answered is counted beside them, and nothing that was counted gets lost quietly."""

from datetime import timedelta

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient

from api import request_metrics
from api.app import create_app
from api.request_metrics import RequestMetrics
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.request_metrics import RouteSummary, forget_before, summary_since
from igny8_resources.warehouse.tables.columns import utc_now

METRICS = "/api/v1/system/request-metrics/"


def counted(warehouse: Warehouse) -> dict[tuple[str, str], RouteSummary]:
    with warehouse.read() as session:
        return {(row.method, row.route): row for row in summary_since(session, utc_now() - timedelta(hours=1))}


def test_requests_are_counted_by_the_routes_pattern_and_shown_to_managers(
    settings: Settings, ours: Tenant, warehouse: Warehouse
):
    # An app of its own: what others asked the session's is not counted here.
    app = create_app(settings)
    with TestClient(app) as client:
        for number in (2**40, 2**41, 2**42):
            client.get(f"/api/v1/planner/keywords/{number}/", headers=ours.as_role())
        client.get("/api/v1/planner/keywords/", headers=ours.as_role())
        client.get("/etc/passwd?secret=1")
        client.request("BREW-A-POT-OF-TEA", "/api/v1/system/health/")
        client.get("/api/v1/system/health/", headers={"Content-Length": "99999999"})
    rows = counted(warehouse)
    one = rows["GET", "/api/v1/planner/keywords/{id}/"]
    assert (one.count, one.client_errors, one.server_errors) == (3, 3, 0)
    assert 0 < one.mean_seconds <= one.slowest_seconds < 60
    assert rows["GET", "/api/v1/planner/keywords/"].client_errors == 0
    assert rows["GET", "(none)"].client_errors == 2, "one of them refused at the door"
    assert ("other", "/api/v1/system/health/") in rows or ("other", "(none)") in rows
    assert not any("passwd" in route for _, route in rows)
    with TestClient(app) as client:
        shown = client.get(f"{METRICS}?hours=2", headers=ours.as_role()).json()["data"]
        assert {row["route"] for row in shown} >= {"/api/v1/planner/keywords/{id}/", "/api/v1/planner/keywords/"}
        assert all(row["error_share"] == 0 for row in shown)
        assert client.get(METRICS, headers=ours.as_role("editor")).status_code == 403
        assert client.get(f"{METRICS}?hours=0", headers=ours.as_role()).status_code == 400


def test_several_processes_add_to_the_same_minute(warehouse: Warehouse):
    for seconds in (0.2, 0.6):
        process = RequestMetrics()
        process.note("GET", "/a/", 200, seconds)
        process.note("GET", "/a/", 500, 0.1)
        process.flush(warehouse)
        process.flush(warehouse)
    row = counted(warehouse)["GET", "/a/"]
    assert (row.count, row.server_errors, row.slowest_seconds) == (4, 2, pytest.approx(0.6))
    assert row.mean_seconds == pytest.approx(0.25)
    with warehouse.write() as session:
        forget_before(session, utc_now())
    assert counted(warehouse) == {}


def test_what_cannot_be_written_is_kept_and_said(
    warehouse: Warehouse, tmp_path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    metrics, away = RequestMetrics(), Warehouse(f"sqlite:///{tmp_path / 'empty.db'}")
    metrics.note("GET", "/a/", 200, 0.1)
    metrics.flush(away)
    metrics.note("GET", "/a/", 200, 0.1)
    assert "are kept" in caplog.text
    monkeypatch.setattr(request_metrics, "MOST_KEPT", 1)
    metrics.note("GET", "/b/", 200, 0.1)
    metrics.flush(away)
    assert "2 requests will be missing" in caplog.text
    metrics.flush(warehouse)
    assert sum(row.count for row in counted(warehouse).values()) == 1
    away.dispose()


def test_a_service_without_a_warehouse_still_answers(tmp_path):
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        assert client.get("/api/v1/system/health/").status_code == 503
