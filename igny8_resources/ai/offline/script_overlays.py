"""The short forms of a heading: as it stands on screen, and as it is spoken inside a sentence."""

import re

from igny8_resources.ai.offline.grammar import capital, clipped

OVERLAY_CHARACTERS = 42
_HALF = re.compile(r"\b(?:an?|the)\s+\S+$", re.IGNORECASE)


def spoken_title(title: str) -> str:
    """A title as it is spoken: no colon and no final question mark in the middle of a sentence."""
    return re.sub(r"[?!]$", "", re.sub(r"[:?] ", ", ", title))


def lowered(heading: str) -> str:
    """A heading in the middle of a spoken sentence: its number gone, its colon a comma, its first word as in a sentence."""
    plain = re.sub(r"^\d+\.\s*", "", spoken_title(heading)).rstrip(".")
    first, _, rest = plain.partition(" ")
    ordinary = first[1:].islower() or len(first) == 1
    return f"{first.lower() if ordinary and first != 'I' else first} {rest}".strip()


def short_form(*texts: str) -> str:
    """A short form of the first text that has one: the text, a part of it, at last its first words."""
    plain = [re.sub(r"^\d+\.\s*", "", text).strip().rstrip(".") for text in texts]
    for text in plain:
        for part in (text, *re.split(r"(?<=\?)\s|[:;]\s", text)[:1], *re.split(r",\s", text)[:1]):
            # "Start with a small" has lost what is small.
            if 6 <= len(part) <= OVERLAY_CHARACTERS and (part == text or not _HALF.search(part)):
                return capital(part)
    last = plain[-1]
    # A question that is cut says so.
    mark = " …?" if last.endswith("?") else ""
    return capital(clipped(last, OVERLAY_CHARACTERS - len(mark)) + mark)
