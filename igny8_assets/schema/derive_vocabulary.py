"""Derives the bundled vocabulary table from a schema.org release.

Run it when a new release of the vocabulary is taken, or when the graph learns a new type::

    python -m igny8_assets.schema.derive_vocabulary SCHEMAORG.jsonld 30.0 igny8_assets/schema/vocabulary.json

The table keeps the types in ``EMITTED`` with all their ancestors, every property of those, and what each property may
hold. Properties that a newer one replaced are listed with their successor, so that validation can name it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EMITTED = (
    "AboutPage", "AdministrativeArea", "AggregateOffer", "AggregateRating", "Answer", "Article", "Blog", "BlogPosting",
    "Brand", "BreadcrumbList", "City", "CollectionPage", "ContactPage", "ContactPoint", "Country", "DefinedTerm",
    "EntryPoint", "FAQPage", "HowTo", "HowToDirection", "HowToStep", "ImageObject", "ItemList", "ItemPage", "ListItem",
    "LocalBusiness", "NewsArticle", "Offer", "OfferShippingDetails", "Organization", "Person", "Place", "PostalAddress",
    "ProductGroup", "MerchantReturnPolicy", "ProfilePage", "PropertyValue", "Question", "QuantitativeValue", "Rating",
    "ReadAction", "Review", "SearchAction", "Service", "TechArticle", "VideoObject", "Clip", "WebPage", "WebSite",
)  # fmt: skip
_NOTE = (
    "Derived from the schema.org vocabulary, release {release} (https://schema.org), "
    "licensed CC BY-SA 3.0; this table is shared under the same licence."
)


def derive(source: dict[str, Any], release: str, emitted: tuple[str, ...] = EMITTED) -> dict[str, Any]:
    """The table for a release's JSON-LD: ``{note, types: {name: {parents, properties}}, ranges, superseded, members}``.

    ``properties`` of a type are its own, without those that it inherits; ``ranges`` names what a property may hold;
    ``members`` lists the values of the enumerations that a property of the table may hold.

    Raises:
        KeyError: a type in ``emitted`` is not in the release.
    """
    nodes = {node["@id"]: node for node in source["@graph"]}
    parents = {
        name: [parent for parent in _names(node, "rdfs:subClassOf") if f"schema:{parent}" in nodes]
        for name, node in ((_name(key), value) for key, value in nodes.items())
        if "rdfs:Class" in _listed(node.get("@type"))
    }
    kept: set[str] = set()
    queue = list(emitted)
    while queue:
        name = queue.pop()
        if name not in kept:
            kept.add(name)
            queue += parents[name]
    own: dict[str, list[str]] = {name: [] for name in kept}
    ranges: dict[str, list[str]] = {}
    superseded: dict[str, str] = {}
    for key, node in nodes.items():
        if "rdf:Property" not in _listed(node.get("@type")):
            continue
        domains = [domain for domain in _names(node, "schema:domainIncludes") if domain in kept]
        for domain in domains:
            own[domain].append(_name(key))
        if domains:
            ranges[_name(key)] = sorted(_names(node, "schema:rangeIncludes"))
            superseded |= {_name(key): successor for successor in _names(node, "schema:supersededBy")}
    held = {name for allowed in ranges.values() for name in allowed}
    members: dict[str, list[str]] = {}
    for key, node in nodes.items():
        for kind in _listed(node.get("@type")):
            if _name(kind) in held:
                members.setdefault(_name(kind), []).append(_name(key))
    return {
        "note": _NOTE.format(release=release),
        "types": {name: {"parents": sorted(parents[name]), "properties": sorted(own[name])} for name in sorted(kept)},
        "ranges": dict(sorted(ranges.items())),
        "superseded": dict(sorted(superseded.items())),
        "members": {
            name: sorted(members[name])
            for name in sorted(members)
            if name in {"ItemAvailability", "OfferItemCondition"}
        },
    }


def _names(node: dict[str, Any], key: str) -> Iterator[str]:
    for value in _listed(node.get(key)):
        if value["@id"].startswith("schema:"):
            yield _name(value["@id"])


def _name(key: str) -> str:
    return key.removeprefix("schema:")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def main(source: str, release: str, target: str) -> None:
    """Write the table of one release."""
    table = derive(json.loads(Path(source).read_text(encoding="utf-8")), release)
    Path(target).write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
