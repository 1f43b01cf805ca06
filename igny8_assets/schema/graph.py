"""Builds a page's structured data: one connected ``@graph``, stitched by ``@id``, every reference resolving.

Ids follow the convention that the field shares: the WebPage's is the canonical URL itself, site-wide nodes hang under
the home page (``/#website``, ``/#organization``, ``/#/schema/person/...``), the page's own under ``url#...``. What a
page may carry is ``classification.SCHEMA_MAP``; what it does carry is what the facts hold. FAQ and HowTo are emitted
for their meaning only (see ``rich_results``).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from igny8_assets.findings import Finding
from igny8_assets.schema.classification import SCHEMA_MAP, SchemaPiece
from igny8_assets.schema.commerce_nodes import (
    product_node,
    product_review,
    service_node,
    unknown_product,
    unreviewed_subjects,
)
from igny8_assets.schema.page_facts import ListedPage, PageFacts, SiteFacts
from igny8_assets.schema.page_ids import PageIds
from igny8_assets.schema.pruning import Node, absolute, prune

CONTEXT = "https://schema.org"
_PAGE_TYPES = {
    "cluster_hub": "CollectionPage",
    "taxonomy_landing": "CollectionPage",
    "product_collection": "CollectionPage",
    "company_page": "AboutPage",
    "contact_page": "ContactPage",
    "product_page": "ItemPage",
}


class PageFactsIncompleteError(ValueError):
    """A page without what every graph needs: absolute URLs of page and site, a title, the site's name."""


class GraphBuild(NamedTuple):
    """A page's graph, ready for ``<script type="application/ld+json">``, and what had to be left out of it and why."""

    graph: dict[str, Any]
    left_out: tuple[Finding, ...]


def build_graph(page: PageFacts) -> dict[str, Any]:
    """The page's structured data as one JSON-LD document with a single ``@context`` and ``@graph``.

    Raises:
        PageFactsIncompleteError: the page or its site lacks what the WebPage itself needs.
    """
    return build_graph_with_report(page).graph


def build_graph_with_report(page: PageFacts) -> GraphBuild:
    """As ``build_graph``, with a warning for every node and property that was left out.

    Raises:
        PageFactsIncompleteError: the page or its site lacks what the WebPage itself needs.
    """
    for name, value in (("url", page.url), ("site.url", page.site.url)):
        if not absolute(value):
            raise PageFactsIncompleteError(f"{name} is {value!r}: give the absolute canonical URL (https://...)")
        if "#" in value:
            raise PageFactsIncompleteError(f"{name} is {value!r}: a canonical URL has no fragment; leave out the #")
    for name, value in (("title", page.title), ("site.name", page.site.name)):
        if not value.strip():
            raise PageFactsIncompleteError(f"{name} is empty: a page's graph needs it ({page.url})")
    nodes, left_out = prune(_nodes(page), page.url)
    return GraphBuild({"@context": CONTEXT, "@graph": nodes}, (*_not_claimed(page), *left_out))


def build_home_graph(
    site: SiteFacts, *, title: str = "", description: str = "", listed: tuple[ListedPage, ...] = ()
) -> dict[str, Any]:
    """The home page's graph: the site, who runs it, and the pages that the home page lists."""
    return build_graph(
        PageFacts(
            site=site,
            content_class="home",
            url=site.url,
            title=title or site.name,
            description=description or site.description,
            listed=listed,
        )
    )


def _nodes(page: PageFacts) -> Iterator[Node]:
    ids, pieces = PageIds.of(page), frozenset(SCHEMA_MAP[page.content_class].schemas)
    yield _web_page(page, ids, pieces)
    if "article" in pieces:
        yield _article(page, ids, pieces)
    yield from _site_nodes(page, ids)
    if page.author is not None and "author_person" in pieces:
        yield {
            "@type": "Person",
            "@id": ids.author,
            "name": page.author.name,
            "url": page.author.url,
            "description": page.author.bio,
            "jobTitle": page.author.job_title,
            "sameAs": list(page.author.profiles),
            "image": _image(page, page.author.image) if page.author.image else None,
        }
    for image, key in zip(page.images, ids.images, strict=True):
        yield {"@id": key, **_image(page, image)}
    if "breadcrumb" in pieces and page.breadcrumbs:
        yield _breadcrumbs(page, ids)
    if "item_list" in pieces and page.listed:
        yield _item_list(page, ids)
    if "faq" in pieces:
        yield from _questions(page, ids)
    if "howto" in pieces:
        yield from _procedures(page, ids)
    if "product" in pieces and page.product is not None:
        yield {**product_node(page.product, ids.product), "mainEntityOfPage": {"@id": page.url}}
    if "pros_cons" in pieces:
        yield from _judged(page, ids)
    if "service" in pieces and page.service is not None:
        yield service_node(page.service, ids)
    yield from _videos(page, ids)


