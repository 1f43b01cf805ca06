"""What the writer hands to a text model, and the typed article that it must get back.

An article is typed blocks, not HTML: code renders the HTML, so markup is always clean and the schema, the video script
and the social posts read the same parts without parsing anything.
"""

from typing import Any, Literal

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


class Table(Value):
    """A table with one header row; every row has as many cells as ``columns``."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Step(Value):
    """One step of a procedure: a short imperative name and what to do."""

    name: str
    text: str


class Section(Value):
    """One H2 and what stands under it. Text is plain: no HTML, no Markdown.

    ``part`` is the part of the outline contract that the section fulfils; None is a further section. ``to_supply`` are
    requests to the editor for what only the site's owner knows (dates, names, prices, values); readers never see them.
    """

    heading: str
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...]
    steps: tuple[Step, ...]
    table: Table | None
    # Drafts that were stored before these fields came have neither.
    part: ArticlePart | None = None
    to_supply: tuple[str, ...] = ()


class QuestionAnswer(Value):
    """A question as people search it, and an answer that stands alone."""

    question: str
    answer: str


class ProsCons(Value):
    """What speaks for and against one option."""

    subject: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]


class Citation(Value):
    """What a passage of the article rests on: a source of the brief, and the words of it that say so.

    ``where`` names the passage (``introduction:0``, ``section:2/paragraph:1``, ``section:2/bullet:0``, ``faq:3``; numbers
    from 0). ``quote`` is copied from the source word by word. Code makes the link; an address never stands in the text.
    """

    where: str
    source_id: str
    quote: str


class ArticleDraft(Value):
    """Output of ``generate_content``. Text is plain; figures without a source do not belong in it."""

    title: str
    slug: str
    meta_title: str
    meta_description: str
    introduction: tuple[str, ...]
    key_takeaways: tuple[str, ...]
    sections: tuple[Section, ...]
    pros_cons: tuple[ProsCons, ...]
    faq: tuple[QuestionAnswer, ...]
    conclusion: tuple[str, ...]
    call_to_action: str
    citations: tuple[Citation, ...] = ()


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
