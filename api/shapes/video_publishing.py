"""Videos on platforms, the accounts they are published by, and how they are watched, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.envelope import Shape


class ConnectionSettings(Shape):
    """What people decide of a connected account; its `ETag` stands for this part."""

    id: int
    site_id: int
    platform: str = Field(description="youtube, instagram or tiktok.")
    name: str = Field(description="The account's name there.")
    defaults: dict[str, Any] = Field(description="Privacy and flags of its videos unless somebody says otherwise.")


class ConnectionItem(ConnectionSettings):
    """An account that a site's videos are published by. Its tokens are shown to nobody."""

    external_id: str = Field(description="The platform's id of the account.")
    status: str = Field(description="connected, reconnect or disconnected.")
    error: str = Field(description="Why it has to be connected again; empty when it has not.")
    scopes: list[Any]
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ConnectionBegun(Shape):
    """Where to send the person who agrees."""

    authorize_url: str = Field(description="Open it in the person's browser.")
    state: str = Field(description="Comes back with the code; send both to `finish/` within 15 minutes.")
    redirect_url: str = Field(description="Where the platform sends the person back to.")


class PublicationItem(Shape):
    """One video on one platform."""

    id: int
    platform: str
    status: str = Field(description="waiting, uploading, processing, published or failed.")
    privacy: str
    title: str
    url: str = Field(description="Where it can be watched; empty until the platform says.")
    external_id: str
    attempts: int
    not_before: datetime | None = Field(description="Not tried again before this time.")
    error: str = Field(description="What went wrong and what to do; empty when nothing did.")
    published_at: datetime | None


class PublishStatus(Shape):
    """How a video's publication stands."""

    project_id: int
    status: str = Field(description="The project's status.")
    publications: list[PublicationItem]


class Numbers(Shape):
    """Totals since publication; null is *not told*."""

    videos: int
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    watch_seconds: float | None


class PlatformNumbers(Numbers):
    """The newest totals of all videos on one platform."""

    platform: str


class VideoOverview(Shape):
    """How published videos are watched, from the newest measurement of each."""

    total: Numbers
    platforms: list[PlatformNumbers]


class MeasurementItem(Shape):
    """What a platform said in one half day."""

    platform: str
    period: datetime
    measured_at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    reach: int | None
    watch_seconds: float | None
    average_view_seconds: float | None
