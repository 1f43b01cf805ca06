"""What never changes, whatever the vectors: markets, intents, shared results, people's decisions, nothing lost."""

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_assets.planner.clustering import Cluster, Clustering, ManualChoices, cluster_keywords
from igny8_assets.planner.clusters.neighbours import nearest_links, unit_rows
from igny8_assets.planner.clusters.serp_overlap import page_of, shared_results
from igny8_assets.planner.clusters.units import units_of

COLD_BREW = ["cold brew ratio", "cold brew coffee ratio", "ratio for cold brew"]
MOKA_POT = ["moka pot", "stovetop moka pot", "moka pot coffee"]


def around(topics: Sequence[str], spread: float = 0.3, dimensions: int = 32) -> np.ndarray:
    """A vector per row: near to the others of its topic, far from those of another; the same for the same row and topic."""
    rows = []
    seen: dict[str, int] = defaultdict(int)
    for topic in topics:
        seen[topic] += 1
        centre = np.random.default_rng(list(topic.encode())).normal(size=dimensions)
        noise = np.random.default_rng([*topic.encode(), seen[topic]]).normal(size=dimensions)
        rows.append(centre + spread * noise)
    return unit_rows(np.array(rows).reshape(len(topics), dimensions))


def keys(texts: Sequence[str], clustering: Clustering, market: str = "") -> dict[tuple[str, str], str]:
    return {(market, text): cluster for text, cluster in zip(texts, clustering.assignments, strict=True)}


def results(first: int, count: int = 10) -> list[str]:
    return [f"https://www.site{number}.com/page/" for number in range(first, first + count)]


def cluster_called(clustering: Clustering, cluster_id: str) -> Cluster:
    return next(cluster for cluster in clustering.clusters if cluster.id == cluster_id)


def test_keywords_of_two_markets_share_a_cluster_only_when_asked() -> None:
    texts = ["moka pot", "moka pot", "moka pots"]
    vectors, markets = around(["moka"] * 3), ["us", "gb", ""]
    apart = cluster_keywords(texts, vectors, markets=markets)
    assert len(set(apart.assignments)) == 3, "an unknown market is one of its own"
    assert len(apart.pillars) == 3
    together = cluster_keywords(texts, vectors, markets=markets, mix_markets=True)
    assert len(set(together.assignments)) == 1


def test_an_unknown_intent_joins_any_but_bridges_none() -> None:
    intents = [["informational"]] * 3 + [[]] * 3 + [["transactional"]] * 3
    texts = [f"cold brew {number}" for number in range(9)]
    vectors = around(["brew"] * 9, spread=0.1)
    strict = cluster_keywords(texts, vectors, intents=intents)
    for cluster in strict.clusters:
        assert len({intents[row][0] for row in cluster.members if intents[row]}) == 1
    assert len(strict.clusters) == 2, "each unknown one has gone with one of the two"
    assert len(strict.pillars) == 1, "a subject is one, whatever its visitors want"
    assert len(cluster_keywords(texts, vectors, intents=intents, mix_intents=True).clusters) == 1


def test_shared_results_decide_where_words_do_not() -> None:
    texts = ["espresso grinder", "coffee mill", "grinder for espresso"]
    vectors = around(["espresso", "mill", "espresso"], spread=0.1)
    intents = [["commercial"], ["informational"], ["commercial"]]
    same_page = cluster_keywords(texts, vectors, intents=intents, serp=[results(0), results(3), []])
    assert same_page.assignments[0] == same_page.assignments[1], "seven results: one page, whatever was labelled"
    alike = cluster_keywords(texts, vectors, serp=[results(0), results(5), []])
    assert alike.assignments[0] == alike.assignments[1], "five results: one cluster, however different the words"
    labelled = cluster_keywords(texts, vectors, intents=intents, serp=[results(0), results(5), []])
    assert labelled.assignments[0] != labelled.assignments[1], "five results do not outweigh two known intents"
    linked = cluster_keywords(texts, vectors, serp=[results(0), results(7), []])
    assert linked.assignments[0] != linked.assignments[1]
    (link,) = linked.links
    assert {link.cluster, link.other} == {linked.assignments[0], linked.assignments[1]}
    assert (link.shared_urls, sorted(link.example)) == (3, [0, 1])
    assert linked.assignments[link.example[0]] == link.cluster
    unlike = cluster_keywords(texts, vectors, serp=[results(0), [], results(30)])
    assert unlike.assignments[0] != unlike.assignments[2], "other results: other pages, however alike the words"
    assert cluster_keywords(texts, vectors).assignments[0] == cluster_keywords(texts, vectors).assignments[2]
    few = cluster_keywords(texts, vectors, serp=[results(0, 3), [], results(30, 3)])
    assert few.assignments[0] == few.assignments[2], "three known results say too little"
    abroad = cluster_keywords(texts, vectors, markets=["us", "gb", "us"], serp=[results(0), results(0), []])
    assert abroad.assignments[0] != abroad.assignments[1]
    assert abroad.links == ()


