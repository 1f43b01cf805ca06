"""What the writer hands to a text model, and the typed article that it must get back.

An article is typed blocks, not HTML: code renders the HTML, so markup is always clean and the schema, the video script
and the social posts read the same parts without parsing anything.
"""

from typing import Literal

from igny8_resources.contracts.planner import KeywordFacts, SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType


class ArticleBrief(Value):
    """Input of ``generate_content``: everything the writer knows about one task."""

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
    """One H2 and what stands under it. Text is plain: no HTML, no Markdown."""

    heading: str
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...]
    steps: tuple[Step, ...]
    table: Table | None


class QuestionAnswer(Value):
    """A question as people search it, and an answer that stands alone."""

    question: str
    answer: str


class ProsCons(Value):
    """What speaks for and against one option."""

    subject: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]


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
