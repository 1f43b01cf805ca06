"""Scripts of videos and people's work on them, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.envelope import Asked, CreditAmount, PlainText, Shape
from api.shapes.writer_editing import FindingItem
from igny8_resources.contracts.video import VideoScript


class ScriptVersionItem(Shape):
    """One version of a script, without its text."""

    version: int
    status: str = Field(description="draft or edited until it is approved, approved, past, proposal or rejected.")
    written_by: str
    approved_by: str = Field(description="Who approved it; empty while nobody has.")
    approved_at: datetime | None
    created_at: datetime


class ScriptVersionDetail(ScriptVersionItem):
    """One version of a script, whole."""

    article_version: int = Field(description="The version of the article that it was written from.")
    script: dict[str, Any] = Field(description="Title, description, tags and the sections.")
    findings: list[FindingItem] = Field(description="What stands against its approval (errors) and what helps it.")


class EditScript(Asked):
    """A person's script for a video."""

    script: VideoScript = Field(description="The whole script; take it from the video and change what is to change.")


class EditedScriptItem(Shape):
    """A script after a person's change."""

    version: int
    status: str = Field(description="draft, edited or approved.")
    changed: bool = Field(description="False when it said the same already.")
    seconds: float = Field(description="About how long it lasts, at the voice's own pace.")
    findings: list[FindingItem] = Field(description="What stands against its approval (errors) and what helps it.")


class ApprovedScriptItem(Shape):
    """A script that may be spoken and rendered."""

    version: int
    approved_by: str
    approved_at: datetime | None


class RewriteScriptSection(Asked):
    """One section to be told anew."""

    wish: Annotated[PlainText, Field(max_length=1000, description="What is to be different; may be empty.")] = ""


class RewrittenScriptSection(Shape):
    """A section after it was asked for anew."""

    section_id: int = Field(description="The section's number, from 1.")
    section: dict[str, Any]
    version: int | None = Field(description="The version that holds it; null when the model gave what is there.")
    stands: bool = Field(description="Whether it is the video's script now; otherwise it is a proposal.")
    findings: list[FindingItem]
    credits: CreditAmount
    provider: str


class SpeakVideo(Asked):
    """With which voice a video is spoken."""

    voice: PlainText | None = Field(
        None,
        max_length=160,
        description="`PROVIDER/VOICE` for this video, empty for the site's; null leaves the choice as it is.",
        examples=["espeak-ng/en-us"],
    )