def test_a_chain_of_similar_results_is_not_one_unit() -> None:
    pairs, shared = shared_results([results(0), results(4), results(9), results(10)])
    assert shared.tolist() == [6, 5, 4, 9]
    assert units_of(range(4), [""] * 4, pairs, shared) == [[0, 1], [2, 3]]
    assert units_of(range(3), [""] * 3, pairs, shared) == [[0, 1], [2]], "the third shares five and one: not four each"
    assert units_of([1, 2], [""] * 3, pairs, shared) == [[1, 2]]
    assert units_of([1, 2], ["", "commercial", "informational"], pairs, shared) == [[1], [2]]
    assert units_of([2, 3], ["", "", "commercial", "informational"], pairs, shared) == [[2, 3]], "one page for both"


def test_one_page_has_many_addresses() -> None:
    for url in (
        "https://www.example.com/guide/",
        "http://example.com/guide#top",
        "example.com/guide?utm_source=x&gclid=1",
        "HTTPS://WWW.EXAMPLE.COM/guide",
    ):
        assert page_of(url) == "example.com/guide"
    assert page_of("https://youtube.com/watch?v=abc&utm_medium=y") == "youtube.com/watch?v=abc"
    assert page_of("https://example.com/?b=2&a=1") == page_of("https://example.com?a=1&b=2")
    assert [page_of(url) for url in ("", "  ", "http://[bad", "/relative")] == ["", "", "", ""]


@given(st.lists(st.lists(st.integers(0, 12), max_size=14), max_size=12))
def test_shared_results_are_counted_as_by_hand(serps: list[list[int]]) -> None:
    pairs, shared = shared_results([[f"https://a.com/{page}" for page in serp] for serp in serps])
    tops = [set(list(dict.fromkeys(serp))[:10]) for serp in serps]
    expected = {
        (one, other): len(tops[one] & tops[other])
        for other in range(len(serps))
        for one in range(other)
        if len(tops[one] & tops[other]) >= 2
    }
    assert dict(zip(map(tuple, pairs.tolist()), shared.tolist(), strict=True)) == expected


def two_topics() -> tuple[list[str], np.ndarray]:
    return COLD_BREW + MOKA_POT, around(["brew"] * 3 + ["moka"] * 3)


def test_a_pinned_keyword_ends_where_it_was_put() -> None:
    texts, vectors = two_topics()
    first = cluster_keywords(texts, vectors)
    brew, moka = first.assignments[0], first.assignments[3]
    assert len(first.clusters) == 2
    pinned = ManualChoices(pinned={("", "cold brew ratio"): moka})
    second = cluster_keywords(texts, vectors, previous=keys(texts, first), choices=pinned)
    assert second.assignments == (moka, brew, brew, moka, moka, moka)
    revived = ManualChoices(pinned={("", "moka pot"): "c-11111111"})
    third = cluster_keywords(texts, vectors, previous=keys(texts, first), choices=revived)
    assert third.assignments == (brew, brew, brew, "c-11111111", moka, moka)


