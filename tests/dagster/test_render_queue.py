"""Rendering on workers of the queue ``gpu``, through a real RabbitMQ: who gets the step, who does not, what is seen."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from render_hosts import VIDEO, RenderHome, wait_until

from igny8_resources.requests import Item, submit_request
from igny8_resources.settings import Settings, SettingsError
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from jobs.gpu_queue import queue_app, state_of
from jobs.names import RENDER_QUEUE, RENDER_VIDEO
from jobs.video import render_executor

pytestmark = pytest.mark.slow

BROKER = "amqp://guest:guest@127.0.0.1:5672"
WORKER = [sys.executable, "-m", "cli.main", "render-worker"]


def rabbitmqctl(*words: str) -> None:
    subprocess.run(["rabbitmqctl", "-q", *words], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def virtual_host() -> Iterator[str]:
    """A virtual host of RabbitMQ for this module alone. Skips where there is no server to administer; fails there in CI."""
    name = f"igny8-test-{uuid.uuid4().hex[:8]}"
    try:
        rabbitmqctl("add_vhost", name)
        rabbitmqctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    except (OSError, subprocess.SubprocessError) as unreachable:
        reason = f"no RabbitMQ on this machine that rabbitmqctl may administer: {unreachable}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    yield f"{BROKER}/{name}"
    rabbitmqctl("delete_vhost", name)


@pytest.fixture
def home(to_render: RenderHome, virtual_host: str) -> RenderHome:
    """A video to render, and nothing in the queue."""
    to_render.settings |= {"IGNY8_RENDER_EXECUTOR": "celery", "IGNY8_CELERY_BROKER": virtual_host}
    with queue_app(Settings(celery_broker=virtual_host)).connection_for_write() as connection:
        connection.default_channel.queue_delete(RENDER_QUEUE)
    return to_render


def ask_for_video(home: RenderHome) -> str:
    """Somebody waits for the video; the id of their request."""
    with home.deployment.parts.warehouse.write() as session:
        [project] = session.query(VideoProject).all()
        request, _ = submit_request(
            session,
            account_id=project.account_id,
            site_id=project.site_id,
            kind="video",
            payload={},
            items=[Item(RENDER_VIDEO, VIDEO)],
        )
        return request.id


def request_row(home: RenderHome, request: str) -> Request:
    [row] = home.deployment.rows(Request, Request.id == request)
    return row


def said(home: RenderHome, text: str) -> bool:
    return any(text in message for message in home.messages())


def test_a_render_waits_visibly_until_a_worker_of_its_queue_comes_and_no_other_gets_it(
    home: RenderHome, virtual_host: str, tmp_path: Path
) -> None:
    request = ask_for_video(home)
    run_log, other_log, gpu_log = tmp_path / "run.log", tmp_path / "other.log", tmp_path / "gpu.log"
    listen = "from igny8_resources.settings import load_settings; from jobs.gpu_queue import work_on_queue; "
    elsewhere = [sys.executable, "-c", f"{listen} work_on_queue(load_settings(), 'other', queue='elsewhere')"]
    with home.process(other_log, *elsewhere), home.run_of(run_log, VIDEO, "rendered_video") as run:
        wait_until(lambda: "ready." in other_log.read_text(), "the other worker", other_log)
        waits = (
            "rendered_video waits for a worker on the queue gpu: none is connected. "
            "Start one on the GPU host with: igny8 render-worker"
        )
        wait_until(lambda: said(home, waits), "a word about waiting", run_log, other_log, during=run)
        wait_until(lambda: request_row(home, request).message == waits, "the request's message", run_log, during=run)
        assert request_row(home, request).status == "running"
        assert home.status() is dg.DagsterRunStatus.STARTED
        assert state_of(queue_app(Settings(celery_broker=virtual_host)), RENDER_QUEUE).waiting == 1

        with home.process(gpu_log, *WORKER):
            wait_until(lambda: run.poll() is not None, "the end of the run", run_log, gpu_log)
        assert run.returncode == 0, run_log.read_text()[-3000:]
    assert "igny8.execute_step" not in other_log.read_text().partition("ready.")[2]
    assert said(home, "The worker gpu@")
    [render] = home.deployment.rows(VideoRender)
    assert home.deployment.parts.media.exists(render.media_key)
    # The check of the file needs no GPU: it ran beside the run.
    assert gpu_log.read_text().count("succeeded in") == 1
    with home.instance() as instance:
        checked = instance.get_records_for_run(
            instance.get_runs(limit=1)[0].run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
    assert checked
    assert all(record.event_log_entry.dagster_event.event_specific_data.passed for record in checked)


def test_a_step_whose_worker_is_killed_goes_to_the_next_worker(home: RenderHome, tmp_path: Path) -> None:
    home.settings["SMALL_VIDEOS_FPS"] = "30"
    run_log, first_log, second_log = tmp_path / "run.log", tmp_path / "first.log", tmp_path / "second.log"
    with home.process(first_log, *WORKER) as first, home.run_of(run_log, VIDEO, "rendered_video") as run:
        wait_until(lambda: said(home, "frame "), "the first worker's progress", run_log, first_log, during=run)
        first.send_signal(signal.SIGKILL)
        first.wait()
        with home.process(second_log, *WORKER, "--name", "second"):
            wait_until(lambda: run.poll() is not None, "the end of the run", run_log, second_log)
    assert run.returncode == 0, run_log.read_text()[-3000:]
    assert said(home, "begins this step, again: the worker that had it is gone.")
    assert len(home.deployment.rows(VideoRender)) == 1


def test_a_cancelled_run_ends_the_render_on_its_worker_and_leaves_nothing(home: RenderHome, tmp_path: Path) -> None:
    home.settings |= {"SMALL_VIDEOS_FPS": "30", "TMPDIR": str(tmp_path / "scratch")}
    (tmp_path / "scratch").mkdir()
    run_log, gpu_log = tmp_path / "run.log", tmp_path / "gpu.log"
    with home.process(gpu_log, *WORKER), home.run_of(run_log, VIDEO, "rendered_video") as run:
        wait_until(lambda: said(home, "frame "), "the worker's progress", run_log, gpu_log, during=run)
        run.send_signal(signal.SIGINT)
        wait_until(lambda: run.poll() is not None, "the end of the run", run_log, gpu_log)
        wait_until(lambda: "succeeded in" in gpu_log.read_text(), "the worker to be free", gpu_log)
    assert home.status() in {dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE}
    assert home.deployment.rows(VideoRender) == []
    assert [path.name for path in (tmp_path / "scratch").iterdir() if "igny8" in path.name] == []


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"IGNY8_CELERY_BROKER: name the RabbitMQ server"):
        render_executor(Settings(render_executor="celery"))
    monkeypatch.setitem(sys.modules, "dagster_celery.executor", None)
    with pytest.raises(SettingsError, match=r"pip install 'igny8\[celery\]'"):
        render_executor(Settings(render_executor="celery"))
