"""Checks of structured data."""

import dagster as dg

from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="article_schema", partitions_def=articles, blocking=True)
def schema_is_one_sound_graph(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """One connected graph, every reference resolves, required fields are there, types and properties exist in schema.org."""
    from igny8_assets.chain_checks import structured_data_findings

    findings = structured_data_findings(platform.platform, context.partition_key)
    errors = [finding for finding in findings if finding.severity == "error"]
    return dg.AssetCheckResult(
        passed=not errors,
        description=errors[0].message if errors else f"sound; hints: {len(findings)}",
        metadata={
            "findings": dg.MetadataValue.md("\n".join(f"- {f.severity}: {f.message}" for f in findings) or "none")
        },
    )
