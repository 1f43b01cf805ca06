"""How a strategy changes the outline of the pages it is for.

The ``section_logic`` of a strategy maps a content type (``post``), or a type and structure (``post/how_to``), to rules such as
``{"leave_out": ["call_to_action"], "first": ["verdict"], "add": [{"heading": "What it costs", "guidance": "…"}]}``; the rules
of type and structure stand in the place of those of the type. Belongs here: the rules and what they do to a brief.
"""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from igny8_resources.contracts.outlines import CONTRACTS, AddedSection, structures_of
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ARTICLE_PARTS, CONTENT_TYPES, ArticlePart
from igny8_resources.contracts.writer import ArticleBrief

MOST_ADDED = 10
# Without them there is no page.
KEPT: tuple[ArticlePart, ...] = ("introduction",)


class SectionRules(Value):
    """What a strategy does to an outline: sections added, parts of the contract left out, parts moved to the front."""

    add: Annotated[tuple[AddedSection, ...], Field(max_length=MOST_ADDED)] = ()
    leave_out: tuple[ArticlePart, ...] = ()
    first: tuple[ArticlePart, ...] = ()

    @field_validator("leave_out")
    @classmethod
    def _keep_what_makes_a_page(cls, parts: tuple[ArticlePart, ...]) -> tuple[ArticlePart, ...]:
        for part in parts:
            if part in KEPT:
                raise ValueError(f"{part} cannot be left out: without it there is no page")
        return parts

    def applied_to(self, brief: ArticleBrief) -> ArticleBrief:
        """The brief with these rules in its contract and its planned sections."""
        kept = [part for part in brief.contract.parts if part.part not in self.leave_out]
        # The introduction opens every page; what is moved to the front follows it.
        ranks = {part: rank for rank, part in enumerate((*KEPT, *self.first))}
        parts = sorted(kept, key=lambda part: ranks.get(part.part, len(ranks)))
        outline = list(brief.outline)
        for section in self.add:
            if section.heading not in outline:
                place = outline.index(section.after) + 1 if section.after in outline else len(outline)
                outline.insert(place, section.heading)
        contract = brief.contract.model_copy(update={"parts": tuple(parts), "added": self.add})
        return brief.model_copy(update={"contract": contract, "outline": tuple(outline)})


SectionLogic = dict[str, SectionRules]
_LOGIC = TypeAdapter(SectionLogic)


class SectionLogicInvalid(ValueError):
    """Section logic cannot be used; ``errors`` has the messages by place, such as ``post/how_to.first.0``."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        places = "; ".join(f"{place}: {message}" for place, messages in errors.items() for message in messages)
        super().__init__(f"the section logic cannot be used: {places}")
        self.errors = errors


def read_section_logic(given: dict[str, Any]) -> SectionLogic:
    """Section logic from plain JSON.

    Raises:
        SectionLogicInvalid: a key names no page, or a rule says what no rule can say.
    """
    errors: dict[str, list[str]] = {}
    for key in given:
        if problem := _wrong_key(key):
            errors.setdefault(key, []).append(problem)
    try:
        logic = _LOGIC.validate_python(given)
    except ValidationError as invalid:
        for failure in invalid.errors():
            place = ".".join(str(part) for part in failure["loc"])
            message = str(failure["msg"]).removeprefix("Value error, ")
            if failure["type"] == "literal_error":
                message = f"`{failure['input']}` is no part of a page; parts are {', '.join(ARTICLE_PARTS)}"
            errors.setdefault(place, []).append(message)
        raise SectionLogicInvalid(errors) from invalid
    if errors:
        raise SectionLogicInvalid(errors)
    return logic


def _wrong_key(key: str) -> str:
    content_type, slash, structure = key.partition("/")
    if content_type not in CONTENT_TYPES:
        return f"there is no content type `{content_type}`; there are {', '.join(CONTENT_TYPES)}"
    if slash and (content_type, structure) not in CONTRACTS:
        can_have = ", ".join(structures_of(content_type))
        return f"a {content_type} has no structure `{structure}`; it can have {can_have}"
    return ""
