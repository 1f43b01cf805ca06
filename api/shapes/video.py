"""Video projects, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field, computed_field

from api.envelope import CreditAmount, Shape
from api.links import media_path


class VideoItem(Shape):
    """One video made from one article."""

    id: int
    site_id: int
    content_id: int
    title: str
    video_type: str
    render_preset: str
    target_platforms: list[Any]
    status: str = Field(description="script_draft, script_approved, rendering, rendered, published, failed.")
    script_status: str = Field(description="draft, edited or approved; empty while there is none.")
    error: str = Field(description="What went wrong and what to do, when it failed.")
    provider: str
    partition_key: str | None = Field(description="The video's partition in Dagster.")
    request_id: str | None = Field(description="The `task_id` of the request that asked for it, if one did.")
    credits_used: CreditAmount
    created_at: datetime


class VideoAssetItem(Shape):
    """One file that the video is made of."""

    asset_type: str
    section_index: int
    duration_seconds: float | None
    media_key: str = Field(exclude=True)

    @computed_field(description="Path of the file; fetch it with the access token.")  # type: ignore[prop-decorator]
    @property
    def file_url(self) -> str | None:
        """Where the asset can be fetched."""
        return media_path(self.media_key)


class VideoRenderItem(Shape):
    """One rendered file."""

    render_preset: str
    status: str
    width: int
    height: int
    duration_seconds: float
    size_bytes: int
    loudness_lufs: float | None
    rendered_at: datetime
    published_at: datetime | None
    media_key: str = Field(exclude=True)
    subtitle_key: str = Field(exclude=True)
    captions_key: str = Field(exclude=True)
    poster_key: str = Field(exclude=True)

    @computed_field(description="The MP4; byte ranges are served.")  # type: ignore[prop-decorator]
    @property
    def video_url(self) -> str | None:
        """Where the video can be fetched."""
        return media_path(self.media_key)

    @computed_field(description="The SRT subtitles.")  # type: ignore[prop-decorator]
    @property
    def subtitle_url(self) -> str | None:
        """Where the subtitles can be fetched."""
        return media_path(self.subtitle_key)

    @computed_field(description="The WebVTT captions.")  # type: ignore[prop-decorator]
    @property
    def captions_url(self) -> str | None:
        """Where the captions can be fetched."""
        return media_path(self.captions_key)

    @computed_field(description="The first frame that a player shows.")  # type: ignore[prop-decorator]
    @property
    def poster_url(self) -> str | None:
        """Where the poster can be fetched."""
        return media_path(self.poster_key)


class VideoDetail(VideoItem):
    """One video with its script and files."""

    voice: str = Field(description="The voice chosen for this video, as `PROVIDER/VOICE`; empty: the site's.")
    voice_provider: str
    voice_id: str
    script_version: int = Field(description="Which of its versions the script is; edits name it in `If-Match`.")
    script: dict[str, Any] = Field(description="Title, description, tags and the sections with narration and cues.")
    assets: list[VideoAssetItem]
    renders: list[VideoRenderItem]
