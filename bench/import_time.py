"""How long a fresh interpreter takes to load a code location, beside Dagster alone.

Every run of an article is a process, and every process loads its code location first.
"""

import subprocess
import sys
import time

from bench.home import ROOT, Home
from bench.results import Figure, MeasurementFailed, median_figure, median_ratio

PEER = "dagster"
LOCATIONS = {"content": "igny8_assets.definitions", "video": "igny8_assets.video.definitions"}
MOST_TIMES_DAGSTER = 1.6
ROUNDS = 11
QUICK_ROUNDS = 5


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """Dagster and both code locations in turn, round after round; the ratio is taken within each round."""
    kept = home.environment
    forbidden = {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(home.folder / "nothing-compiled")}
    figures = _compared(kept, QUICK_ROUNDS if quick else ROUNDS, "")
    return figures + _compared(forbidden, QUICK_ROUNDS, ", nothing compiled")


def _compared(environment: dict[str, str], rounds: int, suffix: str) -> list[Figure]:
    modules = [PEER, *LOCATIONS.values()]
    for module in modules:
        _import_seconds(module, environment)
    seconds: dict[str, list[float]] = {module: [] for module in modules}
    for _ in range(rounds):
        for module in modules:
            seconds[module].append(_import_seconds(module, environment))
    figures = [median_figure(f"import dagster{suffix}", seconds[PEER], "s")]
    for location, module in LOCATIONS.items():
        figures += [
            median_figure(f"import {location}{suffix}", seconds[module], "s"),
            median_ratio(
                f"{location} / dagster{suffix}", seconds[module], seconds[PEER], limit=MOST_TIMES_DAGSTER, note=module
            ),
        ]
    return figures


def _import_seconds(module: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if ended.returncode:
        raise MeasurementFailed(f"import {module} ended with {ended.returncode}: {ended.stderr[-500:]}")
    return seconds
