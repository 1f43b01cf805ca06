"""What the video assets show in Dagster's UI, and what a render tells while it goes on."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from igny8_assets.shown import credits_shown, markdown_table, preview
from jobs.names import RENDER_VIDEO, VIDEO_JOBS

if TYPE_CHECKING:
    from igny8_assets.video.project_rendering import Rendered
    from igny8_assets.video.project_thumbnail import MadeThumbnail
    from igny8_assets.video.review import CheckName
    from igny8_assets.video.reviewing import Review
    from igny8_assets.video.scene_choosing import Visuals
    from igny8_assets.video.script_writing import WrittenScript
    from igny8_assets.video.segment_rendering import RenderProgress
    from igny8_assets.video.speaking import SpokenSection
    from igny8_resources.platform import Platform

PERCENT_BETWEEN_REPORTS = 10

Shown = Mapping[str, Any]


def followed_job(context: dg.AssetExecutionContext) -> str:
    """Under which job's name requests follow this run: its own; the render's where a person materialises single assets."""
    return context.job_name if context.job_name in VIDEO_JOBS else RENDER_VIDEO


def script_shown(written: "WrittenScript") -> Shown:
    """The script, section by section, and what the check says of it."""
    script = written.script
    rows = [
        (s.type, s.narration, s.text_overlay, s.visual_cue, ", ".join(claim.passage for claim in s.claims) or s.source)
        for s in script.sections
    ]
    return {
        "title": script.title,
        "sections": len(script.sections),
        "seconds_estimated": sum(section.duration_estimate for section in script.sections),
        "preview": preview(markdown_table(["type", "narration", "on screen", "seen", "passages"], rows)),
        "version": written.version,
        "status": written.status,
        "findings": len(written.findings),
        **credits_shown([written.call] if written.call else []),
    }


def voiceover_shown(spoken: "Sequence[SpokenSection]") -> Shown:
    """Who speaks, how long, how the words were timed, and what it cost."""
    return {
        "voice": f"{spoken[0].call.provider}/{spoken[0].voice}" if spoken else "",
        "word_times": ", ".join(sorted({section.timing for section in spoken})),
        "sections": len(spoken),
        "seconds": round(sum(section.seconds for section in spoken), 2),
        **credits_shown(section.call for section in spoken),
    }


def visuals_shown(chosen: "Visuals") -> Shown:
    """Every shot with its sentence and score, how many of each kind there are, and whom stock is credited to."""
    shots = chosen.shots
    rows = [(shot.section + 1, shot.sentence, shot.kind, shot.shows, f"{shot.score:.2f}") for shot in shots]
    stock = [shot.credit for shot in shots if shot.credit]
    return {
        "shots": len(shots),
        "pictures": sum(shot.kind != "card" for shot in shots),
        "cards": sum(shot.kind == "card" for shot in shots),
        "by_sentence": dg.MetadataValue.md(markdown_table(["section", "sentence", "kind", "shows", "score"], rows)),
        **(
            {"credits_of_authors": dg.MetadataValue.md("\n".join(f"- {line}" for line in dict.fromkeys(stock)))}
            if stock
            else {}
        ),
        **({"trouble_with_stock": dg.MetadataValue.md("\n".join(chosen.troubles))} if chosen.troubles else {}),
    }


def render_shown(made: "Rendered", title: str, public_url: str, page: str, sheet: str) -> Shown:
    """The file's own facts, where to watch it, and its frames at a glance.

    ``page`` is the article's path on the previewed site, ``sheet`` the media key of the contact sheet.
    """
    row, sheet_url = made.row, f"{public_url}/api/v1/media/{sheet}"
    return {
        "title": title,
        "seconds": row.duration_seconds,
        "resolution": f"{row.width}x{row.height}",
        "megabytes": round(row.size_bytes / 1e6, 2),
        "loudness_lufs": row.loudness_lufs or 0.0,
        "music": (row.facts.get("music") or {}).get("attribution", "none"),
        "rendered_now": made.is_new,
        "video": dg.MetadataValue.url(f"{public_url}/api/v1/media/{row.media_key}"),
        "on_the_page": dg.MetadataValue.url(f"{public_url}{page}"),
        "contact_sheet": dg.MetadataValue.md(f"[![frames of the video]({sheet_url})]({sheet_url})"),
    }


def review_shown(made: "Review", check: "CheckName") -> Shown:
    """What a check measured, and what it found."""
    from igny8_assets.video.review import clock

    facts = made.facts
    measured: dict[CheckName, Shown] = {
        "stream_data_fits_preset": {
            "seconds": facts.duration,
            "profile": facts.profile,
            "resolution": f"{facts.width}x{facts.height}",
        },
        "sound_is_levelled": {
            "loudness": facts.loudness.integrated if facts.loudness else 0.0,
            "true_peak": facts.loudness.true_peak if facts.loudness else 0.0,
        },
        "captions_follow_the_voice": {"largest_drift_ms": round(made.drift * 1000)},
        "file_fits_platform": {"megabytes": round(facts.size / 1e6, 2)},
    }
    rows = [(clock(f.start) if f.start is not None else "", f.section or "", f.what, f.remedy) for f in made.of(check)]
    table = {"findings": preview(markdown_table(["at", "section", "found", "what to do"], rows))} if rows else {}
    return {**measured.get(check, {}), **table}


def thumbnails_shown(made: "Sequence[MadeThumbnail]", public_url: str) -> Shown:
    """The pictures themselves, where they are from, and how well their headlines can be read."""
    pictures = [f"![{each.name}]({public_url}/api/v1/media/{each.media_key})" for each in made]
    return {
        "preview": dg.MetadataValue.md(" ".join(pictures)),
        "source": made[0].source,
        "least_contrast": min(each.contrast for each in made),
    }


def reporting(parts: "Platform", partition: str, log: Callable[[str], None]) -> "Callable[[RenderProgress], None]":
    """A callback that tells the log and the request how far a render is, about ten times in all."""
    told = -1

    def on_progress(progress: "RenderProgress") -> None:
        from igny8_resources.requests import report_progress

        nonlocal told
        step = 100 * progress.frame // max(1, progress.frames) // PERCENT_BETWEEN_REPORTS
        if step <= told:
            return
        told = step
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
        message = f"frame {progress.frame} of {progress.frames}{left}"
        log(message)
        with parts.warehouse.write() as session:
            report_progress(session, partition, RENDER_VIDEO, "SAVE", message, pieces=(progress.frame, progress.frames))

    return on_progress
