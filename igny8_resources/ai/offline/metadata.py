"""The lines that search engines show: slug, meta title and meta description."""

from collections.abc import Sequence

from slugify import slugify

from igny8_resources.ai.offline.grammar import capital, cased, clipped, title_case
from igny8_resources.ai.offline.keyword_reading import is_question, names_phrase, normal, read_keyword
from igny8_resources.ai.offline.prose import shuffled

MOST_TITLE = 60
DESCRIPTION = (120, 155)

_TITLE_TAILS = (": What to Know First", ": A Clear Guide", ", Explained Simply", ": What to Check", ": Where to Start")
_FIRST = (
    "{phrase}: the questions people search, put in order.",
    "{phrase}: what to decide first and how to check it.",
    "{phrase}, sorted into decisions you can make one by one.",
    "{phrase}: criteria, checks and answers in one place.",
)
_FIRST_OF_QUESTIONS = (
    "{phrase} Where to look first and how to be sure.",
    "{phrase} A calm order of checks, one at a time.",
    "{phrase} What to check, and in which order.",
)
_SECOND = (
    "With criteria, a checklist and answers to common questions.",
    "Clear criteria, simple tests and the questions people really ask.",
    "Includes what to compare, what to ask and when to stop comparing.",
    "What to compare, how to test it and which points decide in the end.",
    "A practical order of work with checks you can do yourself today.",
    "Short answers, things to check and an order of work that saves time.",
    "Criteria and checks.",
    "No guesswork, just checks you can repeat.",
    "What matters, what can wait and how to tell the two apart.",
    "Read it before you decide.",
    "With a checklist to take away.",
)


def slug_of(title: str) -> str:
    """An ASCII slug of at most 60 characters, cut between words."""
    return slugify(title, max_length=60, word_boundary=True, save_order=True) or "page"


def meta_title_of(title: str, keyword: str, seed: str) -> str:
    """The title if it is short enough and names the keyword, else one made from the keyword; at most 60 characters."""
    if len(title) <= MOST_TITLE and names_phrase(title, keyword):
        return title
    head = title.split(": ", 1)[0]
    if names_phrase(head, keyword) and len(head) <= MOST_TITLE:
        return head
    phrase = title_case(capital(cased(keyword)))
    for tail in (*shuffled(_TITLE_TAILS, seed), ""):
        if len(phrase + tail) <= MOST_TITLE:
            return phrase + tail
    return clipped(phrase, MOST_TITLE)


def meta_description_of(keyword: str, seed: str, points: Sequence[str]) -> str:
    """Two or three short sentences of 120 to 155 characters that open with the keyword."""
    phrase, firsts = _opening_phrase(keyword)
    weighed = f"Covers {points[0]} and {points[1]}." if len(points) > 1 else ""
    best = ""
    for first in shuffled(firsts, seed):
        opening = first.format(phrase=phrase)
        tails = [tail for tail in shuffled(_SECOND, seed) if "riteria" not in tail or "riteria" not in opening]
        options = [opening, *(f"{opening} {tail}" for tail in tails)]
        if weighed:
            options = [*(f"{opening} {weighed} {tail}" for tail in tails), f"{opening} {weighed}", *options]
        options += [f"{opening} {one} {two}" for one in tails for two in tails if one != two]
        for option in options:
            if DESCRIPTION[0] <= len(option) <= DESCRIPTION[1]:
                return option
            if len(option) > DESCRIPTION[1] and not best:
                best = option
    return clipped(best, DESCRIPTION[1] - 1) + "."


def _opening_phrase(keyword: str) -> tuple[str, tuple[str, ...]]:
    """The keyword as a description opens with it, and the openings that suit it."""
    reading = read_keyword(keyword)
    if reading.kind == "task":
        return f"How to {reading.action}", _FIRST
    if is_question(keyword):
        return f"{capital(cased(normal(keyword)))}?", _FIRST_OF_QUESTIONS
    return capital(cased(normal(keyword))), _FIRST
