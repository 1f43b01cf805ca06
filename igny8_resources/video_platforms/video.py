"""A video on its way to a platform, and what every platform can do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

PRIVACY: Mapping[str, tuple[str, ...]] = {
    "youtube": ("private", "unlisted", "public"),
    # A reel is seen by whoever sees the account; there is no other choice in the API.
    "instagram": ("public",),
    "tiktok": ("SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "PUBLIC_TO_EVERYONE"),
}
"""Who may see a video, in each platform's own words, the most careful choice first."""


@dataclass(frozen=True)
class Captions:
    """A caption track: its file, language (BCP 47) and name."""

    path: Path
    language: str
    name: str


@dataclass(frozen=True)
class OutgoingVideo:
    """A video file and what is said about it; ``sha256`` is the file's, ``seconds`` its length.

    ``description`` is the caption where a platform has only one text. ``flags``: ``made_for_kids``, ``synthetic_media``,
    ``notify_subscribers``, ``disable_comment``, ``disable_duet``, ``disable_stitch``, ``share_to_feed``, ``category_id``.
    """

    path: Path
    size: int
    sha256: str
    seconds: float
    title: str
    description: str
    tags: tuple[str, ...]
    privacy: str
    flags: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    thumbnail: Path | None = None
    captions: Captions | None = None
    public_url: str | None = None


@dataclass(frozen=True)
class OnPlatform:
    """How a published video stands: ``state`` is processing, published or failed; the id and URL as far as they are known."""

    state: Literal["processing", "published", "failed"]
    external_id: str
    url: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Measured:
    """What a platform says about one video; totals since it was published, None where it says nothing."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    reach: int | None = None
    watch_seconds: float | None = None
    average_view_seconds: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class Notes(Protocol):
    """What an act keeps for whoever continues it; written before the next thing is done."""

    def get(self, name: str) -> str:
        """A kept value, empty when there is none."""
        ...

    def keep(self, did: str, **values: str) -> None:
        """Note what was done, together with values to keep; an empty value is forgotten."""
        ...


class VideoAccount(Protocol):
    """One account on one platform. Every method raises ``PlatformError``.

    ``upload`` continues what ``notes`` say was begun. It raises an ``OSError`` when it cannot tell whether the video is
    there; ``find`` then can.
    """

    def upload(self, video: OutgoingVideo, notes: Notes) -> str:
        """Publish a video and return the platform's id for it."""
        ...

    def find(self, video: OutgoingVideo, notes: Notes) -> str | None:
        """The id of the video that an earlier ``upload`` published, None when it certainly published none."""
        ...

    def look_at(self, external_id: str, since: datetime | None) -> OnPlatform:
        """How a video that was published stands; ``since`` is when."""
        ...

    def measure(self, external_ids: Mapping[str, str]) -> dict[str, Measured]:
        """By id what is known of each video; ``external_ids`` maps each to its URL. One that is gone is left out."""
        ...
