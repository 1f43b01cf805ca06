"""What a video is found by, out of the article's own words: title, description, tags and hashtags for one platform."""

import re

from igny8_resources.ai.offline.grammar import capital, clipped, sentences
from igny8_resources.ai.offline.keyword_reading import core_words
from igny8_resources.ai.offline.prose import shuffled
from igny8_resources.contracts.video import VideoSeo, VideoSeoBrief
from igny8_resources.contracts.vocabulary import VideoPlatform

_TITLE_SHOWN = 60
_QUESTIONS = (
    "Which of these do you do already?",
    "What would you add?",
    "Which one made the difference for you?",
    "What did you learn the hard way?",
)
_HASHTAGS: dict[VideoPlatform, int] = {"youtube": 3, "instagram": 8, "tiktok": 4}
_TAG_CHARACTERS = 30


def write_video_seo(brief: VideoSeoBrief) -> VideoSeo:
    """Fit the article's title, summary, headings and keywords to the platform."""
    return VideoSeo(
        title=_title(brief),
        description=_description(brief),
        tags=_tags(brief) if brief.max_tags else (),
        hashtags=_hashtags(brief),
    )


def _title(brief: VideoSeoBrief) -> str:
    """The video's title; where it leaves out the first keyword and has room for it, the keyword comes first."""
    title, keyword = brief.title, brief.keywords[0] if brief.keywords else ""
    if keyword and keyword.lower() not in title.lower():
        longer = f"{capital(keyword)}: {title}"
        title = longer if len(longer) <= _TITLE_SHOWN else title
    return clipped(_plain(title), brief.max_title)


def _description(brief: VideoSeoBrief) -> str:
    question = shuffled(_QUESTIONS, brief.title)[0]
    if brief.platform == "tiktok":
        opening = sentences(brief.summary)[:1] or [brief.title]
        return clipped(_plain(f"{opening[0]} {question}"), brief.max_description)
    points = "\n".join(f"• {_plain(point)}" for point in brief.points)
    if brief.platform == "instagram":
        parts = [_plain(brief.summary), points, question]
    else:
        covered = f"What we go through:\n{points}" if points else ""
        parts = [_plain(brief.summary), covered, question]
    text = "\n\n".join(part for part in parts if part)
    return text if len(text) <= brief.max_description else clipped(_plain(brief.summary), brief.max_description)


def _tags(brief: VideoSeoBrief) -> tuple[str, ...]:
    """Keywords first, then the subject, as many as fit; a tag with a space counts two characters more on YouTube."""
    wanted = [*brief.keywords, brief.voice.niche, brief.voice.site_name]
    found: list[str] = []
    left = brief.max_tags
    for tag in dict.fromkeys(_plain(text).lower() for text in wanted):
        cost = len(tag) + (2 if " " in tag else 0) + 1
        if tag and len(tag) <= _TAG_CHARACTERS and cost <= left:
            found.append(tag)
            left -= cost
    return tuple(found)


def _hashtags(brief: VideoSeoBrief) -> tuple[str, ...]:
    wanted = [*brief.keywords, brief.voice.niche, *core_words(brief.title)]
    joined = (re.sub(r"[^0-9A-Za-z]", "", text.title() if " " in text else text) for text in wanted)
    # Upper and lower case are one hashtag to the platforms.
    found = {tag.lower(): tag for tag in joined if len(tag) > 2 and not tag.isdigit()}
    return tuple(found.values())[: min(brief.max_hashtags, _HASHTAGS[brief.platform])]


def _plain(text: str) -> str:
    return text.replace("<", "").replace(">", "").strip()
