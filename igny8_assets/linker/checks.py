"""Checks of links, and the gate: whether an article as a whole may be published."""

import dagster as dg

from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="internal_links", partitions_def=articles, blocking=True)
def ready_for_review(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """Text, images and structured data as they are now all pass; running it after a repair records the new verdict."""
    from igny8_assets.chain_checks import settled_verdict

    verdict, status = settled_verdict(platform.platform, context.partition_key)
    failing = {name: check["errors"] for name, check in verdict.checks.items() if not check["passed"]}
    warnings = [f"{name}: {line}" for name, check in verdict.checks.items() for line in check["warnings"]]
    return dg.AssetCheckResult(
        passed=verdict.passed,
        description="; ".join(f"{name}: {errors[0]}" for name, errors in failing.items())
        or f"the article is in {status}",
        metadata={"hints": dg.MetadataValue.md("\n".join(f"- {line}" for line in warnings) or "none")},
    )


@dg.asset_check(asset="internal_links", partitions_def=articles)
def links_lead_somewhere(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """The article links to other pages of its site; the first article of a site links to its topic alone."""
    from igny8_assets.linker.html_blocks import read_page
    from igny8_resources.warehouse.store import writer as store

    with platform.platform.warehouse.read() as session:
        content, _, _ = store.content_of(session, context.partition_key)
    # An absolute address leads to a source, not to another page of the site.
    links = [link for link in read_page(content.html).links if "://" not in link.href]
    return dg.AssetCheckResult(
        passed=bool(links),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(links)} internal links",
        metadata={"links": len(links)},
    )
