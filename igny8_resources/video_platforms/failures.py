"""What can go wrong with a platform, by what is to be done about it.

What may have happened all the same is an ``OSError`` too: the effects ledger then reads back before anything is sent again.
"""

from datetime import datetime


class PlatformError(Exception):
    """A platform did not do what was asked; the message says what it said and what to do."""


class Unavailable(PlatformError, ConnectionError):
    """No answer, an answer that breaks off, or the platform's own trouble: the same call may succeed later.

    ``retry_after`` is how many seconds the platform asks us to wait.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StillProcessing(PlatformError, TimeoutError):
    """The platform has the video and is not done with it; it is looked at again later."""


class TokenRefused(PlatformError):
    """The access token is not good any more: a new one is fetched and the call made again."""


class ReconnectNeeded(PlatformError):
    """The account has to be connected again by a person."""


class LimitReached(PlatformError):
    """An allowance is used up until ``until``."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class Rejected(PlatformError):
    """The platform refuses this video or this call for good."""


class NotConnected(PlatformError):
    """The site has no account on the platform, or the deployment no application there; the message says how to connect."""


def one_line(said: object, longest: int = 300) -> str:
    """A platform's own message on one line, shortened."""
    text = " ".join(str(said).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
