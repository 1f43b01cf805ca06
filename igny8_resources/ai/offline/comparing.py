"""Setting things side by side: head-to-head tables, criteria tables, and what speaks for and against each thing.

A cell says what to compare and how; the only figures are searches a month, taken from the brief.
"""

from collections.abc import Sequence

from igny8_resources.ai.offline.aspects import Aspect, aspect
from igny8_resources.ai.offline.grammar import capital, listed
from igny8_resources.ai.offline.keyword_reading import core_words, normal
from igny8_resources.ai.offline.prose import Prose
from igny8_resources.ai.offline.subject import item
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import ProsCons, Table

_CELLS: dict[str, tuple[str, str, str, str]] = {
    "budget": (
        "Total for {x}, extras included",
        "The same total for {x}",
        "{x}, priced on the same day",
        "{x} with its extras",
    ),
    "space": (
        "Room taken by {x} in use",
        "{x}, measured in the same place",
        "Outline of {x} on paper",
        "{x}, lid and cable included",
    ),
    "ease": (
        "Steps to a first result with {x}",
        "The same count for {x}",
        "{x} in the hands of a novice",
        "A first try with {x}",
    ),
    "features": (
        "What you need from {x}",
        "{x} against the same must-have list",
        "Extras of {x} you would use",
        "{x}, ticked off line by line",
    ),
    "material": (
        "Parts of {x} that wear",
        "{x}: care that the maker asks for",
        "Build of {x}, handled once",
        "Spares for {x}",
    ),
    "fit": (
        "{x} after a full session",
        "The same session with {x}",
        "Returns policy for {x}",
        "{x} in real conditions",
    ),
    "kit": (
        "Must-have extras for {x}",
        "Extras to budget for with {x}",
        "Consumables for {x}",
        "What you own already for {x}",
    ),
    "buying": (
        "Returns and guarantee for {x}",
        "{x} from the same seller",
        "Who answers for {x}",
        "Second source for {x}",
    ),
    "provider": (
        "Who is responsible with {x}",
        "{x}, asked the same questions",
        "Notice period for {x}",
        "Reference for {x}",
    ),
    "local": ("Nearest place for {x}", "Hours and stock for {x}", "A second visit for {x}", "{x} by phone"),
    "verdict": (
        "Your first impression of {x}",
        "{x}, judged by the same person",
        "Complaints repeated about {x}",
        "{x} in one sentence",
    ),
    "method": (
        "One round with {x}, start to tidy",
        "{x}, timed in the same way",
        "The step that needs care with {x}",
        "{x} on a busy morning",
    ),
    "settings": (
        "How finely {x} can be adjusted",
        "{x}, set twice to the same point",
        "Smallest useful change on {x}",
        "{x}, from noted settings",
    ),
    "care": ("Minutes to clean {x}", "{x}: pieces to take apart", "Care page for {x}", "{x}, cleaned after one use"),
    "trouble": (
        "Usual complaint about {x}",
        "What goes wrong with {x}",
        "Help available for {x}",
        "{x}, after a mistake",
    ),
    "time": (
        "Minutes from start to finish for {x}",
        "{x} on the same clock",
        "Waiting time with {x}",
        "{x}, preparation included",
    ),
    "sensory": (
        "Three words for the result of {x}",
        "{x}, tried unmarked",
        "What you notice first in {x}",
        "{x} beside the others",
    ),
    "safety": (
        "Named standard for {x}",
        "Warnings that come with {x}",
        "Who vouches for {x}",
        "{x}, checked at the source",
    ),
    "paperwork": ("Records needed for {x}", "Dates that come with {x}", "Official page on {x}", "Help needed with {x}"),
    "meaning": ("The problem to solve with {x}", "Purpose of {x}", "Who would miss {x}", "{x} in a definition"),
}
_USUAL = ("method", "budget", "care", "ease", "sensory", "time")
_USUAL_GOODS = ("budget", "care", "ease", "space", "kit", "buying")
_USUAL_SERVICES = ("provider", "budget", "paperwork", "time", "meaning")

