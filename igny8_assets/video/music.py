"""Music for videos: which track, from where, under which licence.

Belongs here: finding a track and reading what its licence says. Does not belong here: how it is mixed (``music_bed``).
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from igny8_assets.video.failures import MusicUnusable
from igny8_resources.media import MediaError, MediaStore

NONE, AUTO, MEDIA = "none", "auto", "media:"
SUFFIXES = (".mp3", ".m4a", ".aac", ".flac", ".ogg", ".opus", ".wav")
_MOST_ATTRIBUTION = 1000  # characters


@dataclass(frozen=True)
class MusicTrack:
    """A track on this machine and what its licence file says, which is shown wherever the video is."""

    path: Path
    name: str
    attribution: str


@contextmanager
def chosen_track(
    choice: str, *, folder: Path | None, media: MediaStore, media_prefix: str, subject: str
) -> Iterator[MusicTrack | None]:
    """The track that a choice names, as a file for as long as the block lasts; None for no music.

    Args:
        choice: ``none`` or empty; a file name in ``folder``; ``auto``, one of the folder's that stays the same for a
            subject; or ``media:`` and a key of the media store, the account's own or below ``shared/music/``.
        folder: ``IGNY8_MUSIC_FOLDER``.
        media: The media store.
        media_prefix: Where the account's own files are in it.
        subject: What the music is for, such as a video's partition.

    Raises:
        MusicUnusable: there is no such track, or nothing says under which licence it may be used.
    """
    choice = choice.strip()
    if not choice or choice == NONE:
        yield None
    elif choice.startswith(MEDIA):
        key = choice.removeprefix(MEDIA)
        account = "/".join(media_prefix.split("/")[:2])
        if not key.startswith((f"{account}/", "shared/music/")):
            raise MusicUnusable(
                f"the music {key!r} is not among this account's files ({account}/…) or in shared/music/."
            )
        licence = str(PurePosixPath(key).with_suffix(".txt"))
        try:
            attribution = media.get(licence).decode("utf-8", "replace")
        except MediaError as missing:
            raise _without_licence(key, licence) from missing
        try:
            with media.open_path(key) as path:
                yield MusicTrack(path, PurePosixPath(key).name, _shortened(attribution, key))
        except MediaError as missing:
            raise MusicUnusable(f"the music {key!r} is not in the media store ({missing}).") from missing
    else:
        yield track_in(folder, choice, subject)


def track_in(folder: Path | None, choice: str, subject: str) -> MusicTrack:
    """A track of a folder by its file name, or for ``auto`` one of them.

    Raises:
        MusicUnusable: see ``chosen_track``.
    """
    if folder is None:
        raise MusicUnusable(f"the music {choice!r} is looked for in a folder: set IGNY8_MUSIC_FOLDER.")
    if not folder.is_dir():
        raise MusicUnusable(f"IGNY8_MUSIC_FOLDER: {folder} is not a folder.")
    tracks = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if choice == AUTO:
        if not tracks:
            raise MusicUnusable(f"{folder} holds no music ({', '.join(SUFFIXES)}).")
        place = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8]) % len(tracks)
        return track_at(tracks[place])
    named = next((path for path in tracks if path.name == choice), None)
    if named is None:
        there = ", ".join(path.name for path in tracks[:8]) or "no music at all"
        raise MusicUnusable(f"there is no music {choice!r} in {folder}; there is {there}.")
    return track_at(named)


def track_at(path: Path) -> MusicTrack:
    """A track with the licence file beside it: ``calm.txt`` or ``calm.mp3.txt`` for ``calm.mp3``.

    Raises:
        MusicUnusable: the track or its licence file is missing, or the file is empty.
    """
    if not path.is_file():
        raise MusicUnusable(f"the music {path} does not exist.")
    for beside in (path.with_suffix(".txt"), path.with_name(f"{path.name}.txt")):
        if beside.is_file():
            return MusicTrack(path, path.name, _shortened(beside.read_text("utf-8", "replace"), path.name))
    raise _without_licence(path.name, path.with_suffix(".txt").name)


def _shortened(attribution: str, name: str) -> str:
    text = "\n".join(line.strip() for line in attribution.strip().splitlines())
    if not text:
        raise MusicUnusable(
            f"the licence file of the music {name!r} is empty: write its title, author and licence into it."
        )
    return text[:_MOST_ATTRIBUTION]


def _without_licence(name: str, licence: str) -> MusicUnusable:
    return MusicUnusable(
        f"nothing says under which licence the music {name!r} may be used: put a file {licence} beside it with its title, "
        "author, licence and where it is from. It is shown with the video."
    )
