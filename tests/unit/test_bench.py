"""The benchmark's own rules: what a figure says, how ratios are taken, what is kept, and that its homes are its own."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bench.home import ROOT, temporary_home
from bench.process_tree import PeakMemory, cpu_seconds, memory_bytes
from bench.results import (
    Figure,
    Measurement,
    MeasurementFailed,
    kept_results,
    median_figure,
    median_ratio,
    results_table,
    write_results,
)
from bench.running import in_own_home

HEAVY = (
    "sqlalchemy",
    "pandas",
    "numpy",
    "sklearn",
    "PIL",
    "cv2",
    "moviepy",
    "openai",
    "graspologic_native",
    "networkx",
    "onnxruntime",
    "usearch",
    "nh3",
    "jinja2",
    "lxml",
)


def a_measurement(*figures: Figure, failure: str = "") -> Measurement:
    return Measurement("import_time", figures, 12.3, (0.5, 0.75), failure)


def test_a_figure_holds_its_limit_up_to_and_including_it():
    assert Figure("tick", 100.0, "ms", limit=100).held is True
    assert Figure("tick", 100.1, "ms", limit=100).held is False
    assert Figure("articles a minute", 4.0, "/min").held is None


def test_a_ratio_compares_each_round_with_itself():
    # The machine was twice as slow in the second round, for both: the ratio does not notice.
    ratio = median_ratio("content / dagster", [1.2, 2.4, 1.3], [1.0, 2.0, 1.0], limit=1.6)
    assert ratio.value == pytest.approx(1.2)
    assert ratio.repeats == pytest.approx((1.2, 1.2, 1.3))
    assert ratio.held is True


def test_a_ratio_needs_the_peer_in_every_round():
    with pytest.raises(ValueError, match="3 measurements beside 2 of the peer"):
        median_ratio("content / dagster", [1.0, 1.0, 1.0], [1.0, 1.0])


def test_a_measurement_holds_when_all_its_limits_do_and_fails_when_it_could_not_be_taken():
    held, missed, unlimited = Figure("a", 1, "s", 2), Figure("b", 3, "s", 2), Figure("c", 9, "s")
    assert a_measurement(held, unlimited).held
    assert not a_measurement(held, missed).held
    assert not a_measurement(failure="igny8 demo ended with 1").held


def test_results_are_kept_with_limits_raw_repeats_and_the_machine(tmp_path):
    began = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
    figure = median_figure("tick, 100 partitions", [5.0, 7.0, 6.0], "ms", limit=100, note="nothing new")
    path = write_results(tmp_path / "bench", began, kept_results(began, [a_measurement(figure)], quick=True))

    assert path.name == "20261121T030405Z.json"
    assert (tmp_path / "bench" / "latest.json").read_text() == path.read_text()
    kept = json.loads(path.read_text())
    assert kept["held"] is True
    assert kept["quick"] is True
    assert kept["began_at"] == "2026-11-21T03:04:05+00:00"
    assert kept["machine"]["cores"] == os.cpu_count()
    assert {"python", "memory_gib", "processor"} <= kept["machine"].keys()
    assert {"dagster", "sqlalchemy"} <= kept["machine"]["versions"].keys()
    (measurement,) = kept["measurements"]
    assert (measurement["load_average_before"], measurement["load_average_after"]) == (0.5, 0.75)
    assert measurement["figures"] == [
        {
            "name": "tick, 100 partitions",
            "value": 6.0,
            "unit": "ms",
            "limit": 100,
            "held": True,
            "repeats": [5.0, 7.0, 6.0],
            "note": "nothing new",
        }
    ]


def test_the_table_names_what_missed_its_limit_and_what_could_not_be_measured():
    console = Console(width=160, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    console.print(
        results_table([a_measurement(Figure("demo, wall", 200, "s", 180)), a_measurement(failure="no daemon")])
    )
    text = console.export_text()
    assert "200 s" in text
    assert "≤ 180" in text
    assert "no daemon" in text


def test_a_measurement_that_fails_is_noted_and_the_next_ones_go_on(tmp_path):
    def measure(_home, *, quick):
        raise MeasurementFailed("igny8 demo ended with 1")

    taken = in_own_home("demo", measure, tmp_path, quick=True)
    assert not taken.held
    assert taken.failure == "igny8 demo ended with 1"


def test_a_home_is_empty_knows_nothing_of_the_users_settings_and_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("IGNY8_HOME", "the-users-own")
    monkeypatch.setenv("IGNY8_OPENAI_API_KEY", "the-users-key")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    with temporary_home(tmp_path) as home:
        assert list(home.folder.iterdir()) == []
        with home.entered():
            assert os.environ["IGNY8_HOME"] == str(home.folder)
            assert "IGNY8_OPENAI_API_KEY" not in os.environ
            assert "PYTHONDONTWRITEBYTECODE" not in os.environ
        assert os.environ["IGNY8_HOME"] == "the-users-own"
    assert not home.folder.exists()


def test_a_process_tree_counts_what_grandchildren_used():
    spin = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    child = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {spin!r}]); print('done', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        with PeakMemory(process.pid).watched() as memory:
            assert process.stdout.readline() == b"done\n"
            time.sleep(2 * PeakMemory.SECONDS_BETWEEN_LOOKS)
        assert cpu_seconds(process.pid) >= 0.25
        assert memory.peak >= 2**20
        assert memory_bytes(process.pid) > 0
    finally:
        process.communicate(b"\n")


@pytest.mark.parametrize("location", ["igny8_assets.definitions", "igny8_assets.video.definitions"])
def test_loading_a_code_location_leaves_heavy_libraries_for_the_steps_that_use_them(location):
    loaded = f"import sys, {location}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
