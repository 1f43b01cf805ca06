"""Internal links of articles, and the link graph of sites."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import across, articles, sites
from igny8_assets.shown import OWNERS, credits_shown, markdown_table
from igny8_resources.resources import PlatformResource
from jobs.names import WRITE_ARTICLE


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
    from igny8_assets.linker.linking import LinkedArticle, link_article
    from igny8_assets.review import settle_review, verdict_on
    from igny8_assets.sites.draft_page import build_draft_page
    from igny8_resources.events import append_event
    from igny8_resources.requests import finish_items
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import module_enabled, tenant_of

    parts, partition = platform.platform, context.partition_key
    linked = LinkedArticle((), (), ())
    calls = []
    with explained():
        with parts.warehouse.read() as session:
            content, _, site = store.content_of(session, partition)
            links_wanted = module_enabled(session, site.id, "linker")
        if links_wanted:
            calls.append(
                parts.ai.charge(
                    tenant_of(site),
                    "linking",
                    subject=partition,
                    provider=content.provider,
                    inputs={"version": content.version},
                )
            )
        with parts.warehouse.write() as session:
            content, task, site = store.content_of(session, partition, lock=not links_wanted)
            if links_wanted:
                linked = link_article(session, content, site)
            verdict = verdict_on(session, content, store.brief_for(session, task, site))
            settle_review(session, content, task, site, verdict)
            task.error = ""
            append_event(
                session,
                "article.linked",
                partition,
                account_id=site.account_id,
                site_id=site.id,
                payload={"outbound": len(linked.outbound), "inbound": len(linked.inbound)},
            )
            finish_items(session, partition, WRITE_ARTICLE)
        page = build_draft_page(parts, partition)
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
            **credits_shown(calls),
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
