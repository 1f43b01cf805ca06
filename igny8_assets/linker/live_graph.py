"""The link graph of what is live: the articles' own links and those that home and topic pages give them."""

from dataclasses import dataclass

import dagster as dg
from sqlalchemy import delete
from sqlalchemy.orm import Session

from igny8_assets.linker.link_graph import LinkEdgeFact, LinkGraphReport, analyse_links, edges_of
from igny8_assets.shown import markdown_table
from igny8_assets.sites.addresses import HOME, article_path
from igny8_assets.sites.building import published_pages
from igny8_assets.sites.planning import plan_pages
from igny8_resources.platform import Platform
from igny8_resources.warehouse.tables.publishing import LinkEdge
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.upsert import upsert


@dataclass(frozen=True)
class LiveGraph:
    """A site's edges and what they amount to."""

    edges: tuple[LinkEdgeFact, ...]
    report: LinkGraphReport

    def save(self, session: Session, site: Site) -> None:
        """Replace the site's edges in the caller's transaction."""
        session.execute(delete(LinkEdge).where(LinkEdge.site_id == site.id))
        rows = {
            (edge.source, edge.target): {
                "account_id": site.account_id,
                "site_id": site.id,
                "source_path": edge.source,
                "target_path": edge.target,
                "anchor": edge.anchor[:300],
            }
            for edge in self.edges
        }
        upsert(session, LinkEdge, list(rows.values()), key=("site_id", "source_path", "target_path"))

    def shown(self) -> dict[str, dg.MetadataValue]:
        """The graph as metadata."""
        rows = sorted(self.report.pages, key=lambda page: -page.pagerank)[:50]
        return {
            "pages": dg.MetadataValue.int(len(self.report.pages)),
            "links": dg.MetadataValue.int(len(self.edges)),
            "orphans": dg.MetadataValue.text(", ".join(self.report.orphans) or "none"),
            "broken": dg.MetadataValue.int(len(self.report.broken)),
            "by_page": dg.MetadataValue.md(
                markdown_table(
                    ["page", "links in", "links out", "clicks from home", "PageRank"],
                    [(p.path, p.inlinks, p.outlinks, p.depth, f"{p.pagerank:.3f}") for p in rows],
                )
            ),
        }


def live_graph(parts: Platform, site_key: str) -> LiveGraph:
    """Measure the links of a site's published pages."""
    pages = published_pages(parts, site_key)
    plan = plan_pages(pages.site, pages.articles, pages.hubs)
    edges: list[LinkEdgeFact] = []
    for page in plan.pages:
        if page.kind == "article":
            continue
        edges += [LinkEdgeFact(source=page.path, target=article_path(slug)) for slug in page.article_slugs]
        edges += [LinkEdgeFact(source=page.path, target=crumb.path) for crumb in page.breadcrumbs[:-1]]
    edges += [LinkEdgeFact(source=HOME, target=page.path) for page in plan.pages if page.kind in {"hub", "about"}]
    for article in pages.articles:
        path = article_path(article.slug)
        edges += edges_of(article.html, path, pages.site.base_url)
    return LiveGraph(tuple(edges), analyse_links([page.path for page in plan.pages], edges))