PROS = (
    "You already own part of what {x} would need.",
    "In a trial of your own, {x} gave the result you prefer.",
    "Somebody you trust uses {x} and can help in the first weeks.",
    "Upkeep for {x} fits into the time you really have.",
    "The total for {x} stays under your ceiling.",
    "The line you marked first speaks for {x}.",
    "Working with {x} is something you would enjoy.",
    "Supplies or support for {x} can be had close to home.",
    "You could return {x} after a trial.",
    "With {x}, the number of things to get right at once is small enough for you.",
    "{x} would suit the number of people you have in mind.",
    "A year from now, {x} would still match your use.",
)
CONS = (
    "{x} would need extras that push the total over your limit.",
    "Upkeep for {x} takes time that you know you will not give.",
    "You would have to change a habit you like in order to use {x}.",
    "Nobody nearby could help if {x} gave trouble.",
    "The strong lines of {x} are ones that you crossed out.",
    "The main argument for {x} is a feature you would seldom use.",
    "There is no way to try {x} before paying.",
    "Supplies for {x} come from a single source.",
    "On busy days {x} would stay unused.",
    "The complaints you read about {x} describe your own situation.",
    "{x} would be hard to pass on if it turned out wrong.",
    "You cannot say in one sentence what {x} would improve.",
)


def criteria(found: Sequence[Aspect], domain: str, number: int) -> list[Aspect]:
    """The criteria for a table: what the keywords ask about, filled up with what such a choice usually turns on."""
    usual = {"g": _USUAL_GOODS, "s": _USUAL_SERVICES}.get(domain, _USUAL)
    keys = list(dict.fromkeys([*(one.key for one in found), *usual]))
    return [aspect(key) for key in keys[:number]]


def head_to_head(sides: Sequence[str], found: Sequence[Aspect], domain: str, keywords: Sequence[KeywordFacts]) -> Table:
    """One column a thing, one row a criterion, and rows for what the keyword file knows of each thing."""
    rows: list[tuple[str, ...]] = []
    demand = [_largest(side, keywords) for side in sides]
    if all(demand):
        rows.append(
            (
                "Searches a month that name it",
                *(f"up to {volume:,}" for volume in demand),
                "Shows interest, not quality",
            )
        )
    beside = [_searched_with(side, sides, keywords) for side in sides]
    if all(beside) and len(set(beside)) == len(beside):
        rows.append(
            ("Searched together with", *(capital(listed(words)) for words in beside), "Those words match your worry")
        )
    for one in criteria(found, domain, 6 if len(sides) < 4 else 5):
        cells = (capital(form.format(x=item(side))) for form, side in zip(_CELLS[one.key], sides, strict=False))
        rows.append((one.criterion, *cells, capital(one.decides)))
    columns = ("What to compare", *(capital(side) for side in sides), "It decides when")
    return Table(
        caption=f"{capital(listed(list(sides)))} compared: what to check on each side",
        columns=columns,
        rows=tuple(rows),
    )


def criteria_table(found: Sequence[Aspect], domain: str, caption: str, number: int = 6) -> Table:
    """One row a criterion: what to compare and when it settles the choice."""
    rows = tuple((one.criterion, one.compare, capital(one.decides)) for one in criteria(found, domain, number))
    return Table(caption=caption, columns=("Criterion", "What to compare", "It decides when"), rows=rows)


def specification_table(found: Sequence[Aspect], domain: str, caption: str) -> Table:
    """One row a specification: which line to read and how to check it."""
    rows = tuple((one.criterion, one.compare, one.check) for one in criteria(found, domain, 6))
    return Table(caption=caption, columns=("Specification", "What to read", "How to check it"), rows=rows)


def pros_and_cons(prose: Prose, subjects: Sequence[str], each: int = 3) -> tuple[ProsCons, ...]:
    """What would speak for and against each thing, as conditions that a reader can test."""
    result = []
    for subject in subjects:
        x = item(subject)
        pros = [prose.draw(PROS, x=x) for _ in range(each)]
        cons = [prose.draw(CONS, x=x) for _ in range(each)]
        if all(pros) and all(cons):
            result.append(ProsCons(subject=capital(subject), pros=tuple(pros), cons=tuple(cons)))
    return tuple(result)


def _largest(side: str, keywords: Sequence[KeywordFacts]) -> int:
    name = set(core_words(side))
    return max((k.volume or 0 for k in keywords if name <= set(core_words(k.text))), default=0)


def _searched_with(side: str, sides: Sequence[str], keywords: Sequence[KeywordFacts]) -> tuple[str, ...]:
    name = set(core_words(side))
    others = {word for other in sides for word in core_words(other)}
    found: list[str] = []
    for keyword in keywords:
        words = core_words(keyword.text)
        if name <= set(words) and "vs" not in normal(keyword.text).split():
            found += [
                word for word in words if word not in others and word not in found and word.isalpha() and word != "best"
            ]
    return tuple(found[:3])
