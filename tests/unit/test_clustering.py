"""Clusters that a strategist would sign: nothing lost, the same whatever the row order, ids that survive a re-run."""

import csv
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from igny8_assets.planner.clustering import Clustering, cluster_keywords
from igny8_assets.planner.clusters.identity import Merge, Move, Split, changes_between, claim_ids, mint_id
from igny8_assets.planner.clusters.listed_file import cluster_file
from igny8_assets.planner.clusters.naming import ClusterFacts, describe_cluster, title_case, word_casing
from igny8_assets.planner.keywords.files import KeywordFileError, read_keywords
from igny8_resources.ai.lexical_embeddings import LexicalEmbeddings
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import Intent

DEMO = Path(__file__).parents[2] / "cli" / "data" / "crema-lane-keywords.csv"


@cache
def demo() -> tuple[tuple[str, ...], np.ndarray, tuple[tuple[str, ...], ...], tuple[int | None, ...]]:
    rows = read_keywords(DEMO).keywords()
    texts = tuple(row.normalised for row in rows)
    return (
        texts,
        LexicalEmbeddings().embed(list(texts)),
        tuple(row.intents for row in rows),
        tuple(row.volume for row in rows),
    )


def by_text(clustering: Clustering, texts: list[str]) -> dict[tuple[str, str], str]:
    return {("", text): cluster for text, cluster in zip(texts, clustering.assignments, strict=True)}


def companions(clustering: Clustering, texts: tuple[str, ...], keyword: str) -> set[str]:
    wanted = clustering.assignments[texts.index(keyword)]
    return {text for text, own in zip(texts, clustering.assignments, strict=True) if own == wanted}


def test_the_demo_list_falls_into_topics_that_read_well() -> None:
    texts, vectors, intents, volumes = demo()
    clustering = cluster_keywords(texts, vectors, intents=intents, volumes=volumes, mix_intents=True)
    sizes = [len(cluster.members) for cluster in clustering.clusters]
    assert sum(sizes) == len(texts), "nothing is lost"
    assert sum(4 <= size <= 22 for size in sizes) >= 40
    assert sum(size for size in sizes if size >= 4) >= 0.85 * len(texts)
    assert max(sizes) <= 25
    assert {"how to descale espresso machine", "descaling espresso machine with vinegar"} <= companions(
        clustering, texts, "how often to descale espresso machine"
    )
    assert "espresso machine" not in companions(clustering, texts, "espresso machine repair near me")
    assert {"burr vs blade coffee grinder", "what is a burr grinder"} <= companions(
        clustering, texts, "burr coffee grinder"
    )


def test_the_order_of_the_rows_changes_nothing() -> None:
    texts, vectors, intents, volumes = demo()
    order = list(range(len(texts)))
    random.Random(7).shuffle(order)
    straight = cluster_keywords(texts, vectors, intents=intents, volumes=volumes)
    shuffled_texts = [texts[row] for row in order]
    shuffled = cluster_keywords(
        shuffled_texts,
        LexicalEmbeddings().embed(shuffled_texts),
        intents=[intents[row] for row in order],
        volumes=[volumes[row] for row in order],
    )
    assert by_text(straight, list(texts)) == by_text(shuffled, shuffled_texts)


