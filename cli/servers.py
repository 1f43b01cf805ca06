"""Commands that stay: ``igny8 serve`` (the API) and ``igny8 dev`` (the API and Dagster together)."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.terminal import platform_here, sentences


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the REST API, the built sites and the start page."""
    import uvicorn

    with sentences():
        platform_here()
        uvicorn.run("api.app:create_app", factory=True, host=host, port=port, log_level="info")


def dev(
    api_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    dagster_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's UI.")] = 3000,
) -> None:
    """Start Dagster (UI, daemon, both code locations) and the API together; Ctrl-C ends both."""
    from cli.instance import prepare
    from cli.processes import Command, run_together

    with sentences():
        parts = platform_here(ready=False)
        prepare(parts)
        raise typer.Exit(
            run_together(
                [
                    Command("dagster", _dagster_dev(dagster_port)),
                    Command("api", [sys.executable, "-m", "cli.main", "serve", "--port", str(api_port)]),
                ]
            )
        )


def _dagster_dev(port: int) -> list[str]:
    from cli.instance import WORKSPACE, deployment_file

    beside = Path(sys.executable).with_name("dagster")
    program = str(beside) if beside.exists() else shutil.which("dagster") or "dagster"
    return [program, "dev", "-w", str(deployment_file(WORKSPACE)), "-h", "127.0.0.1", "-p", str(port)]
