"""The offline social editor: one article's words, fitted to a platform's tone, length and habits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from igny8_resources.ai.offline.grammar import capital, cased, clipped, counted, sentences, singular_word
from igny8_resources.ai.offline.keyword_reading import read_keyword
from igny8_resources.ai.offline.prose import seed_number, shuffled
from igny8_resources.contracts.social import SocialBrief, SocialDraft
from igny8_resources.contracts.vocabulary import SocialPlatform, SocialPostType
from igny8_resources.contracts.writer import QuestionAnswer

_RESERVE = 30
"""Characters left free for what the platform adds: a link counts 23 on X, plus the spaces around it."""
_SHORTENED_LINK = 23
_FEWEST_POINTS = 3


@dataclass(frozen=True)
class _Manner:
    """How a platform is written for: the most characters worth using, hashtags, the kinds of post that suit it.

    ``hooks`` are the opening lines by kind of post; ``""`` holds those for every other kind.
    """

    characters: int
    hashtags: int
    kinds: tuple[SocialPostType, ...]
    hooks: dict[str, tuple[str, ...]]
    calls: tuple[str, ...]


_MANNERS: dict[SocialPlatform, _Manner] = {
    "linkedin": _Manner(
        1300,
        4,
        ("highlight", "faq_snippet", "announcement"),
        {
            "": (
                "Most decisions go wrong before the comparison starts.",
                "A small order of work saves a surprising amount of second-guessing.",
                "We sorted the questions people search for into decisions that can be made one at a time.",
                "A good choice starts with the questions people actually ask.",
            ),
            "faq_snippet": ("A question we see often:", "Asked again and again:", "One from our reader searches:"),
        },
        (
            "The full guide has the criteria and the questions in order. What would you add?",
            "Read the guide for the complete list, and tell us which point decides it for you.",
            "The article has the details. Which of these do people in your field overlook?",
        ),
    ),
    "twitter": _Manner(
        250,
        2,
        ("quote_card", "faq_snippet", "highlight"),
        {"": ("Start here:", "One rule worth keeping:", "Before you compare anything:", "Short version:")},
        ("Full guide:", "The whole list:", "More here:"),
    ),
    "facebook": _Manner(
        500,
        2,
        ("faq_snippet", "announcement", "highlight"),
        {
            "": (
                "Worth a minute before you decide.",
                "Something to keep in mind.",
                "From the notebook to your screen.",
            ),
            "faq_snippet": ("Quick question for you:", "Ever wondered about this one?", "This comes up a lot:"),
        },
        (
            "How do you handle it? The whole guide is behind the link.",
            "Tell us what works for you, and have a look at the guide for the rest.",
            "The guide has the other questions too. What is yours?",
        ),
    ),
    "instagram": _Manner(
        1100,
        12,
        ("carousel", "quote_card", "faq_snippet"),
        {
            "": (
                "Save this for the next time you have to decide.",
                "Keep this one for later.",
                "A line worth a screenshot.",
            ),
            "carousel": ("Swipe through before you choose.", "Slide by slide, what to settle first."),
        },
        (
            "Save the post, and find the full guide through the link in our profile.",
            "Which one do you always forget? The guide is linked in our profile.",
            "Share it with somebody who is deciding right now. Full guide in our profile.",
        ),
    ),
    "tiktok": _Manner(
        300,
        5,
        ("highlight", "faq_snippet"),
        {
            "": (
                "Stop scrolling if you are stuck on this one.",
                "Nobody tells you this part first.",
                "POV: you finally ask the right question.",
                "Wait until you have checked this.",
            )
        },
        ("Full guide in bio.", "Part two? Tell us which question.", "Everything else is in the guide, link in bio."),
    ),
}


def adapt_for_platform(brief: SocialBrief) -> SocialDraft:
    """Write the post; text, hashtags and link together stay clear of the platform's limit."""
    manner = _MANNERS[brief.platform]
    seed = f"{brief.platform}\0{brief.url}\0{brief.title}"
    kind = _kind(brief, manner, seed)
    tags = _hashtags(brief, min(manner.hashtags, brief.max_hashtags))
    link = 0 if brief.platform == "twitter" else max(0, len(brief.url) - _SHORTENED_LINK)
    room = brief.max_characters - _RESERVE - link - sum(len(tag) + 2 for tag in tags)
    while tags and room < brief.max_characters // 2:
        room += len(tags[-1]) + 2
        tags = tags[:-1]
    room = min(room, manner.characters)
    hook = shuffled(manner.hooks.get(kind, manner.hooks[""]), seed)[0]
    call = shuffled(manner.calls, seed)[0]
    if kind == "thread":
        return _thread(brief, tags, call, room)
    return SocialDraft(
        post_type=kind,
        text=_fitted(_blocks(brief, kind, hook), call, room),
        hashtags=tags,
        call_to_action=call,
        thread=(),
    )


