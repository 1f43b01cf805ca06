"""A drafted post as it will stand on its platform: text, call to action, link and hashtags within the platform's limit.

Limits are the platforms' hard limits or the shorter length that reads well there, whichever is smaller. X counts weighted
characters (280; most of Latin weighs 1, CJK and emoji 2, any link 23), the others count code points.
"""

import re
import unicodedata
from dataclasses import dataclass

from igny8_resources.contracts.social import SocialDraft


class PostTooLong(ValueError):
    """The text alone is longer than the platform allows."""


@dataclass(frozen=True)
class PlatformRules:
    """What a platform allows: characters in a post, hashtags, and whether a link in the text can be clicked."""

    max_characters: int
    max_hashtags: int
    link_in_text: bool


PLATFORM_RULES: dict[str, PlatformRules] = {
    "linkedin": PlatformRules(1300, 5, link_in_text=True),
    "twitter": PlatformRules(280, 2, link_in_text=True),
    "facebook": PlatformRules(500, 3, link_in_text=True),
    "instagram": PlatformRules(2200, 15, link_in_text=False),
    "tiktok": PlatformRules(2200, 5, link_in_text=False),
}

_URL = re.compile(r"https?://\S+")
_URL_WEIGHT = 23
# Code points that weigh 1 on X (twitter-text configuration 3); every other code point weighs 2.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


@dataclass(frozen=True)
class ComposedPost:
    """A post ready to be reviewed: the whole text, its length as the platform counts, the hashtags that fitted."""

    text: str
    characters: int
    hashtags: tuple[str, ...]
    thread: tuple[str, ...]


def count_characters(platform: str, text: str) -> int:
    """How long a text is in the platform's own count. Emoji sequences are counted by code point, so never too short."""
    composed = unicodedata.normalize("NFC", text)
    if platform != "twitter":
        return len(composed)
    links = len(_URL.findall(composed))
    rest = _URL.sub("", composed)
    weights = (1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in rest)
    return links * _URL_WEIGHT + sum(weights)


def hashtag(text: str) -> str:
    """A phrase as a hashtag without its ``#``: letters and digits, words capitalised."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[^\W_]+", text))


def compose(platform: str, draft: SocialDraft, url: str) -> ComposedPost:
    """Put a draft together; hashtags that do not fit are left out, then the call to action.

    Raises:
        PostTooLong: the text itself does not fit, or a post of the thread does not.
    """
    rules = PLATFORM_RULES[platform]
    link = url if rules.link_in_text else ""
    tags = tuple(dict.fromkeys(filter(None, map(hashtag, draft.hashtags))))[: rules.max_hashtags]
    # A model may close its text with the call to action itself; it is not said twice.
    wanted = "" if draft.call_to_action in draft.text else draft.call_to_action
    for call_to_action in dict.fromkeys((wanted, "")):
        for kept in range(len(tags), -1, -1):
            text = _joined(draft.text, call_to_action, link, tags[:kept])
            length = count_characters(platform, text)
            if length <= rules.max_characters:
                return ComposedPost(text, length, tags[:kept], _thread(platform, draft, link, rules))
    raise PostTooLong(
        f"the {platform} post has {count_characters(platform, _joined(draft.text, '', link, ()))} characters and at most "
        f"{rules.max_characters} are allowed"
    )


def _thread(platform: str, draft: SocialDraft, link: str, rules: PlatformRules) -> tuple[str, ...]:
    """The further posts; whoever has read to the last one finds the link there too, where it fits."""
    posts = list(draft.thread)
    if posts and link and count_characters(platform, f"{posts[-1]}\n{link}") <= rules.max_characters:
        posts[-1] = f"{posts[-1]}\n{link}"
    for number, post in enumerate(posts, 2):
        if count_characters(platform, post) > rules.max_characters:
            raise PostTooLong(
                f"post {number} of the {platform} thread is longer than {rules.max_characters} characters"
            )
    return tuple(posts)


def _joined(text: str, call_to_action: str, link: str, tags: tuple[str, ...]) -> str:
    closing = f"{call_to_action} {link}".strip()
    return "\n\n".join(part for part in (text, closing, " ".join(f"#{tag}" for tag in tags)) if part)
