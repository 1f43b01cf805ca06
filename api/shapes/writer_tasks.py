"""What people send to make and change tasks, and what an article is found by."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from api.envelope import Asked, PlainText, RowId
from api.shapes.planner_editing import KeywordText, Texts
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType

Line = Annotated[PlainText, Field(min_length=1, max_length=300)]
Lines = Annotated[list[Line], Field(max_length=50)]
Words = Annotated[int, Field(ge=150, le=20_000, description="How long the article is to be.")]


class TaskChange(Asked):
    """What to change of a task; what is left out stays."""

    title: PlainText = Field("", min_length=1, max_length=300)
    content_type: ContentType = "post"
    content_structure: ContentStructure = "guide_tutorial"
    primary_keyword: KeywordText = ""
    secondary_keywords: Texts = Field(default_factory=list)
    questions: Lines = Field(default_factory=list, description="What the article answers.")
    outline: Lines = Field(default_factory=list, description="Headings, in order.")
    target_words: Words = 1200
    author_id: RowId | None = Field(None, description="An author profile of the site; null: the site's own.")


class NewTask(Asked):
    """An article to write: of an idea, or of what a person says."""

    idea_id: RowId | None = Field(None, description="A new idea; the task has its title, keywords and outline.")
    cluster_id: RowId | None = Field(None, description="Without an idea: the cluster whose searchers it is for.")
    title: PlainText | None = Field(None, min_length=1, max_length=300)
    content_type: ContentType = "post"
    content_structure: ContentStructure = "guide_tutorial"
    primary_keyword: KeywordText | None = None
    secondary_keywords: Texts = Field(default_factory=list)
    questions: Lines = Field(default_factory=list)
    outline: Lines = Field(default_factory=list)
    target_words: Words | None = Field(None, description="Left out: what pages of its kind have.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_hand = self.cluster_id is not None and self.title is not None and self.primary_keyword is not None
        told = self.model_fields_set - {"idea_id", "target_words"}
        if (self.idea_id is None and not by_hand) or (self.idea_id is not None and told):
            raise ValueError(
                'send either {"idea_id": n} or {"cluster_id": n, "title": "…", "primary_keyword": "…"} and what else it needs'
            )
        return self


class TaskIds(Asked):
    """Tasks by id."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=1000, description="At most 1,000 ids.")]


class ContentChange(Asked):
    """What an article is found by; what is left out stays."""

    title: PlainText | None = Field(None, min_length=1, max_length=300)
    slug: PlainText | None = Field(
        None, max_length=200, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="Its address; fixed once it is public."
    )
    meta_title: PlainText | None = Field(None, max_length=300)
    meta_description: PlainText | None = Field(None, max_length=1000)
    primary_keyword: KeywordText | None = None
    secondary_keywords: Texts | None = None


class RejectContent(Asked):
    """Why an article goes back."""

    reason: PlainText = Field(
        min_length=1, max_length=2000, examples=["The figures in the second part have no source."]
    )


class ImageChange(Asked):
    """Words about a picture; what is left out stays."""

    alt_text: PlainText = Field("", max_length=300, description="What it shows, for those who do not see it.")
    caption: PlainText = Field("", max_length=500)
