"""Which kind of page an article is, and which structured data and on-page elements such a page carries.

The first six classes and their lists are platform-modules §7.3 of the seeds; the others follow the same thinking for
the content types that the seeds add in §3. ``review_rating`` and ``product`` are emitted only from facts about a real
product that the caller supplies: a list here says what may apply, never what will be claimed.
"""

from typing import Literal, NamedTuple

from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.contracts.writer import ArticleDraft

ContentClass = Literal[
    "blog_article",
    "tutorial_guide",
    "product_review",
    "service_page",
    "comparison_post",
    "product_page",
    "product_collection",
    "cluster_hub",
    "taxonomy_landing",
    "company_page",
    "contact_page",
    "landing_page",
    "home",
]
SchemaPiece = Literal[
    "faq", "howto", "article", "author_person", "breadcrumb", "review_rating", "pros_cons", "service", "product",
    "item_list", "about_organization",
]  # fmt: skip
SerpElement = Literal["tldr", "toc", "definition_blocks", "paa_subheadings", "comparison_table"]


class Applicable(NamedTuple):
    """The structured data (``schemas``) and the on-page ``elements`` that a class of page may carry."""

    schemas: tuple[SchemaPiece, ...]
    elements: tuple[SerpElement, ...]


SCHEMA_MAP: dict[ContentClass, Applicable] = {
    "blog_article": Applicable(
        ("faq", "article", "author_person", "breadcrumb"), ("tldr", "toc", "definition_blocks", "paa_subheadings")
    ),
    "tutorial_guide": Applicable(
        ("faq", "howto", "article", "author_person", "breadcrumb"),
        ("tldr", "toc", "definition_blocks", "paa_subheadings"),
    ),
    "product_review": Applicable(
        ("faq", "review_rating", "pros_cons", "article", "author_person", "breadcrumb"),
        ("tldr", "toc", "paa_subheadings"),
    ),
    "service_page": Applicable(("faq", "breadcrumb", "service"), ("definition_blocks",)),
    "comparison_post": Applicable(
        ("faq", "review_rating", "pros_cons", "article", "author_person", "breadcrumb"),
        ("tldr", "toc", "comparison_table", "paa_subheadings"),
    ),
    "product_page": Applicable(("faq", "product", "review_rating", "breadcrumb"), ()),
    "product_collection": Applicable(("faq", "item_list", "breadcrumb"), ("definition_blocks",)),
    "cluster_hub": Applicable(
        ("faq", "item_list", "article", "author_person", "breadcrumb"),
        ("tldr", "toc", "definition_blocks", "paa_subheadings"),
    ),
    "taxonomy_landing": Applicable(("faq", "item_list", "breadcrumb"), ("toc", "definition_blocks", "paa_subheadings")),
    "company_page": Applicable(("faq", "about_organization", "breadcrumb"), ()),
    "contact_page": Applicable(("faq", "about_organization", "breadcrumb"), ()),
    "landing_page": Applicable(("faq", "breadcrumb"), ("paa_subheadings",)),
    "home": Applicable(("item_list", "about_organization"), ()),
}

_BY_TYPE: dict[str, ContentClass] = {
    "product": "product_page",
    "service": "service_page",
    "company_page": "company_page",
    "brand_page": "company_page",
    "taxonomy_landing": "taxonomy_landing",
    "cluster_hub": "cluster_hub",
    "comparison": "comparison_post",
    "post": "blog_article",
    "page": "landing_page",
}
_BY_STRUCTURE: dict[str, ContentClass] = {
    "guide_tutorial": "tutorial_guide",
    "how_to": "tutorial_guide",
    "comparison": "comparison_post",
    "review": "product_review",
    "question": "blog_article",
    "top_listicle": "blog_article",
    "landing_page": "landing_page",
    "about_page": "company_page",
    "contact_page": "contact_page",
    "product_single": "product_page",
    "product_collection": "product_collection",
    "service_single": "service_page",
    "service_area": "service_page",
    "company_about": "company_page",
    "company_team": "company_page",
    "company_careers": "company_page",
    "category_archive": "taxonomy_landing",
    "tag_archive": "taxonomy_landing",
    "attribute_archive": "taxonomy_landing",
    "cluster_hub": "cluster_hub",
}
# A post or a page takes its class from its structure; of the other types only these structures change it.
_DECIDING = frozenset({"contact_page", "product_collection"})


def classify(content_type: ContentType, structure: ContentStructure, draft: ArticleDraft | None = None) -> ContentClass:
    """The class of a page from its type and structure, and from what the draft turns out to hold when it is given.

    A guide or how-to without a single procedure is a plain article: claiming a tutorial would promise steps.
    """
    kind = _BY_TYPE[content_type]
    if content_type in {"post", "page"} or structure in _DECIDING:
        kind = _BY_STRUCTURE[structure]
    if kind == "tutorial_guide" and draft is not None and not any(section.steps for section in draft.sections):
        return "blog_article"
    return kind


def missing_pieces(content_class: ContentClass, present: set[str]) -> tuple[SchemaPiece, ...]:
    """What of a class's structured data an existing page lacks; ``present`` are pieces found on it."""
    return tuple(piece for piece in SCHEMA_MAP[content_class].schemas if piece not in present)
