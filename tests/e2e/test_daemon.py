"""What `make dev` promises: an article asked for through the API is written by the running daemon, with nothing else to do."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.homes import ROOT, Home

PATIENCE_SECONDS = 240


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def api(tmp_path: Path) -> Iterator[httpx.Client]:
    """A deployment with the demonstration site, its daemon and its API, as `igny8 dev` starts them."""
    home = Home(tmp_path / "home")
    done = home.run("demo", "--articles", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    port, dagster_port = _free_port(), _free_port()
    address = f"http://127.0.0.1:{port}"
    home.settings["IGNY8_PUBLIC_URL"] = address
    log = (tmp_path / "dev.log").open("wb")
    process = subprocess.Popen(
        home.command("dev", "--api-port", str(port), "--dagster-port", str(dagster_port)),
        cwd=ROOT,
        env=home.environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
            _until(lambda: _answers(client), "the API did not start", tmp_path / "dev.log")
            signed_in = client.post(
                "/auth/login/", json={"email": "demo@cremalane.example", "password": "crema-lane-demo"}
            ).json()["data"]
            client.headers["Authorization"] = f"Bearer {signed_in.get('access') or signed_in['access_token']}"
            yield client
    finally:
        os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/system/health/").status_code == 200
    except httpx.TransportError:
        return False


def _until(condition: Any, complaint: str, log: Path | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        said = log.read_text(errors="replace")[-3000:] if log else ""
        assert time.monotonic() < deadline, f"{complaint}\n{said}"
        time.sleep(1)


@pytest.mark.slow
def test_an_article_asked_for_through_the_api_is_written_and_published(api: httpx.Client) -> None:
    asked = api.post("/writer/content/generate/", json={"site": "crema-lane", "articles": 1})
    assert asked.status_code == 202
    task = asked.json()["data"]["task_id"]

    def finished() -> bool:
        progress = api.get(f"/system/settings/task_progress/{task}/").json()["data"]
        assert progress["status"] != "failed", progress
        return bool(progress["status"] == "done")

    _until(finished, "the article was not written")

    def published() -> bool:
        articles = api.get("/writer/content/", params={"status": "published"}).json()
        return bool(articles["count"] == 2)

    _until(published, "the article was not published")
