"""How videos are listed on platforms, as the API shows and takes it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.envelope import Asked, PlainText, Shape
from api.shapes.writer_editing import FindingItem

Tag = Annotated[PlainText, Field(min_length=1, max_length=100)]


class ChapterItem(Shape):
    """One chapter."""

    seconds: int = Field(description="From the start of the video.")
    title: str


class ListingItem(Shape):
    """What a video is found by on one platform."""

    platform: str
    version: int = Field(description="Edits name it in `If-Match`.")
    title: str
    description: str = Field(description="Without chapters, link and hashtags, which are put after it when it is sent.")
    tags: list[str]
    hashtags: list[str] = Field(description="Without the sign.")
    chapters: list[ChapterItem] = Field(description="Empty where the platform has none, or the video is too short.")
    link: str = Field(description="The article with campaign parameters; empty where addresses are no links.")
    written_by: str
    findings: list[FindingItem] = Field(description="What the platform would refuse (errors), cut or hide (warnings).")
    updated_at: datetime


class EditListing(Asked):
    """A person's words for a video on one platform."""

    title: PlainText = Field(min_length=1, max_length=500)
    description: PlainText = Field(max_length=10_000)
    tags: list[Tag] = Field(default_factory=list, max_length=100)
    hashtags: list[Tag] = Field(default_factory=list, max_length=60, examples=[["espresso", "homebarista"]])