def test_ids_persist_when_keywords_are_added() -> None:
    texts, _, _, _ = demo()
    added = set(random.Random(11).sample(range(len(texts)), len(texts) // 10))
    before = [text for row, text in enumerate(texts) if row not in added]
    first = cluster_keywords(before, LexicalEmbeddings().embed(before))
    known = by_text(first, before)
    second = cluster_keywords(texts, LexicalEmbeddings().embed(list(texts)), previous=known)
    old = {cluster.id for cluster in first.clusters}
    assert len(old & {cluster.id for cluster in second.clusters}) >= 0.85 * len(old)
    again = cluster_keywords(texts, LexicalEmbeddings().embed(list(texts)), previous=by_text(second, list(texts)))
    assert again.assignments == second.assignments
    assert (again.changes.created, again.changes.retired, again.changes.moves) == ((), (), ())


def test_finer_resolution_and_strict_intents() -> None:
    texts, vectors, intents, _ = demo()
    coarse = cluster_keywords(texts, vectors, resolution=0.05)
    fine = cluster_keywords(texts, vectors, resolution=0.6)
    assert len(coarse.clusters) < len(fine.clusters)
    strict = cluster_keywords(texts, vectors, intents=intents)
    for cluster in strict.clusters:
        assert len({intents[row][0] for row in cluster.members if intents[row]}) <= 1


def test_few_odd_and_repeated_texts() -> None:
    assert cluster_keywords([], np.zeros((0, 4))).clusters == ()
    embed = LexicalEmbeddings().embed
    for texts in (
        ["moka pot"],
        ["moka pot", "steam wand"],
        ["???", "moka pot", "☕"],
        ["Moka  pot", "moka pot", "MOKA POT"],
    ):
        clustering = cluster_keywords(texts, embed(texts))
        assert sorted(row for cluster in clustering.clusters for row in cluster.members) == list(range(len(texts)))
    assert len(set(clustering.assignments)) == 1, "the same keyword in other letters stays together"
    with pytest.raises(ValueError, match="2 texts but 1 vectors"):
        cluster_keywords(["a", "b"], np.ones((1, 3)))
    with pytest.raises(ValueError, match="resolution is 0"):
        cluster_keywords(["a"], np.ones((1, 3)), resolution=0)


def test_lexical_vectors_are_unit_rows_of_one_size() -> None:
    vectors = LexicalEmbeddings().embed(["espresso grinder", "grinders for espresso", "cold brew ratio", "?"])
    assert vectors.shape == (4, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > abs(vectors[0] @ vectors[2])


def in_no_market(**members: str) -> dict[tuple[str, str], str]:
    return {("", keyword): f"c-{cluster}" for cluster, keywords in members.items() for keyword in keywords}


def test_ids_follow_the_larger_part_and_changes_are_told() -> None:
    previous = in_no_market(one="abcde", two="fgh", three="ijkl")
    memberships = [[("", text) for text in group] for group in ("abcfgh", "den", "ijk", "lx")]
    ids = claim_ids(memberships, previous)
    assert ids == {0: "c-two", 2: "c-three"}, "of c-two all is here, of c-one only a part"
    named = dict(zip(("c-two", "c-new", "c-three", "c-other"), memberships, strict=True))
    changes = changes_between(named, previous)
    assert changes.retired == ("c-one",)
    assert changes.merges == (Merge("c-two", ("c-one", "c-two")),)
    assert changes.splits == (Split("c-one", ("c-new", "c-two")),)
    assert changes.moves == (Move("l", "c-three", "c-other"),)
    assert set(changes.created) == {"c-new", "c-other"}


def test_a_new_id_is_never_one_that_was_used() -> None:
    first = mint_id("moka pot", set())
    assert first == mint_id("moka pot", set())
    assert mint_id("moka pot", {first}) != first


def facts(*keywords: tuple[str, int | None, float | None, tuple[Intent, ...]]) -> ClusterFacts:
    return describe_cluster(
        "c-1",
        [
            KeywordFacts(text=text, volume=volume, difficulty=difficulty, intents=intents)
            for text, volume, difficulty, intents in keywords
        ],
    )


def test_a_cluster_is_named_and_measured() -> None:
    cluster = facts(
        ("how to use a v60", 1000, 20, ("informational",)),
        ("hario v60", 9000, 40, ("commercial", "transactional")),
        ("v60 filters", None, None, ()),
    )
    assert (cluster.name, cluster.head_keyword) == ("Hario V60", "hario v60")
    assert (cluster.total_volume, cluster.median_difficulty) == (10000, 30.0)
    assert cluster.intent_mix == {"informational": 0.5, "commercial": 0.25, "transactional": 0.25}
    assert cluster.questions == ("how to use a v60",)
    score = cluster.opportunity
    assert (score.demand, score.ease, score.value, score.breadth) == (0.8, 0.7, 0.775, 0.3)
    assert score.total == pytest.approx(100 * (0.4 * 0.8 + 0.3 * 0.7 + 0.2 * 0.775 + 0.1 * 0.3), abs=0.1)


def test_nothing_known_is_not_zero() -> None:
    cluster = facts(("best puck screen", None, None, ()), ("puck screen", None, None, ()))
    assert (cluster.total_volume, cluster.median_difficulty) == (None, None)
    assert cluster.intents_guessed
    assert cluster.intent_mix == {"commercial": 1.0}
    assert cluster.head_keyword == "best puck screen", "the most central stands first when volumes are unknown"


def test_names_are_written_as_people_write_them() -> None:
    assert title_case("how to use a v60") == "How to Use a V60"
    assert title_case("wdt vs distribution tool") == "WDT vs Distribution Tool"
    assert title_case("58mm portafilter") == "58mm Portafilter"
    casing = word_casing(["AeroPress recipe", "Best Gooseneck Kettle", "aeropress ratio"])
    assert casing == {"aeropress": "AeroPress"}
    assert title_case("aeropress recipe", casing) == "AeroPress Recipe"


def test_a_file_is_clustered_without_a_warehouse(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    report = cluster_file(DEMO, out, embeddings=LexicalEmbeddings())
    with out.open(encoding="utf-8", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert len(rows) == report.keywords == len({row["keyword"] for row in rows})
    assert {row["cluster_id"] for row in rows} == {cluster.id for cluster in report.clusters}
    assert report.embeddings == "lexical/tfidf-svd-256"
    again = cluster_file(DEMO, tmp_path / "again.csv", embeddings=LexicalEmbeddings(), previous=out)
    assert not again.changes.created
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["again.csv", "clusters.csv"]
    with pytest.raises(KeywordFileError, match="no columns 'keyword' and 'cluster_id'"):
        cluster_file(DEMO, out, embeddings=LexicalEmbeddings(), previous=DEMO)
    with pytest.raises(KeywordFileError, match="cannot write"):
        cluster_file(DEMO, tmp_path / "missing" / "out.csv", embeddings=LexicalEmbeddings())
