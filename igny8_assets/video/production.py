"""The steps of a video as the platform runs them: each reads what the step before it kept and keeps what it makes."""

import hashlib
import tempfile
from pathlib import Path

from igny8_assets.video.presets import Preset, preset_named
from igny8_assets.video.projects import script_of
from igny8_assets.video.video_cards import card_for_section
from igny8_resources.ai.providers import ImageCall, Palette
from igny8_resources.media import content_key
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.store.writer import images_of
from igny8_resources.warehouse.tables.writer import Image

VISUAL = "visual"


def collect_visuals(parts: Platform, partition: str) -> list[tuple[str, str]]:
    """A picture for every section: the article's own where the script asks for one, else a drawn card.

    Returns:
        Cue and media key by section.
    """
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        require_module(session, site, "video")
        pictures = [image for image in images_of(session, content.id) if image.status == "ready"]
    script, tenant, preset = (
        script_of(project),
        tenant_of(site),
        preset_named(project.render_preset),
    )
    palette = palette_for(site.key, site.accent)
    address = site.base_url.partition("://")[2]
    chosen: list[tuple[str, str]] = []
    used = 0
    for index, section in enumerate(script.sections):
        if section.visual_cue == "article_image" and pictures:
            # In turn, so that no picture stands twice in a row while there is another.
            image = pictures[used % len(pictures)]
            used += 1
            key, is_card = (
                _scene_picture(parts, tenant, partition, preset, palette, image, seed=content.id * 100 + used),
                False,
            )
            digest = key
        else:
            with tempfile.TemporaryDirectory(prefix="igny8-card-") as folder:
                drawn = card_for_section(
                    section,
                    Path(folder) / "card.png",
                    preset=preset,
                    palette=palette,
                    number=index + 1,
                    title=script.title,
                    brand=site.name,
                    address=address,
                ).read_bytes()
            key, is_card = content_key(f"{tenant.media_prefix}/cards", drawn, "png"), True
            digest = hashlib.sha256(drawn).hexdigest()
            parts.media.put(key, drawn, "image/png")
        with parts.warehouse.write() as session:
            project, _, _ = store.project_of(session, partition, lock=True)
            store.save_asset(
                session, project, VISUAL, index, media_key=key, sha256=digest[-64:], facts={"is_card": is_card}
            )
        chosen.append((section.visual_cue, key))
    return chosen


def _scene_picture(
    parts: Platform, tenant: Tenant, partition: str, preset: Preset, palette: Palette, image: Image, *, seed: int
) -> str:
    """The media key of an article's picture for a scene.

    A wide designed card would fill a third of an upright frame, its words too small to read; the same designer fills the
    frame with its art, and the script's own words stand on it.
    """
    if image.provider != "offline" or preset.width >= preset.height:
        return image.media_key
    return parts.ai.picture(
        tenant,
        subject=partition,
        call=ImageCall(
            prompt=image.prompt,
            headline="",
            lines=(),
            kicker="",
            palette=palette,
            width=preset.width,
            height=preset.height,
            seed=seed,
        ),
        operation="scene_image",
    ).media_key
