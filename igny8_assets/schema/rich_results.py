"""Which structured data search engines still turn into something that a searcher sees, and since when not.

The state of November 2026. Markup whose display has ended stays valid vocabulary: it is emitted for its meaning, and
nobody is promised a rich result for it.
"""

from datetime import date
from typing import NamedTuple

from igny8_assets.schema.requirements import types_of
from igny8_assets.schema.vocabulary import ancestors

AS_OF = date(2026, 11, 20)


class Eligibility(NamedTuple):
    """What becomes of a type in search results: ``shown_as`` empty means nothing, ``ended`` is the day it stopped."""

    type: str
    shown_as: str
    ended: date | None
    note: str


TABLE: tuple[Eligibility, ...] = (
    Eligibility("Article", "article appearance: headline, image, date", None, "No required fields."),
    Eligibility("BreadcrumbList", "breadcrumb trail", None, "Mobile results show the domain only."),
    Eligibility("Organization", "knowledge panel and logo", None, "On the home page or an about page."),
    Eligibility("LocalBusiness", "knowledge panel", None, "Reviews that a business hosts of itself are ignored."),
    Eligibility("Product", "product snippet", None, "Needs an offer, a review or an aggregate rating."),
    Eligibility("Review", "review snippet", None, "Not for an Organization's or LocalBusiness's own reviews."),
    Eligibility("VideoObject", "video result", None, "Needs a thumbnail and an upload date with a time zone."),
    Eligibility("ProfilePage", "profile appearance", None, "Needs a Person or Organization as main entity."),
    Eligibility("ItemList", "host carousel", None, "Only of courses, films, recipes and restaurants."),
    Eligibility("FAQPage", "questions to unfold", date(2026, 5, 7), "Emitted for its meaning only."),
    Eligibility("HowTo", "steps", date(2023, 9, 13), "Emitted for its meaning only."),
    Eligibility("Service", "", None, "Never had a rich result."),
    Eligibility("Person", "", None, "Alone it has no rich result; as an author it is read with the article."),
)


def eligibility(graph: dict[str, object], on: date = AS_OF) -> list[Eligibility]:
    """For each kind of node in a graph that the table knows: what search engines make of it on a day.

    Entries come in the table's order; of a type that has ended by that day ``shown_as`` is empty.
    """
    nodes = graph.get("@graph", [])
    kinds: set[str] = set()
    for node in nodes if isinstance(nodes, list) else []:
        for kind in types_of(node):
            kinds |= {kind} | (ancestors(kind) - {"ItemList"})  # a breadcrumb trail is an ItemList but no carousel
    return [
        entry if entry.ended is None or entry.ended > on else entry._replace(shown_as="")
        for entry in TABLE
        if entry.type in kinds
    ]
