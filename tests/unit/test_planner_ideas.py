"""Which page a cluster asks for, which to write first, and which would compete with one that exists."""

from pathlib import Path

import pytest

from igny8_assets.planner.clusters.listed_file import cluster_file
from igny8_assets.planner.clusters.naming import ClusterFacts, describe_cluster
from igny8_assets.planner.ideas.composing import pillar_heads, plan_idea, rank_ideas, sector_heads
from igny8_assets.planner.keywords.sectors import Sector, assign_sector, sector_of_cluster
from igny8_assets.planner.keywords.text import guess_intents, is_question, modifiers, search_kinds, topic_stems
from igny8_resources.ai.minilm.embeddings import MiniLmEmbeddings
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
    assert plan_idea(broad, hub_of="its sector").content_type == "cluster_hub"


def test_a_pillar_of_three_clusters_has_one_hub() -> None:
    broad = cluster("cold brew", "cold brew coffee", "cold brew at home", cluster_id="c-1")
    asked = cluster("how to make cold brew", "cold brew steps", "make cold brew", cluster_id="c-2")
    narrow = cluster("cold brew ratio", "cold brew water ratio", cluster_id="c-3")
    pillar_of = dict.fromkeys(("c-1", "c-2", "c-3"), "p-1")
    assert pillar_heads([asked, broad, narrow], pillar_of) == {"c-1"}
    assert pillar_heads([asked, narrow], pillar_of) == frozenset(), "two clusters need no hub"
    assert plan_idea(broad, hub_of="pillar Cold Brew").reasons[0] == "largest topic of pillar Cold Brew: 3 keywords"


@pytest.mark.parametrize(
    ("texts", "intents", "features", "expected"),
    [
        (("barista training", "coffee school"), ("transactional",), ("Local pack",), ("service", "service_area")),
        (("moka pot", "moka pots"), ("commercial",), ("Shopping ads", "Reviews"), ("product", "product_collection")),
        (("flair 58", "flair 58 plus"), ("commercial",), ("Reviews",), ("post", "review")),
        (
            ("silent grinder", "quiet mill", "low noise", "noiseless"),
            ("commercial",),
            ("Reviews",),
            ("post", "top_listicle"),
        ),
        (("espresso water hardness",), ("informational",), ("Featured snippet",), ("post", "question")),
        (("espresso water hardness",), ("informational",), ("featured_snippet",), ("post", "question")),
        (("espresso water hardness",), ("informational",), ("People also ask",), ("post", "guide_tutorial")),
        (("blue bottle coffee", "bluebottle"), ("navigational",), ("Sitelinks",), ("brand_page", "landing_page")),
    ],
)
def test_results_pages_decide_where_words_say_nothing(
    texts: tuple[str, ...], intents: tuple[Intent, ...], features: tuple[str, ...], expected: tuple[str, str]
) -> None:
    keywords = [KeywordFacts(text=text, volume=90, intents=intents, serp_features=features) for text in texts]
    plan = plan_idea(describe_cluster("c-1", keywords))
    assert (plan.content_type, plan.content_structure) == expected


def test_videos_on_results_pages_are_a_reason_to_add_one() -> None:
    keywords = [KeywordFacts(text="latte art heart", serp_features=("Video", "Image pack"))]
    assert plan_idea(describe_cluster("c-1", keywords)).reasons[-1] == (
        "1 of 1 results pages show videos: a clip belongs on the page"
    )


def test_the_first_six_of_the_demo_are_a_varied_start(tmp_path: Path) -> None:
    clusters = cluster_file(DEMO, tmp_path / "out.csv", MiniLmEmbeddings(tmp_path / "models")).clusters
    sector_of = {each.id: sector_of_cluster(each.keywords, SECTORS) for each in clusters}
    heads = sector_heads(clusters, sector_of)
    assert {each.name for each in clusters if each.id in heads} == {"Espresso Machine", "Coffee Beans"}
    ranked = rank_ideas(
        [(each, plan_idea(each, hub_of="its sector" if each.id in heads else "")) for each in clusters], limit=12
    )
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


def test_a_search_for_a_service_is_of_a_kind_of_its_own() -> None:
    assert search_kinds("espresso machine repair near me", ("transactional",)) == ("service", "transactional")
    assert search_kinds("espresso machine sale", ("transactional",)) == ("transactional",)
    assert search_kinds("barista course", ()) == ("service",)
