"""What a page of each content type and structure is made of: its parts in order, its length, its schema-ready parts.

One contract serves everybody: it goes to the model with the brief, the offline writer plans by it, and the checks hold the
draft against it. Belongs here: which parts a page has. Does not belong here: which page a search asks for, and wording.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import Field

from igny8_resources.contracts.outline_parts import PARTS, Block, SchemaPart
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import (
    CONTENT_STRUCTURES,
    CONTENT_TYPES,
    ArticlePart,
    ContentStructure,
    ContentType,
)

Need = Literal["required", "when_asked", "advised", "optional"]
"""``required``: an error without it. ``when_asked``: an error where the brief holds questions, else a hint. ``advised``: a
hint. ``optional``: room for it, nothing more."""

# The least words with which a page of each type says enough to stand alone; house figures near the field's advice
# (about 300 for articles, 250 for taxonomy pages, 200 for products).
FEWEST_WORDS: dict[ContentType, int] = {
    "post": 300, "comparison": 300, "cluster_hub": 400, "taxonomy_landing": 250, "service": 250, "product": 200,
    "page": 150, "company_page": 150, "brand_page": 150,
}  # fmt: skip
LEAST_SHARE_OF_TARGET = 0.5
MOST_SHARE_OF_TARGET = 1.6


class UnsuitableStructure(ValueError):
    """A content type cannot have this structure; the message names those that it can have."""

    def __init__(self, content_type: str, structure: str) -> None:
        if content_type not in CONTENT_TYPES:
            why = f"there is no content type {content_type!r}; there are {', '.join(CONTENT_TYPES)}"
        elif structure not in CONTENT_STRUCTURES:
            why = f"there is no structure {structure!r}; there are {', '.join(CONTENT_STRUCTURES)}"
        else:
            own = ", ".join(structures_of(content_type))
            others = ", ".join(kind for kind, name in _PAGES if name == structure)
            why = (
                f"a {content_type} cannot have the structure {structure!r}: it can have {own}. "
                f"The structure {structure!r} belongs to {others}"
            )
        super().__init__(why)


class OutlinePart(Value):
    """One part of a page.

    ``block`` is where the draft holds it: a field of its own, or a section marked with this part and, after the point,
    what the section must hold. ``at_least`` counts items of that block (bullets, steps, rows, questions, options), or
    sections where a part takes several. ``schema_part`` says what structured data is made of it.
    """

    part: ArticlePart
    block: Block
    need: Need
    at_least: int
    guidance: str
    schema_part: SchemaPart | None


class WordRange(Value):
    """How many words the body may have: below ``least`` it is not published, above ``most`` it wants cutting."""

    least: int
    target: int
    most: int


class AddedSection(Value):
    """A section that the site wants on its pages beside the contract's parts: its heading and what it is to say.

    ``after`` is the heading of the planned section that it follows; where there is none such, or it is empty, it comes last.
    """

    heading: Annotated[str, Field(min_length=1, max_length=200)]
    guidance: Annotated[str, Field(max_length=1000)] = ""
    after: Annotated[str, Field(max_length=200)] = ""


class OutlineContract(Value):
    """The outline that a page of one content type and structure keeps; ``parts`` are in reading order.

    ``added`` are sections of the site's own, which its strategy asks for; the brief's outline names them too.
    """

    content_type: ContentType
    content_structure: ContentStructure
    purpose: str
    parts: tuple[OutlinePart, ...]
    words: WordRange
    added: tuple[AddedSection, ...] = ()

    @property
    def schema_parts(self) -> tuple[SchemaPart, ...]:
        """The parts of which structured data can be made, in reading order."""
        return tuple(part.schema_part for part in self.parts if part.schema_part)

    def part(self, name: ArticlePart) -> OutlinePart | None:
        """The part with this name, or None where the page has none."""
        return next((part for part in self.parts if part.part == name), None)

    def for_words(self, target: int) -> "OutlineContract":
        """The contract for a page of another length than usual; the range moves with the length asked for."""
        return self.model_copy(update={"words": _range(self.content_type, target)})


def contract_for(content_type: str, structure: str) -> OutlineContract:
    """The contract of a content type and structure at its usual length.

    Raises:
        UnsuitableStructure: no such page makes sense.
    """
    contract = CONTRACTS.get((content_type, structure))
    if contract is None:
        raise UnsuitableStructure(content_type, structure)
    return contract


def structures_of(content_type: str) -> tuple[ContentStructure, ...]:
    """The structures that a content type can have, the usual one first."""
    return tuple(structure for kind, structure in _PAGES if kind == content_type)


def _range(content_type: ContentType, target: int) -> WordRange:
    least = max(FEWEST_WORDS[content_type], round(target * LEAST_SHARE_OF_TARGET))
    return WordRange(least=least, target=target, most=max(least + 100, round(target * MOST_SHARE_OF_TARGET)))


_CALLING = frozenset({"product", "service", "landing_page", "contact_page", "company_careers"})

# (target words, purpose, parts in order). A mark behind a part says how much it is needed where that differs from usual:
# "!" required, "~" advised, "?" optional; "topic*2" asks for at least two sections of that part.
_PAGES: dict[tuple[ContentType, ContentStructure], tuple[int, str, str]] = {
    ("post", "guide_tutorial"): (
        1400,
        "Takes a reader from the question to a decision or a skill, in the order in which it is needed.",
        "introduction key_takeaways decision_order? topic*2 comparison_table? faq conclusion call_to_action",
    ),
    ("post", "how_to"): (
        1200,
        "Gets one job done: what to have ready, the steps, how to tell that it worked.",
        "introduction key_takeaways preparation~ steps topic faq conclusion call_to_action",
    ),
    ("post", "question"): (
        1000,
        "Answers one question at once, then shows what the answer depends on.",
        "introduction key_takeaways short_answer topic faq!*2 conclusion call_to_action",
    ),
    ("post", "top_listicle"): (
        1300,
        "Narrows a field down by named criteria, one numbered entry each.",
        "introduction key_takeaways criteria topic*2 shortlist~ comparison_table? faq conclusion call_to_action",
    ),
    ("post", "review"): (
        1200,
        "Judges one thing by criteria that a reader can check.",
        "introduction key_takeaways criteria topic verdict pros_cons faq conclusion call_to_action",
    ),
    ("post", "comparison"): (
        1300,
        "Sets options side by side by the same criteria and says which suits whom.",
        "introduction key_takeaways comparison_table topic verdict pros_cons*2 faq conclusion call_to_action",
    ),
    ("page", "landing_page"): (
        700,
        "Says what is offered, to whom and what happens next, and asks for one act.",
        "introduction key_takeaways overview topic process faq conclusion~ call_to_action",
    ),
    ("page", "about_page"): (
        700,
        "Says who runs the site, what for, and what it covers.",
        "introduction mission coverage topic? history team~ faq call_to_action",
    ),
    ("page", "contact_page"): (
        450,
        "Gets a message with the right details to the right place.",
        "introduction contact coverage~ topic? faq call_to_action",
    ),
    ("product", "product_single"): (
        900,
        "Lets a buyer decide on one product: what it does, its data, what else would do.",
        ("introduction key_takeaways features specifications topic? comparison_table? alternatives faq conclusion "
        "call_to_action"),
    ),
    ("product", "product_collection"): (
        900,
        "Leads a buyer from a range to the one product that fits.",
        ("introduction key_takeaways roundup features specifications topic? comparison_table? alternatives faq conclusion "
        "call_to_action"),
    ),
    ("service", "service_single"): (
        900,
        "Says what the service covers, how it goes, and what will be different afterwards.",
        "introduction key_takeaways overview process topic? comparison_table? outcomes faq conclusion call_to_action",
    ),
    ("service", "service_area"): (
        900,
        "The same service for one place: who comes where, and what is different there.",
        ("introduction key_takeaways overview local_area process topic? comparison_table? outcomes faq conclusion "
        "call_to_action"),
    ),
    ("service", "landing_page"): (
        700,
        "One offer for one kind of client, with the result first and one act to take.",
        "introduction key_takeaways overview outcomes process topic? faq conclusion~ call_to_action",
    ),
    ("company_page", "company_about"): (
        900,
        "The company in its own words: what for, since when, on what subjects, and how the press reaches it.",
        "introduction mission history coverage topic? team? press faq call_to_action",
    ),
    ("company_page", "company_team"): (
        700,
        "Introduces the people by name and task.",
        "introduction mission team history? coverage topic? press? faq call_to_action",
    ),
    ("company_page", "company_careers"): (
        700,
        "Tells somebody who may want to work here what matters and how to apply.",
        "introduction mission careers history? coverage topic? press? faq call_to_action",
    ),
    ("taxonomy_landing", "category_archive"): (
        800,
        "Explains a category and leads on to what it holds.",
        "introduction key_takeaways definition topic*2 comparison_table? related_items faq conclusion~ call_to_action",
    ),
    ("taxonomy_landing", "tag_archive"): (
        700,
        "Explains a theme that cuts across categories, and leads on.",
        "introduction key_takeaways definition topic*2 related_items faq conclusion~ call_to_action",
    ),
    ("taxonomy_landing", "attribute_archive"): (
        700,
        "Explains what an attribute changes, and leads on to what has it.",
        ("introduction key_takeaways definition criteria topic comparison_table? related_items faq conclusion~ "
        "call_to_action"),
    ),
    ("cluster_hub", "cluster_hub"): (
        1500,
        "The whole subject on one page: one section a supporting topic, each leading on to its own page.",
        ("introduction key_takeaways decision_order? topic? comparison_table? subtopic*3 roundup next_steps faq conclusion "
        "call_to_action"),
    ),
    ("comparison", "comparison"): (
        1300,
        "Sets options side by side by the same criteria and recommends one to each kind of reader.",
        "introduction key_takeaways comparison_table topic verdict pros_cons*2 faq conclusion call_to_action",
    ),
    ("brand_page", "landing_page"): (
        700,
        "Tells people who search for a brand what it makes, by what to judge it, and what else there is.",
        "introduction key_takeaways overview criteria topic? alternatives faq conclusion~ call_to_action",
    ),
    ("brand_page", "about_page"): (
        700,
        "The story of a brand and what it stands for, told by dates and facts.",
        "introduction key_takeaways overview history topic? alternatives~ faq conclusion~ call_to_action",
    ),
    ("brand_page", "product_collection"): (
        900,
        "A brand's range in one overview, and how to choose within it.",
        ("introduction key_takeaways overview roundup criteria topic? comparison_table? alternatives~ faq conclusion~ "
        "call_to_action"),
    ),
}  # fmt: skip

_NEEDS: Mapping[str, Need] = {"!": "required", "~": "advised", "?": "optional"}
_USUAL_NEEDS: Mapping[str, Need] = {"key_takeaways": "advised", "conclusion": "advised", "faq": "when_asked"}


def _outline_part(written: str, content_type: ContentType, structure: ContentStructure) -> OutlinePart:
    name, _, number = written.partition("*")
    mark = name[-1] if name[-1] in _NEEDS else ""
    name = name.removesuffix(mark)
    need = _NEEDS[mark] if mark else _USUAL_NEEDS.get(name, "required")
    if name == "call_to_action" and not {content_type, structure} & _CALLING:
        need = "advised"
    part = cast("ArticlePart", name)
    shape = PARTS[part]
    return OutlinePart(
        part=part,
        block=shape.block,
        need=need,
        at_least=int(number) if number else shape.at_least,
        guidance=shape.guidance,
        schema_part=shape.schema_part,
    )


CONTRACTS: dict[tuple[str, str], OutlineContract] = {
    (kind, structure): OutlineContract(
        content_type=kind,
        content_structure=structure,
        purpose=purpose,
        parts=tuple(_outline_part(written, kind, structure) for written in parts.split()),
        words=_range(kind, target),
    )
    for (kind, structure), (target, purpose, parts) in _PAGES.items()
}
"""Every page that makes sense, by content type and structure."""
