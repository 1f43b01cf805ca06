"""Commands that stay: ``igny8 serve`` (the API), ``igny8 dev`` (the API and Dagster together), ``igny8 render-worker``."""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.terminal import PortTaken, console, platform_here, sentences

SECONDS_TO_FINISH = 5


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the REST API, the built sites and the start page."""
    import uvicorn

    from api.app import create_app
    from igny8_resources.warehouse.migrate import require_schema

    with sentences():
        _require_free(port, "--port")
        app = create_app()
        # By the API's own way in: the host that serves it need not know how the owner connects.
        require_schema(app.state.service.warehouse)
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_level="info",
            # Whoever listens to a request stays connected; they come back to the next process.
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )


def dev(
    api_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    dagster_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's UI.")] = 3000,
) -> None:
    """Start Dagster (UI, daemon, both code locations) and the API together; Ctrl-C ends both."""
    from cli.instance import prepare
    from cli.processes import Command, run_together

    with sentences():
        _require_free(api_port, "--api-port")
        _require_free(dagster_port, "--dagster-port")
        # Links between the two lead to where they listen, unless the deployment says otherwise.
        os.environ.setdefault("IGNY8_PUBLIC_URL", f"http://127.0.0.1:{api_port}")
        os.environ.setdefault("IGNY8_DAGSTER_URL", f"http://127.0.0.1:{dagster_port}")
        parts = platform_here(ready=False)
        prepare(parts)
        console.print(f"Dagster  http://127.0.0.1:{dagster_port}", soft_wrap=True)
        console.print(f"API      http://127.0.0.1:{api_port}  (start page; reference at /api/v1/docs)", soft_wrap=True)
        console.print("Both take some seconds to answer. Ctrl-C ends them.")
        raise typer.Exit(
            run_together(
                [
                    Command("dagster", _dagster_dev(dagster_port)),
                    Command("api", [sys.executable, "-m", "cli.main", "serve", "--port", str(api_port)]),
                ]
            )
        )


def render_worker(
    name: Annotated[str, typer.Option(help="How RabbitMQ and the runs' logs call this worker.")] = "gpu",
) -> None:
    """Take render steps from the queue `gpu`, one at a time; for IGNY8_RENDER_EXECUTOR=celery."""
    from cli.instance import prepare_dagster
    from jobs.gpu_queue import work_on_queue

    with sentences():
        # The steps' processes load the video location as the host does that queued them.
        os.environ["IGNY8_RENDER_EXECUTOR"] = "celery"
        settings = platform_here().settings
        prepare_dagster(settings)
        work_on_queue(settings, name)


def _require_free(port: int, option: str) -> None:
    with socket.socket() as probe:
        # As the servers do: a port whose last connection closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise PortTaken(f"port {port} is taken by another program; choose another with {option}") from taken


def _dagster_dev(port: int) -> list[str]:
    from cli.instance import WORKSPACE, deployment_file

    beside = Path(sys.executable).with_name("dagster")
    program = str(beside) if beside.exists() else shutil.which("dagster") or "dagster"
    return [
        program,
        "dev",
        "-w",
        str(deployment_file(WORKSPACE)),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "--log-level",
        "warning",
    ]
