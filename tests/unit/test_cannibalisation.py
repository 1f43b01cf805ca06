"""The gate before drafting: two ideas never fight for one search."""

from collections.abc import Iterable

import numpy as np
import pytest

from igny8_assets.planner.ideas.cannibalisation import PageClaim, PhraseLikeness, QueryOwner, find_conflict, same_search
from igny8_resources.ai.minilm.embeddings import MiniLmEmbeddings
from tests.unit.labelled_idea_pairs import PAIRS, TUNING, UNSEEN, LabelledPair

PAGE = "https://cremalane.example/moka-pot/"


@pytest.fixture(scope="module")
def likeness(tmp_path_factory: pytest.TempPathFactory) -> PhraseLikeness:
    """Meaning as the product reads it by default."""
    meaning = PhraseLikeness(MiniLmEmbeddings(tmp_path_factory.mktemp("minilm")).embed)
    meaning.learn([query for pair in (*PAIRS, *TUNING, *UNSEEN) for query in (pair.one, pair.other)])
    return meaning


def stopped(pairs: Iterable[LabelledPair], likeness: PhraseLikeness) -> float:
    """The share of pairs that the gate takes for one search."""
    verdicts = []
    for pair in pairs:
        one, other = PageClaim("a", "idea", pair.one), PageClaim("b", "idea", pair.other)
        found = find_conflict(one, [other], likeness=likeness)
        assert (found is None) is (find_conflict(other, [one], likeness=likeness) is None), "the order says nothing"
        verdicts.append(found is not None)
    return sum(verdicts) / len(verdicts)


def test_of_a_hundred_labelled_pairs_the_gate_stops_those_that_compete(likeness: PhraseLikeness) -> None:
    assert len(PAIRS) == 100
    competing, apart = [pair for pair in PAIRS if pair.competes], [pair for pair in PAIRS if not pair.competes]
    assert len(competing) == len(apart) == 50
    assert stopped(competing, likeness) >= 0.95
    assert stopped(apart, likeness) <= 0.05


@pytest.mark.parametrize("held_out", [False, True])
def test_both_halves_of_the_labelled_pairs(likeness: PhraseLikeness, held_out: bool) -> None:
    half = [pair for pair in PAIRS if pair.held_out is held_out]
    assert stopped([pair for pair in half if pair.competes], likeness) >= 0.95
    assert stopped([pair for pair in half if not pair.competes], likeness) <= 0.05


def test_on_pairs_that_no_rule_was_chosen_by_the_gate_stops_few_wrongly(likeness: PhraseLikeness) -> None:
    """What a new site can expect: a wrong stop is rare, and one competing pair in four passes on its targets alone."""
    assert stopped([pair for pair in UNSEEN if pair.competes], likeness) >= 0.75
    assert stopped([pair for pair in UNSEEN if not pair.competes], likeness) <= 0.05


@pytest.mark.parametrize(
    ("one", "other", "competes"),
    [
        ("best espresso machine", "top espresso machines", True),
        ("chemex vs v60", "v60 vs chemex", True),
        ("how to descale an espresso machine", "descaling espresso machines: how to", True),
        ("moka pot", "moka pots", True),
        ("coffee grinder for espresso", "espresso grinder", True),
        ("best moka pot", "how to use a moka pot", False),
        ("how to clean a moka pot", "how to use a moka pot", False),
        ("french press coffee ratio", "cold brew coffee ratio", False),
        ("espresso grinder", "best espresso grinder", False),
        ("light roast vs dark roast", "light roast vs dark roast caffeine", False),
        ("v60 recipe", "chemex recipe", False),
        ("pizza with oven", "pizza without oven", False),
        ("word to pdf", "pdf to word", False),
        ("coffee roaster in leeds", "coffee roaster in york", False),
    ],
)
def test_the_gate_knows_the_same_search_in_other_words(
    likeness: PhraseLikeness, one: str, other: str, competes: bool
) -> None:
    assert (same_search(one, other, likeness=likeness) is not None) is competes


def test_without_meaning_words_decide() -> None:
    assert same_search("how to clean moka pots", "moka pot cleaning") == "the same words"
    assert same_search("sofa cleaning", "couch cleaning") is None
    assert same_search("???", "!!!") is None


def test_the_gate_says_what_to_do_instead() -> None:
    idea = PageClaim("idea 5", "idea", "moka pot ratio", ("moka pot grind size", "moka pot sizes"))
    page = PageClaim(PAGE, "page", "moka pot", ("moka pot ratio",))
    other = PageClaim("idea 2", "idea", "moka pot ratio")
    conflict = find_conflict(idea, [other, page])
    assert conflict is not None
    assert conflict.reason == f"{PAGE} already answers 'moka pot ratio'"
    assert conflict.advice == f"refresh {PAGE} instead of writing a second page"
    assert find_conflict(idea, [PageClaim("idea 9", "idea", "latte art", ("latte art heart",))]) is None
    sharing = PageClaim("idea 3", "idea", "stovetop brewer", ("moka pot sizes", "moka pot grind size", "x"))
    shared = find_conflict(idea, [sharing])
    assert shared is not None
    assert "2 secondary queries are the same" in shared.reason


def test_a_page_that_ranks_for_the_query_owns_it() -> None:
    idea = PageClaim("idea 5", "idea", "Moka Pot Ratio")
    owned = find_conflict(idea, [], owner_of={"moka pot ratio": QueryOwner(PAGE, 7.0, 0.8)})
    assert owned is not None
    assert owned.claim.kind == "page"
    assert owned.reason == f"{PAGE} already ranks for 'moka pot ratio' at position 7 and takes 80% of its clicks"
    assert find_conflict(idea, [], owner_of={"moka pot ratio": QueryOwner(PAGE, 34.0)}) is None, "too far down"
    assert find_conflict(idea, [], owner_of={"moka pot": QueryOwner(PAGE, 1.0)}) is None


def test_each_phrase_is_embedded_once() -> None:
    asked: list[str] = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.eye(8, dtype=np.float32)[: len(texts)]

    likeness = PhraseLikeness(embed)
    likeness.learn(["a", "b", "a"])
    assert likeness("a", "b") == 0
    assert likeness("b", "b") == 1
    assert asked == ["a", "b"]
