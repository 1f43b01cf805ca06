"""``python -m bench.planner``: judges and times the planner beside its peers, and says whether every limit is held."""

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from bench.home import temporary_home
from bench.planner.import_speed import import_figures
from bench.planner.programs import Programs
from bench.planner.quality import limits_of, scores_of
from bench.planner.query_sets import HOW_TO_GET_BANKING77, LabelledSet, banking77, search_queries
from bench.planner.report import markdown, report
from bench.planner.speed import clustering_figures, embedding_figures
from bench.planner.stability import stability_figures
from bench.results import Figure, write_results
from bench.running import chosen, conclude, console, results_folder, shared_bytecode, taken

NAMES = ("quality", "banking77", "stability", "embedding", "clustering", "import")

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    banking77_file: Annotated[
        Path | None,
        typer.Option("--banking77", envvar="IGNY8_BENCH_BANKING77", help="The banking77 questions as one CSV file."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help=f"This alone: {', '.join(NAMES)}.")] = None,
    threads: Annotated[int, typer.Option(min=0, help="Threads for every program; 0 is every core.")] = 0,
    quick: Annotated[bool, typer.Option(help="Smaller and once: a look, not a measurement to keep.")] = False,
    show: Annotated[Path | None, typer.Option(help="Print a kept report as the tables of docs/performance.md.")] = None,
) -> None:
    """Measure the planner against its limits and its peers; ends with status 1 where a limit is not held."""
    if show is not None:
        typer.echo(markdown(json.loads(show.read_text(encoding="utf-8"))), nl=False)
        return
    names, folder, began = chosen(only, NAMES), results_folder("planner"), datetime.now(UTC)
    with shared_bytecode() as bytecode:
        kept = _measured(began, names, banking77_file, bytecode, threads=threads, quick=quick)
    path = write_results(folder, began, kept)
    console.print(Markdown(markdown(kept)))
    console.print(f"Kept in {path}", soft_wrap=True)
    if kept["banking77"] == "absent":
        console.print(f"[yellow]Left out:[/] {HOW_TO_GET_BANKING77}", soft_wrap=True)
    conclude(kept)


def _measured(
    began: datetime, names: tuple[str, ...], banking77_file: Path | None, bytecode: Path, *, threads: int, quick: bool
) -> dict[str, Any]:
    """The report of everything that was asked for."""
    scores: list[dict[str, Any]] = []

    def judged(programs: Programs, sets: Callable[[], tuple[LabelledSet, LabelledSet]]) -> list[Figure]:
        figures: list[Figure] = []
        for labelled in sets():
            found = scores_of(programs, labelled, quick=quick)
            scores.extend(score.as_json() for score in found)
            figures += limits_of(found)
        return figures

    with temporary_home(bytecode) as home, tempfile.TemporaryDirectory(prefix="igny8-bench-planner-") as scratch:
        programs = Programs(home, Path(scratch), threads or len(os.sched_getaffinity(0)))
        measures: dict[str, Callable[[], list[Figure]]] = {
            "quality": lambda: judged(programs, search_queries),
            "stability": lambda: stability_figures(programs, quick=quick),
            "embedding": lambda: embedding_figures(programs, quick=quick),
            "clustering": lambda: clustering_figures(programs, quick=quick),
            "import": lambda: import_figures(programs, quick=quick),
        }
        if banking77_file is not None:
            measures["banking77"] = lambda: judged(programs, lambda: banking77(banking77_file))
        # The model's graph is built once; no measurement shall pay for it.
        programs.embed(["a first text"], "first")
        measurements = [taken(name, measures[name]) for name in NAMES if name in names and name in measures]
        return report(
            began,
            measurements,
            scores=scores,
            peers=programs.peer_versions() if programs.peers_python.exists() else {},
            banking77=_banking77_state(names, banking77_file),
            quick=quick,
        )


def _banking77_state(names: tuple[str, ...], file: Path | None) -> str:
    if "banking77" not in names:
        return "not asked for"
    return "absent" if file is None else "measured"


if __name__ == "__main__":
    app()
