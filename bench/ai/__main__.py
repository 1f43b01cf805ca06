"""``python -m bench.ai``: measures how the platform puts models to work, and says whether every limit is held."""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.ai import measures
from bench.home import temporary_home
from bench.results import Figure, Measurement, MeasurementFailed, results_table, write_results
from igny8_resources.settings import SettingsError, load_settings

MEASUREMENTS: dict[str, Callable[..., list[Figure]]] = {
    "limits": measures.limits,
    "bulk": measures.bulk,
    "overhead": measures.overhead,
    "replay": measures.replay,
}

console = Console()
app = typer.Typer(add_completion=False)


def taken(name: str, bytecode: Path, *, quick: bool) -> Measurement:
    """One measurement in a home of its own; what cannot be measured is a failure of it alone."""
    before, began, failure = os.getloadavg()[0], time.monotonic(), ""
    figures: list[Figure] = []
    with temporary_home(bytecode) as home:
        try:
            figures = MEASUREMENTS[name](home, quick=quick)
        except MeasurementFailed as failed:
            failure = str(failed)
    return Measurement(name, tuple(figures), time.monotonic() - began, (before, os.getloadavg()[0]), failure)


@app.command()
def bench(
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"Measure this alone: {', '.join(MEASUREMENTS)}.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Fewer articles: a look, not a measurement to keep.")] = False,
) -> None:
    """Measure the AI layer against its limits; ends with status 1 where one is not held."""
    if unknown := set(only or ()) - MEASUREMENTS.keys():
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASUREMENTS)}")
    began = datetime.now(UTC)
    try:
        folder = load_settings().home_path / "bench" / "ai"
    except SettingsError as unusable:
        console.print(f"[red]{unusable}[/]")
        raise typer.Exit(2) from unusable
    measured: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="igny8-bench-bytecode-", ignore_cleanup_errors=True) as bytecode:
        for name in only or MEASUREMENTS:
            with console.status(f"{name} …"):
                measured.append(taken(name, Path(bytecode), quick=quick))
            console.print(f"{name}: {measured[-1].seconds:.0f} s")
    path = write_results(folder, began, measured, quick=quick)
    console.print(results_table(measured))
    console.print(f"Kept in {path}", soft_wrap=True)
    if not all(measurement.held for measurement in measured):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
