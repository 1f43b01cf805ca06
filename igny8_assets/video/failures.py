"""What can go wrong while a script becomes a video, named so that a person knows which section to mend."""

from typing import Self


class VideoError(Exception):
    """A video that cannot be made as asked; the message says what to change."""


class ScriptInvalid(VideoError):
    """A script that cannot be used. ``section`` counts from 1; None is the script as a whole."""

    def __init__(self, message: str, section: int | None = None) -> None:
        super().__init__(f"Section {section}: {message}" if section is not None else message)
        self.section = section


class PictureUnusable(VideoError):
    """A picture that is missing, cannot be read, or is not a picture."""


class MusicUnusable(VideoError):
    """Music that is missing, has no licence beside it, cannot be read, is silent or too short."""


class GlyphMissing(VideoError):
    """Text with characters that none of the bundled fonts can draw."""


class DurationOutsidePreset(VideoError):
    """A video that is shorter or longer (seconds) than its preset allows."""

    def __init__(self, message: str, seconds: float, minimum: float, maximum: float) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.minimum = minimum
        self.maximum = maximum


class EncodingFailed(VideoError):
    """ffmpeg ended with an error; the message carries its last lines. ``section`` counts from 1, None is the whole."""

    def __init__(self, message: str, section: int | None = None) -> None:
        super().__init__(f"Section {section}: {message}" if section is not None else message)
        self.plain = message
        self.section = section

    def at(self, section: int, kept: str = "") -> Self:
        """The same failure, named after the section that was being rendered; ``kept`` says what a retry finds."""
        return type(self)(f"{self.plain}{kept}", section)


class DiskFull(EncodingFailed):
    """There is no room for what is being written."""


class RenderUnderWay(VideoError):
    """Another process renders the same video into the same place."""


class BackendUnavailable(VideoError):
    """What frames were to be drawn with is not there; the message says how to get it."""


class RenderCancelled(VideoError):
    """The render was asked to stop; nothing was left behind."""


class NotMadeYet(VideoError):
    """A part of the video that an earlier step makes and has not made."""

    def __init__(self, what: str, asset: str) -> None:
        super().__init__(f"the video has no {what} yet; materialise `{asset}` for this partition first")


class ScriptNotApproved(VideoError):
    """A video whose script nobody has approved yet; nothing is spoken or drawn for it."""

    def __init__(self, partition: str, version: int) -> None:
        super().__init__(
            f"version {version} of the script waits for approval: read it, then approve it with `igny8 video approve "
            f"{partition}` or through the API, or let the site's automation approve scripts that pass their check"
        )


class FileUnreadable(VideoError):
    """A media file that cannot be probed."""
