"""What a node must hold to be worth emitting, and what search engines recommend beside it.

Required fields are those that search engines ask for (reference table, November 2026) or without which the node says
nothing. A field may be a choice: one of the alternatives is enough.
"""

from typing import Any

from igny8_assets.schema.vocabulary import ancestors

Field = str | tuple[str, ...]

REQUIRED: dict[str, tuple[Field, ...]] = {
    "WebSite": ("name", "url"),
    "WebPage": ("name", "url"),
    "Organization": ("name",),
    "Person": ("name",),
    "LocalBusiness": ("name", "address"),
    "ImageObject": (("url", "contentUrl"),),
    "VideoObject": ("name", "thumbnailUrl", "uploadDate"),
    "BreadcrumbList": ("itemListElement",),
    "ItemList": ("itemListElement",),
    "ListItem": ("position", ("name", "item", "url")),
    "Article": ("headline",),
    "Question": ("name", "acceptedAnswer"),
    "Answer": ("text",),
    "FAQPage": ("mainEntity",),
    "HowTo": ("name", "step"),
    "HowToStep": (("text", "name"),),
    "Product": ("name", ("offers", "review", "aggregateRating")),
    "Offer": (("price", "priceSpecification"), "priceCurrency"),
    "Brand": ("name",),
    "Review": ("author", ("itemReviewed", "reviewRating", "positiveNotes", "negativeNotes")),
    "Rating": ("ratingValue",),
    "AggregateRating": ("ratingValue", ("ratingCount", "reviewCount")),
    "Service": ("name", "provider"),
    "ProfilePage": ("mainEntity",),
    "Place": (("name", "address"),),
    "ContactPoint": (("email", "telephone", "url"),),
    "ReadAction": ("target",),
    "Thing": ("name",),
}
RECOMMENDED: dict[str, tuple[str, ...]] = {
    "Article": ("image", "datePublished", "dateModified", "author"),
    "Organization": ("url", "logo"),
    "VideoObject": ("description", "duration", "contentUrl"),
    "Product": ("image", "description"),
}
# Types whose demands pass on to their kinds. Not every ancestor's do: a HowToStep is also an ItemList without items.
_PASSED_ON = ("Article", "ImageObject", "LocalBusiness", "Organization", "Product", "VideoObject", "WebPage")
FEWEST_ITEMS: dict[tuple[str, str], int] = {("BreadcrumbList", "itemListElement"): 2}


def required_of(kind: str) -> tuple[Field, ...]:
    """The required fields of a type, its own and those passed on to it."""
    passed_on = [
        field for owner in _PASSED_ON if owner != kind and owner in ancestors(kind) for field in REQUIRED[owner]
    ]
    return (*REQUIRED.get(kind, ()), *passed_on)


def recommended_of(kind: str) -> tuple[str, ...]:
    """The fields that search engines recommend for a type, its own and those passed on to it."""
    return tuple(field for owner, fields in RECOMMENDED.items() if owner in ancestors(kind) for field in fields)


def types_of(node: dict[str, Any]) -> list[str]:
    """A node's types, as a list whether it has one or several."""
    kind = node.get("@type", [])
    return [kind] if isinstance(kind, str) else [one for one in kind if isinstance(one, str)]


def missing_fields(node: dict[str, Any], required: tuple[Field, ...]) -> list[str]:
    """The required fields that a node lacks; alternatives are named with "or"."""
    missing = []
    for field in required:
        choices = (field,) if isinstance(field, str) else field
        if all(empty(node.get(choice)) for choice in choices):
            missing.append(" or ".join(choices))
    return missing


def too_few_items(node: dict[str, Any], kind: str) -> str:
    """What a list node falls short of (``1 itemListElement of at least 2``), or an empty string."""
    for (owner, field), fewest in FEWEST_ITEMS.items():
        held = node.get(field)
        if owner == kind and isinstance(held, list) and len(held) < fewest:
            return f"{len(held)} {field} of at least {fewest}"
    return ""


def empty(value: object) -> bool:
    """Whether a value says nothing: None, blank text, an empty list or object."""
    return value is None or (isinstance(value, str) and not value.strip()) or (value in ([], {}, ()))
