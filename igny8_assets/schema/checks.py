"""Checks of structured data."""

import dagster as dg

from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="article_schema", partitions_def=articles, blocking=True)
def schema_is_one_sound_graph(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """One connected graph, every reference resolves, required fields are there, types and properties exist in schema.org."""
    from igny8_assets.review import schema_findings
    from igny8_resources.warehouse.store import writer as store

    with platform.platform.warehouse.read() as session:
        content, _, _ = store.content_of(session, context.partition_key)
        findings = schema_findings(session, content)
    errors = [finding for finding in findings if finding.severity == "error"]
    return dg.AssetCheckResult(
        passed=not errors,
        description=errors[0].message if errors else f"sound; hints: {len(findings)}",
        metadata={
            "findings": dg.MetadataValue.md("\n".join(f"- {f.severity}: {f.message}" for f in findings) or "none")
        },
    )
