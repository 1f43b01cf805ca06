"""What a measurement found, and how it is kept and shown.

Belongs here: figures, limits, the JSON file and the table. Does not belong here: how anything is measured.
"""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table

VERSIONS = ("dagster", "sqlalchemy", "pydantic", "pillow", "numpy", "opencv-python-headless")


class MeasurementFailed(Exception):
    """What was to be measured did not work; the message says what was run and how it ended."""


@dataclass(frozen=True)
class Figure:
    """One measured value.

    ``limit`` is the most that ``value`` may be, None where there is no limit. ``repeats`` are the raw measurements that
    ``value`` was taken from, in their order. ``note`` says what a reader needs in order to compare it.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    repeats: tuple[float, ...] = ()
    note: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the limit is held; None where there is none."""
        return None if self.limit is None else self.value <= self.limit

    def as_json(self) -> dict[str, Any]:
        """The figure as it is kept."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit,
            "held": self.held,
            "repeats": [round(each, 4) for each in self.repeats],
            "note": self.note,
        }


def median_figure(
    name: str, repeats: Sequence[float], unit: str, *, limit: float | None = None, note: str = ""
) -> Figure:
    """A figure whose value is the median of its repeats."""
    return Figure(name, statistics.median(repeats), unit, limit, tuple(repeats), note)


def median_ratio(
    name: str, measured: Sequence[float], peer: Sequence[float], *, limit: float | None = None, note: str = ""
) -> Figure:
    """How many times the peer's time was taken: the median over rounds, each round compared with itself.

    Raises:
        ValueError: the two were not measured in the same rounds.
    """
    if len(measured) != len(peer) or not peer:
        raise ValueError(f"{name}: {len(measured)} measurements beside {len(peer)} of the peer; each round needs both")
    ratios = tuple(mine / other for mine, other in zip(measured, peer, strict=True))
    return Figure(name, statistics.median(ratios), "x", limit, ratios, note)


@dataclass(frozen=True)
class Measurement:
    """All figures of one measurement, with the machine's load (1-minute average) before and after it."""

    name: str
    figures: tuple[Figure, ...]
    seconds: float
    load: tuple[float, float]
    failure: str = ""

    @property
    def held(self) -> bool:
        """Whether it could be measured and every limit is held."""
        return not self.failure and all(figure.held is not False for figure in self.figures)

    def as_json(self) -> dict[str, Any]:
        """The measurement as it is kept."""
        return {
            "name": self.name,
            "held": self.held,
            "failure": self.failure,
            "seconds": round(self.seconds, 1),
            "load_average_before": round(self.load[0], 2),
            "load_average_after": round(self.load[1], 2),
            "figures": [figure.as_json() for figure in self.figures],
        }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "cores_available": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONS},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def kept_results(began: datetime, measurements: Sequence[Measurement], *, quick: bool) -> dict[str, Any]:
    """The results as they are kept.

    Args:
        began: When the benchmark was started.
        measurements: What was measured.
        quick: Whether less was measured than a record needs.
    """
    return {
        "began_at": began.isoformat(timespec="seconds"),
        "quick": quick,
        "held": all(measurement.held for measurement in measurements),
        "machine": machine(),
        "measurements": [measurement.as_json() for measurement in measurements],
    }


def write_results(folder: Path, began: datetime, kept: dict[str, Any]) -> Path:
    """Keep results as ``<UTC time>.json`` and as ``latest.json``.

    Returns:
        The file with the time in its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    path = folder / f"{began:%Y%m%dT%H%M%SZ}.json"
    for target in (path, folder / "latest.json"):
        target.write_text(text, encoding="utf-8")
    return path


def results_table(measurements: Iterable[Measurement]) -> Table:
    """Every figure, its limit and whether it is held."""
    table = Table(title="igny8 bench", title_justify="left")
    table.add_column("figure", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("limit", justify="right", no_wrap=True)
    table.add_column("held", no_wrap=True)
    table.add_column("repeats", no_wrap=True)
    table.add_column("note", overflow="fold")
    for measurement in measurements:
        load = f"load {measurement.load[0]:.1f} → {measurement.load[1]:.1f}, {measurement.seconds:.0f} s"
        table.add_row(f"[bold]{measurement.name}[/]", "", "", "", "", load)
        if measurement.failure:
            table.add_row("  not measured", "", "", "[red]no[/]", "", measurement.failure)
        for figure in measurement.figures:
            table.add_row(
                f"  {figure.name}",
                f"{_number(figure.value)} {figure.unit}",
                "" if figure.limit is None else f"≤ {_number(figure.limit)}",
                {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[figure.held],
                _spread(figure.repeats),
                figure.note,
            )
        table.add_section()
    return table


def _spread(repeats: Sequence[float]) -> str:
    if len(repeats) < 2:
        return ""
    return f"{len(repeats)}: {_number(min(repeats))}–{_number(max(repeats))}"


def _number(value: float) -> str:
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
