"""Which page a cluster asks for, which to write first, and which would compete with one that exists."""

from pathlib import Path

import pytest

from igny8_assets.planner.cluster_file import cluster_file
from igny8_assets.planner.cluster_naming import ClusterFacts, describe_cluster
from igny8_assets.planner.ideas import PageClaim, find_conflict, plan_idea, rank_ideas, sector_heads
from igny8_assets.planner.keyword_text import guess_intents, is_question, modifiers, topic_stems
from igny8_assets.planner.sectors import Sector, assign_sector, sector_of_cluster
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import Intent

DEMO = Path(__file__).parents[2] / "cli" / "data" / "crema-lane-keywords.csv"
SECTORS = [
    Sector("Espresso", ("espresso machine", "portafilter", "milk frother", "latte art", "tamper")),
    Sector("Filter coffee & beans", ("pour over", "french press", "cold brew", "coffee beans", "kettle")),
]


def cluster(*texts: str, intents: tuple[Intent, ...] = (), cluster_id: str = "c-1") -> ClusterFacts:
    """A cluster whose first keyword is searched most."""
    return describe_cluster(
        cluster_id,
        [KeywordFacts(text=text, volume=1000 - place, intents=intents) for place, text in enumerate(texts)],
    )


@pytest.mark.parametrize(
    ("texts", "intents", "expected"),
    [
        (("chemex vs v60", "chemex", "v60"), (), ("comparison", "comparison", "chemex vs v60")),
        (("how to descale espresso machine", "espresso machine descaler"), (), ("post", "how_to", None)),
        (("gooseneck kettle", "best gooseneck kettle"), (), ("post", "top_listicle", "best gooseneck kettle")),
        (
            ("best temperature for espresso", "espresso temperature"),
            ("informational",),
            ("post", "guide_tutorial", None),
        ),
        (("why is my espresso sour", "sour espresso"), (), ("post", "question", None)),
        (
            ("coffee subscription", "coffee subscription box"),
            ("transactional",),
            ("product", "product_collection", None),
        ),
        (("espresso machine repair", "espresso machine repair cost"), (), ("service", "service_single", None)),
        (("espresso repair", "espresso repair near me"), (), ("service", "service_area", "espresso repair near me")),
        (("rancilio silvia review", "delonghi dedica review"), ("commercial",), ("post", "review", None)),
        (("moka pot", "moka pot coffee", "moka pot sizes"), (), ("post", "guide_tutorial", None)),
    ],
)
def test_the_words_of_a_cluster_choose_its_page(
    texts: tuple[str, ...], intents: tuple[Intent, ...], expected: tuple[str, str, str | None]
) -> None:
    plan = plan_idea(cluster(*texts, intents=intents))
    kind, structure, target = expected
    assert (plan.content_type, plan.content_structure, plan.target_keyword) == (kind, structure, target or texts[0])
    assert plan.reasons


def test_reasons_can_be_shown_to_people() -> None:
    plan = plan_idea(cluster("chemex vs v60", "v60 vs chemex", "chemex"))
    assert plan.reasons == (
        "2 of 3 keywords compare options ('chemex vs v60')",
        "50% commercial intent, guessed from the words",
    )


def test_the_broadest_cluster_of_a_sector_becomes_a_hub() -> None:
    broad = cluster(*(f"espresso machine {word}" if word else "espresso machine" for word in ["", *"abcdefgh"]))
    narrow = cluster(*(f"best knock box {word}" for word in "abcdefghij"), cluster_id="c-2")
    heads = sector_heads([broad, narrow], {"c-1": "Espresso", "c-2": "Espresso"})
    assert heads == {"c-1"}
    assert plan_idea(broad, sector_head=True).content_type == "cluster_hub"


def test_the_first_six_of_the_demo_are_a_varied_start(tmp_path: Path) -> None:
    clusters = cluster_file(DEMO, tmp_path / "out.csv").clusters
    sector_of = {each.id: sector_of_cluster(each.keywords, SECTORS) for each in clusters}
    heads = sector_heads(clusters, sector_of)
    assert {each.name for each in clusters if each.id in heads} == {"Espresso Machine", "Coffee Beans"}
    ranked = rank_ideas([(each, plan_idea(each, sector_head=each.id in heads)) for each in clusters], limit=12)
    assert len(ranked) == 12
    assert len({idea.plan.content_type for idea in ranked[:6]}) >= 3
    assert len({idea.plan.content_structure for idea in ranked[:6]}) >= 5
    assert all(idea.cluster.opportunity.total > 60 for idea in ranked)
    assert len({sector_of[idea.cluster.id] for idea in ranked[:6]}) == 2