def _web_page(page: PageFacts, ids: PageIds, pieces: frozenset[SchemaPiece]) -> Node:
    types = [_PAGE_TYPES.get(page.content_class, "WebPage")]
    main: list[Node] | Node | None = _refs(ids.item_list) if "item_list" in pieces else None
    if "product" in pieces:
        main = _refs(ids.product)
    if "service" in pieces:
        main = _refs(ids.service)
    if "faq" in pieces and any(entry.pair.question.strip() and entry.pair.answer.strip() for entry in page.faq):
        types.append("FAQPage")
        main = [_refs(key) for key in ids.questions]
    node: Node = {
        "@type": types if len(types) > 1 else types[0],
        "@id": page.url,
        "url": page.url,
        "name": page.title,
        "description": page.description,
        "inLanguage": page.language or page.site.language,
        "isPartOf": _refs(ids.website),
        "about": _refs(ids.organization) if "about_organization" in pieces else None,
        "primaryImageOfPage": _refs(ids.images[0]) if ids.images else None,
        "image": [_refs(key) for key in ids.images],
        "thumbnailUrl": page.images[0].url if page.images else None,
        "breadcrumb": _refs(ids.breadcrumb) if "breadcrumb" in pieces else None,
        **_dates(page),
        "mainEntity": main,
    }
    if "article" in pieces:
        node["potentialAction"] = {"@type": "ReadAction", "target": [page.url]}
    return node


def _article(page: PageFacts, ids: PageIds, pieces: frozenset[SchemaPiece]) -> Node:
    kind: str | list[str] = "Article"
    if page.content_class == "tutorial_guide":
        # Search engines name Article; TechArticle says what kind to those who read further.
        kind = ["Article", "TechArticle"] if page.procedures else "BlogPosting"
    elif page.content_class == "blog_article":
        kind = "BlogPosting"
    return {
        "@type": kind,
        "@id": ids.article,
        "isPartOf": _refs(page.url),
        "mainEntityOfPage": _refs(page.url),
        "headline": page.headline or page.title,
        "description": page.description,
        **_dates(page),
        "author": _refs(_writer(page, ids)),
        "publisher": _refs(ids.organization),
        "image": [_refs(key) for key in ids.images],
        "thumbnailUrl": page.images[0].url if page.images else None,
        "articleSection": page.section,
        "keywords": list(page.keywords),
        "wordCount": page.word_count or None,
        "inLanguage": page.language or page.site.language,
        "about": [_refs(key) for key in ids.judged.values()] if "pros_cons" in pieces else None,
        "hasPart": [_refs(key) for key in ids.procedures] if "howto" in pieces else None,
        "video": [_refs(key) for key in ids.videos],
    }


def _writer(page: PageFacts, ids: PageIds) -> str:
    """Who answers for the text: the named author, else the site's owner."""
    return ids.author if page.author and page.author.name.strip() else ids.organization


def _site_nodes(page: PageFacts, ids: PageIds) -> Iterator[Node]:
    site = page.site
    yield {
        "@type": "WebSite",
        "@id": ids.website,
        "url": site.url,
        "name": site.name,
        "description": site.description,
        "inLanguage": site.language,
        "publisher": _refs(ids.organization),
    }
    yield {
        "@type": "Organization",
        "@id": ids.organization,
        "name": site.organization_name or site.name,
        "url": site.url,
        "logo": _refs(ids.logo) if site.logo else None,
        "image": _refs(ids.logo) if site.logo else None,
        "sameAs": list(site.profiles),
        "email": site.email,
        "telephone": site.telephone,
    }
    if site.logo is not None:
        yield {"@id": ids.logo, **_image(page, site.logo), "caption": site.logo.caption or site.name}