def test_a_merge_by_hand_takes_later_keywords_of_the_topic_along() -> None:
    texts, vectors = two_topics()
    first = cluster_keywords(texts, vectors)
    brew, moka = first.assignments[0], first.assignments[3]
    choices = ManualChoices(pinned={("", text): moka for text in COLD_BREW}, retired=frozenset({brew}))
    later = [*texts, "best cold brew ratio"]
    second = cluster_keywords(
        later, around(["brew"] * 3 + ["moka"] * 3 + ["brew"]), previous=keys(texts, first), choices=choices
    )
    assert set(second.assignments) == {moka}
    # The merge is undone: the topic stands alone again, under another id than the one that was merged away.
    undone = ManualChoices(retired=frozenset({brew}))
    third = cluster_keywords(texts, vectors, previous=dict.fromkeys(keys(texts, first), moka), choices=undone)
    assert brew not in third.assignments
    assert len(third.clusters) == 2


def test_a_locked_cluster_neither_gains_nor_loses() -> None:
    texts, vectors = two_topics()
    first = cluster_keywords(texts, vectors)
    brew = first.assignments[0]
    # By hand, a keyword of the other topic was put in, and then the cluster was locked.
    known = keys(texts, first) | {("", "moka pot"): brew}
    later = [*texts, "best cold brew ratio", "cold brew ratio chart"]
    second = cluster_keywords(
        later,
        around(["brew"] * 3 + ["moka"] * 3 + ["brew"] * 2),
        previous=known,
        choices=ManualChoices(locked=frozenset({brew})),
    )
    assert {later[row] for row in cluster_called(second, brew).members} == {*COLD_BREW, "moka pot"}
    assert second.assignments[6] == second.assignments[7] not in (brew, second.assignments[4])


def test_a_file_s_own_topics_make_the_pillars() -> None:
    texts, vectors = two_topics()
    by_meaning = cluster_keywords(texts, vectors)
    assert [len(pillar.clusters) for pillar in by_meaning.pillars] == [1, 1]
    by_topic = cluster_keywords(
        texts, vectors, topics=["Coffee", "coffee ", "", "Coffee", "coffee", "tea"], volumes=range(6)
    )
    (pillar,) = by_topic.pillars
    assert pillar.clusters == (by_topic.assignments[3], by_topic.assignments[0]), "the most searched first"


def test_pillars_keep_their_ids_when_keywords_are_added() -> None:
    topics = [f"subject {number // 4}" for number in range(80)]
    texts = [f"keyword {number}" for number in range(80)]
    vectors = around(topics)
    first = cluster_keywords(texts[:70], vectors[:70])
    again = cluster_keywords(
        texts,
        vectors,
        previous=keys(texts[:70], first),
        previous_pillars={cluster: pillar.id for pillar in first.pillars for cluster in pillar.clusters},
    )
    old = {pillar.id for pillar in first.pillars}
    assert old <= {pillar.id for pillar in again.pillars}
    assert all(pillar.id.startswith("p-") for pillar in again.pillars)
    assert sorted(cluster for pillar in again.pillars for cluster in pillar.clusters) == sorted(set(again.assignments))


def test_a_tenth_more_keywords_leaves_ids_as_they_were() -> None:
    chance = random.Random(5)
    subjects = [f"subject {chance.randrange(400)} aspect {chance.randrange(3)}" for _ in range(5500)]
    texts = [f"{subject} wording {number}" for number, subject in enumerate(subjects)]
    general = around([subject.split(" aspect")[0] for subject in subjects], spread=0.3)
    vectors = unit_rows(general + 0.6 * around(subjects, spread=0.3))
    first = cluster_keywords(texts[:5000], vectors[:5000])
    second = cluster_keywords(texts, vectors, previous=keys(texts[:5000], first))
    old = set(first.assignments)
    assert len(old) > 300
    assert len(old & set(second.assignments)) >= 0.95 * len(old)
    stayed = sum(one == other for one, other in zip(first.assignments, second.assignments[:5000], strict=True))
    assert stayed >= 0.95 * 5000
    third = cluster_keywords(texts, vectors, previous=keys(texts, second))
    assert third.assignments == second.assignments


