"""What goes to a platform: a project's file, and the words about it put together as the platform shows them."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from igny8_assets.video.chapters import Chapter
from igny8_assets.video.failures import VideoError
from igny8_assets.video.listing import whole_text
from igny8_assets.video.listing_writing import words_of
from igny8_assets.video.stock_credits import credit_block
from igny8_resources.ai.errors import ProviderError
from igny8_resources.media import MediaStore
from igny8_resources.platform import Platform
from igny8_resources.video_platforms.video import Captions, OutgoingVideo
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_publishing import VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoListing

# An address that a platform fetches a file by; it begins within minutes and takes as long as the file is large.
FETCHED_WITHIN = timedelta(hours=6)
CAPTION_TRACK = "Captions"


@dataclass(frozen=True)
class Words:
    """Title, description (the caption where there is one text) and tags."""

    title: str
    description: str
    tags: tuple[str, ...]


def words_for(
    platform: str, project: VideoProject, listing: VideoListing | None, credited: Sequence[str] = ()
) -> Words:
    """The words of a video on a platform: those written for it, else the script's own, and whose stock it shows."""
    credit = credit_block(credited)
    if listing is None:
        script: dict[str, Any] = project.script
        tags = tuple(str(tag) for tag in script.get("tags", []))
        said = str(script.get("description") or project.title)
        return Words(project.title, "\n\n".join(part for part in (said, credit) if part), tags)
    chapters = [Chapter(int(each["seconds"]), str(each["title"])) for each in listing.chapters]
    text = whole_text(platform, words_of(listing), chapters, listing.link, credit)
    return Words(listing.title or project.title, text, tuple(str(tag) for tag in listing.tags))


def content_hash(words: Words, sha256: str, privacy: str) -> str:
    """What stands for a file and everything that is said about it."""
    said = "\x1f".join((sha256, words.title, words.description, *words.tags, privacy))
    return hashlib.sha256(said.encode()).hexdigest()


def thumbnail_for(parts: Platform, partition: str, platform: str, render: VideoRender) -> str:
    """The key of the picture that goes along: the thumbnail in the video's own format, made now where it is missing.

    Only YouTube takes one. Where none can be made, the poster does.
    """
    if platform != "youtube":
        return ""
    from igny8_assets.video.project_thumbnail import make_thumbnails

    try:
        made = make_thumbnails(parts, partition)
    except (VideoError, ProviderError):
        return render.poster_key
    wanted = "tall" if render.height > render.width else "wide"
    return next((each.media_key for each in made if each.name == wanted), render.poster_key)


@contextmanager
def outgoing_video(
    media: MediaStore,
    render: VideoRender,
    publication: VideoPublication,
    words: Words,
    *,
    language: str,
    thumbnail_key: str,
) -> Iterator[OutgoingVideo]:
    """The video with its files at hand.

    Raises:
        MediaError: a file is missing or the store cannot be reached.
    """
    with ExitStack() as opened:
        path = opened.enter_context(media.open_path(render.media_key))
        captions = None
        if render.subtitle_key:
            captions = Captions(opened.enter_context(media.open_path(render.subtitle_key)), language, CAPTION_TRACK)
        thumbnail = opened.enter_context(media.open_path(thumbnail_key)) if thumbnail_key else None
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        address = media.url(render.media_key, FETCHED_WITHIN)
        yield OutgoingVideo(
            path=path,
            size=path.stat().st_size,
            sha256=sha256,
            seconds=render.duration_seconds,
            title=words.title,
            description=words.description,
            tags=words.tags,
            privacy=publication.privacy,
            flags=publication.flags,
            language=language,
            thumbnail=thumbnail,
            captions=captions,
            # Only an address that is signed for this file can be fetched without signing in.
            public_url=address if address.startswith("https://") and "ignature=" in address else None,
        )