def _breadcrumbs(page: PageFacts, ids: PageIds) -> Node:
    last = len(page.breadcrumbs)
    return {
        "@type": "BreadcrumbList",
        "@id": ids.breadcrumb,
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": crumb.name,
                "item": crumb.url if position < last else None,
            }
            for position, crumb in enumerate(page.breadcrumbs, start=1)
        ],
    }


def _item_list(page: PageFacts, ids: PageIds) -> Node:
    return {
        "@type": "ItemList",
        "@id": ids.item_list,
        "name": page.headline or page.title,
        "mainEntityOfPage": _refs(page.url),
        "numberOfItems": len(page.listed) or None,
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": entry.name, "url": entry.url}
            for position, entry in enumerate(page.listed, start=1)
        ],
    }


def _questions(page: PageFacts, ids: PageIds) -> Iterator[Node]:
    language = page.language or page.site.language
    for number, (entry, key) in enumerate(zip(page.faq, ids.questions, strict=True), start=1):
        yield {
            "@type": "Question",
            "@id": key,
            "position": number,
            "url": f"{page.url}#{entry.anchor}",
            "name": entry.pair.question,
            "answerCount": 1,
            "inLanguage": language,
            "acceptedAnswer": {"@type": "Answer", "text": entry.pair.answer, "inLanguage": language},
        }


def _procedures(page: PageFacts, ids: PageIds) -> Iterator[Node]:
    for procedure, key in zip(page.procedures, ids.procedures, strict=True):
        yield {
            "@type": "HowTo",
            "@id": key,
            "url": f"{page.url}#{procedure.anchor}",
            "name": procedure.name,
            "inLanguage": page.language or page.site.language,
            "isPartOf": _refs(page.url),
            "step": [
                {
                    "@type": "HowToStep",
                    "position": position,
                    "name": step.name,
                    "text": step.text,
                    "url": f"{page.url}#{anchor}",
                }
                for position, (anchor, step) in enumerate(procedure.steps, start=1)
            ],
        }


def _judged(page: PageFacts, ids: PageIds) -> Iterator[Node]:
    """What the page compares: a Product with the editors' review where it is one, otherwise a named Thing."""
    author = _writer(page, ids)
    products = {product.name.casefold(): product for product in page.reviewed_products}
    for entry in page.pros_cons:
        key, product = ids.judged[entry.subject], products.get(entry.subject.casefold())
        if product is None:
            yield {"@type": "Thing", "@id": key, "name": entry.subject}
        else:
            yield {**product_node(product, key), "review": product_review(entry, author, page)}


def _not_claimed(page: PageFacts) -> Iterator[Finding]:
    pieces = SCHEMA_MAP[page.content_class].schemas
    if "pros_cons" in pieces:
        yield from unreviewed_subjects(page)
    if "product" in pieces and page.product is None:
        yield unknown_product(page)


def _videos(page: PageFacts, ids: PageIds) -> Iterator[Node]:
    for video, key in zip(page.videos, ids.videos, strict=True):
        yield {
            "@type": "VideoObject",
            "@id": key,
            "name": video.name,
            "description": video.description or page.description,
            "thumbnailUrl": video.thumbnail_url,
            "contentUrl": video.content_url,
            "uploadDate": video.uploaded_at.isoformat(timespec="seconds"),
            "duration": _duration(video.seconds),
            "inLanguage": page.language or page.site.language,
            "isPartOf": _refs(page.url),
        }


def _duration(seconds: float) -> str | None:
    """ISO 8601, whole seconds: ``PT1M30S``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"PT{f'{minutes}M' if minutes else ''}{f'{rest}S' if rest or not minutes else ''}" if seconds > 0 else None


def _image(page: PageFacts, image: Any) -> Node:
    return {
        "@type": "ImageObject",
        "url": image.url,
        "contentUrl": image.url,
        "width": image.width or None,
        "height": image.height or None,
        "caption": image.caption or image.alt,
        "inLanguage": page.language or page.site.language if image.caption or image.alt else None,
    }


def _dates(page: PageFacts) -> Node:
    published, modified = page.published_at, page.modified_at or page.published_at
    if published and modified:
        modified = max(published, modified)
    return {
        "datePublished": published.isoformat(timespec="seconds") if published else None,
        "dateModified": modified.isoformat(timespec="seconds") if modified else None,
    }


def _refs(key: str) -> Node:
    return {"@id": key}
