"""Checks of rendered videos: the file is what its preset promises."""

import dagster as dg

from igny8_assets.partitions import videos
from igny8_resources.resources import PlatformResource


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


@dg.asset_check(asset="rendered_video", partitions_def=videos, blocking=True)
def stream_data_fits_preset(context: dg.AssetCheckExecutionContext, platform: PlatformResource) -> dg.AssetCheckResult:
    """Profile, pixel format, size, frame rate, duration, loudness and the place of the index, read from the file itself."""
    from igny8_assets.video.presets import preset_named
    from igny8_assets.video.probe import probe
    from igny8_assets.video.review import stream_problems
    from igny8_resources.warehouse.store import video as store

    parts = platform.platform
    with parts.warehouse.read() as session:
        project, _, _ = store.project_of(session, context.partition_key)
        render = store.render_of(session, project)
    if render is None:
        return dg.AssetCheckResult(passed=False, description="nothing is rendered; materialise rendered_video")
    with parts.media.open_path(render.media_key) as path:
        facts = probe(path)
    problems = stream_problems(facts, preset_named(project.render_preset))
    return dg.AssetCheckResult(
        passed=not problems,
        description="; ".join(problems) or f"{facts.profile} {facts.width}x{facts.height}, {facts.duration:.1f} s",
        metadata={"seconds": facts.duration, "loudness": facts.loudness.integrated if facts.loudness else 0.0},
    )
