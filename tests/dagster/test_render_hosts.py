"""The video location on a host of its own: two hosts, each a network namespace, with a wire between them."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from render_hosts import NOT_BEGUN, VIDEO, RenderHome, wait_until

from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from jobs.names import RENDER_VIDEO

PORT = "4001"


@dataclass(frozen=True)
class Hosts:
    """Two hosts by the names of their namespaces, and the GPU host's address."""

    content: str
    gpu: str
    gpu_address: str


def ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=30).stdout


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Two namespaces joined by a veth pair. Skips where making them is not allowed; fails there in CI."""
    mark = uuid.uuid4().hex[:5]
    content, gpu = f"igny8-{mark}-content", f"igny8-{mark}-gpu"
    try:
        for name in (content, gpu):
            ip("netns", "add", name)
        ip("link", "add", f"c{mark}", "netns", content, "type", "veth", "peer", "name", f"g{mark}", "netns", gpu)
        for name, device, address in ((content, f"c{mark}", "10.231.7.1/24"), (gpu, f"g{mark}", "10.231.7.2/24")):
            ip("-n", name, "address", "add", address, "dev", device)
            for up in (device, "lo"):
                ip("-n", name, "link", "set", up, "up")
    except (OSError, subprocess.SubprocessError) as refused:
        for name in (content, gpu):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False) if shutil.which(
                "ip"
            ) else None
        reason = f"network namespaces need root and iproute2: {refused}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    yield Hosts(content, gpu, "10.231.7.2")
    for name in (content, gpu):
        ip("netns", "delete", name)


@pytest.mark.slow
def test_the_daemon_of_one_host_has_a_video_rendered_on_the_other(
    to_render: RenderHome, hosts: Hosts, tmp_path: Path
) -> None:
    home = to_render
    # Three times the frames: long enough on its way to be looked at.
    home.settings["SMALL_VIDEOS_FPS"] = "30"
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text(
        f"load_from:\n  - grpc_server: {{host: {hosts.gpu_address}, port: {PORT}, location_name: video}}\n"
    )
    programs = Path(sys.executable).parent
    server = [
        str(programs / "dagster"),
        "api",
        "grpc",
        "-m",
        "small_videos",
        "--host",
        hosts.gpu_address,
        "--port",
        PORT,
    ]
    daemon = [str(programs / "dagster-daemon"), "run", "-w", str(workspace)]
    server_log, daemon_log = tmp_path / "server.log", tmp_path / "daemon.log"
    with home.process(server_log, *server, prefix=["ip", "netns", "exec", hosts.gpu]) as serving:
        wait_until(
            lambda: "Started Dagster code server" in server_log.read_text(),
            "the code server",
            server_log,
            during=serving,
        )
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
        with home.process(daemon_log, *daemon, prefix=["ip", "netns", "exec", hosts.content]) as launching:
            rendering: list[int] = []

            def begun() -> bool:
                rendering[:] = pids_of(home, "rendered_video")
                return bool(rendering)

            wait_until(begun, "the render's begin", server_log, daemon_log, during=launching)
            assert ip("netns", "identify", str(rendering[0])).strip() == hosts.gpu
            assert ip("netns", "identify", str(launching.pid)).strip() == hosts.content
            wait_until(lambda: home.status() in ENDED, "the end of the run", server_log, daemon_log, during=launching)
    assert home.status() is dg.DagsterRunStatus.SUCCESS, server_log.read_text()[-3000:]
    assert len(home.deployment.rows(VideoRender)) == 1
    [asked] = home.deployment.rows(Request, Request.id == request.id)
    assert asked.status == "done"


ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def pids_of(home: RenderHome, step: str) -> list[int]:
    """The processes that a step of the newest run began in."""
    with home.instance() as instance:
        runs = instance.get_runs(limit=1)
        begun = bool(runs) and runs[0].status not in NOT_BEGUN
        events = instance.all_logs(runs[0].run_id, of_type=dg.DagsterEventType.STEP_START) if begun else []
        return [
            entry.dagster_event.pid
            for entry in events
            if entry.dagster_event and entry.dagster_event.step_key == step and entry.dagster_event.pid
        ]
