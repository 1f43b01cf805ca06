"""An article's rows become its structured data."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from igny8_assets.publishing.static_site import page_document
from igny8_assets.schema.classification import classify
from igny8_assets.schema.graph import build_graph_with_report
from igny8_assets.schema.serp_elements import serp_elements
from igny8_assets.sites.from_documents import article_facts, site_facts
from igny8_resources.warehouse.store.sites import active_sectors, default_author
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content


@dataclass(frozen=True)
class StructuredData:
    """The graph, the on-page elements, and what had to be left out of the graph."""

    graph: dict[str, Any]
    elements: dict[str, Any]
    left_out: tuple[str, ...]


def structured_data(session: Session, content: Content, site: Site) -> StructuredData:
    """Build both from the article as it is now; dates enter when it is published."""
    document = page_document(session, content, site, now=utc_now())
    facts = site_facts(site, active_sectors(session, site.id), default_author(session, site))
    built = build_graph_with_report(article_facts(document, facts, published=content.published_at is not None))
    content_class = classify(document.content_type, document.content_structure, document.draft)
    return StructuredData(
        graph=built.graph,
        elements=dict(serp_elements(document.draft, content_class)),
        left_out=tuple(finding.message for finding in built.left_out),
    )
