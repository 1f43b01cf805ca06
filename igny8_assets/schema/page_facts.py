"""The facts that a page's structured data is built from. Everything here is true of the page and visible on it.

Belongs here: shapes, and how they are read off an article. Does not belong here: JSON-LD. An empty string or None means
"not known"; the graph then leaves the property, or the node that needs it, out.
"""

from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from igny8_assets.article_anchors import article_anchors
from igny8_assets.article_passages import word_count
from igny8_assets.schema.classification import ContentClass, classify
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.contracts.writer import ArticleDraft, ProsCons, QuestionAnswer, Step


class ImageFacts(Value):
    """A picture: absolute URL, size in pixels (0 = unknown), what it shows."""

    url: str
    width: int = 0
    height: int = 0
    alt: str = ""
    caption: str = ""


class AuthorFacts(Value):
    """Who wrote the page. ``url`` is a page about the author, ``profiles`` are the author's pages elsewhere."""

    name: str
    url: str = ""
    bio: str = ""
    job_title: str = ""
    profiles: tuple[str, ...] = ()
    image: ImageFacts | None = None


class SiteFacts(Value):
    """The site and who runs it. ``url`` is the home page's canonical URL; ``language`` a BCP 47 tag."""

    name: str
    url: str
    language: str = "en"
    description: str = ""
    organization_name: str = ""
    logo: ImageFacts | None = None
    profiles: tuple[str, ...] = ()
    email: str = ""
    telephone: str = ""


class Breadcrumb(Value):
    """One step from the home page (first) to the page itself (last)."""

    name: str
    url: str


class ListedPage(Value):
    """One page that a hub, an archive or the home page lists, in the order shown."""

    name: str
    url: str


class AnchoredQuestion(Value):
    """A question of the page's FAQ and the id of its heading."""

    anchor: str
    pair: QuestionAnswer


class Procedure(Value):
    """A section that is a sequence of steps: its heading, its id, and each step with the id of its list item."""

    name: str
    anchor: str
    steps: tuple[tuple[str, Step], ...]


class OfferFacts(Value):
    """A price that the page shows: ISO 4217 ``currency``, a schema.org ItemAvailability name."""

    price: Decimal
    currency: str
    availability: Literal["InStock", "OutOfStock", "PreOrder", "BackOrder", "LimitedAvailability", "SoldOut", ""] = ""
    url: str = ""


class ProductFacts(Value):
    """A real product: what the shop or the maker states. Nothing here is ever guessed from the article."""

    name: str
    description: str = ""
    brand: str = ""
    sku: str = ""
    gtin: str = ""
    mpn: str = ""
    images: tuple[str, ...] = ()
    offer: OfferFacts | None = None


class ServiceFacts(Value):
    """A service that the site's owner offers; ``areas`` are the places served, by name."""

    name: str
    service_type: str = ""
    description: str = ""
    areas: tuple[str, ...] = ()


class VideoFacts(Value):
    """A video on the page; ``seconds`` is its length."""

    name: str
    description: str
    thumbnail_url: str
    content_url: str
    uploaded_at: AwareDatetime
    seconds: float = 0.0


class PageFacts(Value):
    """Everything about one page. ``url`` is its canonical URL; ``images`` has the primary image first.

    ``reviewed_products`` are real products that the page judges: pros and cons become a review only of these, matched
    by name. ``published_at`` and ``modified_at`` carry their time zone.
    """

    site: SiteFacts
    content_class: ContentClass
    url: str
    title: str
    description: str = ""
    headline: str = ""
    language: str = ""
    published_at: AwareDatetime | None = None
    modified_at: AwareDatetime | None = None
    author: AuthorFacts | None = None
    images: tuple[ImageFacts, ...] = ()
    breadcrumbs: tuple[Breadcrumb, ...] = ()
    faq: tuple[AnchoredQuestion, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    pros_cons: tuple[ProsCons, ...] = ()
    listed: tuple[ListedPage, ...] = ()
    word_count: int = 0
    section: str = ""
    keywords: tuple[str, ...] = ()
    product: ProductFacts | None = None
    reviewed_products: tuple[ProductFacts, ...] = ()
    service: ServiceFacts | None = None
    videos: tuple[VideoFacts, ...] = ()


def facts_from_draft(
    draft: ArticleDraft,
    *,
    site: SiteFacts,
    url: str,
    content_type: ContentType,
    content_structure: ContentStructure,
    **known: object,
) -> PageFacts:
    """The page facts of an article: its own parts read off the draft, everything else from ``known``.

    ``known`` takes any other field of ``PageFacts`` (dates, author, images, breadcrumbs, section, keywords, listed ...)
    and wins over what the draft says.

    Raises:
        pydantic.ValidationError: a field of ``known`` does not exist or does not fit; the message names it.
    """
    anchors = article_anchors(draft)
    content_class = classify(content_type, content_structure, draft)
    read: dict[str, object] = {
        "title": draft.meta_title or draft.title,
        "headline": draft.title,
        "description": draft.meta_description,
        "language": site.language,
        "faq": tuple(
            AnchoredQuestion(anchor=anchor, pair=pair)
            for anchor, pair in zip(anchors.questions, draft.faq, strict=True)
        ),
        "procedures": tuple(
            Procedure(
                name=section.heading,
                anchor=anchors.sections[index],
                steps=tuple((anchors.step(index, number), step) for number, step in enumerate(section.steps)),
            )
            for index, section in enumerate(draft.sections)
            if len(section.steps) > 1
        ),
        "pros_cons": draft.pros_cons,
        "word_count": word_count(draft),
    }
    if content_class == "service_page":
        read["service"] = ServiceFacts(name=draft.title, description=draft.meta_description)
    return PageFacts.model_validate({**read, **known, "site": site, "url": url, "content_class": content_class})
