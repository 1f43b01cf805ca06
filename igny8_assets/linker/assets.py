"""Internal links of articles, and the link graph of sites."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import across, articles, sites
from igny8_assets.shown import OWNERS, credits_shown, markdown_table
from igny8_resources.resources import PlatformResource


@dg.asset(
    partitions_def=articles,
    group_name="linker",
    kinds={"table"},
    owners=OWNERS,
    code_version="1",
    deps=["article_schema"],
)
def internal_links(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Links of one article to and from the site's other pages; with them the article is complete and goes to review."""
    from igny8_assets.linker.completing import link_article

    with explained():
        done = link_article(platform.platform, context.partition_key)
    content, linked, page = done.content, done.linked, done.page
    rows: list[tuple[str, str, str, str]] = [
        ("out", link.target, link.anchor, link.position) for link in linked.outbound
    ]
    rows += [("in", source, link.anchor, link.position) for source, link in linked.inbound]
    rows += [("skipped", target, reason, "") for target, reason in linked.skipped]
    return dg.MaterializeResult(
        metadata={
            "outbound": len(linked.outbound),
            "inbound": len(linked.inbound),
            "links": dg.MetadataValue.md(markdown_table(["", "page", "anchor or reason", "position"], rows)),
            "status": content.status,
            "approved_by": content.approved_by or "nobody yet",
            "page": dg.MetadataValue.url(page.url),
            "images": dg.MetadataValue.md(
                "\n\n".join(f"![{alt}]({url})\n\n[{alt}]({url})" for alt, url in page.pictures)
            ),
            **credits_shown(done.calls),
        }
    )


@dg.asset(
    partitions_def=sites,
    group_name="linker",
    kinds={"table"},
    owners=OWNERS,
    code_version="1",
    deps=[across("published_article")],
)
def link_graph(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Every link between the published pages of one site: who links to whom, who is an orphan, how far each is from home."""
    from igny8_assets.linker.live_graph import live_graph
    from igny8_resources.warehouse.store.sites import site_by_key

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.read() as session:
            site = site_by_key(session, partition)
        graph = live_graph(parts, partition)
        with parts.warehouse.write() as session:
            graph.save(session, site)
    return dg.MaterializeResult(metadata=graph.shown())
