"""Nodes about what is sold or judged: products, offers, editors' reviews, services.

Every value comes from facts that the caller supplied. Ratings, prices and availability are never made up: a product
without an offer and without a review is not emitted at all, since search engines would report it as faulty.
"""

from collections.abc import Iterator

from igny8_assets.findings import Finding
from igny8_assets.schema.page_facts import OfferFacts, PageFacts, ProductFacts, ServiceFacts
from igny8_assets.schema.page_ids import PageIds
from igny8_assets.schema.pruning import Node
from igny8_resources.contracts.writer import ProsCons

FEWEST_STATEMENTS = 2  # pros and cons together, below which search engines pass them over


def product_node(product: ProductFacts, key: str) -> Node:
    """A Product with the identifiers and the offer that are known."""
    return {
        "@type": "Product",
        "@id": key,
        "name": product.name,
        "description": product.description,
        "brand": {"@type": "Brand", "name": product.brand},
        "sku": product.sku,
        "gtin": product.gtin,
        "mpn": product.mpn,
        "image": list(product.images),
        "offers": _offer(product.offer) if product.offer else None,
    }


def _offer(offer: OfferFacts) -> Node:
    return {
        "@type": "Offer",
        "price": format(offer.price, "f") if offer.price > 0 else None,
        "priceCurrency": offer.currency,
        "availability": f"https://schema.org/{offer.availability}" if offer.availability else None,
        "url": offer.url,
    }


def product_review(entry: ProsCons, author: str, page: PageFacts) -> Node | None:
    """The editors' review of a product: its pros and cons, without a rating, as nobody gave one."""
    if len(entry.pros) + len(entry.cons) < FEWEST_STATEMENTS:
        return None
    return {
        "@type": "Review",
        "name": page.headline or page.title,
        "author": {"@id": author},
        "datePublished": page.published_at.isoformat(timespec="seconds") if page.published_at else None,
        "positiveNotes": _notes(entry.pros),
        "negativeNotes": _notes(entry.cons),
    }


def unreviewed_subjects(page: PageFacts) -> Iterator[Finding]:
    """Why pros and cons of a subject did not become a review."""
    products = {product.name.casefold() for product in page.reviewed_products}
    for entry in page.pros_cons:
        if entry.subject.casefold() not in products:
            message = (
                f"“{entry.subject}” is not known to be a product: its pros and cons stay on the page and are not "
                "marked up as a review. Supply it in reviewed_products if it is one."
            )
            yield Finding(check="schema_left_out", severity="warning", passage=page.url, message=message)


def unknown_product(page: PageFacts) -> Finding:
    """Why a product page carries no Product."""
    message = "No facts about the product were supplied (name, price, currency): the page carries no Product."
    return Finding(check="schema_left_out", severity="warning", passage=page.url, message=message)


def service_node(service: ServiceFacts, ids: PageIds) -> Node:
    """A Service of the site's owner."""
    return {
        "@type": "Service",
        "@id": ids.service,
        "mainEntityOfPage": {"@id": ids.page},
        "name": service.name,
        "serviceType": service.service_type,
        "description": service.description,
        "provider": {"@id": ids.organization},
        "areaServed": [{"@type": "Place", "name": area} for area in service.areas],
    }


def _notes(statements: tuple[str, ...]) -> Node:
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": statement}
            for position, statement in enumerate(statements, start=1)
        ],
    }
