"""``python -m bench``: measures the platform, keeps the figures, and says whether every limit is held."""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import article_overhead, daemon_throughput, demo, event_tick, import_time
from bench.home import temporary_home
from bench.results import Figure, Measurement, MeasurementFailed, results_table, write_results
from igny8_resources.settings import SettingsError, load_settings

Measure = Callable[..., list[Figure]]
MEASUREMENTS: dict[str, Measure] = {
    "import_time": import_time.measure,
    "article_overhead": article_overhead.measure,
    "event_tick": event_tick.measure,
    "demo": demo.measure,
    "daemon_throughput": daemon_throughput.measure,
}

console = Console()
app = typer.Typer(add_completion=False)


def measured(name: str, measure: Measure, bytecode: Path, *, quick: bool) -> Measurement:
    """Take one measurement in a home of its own."""
    before, began, failure = os.getloadavg()[0], time.monotonic(), ""
    figures: list[Figure] = []
    with temporary_home(bytecode) as home:
        try:
            figures = measure(home, quick=quick)
        except MeasurementFailed as failed:
            failure = str(failed)
    return Measurement(name, tuple(figures), time.monotonic() - began, (before, os.getloadavg()[0]), failure)


@app.command()
def bench(
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"Measure this alone: {', '.join(MEASUREMENTS)}.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Fewer repeats and articles: a look, not a measurement to keep.")] = False,
) -> None:
    """Measure the platform against its limits; ends with status 1 where one is not held."""
    if unknown := set(only or ()) - MEASUREMENTS.keys():
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASUREMENTS)}")
    began = datetime.now(UTC)
    try:
        folder = load_settings().home_path / "bench"
    except SettingsError as unusable:
        console.print(f"[red]{unusable}[/]")
        raise typer.Exit(2) from unusable
    taken: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="igny8-bench-bytecode-", ignore_cleanup_errors=True) as bytecode:
        for name in only or MEASUREMENTS:
            with console.status(f"{name} …"):
                taken.append(measured(name, MEASUREMENTS[name], Path(bytecode), quick=quick))
            console.print(f"{name}: {taken[-1].seconds:.0f} s")
    path = write_results(folder, began, taken, quick=quick)
    console.print(results_table(taken))
    console.print(f"Kept in {path}", soft_wrap=True)
    missed = [figure.name for measurement in taken for figure in measurement.figures if figure.held is False]
    if missed:
        console.print(f"[red]Limits that are not held:[/] {'; '.join(missed)}")
    if not all(measurement.held for measurement in taken):
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
