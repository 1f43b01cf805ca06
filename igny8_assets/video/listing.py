"""How a video is listed on a platform: title, description, tags, hashtags, chapters and link, within the platform's limits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from igny8_assets.findings import Finding, Severity
from igny8_assets.video.chapters import Chapter
from igny8_resources.contracts.video import VideoSeo, VideoSeoBrief
from igny8_resources.video_platforms.texts import instagram_problems, tiktok_problems, youtube_problems
from igny8_resources.video_platforms.video import OutgoingVideo

CHECK = "video_listing"


@dataclass(frozen=True)
class PlatformLimits:
    """What a platform takes, in characters; ``reserve`` of the description is kept free for chapters, link and hashtags.

    ``shown_title`` is how much of a title the platform's results show.
    """

    title: int
    description: int
    tags: int
    hashtags: int
    reserve: int
    shown_title: int = 0
    links: bool = False


# YouTube: videos.insert takes 100 characters of title, 5,000 bytes of description, 500 characters of tags; more than 60 hashtags
# are ignored altogether, and three are shown. Instagram: a caption of 2,200 with 30 hashtags, no live links. TikTok: 2,200.
LIMITS: dict[str, PlatformLimits] = {
    "youtube": PlatformLimits(100, 5000, 500, 15, reserve=2000, shown_title=70, links=True),
    "instagram": PlatformLimits(100, 2200, 0, 30, reserve=700),
    "tiktok": PlatformLimits(100, 2200, 0, 10, reserve=700),
}
_HASHTAG = re.compile(r"\w+")


def fitted(listing: VideoSeo, brief: VideoSeoBrief) -> VideoSeo:
    """A model's listing with what costs nothing to mend mended: no ``#``, no doubles, no tags where there are none."""
    hashtags = dict.fromkeys(re.sub(r"\W", "", tag) for tag in listing.hashtags)
    tags = dict.fromkeys(" ".join(tag.replace(",", " ").split()) for tag in listing.tags)
    return VideoSeo(
        title=listing.title.strip(),
        description=listing.description.strip(),
        tags=tuple(tag for tag in tags if tag) if brief.max_tags else (),
        hashtags=tuple(tag for tag in hashtags if tag)[: brief.max_hashtags],
    )


def listing_findings(platform: str, listing: VideoSeo, chapters: Sequence[Chapter], link: str) -> list[Finding]:
    """What the platform would refuse (errors), and what it would cut or not show (warnings)."""
    return [*_refused(platform, listing, chapters, link), *_weak(platform, listing)]


def whole_text(platform: str, listing: VideoSeo, chapters: Sequence[Chapter], link: str, credited: str = "") -> str:
    """The description as it is sent: the text, chapters, link, whose stock is shown, and hashtags."""
    parts = [listing.description]
    if platform == "youtube" and chapters:
        parts.append("\n".join(f"{chapter.stamp} {chapter.title}" for chapter in chapters))
    parts += [link, credited, " ".join(f"#{tag}" for tag in listing.hashtags)]
    return "\n\n".join(part for part in parts if part)


def tracked_link(url: str, platform: str, slug: str) -> str:
    """The article's address with campaign parameters, where the platform makes links of addresses; else empty.

    Parameters that the address has stay; ones of the same name are replaced.
    """
    if not LIMITS[platform].links or not url:
        return ""
    parts = urlsplit(url)
    campaign = {"utm_source": platform, "utm_medium": "video", "utm_campaign": slug}
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **campaign}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _refused(platform: str, listing: VideoSeo, chapters: Sequence[Chapter], link: str) -> Iterator[Finding]:
    text = whole_text(platform, listing, chapters, link)
    if platform == "youtube":
        problems = youtube_problems(_outgoing(listing, text))
    elif platform == "instagram":
        problems = instagram_problems(text)
    else:
        problems = tiktok_problems(text)
    for problem in problems:
        where, _, message = problem.partition(": ")
        yield _said(where, message, "error")
    for tag in listing.hashtags:
        if not _HASHTAG.fullmatch(tag) or tag.isdigit():
            yield _said("hashtags", f"#{tag} is no hashtag: letters and digits only, at least one letter", "error")


def _weak(platform: str, listing: VideoSeo) -> Iterator[Finding]:
    limits = LIMITS[platform]
    if not listing.description.strip():
        yield _said("description", "it is empty; the first lines stand in the results", "warning")
    if limits.shown_title and limits.shown_title < len(listing.title) <= limits.title:
        yield _said("title", f"{len(listing.title)} characters; results show about {limits.shown_title}", "warning")
    if len(listing.hashtags) > limits.hashtags:
        yield _said("hashtags", f"{len(listing.hashtags)}; more than {limits.hashtags} look like spam", "warning")


def _outgoing(listing: VideoSeo, text: str) -> OutgoingVideo:
    from pathlib import Path

    words: dict[str, Any] = {"title": listing.title, "description": text, "tags": listing.tags}
    return OutgoingVideo(path=Path(), size=0, sha256="", seconds=0.0, privacy="private", **words)


def _said(where: str, message: str, severity: Severity) -> Finding:
    return Finding(check=CHECK, severity=severity, passage=where, message=message)
