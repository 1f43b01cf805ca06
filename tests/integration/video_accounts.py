"""A site with a connected account on a stand-in of each platform, and a video to publish there."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select

from igny8_resources.effects import Confirmed, EffectNotes, EffectPlan
from igny8_resources.settings import Settings
from igny8_resources.vault import Vault, new_key
from igny8_resources.video_platforms.connections import TokenKeeper, save_connection
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.instagram import InstagramAccount
from igny8_resources.video_platforms.oauth import Tokens
from igny8_resources.video_platforms.sending import PUBLISH_VIDEO, put_online
from igny8_resources.video_platforms.tiktok import TikTokAccount
from igny8_resources.video_platforms.video import OutgoingVideo, VideoAccount
from igny8_resources.video_platforms.youtube import YouTubeChannel
from igny8_resources.video_platforms.youtube_upload import GRAIN
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.ledgers import Effect
from igny8_resources.warehouse.tables.tenancy import Site
from tests.stand_ins.instagram_server import USER, InstagramStandIn
from tests.stand_ins.platform_http import PlatformServer
from tests.stand_ins.tiktok_server import OPEN_ID, TikTokStandIn
from tests.stand_ins.youtube_server import CHANNEL, YouTubeStandIn
from tests.warehouse_samples import make_place

STAND_INS: dict[str, type[PlatformServer]] = {
    "youtube": YouTubeStandIn,
    "instagram": InstagramStandIn,
    "tiktok": TikTokStandIn,
}
ACCOUNT_IDS = {"youtube": CHANNEL, "instagram": USER, "tiktok": OPEN_ID}
PRIVACY = {"youtube": "unlisted", "instagram": "public", "tiktok": "PUBLIC_TO_EVERYONE"}
# Four pieces for YouTube; three for TikTok, the last one with the remainder.
SIZE = 3 * GRAIN + 1234


def no_pause(_seconds: float) -> None:
    """Waiting for a stand-in would change nothing."""


QUICK = Patience(attempts=4, first_wait=0.0, longest_wait=0.0, poll_seconds=1.0, poll_for=8.0, sleep=no_pause)


def settings_for(home: Path, platform: str, address: str, vault_key: str) -> Settings:
    values: dict[str, Any] = {
        "google_client_id": "google-app",
        "google_client_secret": "google-secret",
        "google_token_url": f"{address}/token",
        "youtube_url": address,
        "youtube_analytics_url": address,
        "instagram_app_id": "instagram-app",
        "instagram_app_secret": "instagram-secret",
        "instagram_code_url": f"{address}/oauth/access_token",
        "instagram_url": f"{address}/v26.0",
        "instagram_upload_url": f"{address}/ig-api-upload/v26.0",
        "tiktok_client_key": "tiktok-app",
        "tiktok_client_secret": "tiktok-secret",
        "tiktok_url": f"{address}/v2",
        "vault_keys": vault_key,
    }
    return Settings(home=home, **values)


def make_file(folder: Path) -> Path:
    path = folder / "video.mp4"
    path.write_bytes(bytes(number % 251 for number in range(SIZE)))
    return path


def outgoing(path: Path, platform: str, **changes: Any) -> OutgoingVideo:
    values: dict[str, Any] = {
        "path": path,
        "size": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "seconds": 42.0,
        "title": "French press ratio, by the gram",
        "description": "How much coffee a French press wants.\n\n#coffee",
        "tags": ("coffee", "french press"),
        "privacy": PRIVACY[platform],
    }
    return OutgoingVideo(**{**values, **changes})


@dataclass
class Desk:
    """Everything that publishing on one platform takes."""

    warehouse: Warehouse
    settings: Settings
    platform: str
    connection_id: int
    plan: EffectPlan
    patience: Patience = QUICK

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.settings.vault_key_chain())

    @property
    def tokens(self) -> TokenKeeper:
        return TokenKeeper(self.warehouse, self.vault, self.settings, self.connection_id)

    @property
    def account(self) -> VideoAccount:
        if self.platform == "youtube":
            return YouTubeChannel(self.settings, self.warehouse, self.tokens, self.patience, piece=GRAIN)
        if self.platform == "instagram":
            return InstagramAccount(self.settings, self.tokens, USER, self.patience)
        return TikTokAccount(self.settings, self.tokens, self.patience, piece=GRAIN, whole_up_to=GRAIN)

    def publish(self, video: OutgoingVideo) -> Confirmed:
        return put_online(self.warehouse, self.vault, self.account, self.plan, video, self.patience)

    @property
    def effect(self) -> Effect:
        with self.warehouse.read() as session:
            return session.scalars(select(Effect).where(Effect.subject == self.plan.subject)).one()

    @property
    def steps(self) -> list[str]:
        """What the ledger says was done."""
        return [step["did"] for step in self.effect.detail["steps"]]

    @property
    def notes(self) -> EffectNotes:
        return EffectNotes(self.warehouse, self.plan, self.vault.encrypt, self.vault.decrypt)

    @property
    def connection(self) -> PlatformConnection:
        with self.warehouse.read() as session:
            return session.get_one(PlatformConnection, self.connection_id)


def connect(warehouse: Warehouse, home: Path, platform: Any, server: PlatformServer, slug: str = "crema") -> Desk:
    """A site whose account on the stand-in was connected an hour ago; its access token is good for two more."""
    settings = settings_for(home, platform, server.address, new_key())
    place = make_place(warehouse, slug=slug, key=f"{slug}-lane")
    access, refresh = server.new_tokens()
    if platform == "instagram":
        server.refresh_tokens.add(access)
        refresh = access
    tokens = Tokens(access, refresh, utc_now() + timedelta(hours=2))
    with warehouse.write() as session:
        row = save_connection(
            session,
            Vault(settings.vault_key_chain()),
            session.get_one(Site, place.site_id),
            platform,
            tokens,
            external_id=ACCOUNT_IDS[platform],
            name="Crema Lane",
            by=None,
        )
        connection_id = row.id
    plan = plan_for(place.account_id, place.site_id, platform, f"{slug}-lane-v1")
    return Desk(warehouse, settings, platform, connection_id, plan)


def plan_for(account_id: int, site_id: int, platform: str, subject: str) -> EffectPlan:
    return EffectPlan(account_id, site_id, PUBLISH_VIDEO, f"{platform}:{ACCOUNT_IDS[platform]}", subject, "v1", {})


def online(server: PlatformServer) -> list[str]:
    """The sha256 of every video that the world can see on a stand-in."""
    if isinstance(server, YouTubeStandIn):
        return [video.sha256 for video in server.videos.values()]
    if isinstance(server, InstagramStandIn):
        return [reel.sha256 for reel in server.reels]
    assert isinstance(server, TikTokStandIn)
    # Whole bytes are a post, whether or not TikTok is done with it.
    return [post.sha256 for post in server.posts.values() if post.status in {"PROCESSING", "PUBLISH_COMPLETE"}]
