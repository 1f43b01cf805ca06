"""Setting things side by side: head-to-head tables, criteria tables, and what speaks for and against each thing.

A cell says what to compare and how; the only figures are searches a month, taken from the brief.
"""

from collections.abc import Sequence

from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.aspects import aspect
from igny8_resources.ai.offline.grammar import capital, listed, with_article
from igny8_resources.ai.offline.keyword_reading import core_words, normal
from igny8_resources.ai.offline.prose import Prose
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import ProsCons, Table

_CELLS: dict[str, str] = {
    "budget": "Total for {x}, extras included",
    "space": "Size of {x}, and the room it takes in use",
    "ease": "Steps to a first good result with {x}",
    "features": "What you would use {x} for every week",
    "material": "Parts of {x} that wear first",
    "fit": "Feel of {x} after a full session",
    "kit": "Must-have extras for {x}",
    "buying": "Returns and guarantee for {x}",
    "provider": "Who is responsible with {x}",
    "local": "Nearest place for {x}",
    "verdict": "Your own first impression of {x}",
    "method": "One full round with {x}, timed",
    "settings": "Smallest useful change with {x}",
    "care": "Minutes to clean up after {x}",
    "trouble": "The complaint you read most about {x}",
    "time": "Time from start to finish with {x}",
    "sensory": "Three words for the result of {x}",
    "safety": "Named standard or warning for {x}",
    "paperwork": "Records and dates that come with {x}",
    "meaning": "The problem to solve with {x}",
}
_USUAL = ("method", "budget", "care", "ease", "sensory", "time")
_USUAL_GOODS = ("budget", "verdict", "buying", "features", "ease")
_USUAL_SERVICES = ("provider", "budget", "paperwork", "time", "meaning")

_GOODS_ONLY = frozenset({"care", "space", "material", "kit", "fit", "features", "sensory", "buying"})

PROS = (
    "{gk}You already own part of what {x} would need.",
    "In a trial of your own, {x} gave the result you prefer.",
    "Somebody you trust uses {x} and can help in the first weeks.",
    "Upkeep for {x} fits into the time you really have.",
    "The total for {x} stays under your ceiling.",
    "The line you marked first speaks for {x}.",
    "Working with {x} is something you would enjoy.",
    "Supplies or support for {x} can be had close to home.",
    "{gk}You could return {x} after a trial.",
    "With {x}, the number of things to get right at once is small enough for you.",
    "{x} would suit the number of people you have in mind.",
    "{s}The records that {x} would require are ones you keep already.",
    "{s}A qualified adviser has looked at your case and named {x}.",
    "{gk}A year from now, {x} would still match your use.",
)
CONS = (
    "{x} would need extras that push the total over your limit.",
    "Upkeep for {x} takes time that you know you will not give.",
    "You would have to change a habit you like in order to use {x}.",
    "Nobody nearby could help if {x} gave trouble.",
    "The strong lines of {x} are ones that you crossed out.",
    "The main argument for {x} is a feature you would seldom use.",
    "{gk}There is no way to try {x} before paying.",
    "{gk}Supplies for {x} come from a single source.",
    "{gk}On busy days {x} would stay unused.",
    "{s}Leaving {x} later would be slow or costly.",
    "{s}The dates that come with {x} fall into your busiest weeks.",
    "The complaints you read about {x} describe your own situation.",
    "{gk}{x} would be hard to pass on if it turned out wrong.",
    "You cannot say in one sentence what {x} would improve.",
)


def criteria(found: Sequence[Aspect], domain: str, number: int) -> list[Aspect]:
    """The criteria for a table: what the keywords ask about, filled up with what such a choice usually turns on."""
    usual = {"g": _USUAL_GOODS, "s": _USUAL_SERVICES}.get(domain, _USUAL)
    keys = [
        key for key in dict.fromkeys([*(one.key for one in found), *usual]) if domain != "s" or key not in _GOODS_ONLY
    ]
    return [aspect(key) for key in keys[:number]]


def head_to_head(
    sides: Sequence[str], found: Sequence[Aspect], domain: str, keywords: Sequence[KeywordFacts], number: int = 6
) -> Table:
    """One column a thing, one row a criterion, and rows for what the keyword file knows of each thing."""
    rows: list[tuple[str, ...]] = []
    demand = [_demand(side, sides, keywords) for side in sides]
    if all(demand) and len(set(demand)) == len(demand):
        figures = (f"about {volume:,}" for volume in demand)
        rows.append(
            ("Searches a month that name it alone", *figures, "Never by itself: it shows interest and not quality")
        )
    beside = [_searched_with(side, sides, keywords) for side in sides]
    if all(beside) and len(set(beside)) == len(beside):
        rows.append(
            (
                "Searched together with",
                *(capital(listed(words)) for words in beside),
                "One of those words is your own worry",
            )
        )
    for one in criteria(found, domain, number):
        cells = (capital(_CELLS[one.key].format(x=with_article(side))) for side in sides)
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


def specification_table(found: Sequence[Aspect], domain: str, caption: str, number: int = 6) -> Table:
    """One row a specification: which line to read and how to check it."""
    rows = tuple((one.criterion, one.compare, one.check) for one in criteria(found, domain, number))
    return Table(caption=caption, columns=("Specification", "What to read", "How to check it"), rows=rows)


def pros_and_cons(prose: Prose, subjects: Sequence[str], each: int = 3) -> tuple[ProsCons, ...]:
    """What would speak for and against each thing, as conditions that a reader can test."""
    result = []
    for subject in subjects:
        x = with_article(subject)
        pros = [prose.draw(PROS, x=x) for _ in range(each)]
        cons = [prose.draw(CONS, x=x) for _ in range(each)]
        if all(pros) and all(cons):
            result.append(ProsCons(subject=capital(subject), pros=tuple(pros), cons=tuple(cons)))
    return tuple(result)


def _demand(side: str, sides: Sequence[str], keywords: Sequence[KeywordFacts]) -> int:
    """The searches a month of the brief's keywords that name one side and none of the others."""
    name = set(core_words(side))
    others = [set(core_words(other)) for other in sides if other != side]
    return sum(
        keyword.volume or 0
        for keyword in keywords
        if name <= set(core_words(keyword.text)) and not any(other <= set(core_words(keyword.text)) for other in others)
    )


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
