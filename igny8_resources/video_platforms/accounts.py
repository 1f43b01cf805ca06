"""Opens a connected account as its platform's client."""

from igny8_resources.settings import Settings
from igny8_resources.vault import Vault
from igny8_resources.video_platforms.connections import TokenKeeper
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.instagram import InstagramAccount
from igny8_resources.video_platforms.tiktok import TikTokAccount
from igny8_resources.video_platforms.video import VideoAccount
from igny8_resources.video_platforms.youtube import YouTubeChannel
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.connections import PlatformConnection


def open_account(
    settings: Settings, warehouse: Warehouse, vault: Vault, connection: PlatformConnection, patience: Patience
) -> VideoAccount:
    """The client of a connection.

    Raises:
        NotConnected: the deployment has no application on the platform.
    """
    tokens = TokenKeeper(warehouse, vault, settings, connection.id, patience.sleep)
    if connection.platform == "youtube":
        return YouTubeChannel(settings, warehouse, tokens, patience)
    if connection.platform == "instagram":
        return InstagramAccount(settings, tokens, connection.external_id, patience)
    return TikTokAccount(settings, tokens, patience)
