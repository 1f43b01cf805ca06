"""Sources of tasks, versions of articles and people's work on them, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from api.envelope import Asked, CreditAmount, PlainText, Shape
from igny8_resources.contracts.writer import ArticleDraft


class SourceItem(Shape):
    """One document that an article may cite, without its text."""

    id: int
    key: str = Field(description="What the article cites it by: `s1`, `s2` …")
    title: str
    url: str = Field(description="Where it was read; empty for a file.")
    status: str = Field(description="waiting, ready, or failed.")
    error: str = Field(description="Why it could not be read, and what to do.")
    characters: int = Field(description="How long its text is.")
    characters_in_brief: int = Field(
        description="How much of it the newest brief carried; 0 until the article is written."
    )
    created_at: datetime


class AddSource(Asked):
    """A page by its address, or a document by its text."""

    url: PlainText | None = Field(
        None, max_length=2000, description="A public page.", examples=["https://example.com/report"]
    )
    name: PlainText | None = Field(
        None, max_length=300, description="A file's name; its suffix says what it is.", examples=["report.md"]
    )
    text: str | None = Field(None, min_length=1, description="The file's text: Markdown, HTML or plain text.")
    title: PlainText = Field("", max_length=300, description="What the article calls it; its own title when empty.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.text is None) or (self.text is not None and not self.name):
            raise ValueError('send either {"url": "https://…"} or {"name": "report.md", "text": "…"}')
        return self


class VersionDetail(Shape):
    """What the article said at one time, whole."""

    version: int
    title: str
    status: str = Field(description="standing, past, proposal or rejected.")
    written_by: str
    created_at: datetime
    draft: dict[str, Any] = Field(description="The typed blocks.")


class BlockChangeItem(Shape):
    """One block that differs between two versions."""

    kind: Literal["added", "removed", "changed"]
    where: str = Field(description="The block, as findings name it: `section:2/paragraph:0`.")
    heading: str = Field(description="The section that it is in; empty outside sections.")
    before: str
    after: str


class VersionDiff(Shape):
    """Two versions compared block by block."""

    older: int
    newer: int
    changes: list[BlockChangeItem] = Field(description="In reading order; empty when both say the same.")


class EditDraft(Asked):
    """A person's text for an article."""

    draft: ArticleDraft = Field(
        description="All typed blocks; take them from the article and change what is to change."
    )


class FindingItem(Shape):
    """What a check says about the new text."""

    check: str
    severity: Literal["error", "warning"]
    passage: str
    message: str


class EditedContent(Shape):
    """An article after a person's change."""

    id: int
    version: int
    status: str
    title: str
    word_count: int
    changed: bool = Field(description="False when the text was the same already.")
    findings: list[FindingItem] = Field(description="What stands against its publication (errors) and what helps it.")


class RewriteSection(Asked):
    """One section to be written anew."""

    wish: Annotated[PlainText, Field(max_length=1000, description="What is to be different; may be empty.")] = ""


class RewrittenSectionItem(Shape):
    """A section after it was asked for anew."""

    section: dict[str, Any]
    version: int | None = Field(description="The version that holds it; null when the model gave the same text again.")
    stands: bool = Field(description="Whether it is the article's text now; otherwise it is a proposal.")
    credits: CreditAmount
    provider: str
