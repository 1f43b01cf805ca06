"""Terms of taxonomies: read from a file, mapped to clusters, given a landing page."""

import numpy as np
import pytest

from igny8_assets.planner.clusters.naming import describe_cluster
from igny8_assets.planner.ideas.term_ideas import Term, most_useful, plan_term_idea, structure_of, term_title
from igny8_assets.planner.taxonomies.term_files import TermFileRefused, TermRow, read_terms
from igny8_assets.planner.taxonomies.term_mapping import ClusterChoice, TermFacts, map_terms
from igny8_resources.ai.minilm.embeddings import MiniLmEmbeddings
from igny8_resources.contracts.planner import KeywordFacts

CLUSTERS = [
    ClusterChoice(1, "moka pot", ("moka pot coffee", "stovetop espresso maker")),
    ClusterChoice(2, "cold brew coffee", ("cold brew ratio", "how to make cold brew")),
    ClusterChoice(3, "red leather boots", ("red leather ankle boots",)),
    ClusterChoice(4, "black leather boots", ("black leather chelsea boots",)),
]


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> MiniLmEmbeddings:
    return MiniLmEmbeddings(tmp_path_factory.mktemp("minilm"))


def test_attribute_values_decide_before_meaning(embeddings: MiniLmEmbeddings) -> None:
    terms = [
        TermFacts(10, "Sale", attributes={"color": ["Red"], "material": ["leather"]}),
        TermFacts(11, "Everything leather", attributes={"material": ["leather"], "color": ["black"]}),
        TermFacts(12, "Moka pots", "Brewers for the stove", attributes={"material": ["steel"]}),
    ]
    red, black, moka = map_terms(terms, CLUSTERS, embeddings.embed)
    assert (red.cluster_id, red.method, red.confidence, red.status) == (3, "attributes", 1.0, "mapped")
    assert (black.cluster_id, black.method) == (4, "attributes")
    assert (moka.cluster_id, moka.method, moka.status) == (1, "meaning", "mapped"), "no cluster says steel"


def test_a_blueprints_values_of_a_cluster_count_instead_of_its_words(embeddings: MiniLmEmbeddings) -> None:
    clusters = [*CLUSTERS, ClusterChoice(5, "work footwear", attributes={"color": ["red"], "material": ["leather"]})]
    term = TermFacts(10, "Work footwear", attributes={"color": ["red"], "material": ["leather"]})
    [mapped] = map_terms([term], clusters, embeddings.embed)
    assert (mapped.cluster_id, mapped.confidence) == (5, 1.0), "among equals the nearest in meaning"


def test_meaning_maps_and_doubt_goes_to_review(embeddings: MiniLmEmbeddings) -> None:
    terms = [TermFacts(1, "Iced & Cold Brew Coffee"), TermFacts(2, "Boots"), TermFacts(3, "Privacy policy")]
    brew, boots, policy = map_terms(terms, CLUSTERS, embeddings.embed)
    assert (brew.cluster_id, brew.status) == (2, "mapped")
    assert boots.cluster_id in {3, 4}
    assert (policy.cluster_id, policy.status, policy.method) == (None, "unmapped", "")
    for mapped in (brew, boots, policy):
        assert 0 <= mapped.confidence <= 1
        assert (mapped.status == "mapped") is (mapped.confidence >= 0.5)


def test_without_clusters_nothing_is_asked() -> None:
    def never(texts: list[str]) -> np.ndarray:
        raise AssertionError(texts)

    [mapped] = map_terms([TermFacts(1, "Boots")], [], never)
    assert mapped.status == "unmapped"
    assert map_terms([], CLUSTERS, never) == []


def test_a_file_of_terms_with_its_bad_rows_named() -> None:
    lines = [
        "Taxonomy,term_id,name,slug,description,parent,count,attributes,attr:color",
        'product_cat,12,Boots,boots,"For hiking, mostly",3,40,"{""material"": ""leather""}",red|black',
        "product_cat,,Nameless,,,,,,",
        "post_tag,7,Sale,,,,many,,",
        "post_tag,8,Odd,,,,1,[1],",
        "pa_color,1,Red,,,,,,",
        "pa_color,1,Crimson,,,,,,",
    ]
    read = read_terms("\n".join(lines).encode("utf-8-sig"), "terms.csv")
    assert read.terms == [
        TermRow(
            "product_cat",
            "12",
            "Boots",
            "boots",
            "For hiking, mostly",
            "3",
            40,
            {"material": ["leather"], "color": ["red", "black"]},
        ),
        TermRow("pa_color", "1", "Crimson"),
    ]
    assert read.problems == [
        "row 3: term_id is empty",
        "row 4: count 'many' is not a number",
        'row 5: attributes are not a JSON object such as {"color": ["red"]}',
        "row 7: pa_color 1 stands in an earlier row too; this one counts",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,slug\nBoots,boots\n", "terms.csv has no column taxonomy, term_id. The columns seen are 'name', 'slug'"),
        (b"", "terms.csv has no column taxonomy, term_id, name. The columns seen are none"),
        (b"taxonomy,term_id,name\n\xff\xfe", "terms.csv is not UTF-8 text"),
        (b"taxonomy,term_id,name\na,1," + b"x" * 200_000, "terms.csv is no CSV that can be read"),
    ],
)
def test_a_file_that_is_no_list_of_terms_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(TermFileRefused) as refused:
        read_terms(content, "terms.csv")
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("taxonomy", "structure"),
    [
        ("category", "category_archive"),
        ("product_cat", "category_archive"),
        ("post_tag", "tag_archive"),
        ("product_tag", "tag_archive"),
        ("pa_color", "attribute_archive"),
        ("genre", "category_archive"),
    ],
)
def test_the_taxonomy_says_which_archive_it_is(taxonomy: str, structure: str) -> None:
    assert structure_of(taxonomy) == structure


def test_a_terms_page_wants_the_keyword_that_says_the_same() -> None:
    cluster = describe_cluster("c-1", [KeywordFacts(text="best moka pot", volume=90), KeywordFacts(text="moka pot")])
    plan = plan_term_idea(Term(1, "product_cat", "Moka Pots", 12), cluster)
    assert (plan.content_type, plan.content_structure) == ("taxonomy_landing", "category_archive")
    assert plan.target_keyword == "moka pot", "a list of the best is another page"
    assert plan.reasons == ("product_cat “Moka Pots” has a page with 12 entries and no text of its own",)
    other = plan_term_idea(Term(2, "post_tag", "Stovetop Brewing"), cluster)
    assert (other.target_keyword, other.content_structure) == ("stovetop brewing", "tag_archive")
    assert term_title(Term(2, "post_tag", "stovetop brewing")) == "Stovetop Brewing: Guides and Answers in One Place"


def test_full_terms_come_first() -> None:
    terms = [Term(1, "post_tag", "A", 5), Term(2, "category", "B", 5), Term(3, "category", "C", 50)]
    assert [term.id for term in most_useful(terms)] == [3, 2, 1]
