"""``igny8 demo`` as a person runs it after the installation: how long, how much memory, and how long the second time."""

import time

from bench.home import Home
from bench.process_tree import PeakMemory, cpu_seconds
from bench.results import Figure, MeasurementFailed

MOST_SECONDS = 180
MOST_GIB = 1.5
ARTICLES = 6
QUICK_ARTICLES = 2
SECONDS_TO_WAIT = 900


def measure(home: Home, *, quick: bool) -> list[Figure]:
    """The demonstration in an empty home, then once more in the same one."""
    articles = QUICK_ARTICLES if quick else ARTICLES
    first, peak, cpu = _run(home, articles)
    second, _, _ = _run(home, articles)
    what = f"{articles} articles, site, posts, one video"
    return [
        Figure("igny8 demo, wall", first, "s", MOST_SECONDS, note=what),
        Figure("igny8 demo, peak memory", peak / 2**30, "GiB", MOST_GIB, note="PSS of the process tree"),
        Figure("igny8 demo, CPU", cpu, "s", note="user + system of the process tree"),
        Figure("igny8 demo a second time, wall", second, "s", note="does nothing twice"),
    ]


def _run(home: Home, articles: int) -> tuple[float, int, float]:
    log = home.folder / "demo.log"
    began = time.perf_counter()
    process = home.start("cli.main", "demo", "--articles", str(articles), log=log)
    cpu = 0.0
    try:
        with PeakMemory(process.pid).watched() as memory:
            while process.poll() is None and time.perf_counter() - began < SECONDS_TO_WAIT:
                cpu = max(cpu, cpu_seconds(process.pid))
                time.sleep(0.1)
        seconds = time.perf_counter() - began
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise MeasurementFailed(f"igny8 demo ended with {process.returncode}: {log.read_text()[-800:]}")
    return seconds, memory.peak, cpu
