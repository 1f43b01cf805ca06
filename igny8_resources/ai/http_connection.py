"""One connection to a JSON API over plain HTTP, for the providers that need no SDK.

Belongs here: the client, passing the gate, learning limits, and what it means when no answer comes. Does not belong here:
what a status or a body means (each provider's own).
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from igny8_resources.ai.connection_names import ConnectionNames, server_name
from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.provider_failures import broken_off, too_slow, unreachable, unusable_key
from igny8_resources.ai.rate_limits import Gate

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
MOST_BYTES = 64 * 1024 * 1024  # of one answer; a picture in base64 has a few


@dataclass(frozen=True)
class Reply:
    """An answer of any status, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def data(self) -> Any:
        """The body as JSON; None when it is none, as a gateway's error page."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def start(self) -> str:
        """How the body begins, on one line, for messages."""
        return " ".join(self.content[:80].decode("utf-8", "replace").split())


class HttpConnection:
    """Sends requests to one server; safe to share between threads.

    Args:
        base_url: what the paths are appended to.
        headers: sent with every request; the key is among them.
        timeout: seconds to wait for an answer.
        names: the settings that messages name.
        gate: what callers pass through, with ``with connection.gate.slot():``, before they send.
        limits: puts an answer's headers into the words that gates understand (``x-ratelimit-*``, ``retry-after``).
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        timeout: float,
        names: ConnectionNames,
        gate: Gate,
        *,
        limits: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda headers: headers,
    ) -> None:
        self.server = server_name(base_url)
        self.names = names
        self.gate = gate
        self._base_url = base_url.rstrip("/")
        self._headers = {name: value.strip() for name, value in headers.items()}
        self._timeout = timeout
        self._limits = limits
        self._client: httpx.Client | None = None
        self._client_lock = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        text: str | None = None,
    ) -> Reply:
        """What the server answers, whatever its status; its headers are told to the gate.

        ``body`` is sent as JSON, ``form`` as a web form, ``text`` as plain text.

        Raises:
            ProviderUnavailable: nothing answered, not in time, or the answer breaks off.
            ProviderRejected: the key holds a character that no header can.
            AnswerInvalid: the answer is larger than any answer should be.
        """
        sent: dict[str, Any] = {"json": body, "data": form, "params": query}
        if text is not None:
            sent = {"content": text.encode(), "headers": {"content-type": "text/plain; charset=utf-8"}, "params": query}
        reply = self._exchange(self._connected(), method, self._base_url + path, sent)
        self.gate.learn(self._limits(reply.headers))
        return reply

    def download(self, url: str) -> Reply:
        """A file from wherever the provider keeps it, asked for without the key.

        Raises:
            ProviderUnavailable: as ``send``.
        """
        import httpx

        with httpx.Client(timeout=self._wait(), follow_redirects=True) as client:
            return self._exchange(client, "GET", url, {})

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._client_lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _exchange(self, client: "httpx.Client", method: str, url: str, sent: dict[str, Any]) -> Reply:
        import httpx

        try:
            with client.stream(method, url, **sent) as response:
                return Reply(response.status_code, response.headers, self._read(response))
        except httpx.TimeoutException:
            raise too_slow(self.server, self._timeout, self.names) from None
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as broken:
            if "incomplete" in str(broken) or "peer closed" in str(broken):
                raise broken_off(self.server) from None
            raise unreachable(self.server, broken, self.names) from None
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            raise unreachable(self.server, failed, self.names) from None

    def _read(self, response: "httpx.Response") -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                raise AnswerInvalid(f"{self.server} sent an answer of more than {MOST_BYTES // 2**20} MiB.")
            parts.append(part)
        return b"".join(parts)

    def _connected(self) -> "httpx.Client":
        import httpx

        with self._client_lock:
            if self._client is None:
                try:
                    self._client = httpx.Client(headers=self._headers, timeout=self._wait())
                except UnicodeEncodeError:
                    raise unusable_key(self.names) from None
            return self._client

    def _wait(self) -> "httpx.Timeout":
        import httpx

        return httpx.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout))
