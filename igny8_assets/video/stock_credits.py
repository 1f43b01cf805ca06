"""Whom a video names for the stock photos and clips that it shows."""

from collections.abc import Sequence

from igny8_resources.warehouse.tables.video import VideoAsset

VISUAL = "visual"
# Descriptions end at 2,200 characters where they end first; the words about the video come before the credits.
_LONGEST = 800


def credits_of(assets: Sequence[VideoAsset]) -> list[str]:
    """One line for each stock photo and clip, in the order in which they first appear."""
    lines = [str(shot["credit"]) for asset in assets for shot in asset.facts.get("shots", []) if shot["credit"]]
    return list(dict.fromkeys(lines))


def credit_block(lines: Sequence[str]) -> str:
    """The lines as they stand in a description; what does not fit is named by its libraries alone."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        if sum(len(each) + 1 for each in [*kept, line]) > _LONGEST:
            libraries = sorted({rest.partition(" on ")[2].partition(":")[0] for rest in lines[index:]})
            kept.append(f"More from {' and '.join(libraries)}")
            break
        kept.append(line)
    return "\n".join(kept)
