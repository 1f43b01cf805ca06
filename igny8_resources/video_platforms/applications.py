"""The deployment's application on each platform: its id and secret, where its people agree, which scopes it asks for."""

import hashlib
from dataclasses import dataclass

from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.settings import Settings
from igny8_resources.video_platforms.failures import NotConnected


@dataclass(frozen=True)
class Application:
    """An application as its platform registered it. ``scopes`` are those that publishing and measuring need."""

    platform: VideoPlatform
    client_id: str
    client_secret: str
    authorize_url: str
    scopes: tuple[str, ...]
    redirect_url: str

    @property
    def fingerprint(self) -> str:
        """What stands for the application where its daily allowances are counted."""
        return hashlib.sha256(f"{self.platform}:{self.client_id}".encode()).hexdigest()


_SCOPES: dict[VideoPlatform, tuple[str, ...]] = {
    "youtube": (
        "https://www.googleapis.com/auth/youtube.upload",
        "https://www.googleapis.com/auth/youtube.readonly",
        # Captions need this one.
        "https://www.googleapis.com/auth/youtube.force-ssl",
        "https://www.googleapis.com/auth/yt-analytics.readonly",
    ),
    "instagram": (
        "instagram_business_basic",
        "instagram_business_content_publish",
        "instagram_business_manage_insights",
    ),
    "tiktok": ("user.info.basic", "user.info.profile", "video.publish", "video.list"),
}
_VARIABLES: dict[VideoPlatform, tuple[str, str]] = {
    "youtube": ("IGNY8_GOOGLE_CLIENT_ID", "IGNY8_GOOGLE_CLIENT_SECRET"),
    "instagram": ("IGNY8_INSTAGRAM_APP_ID", "IGNY8_INSTAGRAM_APP_SECRET"),
    "tiktok": ("IGNY8_TIKTOK_CLIENT_KEY", "IGNY8_TIKTOK_CLIENT_SECRET"),
}


def application_on(settings: Settings, platform: VideoPlatform) -> Application:
    """The deployment's application on a platform.

    Raises:
        NotConnected: it has none; the message names the variables to set.
    """
    client_id, secret, authorize_url = {
        "youtube": (settings.google_client_id, settings.google_client_secret, settings.google_authorize_url),
        "instagram": (settings.instagram_app_id, settings.instagram_app_secret, settings.instagram_authorize_url),
        "tiktok": (settings.tiktok_client_key, settings.tiktok_client_secret, settings.tiktok_authorize_url),
    }[platform]
    if not client_id or secret is None:
        id_variable, secret_variable = _VARIABLES[platform]
        raise NotConnected(
            f"this deployment has no application on {platform}: register one there and set {id_variable} and "
            f"{secret_variable} (docs/video-publishing.md says how)"
        )
    redirect = settings.connect_redirect_url or f"{settings.public_url}/desk/connections/return"
    return Application(platform, client_id, secret.get_secret_value(), authorize_url, _SCOPES[platform], redirect)
