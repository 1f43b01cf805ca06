"""Checks of articles and their images; the blocking ones stop the article in place."""

import dagster as dg

from igny8_assets.findings import Finding
from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


def findings_shown(findings: list[Finding]) -> dict[str, dg.MetadataValue]:
    """Findings as metadata: every one with its passage and what to do."""
    lines = [f"- **{f.severity}** · {f.check} · *{f.passage}*: {f.message}" for f in findings]
    return {"findings": dg.MetadataValue.md("\n".join(lines) or "none")}


@dg.asset_check(asset="article", partitions_def=articles, blocking=True)
def article_is_publishable(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """Nothing repeated, empty or left to fill in; long enough; its keyword where readers and crawlers look for it."""
    from igny8_assets.chain_checks import text_findings

    findings = text_findings(platform.platform, context.partition_key)
    errors = [finding for finding in findings if finding.severity == "error"]
    return dg.AssetCheckResult(
        passed=not errors,
        description=errors[0].message if errors else f"hints for the editor: {len(findings)}",
        metadata=findings_shown(findings),
    )


@dg.asset_check(asset="article", partitions_def=articles)
def figures_have_sources(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """Every figure stands in the brief or in a source that the article cites; the editor gets a list of those that do not."""
    from igny8_assets.chain_checks import figure_findings

    findings = figure_findings(platform.platform, context.partition_key)
    return dg.AssetCheckResult(
        passed=not findings,
        # It does not stop the article: an editor who knows a figure may let it stand.
        severity=dg.AssetCheckSeverity.WARN,
        description=f"passages with a figure of unknown source: {len(findings)}"
        if findings
        else "every figure is known",
        metadata=findings_shown(findings),
    )


@dg.asset_check(asset="images", partitions_def=articles, blocking=True)
def every_image_has_its_files(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """Each planned picture is made, has alt text, and its files are in the media store."""
    from igny8_assets.chain_checks import image_file_findings

    findings = image_file_findings(platform.platform, context.partition_key)
    return dg.AssetCheckResult(
        passed=not findings,
        description="; ".join(f"{f.passage}: {f.message}" for f in findings) or "every picture has its files",
        metadata=findings_shown(findings),
    )
