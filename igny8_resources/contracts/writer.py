"""What the writer hands to a text model, and the typed article that it must get back.

An article is typed blocks, not HTML: code renders the HTML, so markup is always clean and the schema, the video script
and the social posts read the same parts without parsing anything.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from igny8_resources.contracts.outlines import OutlineContract, contract_for
from igny8_resources.contracts.planner import KeywordFacts, SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ArticlePart, ContentStructure, ContentType


def _own_contract(brief: dict[str, Any]) -> OutlineContract:
    return contract_for(brief["content_type"], brief["content_structure"]).for_words(brief["target_words"])


class Source(Value):
    """A document that the article may cite, by its ``id`` alone; ``passages`` are what of it bears on the brief."""

    id: str
    title: str
    passages: tuple[str, ...]


class ArticleBrief(Value):
    """Input of ``generate_content``: everything the writer knows about one task.

    ``contract`` says which parts the page has; it follows from type, structure and length where it is not given.

    Raises:
        UnsuitableStructure: the content type cannot have the structure.
    """

    voice: SiteVoice
    content_type: ContentType
    content_structure: ContentStructure
    title: str
    angle: str
    primary_keyword: KeywordFacts
    secondary_keywords: tuple[KeywordFacts, ...]
    questions: tuple[str, ...]
    outline: tuple[str, ...]
    sibling_topics: tuple[str, ...] = ()
    target_words: int = 1200
    sources: tuple[Source, ...] = ()
    contract: OutlineContract = Field(default_factory=_own_contract)


def _up_to(characters: int) -> Any:
    """How long a text of this kind ever needs to be.

    It is told to models, and small ones that would never stop are held to it; an answer is not judged by it, and what a
    person writes may be longer.
    """
    return Field(json_schema_extra={"maxLength": characters})


def _few(items: int) -> Any:
    """How many of these there ever need to be; like ``_up_to``, for models and not for people."""
    return Field(json_schema_extra={"maxItems": items})


Label = Annotated[str, _up_to(120)]
Line = Annotated[str, _up_to(240)]
Paragraph = Annotated[str, _up_to(1000)]


class Table(Value):
    """A table with one header row; every row has as many cells as ``columns``."""

    caption: Line
    columns: Annotated[tuple[Label, ...], _few(8)]
    rows: Annotated[tuple[Annotated[tuple[Line, ...], _few(8)], ...], _few(24)]


class Step(Value):
    """One step of a procedure: a short imperative name and what to do."""

    name: Label
    text: Paragraph


class Section(Value):
    """One H2 and what stands under it. Text is plain: no HTML, no Markdown.

    ``part`` is the part of the outline contract that the section fulfils; None is a further section. ``to_supply`` are
    requests to the editor for what only the site's owner knows (dates, names, prices, values); readers never see them.
    """

    heading: Label
    paragraphs: Annotated[tuple[Paragraph, ...], _few(8)]
    bullets: Annotated[tuple[Line, ...], _few(12)]
    steps: Annotated[tuple[Step, ...], _few(15)]
    table: Table | None
    # Drafts that were stored before these fields came have neither.
    part: ArticlePart | None = None
    to_supply: Annotated[tuple[Line, ...], _few(6)] = ()


class QuestionAnswer(Value):
    """A question as people search it, and an answer that stands alone."""

    question: Line
    answer: Paragraph


class ProsCons(Value):
    """What speaks for and against one option."""

    subject: Label
    pros: Annotated[tuple[Line, ...], _few(8)]
    cons: Annotated[tuple[Line, ...], _few(8)]


class Citation(Value):
    """What a passage of the article rests on: a source of the brief, and the words of it that say so.

    ``where`` names the passage (``introduction:0``, ``section:2/paragraph:1``, ``section:2/bullet:0``, ``faq:3``; numbers
    from 0). ``quote`` is copied from the source word by word. Code makes the link; an address never stands in the text.
    """

    where: Label
    source_id: Label
    quote: Annotated[str, _up_to(600)]


class ArticleDraft(Value):
    """Output of ``generate_content``. Text is plain; figures without a source do not belong in it."""

    title: Label
    slug: Label
    meta_title: Label
    meta_description: Line
    introduction: Annotated[tuple[Paragraph, ...], _few(5)]
    key_takeaways: Annotated[tuple[Line, ...], _few(8)]
    sections: Annotated[tuple[Section, ...], _few(40)]
    pros_cons: Annotated[tuple[ProsCons, ...], _few(8)]
    faq: Annotated[tuple[QuestionAnswer, ...], _few(12)]
    conclusion: Annotated[tuple[Paragraph, ...], _few(4)]
    call_to_action: Line
    citations: Annotated[tuple[Citation, ...], _few(60)] = ()


class ImagePlanBrief(Value):
    """Input of ``generate_image_prompts``: the finished article's own words."""

    voice: SiteVoice
    title: str
    summary: str
    headings: tuple[str, ...]
    key_takeaways: tuple[str, ...]
    in_article_images: int


class ImagePrompt(Value):
    """One picture to make. ``section_index`` is the section it stands under; None is the featured image.

    ``headline`` and ``lines`` are the words that a designed card may show; ``prompt`` is for a picture model.
    """

    role: Literal["featured", "in_article"]
    section_index: int | None
    prompt: str
    alt_text: str
    caption: str
    headline: str
    lines: tuple[str, ...]


class ImagePlan(Value):
    """Output of ``generate_image_prompts``: the featured image first."""

    images: tuple[ImagePrompt, ...]
