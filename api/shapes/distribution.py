"""Social posts and publications, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field, computed_field

from api.envelope import CreditAmount, Shape
from api.links import media_path


class SocialPostItem(Shape):
    """One post for one platform."""

    id: int
    site_id: int
    content_id: int
    platform: str
    post_type: str
    text_content: str
    hashtags: list[str]
    call_to_action: str
    thread: list[Any] = Field(description="The further posts of a thread, in order.")
    link_url: str
    characters: int = Field(description="Its length as the platform counts it.")
    status: str
    scheduled_at: datetime | None
    published_at: datetime | None
    provider: str
    credits_used: CreditAmount
    created_at: datetime
    image_key: str

    @computed_field(description="Path of the picture; fetch it with the access token.")  # type: ignore[prop-decorator]
    @property
    def image_url(self) -> str | None:
        """Where the post's picture can be fetched."""
        return media_path(self.image_key)


class PublishingRecordItem(Shape):
    """One publication of one version of an article at one destination."""

    id: int
    site_id: int
    content_id: int
    destination: str
    version: int
    content_hash: str
    status: str
    external_id: str
    url: str
    published_at: datetime | None
    created_at: datetime
