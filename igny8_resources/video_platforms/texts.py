"""The limits that platforms put on what is said about a video; what does not fit is named before anything is sent.

Figures: YouTube's reference of videos.insert (title 100 characters, description 5,000 bytes without angle brackets, tags 500
characters together), Instagram's content publishing guide (caption 2,200 characters, 30 hashtags, 20 mentions), TikTok's
direct post reference (title 2,200 UTF-16 units). All as of November 2026.
"""

import re

from igny8_resources.video_platforms.failures import Rejected
from igny8_resources.video_platforms.video import PRIVACY, OutgoingVideo

_HASHTAG = re.compile(r"#\w+")
_MENTION = re.compile(r"(?<!\w)@\w+")


def require_privacy(platform: str, privacy: str) -> None:
    """A platform's privacy is always said, in a word that the platform knows.

    Raises:
        Rejected: it is none of them.
    """
    if privacy not in PRIVACY[platform]:
        known = ", ".join(PRIVACY[platform])
        raise Rejected(f"privacy: {platform} knows {known}; {privacy or 'nothing'} was given")


def youtube_problems(video: OutgoingVideo) -> list[str]:
    """What of a video's words YouTube would refuse."""
    # Tags with spaces count with the quotation marks that YouTube puts around them, and with the commas between them.
    tag_characters = sum(len(tag) + (2 if " " in tag else 0) for tag in video.tags) + max(0, len(video.tags) - 1)
    size = len(video.description.encode())
    checks = (
        (not video.title.strip(), "title: it is empty"),
        (len(video.title) > 100, f"title: {len(video.title)} characters, at most 100"),
        (any(mark in video.title for mark in "<>"), "title: it holds < or >"),
        (size > 5000, f"description: {size} bytes, at most 5,000"),
        (any(mark in video.description for mark in "<>"), "description: it holds < or >"),
        (tag_characters > 500, f"tags: {tag_characters} characters together, at most 500"),
    )
    return [problem for wrong, problem in checks if wrong]


def instagram_problems(caption: str) -> list[str]:
    """What of a caption Instagram would refuse."""
    hashtags, mentions = len(_HASHTAG.findall(caption)), len(_MENTION.findall(caption))
    checks = (
        (len(caption) > 2200, f"caption: {len(caption)} characters, at most 2,200"),
        (hashtags > 30, f"caption: {hashtags} hashtags, at most 30"),
        (mentions > 20, f"caption: {mentions} mentions, at most 20"),
    )
    return [problem for wrong, problem in checks if wrong]


def tiktok_problems(title: str) -> list[str]:
    """What of a title TikTok would refuse."""
    units = len(title.encode("utf-16-le")) // 2
    return [f"title: {units} UTF-16 units, at most 2,200"] if units > 2200 else []


def require_words(problems: list[str]) -> None:
    """Nothing is sent while there are problems.

    Raises:
        Rejected: there are some; all of them are named at once.
    """
    if problems:
        raise Rejected("; ".join(problems) + ". Shorten it for this platform and publish again.")
