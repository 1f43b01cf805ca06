"""How every ``python -m bench…`` runs: its measurements one after the other, kept, shown, and judged by the exit status.

Belongs here: the frame around measurements. Does not belong here: what is measured, and how a figure is kept or shown.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.home import temporary_home
from bench.results import Figure, Measurement, MeasurementFailed, kept_results, results_table, write_results
from igny8_resources.settings import SettingsError, load_settings

# Takes a home of its own and ``quick``.
Measure = Callable[..., list[Figure]]

console = Console()


def program(measures: Mapping[str, Measure], about: str, *folder: str) -> typer.Typer:
    """A command line that takes measurements, each in a home of its own.

    Args:
        measures: The measurements by name, in their order.
        about: What the command says of itself.
        folder: Where below ``IGNY8_HOME/bench`` its results are kept.
    """
    app = typer.Typer(add_completion=False)

    @app.command(help=about)
    def bench(
        only: Annotated[
            list[str] | None, typer.Option(metavar="NAME", help=f"Measure this alone: {', '.join(measures)}.")
        ] = None,
        quick: Annotated[
            bool, typer.Option(help="Fewer repeats and articles: a look, not a measurement to keep.")
        ] = False,
    ) -> None:
        names, kept_in, began = chosen(only, measures), results_folder(*folder), datetime.now(UTC)
        with shared_bytecode() as bytecode:
            measurements = [in_own_home(name, measures[name], bytecode, quick=quick) for name in names]
        kept = kept_results(began, measurements, quick=quick)
        path = write_results(kept_in, began, kept)
        console.print(results_table(measurements))
        console.print(f"Kept in {path}", soft_wrap=True)
        conclude(kept)

    return app


def chosen(only: Iterable[str] | None, names: Iterable[str]) -> tuple[str, ...]:
    """The names to measure: those asked for, else all.

    Raises:
        typer.BadParameter: one that was asked for does not exist.
    """
    known, wanted = tuple(names), tuple(only or ())
    if unknown := set(wanted) - set(known):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(known)}")
    return wanted or known


def results_folder(*below: str) -> Path:
    """Where results are kept, in the user's own home.

    Raises:
        typer.Exit: the settings cannot be used; the reason has been printed.
    """
    try:
        return load_settings().home_path.joinpath("bench", *below)
    except SettingsError as unusable:
        console.print(f"[red]{unusable}[/]")
        raise typer.Exit(2) from unusable


@contextmanager
def shared_bytecode() -> Iterator[Path]:
    """A folder for compiled modules that all measurements of one run share, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="igny8-bench-bytecode-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def in_own_home(name: str, measure: Measure, bytecode: Path, *, quick: bool) -> Measurement:
    """Take one measurement in a home of its own."""
    with temporary_home(bytecode) as home:
        return taken(name, lambda: measure(home, quick=quick))


def taken(name: str, measure: Callable[[], list[Figure]]) -> Measurement:
    """One measurement; what cannot be measured is a failure of it alone."""
    before, began, failure = os.getloadavg()[0], time.monotonic(), ""
    figures: list[Figure] = []
    try:
        with console.status(f"{name} …"):
            figures = measure()
    except MeasurementFailed as failed:
        failure = str(failed)
    seconds = time.monotonic() - began
    console.print(f"{name}: {seconds:.0f} s")
    return Measurement(name, tuple(figures), seconds, (before, os.getloadavg()[0]), failure)


def conclude(kept: dict[str, Any]) -> None:
    """Say which limits are not held.

    Raises:
        typer.Exit: with status 1, where one is not held or something could not be measured.
    """
    figures = [figure for measurement in kept["measurements"] for figure in measurement["figures"]]
    missed = [figure["name"] for figure in figures if figure["held"] is False]
    if missed:
        console.print(f"[red]Limits that are not held:[/] {'; '.join(missed)}", soft_wrap=True)
    if not kept["held"]:
        raise typer.Exit(1)
