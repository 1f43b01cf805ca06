"""A project's kept voices and pictures become its rendered video, its subtitles and its poster."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from igny8_assets.video.failures import NotMadeYet
from igny8_assets.video.music import MusicTrack, chosen_track
from igny8_assets.video.poster import extract_frame
from igny8_assets.video.presets import preset_named
from igny8_assets.video.projects import script_of
from igny8_assets.video.rendering import RenderOptions, render_timeline
from igny8_assets.video.scene_choosing import shots_shown
from igny8_assets.video.segment_rendering import RenderProgress
from igny8_assets.video.segment_store import remove_old_segments
from igny8_assets.video.stock_credits import VISUAL
from igny8_assets.video.timeline import build_timeline
from igny8_assets.video.voiceover import VOICEOVER, SectionVoice, voice_from_wav
from igny8_resources.ai.router import digest_of
from igny8_resources.contracts.video import WordTiming
from igny8_resources.media import measure
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import automation_of, tenant_of
from igny8_resources.warehouse.tables.video import VideoRender

DAYS_SEGMENTS_ARE_KEPT = 7.0
"""How long the finished parts of a render that failed wait for another try."""


@dataclass(frozen=True)
class Rendered:
    """A finished video: its row and whether it was rendered now."""

    row: VideoRender
    is_new: bool


def render_project(parts: Platform, partition: str, on_progress: Callable[[RenderProgress], None]) -> Rendered:
    """Render a project from its kept voices, pictures and music; the same inputs are rendered once.

    Segments that a killed or failed try had finished on this machine are used again.

    Raises:
        VideoError: it has not all of its parts yet, or they do not make a video that fits its preset.
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        choice = project.music or automation_of(session, site.id).video_music or parts.settings.music
        prefix = tenant_of(site).media_prefix
    folder = parts.settings.music_folder
    with chosen_track(choice, folder=folder, media=parts.media, media_prefix=prefix, subject=partition) as track:
        return _rendered(parts, partition, on_progress, track)


def _rendered(
    parts: Platform, partition: str, on_progress: Callable[[RenderProgress], None], track: MusicTrack | None
) -> Rendered:
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        voices_kept = store.assets_of(session, project.id, VOICEOVER)
        visuals = store.assets_of(session, project.id, VISUAL)
        before = store.render_of(session, project)
    script, tenant, preset = (
        script_of(project),
        tenant_of(site),
        preset_named(project.render_preset),
    )
    for kept, what, asset in (
        (voices_kept, "voiceover", "voiceover"),
        (visuals, "complete set of pictures", "visuals"),
    ):
        if len(kept) != len(script.sections):
            raise NotMadeYet(what, asset)
    if any("shots" not in visual.facts for visual in visuals):
        # Kept by a release that chose one picture a section.
        raise NotMadeYet("picture for every sentence", "visuals")
    kept_parts = [kept.sha256 for kept in (*voices_kept, *visuals)]
    played = [measure(track.path)[0], track.attribution, parts.settings.music_below_voice] if track else []
    digest = digest_of([project.script, preset.key, kept_parts, site.accent, parts.settings.caption_style, played])
    if before is not None and before.input_digest == digest and parts.media.exists(before.media_key):
        return Rendered(before, is_new=False)
    voices: list[SectionVoice] = [
        voice_from_wav(
            parts.media.get(kept.media_key),
            tuple(WordTiming(**word) for word in kept.facts["words"]),
            estimated=kept.facts["estimated"],
        )
        for kept in voices_kept
    ]
    segments = parts.settings.home_path / "render-segments" / partition
    remove_old_segments(segments.parent, older_than_days=DAYS_SEGMENTS_ARE_KEPT)
    with tempfile.TemporaryDirectory(prefix="igny8-render-") as folder:
        work = Path(folder)
        pictures = []
        for visual in visuals:
            local = [_local(parts, shot["media_key"], work) for shot in visual.facts["shots"]]
            pictures.append(shots_shown(visual, local))
        timeline = build_timeline(
            preset,
            script.sections,
            voices,
            pictures,
            caption_style=parts.settings.caption_style or None,
            language=site.language,
        )
        made = render_timeline(
            timeline,
            voices,
            work / "video.mp4",
            palette=palette_for(site.key, site.accent),
            brand=site.name,
            progress=on_progress,
            music=track,
            music_below_voice=parts.settings.music_below_voice,
            options=RenderOptions(
                parts.settings.render_backend, parts.settings.render_workers, parts.settings.render_speed, segments
            ),
        )
        poster = extract_frame(made.video, min(1.5, made.duration / 2), work / "poster.jpg")
        prefix = f"{tenant.media_prefix}/video/{project.id}-{preset.key}"
        keys = {
            "media_key": (f"{prefix}.mp4", made.video, "video/mp4"),
            "subtitle_key": (f"{prefix}.srt", made.srt, "application/x-subrip"),
            "captions_key": (f"{prefix}.vtt", made.vtt, "text/vtt"),
            "poster_key": (f"{prefix}.jpg", poster, "image/jpeg"),
        }
        for key, path, media_type in keys.values():
            parts.media.put(key, path, media_type)
    values: dict[str, Any] = {field: key for field, (key, _, _) in keys.items()}
    facts = asdict(made.facts)
    if track is not None:
        facts["music"] = {"name": track.name, "attribution": track.attribution}
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        row = store.render_of(session, project)
        if row is None:
            row = VideoRender(
                account_id=project.account_id,
                site_id=project.site_id,
                project_id=project.id,
                render_preset=project.render_preset,
            )
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.width, row.height = made.facts.width, made.facts.height
        row.duration_seconds, row.size_bytes = round(made.facts.duration, 3), made.facts.size
        row.loudness_lufs = made.facts.loudness.integrated if made.facts.loudness else None
        row.facts, row.input_digest, row.status = facts, digest, "complete"
        row.checks, row.checks_passed = {}, False
        session.flush()
    # Not before the row is there: killed in between, the next try has only to join them.
    shutil.rmtree(segments, ignore_errors=True)
    return Rendered(row, is_new=True)


def _local(parts: Platform, key: str, folder: Path) -> Path:
    """A file of the media store in a folder, where the renderer can open it; shots that share a file share the copy."""
    local = folder / key.rpartition("/")[2]
    if not local.exists():
        with parts.media.open_path(key) as stored:
            shutil.copyfile(stored, local)
    return local
