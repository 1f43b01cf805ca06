"""Checks of rendered videos: the file is what its preset and its platform promise, and one would watch it."""

from collections.abc import Iterator

import dagster as dg

from igny8_assets.partitions import videos
from igny8_resources.resources import PlatformResource

_CHECKED = {
    "stream_data_fits_preset": "Codec, profile, size, frame rate, order of the parts and duration, read from the file itself.",
    "sound_is_levelled": "Loudness of -14 LUFS and peaks that stay below -1 dBTP.",
    "picture_keeps_moving": "No stretch of more than two seconds is black or stands still.",
    "captions_follow_the_voice": "Every caption comes within 80 ms of its first word, searched for in the file's own sound.",
    "text_stays_in_safe_area": "No caption or heading is where platforms put their buttons.",
    "file_fits_platform": "The file is no larger than its platform takes.",
}


@dg.asset_check(asset="video_script", partitions_def=videos, blocking=True)
def script_keeps_to_its_article(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """Order and length of the script, passages that exist, and figures that stand in the passages cited for them."""
    from igny8_assets.findings import Finding, passed
    from igny8_resources.warehouse.store import video as store
    from igny8_resources.warehouse.store import video_scripts as scripts

    with platform.platform.warehouse.read() as session:
        project, _, _ = store.project_of(session, context.partition_key)
        version = scripts.version_of(session, project, project.script_version) if project.script_version else None
    findings = [Finding.model_validate(found) for found in version.findings] if version else []
    return dg.AssetCheckResult(
        passed=passed(findings),
        description="; ".join(f"{finding.passage}: {finding.message}" for finding in findings) or "nothing to mend",
        metadata={"version": project.script_version, "status": project.script_status},
    )


@dg.multi_asset_check(
    name="review_of_rendered_video",
    specs=[
        dg.AssetCheckSpec(name, asset="rendered_video", description=said, blocking=True, partitions_def=videos)
        for name, said in _CHECKED.items()
    ],
)
def review_of_rendered_video(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> Iterator[dg.AssetCheckResult]:
    """One look at the file for all checks; each finding says when, in which section, and what to do."""
    from igny8_assets.explained import explained
    from igny8_assets.video.review import CHECKS
    from igny8_assets.video.reviewing import review_render
    from igny8_assets.video.shown import review_shown

    parts = platform.platform
    with explained():
        made = review_render(parts, context.partition_key)
    for check in CHECKS:
        found = made.of(check)
        yield dg.AssetCheckResult(
            check_name=check,
            asset_key="rendered_video",
            passed=not found,
            description=" ".join(f"{each.sentence}." for each in found) or _CHECKED[check],
            metadata=review_shown(made, check),
        )
