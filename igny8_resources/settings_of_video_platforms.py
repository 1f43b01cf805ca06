"""The settings by which the deployment's own applications on video platforms are reached; part of ``Settings``.

Every address is a setting: platforms move them with their versions, and a stand-in takes their place in tests.
"""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class VideoPlatformSettings(BaseSettings):
    """YouTube, Instagram and TikTok: the application's id and secret, and where their APIs answer."""

    google_client_id: str = ""
    google_client_secret: SecretStr | None = None
    google_authorize_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    youtube_url: str = "https://www.googleapis.com"
    youtube_analytics_url: str = "https://youtubeanalytics.googleapis.com"
    youtube_uploads_per_day: int = Field(default=100, ge=1)
    youtube_units_per_day: int = Field(default=10_000, ge=1)

    instagram_app_id: str = ""
    instagram_app_secret: SecretStr | None = None
    instagram_authorize_url: str = "https://www.instagram.com/oauth/authorize"
    instagram_code_url: str = "https://api.instagram.com/oauth/access_token"
    instagram_url: str = "https://graph.instagram.com/v26.0"
    instagram_upload_url: str = "https://rupload.facebook.com/ig-api-upload/v26.0"

    tiktok_client_key: str = ""
    tiktok_client_secret: SecretStr | None = None
    tiktok_authorize_url: str = "https://www.tiktok.com/v2/auth/authorize/"
    tiktok_url: str = "https://open.tiktokapis.com/v2"

    connect_redirect_url: str | None = None
    video_processing_minutes: float = Field(default=10.0, gt=0, le=240)

    @field_validator(
        "google_authorize_url",
        "google_token_url",
        "youtube_url",
        "youtube_analytics_url",
        "instagram_authorize_url",
        "instagram_code_url",
        "instagram_url",
        "instagram_upload_url",
        "tiktok_authorize_url",
        "tiktok_url",
        "connect_redirect_url",
    )
    @classmethod
    def _platform_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute URL such as https://www.googleapis.com")
        return value
