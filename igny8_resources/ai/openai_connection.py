"""One connection to a server that speaks OpenAI's API, as all providers over it use it.

Belongs here: the SDK's client, passing the gate, learning limits from headers, and naming what went wrong. Does not belong
here: what is asked (text, embeddings, images: one file each) and when it is asked again.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from igny8_resources.ai.connection_names import ConnectionNames, server_name
from igny8_resources.ai.openai_failures import failure_of_connection, failure_of_status
from igny8_resources.ai.provider_failures import unusable_key
from igny8_resources.ai.rate_limits import Gate

if TYPE_CHECKING:
    import openai

CONNECT_SECONDS = 5.0

Send = Callable[["openai.OpenAI"], Any]
Recognise = Callable[["openai.APIStatusError"], Exception | None]


class OpenAIConnection:
    """Sends requests for one model through the SDK; safe to share between threads.

    Args:
        base_url: the API's root, such as ``http://127.0.0.1:8080/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the model's name as the server knows it.
        timeout: seconds to wait for an answer.
        names: the settings that messages name.
        gate: what every request passes through.
        kind: what the model must be, for messages: ``a chat model``.
    """

    def __init__(
        self, base_url: str, api_key: str, model: str, timeout: float, names: ConnectionNames, gate: Gate, *, kind: str
    ) -> None:
        self.server = server_name(base_url)
        self.names = names
        self._base_url = base_url
        self._api_key = api_key.strip()
        self._model = model
        self._timeout = timeout
        self._gate = gate
        self._kind = kind
        self._client: openai.OpenAI | None = None
        self._client_lock = threading.Lock()

    def ask(self, send: Send, *, tokens: int = 0, recognise: Recognise | None = None) -> bytes:
        """The body that a request is answered with.

        Args:
            send: makes the request on the client and returns the SDK's raw response.
            tokens: about how many the request counts for.
            recognise: sees a refused request first; what it returns is raised in place of the usual error.

        Raises:
            ProviderUnavailable: no answer, an error that may pass, or the limits allow no request for too long.
            QuotaExhausted: the account has no money left.
            Refused: a content filter stopped the request.
            ProviderRejected: the key, the address, the model or the request is wrong; the message names the setting.
        """
        import openai

        with self._gate.slot(tokens):
            try:
                response = send(self._connected())
            except openai.APIStatusError as error:
                self._gate.learn(error.response.headers)
                special = recognise(error) if recognise else None
                # Without its cause: some servers echo the key, and what is chained is kept with the run.
                raise special or failure_of_status(
                    error, self.server, self._model, self._api_key, self.names, kind=self._kind
                ) from None
            except openai.APIConnectionError as error:
                raise failure_of_connection(error, self.server, self._timeout, self.names) from error
            except UnicodeEncodeError:
                raise unusable_key(self.names) from None
            self._gate.learn(response.headers)
            return bytes(response.content)

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._client_lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> "openai.OpenAI":
        import openai

        with self._client_lock:
            if self._client is None:
                self._client = openai.OpenAI(
                    base_url=self._base_url,
                    api_key=self._api_key or "none",  # local servers need no key, the SDK insists on one
                    max_retries=0,  # the SDK would also repeat insufficient_quota
                    timeout=openai.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout)),
                )
            return self._client
