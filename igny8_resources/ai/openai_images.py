"""Pictures from OpenAI's image models, or any server that speaks ``/images/generations`` and answers in base64.

Belongs here: one picture and the sizes that the models take. Does not belong here: the prompt's words, cropping.
"""

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerEmpty, AnswerInvalid, ProviderError, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.openai_connection import OpenAIConnection
from igny8_resources.ai.picture_answers import decoded, fitted, picture_in
from igny8_resources.ai.provider_failures import broken_off, charged
from igny8_resources.ai.providers import ImageAnswer, ImageCall
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying

if TYPE_CHECKING:
    import openai

_ANY_SIZE = re.compile(r"gpt-image-(?:[2-9]|\d{2})")  # from gpt-image-2 on, any multiple of 16
_FIXED_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
_SIZE = re.compile(r"\bsizes?\b|dimension|resolution|pixel", re.IGNORECASE)


class UnknownSizeError(Exception):
    """The model does not take the size: ask again with one of the three that all take."""


class OpenAIImageProvider:
    """An ``ImageProvider`` over one OpenAI-compatible server and one image model; safe to share between threads.

    The answer has the size that the model made, the smallest one that covers what was asked for: the caller crops. A model
    that takes multiples of 16 is asked for those, every other for 1024 × 1024, 1536 × 1024 or 1024 × 1536, whichever is
    nearest in shape; a size that is refused makes this object use those three. The API knows no seed: the same call gives
    another picture. Failures are treated as by ``OpenAITextProvider``.

    Args:
        base_url: the API's root, such as ``https://api.openai.com/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the image model's name, such as ``gpt-image-2.5-flare``.
        timeout: seconds to wait for a picture.
        name: the connection, ``openai`` or ``self_hosted``; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "openai",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._retrying = retrying
        self._connection = OpenAIConnection(
            base_url,
            api_key,
            model,
            timeout,
            replace(names_of(name), model="IGNY8_OPENAI_IMAGE_MODEL") if name == "openai" else names_of(name),
            gate or retrying.gate(8),
            kind="an image model",
        )
        self._takes_any_size = bool(_ANY_SIZE.match(model))

    def __repr__(self) -> str:
        return f"OpenAIImageProvider({self._connection.server}, {self.model})"

    def paint(self, call: ImageCall) -> ImageAnswer:
        """Make one picture.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address, the model or the request is wrong; the message names the setting.
            Refused: the moderation stopped the prompt or the picture.
            AnswerEmpty: the answer holds no picture.
            AnswerInvalid: the answer is no picture in base64.
        """
        return self._retrying(self._ask, call)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: ImageCall) -> ImageAnswer:
        while True:
            width, height = self._size(call)

            def send(client: "openai.OpenAI", size: str = f"{width}x{height}") -> Any:
                return client.images.with_raw_response.generate(
                    model=self.model, prompt=call.prompt, n=1, size=size, output_format="png"
                )

            try:
                content = self._connection.ask(send, recognise=self._recognise)
                return _picture(content, self._connection)
            except UnknownSizeError:
                self._takes_any_size = False

    def _size(self, call: ImageCall) -> tuple[int, int]:
        if self._takes_any_size:
            # Small pictures are refused: the models draw about a megapixel at least.
            grown = max(1.0, (1024 * 1024 / (call.width * call.height)) ** 0.5)
            return fitted(round(call.width * grown), round(call.height * grown), step=16, least=16, most=2160)
        shape = call.width / call.height
        return min(_FIXED_SIZES, key=lambda size: abs(size[0] / size[1] - shape))

    def _recognise(self, error: "openai.APIStatusError") -> Exception | None:
        about_size = error.param == "size" or _SIZE.search(error.message)
        return UnknownSizeError() if self._takes_any_size and error.status_code == 400 and about_size else None


def _picture(content: bytes, connection: OpenAIConnection) -> ImageAnswer:
    server = connection.server
    try:
        body: Any = json.loads(content)
    except ValueError:
        body = None
        if content.lstrip().startswith(b"{"):
            raise broken_off(server) from None
    if isinstance(body, dict) and body.get("error"):
        raise ProviderUnavailable(f"{server} answered with an error: {json.dumps(body['error'])[:300]}")
    if not isinstance(body, dict) or not isinstance(body.get("data"), list | None):
        start = " ".join(content[:80].decode("utf-8", "replace").split())
        raise ProviderRejected(
            f"{server} answered with something other than pictures ({start!r}). Check that {connection.names.base_url} is "
            f"{connection.names.root}."
        )
    usage = body["usage"] if isinstance(body.get("usage"), dict) else {}
    read, drawn = int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0)
    try:
        return replace(picture_in(_decoded(body, server), server), input_tokens=read, output_tokens=drawn)
    except ProviderError as unusable:
        raise charged(unusable, read, drawn) from unusable.__cause__


def _decoded(body: dict[str, Any], server: str) -> bytes:
    if not body.get("data"):
        raise AnswerEmpty(f"{server} answered without a picture. Run it again, or change the prompt.")
    coded = body["data"][0].get("b64_json")
    if not isinstance(coded, str) or not coded:
        raise AnswerInvalid(f"{server} answered without b64_json: only models that answer in base64 can be used.")
    return decoded(coded, server)
