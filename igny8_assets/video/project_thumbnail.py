"""A project's thumbnails: the pictures it may be made of are gathered, the best is drawn in both formats and kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from PIL import Image

from igny8_assets.video.contact_sheet import frames_at
from igny8_assets.video.failures import NotMadeYet
from igny8_assets.video.projects import script_of
from igny8_assets.video.stock_credits import VISUAL
from igny8_assets.video.subtitle_reading import read_webvtt
from igny8_assets.video.thumbnail import FORMATS, Candidate, best_of, draw_thumbnail
from igny8_resources.ai.providers import ImageCall, Palette
from igny8_resources.ai.router import digest_of
from igny8_resources.contracts.video import VideoScript
from igny8_resources.media import content_key
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender

THUMBNAIL = "thumbnail"
LONGEST_HEADLINE = 60  # characters that are still read at the size of a fingernail
_SMALLEST_SIDE = 480  # pixels; what is smaller looks soft
_MOST_FRAMES = 6
# A frame between two captions shows neither of them when it is this far from both (seconds).
_CLEAR_OF_CAPTIONS = 0.06
_QUALITY = 90
# Drawings of another kind get another number, so that they are made again.
_DESIGN = 1


@dataclass(frozen=True)
class MadeThumbnail:
    """One kept thumbnail: its format, media key, where its picture is from, and the measured contrast of its headline."""

    name: str
    media_key: str
    source: str
    contrast: float


def make_thumbnails(parts: Platform, partition: str) -> list[MadeThumbnail]:
    """Make the thumbnails of a rendered project in every format, once for the same video and title.

    Raises:
        NotMadeYet: nothing is rendered.
        VideoError: the file cannot be read, or the headline cannot be drawn.
        ProviderError: a picture had to be made and was not, by its kind (``igny8_resources.ai.errors``).
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        require_module(session, site, "video")
        render = store.render_of(session, project)
        visuals = store.assets_of(session, project.id, VISUAL)
        kept = store.assets_of(session, project.id, THUMBNAIL)
    if render is None:
        raise NotMadeYet("rendered file", "rendered_video")
    script, tenant, palette = script_of(project), tenant_of(site), palette_for(site.key, site.accent)
    headline = headline_of(script)
    digest = digest_of([render.input_digest, headline, site.name, site.accent, _DESIGN])
    if len(kept) == len(FORMATS) and all(
        each.facts.get("of") == digest and parts.media.exists(each.media_key) for each in kept
    ):
        return [_made(each) for each in kept]
    candidates = [*_pictures(parts, visuals), *_clear_frames(parts, render, visuals)]
    if not candidates:
        candidates = [_painted(parts, tenant, partition, project, script, palette)]
    best, drawn = best_of(candidates), []
    for form in FORMATS:
        thumbnail, written = draw_thumbnail(best.picture, headline, site.name, palette, form), BytesIO()
        thumbnail.picture.save(written, "JPEG", quality=_QUALITY, optimize=True)
        key = content_key(f"{tenant.media_prefix}/video/thumbnails", written.getvalue(), "jpg")
        parts.media.put(key, written.getvalue(), "image/jpeg")
        facts = {
            "format": form.name,
            "width": form.width,
            "height": form.height,
            "headline": headline,
            "source": best.source,
            "contrast": round(thumbnail.contrast, 2),
            "of": digest,
        }
        drawn.append((key, hashlib.sha256(written.getvalue()).hexdigest(), facts))
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        rows = [
            store.save_asset(session, project, THUMBNAIL, index, media_key=key, sha256=sha256, facts=facts)
            for index, (key, sha256, facts) in enumerate(drawn)
        ]
        return [_made(row) for row in rows]


def headline_of(script: VideoScript) -> str:
    """What stands on the thumbnail: the hook's own words where they are short, else the title."""
    hook = script.sections[0].text_overlay.replace("|", "\n").strip().split("\n")[0].strip()
    return hook if 0 < len(hook) <= LONGEST_HEADLINE else script.title


def _made(row: VideoAsset) -> MadeThumbnail:
    return MadeThumbnail(row.facts["format"], row.media_key, row.facts["source"], row.facts["contrast"])


def _pictures(parts: Platform, visuals: Sequence[VideoAsset]) -> list[Candidate]:
    """The pictures of the video that are no cards and large enough, each once."""
    found: dict[str, Candidate] = {}
    for visual in visuals:
        for shot in visual.facts.get("shots", []):
            key = str(shot["media_key"])
            if shot["kind"] in {"card", "clip"} or key in found:
                continue
            with Image.open(BytesIO(parts.media.get(key))) as opened:
                if min(opened.size) >= _SMALLEST_SIDE:
                    found[key] = Candidate(opened.convert("RGB"), f"picture of section {visual.section_index + 1}")
    return list(found.values())


def _clear_frames(parts: Platform, render: VideoRender, visuals: Sequence[VideoAsset]) -> list[Candidate]:
    """Frames of clips between two captions; other scenes are candidates as the pictures that they show."""
    if not any(shot["kind"] == "clip" for visual in visuals for shot in visual.facts.get("shots", [])):
        return []
    cues = read_webvtt(parts.media.get(render.captions_key).decode("utf-8"))
    gaps = [(before.end, after.start) for before, after in pairwise(cues)]
    wide = sorted(gaps, key=lambda gap: gap[0] - gap[1])[:_MOST_FRAMES]
    moments = sorted((start + end) / 2 for start, end in wide if end - start > 2 * _CLEAR_OF_CAPTIONS)
    if not moments:
        return []
    with parts.media.open_path(render.media_key) as path:
        frames = frames_at(path, moments, (render.width, render.height))
    return [Candidate(frame, f"frame at {moment:.1f} s") for moment, frame in zip(moments, frames, strict=True)]


def _painted(
    parts: Platform, tenant: Tenant, partition: str, project: VideoProject, script: VideoScript, palette: Palette
) -> Candidate:
    """A picture made for the purpose."""
    call = ImageCall(
        prompt=f"Cover picture without any text for a video called “{script.title}”",
        headline="",
        lines=(),
        kicker="",
        palette=palette,
        width=FORMATS[0].width,
        height=FORMATS[0].height,
        seed=project.id,
    )
    made = parts.ai.picture(tenant, subject=partition, call=call, operation=THUMBNAIL)
    with Image.open(BytesIO(parts.media.get(made.media_key))) as opened:
        return Candidate(opened.convert("RGB"), "picture made for it")
