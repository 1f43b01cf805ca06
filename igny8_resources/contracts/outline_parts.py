"""Every part that a page can have: where a draft holds it, how much of it there must be, and what it is for.

The guidance is read by models and shown to editors; it asks for nothing that a model would have to invent.
"""

from dataclasses import dataclass
from typing import Literal

from igny8_resources.contracts.vocabulary import ArticlePart

Block = Literal[
    "introduction",
    "key_takeaways",
    "section",
    "section.bullets",
    "section.steps",
    "section.table",
    "pros_cons",
    "faq",
    "conclusion",
    "call_to_action",
]
SchemaPart = Literal["faq", "how_to_steps", "pros_cons", "specifications_table", "comparison_table"]


@dataclass(frozen=True)
class PartShape:
    """A part wherever it stands; ``outlines.OutlinePart`` explains the fields."""

    block: Block
    guidance: str
    at_least: int = 1
    schema_part: SchemaPart | None = None


_FROM_OWNER = "Ask for what only the owner knows in to_supply; do not invent it."

PARTS: dict[ArticlePart, PartShape] = {
    "introduction": PartShape(
        "introduction", "What the page answers and for whom, with the primary keyword in the first paragraph."
    ),
    "key_takeaways": PartShape(
        "key_takeaways", "Three to five sentences that stand alone for a reader who stops here.", 2
    ),
    "overview": PartShape("section", "What is offered or meant, for whom it is and for whom not."),
    "definition": PartShape("section", "What the term covers here and where it ends, in words a newcomer knows."),
    "short_answer": PartShape("section", "The answer in the first two sentences, then what it depends on."),
    "decision_order": PartShape("section.steps", "The decisions in the order in which each makes the next easier.", 2),
    "preparation": PartShape("section", "What to have ready and what to check before the first step."),
    "steps": PartShape(
        "section.steps",
        "The procedure, one act a step: a short imperative name, then what to do and how to tell that it is done.",
        3,
        "how_to_steps",
    ),
    "criteria": PartShape(
        "section.table", "By what to judge, one row a criterion: what to look at and when it decides.", 2
    ),
    "comparison_table": PartShape(
        "section.table",
        "The options side by side: one column each, one row a criterion, no empty cells.",
        2,
        "comparison_table",
    ),
    "features": PartShape("section.bullets", "Each feature with what it does for the person who uses it.", 2),
    "specifications": PartShape(
        "section.table",
        "Name and value, one row a line. Only values from the brief or its sources; where none is given, which line of the "
        f"maker's sheet to read. {_FROM_OWNER}",
        2,
        "specifications_table",
    ),
    "process": PartShape(
        "section.steps", "How it goes from first contact to the end, one stage a step, each with who does what.", 2
    ),
    "local_area": PartShape("section", f"Which places are served and what differs there. {_FROM_OWNER}"),
    "mission": PartShape("section", "What the company or site is for, and the principles it can be held to."),
    "history": PartShape(
        "section", f"When it began and what changed it, by dates that can be looked up. {_FROM_OWNER}"
    ),
    "team": PartShape("section", f"Who does what, by name. Only people whom the brief names. {_FROM_OWNER}"),
    "careers": PartShape("section", f"What working here asks for and how to apply. {_FROM_OWNER}"),
    "contact": PartShape("section", f"How to reach the right person and what to include. {_FROM_OWNER}"),
    "coverage": PartShape("section.bullets", "The subjects or fields of work, one line each.", 2),
    "topic": PartShape("section", "One question or sub-topic of the searches in the brief, answered to the end."),
    "subtopic": PartShape("section", "One supporting topic in brief, and what its own page answers."),
    "shortlist": PartShape("section", "How to get from the list to three candidates."),
    "outcomes": PartShape("section", f"What will be different afterwards and how to check it. {_FROM_OWNER}"),
    "verdict": PartShape("section", "Which option suits which reader, each with its reason."),
    "alternatives": PartShape("section", "What else would do the job, and when it would be the better choice."),
    "roundup": PartShape("section.table", "The range or field in one table, one row a product, service or topic.", 2),
    "related_items": PartShape("section", "What belongs together with this term, in a table or list that leads on."),
    "next_steps": PartShape("section", "Where to go from here, by what the reader wants to decide next."),
    "press": PartShape("section", f"What journalists and partners may use and whom to write to. {_FROM_OWNER}"),
    "pros_cons": PartShape("pros_cons", "For each option what speaks for it and what against it.", 1, "pros_cons"),
    "faq": PartShape("faq", "The questions that people search, each answer complete on its own.", 1, "faq"),
    "conclusion": PartShape("conclusion", "What to take away and do, without repeating the text."),
    "call_to_action": PartShape("call_to_action", "One sentence that asks for one act."),
}
