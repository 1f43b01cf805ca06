"""Prompts, author profiles and strategies, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field, computed_field

from api.envelope import CreditAmount, Shape
from api.links import media_path


class PromptItem(Shape):
    """One prompt of the account: of an AI function, or of one of its variants."""

    function: str
    variant: str = Field(description="Empty: for every variant that has none of its own.")
    purpose: str
    source: str = Field(description="`account`, or `built-in` for the platform's own.")
    version: str = Field(description="As calls in the journal name it, such as `account-3`.")
    own_versions: int = Field(description="How many versions the account has saved.")
    has_builtin: bool = Field(description="Whether the platform has a text for this variant itself.")


class VariableItem(Shape):
    """Something that a prompt can print or ask about."""

    path: str = Field(description="How a template writes it; `[]` stands for the items of a list.")
    kind: str
    description: str
    values: list[str] = Field(description="All that it can be; empty where that is not known.")


class PromptVersionItem(Shape):
    """One version that the account has saved, without its text."""

    version: int
    variant: str
    note: str
    is_active: bool
    created_by: str
    created_at: datetime


class PromptVersionDetail(PromptVersionItem):
    """One version with its text."""

    function: str
    text: str


class PromptDetail(PromptItem):
    """One prompt with its text, its versions and what it can speak of."""

    text: str = Field(description="The text in use.")
    variables: list[VariableItem]
    versions: list[PromptVersionItem] = Field(description="The newest first.")


class PromptDiff(Shape):
    """What is different between two versions."""

    before: str
    after: str
    diff: str = Field(description="A unified diff; empty when nothing is different.")


class PromptPreview(Shape):
    """A prompt as a model would see it."""

    function: str
    variant: str
    version: str = Field(description="Which prompt it is; `unsaved` for a text that was sent along.")
    text: str = Field(description="Rendered for real inputs.")
    template: str


class AuthorProfileItem(Shape):
    """A voice that a site writes in."""

    id: int
    site_id: int
    name: str
    bio: str
    tone: str
    language: str = Field(description="BCP 47 tag; empty for the site's language.")
    is_default: bool
    created_at: datetime


class StrategyItem(Shape):
    """How a site writes about one sector, or about all of them."""

    id: int
    site_id: int
    sector_id: int | None = Field(description="Null: the whole site.")
    name: str
    description: str
    prompts: dict[str, str] = Field(description="Texts by function, or by `function/variant`.")
    section_logic: dict[str, Any] = Field(description="Rules by content type, or by `type/structure`.")
    is_active: bool
    created_at: datetime
    updated_at: datetime


class TrialPicture(Shape):
    """A picture that belongs to no article."""

    media_key: str
    provider: str
    model: str
    width: int
    height: int
    credits: CreditAmount = Field(description="What it cost when it was made.")
    replayed: bool = Field(description="Whether it came from the journal, for nothing.")

    @computed_field(description="Path of the picture on this host.")  # type: ignore[prop-decorator]
    @property
    def url(self) -> str | None:
        """Where to fetch it."""
        return media_path(self.media_key)
