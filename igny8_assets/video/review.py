"""Whether a rendered file is what its preset promises."""

from igny8_assets.video.presets import Preset
from igny8_assets.video.probe import VideoFacts

TARGET_LUFS = -14.0
# What a platform's own normalisation would leave alone; short speech never lands exactly on the target.
LUFS_TOLERANCE = 1.5


def stream_problems(facts: VideoFacts, preset: Preset) -> list[str]:
    """What is wrong with a file, in words; empty when nothing is."""
    expected: list[tuple[str, object, object]] = [
        ("codec", facts.codec, "h264"),
        ("profile", facts.profile, "High"),
        ("pixel format", facts.pix_fmt, "yuv420p"),
        ("size", (facts.width, facts.height), (preset.width, preset.height)),
        ("audio codec", facts.audio_codec, "aac"),
        ("audio rate", facts.audio_rate, 48_000),
        ("index before media data", facts.moov_before_mdat, True),
    ]
    problems = [f"{name} is {found}, expected {wanted}" for name, found, wanted in expected if found != wanted]
    if abs(facts.fps - preset.fps) > 0.01:
        problems.append(f"{facts.fps:g} frames a second, expected {preset.fps}")
    if not preset.min_seconds - 0.1 <= facts.duration <= preset.max_seconds + 0.1:
        problems.append(
            f"lasts {facts.duration:.1f} s, the preset allows {preset.min_seconds:g} to {preset.max_seconds:g}"
        )
    if facts.loudness is None:
        problems.append("no sound")
    elif abs(facts.loudness.integrated - TARGET_LUFS) > LUFS_TOLERANCE:
        problems.append(f"loudness {facts.loudness.integrated:.1f} LUFS, expected {TARGET_LUFS:g} ± {LUFS_TOLERANCE:g}")
    return problems