def test_three_types_are_found_even_when_one_type_scores_best() -> None:
    guides = [cluster(f"topic{n} brewing", f"topic{n} brewing notes", cluster_id=f"c-{n}") for n in range(8)]
    weak = [cluster("chemex vs v60", cluster_id="c-x"), cluster("espresso repair near me", cluster_id="c-y")]
    ranked = rank_ideas([(each, plan_idea(each)) for each in [*guides, *weak]], limit=6)
    assert {idea.plan.content_type for idea in ranked} == {"post", "comparison", "service"}


@pytest.mark.parametrize(
    ("one", "other", "competes"),
    [
        ("best espresso machine", "top espresso machines", True),
        ("chemex vs v60", "v60 vs chemex", True),
        ("how to descale an espresso machine", "descaling espresso machines: how to", True),
        ("moka pot", "moka pots", True),
        ("best moka pot", "how to use a moka pot", False),
        ("how to clean a moka pot", "how to use a moka pot", False),
        ("french press coffee ratio", "cold brew coffee ratio", False),
        ("espresso grinder", "best espresso grinder", False),
        ("light roast vs dark roast", "light roast vs dark roast caffeine", False),
    ],
)
def test_the_gate_knows_the_same_search_in_other_words(one: str, other: str, competes: bool) -> None:
    conflict = find_conflict(PageClaim("idea 1", "idea", one), [PageClaim("idea 2", "idea", other)])
    assert (conflict is not None) is competes


def test_the_gate_says_what_to_do_instead() -> None:
    idea = PageClaim("idea 5", "idea", "moka pot ratio", ("moka pot grind size", "moka pot sizes"))
    page = PageClaim("https://cremalane.example/moka-pot/", "page", "moka pot", ("moka pot ratio",))
    other = PageClaim("idea 2", "idea", "moka pot ratio")
    conflict = find_conflict(idea, [other, page])
    assert conflict is not None
    assert conflict.reason == "https://cremalane.example/moka-pot/ already answers 'moka pot ratio'"
    assert conflict.advice == "refresh https://cremalane.example/moka-pot/ instead of writing a second page"
    assert find_conflict(idea, [PageClaim("idea 9", "idea", "latte art", ("latte art heart",))]) is None
    sharing = PageClaim("idea 3", "idea", "stovetop brewer", ("moka pot sizes", "moka pot grind size", "x"))
    shared = find_conflict(idea, [sharing])
    assert shared is not None
    assert "2 secondary queries are the same" in shared.reason


def test_keywords_find_their_sector_by_seeds() -> None:
    assert assign_sector("58mm portafilters", SECTORS).name == "Espresso"
    assert assign_sector("french press ratio", SECTORS).name == "Filter coffee & beans"
    assert assign_sector("something else entirely", SECTORS).name == "Espresso", "the first sector is the default"
    match = assign_sector("best coffee beans for espresso", SECTORS)
    assert (match.name, match.matched) == ("Filter coffee & beans", ("bean", "coffe"))
    assert sector_of_cluster([KeywordFacts(text="gooseneck kettle", volume=100)], SECTORS) == "Filter coffee & beans"
    with pytest.raises(ValueError, match="at least one sector"):
        assign_sector("moka pot", [])


def test_what_a_keyword_says_about_its_searcher() -> None:
    assert modifiers("best espresso machine under $500") == {"best", "price"}
    assert modifiers("espresso machine repair near me") == {"service", "local"}
    assert is_question("does decaf have caffeine")
    assert is_question("espresso or filter?")
    assert not is_question("moka pot")
    assert guess_intents("buy moka pot") == ("transactional",)
    assert guess_intents("chemex vs v60") == ("commercial", "informational")
    assert guess_intents("moka pot") == ()
    assert topic_stems("what are the best moka pots") == {"moka", "pot"}
