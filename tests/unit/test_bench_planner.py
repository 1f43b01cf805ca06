"""The planner benchmark's own rules: its labelled queries are sound, its measures right, its report complete."""

import csv
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import pytest

from bench.home import temporary_home
from bench.planner.agreement import agreement
from bench.planner.at_least import AtLeast, times_as_fast
from bench.planner.export_files import write_ahrefs_export
from bench.planner.generated_keywords import generated_keywords
from bench.planner.labelled_queries import labelled_queries
from bench.planner.programs import Programs
from bench.planner.quality import JUDGED_PEERS, OURS, Score, limits_of
from bench.planner.query_sets import LabelledSet, banking77, halves_of, search_queries
from bench.planner.report import markdown, report
from bench.results import Figure, Measurement, MeasurementFailed, write_results
from igny8_assets.planner.keywords.files import preview
from igny8_resources.word_stems import normalise


def test_the_labelled_queries_are_many_distinct_and_the_same_every_time():
    queries = labelled_queries()
    assert queries == labelled_queries()
    assert 1500 <= len(queries) <= 2500
    assert len({query.page for query in queries}) >= 60
    assert len({normalise(query.text) for query in queries}) == len(queries)
    assert all(query.text == normalise(query.text) for query in queries)


def test_page_sizes_fall_off_and_no_page_is_only_one_query():
    sizes = sorted(Counter(query.page for query in labelled_queries()).values(), reverse=True)
    assert sizes[0] > 5 * sizes[len(sizes) // 3]
    assert sizes[-1] >= 2


def test_distractors_are_pages_of_their_own_that_share_words_with_the_page_beside_them():
    by_page = {query.page: query.family for query in labelled_queries()}
    distractors = [page for page in by_page if page.startswith("not ")]
    assert len(distractors) >= 40
    assert by_page["not espresso machine: espresso martini recipe"] == "espresso machine"


def test_both_halves_of_the_queries_are_about_other_things():
    tune, held_out = search_queries()
    assert (tune.half, held_out.half) == ("tune", "held out")
    assert not set(tune.labels) & set(held_out.labels)
    assert not {label.removeprefix("not ").split(":")[0] for label in tune.labels} & {
        label.removeprefix("not ").split(":")[0] for label in held_out.labels
    }
    assert len(tune.texts) + len(held_out.texts) == len(labelled_queries())
    assert min(len(set(tune.labels)), len(set(held_out.labels))) >= 60


def test_halves_hang_on_the_names_alone():
    names = [f"topic {number}" for number in range(9)]
    halves = halves_of(names)
    assert halves == halves_of(reversed(names * 2))
    assert Counter(halves.values()) == {"tune": 5, "held out": 4}


def test_banking77_is_halved_by_intent_and_repeated_questions_count_once(tmp_path):
    path = tmp_path / "banking77.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["split", "text", "label"])
        writer.writerows(
            ["train", f"Question {number} of {intent}?", f"intent_{intent}"]
            for intent in range(77)
            for number in range(3)
        )
        writer.writerow(["test", " question 0 of 5? ", "intent_6"])
    tune, held_out = banking77(path)
    assert len(tune.texts) + len(held_out.texts) == 3 * 77
    assert (len(set(tune.labels)), len(set(held_out.labels))) == (39, 38)
    assert not set(tune.labels) & set(held_out.labels)


@pytest.mark.parametrize("content", ["text;label\na;b\n", "split,text,label\ntrain,Where is my card?,card_arrival\n"])
def test_another_file_is_not_taken_for_banking77(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_text(content)
    with pytest.raises(MeasurementFailed, match="banking77"):
        banking77(path)


def test_the_same_groups_under_other_names_agree_fully():
    found = agreement(["a", "a", "b", "b"], ["c7", "c7", "c2", "c2"])
    assert (found.adjusted_rand, found.v_measure) == (1.0, pytest.approx(1.0))
    assert (found.unclustered, found.alone, found.clusters) == (0.0, 0.0, 2)


def test_rows_left_out_are_clusters_of_their_own_and_not_one_together():
    # As one cluster the last two would agree with their label.
    found = agreement(["a", "a", "b", "b"], [0, 0, -1, -1])
    apart = agreement(["a", "a", "b", "b"], [0, 0, 1, 2])
    assert found.adjusted_rand == apart.adjusted_rand < 1
    assert found.v_measure == apart.v_measure < 1
    assert (found.unclustered, found.alone, found.clusters) == (0.5, 0.5, 1)
    assert (apart.unclustered, apart.alone, apart.clusters) == (0.0, 0.5, 3)


def test_everything_in_one_cluster_is_worth_nothing():
    found = agreement(["a", "a", "b", "b"], ["x"] * 4)
    assert (found.adjusted_rand, found.v_measure) == (0.0, 0.0)


def test_agreement_needs_a_cluster_for_each_label():
    with pytest.raises(ValueError, match="3 labels but 2 rows"):
        agreement(["a", "a", "b"], [0, 0])


def a_score(method: str, labelled: LabelledSet, found: list[str | int]) -> Score:
    return Score(labelled, method, agreement(labelled.labels, found), 0.5)


def test_ours_is_held_against_the_best_peer_of_each_half_and_may_leave_nothing_out():
    labelled = LabelledSet("queries", "held out", tuple("wxyz"), ("a", "a", "b", "b"))
    scores = [a_score(method, labelled, [-1, -1, -1, -1]) for method in JUDGED_PEERS]
    scores[2] = a_score(JUDGED_PEERS[2], labelled, [0, 0, 1, 1])
    ours = a_score(OURS, labelled, ["c1", "c1", "c2", "c3"])
    rand, v_measure, unclustered = limits_of([ours, *scores])
    assert (rand.limit, rand.held) == (1.0, False)
    assert (v_measure.held, v_measure.note) == (False, "limit: best peer, hdbscan")
    assert (unclustered.value, unclustered.held) == (0.0, True)

    perfect = a_score(OURS, labelled, ["c1", "c1", "c2", "c2"])
    assert all(figure.held for figure in limits_of([perfect, *scores]))


def test_a_figure_with_a_least_value_says_so():
    assert AtLeast("parsed", 100.0, "rows/s", 100.0).held is True
    assert AtLeast("parsed", 99.0, "rows/s", 100.0).held is False
    assert AtLeast("parsed", 99.0, "rows/s").held is None
    assert AtLeast("parsed", 99.0, "rows/s", 100.0).as_json()["bound"] == "at least"


def test_times_as_fast_compares_each_round_with_itself():
    ratio = times_as_fast("10,000: times as fast as bertopic", [1.0, 2.0, 1.0], [30.0, 62.0, 40.0], least=30)
    assert ratio.value == pytest.approx(31)
    assert ratio.held is True
    with pytest.raises(ValueError, match="1 rounds beside 2"):
        times_as_fast("10,000", [1.0], [30.0, 62.0], least=30)


def test_generated_keywords_are_distinct_and_the_same_every_time():
    keywords = generated_keywords(3000)
    assert len(set(keywords)) == 3000
    assert keywords == generated_keywords(3000)
    assert all(3 < len(keyword) < 120 for keyword in islice(keywords, 500))


def test_the_export_to_import_is_recognised_as_ahrefs_and_every_row_is_good(tmp_path):
    path = tmp_path / "export.csv"
    write_ahrefs_export(path, 400)
    seen = preview(path)
    assert seen.tool == "ahrefs_keywords_explorer"
    assert (seen.good, seen.duplicates, seen.refused) == (400, 0, 0)


def test_the_report_keeps_limits_scores_peers_and_what_was_left_out(tmp_path):
    began = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
    labelled = LabelledSet("queries", "tune", tuple("wxyz"), ("a", "a", "b", "b"))
    score = a_score(OURS, labelled, ["c1", "c1", "c2", "c2"])
    missed = AtLeast("queries, tune: adjusted Rand", 0.5, "", 0.6, note="limit: best peer, hdbscan")
    taken = [
        Measurement("quality", (missed,), 12.3, (0.5, 0.75)),
        Measurement("clustering", (Figure("100,000 keywords: clustering, peak memory", 0.5, "GiB", 2.0),), 3, (0, 0)),
        Measurement("import", (), 1.0, (0, 0), "no PostgreSQL answers"),
    ]
    kept = report(began, taken, scores=[score.as_json()], peers={"bertopic": "0.17.4"}, banking77="absent")
    path = write_results(tmp_path / "bench", began, kept)

    assert path.name == "20261121T030405Z.json"
    assert json.loads((tmp_path / "bench" / "latest.json").read_text()) == json.loads(path.read_text()) == kept
    assert {"began_at", "quick", "held", "machine", "peers", "banking77", "measurements", "scores"} == kept.keys()
    assert kept["held"] is False
    assert kept["banking77"] == "absent"
    assert kept["scores"][0] == {
        "set": "queries", "half": "tune", "texts": 4, "labels": 2, "method": "igny8", "adjusted_rand": 1.0,
        "v_measure": 1.0, "unclustered": 0.0, "alone": 0.0, "clusters": 2, "seconds": 0.5,
    }  # fmt: skip
    (figure,) = kept["measurements"][0]["figures"]
    assert (figure["value"], figure["limit"], figure["held"], figure["bound"]) == (0.5, 0.6, False, "at least")

    shown = markdown(kept)
    assert "| igny8 | 1.00 / 1.00 / 0% / 0% |" in shown
    assert "| queries, tune: adjusted Rand | 0.5 | ≥ 0.6 ✗ | limit: best peer, hdbscan |" in shown
    assert "| 100,000 keywords: clustering, peak memory | 0.5 GiB | ≤ 2 ✓ |  |" in shown
    assert "| import | not measured | ✗ | no PostgreSQL answers |" in shown
    assert "banking77 was left out" in shown


def test_a_program_that_fails_is_a_measurement_that_failed(tmp_path):
    with temporary_home(tmp_path) as home:
        programs = Programs(home, tmp_path, threads=1, peers_python=tmp_path / "nothing")
        with pytest.raises(MeasurementFailed, match="make bench-planner"):
            programs.cluster_with_peer("hdbscan", tmp_path / "vectors.npy")
        unusable = Programs(home, tmp_path, threads=1, peers_python=type(tmp_path)(sys.executable))
        with pytest.raises(MeasurementFailed, match=r"ended with 1: .*vectors.npy"):
            unusable.cluster_with_peer("hdbscan", tmp_path / "vectors.npy")
