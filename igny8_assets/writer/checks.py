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
    from igny8_assets.review import article_findings
    from igny8_resources.warehouse.store import writer as store

    with platform.platform.warehouse.read() as session:
        content, task, site = store.content_of(session, context.partition_key)
        findings = article_findings(content, store.brief_for(session, task, site))
    errors = [finding for finding in findings if finding.severity == "error"]
    return dg.AssetCheckResult(
        passed=not errors,
        description=errors[0].message if errors else f"hints for the editor: {len(findings)}",
        metadata=findings_shown(findings),
    )


@dg.asset_check(asset="images", partitions_def=articles, blocking=True)
def every_image_has_its_files(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """Each planned picture is made, has alt text, and its files are in the media store."""
    from igny8_resources.warehouse.store import writer as store

    parts = platform.platform
    with parts.warehouse.read() as session:
        content, _, _ = store.content_of(session, context.partition_key)
        images = store.images_of(session, content.id)
    missing = [
        f"image {image.position}"
        for image in images
        if image.status != "ready"
        or not image.alt_text
        or not image.variants
        or not all(parts.media.exists(variant["key"]) for variant in image.variants)
    ]
    return dg.AssetCheckResult(
        passed=bool(images) and not missing,
        description=f"incomplete: {', '.join(missing)}; materialise images again"
        if missing
        else f"{len(images)} images",
        metadata={"images": len(images)},
    )
