"""Vectors from any server that speaks OpenAI's embeddings: OpenAI, vLLM, llama.cpp, Ollama, text-embeddings-inference.

Belongs here: slicing texts into calls and reading the answers. Does not belong here: the journal, keeping vectors.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.openai_connection import OpenAIConnection
from igny8_resources.ai.providers import EmbeddingAnswer
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.text_exchange import tokens_in

TEXTS_A_CALL = 512  # OpenAI takes 2,048; smaller servers take fewer
CHARACTERS_A_CALL = 250_000  # OpenAI takes 300,000 tokens, and a character is one token at most, or nearly
LONGEST_TEXT = 8000  # characters; models take 8,192 tokens and refuse more


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    index: int
    embedding: list[float]


class _Usage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    prompt_tokens: int = 0


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: list[_Row]
    usage: _Usage | None = None


class OpenAIEmbeddings:
    """An ``EmbeddingProvider`` over one OpenAI-compatible server and one model; safe to share between threads.

    A text without a visible character is not sent, because servers refuse it: its row is zero. Of a longer text the
    first 8,000 characters count. Failures are treated as by ``OpenAITextProvider``.

    Args:
        base_url: the API's root, such as ``http://127.0.0.1:8080/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the model's name as the server knows it.
        timeout: seconds to wait for one answer.
        name: the connection, ``openai`` or ``self_hosted``; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    notice = ""

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
            replace(names_of(name), model="IGNY8_EMBEDDINGS"),
            gate or retrying.gate(8),
            kind="an embedding model",
        )
        self._server = self._connection.server
        # Two servers may give different weights the same name.
        self.space = f"{name}/{self._server}/{model}"

    def __repr__(self) -> str:
        return f"OpenAIEmbeddings({self._server}, {self.model})"

    def embed(self, texts: list[str]) -> np.ndarray:
        """Embed the texts: float32, shape ``(len(texts), dimensions of the model)``, unit rows; errors as ``answer``."""
        return self.answer(texts).vectors

    def answer(self, texts: list[str]) -> EmbeddingAnswer:
        """Embed the texts and say how many tokens the server counted, 0 where it does not count.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address or the model is wrong; the message names the setting.
            AnswerInvalid: what came back is not one finite vector a text, all of one size.
        """
        places = [place for place, text in enumerate(texts) if text.strip()]
        rows: list[np.ndarray] = []
        tokens = 0
        for inputs in _slices([texts[place][:LONGEST_TEXT] for place in places]):
            content = self._retrying(self._ask, inputs)
            vectors, used = self._read(content, len(inputs))
            if rows and rows[0].shape[1] != vectors.shape[1]:
                raise AnswerInvalid(
                    f"{self._server} gave vectors of {rows[0].shape[1]} and of {vectors.shape[1]} dimensions."
                )
            rows.append(vectors)
            tokens += used
        found = np.zeros((len(texts), rows[0].shape[1] if rows else 0), dtype=np.float32)
        if rows:
            found[places] = np.concatenate(rows)
        return EmbeddingAnswer(found, tokens)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, inputs: list[str]) -> bytes:
        return self._connection.ask(
            lambda client: client.embeddings.with_raw_response.create(
                model=self.model, input=inputs, encoding_format="float"
            ),
            tokens=tokens_in(sum(len(text) for text in inputs)),
        )

    def _read(self, content: bytes, expected: int) -> tuple[np.ndarray, int]:
        try:
            reply = _Reply.model_validate_json(content)
        except ValidationError as broken:
            start = " ".join(content[:80].decode("utf-8", "replace").split())
            raise AnswerInvalid(
                f"{self._server} answered with something other than embeddings ({start!r}). Check that "
                f"{self._connection.names.base_url} is {self._connection.names.root}."
            ) from broken
        ordered = sorted(reply.data, key=lambda row: row.index)
        if [row.index for row in ordered] != list(range(expected)):
            raise AnswerInvalid(f"{self._server} gave {len(ordered)} vectors for {expected} texts.")
        sizes = {len(row.embedding) for row in ordered}
        if len(sizes) != 1:
            raise AnswerInvalid(f"{self._server} gave vectors of different sizes: {sorted(sizes)}.")
        vectors = np.array([row.embedding for row in ordered], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise AnswerInvalid(f"{self._server} gave a vector without a direction: zeros or no numbers.")
        return vectors / lengths, reply.usage.prompt_tokens if reply.usage else 0


def _slices(texts: list[str]) -> Iterator[list[str]]:
    """Texts in their order, cut into calls that servers accept."""
    part: list[str] = []
    characters = 0
    for text in texts:
        if part and (len(part) == TEXTS_A_CALL or characters + len(text) > CHARACTERS_A_CALL):
            yield part
            part, characters = [], 0
        part.append(text)
        characters += len(text)
    if part:
        yield part
