"""The state of a deployment as its people see it: daemon, queue, media, providers."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from igny8_resources.requests import report_progress
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.models import ProviderState

GENERATE = "/api/v1/writer/content/generate/"


@pytest.fixture
def status(client: TestClient, ours: Tenant) -> Any:
    def read() -> dict[str, Any]:
        return client.get("/api/v1/system/status/", headers=ours.as_role("viewer")).json()["data"]  # type: ignore[no-any-return]

    return read


def write_heartbeats(settings: Settings, at: datetime) -> None:
    """As Dagster keeps them on SQLite: UTC without a zone."""
    folder = settings.dagster_home / "history"
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{folder / 'runs.db'}")
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS daemon_heartbeats (daemon_type TEXT UNIQUE, timestamp TIMESTAMP)")
        )
        connection.execute(text("DELETE FROM daemon_heartbeats"))
        for part in ("SENSOR", "QUEUED_RUN_COORDINATOR"):
            connection.execute(
                text("INSERT INTO daemon_heartbeats VALUES (:part, :at)"),
                {"part": part, "at": at.replace(tzinfo=None).isoformat(" ")},
            )
    engine.dispose()


def test_the_daemon_is_unknown_alive_or_silent(status: Any, settings: Settings) -> None:
    assert status()["daemon"] == {"alive": None, "parts": []}
    write_heartbeats(settings, datetime.now(UTC))
    daemon = status()["daemon"]
    assert daemon["alive"] is True
    assert [part["name"] for part in daemon["parts"]] == ["QUEUED_RUN_COORDINATOR", "SENSOR"]
    write_heartbeats(settings, datetime.now(UTC) - timedelta(minutes=5))
    assert status()["daemon"]["alive"] is False


def test_the_queue_by_status(client: TestClient, ours: Tenant, status: Any, warehouse: Warehouse) -> None:
    for _ in range(2):
        client.post(GENERATE, json={"task_ids": [ours.task("queued"), ours.task("review")]}, headers=ours.as_role())
    with warehouse.write() as session:
        report_progress(session, f"crema-lane-{ours.task('review')}", "write_article", "AI_CALL")
    now = status()
    assert now["requests"] == {"running": 2}
    assert now["items"] == {"queued": 2, "running": 2}


def test_the_media_of_the_account_and_of_nobody_else(status: Any, theirs: Tenant, settings: Settings) -> None:
    media = status()["media"]
    assert (media["store"], media["reachable"], media["files"], media["complete"]) == ("folder", True, 1, True)
    assert media["bytes"] > 0
    assert media["free_bytes"] > 0
    assert (Path(settings.media) / theirs.media_key).exists()


def test_providers_that_fail_or_wait_are_named_without_what_they_said(status: Any, warehouse: Warehouse) -> None:
    now = time.time()
    with warehouse.write() as session:
        session.add_all(
            [
                ProviderState(endpoint="anthropic/a/1", provider="anthropic", open_until=now + 60, failures=5,
                              last_error="sk-secret at 10.0.0.7"),
                ProviderState(endpoint="openai/b/2", provider="openai", next_request_at=now + 30),
                ProviderState(endpoint="runware/c/3", provider="runware"),
            ]
        )  # fmt: skip
    providers = status()["providers"]
    assert [(each["connection"], each["state"], each["failures"]) for each in providers] == [
        ("anthropic", "failing", 5),
        ("openai", "waiting", 0),
        ("runware", "ready", 0),
    ]
    assert providers[0]["until"] is not None
    assert "secret" not in str(providers)
    assert "10.0.0.7" not in str(providers)


def test_the_settings_of_the_account(client: TestClient, ours: Tenant, theirs: Tenant) -> None:
    del theirs
    shown = client.get("/api/v1/system/settings/", headers=ours.as_role("viewer")).json()["data"]
    assert (shown["slug"], shown["status"], shown["access_token_minutes"]) == ("crema", "active", 30)
