"""Tasks, articles and images, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field, computed_field

from api.envelope import CreditAmount, Shape
from api.links import media_path


class TaskItem(Shape):
    """One article to write."""

    id: int
    site_id: int
    sector_id: int | None
    idea_id: int
    cluster_id: int
    title: str
    content_type: str
    content_structure: str
    primary_keyword: str
    target_words: int
    status: str = Field(description="queued, draft, review, approved, published, failed, cancelled.")
    error: str = Field(description="What went wrong and what to do, when it failed.")
    partition_key: str | None = Field(description="The article's partition in Dagster.")
    request_id: str | None = Field(description="The `task_id` of the request that asked for it, if one did.")
    content_id: int | None = Field(description="The article, once there is one.")
    created_at: datetime


class TaskDetail(TaskItem):
    """One task with its brief."""

    secondary_keywords: list[Any]
    questions: list[Any]
    outline: list[Any]
    author_id: int | None = Field(description="The profile that it is written as; null: the site's own.")


class ContentItem(Shape):
    """One article, without its text."""

    id: int
    site_id: int
    sector_id: int | None
    task_id: int
    cluster_id: int
    title: str
    slug: str
    meta_title: str
    meta_description: str
    content_type: str
    content_structure: str
    primary_keyword: str
    word_count: int
    version: int
    status: str = Field(description="draft, review, approved, published, failed.")
    checks_passed: bool = Field(description="Whether nothing stands against publication.")
    source: str
    sync_status: str
    provider: str = Field(description="`offline` marks a brief-style draft made without a language model.")
    url: str = Field(description="Where it is published; empty until it is.")
    credits_used: CreditAmount
    approved_at: datetime | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class VersionItem(Shape):
    """What the article said at one time."""

    version: int
    title: str
    status: str = Field(description="standing, past, proposal (waits for a decision) or rejected.")
    written_by: str
    created_at: datetime


class ImageItem(Shape):
    """One picture of an article."""

    id: int
    site_id: int
    content_id: int
    position: int
    role: str = Field(description="featured or in_article.")
    section_index: int | None
    status: str = Field(
        description="prompted until its files are there, then ready; again while another is made in its place."
    )
    prompt: str
    alt_text: str
    caption: str
    media_key: str
    media_type: str
    width: int
    height: int
    variants: list[Any]
    provider: str
    created_at: datetime

    @computed_field(description="Path of the file; fetch it with the access token.")  # type: ignore[prop-decorator]
    @property
    def file_url(self) -> str | None:
        """Where the picture can be fetched."""
        return media_path(self.media_key)


class LinkItem(Shape):
    """One internal link."""

    source_content_id: int
    target_content_id: int | None
    target_path: str
    anchor: str
    position: str
    status: str


class OperationCost(Shape):
    """What one operation cost."""

    operation: str
    calls: int
    units: CreditAmount
    credits: CreditAmount = Field(description="What was charged.")
    list_credits: CreditAmount = Field(description="What the price list says for a paid provider.")


class ContentDetail(ContentItem):
    """One article, whole."""

    partition_key: str | None = Field(description="The article's partition in Dagster.")
    author_id: int | None
    secondary_keywords: list[Any]
    html: str
    draft: dict[str, Any] = Field(description="The typed blocks that the HTML is rendered from.")
    checks: dict[str, Any] = Field(description="The newest verdict of every check, by name.")
    schema_data: dict[str, Any] = Field(description="The page's JSON-LD graph.")
    serp_elements: dict[str, Any]
    model: str
    approved_by: str
    versions: list[VersionItem] = Field(description="Newest first.")
    images: list[ImageItem]
    links_out: list[LinkItem] = Field(description="Links that the linker put into this article.")
    links_in: list[LinkItem] = Field(description="Links from other articles to this one.")
    credits: list[OperationCost] = Field(description="What it cost, by operation.")