KEYWORDS = st.lists(
    st.tuples(
        st.sampled_from(("moka pot", "Moka  Pot", "steam wand", "cold brew", "cold brew ratio", "???", "grinder")),
        st.sampled_from(("", "us", "gb")),
        st.sampled_from(((), ("informational",), ("commercial", "informational"), ("transactional",))),
        st.sampled_from(("brew", "moka", "other")),
        st.lists(st.integers(0, 14).map(lambda page: f"https://a.com/{page}"), max_size=10),
        st.one_of(st.none(), st.integers(0, 1000)),
    ),
    max_size=24,
)
CHOICES = st.fixed_dictionaries(
    {
        ("", "moka pot"): st.sampled_from(("c-aa", "c-bb")),
        ("us", "cold brew"): st.sampled_from(("c-aa", "c-cc")),
        ("gb", "grinder"): st.sampled_from(("c-aa", "c-dd")),
    }
)


@settings(max_examples=60, deadline=None)
@given(KEYWORDS, CHOICES, CHOICES, st.sets(st.sampled_from(("c-aa", "c-bb"))), st.randoms(use_true_random=False))
def test_every_keyword_once_in_any_order(
    rows: list[tuple[str, str, tuple[str, ...], str, list[str], int | None]],
    previous: dict[tuple[str, str], str],
    pinned: dict[tuple[str, str], str],
    locked: set[str],
    chance: random.Random,
) -> None:
    # The vector belongs to the row, wherever it stands.
    vectors = around([f"{topic}" for _, _, _, topic, _, _ in rows]) if rows else np.zeros((0, 32))

    def run(order: list[int]) -> Clustering:
        texts, markets, intents, _, serp, volumes = (
            zip(*(rows[row] for row in order), strict=True) if order else [()] * 6
        )
        return cluster_keywords(
            texts,
            vectors[order],
            markets=markets,
            intents=intents,
            serp=serp,
            volumes=volumes,
            previous=previous,
            choices=ManualChoices(pinned=pinned, locked=frozenset(locked)),
        )

    straight = run(list(range(len(rows))))
    placed = sorted(row for cluster in straight.clusters for row in cluster.members)
    assert placed == list(range(len(rows)))
    assert all(straight.assignments[row] == cluster.id for cluster in straight.clusters for row in cluster.members)
    assert sorted(cluster for pillar in straight.pillars for cluster in pillar.clusters) == sorted(
        set(straight.assignments)
    )
    order = list(range(len(rows)))
    chance.shuffle(order)
    shuffled = run(order)
    assert [shuffled.assignments[order.index(row)] for row in range(len(rows))] == list(straight.assignments)


def test_the_index_finds_what_a_full_comparison_finds() -> None:
    vectors = around([f"topic {number % 300}" for number in range(2000)])
    links, cosines = nearest_links(vectors, 5)
    indexed, _ = nearest_links(vectors, 5, exact_up_to=100)
    full, found = set(map(tuple, links.tolist())), set(map(tuple, indexed.tolist()))
    assert len(full & found) >= 0.97 * len(full)
    again, _ = nearest_links(vectors, 5, exact_up_to=100)
    assert np.array_equal(indexed, again)
    assert cosines == pytest.approx(np.einsum("ij,ij->i", vectors[links[:, 0]], vectors[links[:, 1]]), abs=1e-5)


@given(st.integers(2, 90), st.integers(1, 6), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_the_nearest_are_the_nearest(count: int, neighbours: int, seed: int) -> None:
    unit = unit_rows(np.random.default_rng(seed).normal(size=(count, 4)))
    links, _ = nearest_links(unit, neighbours)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    wanted = {
        (min(row, int(other)), max(row, int(other)))
        for row in range(count)
        for other in np.argsort(-cosines[row])[:neighbours]
        if cosines[row, other] > 1e-6
    }
    assert set(map(tuple, links.tolist())) == wanted


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="2 texts but 1 markets"):
        cluster_keywords(["a", "b"], np.ones((2, 3)), markets=["us"])
    with pytest.raises(ValueError, match="not finite"):
        cluster_keywords(["a"], np.array([[np.nan, 1.0]]))
    with pytest.raises(ValueError, match="similarity_floor is 2"):
        cluster_keywords(["a"], np.ones((1, 3)), similarity_floor=2)
