"""The review of a project's rendered file: the file, its captions and its words are looked at, and the verdict is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.video import review
from igny8_assets.video.contact_sheet import FRAMES, contact_sheet
from igny8_assets.video.failures import NotMadeYet
from igny8_assets.video.presets import Box, Preset, preset_named
from igny8_assets.video.probe import VideoFacts, black_or_frozen, probe
from igny8_assets.video.projects import script_of
from igny8_assets.video.review import CheckName, Finding, Span, Spoken, TextBox
from igny8_assets.video.scene_choosing import shots_shown
from igny8_assets.video.stock_credits import VISUAL
from igny8_assets.video.subtitle_reading import Cue, read_webvtt
from igny8_assets.video.timeline import Timeline, build_timeline
from igny8_assets.video.voice_finding import voice_starts
from igny8_assets.video.voiceover import VOICEOVER, SectionVoice, voice_from_wav
from igny8_resources.ai.providers import Palette
from igny8_resources.contracts.video import WordTiming
from igny8_resources.media import content_key
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import tenant_of
from igny8_resources.warehouse.tables.video import VideoRender

CONTACT_SHEET = "contact_sheet"


@dataclass(frozen=True)
class Review:
    """What was found in a file: findings, its facts, and the largest caption drift (seconds)."""

    findings: tuple[Finding, ...]
    facts: VideoFacts
    drift: float

    def of(self, check: CheckName) -> list[Finding]:
        """The findings of one check."""
        return [finding for finding in self.findings if finding.check == check]


def review_render(parts: Platform, partition: str) -> Review:
    """Review a project's file and keep the verdict with its row.

    Raises:
        NotMadeYet: nothing is rendered.
        VideoError: the file cannot be read.
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        render = store.render_of(session, project)
        kept = store.assets_of(session, project.id, VOICEOVER)
        visuals = store.assets_of(session, project.id, VISUAL)
    if render is None:
        raise NotMadeYet("rendered file", "rendered_video")
    preset = preset_named(project.render_preset)
    voices = [
        voice_from_wav(
            parts.media.get(each.media_key),
            tuple(WordTiming(**word) for word in each.facts["words"]),
            estimated=each.facts["estimated"],
        )
        for each in kept
    ]
    timeline = build_timeline(
        preset,
        script_of(project).sections,
        voices,
        [shots_shown(each, [Path(shot["media_key"]) for shot in each.facts["shots"]]) for each in visuals],
        caption_style=parts.settings.caption_style or None,
        language=site.language,
    )
    cues = read_webvtt(parts.media.get(render.captions_key).decode("utf-8"))
    with parts.media.open_path(render.media_key) as path:
        found, facts, drift = review_file(path, timeline, voices, cues, palette_for(site.key, site.accent), site.name)
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        row = store.render_of(session, project)
        if row is not None:
            row.checks = {name: [each.sentence for each in found if each.check == name] for name in review.CHECKS}
            row.checks_passed = not found
    return Review(tuple(found), facts, drift)


def keep_contact_sheet(parts: Platform, partition: str, render: VideoRender) -> str:
    """Make the contact sheet of a file, once.

    Returns:
        Its media key.

    Raises:
        VideoError: the file cannot be read.
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        kept = store.assets_of(session, project.id, CONTACT_SHEET)
    if kept and kept[0].facts.get("of") == render.input_digest and parts.media.exists(kept[0].media_key):
        return kept[0].media_key
    with parts.media.open_path(render.media_key) as path:
        sheet = contact_sheet(path, render.duration_seconds, (render.width, render.height))
    key = content_key(f"{tenant_of(site).media_prefix}/video/sheets", sheet, "png")
    parts.media.put(key, sheet, "image/png")
    facts = {"frames": FRAMES, "of": render.input_digest}
    sha256 = hashlib.sha256(sheet).hexdigest()
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        store.save_asset(session, project, CONTACT_SHEET, 0, media_key=key, sha256=sha256, facts=facts)
    return key


def review_file(
    video: Path,
    timeline: Timeline,
    voices: Sequence[SectionVoice],
    cues: Sequence[Cue],
    palette: Palette,
    brand: str,
) -> tuple[list[Finding], VideoFacts, float]:
    """Everything that is wrong with a file that was made from a timeline.

    Returns:
        The findings, the file's facts, and the largest distance of a caption from its first word (seconds).
    """
    facts, preset, spans = probe(video), timeline.preset, spans_of(timeline)
    spoken: list[Spoken] = []
    if facts.loudness is not None:
        starts = voice_starts(video, voices, timeline.voice_starts)
        heard = zip(voices, timeline.voice_starts, starts, strict=True)
        spoken = [
            Spoken(section, expected, None if start is None else _shifted(voice.words, start))
            for section, (voice, expected, start) in enumerate(heard, start=1)
        ]
    findings = [
        *review.stream_findings(facts, preset),
        *review.sound_findings(facts.loudness),
        *review.movement_findings(black_or_frozen(video, review.LONGEST_STILL_SECONDS), spans),
        *(review.caption_findings(cues, spoken) if spoken else []),
        *review.text_findings(text_boxes(timeline, palette, brand), preset, spans),
        *review.size_findings(facts.size, preset),
    ]
    return findings, facts, review.drift_of(cues, spoken)


def spans_of(timeline: Timeline) -> list[Span]:
    """From when to when each section is on screen."""
    spans: dict[int, Span] = {}
    for scene in timeline.scenes:
        before = spans.get(scene.section)
        spans[scene.section] = Span(scene.section + 1, before.start if before else scene.start, scene.end)
    return [spans[section] for section in sorted(spans)]


def text_boxes(timeline: Timeline, palette: Palette, brand: str) -> list[TextBox]:
    """Where captions and headings are drawn."""
    from igny8_assets.video.lettering import caption_patch, caption_type, overlay_patch

    preset: Preset = timeline.preset
    at = caption_type(timeline.captions, preset, timeline.language)
    drawn = [(each.text, each.start, each.end, caption_patch(each, at, preset)) for each in timeline.captions]
    drawn += [
        (each.text, each.start, each.end, overlay_patch(each, palette, brand, preset)) for each in timeline.overlays
    ]
    return [
        TextBox(text, start, end, Box(patch.left, patch.top, patch.left + patch.width, patch.top + patch.height))
        for text, start, end, patch in drawn
    ]


def _shifted(words: Sequence[WordTiming], seconds: float) -> tuple[WordTiming, ...]:
    return tuple(WordTiming(text=word.text, start=word.start + seconds, end=word.end + seconds) for word in words)