def _kind(brief: SocialBrief, manner: _Manner, seed: str) -> SocialPostType:
    if brief.platform == "twitter" and len(brief.key_takeaways) >= 4:
        return "thread"
    has: dict[SocialPostType, bool] = {
        "faq_snippet": bool(brief.faq),
        "highlight": len(brief.key_takeaways) >= 2,
        "carousel": len(brief.key_takeaways) >= 3,
        "quote_card": bool(brief.key_takeaways),
    }
    fitting = [kind for kind in manner.kinds if has.get(kind, True)]
    return fitting[seed_number(seed) % len(fitting)] if fitting else "announcement"


def _blocks(brief: SocialBrief, kind: SocialPostType, hook: str) -> list[str]:
    """The parts of a post in falling order of need; a platform takes as many as fit."""
    plain = _plain(brief.key_takeaways)
    if kind == "faq_snippet" and brief.faq:
        pair = _shortest(brief.faq)
        return [pair.question if brief.platform == "twitter" else f"{hook}\n{pair.question}", pair.answer]
    if kind == "carousel":
        listed = "\n".join(f"{number}. {text}" for number, text in enumerate(plain[:5], start=1))
        return [f"{hook}\n{brief.title}", listed]
    if kind == "quote_card":
        return [f"{hook} {plain[0]}", f"From our guide: {brief.title}."]
    if kind == "highlight":
        points = plain[:1] if brief.platform == "tiktok" else plain[:3]
        joined = "\n".join(points if len(points) == 1 else (f"– {text}" for text in points))
        if brief.platform == "tiktok":
            return [hook, joined]
        return [hook, f"From “{brief.title}”:", joined] if brief.platform != "twitter" else [f"{hook} {plain[0]}"]
    summary = " ".join(sentences(brief.summary)[:3])
    listed = "\n".join(f"– {text}" for text in plain[:3])
    return [f"New on {brief.voice.site_name}: {brief.title}", summary, listed]


def _plain(takeaways: Sequence[str]) -> list[str]:
    """Takeaways that stand alone first; those that quote searches are for the page, and come last."""
    return [text for text in takeaways if "“" not in text] + [text for text in takeaways if "“" in text]


def _shortest(faq: Sequence[QuestionAnswer]) -> QuestionAnswer:
    return min(faq[:4], key=lambda pair: (len(pair.answer) > 240, faq.index(pair)))


def _fitted(blocks: Sequence[str], call: str, room: int) -> str:
    """The blocks that fit, the last one cut to whole sentences or lines, and the call to action if there is room."""
    room_for_blocks = max(room - len(call) - 2, room // 2)
    text = ""
    for block in blocks:
        gap = "\n\n" if text else ""
        left = room_for_blocks - len(text) - len(gap)
        fitting = block if len(block) <= left else _whole_parts(block, left)
        if not fitting and not text:
            fitting = clipped(block, left)
        if fitting:
            text += gap + fitting
    return f"{text}\n\n{call}" if len(text) + 2 + len(call) <= room else text


def _whole_parts(block: str, limit: int) -> str:
    separator = "\n" if "\n" in block else " "
    parts = block.split("\n") if "\n" in block else sentences(block)
    kept: list[str] = []
    for part in parts:
        if len(separator.join([*kept, part])) > limit:
            break
        kept.append(part)
    return separator.join(kept)


def _thread(brief: SocialBrief, tags: tuple[str, ...], call: str, room: int) -> SocialDraft:
    alone = [text for text in brief.key_takeaways if "“" not in text]
    points = (alone if len(alone) >= _FEWEST_POINTS else _plain(brief.key_takeaways))[:6]
    total = len(points) + 2
    opening = f"{brief.title}\n\n{capital(counted(len(points), 'point'))} that settle most of it. 1/{total}"
    if len(opening) > room:
        opening = f"{clipped(brief.title, room - 8)} 1/{total}"
    limit = brief.max_characters - _RESERVE
    posts = [f"{_part(text, limit - 6)} {number}/{total}" for number, text in enumerate(points, start=2)]
    posts.append(f"{call} {clipped(brief.title, limit - len(call) - 8)} {total}/{total}")
    return SocialDraft(post_type="thread", text=opening, hashtags=tags, call_to_action=call, thread=tuple(posts))


def _part(text: str, limit: int) -> str:
    return text if len(text) <= limit else _whole_parts(text, limit) or clipped(text, limit)


def _hashtags(brief: SocialBrief, most: int) -> tuple[str, ...]:
    """Tags from what the keywords are about, then the site's field, longer keywords and the site's name."""
    readings = [read_keyword(keyword) for keyword in brief.keywords]
    subjects = [
        name for reading in readings for name in (reading.sides or (reading.subject,)) if len(name.split()) <= 2
    ]
    longer = [keyword for keyword in brief.keywords if len(keyword.split()) <= 3]
    found: dict[str, str] = {}
    for phrase in map(cased, (*subjects[:2], brief.voice.niche, *subjects[2:], *longer, brief.voice.site_name)):
        words = re.findall(r"[A-Za-z0-9]+", re.sub(r"[’']", "", phrase))
        tag = "".join(word[0].upper() + word[1:] for word in words)
        if 3 <= len(tag) <= 28 and not tag.isdigit() and len(found) < most:
            found.setdefault(singular_word(tag), tag)
    return tuple(found.values())
