"""One HTTP exchange with a platform, and the patience for calls that are safe to repeat.

Belongs here: sending, what no answer means, how long to wait. Does not belong here: what a status or a body means, which
differs between the platforms.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from igny8_resources.video_platforms.failures import Unavailable

if TYPE_CHECKING:
    import ssl

    import tenacity

Answer = TypeVar("Answer")

CONNECT_SECONDS = 10.0
# Uploading a piece may take long on a slow line; an answer to anything else may not.
ANSWER_SECONDS = 60.0
UPLOAD_SECONDS = 600.0


@dataclass(frozen=True)
class Reply:
    """An answer of any status, whole; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def data(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none, as a gateway's error page."""
        try:
            found = json.loads(self.content)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks us to wait."""
        said = self.headers.get("retry-after", "")
        return float(said) if said.isdigit() else None


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
    content: bytes | Path | None = None,
    timeout: float = ANSWER_SECONDS,
) -> Reply:
    """What a server answers, whatever its status; a path as ``content`` is sent as it is read.

    Raises:
        Unavailable: nothing answered, not in time, or the answer breaks off. Whether the call had its effect is unknown.
    """
    import httpx

    host = urlsplit(url).netloc
    given = dict(headers or {})
    with ExitStack() as opened:
        client = opened.enter_context(
            httpx.Client(verify=_trusted(), timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS))
        )
        sent: Any = content
        if isinstance(content, Path):
            given["content-length"] = str(content.stat().st_size)
            sent = opened.enter_context(content.open("rb"))
        try:
            response = client.request(
                method, url, headers=given, params=params, json=body, data=dict(form) if form else None, content=sent
            )
        except httpx.TimeoutException:
            raise Unavailable(f"{host} did not answer within {timeout:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as broken:
            raise Unavailable(
                f"{host} could not be reached or dropped the connection ({type(broken).__name__})"
            ) from None
    return Reply(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


@cache
def _trusted() -> "ssl.SSLContext":
    """The certificates that are trusted; reading them costs more than a short exchange."""
    import httpx

    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Patience:
    """How long is waited for platforms; ``sleep`` pauses the thread, tests pass their own.

    ``attempts`` calls at most, first ``first_wait`` seconds apart and twice as long each time, with jitter. A video that
    the platform works on is asked after every ``poll_seconds``, for ``poll_for`` seconds at most.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    poll_seconds: float = 10.0
    poll_for: float = 600.0
    sleep: Callable[[float], None] = time.sleep

    def again(self, ask: Callable[[], Answer]) -> Answer:
        """What ``ask`` answers in the end; it must be safe to repeat.

        Raises:
            Unavailable: no answer after all attempts, or a longer pause is asked for than anybody waits.
        """
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Unavailable) and self._waits_for(error)),
            wait=self._pause,
            stop=tenacity.stop_after_attempt(self.attempts),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(ask)

    def polls(self) -> Iterator[int]:
        """Number the looks at something that takes its time; each pauses before the next one."""
        for number in range(max(1, round(self.poll_for / self.poll_seconds))):
            if number:
                self.sleep(self.poll_seconds)
            yield number

    def pause(self, attempt: int, at_least: float | None = None) -> None:
        """Wait after the ``attempt``-th failure, counted from 1, as long as the platform asks for, up to the longest wait."""
        self.sleep(max(self._doubled(attempt), min(at_least or 0.0, self.longest_wait)))

    def _waits_for(self, error: BaseException) -> bool:
        return isinstance(error, Unavailable) and (error.retry_after or 0.0) <= self.longest_wait

    def _doubled(self, attempt: int) -> float:
        seconds = min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait)
        return seconds + random.uniform(0, 0.25 * seconds)

    def _pause(self, state: "tenacity.RetryCallState") -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = (error.retry_after or 0.0) if isinstance(error, Unavailable) else 0.0
        return max(self._doubled(state.attempt_number), asked)
