"""The steps in which a long article is written: an outline, each section by a call of its own, one pass over the whole.

Belongs here: what each step hands to a text model and must get back. Does not belong here: the article itself (``writer``),
or in which order the steps are made.
"""

from pydantic import Field

from igny8_resources.contracts.planner import SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ArticlePart
from igny8_resources.contracts.writer import ArticleBrief, Citation, ProsCons, QuestionAnswer, Section, Source


class OutlinedSection(Value):
    """One section to write: its H2, what it says and nobody else says, and its share of the words.

    ``part`` is the part of the outline contract that it fulfils, None a further section. ``keywords`` are secondary
    keywords that belong here, ``source_ids`` the sources that it should draw on.
    """

    heading: str
    part: ArticlePart | None
    covers: str
    keywords: tuple[str, ...]
    source_ids: tuple[str, ...]
    target_words: int


class ArticleOutline(Value):
    """Output of ``outline_article``: the page's titles and its sections in reading order, no text yet."""

    title: str
    slug: str
    meta_title: str
    meta_description: str
    sections: tuple[OutlinedSection, ...] = Field(min_length=2)


class SectionBrief(Value):
    """Input of ``write_section``: the whole article's brief and outline, and which section of it is wanted.

    ``sources`` are those of this section; ``article`` carries none, so that no call pays for passages that it does not
    need. ``current`` is the text that stands where a section is written anew, ``wish`` what is to be different.
    """

    article: ArticleBrief
    outline: ArticleOutline
    index: int
    sources: tuple[Source, ...] = ()
    current: Section | None = None
    wish: str = ""

    @property
    def voice(self) -> SiteVoice:
        """Who is speaking."""
        return self.article.voice

    @property
    def wanted(self) -> OutlinedSection:
        """The section to write."""
        return self.outline.sections[self.index]


class SectionDraft(Value):
    """Output of ``write_section``. A citation's ``where`` is inside the section: ``paragraph:0``, ``bullet:1``, ``step:2``."""

    section: Section
    citations: tuple[Citation, ...]


class RevisionBrief(Value):
    """Input of ``revise_article``: the brief, and every section as it was written, numbered from 0 by its place."""

    article: ArticleBrief
    outline: ArticleOutline
    sections: tuple[Section, ...]

    @property
    def voice(self) -> SiteVoice:
        """Who is speaking."""
        return self.article.voice


class Transition(Value):
    """A sentence to open a section with, so that it follows from the one before."""

    section: int
    text: str


class ParagraphEdit(Value):
    """A paragraph to replace, because it repeats or contradicts another section; an empty ``text`` takes it out."""

    section: int = Field(description="The section's number, from 0.")
    paragraph: int = Field(description="The paragraph's number in its section, from 0.")
    text: str


class ArticleRevision(Value):
    """Output of ``revise_article``: what frames the sections, and the few changes that make them one article.

    It never repeats a section, so that its length does not grow with the article's.
    """

    introduction: tuple[str, ...]
    key_takeaways: tuple[str, ...]
    transitions: tuple[Transition, ...]
    edits: tuple[ParagraphEdit, ...]
    pros_cons: tuple[ProsCons, ...]
    faq: tuple[QuestionAnswer, ...]
    conclusion: tuple[str, ...]
    call_to_action: str
