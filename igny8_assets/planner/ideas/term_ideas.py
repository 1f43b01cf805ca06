"""Landing pages for the terms of a site's taxonomies: which structure, which query, which title."""

from collections.abc import Sequence
from dataclasses import dataclass

from igny8_assets.planner.clusters.naming import ClusterFacts, title_case
from igny8_assets.planner.ideas.composing import IdeaPlan
from igny8_assets.planner.ideas.search_wording import read_wording
from igny8_assets.planner.keywords.text import modifiers
from igny8_resources.contracts.vocabulary import ContentStructure
from igny8_resources.word_stems import normalise

TAGS = frozenset({"post_tag", "product_tag", "tag"})
_TITLES: dict[ContentStructure, str] = {
    "category_archive": "{name}: Every Guide and How to Choose",
    "tag_archive": "{name}: Guides and Answers in One Place",
    "attribute_archive": "{name}: What to Compare and What Fits",
}


@dataclass(frozen=True)
class Term:
    """A term as rules see it; ``count`` is how many posts or products it holds."""

    id: int
    taxonomy: str
    name: str
    count: int = 0


def structure_of(taxonomy: str) -> ContentStructure:
    """What kind of archive a taxonomy's terms have: WordPress and WooCommerce names, any other is taken for a category."""
    if taxonomy in TAGS or taxonomy.endswith("_tag"):
        return "tag_archive"
    if taxonomy.startswith("pa_") or "attribute" in taxonomy:
        return "attribute_archive"
    return "category_archive"


def plan_term_idea(term: Term, cluster: ClusterFacts) -> IdeaPlan:
    """The landing page of a term in the cluster that it stands for.

    It should win the most searched keyword that says what the term says and nothing else (*moka pot*, not *best moka
    pot*); where no keyword does, the term's own name.
    """
    wanted = read_wording(term.name).words.keys()
    same = [
        keyword.text
        for keyword in cluster.keywords
        if read_wording(keyword.text).words.keys() == wanted and not modifiers(keyword.text)
    ]
    target = same[0] if same else normalise(term.name)
    held = f"{term.count} entries" if term.count != 1 else "1 entry"
    reasons = (f"{term.taxonomy} “{term.name}” has a page with {held} and no text of its own",)
    return IdeaPlan("taxonomy_landing", structure_of(term.taxonomy), target, reasons)


def term_title(term: Term) -> str:
    """A working title until a text provider words it."""
    return _TITLES[structure_of(term.taxonomy)].format(name=title_case(term.name))


def most_useful(terms: Sequence[Term]) -> list[Term]:
    """Terms in the order in which they deserve a text: those that hold most first, categories before tags."""
    order = ["category_archive", "attribute_archive", "tag_archive"]
    return sorted(terms, key=lambda term: (-term.count, order.index(structure_of(term.taxonomy)), term.name, term.id))
